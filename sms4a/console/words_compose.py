"""Words that only the New campaign page needs: options, characters, piles as sentences, encodings."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from babel.dates import format_datetime

from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.console import runtime, widgets, wording
from sms4a.console.moments import moments, offset, wall
from sms4a.console.wording import N_, _, ngettext
from sms4a.filling import ValueProblem
from sms4a.recipients import FileKind, ListFormat, Pile
from sms4a.templates import name_key
from sms4a.text import OddCharacter, ReplacementReason

ACCOUNT = N_("As your account sets it")
"""Not the same as off: then Retarus decides by the account's settings."""

_IN_A_ROW = 40
"""Characters of a name."""

_STEPS = {"message": N_("Message"), "recipients": N_("Recipients"), "check": N_("Check"), "send": N_("Send")}

_TREATMENTS = {
    Treatment.AUTOMATIC: (
        N_("Automatic"),
        N_("Each message goes out short where it can, and in Unicode where it must. Unicode costs more parts."),
    ),
    Treatment.REFUSE: (
        N_("Short alphabet only"),
        N_("People whose message needs Unicode are left out and listed."),
    ),
    Treatment.REPLACE: (
        N_("Blank instead"),
        N_("Retarus puts a blank in place of each character outside the short alphabet."),
    ),
    Treatment.TRANSLITERATE: (
        N_("Look-alike instead"),
        N_("Retarus puts a similar letter in its place (ł becomes l). Which one, only Retarus knows; ours is a guess."),
    ),
    Treatment.UNICODE: (N_("Unicode for all"), N_("Everything can be written; a part holds 70 characters, not 160.")),
}

_ODD = {
    ReplacementReason.QUOTE: N_("the curly quotation mark {sign}"),
    ReplacementReason.DASH: N_("the long dash {sign}"),
    ReplacementReason.ACCENT: N_("the accent {sign}"),
    ReplacementReason.ELLIPSIS: N_("the sign for three dots {sign}"),
    ReplacementReason.SPACE: N_("a special space"),
    ReplacementReason.INVISIBLE: N_("an invisible character"),
    ReplacementReason.LOOKALIKE: N_("the sign {sign}"),
}

DELIMITERS = {
    ";": N_("semicolon"),
    ",": N_("comma"),
    "\t": N_("tab"),
    "|": N_("vertical bar"),
    ":": N_("colon"),
    "^": N_("caret"),
    "~": N_("tilde"),
}
"""Separators a person may choose."""

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": N_("Windows-1252 (Western Europe)"),
    "cp1250": N_("Windows-1250 (Central Europe)"),
    "iso8859-15": "ISO 8859-15",
    "utf-16-le": "UTF-16",
    "cp850": N_("DOS (code page 850)"),
    "mac_roman": N_("Macintosh (Roman)"),
}
"""Encodings a person may choose."""

_SHORT_ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}

_KINDS = {FileKind.XLSX: "Excel", FileKind.ODS: "OpenDocument"}

_WAYS_OUT: dict[str, str] = {
    ValueProblem.EMPTY_VALUE: N_("Write under “Values of your list” what should stand for an empty value."),
    ValueProblem.LINK: N_("If these links are yours, allow them under “Values of your list”."),
    ValueProblem.TOO_LONG_VALUE: N_("Shorten the long values in the list."),
    ValueProblem.CONTROL_CHARACTER: N_("Take the invisible characters out of the list."),
    "too_many_parts": N_("Shorten the text, or allow more SMS parts under “Sending options”."),
    "needs_unicode": N_("Choose another way with such characters under “Sending options”."),
    "no_look_alike": N_("Choose another way with such characters under “Sending options”."),
}


# What Streamlit would take for formatting in a label; braces, dots and hyphens stay, because screen readers get the
# label with its backslashes.
_FORMATTING = re.compile(r"[\\`*\[\]~$<]|:(?=[a-z/]|\Z)|(?<!\w)_|_(?!\w)")


def in_label(text: str) -> str:
    """A user's words, to stand as they are in the label of a widget."""
    return widgets.apart(" ".join(text.split()), lambda piece: _FORMATTING.sub(r"\\\g<0>", piece))


def short(name: str) -> str:
    """A user's words for one of several buttons in a row; the whole of it stands in the list that has it."""
    return name if len(name) <= _IN_A_ROW else f"{name[: _IN_A_ROW - 1].rstrip()}…"


def placeholder(name: str) -> str:
    """A placeholder as it is written in the text, for labels and sentences."""
    return in_label("{" + name + "}")


def step(name: str) -> str:
    return _(_STEPS[name])


def treatment(value: Treatment) -> str:
    return _(_TREATMENTS[value][0])


def treatment_sentence(value: Treatment) -> str:
    return _(_TREATMENTS[value][1])


def odd_character(odd: OddCharacter) -> str:
    """A character outside the short alphabet, as one would call it; no Markdown."""
    # A joiner inside an emoji is not printable by itself; what begins with something to see can be shown.
    sign = odd.character if odd.character[0].isprintable() else odd.name
    return (_(_ODD[odd.reason]) if odd.reason else _("the character {sign}")).format(sign=sign)


