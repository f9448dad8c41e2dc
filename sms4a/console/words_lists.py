"""Words about lists: what is read of them, how far it is, and why not."""

from collections.abc import Mapping

from sms4a.campaigns.lists.list_records import OTHER_COLUMNS, SOURCE_CHANGED, ContactList, MendedFile
from sms4a.campaigns.lists.memory import Repeated
from sms4a.campaigns.lists.mended import MOST_FILES, MendProblem, MendRefused
from sms4a.campaigns.states import ListState
from sms4a.console import runtime, widgets, wording, words_compose
from sms4a.console.wording import N_, _, ngettext
from sms4a.numbers import NumberProblem
from sms4a.recipients import CellProblem, ListProblem, Pile, RowProblem
from sms4a.templates import name_key

_NOT_READ = {
    "too_much": N_("Reading it would take more memory or time than there is. Split the list, or save it as CSV."),
    SOURCE_CHANGED: N_("The saved list it was made from was changed or deleted. Choose a list again."),
    "not_readable": N_("Something in it could not be read. Save it again, as CSV or XLSX."),
}


_MOST_REASONS = 3

# Numbers that can be read and are not sent to.
_BLOCKED = (NumberProblem.NOT_A_PHONE, NumberProblem.COUNTRY_NOT_ALLOWED)

_NOT_MENDED = {
    MendProblem.COLUMNS: N_(
        "It lacks columns of the list: {detail}. Correct the rows in the file you downloaded, and keep its headings."
    ),
    MendProblem.SEVERAL_SHEETS: N_("Several of its sheets have something in them. Keep one."),
    MendProblem.TOO_LARGE: N_("It is too large for corrected rows. Use it as a list of its own."),
    MendProblem.TOO_MANY_FILES: N_(
        "There are {most} files of corrected rows already. Take some back, or correct the list itself."
    ),
}


def not_read(contacts: ContactList) -> str:
    """Why a list that was taken in could not be read after all."""
    if contacts.problem == OTHER_COLUMNS:
        words = _(
            "Its columns are not those of the corrected rows in {file}. Take that file back, or undo your choice."
        )
        return words.format(file=contacts.problem_detail)
    if contacts.problem in set(ListProblem):
        return wording.list_problem(ListProblem(contacts.problem), contacts.problem_detail)
    return _(_NOT_READ.get(contacts.problem or "", _NOT_READ["not_readable"]))


def not_mended(refused: MendRefused) -> str:
    """Why a file of mended rows does not go with the list."""
    return _(_NOT_MENDED[refused.code]).format(detail=refused.detail, most=MOST_FILES)


def how_to_mend(contacts: ContactList) -> str:
    """What to do with the rows that are left out; Markdown."""
    return _(
        "1. Download the rows that are left out.\n2. Correct them in that file. Keep its headings and "
        "the column “{row}”; delete rows that you do not want to correct.\n3. Upload the file here. "
        "Each row takes its place in the list."
    ).format(row=file_headings(contacts)[0])


def mended_file(file: MendedFile, *, is_read: bool) -> str:
    """What a file of mended rows has changed; Markdown."""
    name = f":small[:material/build: **{widgets.plain(file.name)}**"
    if not is_read:
        return f"{name}]"
    facts = [
        ngettext("{n} row in its place", "{n} rows in their places", file.placed).format(n=wording.number(file.placed))
    ]
    if file.added:
        facts.append(ngettext("{n} further row", "{n} further rows", file.added).format(n=wording.number(file.added)))
    return f"{name} :gray[{' · '.join(facts)}]]"


def facts(contacts: ContactList) -> str:
    """What was recognised and since when the list is here, in one line; Markdown."""
    when = wording.moment(contacts.created_ts)
    if not contacts.is_recognised:
        return _("Added {when}").format(when=when)
    return f"{_recognised(contacts)} · {_('added {when}').format(when=when)}"


def _recognised(contacts: ContactList) -> str:
    if contacts.follows is None:
        return words_compose.recognised(contacts.format)
    n = len(contacts.format.header)
    columns = ngettext("{n} column", "{n} columns", n).format(n=wording.number(n))
    return f"{wording.rows(contacts.rows_total)} · {columns}"


def columns_kept(contacts: ContactList) -> str:
    """For the button that changes it; a label."""
    kept, total = len(contacts.header), len(contacts.format.header)
    if kept == total:
        return ngettext("Its {n} column is kept", "All {n} columns are kept", total).format(n=wording.number(total))
    return ngettext("{kept} of {n} column is kept", "{kept} of {n} columns are kept", total).format(
        kept=wording.number(kept), n=wording.number(total)
    )


def what_keeping_means(keep_days: int) -> str:
    """How long a saved list is kept, and what happens to people in it; Markdown."""
    if not keep_days:
        return _("Its rows are kept for other campaigns, until you delete it. Who is erased is gone from it.")
    return ngettext(
        "Its rows are kept for other campaigns, until you delete it or nobody has used it for {n} day. Who is erased "
        "is gone from it.",
        "Its rows are kept for other campaigns, until you delete it or nobody has used it for {n} days. Who is erased "
        "is gone from it.",
        keep_days,
    ).format(n=wording.number(keep_days))


def saved(found: ContactList) -> str:
    """A saved list, its name and what is known of it; Markdown."""
    name = f"**{widgets.plain(found.kept_name or '')}**"
    if found.state is ListState.FAILED:
        told = _(
            "It could not be saved, because its list was changed at that moment. Delete it and save the list again."
        )
        return f"{name}  \n:small[:orange[:material/warning: {told}]]"
    if found.state is not ListState.CHECKED:
        return f"{name}  \n:small[:gray[{_('Its rows are being copied.')}]]"
    facts = [wording.people(found.piles[Pile.RECEIVE])]
    if found.name:
        facts.append(_("from {file}").format(file=widgets.plain(found.name)))
    facts.append(_("saved {when}").format(when=wording.moment(found.created_ts)))
    if found.used_ts:
        facts.append(_("last used {when}").format(when=wording.moment(found.used_ts)))
    return f"{name}  \n:small[:gray[{' · '.join(facts)}]]"


