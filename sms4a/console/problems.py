"""Words for what is wrong with what people enter: rows, lists, texts."""

from collections.abc import Mapping

from sms4a.campaigns.lists.memory import FAILED_BEFORE
from sms4a.console.figures import country, number, parts, rows, shown_number
from sms4a.console.language import N_, _, ngettext
from sms4a.filling import LONGEST_VALUE, ValueProblem
from sms4a.numbers import NumberProblem
from sms4a.recipients import (
    MOST_COLUMNS,
    MOST_ROWS,
    CellProblem,
    FormatNote,
    ListProblem,
    Pile,
    RowProblem,
)
from sms4a.templates import LONGEST_NAME, TemplateProblemCode

_PILES: dict[Pile, tuple[str, str]] = {
    Pile.RECEIVE: (N_("Will receive"), ":material/send:"),
    Pile.DUPLICATE: (N_("Duplicate"), ":material/content_copy:"),
    Pile.UNREADABLE: (N_("Cannot be read"), ":material/warning:"),
    Pile.OPTED_OUT: (N_("Opted out"), ":material/do_not_disturb_on:"),
    Pile.BLOCKED: (N_("Not allowed"), ":material/block:"),
    Pile.TEXT_PROBLEM: (N_("Text problem"), ":material/text_fields:"),
    Pile.LEFT_OUT: (N_("Left out by you"), ":material/person_off:"),
}


def pile(value: Pile) -> str:
    """The name of a pile."""
    return _(_PILES[value][0])


def pile_icon(value: Pile) -> str:
    return _PILES[value][1]


_ROWS: dict[str, str] = {
    "sent_again": N_("Has been sent it again already, or a second message could arrive twice"),
    NumberProblem.EMPTY: N_("There is no number"),
    NumberProblem.NO_DIGITS: N_("There are words, no number"),
    NumberProblem.LETTERS: N_("There is a letter in it: {detail}"),
    NumberProblem.ODD_CHARACTER: N_("There is a character that numbers do not have: {character}"),
    NumberProblem.TWO_NUMBERS: N_("There are two numbers in one cell"),
    NumberProblem.EXTENSION: N_("It has an extension; a phone that receives SMS has none"),
    NumberProblem.SCIENTIFIC: N_("A spreadsheet shortened it, its last digits are lost"),
    NumberProblem.DECIMAL: N_("A spreadsheet wrote it with decimals; probably {phone}"),
    NumberProblem.TOO_SHORT: N_("Too short: {digits}"),
    NumberProblem.TOO_LONG: N_("Too long: {digits}"),
    NumberProblem.NOT_ASSIGNED: N_("No network has such numbers"),
    NumberProblem.LOST_ZERO: N_("It lacks the leading zero; probably {phone}"),
    NumberProblem.LOST_PLUS: N_("It lacks the plus; probably {phone}"),
    NumberProblem.TWO_MEANINGS: N_("It lacks the leading zero or the plus, and could be two numbers"),
    NumberProblem.NO_COUNTRY: N_("It lacks the country or the leading zero"),
    NumberProblem.LANDLINE: N_("It is a landline, which receives no SMS"),
    NumberProblem.NOT_A_PHONE: N_("It is a service number, not a mobile phone"),
    NumberProblem.COUNTRY_NOT_ALLOWED: N_("Its country is not one you send to: {detail}"),
    RowProblem.SHIFTED: N_("This row has {detail} cells, not as many as the headings"),
    RowProblem.BROKEN_QUOTE: N_("A quotation mark in this row is in the wrong place"),
    RowProblem.LONG_CELL: N_("A cell of this row is longer than any name or number"),
    CellProblem.DIGITS_LOST: N_("The spreadsheet kept only 15 of its digits; the last ones are lost"),
    CellProblem.FORMULA: N_("There is a formula that was never worked out; save the file in a spreadsheet"),
    CellProblem.FORMULA_ERROR: N_("There is a formula that went wrong"),
    ValueProblem.EMPTY_VALUE: N_("A value for the text is empty: {detail}"),
    ValueProblem.TOO_LONG_VALUE: N_("A value for the text is too long: {detail}, at most {most} characters"),
    ValueProblem.CONTROL_CHARACTER: N_("A value for the text has an invisible character: {detail}"),
    ValueProblem.LINK: N_("There is a link in {detail}, where you do not allow any"),
    "needs_unicode": N_("This message has characters outside the short alphabet"),
    "no_look_alike": N_("This message has a character that no look-alike stands for"),
    "too_many_parts": N_("This message needs {parts}, more than you allow"),
    "opted_out": N_("Opted out"),
    FAILED_BEFORE: N_("It failed for good in an earlier campaign"),
}

