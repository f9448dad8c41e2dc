"""Taking one person, or everybody, out of what is kept; outcomes, times and figures stay."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from sms4a.campaigns import by_number
from sms4a.campaigns.lists.list_records import DENSE, HAS_FILE, Totals, checked_row
from sms4a.campaigns.lists.memory import dead_numbers
from sms4a.campaigns.results.person_status import PEOPLE_TOLD
from sms4a.campaigns.states import SENT_STATES, CampaignState, ListState
from sms4a.campaigns.tables import (
    campaign,
    contact_list,
    draft,
    job,
    list_file,
    list_row,
    mended_file,
    recipient,
    recipient_number,
    sms_status,
)
from sms4a.recipients import CheckedRow, Pile, checked_blocks_of

EMPTY: dict[str, Any] = {"raw_number": "", "number": None, "fields": {}, "others": None, "detail": None, "mended": None}
"""What is left of a recipient after erasure: row, pile, outcome and times, by which the figures are counted."""

_IS_FILLED = sa.func.length(list_file.c.content) > 0


def erase_rows(connection: Connection, campaign_id: str, *which: ColumnElement[bool]) -> int:
    """Empty some recipients of one campaign, their statuses and their tests; returns how many."""
    mine = (recipient.c.campaign_id == campaign_id, *which)
    rows = sa.select(recipient.c.row).where(*mine)
    lock_jobs(connection, sa.select(job.c.job_id).select_from(PEOPLE_TOLD).where(*mine))
    told = sa.select(sms_status.c.job_id, sms_status.c.row).select_from(PEOPLE_TOLD).where(*mine)
    connection.execute(
        sa.update(sms_status).where(sa.tuple_(sms_status.c.job_id, sms_status.c.row).in_(told)).values(reason=None)
    )
    # A test of such a row went to a colleague's number, with this person's values in the text.
    tests = sa.select(campaign.c.id).where(campaign.c.test_of == campaign_id, campaign.c.test_row.in_(rows))
    connection.execute(sa.update(recipient).where(recipient.c.campaign_id.in_(tests)).values(fields={}))
    # Rows of the list that the sweeper has not thrown away yet.
    list_id = sa.select(campaign.c.list_id).where(campaign.c.id == campaign_id).scalar_subquery()
    connection.execute(sa.delete(list_row).where(list_row.c.list_id == list_id, list_row.c.row.in_(rows)))
    by_number.forget(connection, rows)
    return connection.execute(sa.update(recipient).where(*mine).values(**EMPTY)).rowcount


def lock_jobs(connection: Connection, job_ids: sa.Select[str]) -> None:
    """Let nobody take in results of these jobs until the end of the transaction: they were read with what is erased."""
    found = sa.select(job.c.job_id).where(job.c.job_id.in_(job_ids))
    connection.execute(found.order_by(job.c.job_id).with_for_update()).all()


def erase_from_lists(connection: Connection, number: str) -> int:
    """Take a number out of saved lists, those of drafts, and what was prepared from them; returns how many of drafts.

    The uploaded file and those of mended rows go as a whole: the number stands in one of them, in whatever spelling.
    """
    lists = connection.execute(_lists_with(number)).all()
    dead = bool(lists and dead_numbers(connection, [number]))
    for found in lists:
        _erase_from_list(connection, found.id, number, dead=dead)
    # A copy under way may have read the person already: it begins again.
    connection.execute(
        sa.update(contact_list)
        .where(contact_list.c.follows["list"].as_string().is_not(None), contact_list.c.state == ListState.CHECKING)
        .values(state=ListState.NEW, owner=None, lease_ts=None, version=contact_list.c.version + 1)
    )
    # Rows of a reading that did not come to its end: nothing counts them, and the next one throws them away.
    half_read = sa.select(contact_list.c.id).where(contact_list.c.state.in_((ListState.NEW, ListState.FAILED)))
    connection.execute(sa.delete(list_row).where(list_row.c.number == number, list_row.c.list_id.in_(half_read)))
    for campaign_id, row in connection.execute(_unsent_with(number)).all():
        erase_rows(connection, campaign_id, recipient.c.row == row)
    return sum(found.kept_name is None for found in lists)


def unread_lists(connection: Connection) -> int:
    """Files of drafts in which nobody can be found yet: they wait to be read, or for an answer."""
    query = sa.select(sa.func.count()).select_from(contact_list)
    unread = (contact_list.c.state != ListState.CHECKED, HAS_FILE.where(_IS_FILLED))
    return connection.execute(query.where(*unread, _is_open())).scalar_one()


def _is_open() -> ColumnElement[bool]:
    """No campaign was sent from this list."""
    return ~sa.exists().where(draft.c.list_id == contact_list.c.id, draft.c.sent_ts.is_not(None))


def _lists_with(number: str) -> sa.Select[str, str | None]:
    has = sa.exists().where(list_row.c.list_id == contact_list.c.id, list_row.c.number == number)
    return (
        sa.select(contact_list.c.id, contact_list.c.kept_name)
        .where(contact_list.c.state == ListState.CHECKED, _is_open(), has)
        .order_by(contact_list.c.id)
    )


def _unsent_with(number: str) -> sa.CompoundSelect[str, int]:
    """Campaign and row of this number where nobody has pressed Send; where it is not entered all rows are searched."""
    entered = (
        sa.select(campaign.c.id, recipient_number.c.row)
        .join(recipient_number, recipient_number.c.campaign_id == campaign.c.id)
        .where(recipient_number.c.number == number, campaign.c.state.not_in(SENT_STATES), campaign.c.sent_ts.is_(None))
    )
    others = (
        sa.select(campaign.c.id, recipient.c.row)
        .join(recipient)
        .where(recipient.c.number == number, campaign.c.state.in_((CampaignState.PREPARING, CampaignState.FAILED)))
    )
    return sa.union(entered, others)


def _erase_from_list(connection: Connection, list_id: str, number: str, *, dead: bool) -> None:
    stored = connection.execute(sa.select(contact_list).where(contact_list.c.id == list_id)).mappings().one()
    neighbours = _neighbours(connection, list_id, number)
    mine = (list_row.c.list_id == list_id, list_row.c.number == number)
    rows = [checked_row(row) for row in connection.execute(sa.select(list_row).where(*mine)).mappings()]
    connection.execute(sa.delete(list_row).where(*mine))
    mended = connection.execute(sa.delete(mended_file).where(mended_file.c.list_id == list_id)).rowcount
    # Emptied only: a list without any is passed by when lists are thrown away.
    own = sa.update(list_file).where(list_file.c.list_id == list_id, _IS_FILLED).values(content=b"")
    emptied = connection.execute(own).rowcount
    form = stored["format"]
    gone = emptied > 0 or mended > 0 or form.get("file_erased", False)
    form = {**form, "totals": _without(form["totals"], rows, dead=dead, neighbours=neighbours)}
    connection.execute(
        sa.update(contact_list)
        .where(contact_list.c.id == list_id)
        .values(
            format={**form, "file_erased": gone},
            rows_done=stored["rows_done"] - len(rows),
            rows_total=stored["rows_total"] - len(rows),
            # What was prepared from it cannot be sent any more, and whoever has it open is told.
            version=stored["version"] + 1,
        )
    )
    # A planner that is at work has read the rows already: it has to begin again.
    connection.execute(
        sa.update(campaign)
        .where(campaign.c.list_id == list_id, campaign.c.state == CampaignState.PREPARING)
        .values(owner=None, lease_ts=None)
    )


def _without(totals: dict[str, Any], rows: Sequence[CheckedRow], *, dead: bool, neighbours: int) -> dict[str, Any]:
    """What the list says of all its rows, without these."""
    gone = Totals()
    for block in checked_blocks_of(rows):
        gone.add(block)
    left = {
        "piles": Counter(totals["piles"]) - gone.piles,
        "regions": Counter(totals["regions"]) - gone.regions,
        "reasons": Counter(totals["reasons"]) - gone.reasons,
        "blank": Counter(totals["blank"]) - gone.blank,
    }
    received = gone.piles[Pile.RECEIVE] > 0
    return {
        **totals,
        **{name: dict(counted.most_common()) for name, counted in left.items()},
        "failed_before": totals["failed_before"] - (1 if received and dead else 0),
        "neighbours": totals["neighbours"] - (neighbours if received else 0),
    }


def _neighbours(connection: Connection, list_id: str, number: str) -> int:
    """How many fewer numbers stand close together in the list when this one is gone."""
    thousand = sa.select(sa.func.count()).where(
        list_row.c.list_id == list_id,
        list_row.c.pile == Pile.RECEIVE,
        list_row.c.number.startswith(number[:-3]),
        sa.func.length(list_row.c.number) == len(number),
    )
    together = connection.execute(thousand).scalar_one()
    return 0 if together < DENSE else together if together == DENSE else 1
