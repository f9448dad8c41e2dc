"""The table from process status and status to an outcome."""

import pytest

from sms4a.status import OTHER, RULES, VERDICTS, Outcome, ProcessStatus, Resend, verdict_of

TABLE = [
    # process status, status, code, outcome, final, may we send again
    ("OPEN", "", "waiting", "pending", False, "no"),
    ("OPEN", None, "waiting", "pending", False, "no"),
    ("OPEN", "CON_ERR", "retrying", "pending", False, "no"),
    ("RUNNING", "", "running", "accepted", False, "no"),
    ("RUNNING", "SUC_ACC", "running", "accepted", False, "no"),
    ("DONE", "SUC_ACC", "accepted", "accepted", True, "no"),
    ("DONE", "SUC_FIN", "delivered", "delivered", True, "pointless"),
    ("DONE", "INVALID_DST", "number_invalid", "failed", True, "never"),
    ("DONE", "BLOCKED", "blocked", "failed", True, "never"),
    ("DONE", "TIMEOUT", "timeout", "failed", True, "later"),
    ("DONE", "CON_ERR", "connection", "failed", True, "yes"),
    ("DONE", "FAILED_FIN", "failed_report", "failed", True, "later"),
    ("DONE", "NOT_ACC_FIN", "not_accepted", "failed", True, "after_check"),
    ("DONE", "SEND_ERR", "send_error", "unknown", True, "no"),
    ("DONE", "STATUS_ERR", "status_error", "unknown", True, "no"),
    ("CANCELED", "", "cancelled_before", "cancelled", True, "yes"),
    ("CANCELED", "NOT_ACC_REC", "cancelled_after", "cancelled", True, "no"),
    ("KILL", "", "killed", "unknown", True, "no"),
    ("KILL", "SUC_ACC", "killed", "unknown", True, "no"),
]

UNKNOWN_PAIRS = [
    # process status, status, final
    ("DONE", "", True),
    ("DONE", "SOMETHING_NEW", True),
    ("CANCELED", "SOMETHING_NEW", True),
    ("PAUSED", "", False),
    ("PAUSED", "SUC_FIN", False),
    ("", "SUC_FIN", False),
    (None, None, False),
]


@pytest.mark.parametrize(("process_status", "status", "code", "outcome", "final", "resend"), TABLE)
def test_each_documented_pair_has_its_verdict(
    process_status: str, status: str | None, code: str, outcome: str, final: bool, resend: str
) -> None:
    assert verdict_of(process_status, status) == (code, Outcome(outcome), final, Resend(resend))


@pytest.mark.parametrize(("process_status", "status", "final"), UNKNOWN_PAIRS)
def test_an_undocumented_pair_is_unknown_and_never_sent_again(
    process_status: str | None, status: str | None, final: bool
) -> None:
    assert verdict_of(process_status, status) == ("other", Outcome.UNKNOWN, final, Resend.NO)


@pytest.mark.parametrize("process_status", ["canceled", "CANCELLED", " Cancelled "])
def test_case_blanks_and_a_second_l_do_not_matter(process_status: str) -> None:
    assert verdict_of(process_status, "not_acc_rec ").code == "cancelled_after"


def test_the_glossary_has_each_code_once_and_every_process_status() -> None:
    codes = [verdict.code for verdict in VERDICTS]
    assert sorted(codes) == sorted(set(codes))
    assert VERDICTS[-1] == OTHER
    assert {rule.process_status for rule in RULES} == set(ProcessStatus)


def test_what_may_have_arrived_is_never_offered_for_sending_again() -> None:
    offered = {Resend.YES, Resend.LATER, Resend.AFTER_CHECK}
    assert [
        v.code for v in VERDICTS if v.resend in offered and v.outcome not in (Outcome.FAILED, Outcome.CANCELLED)
    ] == []
