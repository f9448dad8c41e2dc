"""A pasted or uploaded list: recognised, read strictly, and sorted into who receives and who does not and why."""

from sms4a.recipients.columns import Mapping, guess_columns, guess_reason
from sms4a.recipients.formats import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    NO_MARKS,
    CellProblem,
    FileKind,
    FormatNote,
    ListFormat,
    ListProblem,
    ListRefused,
    RawRow,
    RowProblem,
)
from sms4a.recipients.piles import CheckedBlock, CheckedRow, Mended, Pile, check_blocks, check_rows, checked_blocks_of
from sms4a.recipients.recognition import (
    QUICK_BYTES,
    ListFile,
    guess_phone,
    is_quick,
    pasted,
    recognise,
    refuse_at_sight,
    rows,
)
from sms4a.recipients.row_blocks import Block, blocks_of

__all__ = [
    "MOST_BYTES",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "NO_MARKS",
    "QUICK_BYTES",
    "Block",
    "CellProblem",
    "CheckedBlock",
    "CheckedRow",
    "FileKind",
    "FormatNote",
    "ListFile",
    "ListFormat",
    "ListProblem",
    "ListRefused",
    "Mapping",
    "Mended",
    "Pile",
    "RawRow",
    "RowProblem",
    "blocks_of",
    "check_blocks",
    "check_rows",
    "checked_blocks_of",
    "guess_columns",
    "guess_phone",
    "guess_reason",
    "is_quick",
    "pasted",
    "recognise",
    "refuse_at_sight",
    "rows",
]