def recognised(form: ListFormat) -> str:
    """What was recognised of a file, in one line."""
    facts = [
        wording.rows(form.row_count),
        ngettext("{n} column", "{n} columns", len(form.header)).format(n=wording.number(len(form.header))),
    ]
    if form.kind in _KINDS:
        facts.append(_KINDS[form.kind])
        return " · ".join([*facts, widgets.plain(form.sheet)] if len(form.sheets) > 1 else facts)
    if len(form.header) > 1:
        facts.append(delimiter(form.delimiter))
    facts.append(_SHORT_ENCODINGS.get(form.encoding) or encoding(form.encoding))
    return " · ".join(facts)


def delimiter(sign: str) -> str:
    return _(DELIMITERS[sign]) if sign in DELIMITERS else sign


def encoding(codec: str) -> str:
    return _(ENCODINGS[codec]) if codec in ENCODINGS else codec


def pile_title(pile: Pile, n: int) -> str:
    """What a pile of rows means, as the title of its table."""
    match pile:
        case Pile.RECEIVE:
            form = ngettext("{n} person will receive this message", "{n} people will receive this message", n)
        case Pile.DUPLICATE:
            form = ngettext("{n} row repeats a number of the list", "{n} rows repeat a number of the list", n)
        case Pile.UNREADABLE:
            form = ngettext("{n} number cannot be read", "{n} numbers cannot be read", n)
        case Pile.OPTED_OUT:
            form = ngettext("{n} person does not want messages", "{n} people do not want messages", n)
        case Pile.BLOCKED:
            form = ngettext("{n} number is not allowed", "{n} numbers are not allowed", n)
        case Pile.TEXT_PROBLEM:
            form = ngettext("{n} message cannot be made", "{n} messages cannot be made", n)
        case _:
            form = ngettext("{n} row is left out by you", "{n} rows are left out by you", n)
    return form.format(n=wording.number(n))


def ways_out(problems: Iterable[str | None]) -> list[str]:
    """What an author can do about messages that cannot be made, one sentence for each kind of problem."""
    return [_(_WAYS_OUT[problem]) for problem in dict.fromkeys(problems) if problem in _WAYS_OUT]


def validity(minutes: int | None) -> str:
    """How long a message is tried."""
    if minutes is None:
        return _(ACCOUNT)
    if minutes == 0:
        return _("As long as the network chooses")
    if minutes % 60:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=wording.number(minutes))
    return ngettext("{n} hour", "{n} hours", minutes // 60).format(n=wording.number(minutes // 60))


def switch(value: bool | None) -> str:
    return _(ACCOUNT) if value is None else _("On") if value else _("Off")


def priority(value: str | None) -> str:
    return _(ACCOUNT) if value is None else {"NORMAL": _("Normal"), "EXPRESS": _("Express")}[value]


def start(ts: int) -> str:
    """A start to the minute, spelled out; with its offset where the clock shows that time twice."""
    zone = runtime.zone()
    local = datetime.fromtimestamp(ts / 1000, zone)
    text = str(format_datetime(local, "EEEE d MMMM y, HH:mm", locale=wording.locale()))
    twice = len(moments(wall(ts, zone), zone)) == 2
    return f"{text} ({wording.zone_name()}{f', {offset(local)}' if twice else ''})"


def changed_options(options: CampaignOptions) -> int:
    """How many options differ from what a new draft has."""
    default = CampaignOptions()
    names = CampaignOptions.model_fields.keys() - {"defaults", "links"}  # they stand beside the text
    return sum(getattr(options, name) != getattr(default, name) for name in names)


def options_line(options: CampaignOptions, fields: Sequence[str]) -> str:
    """The options in one line: first what was changed, then the others that matter always.

    `fields`: the placeholders as the text spells them; options name them in small letters.
    """
    spelled = {name_key(name): "{" + name + "}" for name in fields}
    by_account = _("delivery reports as your account sets them")
    reports = {None: by_account, True: _("delivery reports"), False: _("no delivery reports")}
    always = {
        "status_requested": reports[options.status_requested],
        "treatment": _("characters: {choice}").format(choice=treatment(options.treatment)),
        "max_parts": _("at most {parts} each").format(parts=wording.parts(options.max_parts)),
    }
    default = CampaignOptions()
    unchanged = [name for name in always if getattr(options, name) == getattr(default, name)]
    facts = [words for name, words in always.items() if name not in unchanged]
    if options.validity_min is not None:
        facts.append(_("valid: {time}").format(time=validity(options.validity_min)))
    if options.flash is not None:
        facts.append(_("flash: {switch}").format(switch=switch(options.flash)))
    if options.qos is not None:
        facts.append(_("priority: {word}").format(word=priority(options.qos)))
    if options.billcode:
        facts.append(_("bill code {code}").format(code=options.billcode))
    if options.quiet:
        n = len(options.quiet)
        facts.append(ngettext("{n} quiet period", "{n} quiet periods", n).format(n=n))
    facts += [
        _("empty {field}: {value}").format(field=spelled[name], value=value)
        for name, value in options.defaults
        if name in spelled
    ]
    if links := [spelled[name] for name in options.links if name in spelled]:
        facts.append(_("links from {fields}").format(fields=wording.listing(links)))
    rest = " · ".join(always[name] for name in unchanged)
    if facts and rest:
        line = _("changed: {changed}; as usual: {rest}").format(changed=" · ".join(facts), rest=rest)
    else:
        line = " · ".join(facts) or rest
    return line[0].upper() + line[1:]
