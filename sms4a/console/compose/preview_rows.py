"""Which row of the list the Message step shows: step by step, found by a word, or the extremes."""

from dataclasses import dataclass, field
from decimal import Decimal

import streamlit as st

from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.prices import PriceList
from sms4a.console import runtime, widgets, wording
from sms4a.console.compose import preview
from sms4a.console.compose.desk import Desk, key
from sms4a.console.compose.preview import EXTREMES, Shown
from sms4a.console.wording import _
from sms4a.recipients import CheckedRow
from sms4a.templates import Template
from sms4a.text import odd_count

# So many rows are rendered at once to find the extremes; more would be felt while typing. The Check step knows those of
# the whole list.
SAMPLE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Sample:
    """Where among the first people of the list the extremes are."""

    rows: int
    places: dict[str, int] = field(default_factory=dict)
    """A name of `EXTREMES` → index into those who receive; oddest is missing if nothing is odd."""


def sample(desk: Desk) -> Sample | None:
    """The extremes; None without people or without a text that can be filled."""
    if not desk.list_is_read or not desk.people or not desk.contacts or not preview.all_filled(desk):
        return None
    columns, chosen = tuple(sorted(desk.columns.items())), desk.options.model_dump_json()
    prices = tuple(sorted(desk.store.prices.list().prices.items()))
    return _sample(desk.contacts.id, desk.contacts.version, desk.text, columns, chosen, prices)


@st.cache_data(max_entries=100, ttl="10m", show_spinner=False)
def _sample(
    list_id: str,
    version: int,
    text: str,
    columns: tuple[tuple[str, str], ...],
    chosen: str,
    prices: tuple[tuple[str, Decimal], ...],
) -> Sample | None:
    template, mapping, options = Template.parse(text), dict(columns), CampaignOptions.model_validate_json(chosen)
    rows = runtime.store().lists.sample(list_id, SAMPLE_ROWS)
    shown = [preview.rendered_for(template, mapping, options, row) for row in rows]
    made = [(i, one, row) for i, (one, row) in enumerate(zip(shown, rows, strict=True)) if not one.problem]
    if not made:
        return None
    return Sample(len(rows), _extremes(made, PriceList(prices=dict(prices))))


def _extremes(made: list[tuple[int, Shown, CheckedRow]], priced: PriceList) -> dict[str, int]:
    """Of equal ones the first."""

    def size(one: Shown) -> tuple[int, int]:
        return one.parts, len(one.text)

    found = {
        "longest": max(made, key=lambda m: size(m[1])),
        "shortest": min(made, key=lambda m: size(m[1])),
        "dearest": max(made, key=lambda m: (m[1].parts * (priced.of(m[2].region or "") or 0), size(m[1]))),
        "oddest": max(made, key=lambda m: odd_count(m[1].written)),
    }
    if not odd_count(found["oddest"][1].written):
        found.pop("oddest")
    return {name: place for name, (place, _shown, _row) in found.items()}


def draw(desk: Desk) -> Shown:
    """Choice, phone and its line; returns what is shown."""
    shown = _chosen(desk)
    preview.phone(desk.sender, shown)
    st.caption(preview.facts(shown), text_alignment="center")
    return shown


def _chosen(desk: Desk) -> Shown:
    if not desk.list_is_read or not desk.people:
        return preview.message(desk, None)
    # What cannot be filled yet leaves the choice where it is: it shows the text until it can.
    found = sample(desk) or Sample(desk.people, dict.fromkeys(EXTREMES, 0))
    names = {"row": _("By row"), **{name: _(words) for name, words in EXTREMES.items() if name in found.places}}
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
        return preview.message(desk, _step(desk))
    if desk.people > found.rows:
        st.caption(_("Of the first {n} people.").format(n=wording.number(found.rows)))
    return preview.message(desk, found.places.get(chosen, 0))


def _step(desk: Desk) -> int:
    """Back, next, or the first row that has a word; the index into those who receive."""
    index: int = min(st.session_state.setdefault(key("preview_index"), 0), max(desk.people - 1, 0))
    st.text_input(_("Find a name, a number or another value"), key=key("preview_search"), on_change=_find, args=(desk,))
    if problem := st.session_state.get(key("preview_problem")):
        st.caption(widgets.plain(problem))
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
    return index


def _move(by: int) -> None:
    st.session_state[key("preview_index")] = max(0, st.session_state.get(key("preview_index"), 0) + by)


def _find(desk: Desk) -> None:
    words = st.session_state[key("preview_search")].strip()
    st.session_state.pop(key("preview_problem"), None)
    if not words or desk.contacts is None:
        return
    place = desk.store.lists.find(desk.contacts.id, words)
    if place is None:
        problem = _("Nobody who receives has “{words}”.").format(words=words[:40])
        st.session_state[key("preview_problem")] = problem
    else:
        st.session_state[key("preview_index")] = place
