"""Placeholders: parsing, matching."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms4a.filling import Rendered, render
from sms4a.templates import Template, TemplateProblemCode, matched, unknown_fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", ()),
        ("no placeholder", ()),
        ("Hello {first name}, come to {store}!", ("first name", "store")),
        ("{ first name }", ("first name",)),
        # The same placeholder however it is written; the first spelling names it.
        ("{First Name} {first_name} {FIRST  NAME}", ("First Name",)),
        ("{Straße & Nr.}{ort}", ("Straße & Nr.", "ort")),
        ("{" + "x" * 60 + "}", ("x" * 60,)),
    ],
)
def test_placeholders_are_found_once_and_in_order(text: str, fields: tuple[str, ...]) -> None:
    template = Template.parse(text)
    assert (template.text, template.fields, template.problems) == (text, fields, ())


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("Hello {first name", [(TemplateProblemCode.UNCLOSED, 6, "{first name")]),
        ("Hello {first name, at {store}", [(TemplateProblemCode.UNCLOSED, 6, "{first name, at {store}")]),
        # A name ends with its line at the latest.
        ("{a\n{b}", [(TemplateProblemCode.UNCLOSED, 0, "{a")]),
        ("a} b", [(TemplateProblemCode.STRAY_CLOSE, 1, "} b")]),
        ("{}", [(TemplateProblemCode.EMPTY_NAME, 0, "{}")]),
        ("{ _ }", [(TemplateProblemCode.EMPTY_NAME, 0, "{ _ }")]),
        ("{{a}}", [(TemplateProblemCode.NESTED, 0, "{{a}}")]),
        ("{a {b} c}", [(TemplateProblemCode.NESTED, 0, "{a {b} c}")]),
        ("{" + "x" * 61 + "}", [(TemplateProblemCode.LONG_NAME, 0, "{" + "x" * 23)]),
        (
            "Hi ｛a｝",
            [(TemplateProblemCode.LOOKALIKE_BRACE, 3, "｛a｝"), (TemplateProblemCode.LOOKALIKE_BRACE, 5, "｝")],
        ),
    ],
)
def test_what_is_wrong_with_braces_is_said_with_its_place(
    text: str, problems: list[tuple[TemplateProblemCode, int, str]]
) -> None:
    assert [(p.code, p.position, p.snippet) for p in Template.parse(text).problems] == problems


@settings(deadline=None)
@given(st.text(alphabet="{}a_ \n｛", max_size=40))
def test_parsing_never_fails_and_every_brace_is_a_placeholder_or_a_problem(text: str) -> None:
    template = Template.parse(text)
    assert bool(template.problems) or text.count("{") == text.count("}") >= len(template.fields)
    filled = render(template, dict.fromkeys(template.fields, "x"))
    assert filled.problem is None
    if not template.problems:
        assert "{" not in filled.text
        assert "}" not in filled.text


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_text_without_braces_is_its_own_rendering(text: str) -> None:
    plain = text.replace("{", "").replace("}", "")
    assert render(Template.parse(plain), {}) == Rendered(unicodedata.normalize("NFC", plain))


def test_placeholders_without_a_column_are_named() -> None:
    template = Template.parse("{first name} {Ort} {code}")
    assert unknown_fields(template, ["FIRST_NAME", "ort", "Voucher"]) == ("code",)
    assert matched(template, ["FIRST_NAME", "ort"]) == {"first name": "FIRST_NAME", "Ort": "ort"}
