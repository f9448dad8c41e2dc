"""The sender's statements touch only the rows they are about, however many people and submissions there are."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns import by_number
from sms4a.campaigns.database import Database
from sms4a.campaigns.lists.list_records import rows_of
from sms4a.campaigns.lists.memory import dead_numbers, ever_dead
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.results import fold
from sms4a.campaigns.results.erasure import erase_from_lists, erase_rows
from sms4a.campaigns.results.jobs import _with_number
from sms4a.campaigns.results.person_status import PEOPLE_TOLD
from sms4a.campaigns.results.persons import _appearances
from sms4a.campaigns.sending import claims, late_opt_outs, rebuilt, turns
from sms4a.campaigns.sending.sweep import clear_plan
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import recipient, sms_status
from sms4a.recipients import Pile
from tests.ledger_rows import Batch, a_campaign, a_number

OF_PLAN = sa.select(recipient.c.row).where(recipient.c.campaign_id == "c").order_by(recipient.c.row).limit(9)
ITS = {"its_campaign": "c", "its_n": 1}
THEIRS = "SEARCH recipient USING INDEX ix_recipient_submission (campaign_id=? AND submission_n=?)"
A_PAGE = (
    sa.select(sms_status.c.reason)
    .select_from(PEOPLE_TOLD)
    .where(recipient.c.campaign_id == "c", recipient.c.row.in_([1, 2]))
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'console.db'}")
    migrate(made, "practice")
    a_campaign(made, batches=[Batch(SubmissionState.SETTLED, verdicts={"number_invalid": 1})])
    return made


@pytest.mark.parametrize(
    ("statement", "values", "begins"),
    [
        (rebuilt._ITS_PEOPLE, ITS, THEIRS),
        (late_opt_outs._OPTED_OUT, ITS, THEIRS),
        (fold._PEOPLE, ITS, THEIRS),
        (
            fold._SOME_PEOPLE.where(recipient.c.row.in_([1, 2])),
            ITS,
            "SEARCH recipient USING INDEX sqlite_autoindex_recipient_1 (campaign_id=? AND row=?)",
        ),
        (fold._KNOWN, {"its_job": "J"}, "SEARCH sms_status USING PRIMARY KEY (job_id=?)"),
        (rows_of("l", Pile.DUPLICATE), {}, "SEARCH list_row USING INDEX ix_list_row_left_out (list_id=? AND pile=?)"),
        (rows_of("l", Pile.RECEIVE), {}, "SEARCH list_row USING INDEX sqlite_autoindex_list_row_1 (list_id=?)"),
        (A_PAGE, {}, "SEARCH recipient USING INDEX sqlite_autoindex_recipient_1 (campaign_id=? AND row=?)"),
        (turns.OLDEST_DUE, {"now": 1}, "SEARCH submission USING INDEX ix_submission_due (state=? AND due_ts<?)"),
        (claims._RECENT_PEOPLE, {"since": 1}, "SEARCH submission USING INDEX ix_submission_attempt (attempt_ts>?)"),
        (claims._EXPIRED, {"now": 1}, "SEARCH submission USING INDEX ix_submission_due (state=?)"),
    ],
    ids=[
        "body",
        "opt-outs",
        "people of a job",
        "some people of a job",
        "statuses of a job",
        "rows of a pile",
        "rows of those who receive",
        "statuses of people",
        "next submission",
        "pace",
        "dead workers",
    ],
)
def test_sqlite_goes_by_the_index(database: Database, statement: Any, values: dict[str, object], begins: str) -> None:
    with database.read() as c:
        written = statement.params(values).compile(dialect=c.dialect, compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in c.execute(sa.text(f"EXPLAIN QUERY PLAN {written}"))]
    assert plan[0] == begins
    assert statement is claims._EXPIRED or not any("TEMP B-TREE" in step for step in plan)


def plans(database: Database, work: Callable[[sa.Connection], object], about: str) -> list[list[str]]:
    """How SQLite goes about every statement of `work` that has to do with this table."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if about in statement:
            asked.append((statement, parameters))

    with database.write() as c:
        sa.event.listen(c, "before_cursor_execute", note)
        work(c)
        sa.event.remove(c, "before_cursor_execute", note)
        assert asked
        return [
            [str(row[-1]) for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in asked
        ]


def a_count(c: sa.Connection, condition: sa.ColumnElement[bool]) -> None:
    c.execute(sa.select(sa.func.count()).where(recipient.c.campaign_id == "c", condition))


@pytest.mark.parametrize(
    "work",
    [
        lambda c: dead_numbers(c, [a_number(0)]),
        lambda c: a_count(c, by_number.has_one_of("c", ["+4917604069001", "+4917604069002"])),
        lambda c: c.execute(sa.select(sa.func.count()).where(_with_number("+4917604069001"))),
        lambda c: _appearances(c, "+4917604069001"),
        lambda c: erase_from_lists(c, "+4917604069001"),
        lambda c: erase_rows(c, "c", recipient.c.row == 2),
        lambda c: clear_plan(c, "c", 9),
    ],
    ids=["dead numbers", "search", "jobs", "person", "erasure", "its rows", "cleared plan"],
)
def test_sqlite_finds_a_number_by_its_key(database: Database, work: Callable[[sa.Connection], object]) -> None:
    for plan in plans(database, work, "recipient_number"):
        assert any("SEARCH recipient_number USING PRIMARY KEY (number=?" in step for step in plan)
        assert not any("SCAN recipient" in step for step in plan)


def test_sqlite_looks_for_dead_numbers_among_the_dead_alone(database: Database) -> None:
    first, *_rest = plans(database, lambda c: dead_numbers(c, [a_number(0)]), "recipient")
    assert first[0] == "SEARCH recipient USING INDEX ix_recipient_dead (number=?)"
    ((all_of_them, *_),) = plans(database, ever_dead, "recipient")
    assert "INDEX ix_recipient_dead" in all_of_them
