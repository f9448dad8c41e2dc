"""Words about lists: what is read of them, how far it is, and why not."""

from sms4a.campaigns.list_records import ContactList
from sms4a.campaigns.memory import Repeated
from sms4a.console import runtime, widgets, wording
from sms4a.console.wording import N_, _, ngettext
from sms4a.recipients import ListProblem, Pile

_NOT_READ = {
    "too_much": N_("Reading it would take more memory or time than there is. Split the list, or save it as CSV."),
    "not_readable": N_("Something in it could not be read. Save it again, as CSV or XLSX."),
}


def not_read(contacts: ContactList) -> str:
    """Why a list that was taken in could not be read after all."""
    if contacts.problem in set(ListProblem):
        return wording.list_problem(ListProblem(contacts.problem), contacts.problem_detail)
    return _(_NOT_READ.get(contacts.problem or "", _NOT_READ["not_readable"]))


def file_headings(contacts: ContactList) -> list[str]:
    """The headings of a file of rows: ours, then the file's own."""
    return [_("Row"), _("Read as"), _("Why it is left out"), *contacts.format.header]


def warnings(contacts: ContactList) -> list[str]:
    """What is allowed and still odd for a list of customers, one sentence each; Markdown."""
    people = contacts.piles.get(Pile.RECEIVE, 0)
    points = []
    if contacts.neighbours * 5 > people:
        points.append(
            _(
                "**{n} of {people} have neighbouring numbers.** Those of customers are spread; these look made up, and "
                "strangers would get the message."
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


def failed_before(n: int) -> str:
    """What the numbers that failed for good earlier mean; Markdown."""
    form = ngettext(
        "**{n} of these numbers failed for good in an earlier campaign.** It does not exist or is blocked; another "
        "message costs and does not arrive.",
        "**{n} of these numbers failed for good in earlier campaigns.** They do not exist or are blocked; another "
        "message costs and does not arrive.",
        n,
    )
    return form.format(n=wording.number(n))


def repeated(found: Repeated) -> str:
    """That much the same went to many of the same people; Markdown."""
    words = _(
        "This text already went to {share} of these people: {when}, campaign “{name}”, list “{file}”, sent by {who}."
    )
    return words.format(
        share=wording.percent(found.shared, found.compared),
        when=wording.when(found.sent_ts, seconds=False),
        name=widgets.plain(found.name or found.campaign_id),
        file=widgets.plain(found.list_name or _("Pasted numbers")),
        who=widgets.plain(found.actor),
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
