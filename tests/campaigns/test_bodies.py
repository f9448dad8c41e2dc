"""The bytes of a job: what the API reads is what was meant, whatever the texts contain."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms4a.campaigns.bodies import Addressee, api_options, body_hash, job_body, row_of
from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.models import JobRequest

OPTIONS = api_options(CampaignOptions(), "RETAILCO", "S4.abc234.k7m2p9qd.1")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_every_text_arrives_as_it_is_and_everybody_once(texts: list[str]) -> None:
    people = [Addressee(row, f"+4917604{row:06d}", text) for row, text in enumerate(texts, start=2)]
    job = JobRequest.model_validate_json(job_body(OPTIONS, "k7m2p9qd", people))
    got = {
        recipient.customer_ref: (recipient.dst, message.text)
        for message in job.messages
        for recipient in message.recipients
    }
    assert got == {f"k7m2p9qd.{row}": (number, text) for row, number, text in people}
    assert job.recipient_count == len(texts)


def test_people_with_the_same_text_share_a_message() -> None:
    people = [
        Addressee(2, "+491760400001", "a"),
        Addressee(3, "+491760400002", "b"),
        Addressee(4, "+491760400003", "a"),
    ]
    messages = json.loads(job_body(OPTIONS, "c", people))["messages"]
    assert [(message["text"], len(message["recipients"])) for message in messages] == [("a", 2), ("b", 1)]


def test_our_own_options_are_on_every_job() -> None:
    sent = json.loads(job_body(OPTIONS, "c", [Addressee(2, "+491760400001", "a")]))["options"]
    assert sent == {
        "src": "RETAILCO",
        "encoding": "STANDARD",
        "statusRequested": True,
        "customerRef": "S4.abc234.k7m2p9qd.1",
        "maxParts": 4,
        "invalidCharacters": "TO_UTF16",
        "duplicateDetection": True,
    }


@pytest.mark.parametrize(
    ("chosen", "sent"),
    [
        (CampaignOptions(flash=False), {"flash": False}),  # off is not "as the account sets it"
        (CampaignOptions(validity_min=0), {"validityMin": 0}),  # the network's own default is not unset
        (CampaignOptions(treatment=Treatment.UNICODE), {"encoding": "UTF-16"}),
        (CampaignOptions(treatment=Treatment.REFUSE), {"invalidCharacters": "REFUSE"}),
        (
            CampaignOptions(quiet=((1_795_000_000_000, 1_795_003_600_000),)),
            {"blackoutPeriods": ["2026-11-18T11:06:40.000+00:00/2026-11-18T12:06:40.000+00:00"]},
        ),
    ],
)
def test_a_choice_reaches_the_api(chosen: CampaignOptions, sent: dict[str, object]) -> None:
    options = json.loads(job_body(api_options(chosen, "", "S4.x.y.1"), "c", [Addressee(2, "+491760400001", "a")]))[
        "options"
    ]
    assert sent.items() <= options.items()
    assert "src" not in options


def test_references_fit_and_hold_no_number() -> None:
    body = job_body(OPTIONS, "k7m2p9qd", [Addressee(1_000_000, "+491760400001", "a")]).decode()
    references = re.findall(r'"customerRef":"([^"]+)"', body)
    assert references == ["S4.abc234.k7m2p9qd.1", "k7m2p9qd.1000000"]
    assert all(len(reference) <= 64 and reference.isascii() for reference in references)


@pytest.mark.parametrize(
    ("reference", "row"),
    [
        ("c.7", 7),
        ("d.7", None),
        ("c.x", None),
        ("c.", None),
        ("7", None),
        (None, None),
        ("c.٧", None),
        ("c.9999999999", None),
    ],
)
def test_a_status_finds_its_row_by_the_reference(reference: str | None, row: int | None) -> None:
    assert row_of(reference, "c") == row


def test_another_body_has_another_hash() -> None:
    one, other = (job_body(OPTIONS, "c", [Addressee(2, "+491760400001", text)]) for text in "ab")
    assert body_hash(one) != body_hash(other)
