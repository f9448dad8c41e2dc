"""What the values of a row become in a text, and what the texts of many rows take."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms4a.filling import Rendered, ValueProblem, render, renderer, sizer
from sms4a.templates import Template
from sms4a.text import Encoding, size_of
from tests.filling_agreement import differences


def test_values_are_put_in_by_the_name_of_the_placeholder_or_of_its_column() -> None:
    template = Template.parse("Hallo {first name}, {first_name}!")
    assert render(template, {"first name": "Jörg"}).text == "Hallo Jörg, Jörg!"
    assert render(template, {"First_Name": "Jörg"}).text == "Hallo Jörg, Jörg!"


def test_a_list_can_be_rendered_with_chosen_columns() -> None:
    text_of = renderer(Template.parse("Hallo {first name}!"), {"first name": "Vorname"})
    assert [text_of({"Vorname": name}).text for name in ("Käthe", "Jörg")] == ["Hallo Käthe!", "Hallo Jörg!"]
    assert text_of({}) == Rendered("", ValueProblem.EMPTY_VALUE, "first name")


def test_a_value_is_never_read_again() -> None:
    values = {"a": "{b} {a} {0.__class__} %s \\1", "b": "secret"}
    assert render(Template.parse("{a}!"), values).text == "{b} {a} {0.__class__} %s \\1!"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" Anna ", "Anna"),
        ("two\r\nlines", "two lines"),
        ("a \t b\u2028c", "a b c"),
        # Decomposed, it would turn the message into Unicode.
        ("Mu\u0308ller", "Müller"),
        ("x" * 100, "x" * 100),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("👩🏽\u200d🚀", "👩🏽\u200d🚀"),
        ("NA", "NA"),
        ("0", "0"),
    ],
)
def test_values_as_they_go_into_a_text(value: str, text: str) -> None:
    assert render(Template.parse("{x}"), {"x": value}) == Rendered(text)


@pytest.mark.parametrize(
    ("value", "problem", "detail"),
    [
        ("", ValueProblem.EMPTY_VALUE, ""),
        (" \u00a0\n", ValueProblem.EMPTY_VALUE, ""),
        ("x" * 101, ValueProblem.TOO_LONG_VALUE, "101"),
        ("a\0b", ValueProblem.CONTROL_CHARACTER, "\0"),
        ("a\x1bb", ValueProblem.CONTROL_CHARACTER, "\x1b"),
        ("a\x85b", ValueProblem.CONTROL_CHARACTER, "\x85"),
        ("a\u202eb", ValueProblem.CONTROL_CHARACTER, "\u202e"),
        ("a\u2066b", ValueProblem.CONTROL_CHARACTER, "\u2066"),
        ("a\u200bb", ValueProblem.CONTROL_CHARACTER, "\u200b"),
        ("a\ufeffb", ValueProblem.CONTROL_CHARACTER, "\ufeff"),
        ("a\u200db", ValueProblem.CONTROL_CHARACTER, "\u200d"),
        ("👨\u200d", ValueProblem.CONTROL_CHARACTER, "\u200d"),
        ("a\ud83d", ValueProblem.CONTROL_CHARACTER, "\ud83d"),
    ],
)
def test_a_value_that_must_not_be_sent_names_its_placeholder(value: str, problem: ValueProblem, detail: str) -> None:
    assert render(Template.parse("Hi {x}"), {"x": value}) == Rendered("", problem, "x", detail)


@settings(deadline=None)
@given(st.text(max_size=120))
def test_any_value_is_sent_whole_or_not_at_all(value: str) -> None:
    filled = render(Template.parse("<{x}>"), {"x": value})
    if filled.problem is None:
        assert 0 < len(filled.text) - 2 <= 100
        assert not {unicodedata.category(c) for c in filled.text} & {"Cc", "Cs"}
        assert filled.text.split() == f"<{unicodedata.normalize('NFC', value).strip()}>".split()
    else:
        assert filled.text == ""


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ("https://example.org/x", True),
        ("see www.example", True),
        ("example.de", True),
        ("Shop.Example.COM/a", True),
        ("bit.ly/abc", True),
        ("ftp://x", True),
        ("tel://1", True),
        ("Dr. Meier", False),
        ("St.Gallen", False),
        ("3.5", False),
        ("J.R.R. Tolkien", False),
        ("Anna.", False),
        ("a.dentist", False),
        ("12:30", False),
    ],
)
def test_a_link_from_the_list_is_refused_unless_it_was_said_that_it_may(value: str, link: bool) -> None:
    template = Template.parse("Hello {name}")
    refused = renderer(template, {"name": "name"})({"name": value})
    assert (refused.problem is ValueProblem.LINK, refused.field) == (link, "name" if link else None)
    assert renderer(template, {"name": "name"}, links=["NAME"])({"name": value}).text == f"Hello {value}"


def test_a_default_stands_for_an_empty_value_alone() -> None:
    template = Template.parse("Hello {first name}, {code}")
    columns = {"first name": "first name", "code": "code"}
    made = renderer(template, columns, defaults={"First_Name": "friend"})
    assert made({"first name": " ", "code": "1"}).text == "Hello friend, 1"
    assert made({"first name": "Anna", "code": "1"}).text == "Hello Anna, 1"
    assert made({"first name": "", "code": ""}).problem is ValueProblem.EMPTY_VALUE
    assert made({"first name": "a" * 101, "code": "1"}).problem is ValueProblem.TOO_LONG_VALUE
    assert made({"first name": "", "code": "{first name}"}).text == "Hello friend, {first name}"


@given(
    st.lists(st.sampled_from(["a", "€", "ł", "😀", "é", "x" * 70, "{n}", "{m}", "\n", "e\u0301"]), max_size=12),
    st.sampled_from(["Bo", "€" * 40, "ł" * 33, "😀" * 34, "a" * 97, "", "  ", "e\u0301"]),
    st.sampled_from(["1", "€{", "a" * 53]),
    st.sampled_from([None, Encoding.UCS2]),
)
def test_a_size_that_was_put_together_is_that_of_the_text(
    pieces: list[str], n: str, m: str, encoding: Encoding | None
) -> None:
    template, values = Template.parse("".join(pieces)), {"n": n, "m": m}
    columns = {"n": "n", "m": "m"}
    [(rendered, size)] = sizer(template, columns, encoding=encoding)([values])
    assert rendered == renderer(template, columns)(values)
    if rendered.problem is None:
        assert size == size_of(rendered.text, encoding)


@pytest.mark.parametrize("seed", [11, 12])
def test_many_rows_become_what_each_of_them_becomes_by_itself(seed: int) -> None:
    assert differences(4_000, seed) == []


def test_a_column_is_plain_only_if_nothing_of_it_would_be_cleaned_refused_or_counted_twice() -> None:
    template, columns = Template.parse("{x}"), {"x": "x"}
    make = sizer(template, columns)
    for code in range(0x500):
        around = [{"x": value} for value in (f"a{chr(code)}b", chr(code), f"{chr(code)} b")]
        for row in around:
            [(rendered, size)] = make([row])
            assert rendered == renderer(template, columns)(row)
            assert rendered.problem or size == size_of(rendered.text)


def test_no_rows_have_no_texts() -> None:
    assert sizer(Template.parse("Hello {x}"), {"x": "x"})([]) == []
