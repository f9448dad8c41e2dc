"""The sending options: all an author may choose, each with a sentence under it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from sms4a.campaigns.options import Treatment
from sms4a.console import runtime, wording, words_compose
from sms4a.console.compose.desk import Desk, key
from sms4a.console.compose.desk_saving import present_draft, save_option, saves_option, widget
from sms4a.console.moments import moments, to_ms, wall
from sms4a.console.wording import _, ngettext
from sms4a.models import Qos

# Streamlit takes None for "nothing chosen", so what the account decides has a name of its own.
_ACCOUNT = "account"

_SWITCH = {"on": True, _ACCOUNT: None, "off": False}
_SWITCHED = {value: name for name, value in _SWITCH.items()}

_OTHER = "other"
_VALIDITIES = {_ACCOUNT: None, "0": 0, "60": 60, "360": 360, "1440": 1440, "2880": 2880}
_VALID_FOR = {value: name for name, value in _VALIDITIES.items()}

# What "Other" begins with: none of the presets.
_OTHER_MINUTES = 120

# The least and the most that `CampaignOptions` takes.
_MINUTES = (5, 2880)
_PARTS = (1, 20)
LONGEST_BILLCODE = 70

# The API would stretch a shorter one.
_SHORTEST_QUIET_MS = 3_600_000


def draw(desk: Desk) -> None:
    """All an author may choose, each with a sentence under it; the default is named where it is not ours."""
    changed = words_compose.changed_options(desk.options)
    state = _("nothing changed") if not changed else ngettext("{n} changed", "{n} changed", changed).format(n=changed)
    with st.expander(f"{_('Sending options')} · {state}", icon=":material/tune:", key=key("options")):
        grid = st.grid(2, min_column_width=240, gap=("medium", "medium"))
        for draw in (_reports, _characters, _validity, _max_parts, _flash, _priority, _billcode):
            with grid.cell(), st.container(gap="xxsmall"):
                draw(desk)
        _quiet(desk)
        st.caption(
            _(
                "Set by us on every campaign: a reference of its own, by which results find their way back, "
                "and duplicate detection, by which Retarus refuses the same hand-over a second time."
            )
        )


def _switch(desk: Desk, name: str, label: str, order: tuple[str, ...]) -> None:
    st.segmented_control(
        label,
        order,
        format_func=lambda choice: words_compose.switch(_SWITCH[choice]),
        required=True,
        wrap=True,
        key=widget(name, _SWITCHED[getattr(desk.options, name)]),
        **saves_option(name, _SWITCH.__getitem__),
    )


def _reports(desk: Desk) -> None:
    _switch(desk, "status_requested", _("Delivery reports"), ("on", _ACCOUNT, "off"))
    st.caption(_("On unless you change it. Without reports nobody can say what arrived."))


def _flash(desk: Desk) -> None:
    _switch(desk, "flash", _("Flash message"), (_ACCOUNT, "on", "off"))
    st.caption(_("Shows at once on the screen and is often not kept. Costs extra; not in all countries."))


def _validity(desk: Desk) -> None:
    value = desk.options.validity_min
    shown = _VALID_FOR.get(value, _OTHER)
    st.selectbox(
        _("Valid for"),
        [*_VALIDITIES, _OTHER],
        format_func=lambda name: _("Other") if name == _OTHER else words_compose.validity(_VALIDITIES[name]),
        key=widget("validity_min", shown),
        **saves_option("validity_min", lambda name: _VALIDITIES.get(name, _OTHER_MINUTES)),
    )
    if shown == _OTHER:
        # Without the limits: Streamlit would drop what lies outside without a word.
        st.number_input(
            _("Minutes"),
            key=widget("validity_minutes", value),
            step=5,
            on_change=_save_number,
            args=("validity_min", "validity_minutes", *_MINUTES),
        )
        _problem("validity_min")
    st.caption(_("Phones that are off longer do not get the message. 5 minutes to 2 days."))


def _save_number(option: str, name: str, least: int, most: int) -> None:
    """Store a number, or keep the earlier one and say why."""
    chosen: int | None = st.session_state[key(name)]
    if chosen is not None and least <= chosen <= most:
        st.session_state.pop(key(f"{option}_problem"), None)
        save_option(option, chosen)
        return
    problem = _("{chosen} cannot be taken: it must be from {least} to {most}. The earlier entry stays.")
    st.session_state[key(f"{option}_problem")] = problem.format(
        chosen=wording.NOTHING if chosen is None else wording.number(chosen),
        least=wording.number(least),
        most=wording.number(most),
    )


def _problem(option: str) -> None:
    """Why the last entry was not taken; said until another one is."""
    if problem := st.session_state.get(key(f"{option}_problem")):
        st.warning(problem)


def _priority(desk: Desk) -> None:
    st.selectbox(
        _("Priority"),
        (_ACCOUNT, *(qos.value for qos in Qos)),
        format_func=lambda name: words_compose.priority(None if name == _ACCOUNT else name),
        key=widget("qos", desk.options.qos.value if desk.options.qos else _ACCOUNT),
        **saves_option("qos", lambda name: None if name == _ACCOUNT else name),
    )
    st.caption(_("Express overtakes other messages and costs extra."))


def _characters(desk: Desk) -> None:
    st.selectbox(
        _("Characters outside the short alphabet"),
        [treatment.value for treatment in Treatment],
        format_func=lambda name: words_compose.treatment(Treatment(name)),
        key=widget("treatment", desk.options.treatment.value),
        **saves_option("treatment", Treatment),
    )
    st.caption(words_compose.treatment_sentence(desk.options.treatment))


def _max_parts(desk: Desk) -> None:
    st.number_input(
        _("Most SMS parts for one person"),
        step=1,
        key=widget("max_parts", desk.options.max_parts),
        on_change=_save_number,
        args=("max_parts", "max_parts", *_PARTS),
    )
    _problem("max_parts")
    st.caption(_("4 unless you change it. Longer messages are left out and listed, never cut."))


def _billcode(desk: Desk) -> None:
    st.text_input(
        _("Bill code"),
        key=widget("billcode", desk.options.billcode or ""),
        on_change=_save_billcode,
    )
    _problem("billcode")
    st.caption(_("Appears on the invoice. Up to 70 characters; empty: as your account sets it."))


def _save_billcode() -> None:
    """Store the bill code, or keep the earlier one: a shortened code would be a wrong one on the invoice."""
    code = st.session_state[key("billcode")].strip()
    st.session_state.pop(key("billcode_problem"), None)
    if len(code) <= LONGEST_BILLCODE:
        save_option("billcode", code or None)
        return
    problem = _("This bill code has {n} characters, and at most {most} are allowed. The earlier entry stays.")
    st.session_state[key("billcode_problem")] = problem.format(
        n=wording.number(len(code)), most=wording.number(LONGEST_BILLCODE)
    )


def _quiet(desk: Desk) -> None:
    """Periods in which Retarus delivers nothing."""
    zone = runtime.zone()
    st.markdown(f":small[{_('Quiet periods')}]")
    st.caption(
        _(
            "Nothing is delivered within them; what falls in waits for the end. At least one hour each. Time of {zone}."
        ).format(zone=wording.zone_name())
    )
    for n, (start, end) in enumerate(desk.options.quiet):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for name, label, ts in (("start", _("From"), start), ("end", _("Until"), end)):
                st.datetime_input(
                    label,
                    key=widget(f"quiet_{name}_{n}", wall(ts, zone)),
                    width=210,
                    format="DD.MM.YYYY",
                    on_change=_save_quiet,
                    args=(n,),
                )
            st.button(_("Remove"), key=key(f"quiet_remove_{n}"), on_click=_remove_quiet, args=(n,), type="tertiary")
    _problem("quiet")
    st.button(_("Add a quiet period"), icon=":material/add:", key=key("quiet_add"), on_click=_add_quiet)


def _present_quiet() -> list[tuple[int, int]]:
    draft = present_draft()
    return list(draft.options.quiet) if draft else []


def _add_quiet() -> None:
    """The coming night is the likeliest one, or the first one after it that is not quiet yet."""
    _forget_quiet_problem()
    zone, periods = runtime.zone(), _present_quiet()
    evening = datetime.combine(runtime.now().astimezone(zone).date(), datetime.min.time()).replace(hour=20)
    while _overlaps(night := _night(evening, zone), periods):
        evening += timedelta(days=1)
    save_option("quiet", (*periods, night))


def _night(evening: datetime, zone: ZoneInfo) -> tuple[int, int]:
    start, end = moments(evening, zone)[0], moments(evening + timedelta(hours=12), zone)[0]
    return to_ms(start), to_ms(end)


def _overlaps(period: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(period[0] < end and start < period[1] for start, end in others)


def _forget_quiet_problem() -> None:
    st.session_state.pop(key("quiet_problem"), None)


def _remove_quiet(n: int) -> None:
    _forget_quiet_problem()
    periods = _present_quiet()
    save_option("quiet", tuple(periods[:n] + periods[n + 1 :]))


def _save_quiet(n: int) -> None:
    zone, periods = runtime.zone(), _present_quiet()
    walls = [st.session_state[key(f"quiet_{name}_{n}")] for name in ("start", "end")]
    if None in walls or n >= len(periods):
        return
    found = [moments(wall_time, zone) for wall_time in walls]
    if not all(found):
        st.session_state[key("quiet_problem")] = _("Clocks are put forward over this time, so it does not exist.")
        return
    # Where an hour comes twice, the longer period keeps people undisturbed.
    period = to_ms(found[0][0]), to_ms(found[1][-1])
    if problem := _quiet_problem(period, periods[:n] + periods[n + 1 :]):
        st.session_state[key("quiet_problem")] = problem
        return
    _forget_quiet_problem()
    periods[n] = period
    save_option("quiet", tuple(periods))


def _quiet_problem(period: tuple[int, int], others: list[tuple[int, int]]) -> str:
    """Why a period cannot be taken; empty if it can."""
    start, end = period
    if start >= end:
        return _("The end must be after the start. The earlier entry stays.")
    if end - start < _SHORTEST_QUIET_MS:
        return _("A quiet period lasts at least one hour. The earlier entry stays.")
    if _overlaps(period, others):
        return _("It overlaps another quiet period. The earlier entry stays.")
    return ""
