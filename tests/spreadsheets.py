"""Workbooks made by hand, part by part, so that a test can have whatever a program could write."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

Value = str | int | float | None
"""Text, a number cell, or nothing; a text that begins with `<c` or `<table:` is a cell as it is written."""

_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/></Types>"""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = f"""<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="49"/></cellXfs></styleSheet>"""

DATE, OWN_DATE = 1, 2
"""Styles of the workbook."""


def packed(files: Mapping[str, str | bytes], *, compressed: bool = True) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def xlsx(*sheets: Sequence[Sequence[Value]], **changes: str | bytes) -> bytes:
    """A workbook whose sheets are Sheet1, Sheet2 …; `changes` replace parts: workbook, texts, sheet1 …"""
    return packed(xlsx_parts(*sheets, **changes))


def xlsx_parts(*sheets: Sequence[Sequence[Value]], **changes: str | bytes) -> dict[str, str | bytes]:
    names = [f"Sheet{n}" for n in range(1, len(sheets) + 1)]
    texts: dict[str, int] = {}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "xl/workbook.xml": workbook_xml(names),
        "xl/_rels/workbook.xml.rels": _relations(len(sheets)),
        "xl/styles.xml": _STYLES,
    }
    for n, rows in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{n}.xml"] = sheet_xml(rows, texts)
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}" count="{len(texts)}">{items}</sst>'
    places = {"workbook": "xl/workbook.xml", "texts": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
    for name, content in changes.items():
        parts[places.get(name, f"xl/worksheets/{name}.xml")] = content
    return parts


def workbook_xml(names: Sequence[str], *, hidden: Sequence[str] = (), since_1904: bool = False) -> str:
    states = ['state="hidden"' if name in hidden else "" for name in names]
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}" {state}/>'
        for n, (name, state) in enumerate(zip(names, states, strict=True), start=1)
    )
    dates = '<workbookPr date1904="1"/>' if since_1904 else ""
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{dates}<sheets>{sheets}</sheets></workbook>'


def sheet_xml(rows: Sequence[Sequence[Value]], texts: dict[str, int] | None = None, *, around: str = "{rows}") -> str:
    """The XML of a sheet; without `texts` they stand in the cells themselves."""
    lines = []
    for n, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{_letters(place)}{n}", value, texts) for place, value in enumerate(row))
        if cells:
            lines.append(f'<row r="{n}">{cells}</row>')
    inner = around.format(rows=f"<sheetData>{''.join(lines)}</sheetData>")
    return f'<worksheet xmlns="{_MAIN}">{inner}</worksheet>'


def _cell(place: str, value: Value, texts: dict[str, int] | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if value.startswith("<c"):
        return value.replace("<c", f'<c r="{place}"', 1)
    if texts is None:
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _relations(sheet_count: int) -> str:
    kinds = [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
    entries = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, sheet_count + 1)]
    entries += [(f"rId{sheet_count + n}", kind, target) for n, (kind, target) in enumerate(kinds, start=1)]
    relations = "".join(f'<Relationship Id="{i}" Type="{_RELATIONS}/{kind}" Target="{t}"/>' for i, kind, t in entries)
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>'


_ODS_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
 xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:spreadsheet>"""
_ODS_FOOT = "</office:spreadsheet></office:body></office:document-content>"
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(
    *sheets: Sequence[Sequence[Value]], content: str | None = None, names: Sequence[str] = (), **files: str
) -> bytes:
    """An OpenDocument spreadsheet; `content`: the tables as they are written; `files`: more of the archive."""
    names = names or [f"Sheet{n}" for n in range(1, len(sheets) + 1)]
    tables = content or "".join(_table(name, rows) for name, rows in zip(names, sheets, strict=True))
    parts = {"mimetype": _ODS_TYPE, "content.xml": _ODS_HEAD + tables + _ODS_FOOT}
    return packed({**parts, **{name.replace("__", "/") + ".xml": text for name, text in files.items()}})


def _table(name: str, rows: Sequence[Sequence[Value]]) -> str:
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    # As every program ends its tables: a million empty rows.
    end = '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    end = f'<table:table-row table:number-rows-repeated="1048000">{end}'
    return f'<table:table table:name="{name}">{lines}{end}</table:table>'


def _ods_cell(value: Value) -> str:
    if value is None:
        return "<table:table-cell/>"
    if not isinstance(value, str):
        shown = f"{value:.5E}" if abs(value) > 1e10 else str(value)
        kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"
    if value.startswith("<table:"):
        return value
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'
