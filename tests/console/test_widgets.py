"""Pieces of pages: words of others stay words, lists stay on an existing page."""

from html.parser import HTMLParser

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from sms4a.console import widgets
from sms4a.console.compose import preview
from sms4a.console.wording import NBSP, NOTHING
from tests.hostile import TEXTS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Autumn sale", "Autumn sale"),
        ("# [a](b) *c* `d` $e$", r"\# \[a\]\(b\) \*c\* \`d\` \$e\$"),
        (":red[x] :material/home:", r"\:red\[x\] \::small[]material/home\:"),
        ("1:100:5 at 10:00", r"1\::small[]100\:5 at 10\:00"),
        ("https://a.de, www.a.de", r"https\::small[]//a\.de, www:small[]\.a\.de"),
        ("ann@example.org", r"ann:small[]@example\.org"),
        ("a -> b <-> c -- d->e", r"a \-:small[]\> b \<:small[]\-:small[]\> c \-:small[]\- d\-\>e"),
        ("<b>", r"\<b\>"),
        ("two\nlines\t and  more ", "two lines and more"),
        (f"+49{NBSP}152", rf"\+49{NBSP}152"),
    ],
)
def test_words_of_others_are_never_markup(text: str, shown: str) -> None:
    assert widgets.plain(text) == shown


def table_of_a_file() -> None:
    import pandas as pd

    from sms4a.console import widgets

    frame = pd.DataFrame([["1", "2", "3"]], columns=["**a**", "a\nb", "a b"])
    widgets.table(frame, alt="A file", key="table")


def test_headings_of_a_file_are_shown_as_they_are_and_may_be_alike() -> None:
    at = AppTest.from_function(table_of_a_file).run()
    assert not at.exception
    assert [str(name).rstrip("\u200b") for name in at.table[0].value] == [r"\*\*a\*\*", "a b", "a b"]


def paged() -> None:
    import streamlit as st

    from sms4a.console import widgets

    page = widgets.pager(st.session_state.get("total", 60), "page")
    st.text(f"{page.offset} {page.limit}")


def test_the_pager_says_which_rows_to_read() -> None:
    app = AppTest.from_function(paged).run()
    assert (app.text[0].value, app.markdown[0].value) == ("0 25", ":small[:gray[Rows 1 to 25 of 60]]")
    app.pagination(key="page").set_value(3).run()
    assert (app.text[0].value, app.markdown[0].value) == ("50 25", ":small[:gray[Rows 51 to 60 of 60]]")


def test_a_list_that_became_shorter_stays_on_a_page_that_exists() -> None:
    app = AppTest.from_function(paged).run()
    app.pagination(key="page").set_value(3).run()
    app.session_state["total"] = 30
    assert app.run().text[0].value == "25 25"
    app.session_state["total"] = 5
    assert app.run().text[0].value == "0 25"


def tabled() -> None:
    import pandas as pd

    from sms4a.console import widgets

    frame = pd.DataFrame({"Name": ["*a*", None], "State": [":green[x]", ""], "People": ["1", "2"]})
    widgets.table(frame, alt="a table", right=["People"], markdown=["State"], key="people")


def test_a_table_shows_words_as_they_are_and_a_dash_for_nothing() -> None:
    shown: pd.DataFrame = AppTest.from_function(tabled).run().table[0].value
    assert list(shown["Name"]) == [r"\*a\*", NOTHING]
    assert list(shown["State"]) == [":green[x]", NOTHING]


class Reader(HTMLParser):
    """What a browser shows: letters, and every element but the marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "mark":
            self.found.append(f"<{tag}>")


@pytest.mark.parametrize("text", TEXTS)
def test_the_phone_shows_every_text_as_it_is(text: str) -> None:
    """Read as a browser reads it: no element but the marks, and the letters as they were."""
    reader = Reader()
    reader.feed(preview.marked(text))
    reader.close()
    assert "".join(reader.found) == text
