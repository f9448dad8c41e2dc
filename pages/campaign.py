"""One campaign: what left, what became of it, who got it, and what needs a decision."""

from typing import Any

import streamlit as st

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.stages import Stage
from sms4a.campaigns.states import SENT_STATES, CampaignState
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import Progress, Selection
from sms4a.console import address, dialogs, refresh, registry, runtime, truth, widgets, wording, words_campaign
from sms4a.console.compose import message_view
from sms4a.console.results import again_view, campaign_view, decision_view, figure_view, recipients_view, start_view
from sms4a.console.wording import _

BEFORE = (Stage.STARTING, Stage.SCHEDULED, Stage.MISSED)

store = runtime.store()
reports = store.reports


# Somebody may be waiting to hear what a search has found.
UNCLEAR_S = 5


def every_s(progress: Progress, finished_ts: int | None) -> int | None:
    """How often the page looks again: each second of a countdown, ever more rarely for results, never after the end."""
    stage = progress.stage(runtime.now_ts())
    if stage is Stage.FINISHED or finished_ts is not None:
        return None
    if stage is Stage.STARTING:
        return 1
    if stage is Stage.LEAVING or (stage is Stage.STOPPED and progress.here):
        return 3
    usual = refresh.every_s(abs(runtime.now_ts() - (progress.begins_ts or 0)))
    return min(usual, UNCLEAR_S) if progress.unclear else usual


def pause(campaign_id: str) -> None:
    store.ledger.pause(campaign_id, runtime.actor())


def resume(campaign_id: str) -> None:
    store.ledger.resume(campaign_id, runtime.actor())


def actions(campaign: Campaign, progress: Progress) -> None:
    """What can be done at this stage: the usual near, the rest under More; nothing that would change nothing."""
    stage = progress.stage(runtime.now_ts())
    if stage is Stage.LEAVING and progress.waiting:
        st.button(
            _("Pause"), icon=":material/pause:", key="campaign_pause",
            on_click=pause, args=(campaign.id,),
        )  # fmt: skip
        more(campaign, ["stop"])
    elif stage is Stage.PAUSED:
        st.button(
            _("Resume"), icon=":material/play_arrow:", key="campaign_resume",
            on_click=resume, args=(campaign.id,),
        )  # fmt: skip
        more(campaign, ["stop"])
    elif stage is Stage.SCHEDULED:
        change_start(campaign, _("Change the start"))
        more(campaign, ["now", "back", "stop"])
    elif stage is Stage.MISSED:
        if st.button(_("Start now"), type="primary", icon=":material/send:", key="campaign_start_now"):
            start_view.start_now(campaign)
            st.rerun()
        change_start(campaign, _("Choose another time"))
        more(campaign, ["back", "stop"])


def change_start(campaign: Campaign, label: str) -> None:
    if st.button(label, icon=":material/schedule_send:", key="campaign_change_start"):
        dialogs.ask(campaign.id, "start")


def more(campaign: Campaign, options: list[str]) -> None:
    labels = {
        "stop": _("Stop this campaign …"),
        "now": _("Start now"),
        "back": _("Take it back to the draft"),
    }
    picked = st.menu_button(
        _("More"), options, format_func=labels.__getitem__, icon=":material/more_horiz:", key="campaign_more"
    )
    if picked == "stop":
        dialogs.ask(campaign.id, picked)
    elif picked:
        (start_view.start_now if picked == "now" else start_view.take_back)(campaign)
        st.rerun()


def open_dialog(campaign: Campaign) -> None:
    """The one that was asked for, if it is about this campaign."""
    decision_view.open_dialog(campaign)
    match dialogs.asked():
        case (campaign.id, "again"):
            title, icon, content = _("Send again to whom?"), ":material/replay:", again_view.choose
        case (campaign.id, "start"):
            title, icon, content = _("When should it go out?"), ":material/schedule_send:", start_view.change_start
        case (campaign.id, "stop"):
            title, icon, content = _("Stop this campaign?"), ":material/stop_circle:", campaign_view.stop_question
        case _:
            return
    st.dialog(title, icon=icon, on_dismiss=dialogs.close)(content)(campaign)


