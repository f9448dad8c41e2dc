"""One job: its finding, its fields and what became of each recipient."""

import pytest
import sqlalchemy as sa

from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import installation
from sms4a.console.wording import NBSP
from tests.clock import Clock
from tests.pages.conftest import OpenPage, texts
from tests.pages.job_rows import add_job

JOB = "J.20261122-100004.900-1d22ab08de1"


def test_a_job_nobody_knows_is_said_to_be_unknown(open_page: OpenPage) -> None:
    page = open_page("job", id="J.nothing")
    assert "**This job is not known here.**" in texts(page)
    assert page.button(key="job_all").label == "All jobs"


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (
            {"delivered": 48, "number_invalid": 2},
            "**48 of 50 people got it.** 2 failed. It took 38 seconds until the last result.",
        ),
        (
            {"accepted": 5, "killed": 1},
            "**For 5 of 6 people it was handed to the network.** 1 unknown. It took 38 seconds until the last result.",
        ),
        ({"waiting": 3}, "**0 of 3 people got it.** 3 waiting."),
        ({"delivered": 1, "cancelled_before": 1, "running": 1, "status_error": 1},
         "**1 of 4 people got it.** 1 handed over, 1 failed and 1 unknown."),
        ({}, "**This job was found in the list.** Its details are being fetched."),
    ],
)  # fmt: skip
def test_the_finding_of_a_job(
    open_page: OpenPage, page_store: Store, clock: Clock, verdicts: dict[str, int], said: str
) -> None:
    add_job(page_store.database, JOB, ts=clock.ms(), verdicts=verdicts)
    page = open_page("job", id=JOB)
    assert not page.exception
    assert said in texts(page)


def test_people_without_a_status_wait(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, JOB, ts=clock.ms(), verdicts={"delivered": 2})
    with page_store.database.write() as connection:
        connection.exec_driver_sql("update job set people = 5, settled = 0")
    assert "**2 of 5 people got it.** 3 waiting." in texts(open_page("job", id=JOB))


def test_fields_are_said_in_words(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, JOB, ts=clock.ms(), verdicts={"delivered": 1}, flash=False, qos="EXPRESS")
    rows = dict(open_page("job", id=JOB).table[0].value.to_numpy().tolist())
    found = {name.removeprefix(":gray[").removesuffix("]").replace("\\", ""): value for name, value in rows.items()}
    assert found["Valid for"] == "24 hours"
    assert (found["Delivery reports"], found["Shown at once (flash)"]) == ("on", "off")
    assert (found["Priority"], found["Sender"], found["Campaign"]) == ("Express", "RETAILCO", "Not from here")


def test_recipients_are_masked_and_have_a_reason(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, JOB, ts=clock.ms(), verdicts={"number_invalid": 1})
    row = open_page("job", id=JOB).table[1].value.iloc[0]
    assert row["Number"].replace("\\", "") == f"+49{NBSP}152{NBSP}•••{NBSP}•000"
    assert row["Reason"] == "Number does not exist"
    assert ":red-badge[" in row["Outcome"]


def test_outcomes_filter_the_recipients(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, JOB, ts=clock.ms(), verdicts={"delivered": 12, "blocked": 1, "cancelled_before": 1})
    page = open_page("job", id=JOB)
    assert "Rows 1 to 10 of 14" in texts(page)
    page.pills(key="job_outcome").set_value("failed").run()
    assert len(page.table[1].value) == 2
    assert "Rows 1 to 2 of 2" in texts(page)


def test_a_reference_with_markdown_stays_text(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, JOB, ts=clock.ms(), verdicts={"delivered": 1}, reference="[a](http://x) :red[b]")
    cells = open_page("job", id=JOB).table[0].value.to_numpy().tolist()
    (shown,) = [value for name, value in cells if "Reference" in name]
    assert shown.replace(":small[]", "") == r"\[a\]\(http\://x\) \:red\[b\]"


def test_a_reference_of_another_program_that_looks_like_ours_makes_no_link_of_its_own(
    open_page: OpenPage, page_store: Store, clock: Clock
) -> None:
    with page_store.database.read() as connection:
        token = connection.execute(sa.select(installation.c.token)).scalar()
    reference = f"S4.{token}.x) [now](https://3232235777/.1"
    add_job(page_store.database, JOB, ts=clock.ms(), verdicts={"delivered": 1}, reference=reference)
    cells = open_page("job", id=JOB).table[0].value.to_numpy().tolist()
    (link,) = [value for name, value in cells if "Campaign" in name]
    assert link == "[Sent from here](campaign?id=x%29+%5Bnow%5D%28https%3A%2F%2F3232235777%2F)"


def test_a_job_of_a_campaign_links_to_it(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, JOB, ts=clock.ms(), verdicts={"delivered": 1}, campaign_id="abc")
    labels = [link.label for link in open_page("job", id=JOB).main.page_link]
    assert labels == ["All jobs", "Open campaign"]