_LONG_VALUE = N_("A value for the text is too long: {detail} has {length} characters, at most {most}")

# What is said when the detail that the sentence wants is not there.
_WITHOUT_DETAIL: dict[str, str] = {
    NumberProblem.LETTERS: N_("There is a letter in it"),
    NumberProblem.ODD_CHARACTER: N_("There is a character that numbers do not have"),
    NumberProblem.DECIMAL: N_("A spreadsheet wrote it with decimals"),
    NumberProblem.TOO_SHORT: N_("Too short"),
    NumberProblem.TOO_LONG: N_("Too long"),
    NumberProblem.LOST_ZERO: N_("It lacks the leading zero"),
    NumberProblem.LOST_PLUS: N_("It lacks the plus"),
    NumberProblem.COUNTRY_NOT_ALLOWED: N_("Its country is not one you send to"),
    RowProblem.SHIFTED: N_("This row has not as many cells as the headings"),
    ValueProblem.EMPTY_VALUE: N_("A value for the text is empty"),
    ValueProblem.TOO_LONG_VALUE: N_("A value for the text is too long; at most {most} characters"),
    ValueProblem.CONTROL_CHARACTER: N_("A value for the text has an invisible character"),
    ValueProblem.LINK: N_("There is a link in a value, where you do not allow any"),
    "too_many_parts": N_("This message needs more SMS parts than you allow"),
}

_OF_PILES: dict[Pile, str] = {
    Pile.RECEIVE: "",
    Pile.DUPLICATE: N_("The same number as in another row"),
    Pile.UNREADABLE: N_("The number cannot be read"),
    Pile.OPTED_OUT: _ROWS["opted_out"],
    Pile.BLOCKED: N_("Nothing is sent to numbers like this"),
    Pile.TEXT_PROBLEM: N_("The message for this row cannot be made"),
    Pile.LEFT_OUT: N_("You left this row out"),
}


def row_problem(
    value: Pile | str,
    code: str | None,
    detail: str | None = "",
    *,
    duplicate_of: int | None = None,
    fields: Mapping[str, str] | None = None,
) -> str:
    """Why a row of a list is not sent to, as one short line; empty for rows that are.

    `fields`: the values by placeholder, so that one that is too long can be told with its length.
    """
    if duplicate_of is not None:
        return _("The same number as in row {row}").format(row=number(duplicate_of))
    if code not in _ROWS:
        return _(_OF_PILES[Pile(value)])
    if not detail and code in _WITHOUT_DETAIL:
        return _(_WITHOUT_DETAIL[code]).format(most=number(LONGEST_VALUE))
    detail = detail or ""
    form = _LONG_VALUE if code == ValueProblem.TOO_LONG_VALUE and detail in (fields or {}) else _ROWS[code]
    return _(form).format(
        detail=country(detail) if code == NumberProblem.COUNTRY_NOT_ALLOWED else detail,
        length=number(len((fields or {}).get(detail, "").strip())),
        most=number(LONGEST_VALUE),
        phone=shown_number(detail),
        character=_named(detail),
        parts=parts(int(detail)) if detail.isdecimal() else detail,
        digits=_digits(int(detail)) if detail.isdecimal() else detail,
    )


def _digits(n: int) -> str:
    return ngettext("{n} digit", "{n} digits", n).format(n=number(n))


def _named(character: str) -> str:
    """A character one can see, or its number in Unicode."""
    return character if character.isprintable() and not character.isspace() else f"U+{ord(character[:1] or ' '):04X}"


