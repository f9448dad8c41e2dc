"""The Send step: now or later, and the button that releases exactly what was checked."""

from datetime import datetime, timedelta

import streamlit as st

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.cost_map import CostMap
from sms4a.campaigns.ledger import LedgerError
from sms4a.console import runtime, widgets, wording, words_compose, words_cost, words_start
from sms4a.console.compose import preparing, preview, second_look
from sms4a.console.compose.desk import Desk, key
from sms4a.console.compose.desk_saving import save, widget
from sms4a.console.moments import moments, offset, to_ms, wall
from sms4a.console.wording import _, ngettext

_NOW, _LATER = "now", "later"


def draw(desk: Desk) -> None:
    if preparing.obstacles(desk):
        preparing.prepared(desk)
        return
    grid = st.grid(3, min_column_width=260, gap=("medium", "large"))
    with grid.cell(column_span=2):
        finding = st.empty()
        _when(desk)
        campaign = preparing.prepared(desk)
        if campaign:
            finding.markdown(_finding(desk, campaign))
            second_look.draw_forbidden(desk, campaign)
        if campaign and preparing.unconfirmed(campaign):
            preparing.draw_tick(campaign)
    if campaign:
        with grid.cell():
            preview.draw_made(desk, campaign)


def _finding(desk: Desk, campaign: Campaign) -> str:
    counted, priced = desk.store.prices.cost_map(campaign.id) or CostMap(), desk.store.prices.list()
    return words_cost.finding(campaign.people, priced.cost(counted.parts_by_region()), priced.currency)


def obstacles(desk: Desk, campaign: Campaign | None) -> list[str]:
    """Why Send cannot be pressed now, one sentence each; empty if it can."""
    if problem := st.session_state.get(key("start_problem")):
        return [problem]
    if reasons := preparing.obstacles(desk):
        return reasons
    if campaign is None or campaign.fingerprint is None:
        return [_("The messages are still being put together.")]
    if not campaign.people:
        return [_("Nobody is left to send to.")]
    if campaign.start_ts is not None and campaign.start_ts <= runtime.now_ts():
        return [wording.ledger_problem(LedgerError("start_passed"))]
    return second_look.forbidden(desk, campaign) + preparing.unconfirmed(campaign)


def label(campaign: Campaign | None) -> str:
    if campaign is None or campaign.fingerprint is None:
        return _("Send") if campaign is None or campaign.start_ts is None else _("Schedule")
    if campaign.start_ts is not None:
        form = ngettext("Schedule for {n} person", "Schedule for {n} people", campaign.people)
    else:
        form = ngettext("Send to {n} person", "Send to {n} people", campaign.people)
    return form.format(n=wording.number(campaign.people))


def send(campaign_id: str, fingerprint: str) -> None:
    """Release it; a second call, from wherever, changes nothing. The page then goes on to the campaign."""
    try:
        undo_s, zone = runtime.settings().undo_s, runtime.zone()
        runtime.store().ledger.send(campaign_id, fingerprint, runtime.actor(), undo_s=undo_s, zone=zone)
    except LedgerError as error:
        st.session_state[key("send_problem")] = wording.ledger_problem(error)


def draw_problem() -> None:
    """What kept the last press of Send from working."""
    if problem := st.session_state.pop(key("send_problem"), None):
        st.error(problem, title=_("Nothing was sent"))


def _when(desk: Desk) -> None:
    start_ts = desk.draft.start_ts if desk.draft else None
    zone = runtime.zone()
    widgets.section(_("When should it go out?"))
    st.segmented_control(
        _("Start"),
        [_NOW, _LATER],
        required=True,
        label_visibility="collapsed",
        format_func=lambda choice: {_NOW: _("Now"), _LATER: _("At a date and time")}[choice],
        key=widget("when", _NOW if start_ts is None else _LATER),
        on_change=_choose,
    )
    problem = st.session_state.get(key("start_problem"))
    if start_ts is None:
        st.markdown(_at_once(runtime.settings().undo_s))
        _warn_of_night(None)
        return
    typed = st.session_state.get(key("start")) if problem else None
    st.datetime_input(
        _("Date and time ({zone})").format(zone=wording.zone_name()),
        key=widget("start", typed or wall(start_ts, zone)),
        format="DD.MM.YYYY",
        on_change=_choose_time,
        width=280,
        step=timedelta(minutes=15),
    )
    if problem:
        st.warning(problem, title=_("This time cannot be used"))
        _which_of_two()
    else:
        st.markdown(_("The first messages go out on **{when}**.").format(when=words_compose.start(start_ts)))
        st.caption(_("Until then they wait here, and you can stop them."))
        _warn_of_night(start_ts)


def _at_once(undo_s: float) -> str:
    if not undo_s:
        return _("The first messages go out **as soon as you press Send**.")
    text = _("The first messages go out **{time} after you press Send**. Until then you can take it back.")
    return text.format(time=wording.duration(undo_s * 1000))


def _warn_of_night(start_ts: int | None) -> None:
    """The time is often chosen after the check, which would have said so."""
    if told := second_look.at_night(start_ts):
        st.warning(told, icon=":material/bedtime:")


def _choose() -> None:
    """Later begins with tomorrow at ten, a time when people are awake."""
    _forget_problem()
    if st.session_state[key("when")] == _NOW:
        save(start_ts=None)
        return
    zone = runtime.zone()
    tomorrow = runtime.now().astimezone(zone).date() + timedelta(days=1)
    save(start_ts=to_ms(moments(datetime.combine(tomorrow, datetime.min.time()).replace(hour=10), zone)[0]))


def _choose_time() -> None:
    """Take the time, or keep the earlier one and say why."""
    _forget_problem()
    chosen: datetime | None = st.session_state[key("start")]
    if chosen is None:
        return
    found, now = moments(chosen, runtime.zone()), runtime.now()
    coming = words_start.to_come(found, now)
    if problem := words_start.problem(chosen, found, now):
        st.session_state[key("start_problem")] = problem
        if len(coming) == 2:
            st.session_state[key("start_two")] = [to_ms(moment) for moment in coming]
        return
    save(start_ts=to_ms(coming[0]))


def _which_of_two() -> None:
    two = st.session_state.get(key("start_two"), [])
    with st.container(horizontal=True):
        for ts, name in zip(two, (_("The first"), _("The second")), strict=False):
            local = datetime.fromtimestamp(ts / 1000, runtime.zone())
            st.button(f"{name} ({offset(local)})", key=key(f"start_{ts}"), on_click=_take_start, args=(ts,))


def _take_start(ts: int) -> None:
    _forget_problem()
    save(start_ts=ts)


def _forget_problem() -> None:
    for name in ("start_problem", "start_two"):
        st.session_state.pop(key(name), None)