def not_sent(campaign: Campaign) -> None:
    """It has no results: it was never sent."""
    if campaign.state is CampaignState.PREPARING:
        st.progress(
            campaign.rows_done / (campaign.rows_total or 1),
            text=f"{words_campaign.put_together(campaign)} {_('Nothing has been sent yet.')}",
        )
    elif campaign.state is CampaignState.PREPARED:
        st.markdown(
            _(
                "**{people} would get this message.** Nothing has been sent; it waits for somebody to press Send."
            ).format(people=wording.people(campaign.people))
        )
    else:
        st.markdown(f"**{_('It could not be prepared.')}** {wording.campaign_problem(campaign.problem)}")
    st.page_link(
        registry.page("new_campaign"), label=_("Open the draft"), icon=":material/edit_square:",
        query_params={"draft": campaign.draft_id, "step": "check"},
    )  # fmt: skip


def shape(campaign: Campaign, progress: Progress) -> tuple[Any, ...]:
    """What the head of the page depends on."""
    stage, waiting = progress.stage(runtime.now_ts()), progress.waiting > 0
    return campaign.state, campaign.start_ts, campaign.finished_ts, stage, waiting, truth.moving()


def live(drawn: tuple[Any, ...], campaign_id: str) -> None:
    """What changes by itself; draws the whole page again when it is no longer what its head says."""
    campaign, progress = store.ledger.campaign(campaign_id), reports.progress(campaign_id, runtime.now_ts())
    if campaign is None or progress is None or shape(campaign, progress) != drawn:
        st.rerun()
    campaign_view.present(campaign, progress, runtime.now_ts())


def outcome(shown: Campaign) -> None:
    """What became of it and of whom; all of one look, so that no figure differs from another one on the page."""
    tally = reports.tally(shown.id)
    results(shown, tally)
    recipients_view.recipients(shown, tally)


def results(shown: Campaign, tally: Tally) -> None:
    """Tiles, breakdown and reasons; nothing while all wait."""
    if tally[Tile.PENDING] == tally.people and progress and progress.stage(runtime.now_ts()) in BEFORE:
        return
    figure_view.tiles(tally, key="campaign_tiles", chosen=recipients_view.picked_tile(), on_pick=recipients_view.pick)
    campaign_view.became(shown, tally, reports.reasons(Selection(campaign_id=shown.id)))
    again_view.offer(shown)


def unknown() -> None:
    widgets.page_head(_("Campaign"))
    st.markdown(_("**There is no campaign at this address.** It may have been a draft that was changed since."))
    st.page_link(registry.page("campaigns"), label=_("All campaigns"), icon=":material/arrow_forward:")


campaign_id = address.said("id")
campaign, progress = store.ledger.campaign(campaign_id), reports.progress(campaign_id, runtime.now_ts())
if campaign is None or progress is None:
    unknown()
else:
    badge = words_campaign.campaign_words(progress, runtime.now_ts(), moving=truth.moving())
    with widgets.page_head(campaign.name or _("Untitled"), badge):
        actions(campaign, progress)
    start_view.follow_up()
    if campaign.state not in SENT_STATES:
        not_sent(campaign)
    else:
        with st.container(horizontal=True, vertical_alignment="center"):
            line = words_campaign.campaign_line(campaign, runtime.now_ts())
            st.markdown(f":small[:gray[{widgets.plain(line)}]]", width="content")
            message_view.draw(campaign)
            st.space("stretch")
            tempo = refresh.control("campaign", every_s(progress, campaign.finished_ts))
        if campaign.erased_ts:
            gone = _("Numbers and texts were erased {when}; the figures stay.")
            st.markdown(f":small[:gray[{gone.format(when=wording.at(campaign.erased_ts))}]]")
        again_view.line(campaign)
        st.fragment(live, run_every=tempo)(shape(campaign, progress), campaign.id)
        st.fragment(outcome, run_every=10 if tempo == 1 else tempo)(campaign)
        campaign_view.timeline(campaign)
        open_dialog(campaign)
