"""No word reaches a page around the translation."""

import ast
import gettext
import re
from pathlib import Path

import pytest

import sms4a.console
from sms4a.console import language, registry
from tests.pages.conftest import OpenPage

FILES = [*registry.FOLDER.glob("*.py"), *Path(sms4a.console.__path__[0]).glob("*.py")]

SPEAKING = {
    "title", "header", "subheader", "markdown", "caption", "write", "text", "badge", "button", "download_button",
    "link_button", "menu_button", "page_link", "checkbox", "toggle", "radio", "selectbox", "multiselect", "slider",
    "text_input", "text_area", "number_input", "date_input", "time_input", "datetime_input", "file_uploader", "pills",
    "segmented_control", "error", "warning", "info", "success", "toast", "expander", "tabs", "popover", "status",
    "metric", "spinner", "progress", "page_head", "section", "empty", "form_submit_button", "dialog",
}  # fmt: skip
"""Calls whose first argument is read by people."""

READ_KEYWORDS = {"label", "title", "help", "placeholder", "alt", "body", "delta", "text"}

# Markup, figures and signs are not words.
WORD = re.compile(r"[A-Za-z]{2,}")
MARKUP = re.compile(
    r":material/[a-z_]+:|:(?:small|gray|green|red|blue|violet|orange|yellow)(?:-badge)?\[|</?\w[^>]*>|\{[^}]*\}|#[0-9A-F]{6}\b"
)


def raw_words(node: ast.expr) -> list[str]:
    """Texts with words in an expression that do not pass through a function."""
    match node:
        case ast.Constant(value=str(text)):
            return [text] if WORD.search(MARKUP.sub("", text)) else []
        case ast.JoinedStr(values=values):
            return [found for value in values for found in raw_words(value)]
        case ast.BinOp(left=left, right=right):
            return raw_words(left) + raw_words(right)
        case ast.IfExp(body=body, orelse=orelse):
            return raw_words(body) + raw_words(orelse)
        case _:
            return []


def spoken(call: ast.Call) -> list[ast.expr]:
    if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") in {"log", "logger"}:
        return []
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in SPEAKING and not {keyword.arg for keyword in call.keywords} & READ_KEYWORDS:
        return []
    first = call.args[:1] if name in SPEAKING else []
    return first + [keyword.value for keyword in call.keywords if keyword.arg in READ_KEYWORDS]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_text_for_people_is_translated(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    raw = [(call.lineno, text) for call in calls for argument in spoken(call) for text in raw_words(argument)]
    assert raw == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_messages_are_constants_so_that_a_catalogue_can_hold_them(file: Path) -> None:
    """`_(f"…")` looks translated and never is; the placeholders are for `.format` after the translation."""
    tree = ast.parse(file.read_text("utf-8"))
    computed = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"_", "N_", "ngettext"}
        and any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in node.args[:1])
    ]
    assert computed == []


class Pseudo(gettext.NullTranslations):
    """Marks whatever was translated."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
DATA = re.compile(r"`[^`]*`|eu|de[12]|Germany|\S*practice\\?\.db|[A-Z]{3,}(?:\\?_[A-Z]+)*|J\\?\.\S+")
"""Names of addresses, countries and files, and the API's own words: not ours to translate."""


def left_over(text: str) -> str:
    """The words of a text that were not translated."""
    while MARKED.search(text):
        text = MARKED.sub("", text)
    text = DATA.sub("", MARKUP.sub("", text))
    return " ".join(WORD.findall(text))


@pytest.mark.parametrize("name", [entry.name for entry in registry.ENTRIES])
def test_no_page_shows_a_word_that_a_catalogue_cannot_change(
    open_page: OpenPage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "catalogue", lambda _language: Pseudo())
    page = open_page(name)
    assert not page.exception
    shown = [
        element.value
        for kind in ("title", "header", "subheader", "markdown", "caption")
        for element in getattr(page, kind)
    ]
    shown += [message.value for kind in ("error", "warning", "info", "success") for message in getattr(page, kind)]
    shown += [button.label for button in page.button]
    shown += [str(cell) for table in page.table for row in table.value.to_numpy().tolist() for cell in row]
    assert shown
    assert {text: left_over(text) for text in shown if left_over(text)} == {}
