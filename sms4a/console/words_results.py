"""Sentences about campaigns and their results: findings, progress, reasons, events."""

from collections.abc import Sequence
from itertools import accumulate

from sms4a.campaigns.ledger import Balance, Campaign
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tiles import OUTCOME_OF_VERDICT, Tally, Tile
from sms4a.campaigns.views import CampaignFilter, CampaignRow, Event, Progress, Stage, SubmissionRow
from sms4a.console import runtime, wording, words_start
from sms4a.console.wording import N_, Words, _, ngettext
from sms4a.status import Outcome

Reasons = tuple[tuple[str, int], ...]
"""Verdict codes and people, most people first."""

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
        N_("Awaiting results"), ":material/outbound:", "gray", N_("Everything has gone out, and results are coming in.")
    ),
}
"""What the state alone does not say."""

_HELD = Words(N_("Held"), ":material/pause_circle:", "orange", N_("Nothing leaves now; the truth line says why."))

_FILTERS: dict[CampaignFilter, str] = {
    CampaignFilter.ALL: N_("All"),
    CampaignFilter.SCHEDULED: N_("Scheduled"),
    CampaignFilter.SENDING: N_("Sending"),
    CampaignFilter.LEFT: N_("Awaiting results"),
    CampaignFilter.PAUSED: N_("Paused"),
    CampaignFilter.FINISHED: N_("Finished"),
    CampaignFilter.STOPPED: N_("Stopped"),
}

_EVENTS: dict[str, str] = {
    "prepare": N_("prepared it"),
    "forget": N_("Numbers and texts were erased; the figures stay."),
    "again": N_("began another campaign for people who did not get it"),
    "reveal": N_("looked at the phone numbers"),
    "export": N_("asked for a file of {rows}"),
    "send": N_("pressed Send for {people}"),
    "pause": N_("paused it"),
    "resume": N_("resumed it"),
    "stop": N_("stopped it"),
    "undo": N_("took it back before anything left"),
    "reschedule": N_("chose another start: {start}"),
    "missed_start": N_("Its time came while nothing ran. Nothing was sent."),
    "finish": N_("Every hand-over came to its end."),
    "decide_sent": N_("said that hand-over {n} was sent, as job {job}"),
    "decide_again": N_("asked to send hand-over {n} again"),
    "write_off": N_("wrote off hand-over {n}"),
    "incident": N_("Retarus has a job that should not be there: {job}. All sending was held."),
    "found": N_("The job of hand-over {n} was found: Retarus accepted the messages for {people}."),
    "after_all": N_("Retarus had accepted hand-over {n} after all, as job {job}: the message for {people} is there."),
    "send_again": N_("A fresh search for hand-over {n} found nothing: {people} go out again."),
    "opt_out": N_("Took out {people} who opted out after the check."),
    SubmissionState.ACCEPTED: N_("Retarus accepted the messages for {people}."),
    SubmissionState.READY: N_("{people} did not leave; they will be tried again. {problem}"),
    SubmissionState.HELD: N_("{people} are held. {problem}"),
    SubmissionState.REFUSED: N_("Retarus refused {people}. {problem}"),
    SubmissionState.UNCERTAIN: N_("Nobody knows whether Retarus accepted the messages for {people}. {problem}"),
    SubmissionState.UNDECIDED: N_("{people} wait for somebody's decision. {problem}"),
}

# What the sender does on a person's word is told as its own.
_OF_THE_SENDER = frozenset({"found", "send_again"})


def campaign_words(about: CampaignRow | Progress, now_ts: int, *, moving: bool) -> Words:
    """The badge of a campaign: its state, or more exactly where it stands. `moving`: messages can leave now."""
    stage = about.stage(now_ts)
    words = _HELD if stage is Stage.LEAVING and not moving else _STAGES.get(stage)
    return words.translated() if words else wording.campaign_state(about.state)


def at(ts_ms: int | None, *, seconds: bool = False) -> str:
    """A moment within a sentence: today 14:20, Sun 22 Nov 10:00."""
    return within_sentence(wording.when(ts_ms, seconds=seconds))


def within_sentence(text: str) -> str:
    """A day or a moment that begins with a word as it stands within a sentence."""
    for name, within in ((_("Today"), _("today")), (_("Yesterday"), _("yesterday")), (_("Tomorrow"), _("tomorrow"))):
        text = text.replace(name, within)
    return text


def person(actor: str) -> str:
    """Who acted, short: an e-mail address without its company; nothing on one's own machine, where nobody signs in."""
    return "" if actor == runtime.LOCAL else actor.partition("@")[0]


def campaign_filter(show: CampaignFilter) -> str:
    return _(_FILTERS[show])


def delivered_share(tally: Tally) -> str:
    """Delivered of the finished messages; a dash while none has finished."""
    return wording.percent(tally[Tile.DELIVERED], tally.finished)


def pace(progress: Progress) -> str:
    """How far, how fast and until when, as one line; pace and end only with evidence."""
    pieces = [
        _("{done} of {people} with Retarus").format(
            done=wording.number(progress.accepted), people=wording.people(progress.people)
        )
    ]
    if progress.rate_per_s is not None and progress.done_ts is not None:
        pieces += [rate(progress.rate_per_s), _("done at about {time}").format(time=_clock(progress.done_ts))]
    return " · ".join(pieces)


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
        return _("Everything has gone out; results are coming in. You may close this page.")
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
        return f":small[:gray[{sums}] :green[:material/check: {_('adds up')}]]"
    return f":small[:gray[{sums}]]"


