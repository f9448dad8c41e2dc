"""New campaign: Message, Recipients, Check, Send; everything entered is in the draft that the address names."""

from collections.abc import Callable

import streamlit as st

from sms4a.console import registry, widgets, wording, words_compose
from sms4a.console.compose import preparing, steps_check, steps_message, steps_recipients, steps_send
from sms4a.console.compose.desk import (
    STEPS,
    Desk,
    conflict_reasons,
    go,
    go_on,
    key,
    open_desk,
    sent_as,
    start_over,
    was_asked,
)
from sms4a.console.compose.desk_news import draw_news
from sms4a.console.compose.desk_saving import widget
from sms4a.console.wording import Words, _, ngettext

# The bar at the bottom is outside the frame's container and keeps its width.
BAR_WIDTH = 1240


def head(desk: Desk) -> None:
    saved = None
    if desk.draft:
        label = _("Draft saved {time}").format(time=wording.clock(desk.draft.updated_ts, seconds=False))
        saved = Words(label, ":material/cloud_done:", "gray", _("Everything you enter is kept, also when you leave."))
    with widgets.page_head(_("New campaign"), saved):
        st.segmented_control(
            _("Step"), STEPS, format_func=lambda step: step_name(desk, step), required=True, wrap=True,
            label_visibility="collapsed", key=widget("step", desk.step), on_change=go_to_chosen,
        )  # fmt: skip


def go_to_chosen() -> None:
    go(st.session_state[key("step")])


def step_name(desk: Desk, step: str) -> str:
    done = {
        "message": lambda: not steps_message.obstacles(desk),
        "recipients": lambda: not steps_recipients.obstacles(desk),
        "check": lambda: preparing.nothing_against_it(desk),
    }
    if STEPS.index(step) < STEPS.index(desk.step) and done[step]():
        return f":material/check: {words_compose.step(step)}"
    return f"{STEPS.index(step) + 1} {words_compose.step(step)}"


def bar(
    desk: Desk, *, note: str, primary: str, reasons: list[str], on_click: Callable[..., None], args: tuple[object, ...]
) -> None:
    """Back, a note or what is missing, and the one primary action.

    Only Send is closed while something is missing. The others say at the top of the page what it is: what is typed
    at the moment of the press is not stored yet, so nobody can know before.
    """
    step = STEPS.index(desk.step)
    reasons = conflict_reasons() or reasons
    # The check itself says what it cannot be made without.
    if was_asked(desk) and reasons and not (desk.step == "check" and preparing.obstacles(desk)):
        draw_reasons(reasons)
    with st.bottom, st.container(horizontal=True, wrap=False, vertical_alignment="center", width=BAR_WIDTH):
        if step:
            st.button(
                words_compose.step(STEPS[step - 1]), icon=":material/arrow_back:", key=key("back"),
                on_click=go, args=(STEPS[step - 1],),
            )  # fmt: skip
        note = missing(reasons) if reasons else note
        st.caption(note, width="stretch", text_alignment="right")
        icon = ":material/send:" if desk.step == "send" else ":material/arrow_forward:"
        st.button(
            primary, type="primary", icon=icon, icon_position="right", key=key("primary"),
            disabled=desk.step == "send" and bool(reasons), on_click=on_click, args=args,
        )  # fmt: skip


def draw_reasons(reasons: list[str]) -> None:
    title = ngettext("One point is still open", "{n} points are still open", len(reasons))
    missing_place.warning(
        "\n".join(f"- {reason}" for reason in reasons), title=title.format(n=wording.number(len(reasons)))
    )


def missing(reasons: list[str]) -> str:
    if len(reasons) == 1:
        return reasons[0]
    rest = len(reasons) - 1
    form = ngettext("{first} And {n} more point.", "{first} And {n} more points.", rest)
    return form.format(first=reasons[0], n=rest)


def message(desk: Desk) -> None:
    steps_message.draw(desk)
    note = _("Everything is saved as you go.")
    bar(desk, note=note, primary=_("Continue to recipients"), reasons=steps_message.obstacles(desk),
        on_click=go_on, args=("recipients", steps_message.obstacles))  # fmt: skip


def recipients(desk: Desk) -> None:
    steps_recipients.draw(desk)
    left_out = desk.contacts.rows_total - desk.people if desk.contacts and desk.list_is_read else 0
    form = ngettext("{n} row is left out", "{n} rows are left out", left_out)
    if desk.without_value:
        form = ngettext(
            "{n} row is left out, and those that lack a value",
            "{n} rows are left out, and those that lack a value",
            left_out,
        )
    note = form.format(n=wording.number(left_out))
    primary = _("Check {people}").format(people=wording.people(desk.people)) if desk.people else _("Check")
    bar(desk, note=note if left_out else "", primary=primary, reasons=steps_recipients.obstacles(desk),
        on_click=go_on, args=("check", steps_recipients.obstacles))  # fmt: skip


def check(desk: Desk) -> None:
    steps_check.draw(desk)
    reasons = preparing.continue_obstacles(desk)
    bar(desk, note=_("Nothing is sent yet."), primary=_("Continue to send"), reasons=reasons,
        on_click=go_on, args=("send", preparing.continue_obstacles))  # fmt: skip


def send(desk: Desk) -> None:
    steps_send.draw_problem()
    steps_send.draw(desk)
    campaign = preparing.ready(desk)
    reasons = steps_send.obstacles(desk, campaign)
    args = (campaign.id, campaign.fingerprint) if campaign and not reasons else ()
    bar(desk, note=_("You can still stop everything that has not left."), primary=steps_send.label(campaign),
        reasons=reasons, on_click=steps_send.send, args=args)  # fmt: skip


desk = open_desk()
if campaign_id := sent_as(desk):
    st.switch_page(registry.page("campaign"), query_params={"id": campaign_id})
head(desk)
if "draft" in st.query_params and desk.draft is None:
    st.warning(_("Somebody deleted it, or the address is not complete."), title=_("There is no such draft"))
    st.button(_("Start a new campaign"), key=key("start_over"), on_click=start_over)
else:
    draw_news(desk)
    # What comes and goes has a place of its own: a field below that moved would lose what is being typed.
    missing_place = st.empty()
    {"message": message, "recipients": recipients, "check": check, "send": send}[desk.step](desk)
