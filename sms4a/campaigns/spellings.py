"""Words that people search for, in whatever case they are stored."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sms4a.campaigns.database import storable


def spellings(words: str) -> list[str]:
    """In the cases in which they may stand somewhere: SQLite folds only A to Z."""
    return sorted({words, words.lower(), words.upper(), words.title(), words.casefold()})


def found_in(columns: Iterable[ColumnElement[Any]], words: str) -> ColumnElement[bool]:
    """The words stand in one of the columns, in any case."""
    told = spellings(storable(words))
    return sa.or_(*(column.icontains(one, autoescape=True) for column in columns for one in told))