def file_headings(contacts: ContactList) -> list[str]:
    """The headings of a file of rows: ours, then the file's own; ours give way to equal ones of the file."""
    theirs = {name_key(name) for name in contacts.header}
    ours = [_("Row"), _("Read as"), _("Why it is left out")]
    if theirs & {name_key(name) for name in ours}:
        ours = [_("Row of the list"), _("Read as number"), _("Reason it is left out")]
    return [*ours, *contacts.header]


def title(pile: Pile, n: int, without_value: Mapping[str, int]) -> str:
    """What a pile of rows means, as far as it is known before messages are made of them."""
    if pile is Pile.RECEIVE and without_value:
        form = ngettext("{n} person has a number we can send to", "{n} people have numbers we can send to", n)
        return form.format(n=wording.number(n))
    return words_compose.pile_title(pile, n)


def pile(name: Pile, without_value: Mapping[str, int]) -> str:
    """The same in a word or two, for the pill that shows it."""
    return _("Can be sent to") if name is Pile.RECEIVE and without_value else wording.pile(name)


def without_value(found: Mapping[str, int]) -> list[str]:
    """That people are left out because the text needs what they do not have; Markdown."""
    if not found:
        return []
    told = [
        ngettext("{n} has nothing for {field}", "{n} have nothing for {field}", n).format(
            n=wording.number(n), field=words_compose.placeholder(name)
        )
        for name, n in found.items()
    ]
    sentence = _(
        "**Of these people {who}.** They are left out as well, unless you write on the step Message, under “Values of "
        "your list”, what shall stand for it."
    )
    return [sentence.format(who=wording.listing(told))]


def warnings(contacts: ContactList) -> list[str]:
    """What is allowed and still odd for a list of customers, one sentence each; Markdown."""
    people = contacts.piles.get(Pile.RECEIVE, 0)
    points = []
    if contacts.neighbours * 5 > people:
        points.append(
            _(
                "**{n} of {people} have numbers that follow one another.** Those of real customers rarely "
                "do: these may be made up, and strangers would get the message."
            ).format(n=wording.number(contacts.neighbours), people=wording.people(people))
        )
    foreign = {region: n for region, n in contacts.regions.items() if region != contacts.answers.home}
    if sum(foreign.values()) * 10 > people:
        points.append(
            _("**{n} of {people} have numbers outside {country}:** {countries}. Sending there costs more.").format(
                n=wording.number(sum(foreign.values())),
                people=wording.people(people),
                country=wording.country(contacts.answers.home),
                countries=wording.countries(foreign),
            )
        )
    return points


def reasons(contacts: ContactList, pile: Pile) -> str:
    """The most frequent reasons for which numbers lie in this pile; empty if a page of the table shows them all."""
    if contacts.piles[pile] <= widgets.PER_PAGE or pile not in (Pile.UNREADABLE, Pile.BLOCKED):
        return ""
    codes = [*NumberProblem, *RowProblem, *CellProblem]
    found = [code for code in contacts.reasons if code in codes and (code in _BLOCKED) is (pile is Pile.BLOCKED)]
    told = [f"{wording.row_problem(pile, code)} ({wording.number(contacts.reasons[code])})" for code in found]
    if len(told) < 2:
        return ""
    return widgets.plain(_("Most often: {reasons}.").format(reasons=" · ".join(told[:_MOST_REASONS])))


def failed_before(n: int) -> str:
    """What the numbers that failed for good earlier mean; Markdown."""
    form = ngettext(
        "**{n} of these numbers failed for good in an earlier campaign.** It does not exist or is "
        "blocked; another message would cost money and not arrive.",
        "**{n} of these numbers failed for good in earlier campaigns.** They do not exist or are "
        "blocked; another message would cost money and not arrive.",
        n,
    )
    return form.format(n=wording.number(n))


def repeated(found: Repeated) -> str:
    """That much the same went to many of the same people; Markdown."""
    words = _(
        "{share} of these people got this text before, or are about to: campaign “{name}”, list “{file}”, {when}."
    )
    who = wording.actor_name(found.actor)
    when = wording.moment(found.sent_ts)
    return words.format(
        share=wording.percent(found.shared, found.compared),
        when=_("{when} by {who}").format(when=when, who=widgets.plain(who)) if who else when,
        name=widgets.plain(found.name or found.campaign_id),
        file=widgets.plain(found.list_name or _("Pasted numbers")),
    )


def reading(contacts: ContactList) -> str:
    """What is being done with a list that is not read yet; Markdown."""
    if contacts.is_recognised:
        return _("**Every row is being checked.** You may leave this page; it goes on without you.")
    return _("**The file is being looked through.** You may leave this page; it goes on without you.")


def progress(done: int, total: int, rate: float | None) -> str:
    """How far it is, how fast, and when it will be done; as much of it as is known."""
    if not total:
        return ""
    facts = [_("{done} of {total}").format(done=wording.number(done), total=wording.rows(total))]
    if rate:
        end = runtime.now().timestamp() + max(0, total - done) / rate
        facts.append(_("{n} a second").format(n=wording.number(round(rate))))
        facts.append(_("done at {time}").format(time=wording.clock(int(end * 1000))))
    return " · ".join(facts)
