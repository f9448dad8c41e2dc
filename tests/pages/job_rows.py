"""Jobs as the index and the tracker would have left them, written straight into a database."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sms4a.campaigns.database import Database
from sms4a.campaigns.tables import address, job, sms_status
from sms4a.status import RULES

_RULES = {rule.verdict.code: rule for rule in RULES}


def add_job(
    database: Database,
    job_id: str,
    *,
    ts: int,
    verdicts: Mapping[str, int],
    key: str = "de2",
    reference: str = "crm-export-88",
    campaign_id: str | None = None,
    **report: Any,
) -> None:
    """One job received at `ts` (epoch ms), with so many people of each verdict; results 30 s later."""
    people = sum(verdicts.values())
    final = sum(n for code, n in verdicts.items() if _RULES[code].verdict.final)
    settled = final == people
    row = {
        "job_id": job_id,
        "address": key,
        "campaign_id": campaign_id,
        "reference": reference,
        "report": {"src": "RETAILCO", "billcode": "STORES", "status_requested": True, "validity_min": 1440, **report},
        "receipt_ts": ts,
        "finished_ts": ts + 38_000 if settled else None,
        "people": people,
        "final": final,
        "settled": settled,
        "looks": 1,
        "looked_ts": ts + 60_000,
    }
    with database.write() as connection:
        connection.execute(sa.insert(job).values(row))
        statuses = [_status(job_id, i, code, ts) for i, code in enumerate(_each(verdicts))]
        if statuses:
            connection.execute(sa.insert(sms_status), statuses)


def add_address(
    database: Database,
    key: str,
    *,
    ok_ts: int | None = None,
    failing_ts: int | None = None,
    listed_ts: int | None = None,
) -> None:
    values = {"key": key, "ok_ts": ok_ts, "failing_ts": failing_ts, "listed_ts": listed_ts}
    with database.write() as connection:
        connection.execute(sa.insert(address).values(values))


def _each(verdicts: Mapping[str, int]) -> list[str]:
    return [code for code, n in verdicts.items() for _ in range(n)]


def _status(job_id: str, i: int, code: str, ts: int) -> dict[str, Any]:
    rule = _RULES[code]
    return {
        "job_id": job_id,
        "sms_id": f"S.{job_id}.{i}",
        "row": 0,
        "number": f"+4915228895{i:03d}",
        "process_status": rule.process_status,
        "status": rule.status,
        "sent_ts": ts + 1_000,
        "finished_ts": ts + 30_000 if rule.verdict.final else None,
        "outcome": rule.verdict.outcome,
        "verdict": code,
    }
