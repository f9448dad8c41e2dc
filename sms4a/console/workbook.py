"""Rows as an Excel file in which every text is a text and every time a date; nothing is run."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

# What Excel itself takes in a cell.
LONGEST_CELL = 32_767

# A sheet has 1,048,576 rows at most, the header included.
SHEET_ROWS = 1_000_000

# Days are counted from here; the same for every date after February 1900.
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001  (a spreadsheet knows no zones)

Cell = str | int | datetime | None
"""A time is on the clock of whoever reads the file, without a zone."""

# Characters that XML cannot carry.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MEDIA_TYPE = f"{_KIND}.sheet"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{{overrides}}</Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId0" Type="{_DOCUMENT}/styles" Target="styles.xml"/>{{relationships}}</Relationships>'
    ),
    "xl/workbook.xml": (f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{{sheets}}</sheets></workbook>'),
    # 0 as it comes, 1 text (format 49, so that it stays text when somebody edits it), 2 heading, 3 a time.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        '<fonts count="2"><font/><font><b/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>'
        '<xf numFmtId="49" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/>'
        '<xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
_HEAD = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    "<cols>{columns}</cols><sheetData>"
)
_FOOT = "</sheetData></worksheet>"


_SHEET = {
    "overrides": f'<Override PartName="/xl/worksheets/sheet{{n}}.xml" ContentType="{_KIND}.worksheet+xml"/>',
    "relationships": f'<Relationship Id="rId{{n}}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{{n}}.xml"/>',
    "sheets": '<sheet name="List{{suffix}}" sheetId="{n}" r:id="rId{n}"/>',
}
"""What the parts say of each sheet."""


def xlsx_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook in memory; whole numbers are numbers, times are dates, all else is text."""
    content = io.BytesIO()
    write_xlsx(content, header, rows)
    return content.getvalue()


def write_xlsx(target: Path | IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """The same as a file, row by row: as many as there are, in the same memory.

    What has no room on one sheet goes on on the next.
    """
    rest, n = iter(rows), 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        first = next(rest, None)
        while n == 0 or first is not None:
            n += 1
            more = () if first is None else chain((first,), islice(rest, SHEET_ROWS - 1))
            with archive.open(f"xl/worksheets/sheet{n}.xml", "w", force_zip64=True) as sheet:
                for piece in _sheet(header, more):
                    sheet.write(piece.encode())
            first = next(rest, None)
        for name, part in _PARTS.items():
            archive.writestr(name, _XML + _with_sheets(part, n))


def _with_sheets(part: str, count: int) -> str:
    for place, one in _SHEET.items():
        said = (one.format(n=n).format(suffix=f" {n}" if n > 1 else "") for n in range(1, count + 1))
        part = part.replace("{" + place + "}", "".join(said))
    return part


def _sheet(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    columns = "".join(f'<col min="{n}" max="{n}" width="22" customWidth="1"/>' for n in range(1, len(header) + 1))
    yield _XML + _HEAD.format(columns=columns)
    yield f"<row>{''.join(_cell(name, style=2) for name in header)}</row>"
    for row in rows:
        yield f"<row>{''.join(map(_cell, row))}</row>"
    yield _FOOT


def _cell(value: Cell, style: int = 1) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, datetime):
        return f'<c s="3"><v>{(value - _DAY_0).total_seconds() / 86_400:.10f}</v></c>'
    if not value:
        return '<c s="1"/>'
    text = escape(_FORBIDDEN.sub("", value)[:LONGEST_CELL])
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{text}</t></is></c>'
