"""The pieces of a campaign's page: its sentence and progress, what needs somebody, its figures and charts."""

import streamlit as st

from sms4a.campaigns.brakes import RESTORED
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.stages import Stage
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import Progress, SubmissionRow
from sms4a.console import (
    dialogs,
    runtime,
    theme,
    widgets,
    wording,
    words_analytics,
    words_campaign,
    words_events,
    words_results,
)
from sms4a.console.results import (
    charts,
    charts_in_time,
    decision_view,
    figure_view,
    queries,
    recipients_view,
    start_view,
)
from sms4a.console.wording import _, ngettext


def present(campaign: Campaign, progress: Progress, now_ts: int) -> None:
    """The sentence, the progress, the balance, and above them what needs a decision."""
    reports = runtime.store().reports
    decision_view.cards(campaign)
    held, refused = reports.held(campaign.id), reports.refused(campaign.id)
    if held:
        _problems("held", ":orange[:material/front_hand:]", _("Held until something is fixed"), held)
    if refused:
        _problems("refused", ":red[:material/cancel:]", _("Refused by Retarus: nobody in it got a message"), refused)
    _progress_card(campaign, progress, now_ts)


def _progress_card(campaign: Campaign, progress: Progress, now_ts: int) -> None:
    balance = runtime.store().ledger.balance(campaign.id)
    stage = progress.stage(now_ts)
    with widgets.card("campaign_progress"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=stage is not Stage.STARTING):
            icon = ":orange[:material/event_busy:] " if stage is Stage.MISSED else ""
            st.markdown(icon + words_campaign.headline(progress, now_ts), width="stretch")
            if stage is Stage.STARTING:
                start_view.take_back_button(campaign)
        if stage in (Stage.LEAVING, Stage.PAUSED):
            st.progress(progress.share, text=words_campaign.share(progress))
        if stage is Stage.LEAVING and not runtime.store().brakes.state().workers_alive:
            st.warning(
                _("This campaign goes on automatically as soon as it runs again."),
                title=_("The sending service is not running"),
            )
        st.markdown(words_campaign.balance_line(balance))
        if not balance.adds_up:
            st.markdown(
                ":red[:material/error: "
                + _("These figures do not add up. Nothing is lost, but something is wrong: tell your administrator.")
                + "]"
            )


def _problems(name: str, icon: str, title: str, rows: tuple[SubmissionRow, ...]) -> None:
    with widgets.card(f"campaign_{name}"):
        st.markdown(f"{icon} **{title}** · {wording.people(sum(row.people for row in rows))}")
        _submissions(rows)


def _submissions(rows: tuple[SubmissionRow, ...], most: int = 5) -> None:
    with st.container(gap="xxsmall"):
        for row in rows[:most]:
            text = f"{words_campaign.problem_line(row)} {_('Reference {reference}').format(reference=row.reference)}"
            st.markdown(f":small[:gray[{widgets.plain(text)}]]")
        if len(rows) > most:
            more = len(rows) - most
            st.markdown(
                f":small[:gray[{ngettext('and {n} more', 'and {n} more', more).format(n=wording.number(more))}]]"
            )


def became(campaign: Campaign, tally: Tally, reasons: tuple[tuple[str, int], ...]) -> None:
    """What became of it: sentence, bar, why some failed beside when the others arrived; nothing while all wait.

    Nor if all were stopped here: that is no result, and the sentence of the page has said it.
    """
    if tally[Tile.PENDING] == tally.people or reasons == (("stopped", tally.people),):
        return
    minutes = runtime.store().reports.delivered_by_minute(campaign.id)
    with st.container(gap="xsmall"):
        widgets.section(_("What became of it"), words_results.finding(tally, reasons))
        figure_view.breakdown(tally, key="campaign_breakdown", on_pick=lambda tile: recipients_view.pick(Tile(tile)))
        figure_view.breakdown_table(tally, key="campaign_outcomes")
    if not reasons and not minutes:
        return
    with st.grid(2, min_column_width=400, gap=("medium", "large"), key="campaign_charts") as pair:
        if reasons:
            with pair.cell():
                _why(tally, reasons)
        if minutes:
            with pair.cell():
                _by_minute(minutes, tally[Tile.DELIVERED])


def _why(tally: Tally, reasons: tuple[tuple[str, int], ...]) -> None:
    frame = queries.reasons(reasons)
    figure_view.figure(
        words_results.why_title(tally), words_analytics.why_finding(tally, reasons),
        charts.bars(frame, theme.ink(), tile=Tile.FAILED), frame,
        heading=_("Reason"), key="campaign_reasons",
        on_pick=lambda code: recipients_view.pick(Tile.FAILED, code),
    )  # fmt: skip


def _by_minute(minutes: tuple[tuple[int, int], ...], delivered: int) -> None:
    widgets.section(_("Delivered by minute"), words_results.minutes_finding(minutes, delivered))
    if len(minutes) == 1:
        return  # the sentence has said it
    alt = _("{people} delivered between {first} and {last}").format(
        people=wording.people(sum(n for _ts, n in minutes)),
        first=wording.when(minutes[0][0], seconds=False),
        last=wording.when(minutes[-1][0] + 60_000, seconds=False),
    )
    frame = queries.minutes(minutes, runtime.zone())
    widgets.chart(charts_in_time.delivered_area(frame, theme.ink()), alt=alt, key="campaign_minutes")
    shown = queries.minute_table(minutes, runtime.zone())
    figure_view.table(
        shown, [str(name) for name in shown.columns[1:]], queries.minute_figures(minutes, runtime.zone()),
        key="campaign_minutes",
    )  # fmt: skip


def timeline(campaign: Campaign) -> None:
    """Who did what, in an expander: rarely needed, always there."""
    with st.expander(_("What happened"), icon=":material/history:", key="campaign_timeline"):
        events = runtime.store().reports.timeline(campaign.id)
        pairs = [(wording.when(event.ts), words_events.event(event)) for event in events]
        if pairs:
            widgets.fields(pairs, alt=_("What happened to this campaign, oldest first"))
        else:
            st.markdown(_("Nothing yet."))


def stop_question(campaign: Campaign) -> None:
    """The dialog before stopping: what it can still reach and what it cannot."""
    now_ts = runtime.now_ts()
    progress = runtime.store().reports.progress(campaign.id, now_ts)
    if progress is None:
        return
    hold = runtime.store().reports.hold()
    older_copy = hold is not None and hold.code == RESTORED
    st.markdown(words_campaign.stop_reach(progress, older_copy=older_copy))
    stage = progress.stage(now_ts)
    if stage in (Stage.SCHEDULED, Stage.MISSED):
        st.markdown(_("A stopped campaign cannot go on. To send it later, change its start or take it back instead."))
    elif stage is Stage.PAUSED:
        st.markdown(_("A stopped campaign cannot go on. To go on later, leave it paused."))
    else:
        st.markdown(_("A stopped campaign cannot go on. To go on later, pause it instead."))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Do not stop"), key="campaign_stop_no"):
            dialogs.done()
        label = _("Stop sending to {people}").format(people=wording.people(progress.waiting))
        if st.button(label, key="campaign_stop_yes", icon=":material/stop_circle:"):
            runtime.store().ledger.stop(campaign.id, runtime.actor())
            dialogs.done()