def finding(tally: Tally, reasons: Reasons) -> str:
    """What became of it in one sentence; Markdown, the finding in bold."""
    if not tally.people:
        return _("Nothing was sent.")
    stopped = ngettext("{n} was stopped.", "{n} were stopped.", tally.cancelled).format(
        n=wording.number(tally.cancelled)
    )
    after = [stopped] if tally.cancelled else []
    if not tally.finished:
        return " ".join([no_result(tally), *after])
    first = _("**{share} of the finished messages were delivered.**").format(share=delivered_share(tally))
    failed = tuple((code, n) for code, n in reasons if OUTCOME_OF_VERDICT.get(code) is not Outcome.CANCELLED)
    return " ".join([first, _why(tally.failed, failed) if tally.failed else _("None failed."), *after])


def stopped_note(tally: Tally) -> str:
    """Beside the figure of Failed, where those who were stopped are counted too."""
    text = ngettext("{n} was stopped", "{n} were stopped", tally.cancelled)
    return text.format(n=wording.number(tally.cancelled))


def no_result(tally: Tally) -> str:
    """Of people none of whom has a result: one may still come, unless all were stopped."""
    return _("No result has come in yet.") if tally.people > tally.cancelled else _("Nobody got it.")


def minutes_finding(minutes: Sequence[tuple[int, int]], delivered: int) -> str:
    """By when half of those who have it had it, and when the latest came; Markdown. `minutes` is not empty."""
    sums = list(accumulate(n for _ts, n in minutes))
    half_ts = next(ts for (ts, _n), so_far in zip(minutes, sums, strict=True) if so_far * 2 >= sums[-1])
    if len(minutes) == 1:
        text = _("**All of the delivered had it by {last}.**")
    else:
        text = _("**Half of the delivered had it by {half}**, the latest by {last}.")
    text = text.format(half=at(half_ts + 60_000), last=at(minutes[-1][0] + 60_000))
    if (untimed := delivered - sums[-1]) <= 0:
        return text
    more = ngettext("Of {n} more, Retarus has not said when.", "Of {n} more, Retarus has not said when.", untimed)
    return f"{text} {more.format(n=wording.number(untimed))}"


def _why(failed: int, reasons: Reasons) -> str:
    figure = wording.number(failed)
    if not reasons:
        return ngettext("{n} failed.", "{n} failed.", failed).format(n=figure)
    code, most = reasons[0]
    words = wording.verdict(code).reason
    if most == failed:
        return ngettext(
            "{n} failed. The reason: {reason}.", "{n} failed, all for one reason: {reason}.", failed
        ).format(n=figure, reason=_lower(words))
    if most * 2 > failed:
        return _("{n} failed, most of them for this reason: {reason}.").format(n=figure, reason=_lower(words))
    return _("{n} failed; the most frequent reason: {reason} ({most}).").format(
        n=figure, reason=_lower(words), most=wording.number(most)
    )


def _lower(words: str) -> str:
    """As it stands within a sentence; names keep their capital."""
    return words if words.startswith("Retarus") or wording.language() == "de" else words[:1].lower() + words[1:]


def event(event: Event) -> str:
    """Who did what, as one line."""
    detail = event.detail
    text = _EVENTS.get(event.action)
    if text is None:
        return event.action
    sentence = _(text).format(
        people=wording.people(int(detail.get("people") or 0)),
        rows=wording.rows(int(detail.get("rows") or 0)),
        problem=wording.submission_problem(detail.get("problem")),
        start=wording.when(detail.get("start_ts"), seconds=False),
        n=detail.get("submission"),
        job=detail.get("job_id"),
    )
    if event.actor == "sender" or event.action in _OF_THE_SENDER:
        return sentence.strip()
    return f"{person(event.actor) or _('Somebody here')} {sentence}"


def _clock(ts_ms: int) -> str:
    return wording.clock(ts_ms, seconds=False)


def campaign_line(campaign: Campaign, now_ts: int) -> str:
    """Who, when, which list, which reference; plain words."""
    begin_ts = max(campaign.sent_ts or 0, campaign.release_ts or campaign.start_ts or 0) or None
    later = (begin_ts or 0) > now_ts
    if campaign.problem == "missed_start" or (later and campaign.state is CampaignState.STOPPED):
        began = _("Was to begin {time}")
    elif person(campaign.actor):
        began = _("Started {time} by {actor}")
        if later:
            began = (
                _("Begins {time}, scheduled by {actor}") if campaign.start_ts else _("Begins {time}, sent by {actor}")
            )
    else:
        began = _("Begins {time}") if later else _("Started {time}")
    named = campaign.list_name or _("pasted list")
    began = began.format(time=at(begin_ts), actor=person(campaign.actor))
    return " · ".join((began, named, _("reference {id}").format(id=campaign.id)))


def problem_line(row: SubmissionRow) -> str:
    """When and why one submission is held or was refused."""
    when = wording.when(row.attempt_ts) if row.attempt_ts is not None else _("Before it left")
    return f"{when} · {wording.people(row.people)}. {wording.submission_problem(row.problem)}".strip()


def stop_reach(progress: Progress) -> str:
    """What stopping can still reach and what it cannot; Markdown."""
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


def why_title(tally: Tally) -> str:
    """The heading of the bars; who was stopped did not fail, but did not get it either."""
    text = _("Why {n} did not get it") if tally.cancelled else _("Why {n} failed")
    return text.format(n=wording.number(tally[Tile.FAILED]))