_LISTS: dict[ListProblem, str] = {
    ListProblem.EMPTY: N_("There is nothing in it."),
    ListProblem.ONLY_HEADER: N_("Only headings were found ({detail}) and no row below them."),
    ListProblem.BINARY: N_("This is no text file. Save the list as CSV or XLSX and choose that file."),
    ListProblem.PROGRAM: N_("This is a program, not a list."),
    ListProblem.BINARY_EXCEL: N_("This is a binary Excel file. Save it as XLSX (in Excel: File, Save as)."),
    ListProblem.OLD_EXCEL: N_("This is an old Excel file. Save it as XLSX (in Excel: File, Save as)."),
    ListProblem.OFFICE_DOCUMENT: N_(
        "This is a text document or a presentation. Choose the list itself, as CSV or XLSX."
    ),
    ListProblem.OTHER_SPREADSHEET: N_("This spreadsheet is in a format of its own program. Export it as XLSX or CSV."),
    ListProblem.ENCRYPTED: N_("The file is locked with a password. Save it without one and choose that file."),
    ListProblem.BROKEN: N_(
        "The file is damaged or was not copied to its end. Open it, save it again, and choose that file."
    ),
    ListProblem.PDF: N_("This is a PDF. Choose the list it was made from."),
    ListProblem.PICTURE: N_("This is a picture. Choose the list itself."),
    ListProblem.ZIP: N_("This is a packed folder. Unpack it and choose the list inside."),
    ListProblem.HTML: N_(
        "This is a web page, whatever its name says. Save the list as CSV or XLSX and choose that file."
    ),
    ListProblem.NOT_TEXT: N_("The file is written in a way that cannot be read. Save it as CSV in UTF-8."),
    ListProblem.TOO_LARGE: N_("The file is too large: {detail} MB when it is unpacked. Split the list."),
    ListProblem.TOO_MANY_ROWS: N_("The list has more than {most_rows} rows. Split it."),
    ListProblem.TOO_MANY_COLUMNS: N_("The list has too many columns: {detail}. At most {most_columns} can be read."),
    ListProblem.LONG_LINE: N_("A line is too long for a row of a list. Save it again as CSV or XLSX."),
    ListProblem.OPEN_QUOTE: N_("A quotation mark in row {detail} is never closed, which swallows the rows after it."),
}


def list_problem(code: ListProblem, detail: str = "") -> str:
    """Why a file is not taken as a list, and what to do."""
    return _(_LISTS[code]).format(detail=detail, most_rows=number(MOST_ROWS), most_columns=number(MOST_COLUMNS))


_NOTES: dict[FormatNote, str] = {
    FormatNote.WINDOWS_1252: N_("Check that letters like ä, é or ß look right."),
    FormatNote.GARBLED: N_("Some letters look damaged (like Ã¼). They were so before the file came here."),
    FormatNote.NO_HEADER: N_("The list has no headings; its columns were given numbers."),
    FormatNote.EQUAL_HEADINGS: N_(
        "Some columns have the same heading. They are named by their place; choose the right ones."
    ),
    FormatNote.HIDDEN_ROWS: N_("The spreadsheet hides {rows}, by hand or by a filter. They are read like the others."),
    FormatNote.NUMBER_CELLS: N_(
        "Some cells are numbers or dates to the spreadsheet. They arrive without their format, phone numbers without "
        "plus and leading zeros. Format the columns as text to keep what you see."
    ),
    FormatNote.DIGITS_LOST: N_(
        "Some numbers have more than 15 digits. A spreadsheet does not keep these; format the column as text and enter "
        "them again."
    ),
    FormatNote.NO_FORMULA_VALUE: N_(
        "Some formulas were never worked out. Open the file in a spreadsheet, save it, and choose it again."
    ),
}


def format_note(note: FormatNote, hidden_rows: int = 0) -> str:
    return _(_NOTES[note]).format(rows=rows(hidden_rows))


_TEMPLATES: dict[TemplateProblemCode, str] = {
    TemplateProblemCode.UNCLOSED: N_("A placeholder is not closed: {snippet}"),
    TemplateProblemCode.STRAY_CLOSE: N_("A closing brace has no opening one: {snippet}"),
    TemplateProblemCode.EMPTY_NAME: N_("A placeholder has no name: {snippet}"),
    TemplateProblemCode.LONG_NAME: N_(
        "A placeholder has a name of more than {most} characters: {snippet}. Give it a shorter one"
    ),
    TemplateProblemCode.NESTED: N_("There is a placeholder inside a placeholder: {snippet}"),
    TemplateProblemCode.LOOKALIKE_BRACE: N_("This brace only looks like one: {snippet}. Type {{ and }} again."),
}


def template_problem(code: TemplateProblemCode, snippet: str) -> str:
    """What is wrong with the braces of a text, and where."""
    return _(_TEMPLATES[code]).format(snippet=snippet, most=number(LONGEST_NAME))
