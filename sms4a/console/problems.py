"""Words for what is wrong: rows, lists, texts, hand-overs, and what holds all sending."""

from collections.abc import Mapping

from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.memory import FAILED_BEFORE
from sms4a.connection import Finding
from sms4a.console.figures import country, number, parts, rows, shown_number
from sms4a.console.language import N_, _
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
from sms4a.templates import LONGEST_VALUE, TemplateProblemCode, ValueProblem

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
    "sent_again": N_("Was sent to again already, or a second message could arrive twice"),
    NumberProblem.EMPTY: N_("There is no number"),
    NumberProblem.NO_DIGITS: N_("There are words, no number"),
    NumberProblem.LETTERS: N_("There is a letter in it: {detail}"),
    NumberProblem.ODD_CHARACTER: N_("There is a character that numbers do not have: {character}"),
    NumberProblem.TWO_NUMBERS: N_("There are two numbers in one cell"),
    NumberProblem.EXTENSION: N_("It has an extension; a phone that receives SMS has none"),
    NumberProblem.SCIENTIFIC: N_("A spreadsheet shortened it, its last digits are lost"),
    NumberProblem.DECIMAL: N_("A spreadsheet wrote it with decimals; probably {phone}"),
    NumberProblem.TOO_SHORT: N_("Too short: {detail} digits"),
    NumberProblem.TOO_LONG: N_("Too long: {detail} digits"),
    NumberProblem.NOT_ASSIGNED: N_("No network has such numbers"),
    NumberProblem.NO_COUNTRY: N_("It lacks the country or the leading zero; probably {phone}"),
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
    "opted_out": N_("This person does not want messages"),
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
    NumberProblem.NO_COUNTRY: N_("It lacks the country or the leading zero"),
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
    Pile.BLOCKED: N_("Numbers like this are not sent to"),
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
    )


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
    FormatNote.WINDOWS_1252: N_("The file is not in UTF-8. Check that umlauts look right."),
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
    TemplateProblemCode.LONG_NAME: N_("The name of a placeholder is too long: {snippet}"),
    TemplateProblemCode.NESTED: N_("There is a placeholder inside a placeholder: {snippet}"),
    TemplateProblemCode.LOOKALIKE_BRACE: N_("This brace only looks like one: {snippet}. Type {{ and }} again."),
}


def template_problem(code: TemplateProblemCode, snippet: str) -> str:
    """What is wrong with the braces of a text, and where."""
    return _(_TEMPLATES[code]).format(snippet=snippet)


_CAMPAIGNS: Mapping[str, str] = {
    "no_text": N_("There is no text."),
    "text_problem": N_("Something is wrong with the placeholders of the text."),
    "unknown_field": N_("The text has a placeholder that no column of the list fills."),
    "list_changed": N_("The list was changed meanwhile."),
    "replaced": N_("A newer version of the draft has taken its place."),
}


def campaign_problem(code: str | None) -> str:
    """Why a campaign could not be prepared."""
    return _(_CAMPAIGNS.get(code or "", N_("It could not be prepared. Change the message or the list and try again.")))


_REFUSED_VERBS: Mapping[str, str] = {
    "changed": N_("The message or the list was changed after this check. Check again before you send."),
    "not_prepared": N_("The messages are still being put together."),
    "no_people": N_("Nobody is left to send to."),
    "list_not_ready": N_("The list is still being read, or something about it must be answered first."),
    "draft_gone": N_("Somebody deleted this draft."),
    "already_sent": N_("This campaign was sent already."),
    "sent_again": N_(
        "Somebody of these people was sent to again meanwhile, or a second message could reach them twice. Go back to "
        "the first campaign and choose anew."
    ),
    "over_campaign_limit": N_("It would cost more than one campaign may. The limit stands on the page Prices."),
    "over_day_limit": N_("With what else begins on that day it would cost more than a day may."),
    "no_price": N_("There is a limit for what may be spent, and no price for some of the countries."),
    "no_reason": N_("Say why. The reason stays with this campaign."),
    "not_undecided": N_("It is not open any more: it was found, or somebody decided meanwhile."),
    "no_job_id": N_("This is no job id. It begins with J. and stands on the page Jobs."),
    "already_asked": N_("Somebody has decided in this moment; it is being carried out."),
}


def ledger_problem(error: LedgerError) -> str:
    """Why what was asked for is not possible now."""
    return _(_REFUSED_VERBS.get(error.code, N_("This is not possible now.")))


