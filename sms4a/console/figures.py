"""Numbers, shares, times, phone numbers and who acted, as people read them."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import phonenumbers
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from sms4a.console import runtime
from sms4a.console.language import _, locale, ngettext
from sms4a.numbers import calling_code

NBSP = "\u00a0"
"""Between a figure and its unit, so that no line ends between them."""

# So many digits of any number stay unseen, whatever its length.
HIDDEN_DIGITS = 4

NOTHING = "–"
"""Stands where there is no value."""


def number(n: float) -> str:
    """A count with its thousands separated: 9,412."""
    return str(format_decimal(n, locale=locale()))


def percent(n: int, of: int) -> str:
    """A share with one decimal; a dash if there is nothing to share.

    Never 0.0 % for some and never 100.0 % for not all: such a share stops at 0.1 and 99.9.
    """
    if of <= 0:
        return NOTHING
    tenths = round(n * 1000 / of)
    if 0 < n < of:
        tenths = min(max(tenths, 1), 999)
    return f"{format_decimal(tenths / 10, format='#,##0.0', locale=locale())}{NBSP}%"


def average(n: int, of: int) -> str:
    """How many fall to each: 2, or 1.25; `of` is not 0. Only what is exactly a whole number is shown as one."""
    return str(format_decimal(n / of, format="#,##0.00" if n % of else "#,##0", locale=locale()))


def people(n: int) -> str:
    """A number of recipients with its noun."""
    return ngettext("{n} person", "{n} people", n).format(n=number(n))


def rows(n: int) -> str:
    """A number of rows of a list with its noun."""
    return ngettext("{n} row", "{n} rows", n).format(n=number(n))


def parts(n: int) -> str:
    """A number of SMS parts (what is billed) with its noun."""
    return ngettext("{n} SMS part", "{n} SMS parts", n).format(n=number(n))


def file_size(size: int) -> str:
    """Bytes as people read them: 812 kB, 14.2 MB."""
    if size < 1_000_000:
        return f"{number(max(1, round(size / 1000)))}{NBSP}kB"
    return f"{format_decimal(size / 1_000_000, format='#,##0.0', locale=locale())}{NBSP}MB"


def listing(words: Iterable[str]) -> str:
    """Words as a list in a sentence: a, b and c."""
    return str(format_list(list(words), locale=locale()))


def _local(ts_ms: int | None) -> datetime | None:
    return None if ts_ms is None else datetime.fromtimestamp(ts_ms / 1000, UTC).astimezone(runtime.zone())


def day(moment: date) -> str:
    """A day as people name it: Today, Yesterday, Sun 22 Nov, and with its year if that is another one."""
    today = runtime.now().astimezone(runtime.zone()).date()
    if moment == today:
        return _("Today")
    if moment == today - timedelta(days=1):
        return _("Yesterday")
    if moment == today + timedelta(days=1):
        return _("Tomorrow")
    pattern = "EEE d MMM" if moment.year == today.year else "EEE d MMM y"
    return str(format_date(moment, pattern, locale=locale())).replace(",", "")


def when(ts_ms: int | None, *, seconds: bool = True) -> str:
    """A moment (epoch milliseconds) on the viewer's clock: Today 14:20:31, Sun 22 Nov 10:00:04; a dash for None."""
    local = _local(ts_ms)
    return NOTHING if local is None else f"{day(local.date())} {_clock(local, seconds)}"


def on_one_line(moment: str) -> str:
    """For a narrow table: reasons may wrap, in a few rows; times stand in all of them."""
    return moment.replace(" ", NBSP)


def clock(ts_ms: int | None, *, seconds: bool = True) -> str:
    """Only the time of day: 14:20:31; a dash for None."""
    local = _local(ts_ms)
    return NOTHING if local is None else _clock(local, seconds)


def at(ts_ms: int | None) -> str:
    """A moment inside a sentence: 14:20 if it is today, else yesterday 14:20 or Sun 22 Nov 10:00; a dash for None."""
    local = _local(ts_ms)
    if local is None:
        return NOTHING
    time = _clock(local, seconds=False)
    today = runtime.now().astimezone(runtime.zone()).date()
    if local.date() == today:
        return time
    if local.date() == today - timedelta(days=1):
        return _("yesterday {time}").format(time=time)
    return f"{day(local.date())} {time}"


