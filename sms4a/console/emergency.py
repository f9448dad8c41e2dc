"""Stop all sending from any page, and the banner on every page that says why nothing leaves and how it goes on."""

import streamlit as st

from sms4a.addresses import CENTRES
from sms4a.campaigns.brakes import EMERGENCY, RESTORED
from sms4a.campaigns.policy import INCIDENTS, MENDS_ITSELF
from sms4a.campaigns.views import Hold
from sms4a.console import dialogs, registry, runtime, widgets, wording
from sms4a.console.wording import _, ngettext

_STOP, _RELEASE = "emergency_stop", "emergency_release"


def control() -> None:
    """Small and quiet, for the side card; nothing while it is pressed."""
    hold = runtime.store().reports.hold()
    if hold is not None and hold.code == EMERGENCY:
        return
    if st.button(_("Stop all sending"), icon=":material/front_hand:", type="tertiary", key="emergency_ask"):
        dialogs.ask(_STOP)


def _stop_question() -> None:
    st.markdown(_reach())
    st.markdown(
        _(
            "**What has left cannot be called back.** It is with Retarus, or on its way there at this moment. Nothing "
            "is lost: what stays here goes on when somebody says so."
        )
    )
    reason = st.text_input(_("Why? Everybody will read it (optional)"), key="emergency_reason", max_chars=200)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Do not stop"), key="emergency_no"):
            dialogs.done()
        if st.button(_("Stop all sending"), icon=":material/front_hand:", key="emergency_yes"):
            _stop((reason or "").strip())
            dialogs.done()


def _reach() -> str:
    """Whom it keeps here; Markdown."""
    now_ts = runtime.now_ts()
    waiting = [progress.waiting for progress in runtime.store().reports.running(now_ts) if progress.waiting]
    if not waiting:
        return _(
            "**Nothing more goes out, from any campaign,** until somebody lets sending go on. Nothing is "
            "waiting right now."
        )
    campaigns = ngettext("{n} campaign", "{n} campaigns", len(waiting)).format(n=wording.number(len(waiting)))
    return _(
        "**Nothing more goes out, from any campaign,** until somebody lets sending go on: {people} "
        "of {campaigns} stay here, those of scheduled ones too."
    ).format(people=wording.people(sum(waiting)), campaigns=campaigns)


def _stop(reason: str) -> None:
    runtime.store().brakes.stop_everything(runtime.actor(), reason or None)


def over_the_page() -> None:
    """Above every page: nothing while nothing is held, else the banner; and the questions before stop and release."""
    _banner()
    if dialogs.asked() == (_STOP,):
        st.dialog(_("Stop all sending?"), icon=":material/front_hand:", on_dismiss=dialogs.close)(_stop_question)()
    elif dialogs.asked() == (_RELEASE,):
        hold = runtime.store().reports.hold()
        if hold is None:
            dialogs.close()
            return
        dialog = st.dialog(_("Let sending go on?"), icon=":material/play_arrow:", on_dismiss=dialogs.close)
        dialog(_release_question)(hold)


@st.fragment(run_every="5s")
def _banner() -> None:
    hold = runtime.store().reports.hold()
    if hold is None:
        return
    what, advice = wording.hold(hold.code)
    with st.container(key="emergency_banner", gap="small"):
        st.error(f"{_since(hold)} {advice}", title=what, icon=":material/front_hand:")
        with st.container(horizontal=True, vertical_alignment="center"):
            if hold.code in MENDS_ITSELF:
                if st.button(_("Try again now"), icon=":material/refresh:", key="emergency_retry"):
                    _release(hold)
            elif st.button(_("Let sending go on …"), icon=":material/play_arrow:", key="emergency_go"):
                dialogs.ask(_RELEASE)
            _way_to(hold)


def _since(hold: Hold) -> str:
    """Since when, by whom, why, and what holds."""
    since = wording.moment(hold.since_ts)
    who = wording.actor_name(hold.actor) if hold.actor else ""
    if hold.code == RESTORED:
        return _("Nothing has gone out since {time}.").format(time=since)
    if hold.code != EMERGENCY:
        return _("Nothing has gone out since {time}. What has not left is kept here; nothing is lost.").format(
            time=since
        )
    by = _("by {who}").format(who=widgets.plain(who)) + ", " if who else ""
    why = f" {_('Reason: {reason}.').format(reason=widgets.plain(hold.detail.rstrip(' .')))}" if hold.detail else ""
    kept = _("What has not left is kept here; nothing is lost.")
    return _("Stopped {by}{time}.{why} {kept}").format(by=by, time=since, why=why, kept=kept)


def _way_to(hold: Hold) -> None:
    """Links to where something is to be done about it: after an older copy, or at the campaign it is about."""
    if hold.code == RESTORED:
        for name in ("opt_outs", "jobs", "campaigns"):
            st.page_link(registry.page(name), width="content")
    pieces = (hold.detail or "").split(".")
    if hold.code in INCIDENTS and len(pieces) == 4:
        st.page_link(
            registry.page("campaign"), label=_("Open the campaign"), icon=":material/arrow_forward:",
            query_params={"id": pieces[2]},
        )  # fmt: skip


def _release_question(hold: Hold) -> None:
    st.markdown(_who_waits(runtime.store().reports.queue(runtime.now_ts()).people))
    sure = hold.code == EMERGENCY
    if not sure:
        _what, advice = wording.hold(hold.code)
        st.markdown(advice)
        if hold.code == RESTORED and not _all_jobs_are_known(hold.since_ts or 0):
            st.warning(
                _(
                    "The jobs of the account have not all been read since. Whoever has got a message by one of them "
                    "could get it again now: wait until the page Jobs has them all."
                ),
                icon=":material/hourglass_top:",
            )
        sure = st.checkbox(_("This was looked into, and nobody gets a message twice."), key="emergency_sure")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Not yet"), key="emergency_not_yet"):
            dialogs.done()
        if st.button(_("Let sending go on"), icon=":material/play_arrow:", key="emergency_release", disabled=not sure):
            _release(hold)


def _who_waits(people: int) -> str:
    """Whom a release lets go; Markdown."""
    if not people:
        return _("**Nobody is waiting for a message right now.** What is sent from now on goes out again.")
    form = ngettext(
        "**{people} is waiting for a message.** If its time has come, it leaves at once.",
        "**{people} are waiting for their message.** Those whose time has come get it at once.",
        people,
    )
    return form.format(people=wording.people(people))


def _all_jobs_are_known(since_ts: int) -> bool:
    """Listed by both data centres since then, and read."""
    jobs = runtime.store().jobs
    listed = {address.key: address.listed_ts for address in jobs.addresses()}
    return not jobs.coverage().unread and all((listed.get(key) or 0) > since_ts for key in CENTRES)


def _release(hold: Hold) -> None:
    """Only what was read: another reason may have come meanwhile."""
    runtime.store().brakes.release(runtime.actor(), hold.code)
    dialogs.done()