_SUBMISSIONS: Mapping[str, str] = {
    "refused": N_("Retarus refused the content."),
    "slow_down": N_("Retarus asked to send more slowly."),
    "login": N_("Retarus did not accept the login."),
    "wrong_address": N_("The address does not take messages."),
    "certificate": N_("The other side could not prove that it is Retarus."),
    "not_connected": N_("No connection could be made; nothing has left."),
    "duplicate": N_("Retarus says that it has seen the same just before."),
    "server_error": N_("Retarus had an internal error after the request had left."),
    "no_answer": N_("The request left and no usable answer came back."),
    "changed": N_("It is no longer what was checked."),
    "interrupted": N_("The program ended in the middle of it."),
    "too_late": N_("There was no time left to send it before another sender would have taken over."),
    "disk": N_("The disk of the server is full or cannot be written; nothing has left."),
    "not_built": N_("The request could not be put together; nothing has left."),
    "not_recordable": N_("Retarus answered something that could not be stored."),
    "nobody_left": N_("Everybody in it opted out after the check."),
    "no_trace": N_("Both data centres were searched completely, again and again, and have no job with its reference."),
    "could_not_look": N_("For a whole day a data centre could not be searched, so a job may be there unseen."),
    "job_differs": N_("Retarus has a job with its reference, but for another number of people."),
    "double_job": N_("Retarus has two jobs with its reference: people may have got the message twice."),
}


def submission_problem(code: str | None) -> str:
    """Why a hand-over is not accepted; empty if nothing is wrong."""
    return _(_SUBMISSIONS.get(code, N_("Something unexpected happened."))) if code else ""


_HOLDS: Mapping[str, tuple[str, str]] = {
    "login": (
        N_("Retarus does not accept the login."),
        N_("Check user name and password, and restart the console with the right ones. Then it goes on by itself."),
    ),
    "wrong_address": (
        N_("The address does not take messages."),
        N_("Check the addresses on the Connection page. Once they are right, it goes on by itself."),
    ),
    "certificate": (
        N_("The other side could not prove that it is Retarus."),
        N_(
            "Ask your administrator: a proxy or a missing certificate is the usual reason. Once that is mended, it "
            "goes on by itself."
        ),
    ),
    "emergency": (
        N_("All sending was stopped by hand."),
        N_("Let it go on when you know that it should."),
    ),
    "restored": (
        N_("This is an older copy of the database."),
        N_(
            "What it shows as waiting may have left already. Compare the page Jobs with each campaign, and stop the "
            "campaigns that Retarus has, before you let sending go on."
        ),
    ),
    "moved": (
        N_("The database was moved or copied to another place."),
        N_(
            "If another console still works on the first one, both would send to the same people. Let sending go on "
            "here only when the other one is switched off for good."
        ),
    ),
    "disk": (
        N_("The disk of the server is full or cannot be written."),
        N_("Ask your administrator to make room. Then let sending go on."),
    ),
    "clock": (
        N_("The clock of this machine jumped."),
        N_(
            "Scheduled campaigns would leave at a wrong time. Ask your administrator to look at date and time of the "
            "server, then let sending go on."
        ),
    ),
    "double_job": (
        N_("Retarus has two jobs for one hand-over."),
        N_(
            "People may have got a message twice. Tell your administrator and Retarus, and look at that "
            "hand-over on its campaign's page, before you let sending go on."
        ),
    ),
    "job_differs": (
        N_("Retarus has a job of ours for another number of people."),
        N_(
            "Somebody else may be sending with our references. Tell your administrator and Retarus, and look at "
            "that hand-over on its campaign's page, before you let sending go on."
        ),
    ),
}

_OTHER_HOLD = (N_("Sending is held."), N_("Look at the Connection page, mend what it names, then try again."))


def hold(code: str) -> tuple[str, str]:
    """What holds all sending, and what to do about it."""
    what, advice = _HOLDS.get(code, _OTHER_HOLD)
    return _(what), _(advice)


def connection_finding(finding: Finding) -> str:
    """What a test of one address has found, and what to do."""
    return {
        Finding.WORKS: _("It answers."),
        Finding.WRONG_LOGIN: _("It answers, and does not accept user name and password. Check both."),
        Finding.WRONG_ADDRESS: _("There is no such host, or what answers there is not this API. Check the address."),
        Finding.NO_NETWORK: _("This machine reaches nobody. Check its network."),
        Finding.NOBODY_THERE: _("Nothing answers there. Check the address, and whether a firewall is in the way."),
        Finding.CERTIFICATE: _(
            "It could not prove that it is Retarus. A proxy or a missing certificate is the usual reason."
        ),
        Finding.PROXY: _("The proxy does not answer or does not let the console through. Check its setting."),
        Finding.NO_ANSWER: _("A connection was made and no answer came in time. Try again in some minutes."),
        Finding.BUSY: _("It answers, and asks for fewer requests. Try again in a minute."),
        Finding.SERVER_TROUBLE: _("It answers that it has an internal error. Try again in some minutes."),
        Finding.ODD_ANSWER: _("It refuses a request that is right. Ask Retarus."),
    }[finding]
