"""A number stands among those of its campaign from the moment it is prepared, and no longer than its row is there."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from sms4a.campaigns import by_number
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.sending import plan
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import list_row, recipient, recipient_number
from tests.builders import a_number
from tests.line import Line, people

# Neither in the order of the numbers, nor without one that comes twice.
FILE = people(a_number(5), a_number(1), a_number(3), a_number(1), "n/a", a_number(2))


def entered(store: Store) -> list[Any]:
    with store.database.read() as c:
        return list(c.execute(sa.select(recipient_number)).all())


def standing(store: Store) -> list[Any]:
    """The numbers of all recipients, as they ought to be entered."""
    with store.database.read() as c:
        places = sa.select(recipient.c.number, recipient.c.campaign_id, recipient.c.row)
        return list(c.execute(places.where(recipient.c.number.is_not(None)).order_by(recipient.c.number)).all())


@pytest.fixture
def few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "CHUNK_ROWS", 2)
    monkeypatch.setattr(by_number, "_TOGETHER", 2)


def prepared_again(line: Line, prepared: Campaign) -> Campaign:
    draft = line.store.drafts.get(prepared.draft_id)
    assert draft is not None
    draft = line.store.drafts.save(draft.id, draft.version, text="Another text", actor="ann")
    again = line.store.ledger.prepare(draft.id, draft.version, "ann")
    line.planner.plan_next("w")
    planned = line.store.ledger.campaign(again)
    assert planned is not None
    return planned


@pytest.mark.usefixtures("few_together")
def test_every_number_is_entered_in_some_small_steps(line: Line) -> None:
    line.prepared(FILE)
    assert len(entered(line.store)) == 5
    assert sorted(entered(line.store)) == sorted(standing(line.store))


@pytest.mark.usefixtures("few_together")
def test_a_plan_that_broke_off_among_its_numbers_is_made_anew(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    enter, steps = by_number.enter, []

    def breaks_off(*arguments: Any) -> None:
        steps.append(arguments)
        if len(steps) == 2:
            raise OperationalError("insert", None, Exception("disk full"))
        enter(*arguments)

    monkeypatch.setattr(by_number, "enter", breaks_off)
    with pytest.raises(OperationalError):
        line.prepared(FILE)
    assert len(entered(line.store)) == 2
    line.clock.advance(minutes=2)
    assert line.planner.plan_next("w")
    assert len(entered(line.store)) == 5
    assert sorted(entered(line.store)) == sorted(standing(line.store))


@pytest.mark.usefixtures("few_together")
def test_a_plan_that_is_no_longer_ours_enters_no_more(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    in_order, seen = by_number.in_order, []

    def taken_over(*arguments: Any) -> Any:
        for places in in_order(*arguments):
            seen.append(places)
            if len(seen) == 2:
                with line.store.database.write() as c:
                    c.execute(sa.text("update campaign set owner = 'another'"))
            yield places

    monkeypatch.setattr(by_number, "in_order", taken_over)
    assert line.prepared(FILE).fingerprint is None
    assert len(entered(line.store)) == 2


def test_a_plan_that_was_replaced_takes_its_numbers_along(line: Line) -> None:
    first = line.prepared(FILE)
    second = prepared_again(line, first)
    line.sweep_all()
    assert {place.campaign_id for place in entered(line.store)} == {second.id}
    assert sorted(entered(line.store)) == sorted(standing(line.store))


def test_who_is_erased_is_not_entered_any_more(line: Line) -> None:
    line.prepared(FILE)
    line.store.persons.erase(a_number(1), "ann")
    assert a_number(1) not in str(entered(line.store))
    assert len(entered(line.store)) == 3
    assert sorted(entered(line.store)) == sorted(standing(line.store))


def test_who_stands_in_a_plan_that_failed_is_erased_too(line: Line) -> None:
    first = line.prepared(FILE)
    with line.store.database.write() as c:
        c.execute(sa.delete(list_row).where(list_row.c.row == 7))
    assert prepared_again(line, first).problem == "list_changed"
    line.store.persons.erase(a_number(3), "ann")
    assert a_number(3) not in str(standing(line.store))


def test_an_older_database_has_its_numbers_entered(line: Line) -> None:
    line.prepared(FILE)
    wanted = sorted(entered(line.store))
    with line.store.database.write() as c:
        # As revision 0011 left it.
        c.execute(sa.text("drop table recipient_number"))
        c.execute(sa.text("drop index ix_recipient_left_out"))
        c.execute(sa.text("drop index ix_recipient_dead"))
        c.execute(sa.text("drop table list_file"))
        bytes_ = "blob" if c.dialect.name == "sqlite" else "bytea"
        c.execute(sa.text(f"alter table contact_list add column content {bytes_}"))
        c.execute(sa.text("drop index ix_list_row_left_out"))
        c.execute(sa.text('create index ix_list_row_pile on list_row (list_id, pile, "row")'))
        for column in ("prices", "spared"):
            c.execute(sa.text(f"alter table campaign drop column {column}"))
        c.execute(sa.text('create index ix_recipient_number on recipient (number, campaign_id, "row")'))
        c.execute(sa.text('create index ix_recipient_pile on recipient (campaign_id, pile, "row")'))
        c.execute(sa.text("update alembic_version set version_num = '0011'"))
    migrate(line.store.database, None)
    assert sorted(entered(line.store)) == wanted