def moment(ts_ms: int | None, *, seconds: bool = False) -> str:
    """A moment within a sentence: today 14:20, Sun 22 Nov 10:00."""
    return within_sentence(when(ts_ms, seconds=seconds))


def within_sentence(text: str) -> str:
    """A day or a moment that begins with a word as it stands within a sentence."""
    for name, within in ((_("Today"), _("today")), (_("Yesterday"), _("yesterday")), (_("Tomorrow"), _("tomorrow"))):
        text = text.replace(name, within)
    return text


def same_day(one_ms: int, other_ms: int) -> bool:
    """Whether two moments (epoch milliseconds) have one date on the viewer's clock."""
    one, other = _local(one_ms), _local(other_ms)
    return one is not None and other is not None and one.date() == other.date()


def when_exactly(ts_ms: int | None) -> str:
    """A moment spelled out with its year and zone: Sunday 22 November 2026, 10:00:04 (Berlin)."""
    local = _local(ts_ms)
    if local is None:
        return NOTHING
    text = str(format_datetime(local, "EEEE d MMMM y, HH:mm:ss", locale=locale()))
    return f"{text} ({zone_name()})"


def _clock(local: datetime, seconds: bool) -> str:
    return str(format_time(local.time(), "HH:mm:ss" if seconds else "HH:mm", locale=locale()))


def zone_name() -> str:
    """The viewer's time zone by its city: Berlin."""
    return runtime.zone().key.rpartition("/")[2].replace("_", " ")


def duration(ms: float | None) -> str:
    """A length of time in one unit, the largest that fits: 38 seconds, 3 minutes, 2 hours, 4 days; a dash for None."""
    if ms is None:
        return NOTHING
    seconds = max(0, round(ms / 1000))
    if seconds < 120:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=number(seconds))
    if seconds < 7_200:
        n = seconds // 60
        return ngettext("{n} minute", "{n} minutes", n).format(n=number(n))
    if seconds < 172_800:
        n = seconds // 3_600
        return ngettext("{n} hour", "{n} hours", n).format(n=number(n))
    n = seconds // 86_400
    return ngettext("{n} day", "{n} days", n).format(n=number(n))


def age(ts_ms: int | None) -> str:
    """How long ago a moment was; a dash for None."""
    return NOTHING if ts_ms is None else duration(runtime.now_ts() - ts_ms)


def masked(phone: str | None) -> str:
    """A phone number as strangers may see it, country and last three digits: +49 152 ••• •456; a dash for nothing."""
    if not phone:
        return NOTHING
    try:
        spaced = phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        # Nobody knows where a country ends in it, and there may be two numbers.
        spaced = ""
    country, _space, rest = spaced.replace("-", " ").partition(" ")
    digits = re.sub(r"\D", "", rest)
    if len(digits) < HIDDEN_DIGITS + 3:
        return f"•••{NBSP}•{re.sub(r'[^0-9]', '', phone)[-2:]}"
    start = digits[: min(3, len(digits) - 3 - HIDDEN_DIGITS)]
    return NBSP.join(filter(None, (country, start, "•••", f"•{digits[-3:]}")))


def shown_number(phone: str | None) -> str:
    """A phone number in groups, as one reads it out; as it is if nobody can read it; a dash for nothing."""
    if not phone:
        return NOTHING
    try:
        spaced = phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return phone
    return spaced.replace(" ", NBSP)


def country(region: str) -> str:
    """A country's name in the reader's language; its code if there is none."""
    return str(locale().territories.get(region, region)) if region else _("No country")


def country_with_code(region: str) -> str:
    code = calling_code(region)
    return f"{country(region)} (+{code})" if code else country(region)


def countries(counts: Mapping[str, int], most: int = 5) -> str:
    """Austria 161, Switzerland 63 and others."""
    named = [f"{country(region)} {number(n)}" for region, n in list(counts.items())[:most]]
    return listing([*named, _("others")] if len(counts) > most else named)


def actor_name(actor: str) -> str:
    """Who acted, short: an e-mail address without its company; nothing on one's own machine, where nobody signs in."""
    return "" if actor == runtime.LOCAL else actor.partition("@")[0]
