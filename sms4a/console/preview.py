"""What a person sees on the phone: real rows of the list in the text, the shortest and the longest of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

import streamlit as st

from sms4a.campaigns.bodies import parts_of, renderer_for
from sms4a.campaigns.ledger import Campaign
from sms4a.campaigns.messages import message_of
from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.console import runtime, theme, widgets, wording
from sms4a.console.desk import Desk, key
from sms4a.console.wording import N_, _, ngettext
from sms4a.recipients import CheckedRow, Pile
from sms4a.templates import Template, name_key
from sms4a.text import Encoding, sign_count, split_parts, treated

# So many rows are rendered at once to find the shortest and the longest message; more would be felt while typing.
SAMPLE_ROWS = 1_000

# A long message scrolls inside the phone, as it would on one.
HEIGHT = 480

_EXTREMES = {"longest": N_("Longest"), "shortest": N_("Shortest"), "dearest": N_("Dearest"), "oddest": N_("Oddest")}

_AS_SENT = {Treatment.REPLACE: "REPLACE", Treatment.TRANSLITERATE: "TRANSLITERATE"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as one person would get it."""

    text: str
    row: int | None = None
    """Of the file; None: the text itself, there is no list yet."""
    problem: str = ""
    """Why this person would get none, in words."""
    parts: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    """What the row has for each placeholder."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Where among the first people of the list the extremes are; indexes into those who receive."""

    rows: int
    shortest: int
    longest: int


def message(desk: Desk, index: int | None) -> Shown:
    """The message for the index-th person who receives; None or no such person: the text itself."""
    if index is not None and desk.list_is_read and desk.contacts:
        found = desk.store.lists.rows(desk.contacts.id, Pile.RECEIVE, index, 1)
        if found and _all_filled(desk):
            return _rendered(desk.template, desk.columns, desk.options, found[0])
    text = as_sent(desk.text, desk.options.treatment)
    return Shown(text, parts=parts_of(desk.text, desk.options.treatment))


def _all_filled(desk: Desk) -> bool:
    """Whether each placeholder has its column; until then there are no messages to show, only the text."""
    return set(desk.template.fields) <= set(desk.columns)


def made(desk: Desk, campaign: Campaign, row: int) -> Shown:
    """The message of a prepared campaign for this row of the file."""
    found = message_of(desk.store.database, campaign, row)
    if found is None:
        return message(desk, None)
    return Shown(as_sent(found.text, campaign.options.treatment), found.row, parts=found.parts)


def extremes(desk: Desk, campaign: Campaign) -> dict[str, int]:
    """The rows of a prepared campaign that are worth reading: of everybody, not of a sample."""
    counted = desk.store.prices.cost_map(campaign.id)
    if counted is None or not campaign.people:
        return {}
    dearest = desk.store.prices.list().dearest(counted)
    found = {**counted.extremes, **({} if dearest is None else {"dearest": dearest})}
    return {name: found[name] for name in _EXTREMES if name in found}


def as_sent(text: str, treatment: Treatment) -> str:
    """The text after what the API does with characters outside the short alphabet, by our estimate."""
    return treated(text, _AS_SENT[treatment]) if treatment in _AS_SENT else text


def beyond(text: str, options: CampaignOptions) -> str:
    """What a message is too long by: the words after the last part that is allowed."""
    encoding = Encoding.UCS2 if options.treatment is Treatment.UNICODE else None
    return "".join(split_parts(as_sent(text, options.treatment), encoding)[options.max_parts :])


def sample(desk: Desk) -> Sample | None:
    """The extremes; None without people or without a text that can be filled."""
    if not desk.list_is_read or not desk.people or not desk.contacts or not _all_filled(desk):
        return None
    columns = tuple(sorted(desk.columns.items()))
    return _sample(desk.contacts.id, desk.contacts.version, desk.text, columns, desk.options.model_dump_json())


@st.cache_data(max_entries=100, ttl="10m", show_spinner=False)
def _sample(list_id: str, version: int, text: str, columns: tuple[tuple[str, str], ...], chosen: str) -> Sample | None:
    template, mapping, options = Template.parse(text), dict(columns), CampaignOptions.model_validate_json(chosen)
    rows = runtime.store().lists.sample(list_id, SAMPLE_ROWS)
    shown = [_rendered(template, mapping, options, row) for row in rows]
    sizes = [(one.parts, len(one.text), i) for i, one in enumerate(shown) if not one.problem]
    if not sizes:
        return None
    return Sample(len(rows), min(sizes)[2], max(sizes)[2])


def _rendered(template: Template, columns: dict[str, str], options: CampaignOptions, row: CheckedRow) -> Shown:
    treatment = options.treatment
    known = {name: columns.get(name, "") for name in template.fields}
    rendered = renderer_for(template, known, options)(row.values)
    if rendered.problem:
        values = {name: row.values.get(column, "") for name, column in columns.items()}
        problem = wording.row_problem(Pile.TEXT_PROBLEM, rendered.problem, rendered.field, fields=values)
        return Shown("", row.row, problem)
    defaults = dict(options.defaults)
    values = {
        name: row.values.get(column, "").strip() or defaults.get(name_key(name), "") for name, column in known.items()
    }
    text = as_sent(rendered.text, treatment)
    return Shown(text, row.row, parts=parts_of(rendered.text, treatment), values=values)


