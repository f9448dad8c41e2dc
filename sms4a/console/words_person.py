"""Words about one person across all campaigns, and about the erasure of what is known of them."""

from sms4a.campaigns.results.persons import Appearance, Person, Receipt
from sms4a.campaigns.tiles import Tile
from sms4a.console import runtime, wording
from sms4a.console.wording import _, ngettext


def finding(person: Person) -> str:
    """What is known of the number; Markdown, the finding in bold."""
    if not person.known:
        return _("**Nothing is known of {number}.**").format(number=wording.shown_number(person.number))
    said = []
    if person.appearances:
        said.append(_in_campaigns(person))
    else:
        said.append(_("**{number} is in no campaign.**").format(number=wording.shown_number(person.number)))
    if foreign := len(person.foreign):
        text = ngettext("{n} message came from another program.", "{n} messages came from other programs.", foreign)
        said.append(text.format(n=wording.number(foreign)))
    if lists := len({one.list_id for one in person.saved}):
        text = ngettext("It is in {n} saved list.", "It is in {n} saved lists.", lists)
        said.append(text.format(n=wording.number(lists)))
    if person.opt_out:
        said.append(
            _("The number is on the opt-out list since {when}.").format(when=wording.at(person.opt_out.created_ts))
        )
    return " ".join(said)


def _in_campaigns(person: Person) -> str:
    """In how many, when the last one began, and when the next one will."""
    now_ts = runtime.now_ts()
    starts = [one.begin_ts for one in person.appearances if one.begin_ts is not None]
    last = max((ts for ts in starts if ts <= now_ts), default=None)
    later = min((ts for ts in starts if ts > now_ts), default=None)
    campaigns = len({one.campaign_id for one in person.appearances})
    text = ngettext("**{number} is in {n} campaign**", "**{number} is in {n} campaigns**", campaigns)
    said = text.format(number=wording.shown_number(person.number), n=wording.number(campaigns))
    said += _(", last {when}.").format(when=wording.moment(last)) if last else "."
    if later:
        said += " " + _("The next begins {when}.").format(when=wording.moment(later))
    return said


def outcome(one: Appearance) -> wording.Words:
    return wording.tile(Tile.LEFT_OUT) if one.outcome is None else wording.outcome(one.outcome)


def reason(one: Appearance) -> str:
    if one.outcome is None:
        return wording.row_problem(one.pile, None)
    return wording.verdict(one.verdict).reason


def erasure(person: Person) -> str:
    """What erasing would do; Markdown."""
    past = [one for one in person.appearances if one.past]
    said = [
        _(
            "**Number, names and texts go from {rows} of past campaigns.** Outcome and times stay without a name, "
            "so that no figure changes. This cannot be undone."
        ).format(rows=wording.rows(len(past)))
    ]
    if later := len(person.appearances) - len(past):
        text = ngettext(
            "{n} message is still being sent: erase again when its campaign has ended.",
            "{n} messages are still being sent: erase again when their campaigns have ended.", later,
        )  # fmt: skip
        said.append(text.format(n=wording.number(later)))
    if person.saved:
        said.append(_("{rows} of saved lists go as a whole.").format(rows=wording.rows(len(person.saved))))
    if person.drafts:
        text = ngettext(
            "The row goes from the list of {n} draft too. The uploaded file is thrown away; its other rows stay.",
            "The rows go from the lists of {n} drafts too. The uploaded files are thrown away; their other rows stay.",
            len(person.drafts),
        )
        said.append(text.format(n=wording.number(len(person.drafts))))
    if person.opt_out:
        said.append(_("The opt-out list keeps the number: it is what keeps further messages away."))
    return "\n\n".join(said)


def done(receipt: Receipt) -> str:
    """What the erasure has done, for the page."""
    gone = []
    if receipt.rows:
        campaigns = ngettext("{rows} of {n} campaign", "{rows} of {n} campaigns", receipt.campaigns)
        gone.append(campaigns.format(rows=wording.rows(receipt.rows), n=wording.number(receipt.campaigns)))
    if receipt.foreign:
        foreign = ngettext("{n} message of other programs", "{n} messages of other programs", receipt.foreign)
        gone.append(foreign.format(n=wording.number(receipt.foreign)))
    what = _("Number, names and texts are gone from {what}.").format(what=wording.listing(gone)) if gone else ""
    said = [what, *_of_lists(receipt), _("Receipt {id}.").format(id=receipt.id)]
    return " ".join(filter(None, said))


def _of_lists(receipt: Receipt) -> list[str]:
    said = []
    if receipt.saved:
        said.append(_("{rows} of saved lists are gone.").format(rows=wording.rows(receipt.saved)))
    if receipt.lists:
        text = ngettext(
            "{n} list of drafts has lost the person, and its uploaded file.",
            "{n} lists of drafts have lost the person, and their uploaded files.",
            receipt.lists,
        )
        said.append(text.format(n=wording.number(receipt.lists)))
    if receipt.unread:
        text = ngettext(
            "{n} list of a draft was not read yet and could not be searched: look for the number again then.",
            "{n} lists of drafts were not read yet and could not be searched: look for the number again then.",
            receipt.unread,
        )
        said.append(text.format(n=wording.number(receipt.unread)))
    return said


def receipt(found: Receipt) -> str:
    """The certificate, as plain text; it names nobody."""
    lines = [
        _("Erasure of the data of one person"),
        "",
        _("Receipt: {id}").format(id=found.id),
        _("Time: {time}").format(time=wording.when_exactly(found.ts)),
        _("Done by: {actor}").format(actor=found.actor if found.actor != runtime.LOCAL else _("Somebody here")),
        "",
        done(found),
        _("Kept until their campaign ends: {rows}").format(rows=wording.rows(found.kept)),
        _("Outcomes and times stay without number, name and text; no figure has changed."),
    ]
    return "\n".join(lines) + "\n"
