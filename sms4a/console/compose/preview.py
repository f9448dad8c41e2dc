"""What a person sees on the phone: a real row of the list in the text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

import streamlit as st

from sms4a.campaigns.bodies import as_sent, parts_of, renderer_for
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.console import runtime, widgets, wording
from sms4a.console.compose.desk import Desk, key
from sms4a.console.wording import N_, _, ngettext
from sms4a.recipients import CheckedRow, Pile
from sms4a.templates import Template, name_key
from sms4a.text import Encoding, measure, sign_count, split_parts

# A long message scrolls inside the phone, as it would on one.
HEIGHT = 480

# Shades over whatever the page has, so that they are right at once when the theme changes.
_EDGE, _SCREEN, _BUBBLE = "rgba(128, 136, 170, .25)", "rgba(128, 136, 170, .08)", "rgba(128, 136, 170, .14)"

# A line under it would pass for a letter where the sign is small.
_MARK = "background:rgba(203, 132, 1, .3);color:inherit;border-radius:3px;padding:0 2px"

EXTREMES = {"longest": N_("Longest"), "shortest": N_("Shortest"), "dearest": N_("Costliest"), "oddest": N_("Oddest")}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as one person would get it."""

    text: str
    row: int | None = None
    """Of the file; None: the text itself, there is no list yet."""
    written: str = ""
    """The text before the API treats it."""
    problem: str = ""
    """Why this person would get none, in words."""
    parts: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    """What the row has for each placeholder."""


def message(desk: Desk, index: int | None) -> Shown:
    """The message for the index-th person who receives; None or no such person: the text itself."""
    if index is not None and desk.list_is_read and desk.contacts:
        found = desk.store.lists.rows(desk.contacts.id, Pile.RECEIVE, index, 1)
        if found and all_filled(desk):
            return rendered_for(desk.template, desk.columns, desk.options, found[0])
    text = as_sent(desk.text, desk.options.treatment)
    return Shown(text, written=desk.text, parts=parts_of(desk.text, desk.options.treatment))


def all_filled(desk: Desk) -> bool:
    """Whether each placeholder has its column; until then there are no messages to show, only the text."""
    return set(desk.template.fields) <= set(desk.columns)


def made(desk: Desk, campaign: Campaign, row: int) -> Shown:
    """The message of a prepared campaign for this row of the file."""
    found = desk.store.messages.of_row(campaign, row)
    if found is None:
        return message(desk, None)
    return Shown(as_sent(found.text, campaign.options.treatment), found.row, found.text, parts=found.parts)


def extremes(desk: Desk, campaign: Campaign) -> dict[str, int]:
    """The rows of a prepared campaign that are worth reading: of everybody, not of a sample."""
    counted = desk.store.prices.cost_map(campaign.id)
    if counted is None or not campaign.people:
        return {}
    dearest = desk.store.prices.list().dearest(counted)
    found = {**counted.extremes, **({} if dearest is None else {"dearest": dearest})}
    return {name: found[name] for name in EXTREMES if name in found}


def beyond(text: str, options: CampaignOptions) -> str:
    """What a message is too long by: the words after the last part that is allowed."""
    encoding = Encoding.UCS2 if options.treatment is Treatment.UNICODE else None
    return "".join(split_parts(as_sent(text, options.treatment), encoding)[options.max_parts :])


def rendered_for(template: Template, columns: dict[str, str], options: CampaignOptions, row: CheckedRow) -> Shown:
    """The message for one row of a list."""
    treatment = options.treatment
    known = {name: columns.get(name, "") for name in template.fields}
    rendered = renderer_for(template, known, options)(row.values)
    if rendered.problem:
        values = {name: row.values.get(column, "") for name, column in columns.items()}
        problem = wording.row_problem(Pile.TEXT_PROBLEM, rendered.problem, rendered.field, fields=values)
        return Shown("", row.row, problem=problem)
    defaults = dict(options.defaults)
    values = {
        name: row.values.get(column, "").strip() or defaults.get(name_key(name), "") for name, column in known.items()
    }
    text = as_sent(rendered.text, treatment)
    return Shown(text, row.row, rendered.text, parts=parts_of(rendered.text, treatment), values=values)


def phone(sender: str, shown: Shown, at_ts: int | None = None) -> None:
    """The one thing we draw ourselves. `at_ts`: when it comes; None: now."""
    sender = sender or _("Your account's sender")
    at_ts = int(runtime.now().timestamp() * 1000) if at_ts is None else at_ts
    body = marked(shown.text) or escape(shown.problem or _("Your message appears here."))
    faint = "" if shown.text else "opacity:.75;"
    label = escape(_("On a phone, from {sender}: {text}").format(sender=sender, text=shown.text), quote=True)
    st.html(
        f'<div role="img" tabindex="0" aria-label="{label}" style="border:1px solid {_EDGE};border-radius:28px;'
        f"background:{_SCREEN};padding:16px 14px 28px;max-width:380px;min-height:250px;max-height:{HEIGHT}px;"
        f'overflow-y:auto;margin:0 auto">'
        f'<div style="text-align:center;font-weight:600;border-bottom:1px solid {_EDGE};padding-bottom:10px">'
        f"{escape(sender)}</div>"
        f'<div style="text-align:center;font-size:12px;opacity:.75;padding:10px 0">'
        f"{escape(wording.when(at_ts, seconds=False))}</div>"
        f'<div dir="auto" style="{faint}background:{_BUBBLE};border-radius:18px 18px 18px 4px;padding:10px 14px;'
        f'width:fit-content;max-width:88%;white-space:pre-wrap;overflow-wrap:anywhere">{body}</div></div>'
    )


def marked(text: str) -> str:
    """The text as HTML; what the short alphabet does not have is marked."""
    odd = {one.character for one in measure(text).odd}
    if not odd:
        return escape(text)
    found = re.compile("|".join(re.escape(sign) for sign in sorted(odd, key=len, reverse=True)))
    pieces, end = [], 0
    for one in found.finditer(text):
        pieces += [escape(text[end : one.start()]), f'<mark style="{_MARK}">{escape(one[0])}</mark>']
        end = one.end()
    return "".join([*pieces, escape(text[end:])])


def facts(shown: Shown) -> str:
    """One line under the phone: which row it is and what it costs."""
    if shown.problem:
        return widgets.plain(shown.problem)
    signs = sign_count(shown.text)
    count = ngettext("{n} character", "{n} characters", signs).format(n=wording.number(signs))
    size = f"{wording.parts(shown.parts)} · {count}"
    if shown.row is None:
        return size
    return _("Row {row} of your list").format(row=wording.number(shown.row)) + f" · {size}"


def draw_made(desk: Desk, campaign: Campaign) -> None:
    """Messages of a prepared campaign that are worth reading before it is sent."""
    rows = extremes(desk, campaign)
    if not rows:
        return
    chosen = st.pills(
        _("Show the message that is"),
        list(rows),
        format_func=lambda name: _(EXTREMES[name]),
        default=next(iter(rows)),
        required=True,
        wrap=True,
        key=key("made"),
    )
    shown = made(desk, campaign, rows[chosen])
    phone(desk.sender, shown, campaign.start_ts)
    st.caption(facts(shown), text_alignment="center")