def phone(desk: Desk, shown: Shown) -> None:
    """The one thing we draw ourselves."""
    dark = theme.kind() == "dark"
    ink = theme.ink()
    screen, bubble = ("#1A212C", "#2B3443") if dark else ("#F5F6F9", "#E6E9F0")
    sender = desk.sender or _("Your account's sender")
    body = escape(shown.text or shown.problem or _("Your message appears here."))
    faint = "" if shown.text else f"color:{ink.muted};"
    label = escape(_("On a phone, from {sender}: {text}").format(sender=sender, text=shown.text), quote=True)
    st.html(
        f'<div role="img" tabindex="0" aria-label="{label}" style="border:1px solid {ink.grid};border-radius:28px;'
        f"background:{screen};padding:16px 14px 28px;max-width:380px;min-height:250px;max-height:{HEIGHT}px;"
        f'overflow-y:auto;margin:0 auto;color:{ink.text}">'
        f'<div style="text-align:center;font-weight:600;border-bottom:1px solid {ink.grid};padding-bottom:10px">'
        f"{escape(sender)}</div>"
        f'<div style="text-align:center;font-size:12px;color:{ink.muted};padding:10px 0">'
        f"{escape(wording.when(int(runtime.now().timestamp() * 1000), seconds=False))}</div>"
        f'<div dir="auto" style="{faint}background:{bubble};border-radius:18px 18px 18px 4px;padding:10px 14px;'
        f'width:fit-content;max-width:88%;white-space:pre-wrap;overflow-wrap:anywhere">{body}</div></div>'
    )


def facts(desk: Desk, shown: Shown) -> str:
    """One line under the phone: which row it is and what it costs."""
    if shown.problem:
        return widgets.plain(shown.problem)
    signs = sign_count(shown.text)
    count = ngettext("{n} character", "{n} characters", signs).format(n=wording.number(signs))
    size = f"{wording.parts(shown.parts)} · {count}"
    if shown.row is None:
        return size
    return _("Row {row} of your list").format(row=wording.number(shown.row)) + f" · {size}"


def stepper(desk: Desk) -> Shown:
    """Which row is shown: any, the shortest, the longest. Draws the choice and returns the message."""
    if not desk.list_is_read or not desk.people:
        return message(desk, None)
    # What cannot be filled yet leaves the choice where it is: it shows the text until it can.
    extremes = sample(desk) or Sample(desk.people, 0, 0)
    index_key = key("preview_index")
    index = min(st.session_state.setdefault(index_key, 0), max(desk.people - 1, 0))
    names = {"row": _("By row"), "shortest": _("Shortest"), "longest": _("Longest")}
    chosen = st.pills(
        _("Show the message of"),
        list(names),
        format_func=lambda name: names[name],
        default="row",
        required=True,
        wrap=True,
        key=key("preview"),
    )
    if chosen == "row":
        with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center", wrap=False):
            st.button(
                _("Back"),
                icon=":material/chevron_left:",
                key=key("preview_back"),
                disabled=index == 0,
                on_click=_move,
                args=(-1,),
                type="tertiary",
            )
            st.markdown(f":small[{wording.number(index + 1)} / {wording.number(desk.people)}]", width="content")
            st.button(
                _("Next"),
                icon=":material/chevron_right:",
                icon_position="right",
                key=key("preview_next"),
                disabled=index + 1 >= desk.people,
                on_click=_move,
                args=(1,),
                type="tertiary",
            )
    elif desk.people > extremes.rows:
        st.caption(_("Of the first {n} people.").format(n=wording.number(extremes.rows)))
    return message(desk, {"shortest": extremes.shortest, "longest": extremes.longest}.get(chosen, index))


def _move(by: int) -> None:
    st.session_state[key("preview_index")] = max(0, st.session_state.get(key("preview_index"), 0) + by)


def draw_made(desk: Desk, campaign: Campaign) -> None:
    """Messages of a prepared campaign that are worth reading before it is sent."""
    rows = extremes(desk, campaign)
    if not rows:
        return
    chosen = st.pills(
        _("Show the message that is"),
        list(rows),
        format_func=lambda name: _(_EXTREMES[name]),
        default=next(iter(rows)),
        required=True,
        wrap=True,
        key=key("made"),
    )
    shown = made(desk, campaign, rows[chosen])
    phone(desk, shown)
    st.caption(facts(desk, shown), text_alignment="center")


def draw(desk: Desk) -> Shown:
    """Choice, phone and its line; returns what is shown."""
    shown = stepper(desk)
    phone(desk, shown)
    st.caption(facts(desk, shown), text_alignment="center")
    return shown
