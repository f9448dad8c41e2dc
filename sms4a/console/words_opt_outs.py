"""Words of the Opt-outs page."""

from sms4a.campaigns.lists.opt_outs import Imported, OptOut
from sms4a.console import widgets, wording
from sms4a.console.wording import _, ngettext
from sms4a.numbers import Reading
from sms4a.recipients import Pile

# More of the unreadable rows are in nobody's head; the file is at hand.
_ROWS_NAMED = 5


def finding(total: int) -> str:
    form = ngettext(
        "**{n} person does not want messages.** Nobody on this list gets one: it is checked when a "
        "campaign is prepared and again just before it goes out.",
        "**{n} people do not want messages.** Nobody on this list gets one: it is checked when a "
        "campaign is prepared and again just before it goes out.",
        total,
    )
    return form.format(n=wording.number(total))


def empty() -> str:
    return _(
        "**Nobody has opted out yet.** Add people who do not want messages, or upload the list of "
        "your previous tool. They are left out when a campaign is prepared and again just before it "
        "goes out."
    )


def entry(row: int, number: str | None, found: OptOut | None) -> str:
    """What the list knows of the person in a row that was left out; Markdown."""
    words = wording.number(row)
    if number is None:
        return _("**Row {row} is not there any more**, or has no number.").format(row=words)
    if found is None:
        return _("**The person in row {row} is not on the opt-out list** any more, and gets messages again.").format(
            row=words
        )
    return _("**The person in row {row} does not want messages.**").format(row=words)


def not_added(written: str, said: Reading) -> str:
    """Why what somebody typed is no number to put on the list."""
    reason = wording.row_problem(Pile.UNREADABLE, said.problem, said.detail)
    return _("{number} was not added: {reason}.").format(number=widgets.plain(written) or "–", reason=reason)


def added(number: str, new: bool) -> str:
    shown = wording.shown_number(number)
    if new:
        return _("{number} does not get messages any more.").format(number=shown)
    return _("{number} was on the list already.").format(number=shown)


def imported(name: str, found: Imported, reason_column: str | None) -> str:
    """What came of a file, with the first rows that could not be read; Markdown."""
    sentence = ngettext(
        "{file}: **{n} person is new on the list**", "{file}: **{n} people are new on the list**", found.added
    )
    facts = [sentence.format(file=widgets.plain(name), n=wording.number(found.added))]
    if found.known:
        facts.append(
            ngettext("{n} was on it already", "{n} were on it already", found.known).format(
                n=wording.number(found.known)
            )
        )
    lines = [", ".join(facts) + "."]
    if found.with_reason:
        form = ngettext(
            "The reason of {n} of them is from the column “{column}”.",
            "The reasons of {n} of them are from the column “{column}”.",
            found.with_reason,
        )
        told = form.format(n=wording.number(found.with_reason), column=widgets.plain(reason_column or ""))
        lines[0] += f" {told}"
    if found.unreadable:
        lines.append(
            ngettext(
                "**{n} row could not be read**; whoever it means still gets messages:",
                "**{n} rows could not be read**; whoever they mean still gets messages:",
                len(found.unreadable),
            ).format(n=wording.number(len(found.unreadable)))
        )
        lines += [
            "- "
            + _("Row {row}: {cell}. {reason}.").format(
                row=wording.number(row.row),
                cell=widgets.plain(row.raw_number[:60]) or "–",
                reason=widgets.plain(wording.row_problem(row.pile, row.problem, row.detail)),
            )
            for row in found.unreadable[:_ROWS_NAMED]
        ]
        if (more := len(found.unreadable) - _ROWS_NAMED) > 0:
            form = ngettext("and {n} more row", "and {n} more rows", more)
            lines.append("- " + form.format(n=wording.number(more)))
    return "\n".join(lines[:1]) + ("\n\n" + "\n".join(lines[1:]) if len(lines) > 1 else "")
