"""How a campaign stands, in words: badge, headline, pace, the balance, and what can still be stopped."""

from sms4a.campaigns.begin import begin_of
from sms4a.campaigns.campaign_records import Balance, Campaign
from sms4a.campaigns.stages import Stage
from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.views import CampaignFilter, CampaignRow, Progress, SubmissionRow
from sms4a.console import wording, words_start
from sms4a.console.wording import N_, Words, _, ngettext

_STAGES: dict[Stage, Words] = {
    Stage.STARTING: Words(
        N_("Starting"), ":material/timer:", "gray", N_("Nothing has left yet. It can still be taken back.")
    ),
    Stage.SCHEDULED: Words(
        N_("Scheduled"), ":material/schedule_send:", "gray", N_("It will begin to leave at the time that was chosen.")
    ),
    Stage.MISSED: Words(
        N_("Start missed"), ":material/event_busy:", "orange", N_("Its time came while nothing ran. Nothing was sent.")
    ),
    Stage.LEFT: Words(
        N_("Awaiting results"),
        ":material/outbound:",
        "gray",
        N_("Everything has gone out. Some results are not final yet."),
    ),
}
"""What the state alone does not say."""


_HELD = Words(N_("Held"), ":material/pause_circle:", "orange", N_("Nothing leaves now; the page Overview says why."))


_FILTERS: dict[CampaignFilter, str] = {
    CampaignFilter.ALL: N_("All"),
    CampaignFilter.SCHEDULED: N_("Scheduled"),
    CampaignFilter.SENDING: N_("Sending"),
    CampaignFilter.LEFT: N_("Awaiting results"),
    CampaignFilter.PAUSED: N_("Paused"),
    CampaignFilter.FINISHED: N_("Finished"),
    CampaignFilter.STOPPED: N_("Stopped"),
}


def campaign_words(about: CampaignRow | Progress, now_ts: int, *, moving: bool) -> Words:
    """The badge of a campaign: its state, or more exactly where it stands. `moving`: messages can leave now."""
    stage = about.stage(now_ts)
    words = _HELD if stage is Stage.LEAVING and not moving else _STAGES.get(stage)
    return words.translated() if words else wording.campaign_state(about.state)


def campaign_filter(show: CampaignFilter) -> str:
    return _(_FILTERS[show])


def pace(progress: Progress) -> str:
    """How far, how fast and until when, as one line; pace and end only with evidence."""
    done = _("{done} of {people} with Retarus").format(
        done=wording.number(progress.accepted), people=wording.people(progress.people)
    )
    return _with_evidence(done, progress)


def share(progress: Progress) -> str:
    """The same beside the headline, which has the figures already."""
    left = wording.percent(progress.people - progress.here, progress.people)
    return _with_evidence(_("{share} have left").format(share=left), progress)


def _with_evidence(done: str, progress: Progress) -> str:
    pieces = [done]
    if progress.rate_per_s is not None and progress.done_ts is not None:
        pieces += [rate(progress.rate_per_s), _("done at about {time}").format(time=_clock(progress.done_ts))]
    return " · ".join(pieces)


def put_together(campaign: Campaign) -> str:
    """How far preparing has come; the last of it is not about rows any more."""
    rows = wording.rows(campaign.rows_total)
    if campaign.rows_done < campaign.rows_total:
        return _("{done} of {rows} are put together.").format(done=wording.number(campaign.rows_done), rows=rows)
    return _("{rows} are put together. Their numbers are being entered, so that each person can be found.").format(
        rows=rows
    )


def rate(per_s: float) -> str:
    """A pace in the unit that gives a figure of at least one."""
    if per_s >= 1:
        return ngettext("{n} person a second", "{n} people a second", round(per_s)).format(
            n=wording.number(round(per_s))
        )
    a_minute = max(1, round(per_s * 60))
    return ngettext("{n} person a minute", "{n} people a minute", a_minute).format(n=wording.number(a_minute))


def headline(progress: Progress, now_ts: int) -> str:
    """What left, what can still be stopped; Markdown, the finding in bold."""
    with_retarus = _("**{done} of {people} are with Retarus.**").format(
        done=wording.number(progress.accepted), people=wording.people(progress.people)
    )
    waiting = wording.people(progress.waiting)
    match progress.stage(now_ts):
        case Stage.FINISHED:
            return finished(progress)
        case Stage.STOPPED:
            return _stopped(progress)
        case Stage.STARTING | Stage.SCHEDULED | Stage.MISSED:
            return words_start.headline(progress, now_ts)
        case Stage.LEFT:
            return f"{with_retarus} {_all_left(progress)}"
        case Stage.PAUSED:
            text = _("It is paused: {waiting} wait here until somebody presses Resume.")
        case _ if progress.waiting:
            text = _("{waiting} are still here and can be stopped. You may close this page.")
            text = f"{words_start.turn(progress)} {text}".lstrip()
        case _:
            text = _("The last ones are going out right now.")
    return f"{with_retarus} {text.format(waiting=waiting)}"


