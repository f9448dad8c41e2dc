"""The sender's statements touch only the rows they are about, however many people and submissions there are."""

from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns import claims, fold, late_opt_outs, rebuilt, turns
from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.person_status import PEOPLE_TOLD
from sms4a.campaigns.tables import recipient, sms_status

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
    return made


@pytest.mark.parametrize(
    ("statement", "values", "begins"),
    [
        (rebuilt._ITS_PEOPLE, ITS, THEIRS),
        (late_opt_outs._OPTED_OUT, ITS, THEIRS),
        (fold._PEOPLE, ITS, THEIRS),
        (fold._KNOWN, {"its_job": "J"}, "SEARCH sms_status USING PRIMARY KEY (job_id=?)"),
        (A_PAGE, {}, "SEARCH recipient USING INDEX sqlite_autoindex_recipient_1 (campaign_id=? AND row=?)"),
        (turns.OLDEST_DUE, {"now": 1}, "SEARCH submission USING INDEX ix_submission_due (state=? AND due_ts<?)"),
        (claims._RECENT_PEOPLE, {"since": 1}, "SEARCH submission USING INDEX ix_submission_attempt (attempt_ts>?)"),
        (claims._EXPIRED, {"now": 1}, "SEARCH submission USING INDEX ix_submission_due (state=?)"),
    ],
    ids=[
        "body",
        "opt-outs",
        "people of a job",
        "statuses of a job",
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
