"""Translation: messages from the committed `.po` files, in the language of each browser session."""

import gettext
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import streamlit as st
from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_FOLDER = Path(__file__).parent / "locale"

# The source language, and which of its lands writes day before month.
SOURCE_LANGUAGE = "en"
FORMATS = {"en": "en_GB"}


def N_(message: str) -> str:
    """Mark a message for translation where it stands in a table; `_` translates it when it is shown."""
    return message


@cache
def languages(folder: Path = LOCALE_FOLDER) -> tuple[str, ...]:
    """The languages there are words for; the source language first."""
    found = sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/console.po"))
    return (SOURCE_LANGUAGE, *(name for name in found if name != SOURCE_LANGUAGE))


@cache
def catalogue(language: str, folder: Path = LOCALE_FOLDER) -> gettext.NullTranslations:
    """The messages of a language; those without a translation come back as they are."""
    path = folder / language / "LC_MESSAGES" / "console.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Within it this language is used, on a thread that belongs to no browser session."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def in_this_language(made: Callable[[], bytes]) -> Callable[[], bytes]:
    """The same, to be called on a thread that belongs to no browser session, in the language of whoever asks now."""
    chosen = language()

    def written() -> bytes:
        with spoken(chosen):
            return made()

    return written


def language() -> str:
    """The language of this browser session, as far as there are words for it."""
    if chosen := _spoken.get():
        return chosen
    wished = (st.context.locale or SOURCE_LANGUAGE).replace("_", "-").split("-")[0].lower()
    return wished if wished in languages() else SOURCE_LANGUAGE


def locale() -> Locale:
    """What Babel is asked for when it writes figures and times."""
    return _locale(language())


@cache
def _locale(language: str) -> Locale:
    # Babel reads a name anew for each figure.
    return Locale.parse(FORMATS.get(language, language))


def _(message: str) -> str:
    """The message in the language of whoever looks; placeholders `{name}` are for `.format`."""
    return catalogue(language()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of a message that fits the number; placeholders stay in it for `.format`."""
    return catalogue(language()).ngettext(singular, plural, n)