def _all_left(progress: Progress) -> str:
    if not progress.unclear:
        if not progress.outstanding:
            return _("Everything has gone out; the last results are being read. You may close this page.")
        # Some take days, and a page that says "coming in" all the while is not believed.
        text = ngettext(
            "Everything has gone out. {n} person has no final result yet. You may close this page.",
            "Everything has gone out. {n} people have no final result yet. You may close this page.",
            progress.outstanding,
        )
        return text.format(n=wording.number(progress.outstanding))
    return _("Everything has gone out. Whether Retarus accepted the messages for {unclear} is not known yet.").format(
        unclear=wording.people(progress.unclear)
    )


def finished(progress: Progress) -> str:
    if progress.accepted == progress.people:
        form = ngettext(
            "**{people} was handed to Retarus.** The result has come in.",
            "**All {people} were handed to Retarus.** Every result has come in.",
            progress.people,
        )
        return form.format(people=wording.people(progress.people))
    return _("**{done} of {people} were handed to Retarus.** Every result has come in.").format(
        done=wording.number(progress.accepted), people=wording.people(progress.people)
    )


def _stopped(progress: Progress) -> str:
    left = progress.people - progress.waiting - progress.ended
    if progress.waiting:
        return _("**It is being stopped.** {waiting} will not leave any more; {left} had left before.").format(
            waiting=wording.people(progress.waiting + progress.ended), left=wording.number(left)
        )
    if not left:
        return _("**It was stopped before anything was sent.**")
    return _("**It was stopped after {left} had left.** {ended} did not leave and will not.").format(
        left=wording.people(left), ended=wording.people(progress.ended)
    )


def balance_line(balance: Balance) -> str:
    """The sum that must close at any moment; Markdown, small and gray, ending in green."""
    summands = " + ".join(f"{wording.number(n)} {wording.balance(word)}" for word, n in balance.states.items() if n)
    sums = _("{rows} = {people} + {left_out} left out").format(
        rows=wording.rows(balance.rows_total),
        people=wording.people(balance.planned),
        left_out=wording.number(balance.left_out),
    )
    if balance.planned:
        sums += f" · {wording.number(balance.planned)} = {summands}"
    if balance.adds_up:
        closes = wording.on_one_line(_("adds up"))
        return f":small[:gray[{sums}] :green[:material/check:{wording.NBSP}{closes}]]"
    return f":small[:gray[{sums}]]"


def _clock(ts_ms: int) -> str:
    return wording.clock(ts_ms, seconds=False)


def campaign_line(campaign: Campaign, now_ts: int) -> str:
    """Who, when, which list, which reference; plain words."""
    begin_ts = begin_of(campaign.sent_ts, campaign.start_ts, campaign.release_ts)
    later = (begin_ts or 0) > now_ts
    if campaign.problem == "missed_start" or (later and campaign.state is CampaignState.STOPPED):
        began = _("Was to begin {time}")
    elif wording.actor_name(campaign.actor):
        began = _("Started {time} by {actor}")
        if later:
            began = (
                _("Begins {time}, scheduled by {actor}") if campaign.start_ts else _("Begins {time}, sent by {actor}")
            )
    else:
        began = _("Begins {time}") if later else _("Started {time}")
    named = campaign.list_name or _("pasted list")
    began = began.format(time=wording.moment(begin_ts), actor=wording.actor_name(campaign.actor))
    return " · ".join((began, named, _("reference {id}").format(id=campaign.id)))


def problem_line(row: SubmissionRow) -> str:
    """When and why one submission is held or was refused."""
    when = wording.when(row.attempt_ts) if row.attempt_ts is not None else _("Before it left")
    return f"{when} · {wording.people(row.people)}. {wording.submission_problem(row.problem)}".strip()


def stop_reach(progress: Progress, *, older_copy: bool = False) -> str:
    """What stopping can still reach and what it cannot; Markdown. An older copy of the database cannot tell."""
    if older_copy:
        return _(
            "**{waiting} have not left, by what this older copy of the database knows.** Whoever has got the message "
            "meanwhile keeps it; nobody else will get it."
        ).format(waiting=wording.people(progress.waiting))
    gone = progress.people - progress.waiting - progress.ended
    reach = _("**{waiting} have not left yet.** They will not get this message.").format(
        waiting=wording.people(progress.waiting)
    )
    if not gone:
        return f"{reach} {_('Nothing has been sent so far.')}"
    return f"{reach}\n\n" + _(
        "**{gone} can no longer be stopped.** They are with Retarus or on their way there, and Retarus has no way "
        "to call them back."
    ).format(gone=wording.people(gone))
