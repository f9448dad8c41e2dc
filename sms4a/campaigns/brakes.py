"""What stops all sending at once: holds, the emergency stop, slow-downs and rests. One row, which every claim locks."""

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.policy import MENDS_ITSELF, REST_S, UNCLEAR_RUN, Ruling
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import sender

# Workers note every 5 s that they live; with a longer gap nothing leaves until the guard has looked.
GAP_MS = 30_000

_LOCK = sa.select(sender).where(sender.c.id == 1).with_for_update()
_UPDATE = sa.update(sender).where(sender.c.id == 1)
_HOLD = _UPDATE.where(sender.c.hold_code.is_(None) | sender.c.hold_code.in_(sa.bindparam("weaker", expanding=True)))


def lock_sender(connection: Connection) -> RowMapping:
    """The sender's row, locked. Whoever needs it takes it first and counters later, or two workers would wait for each
    other."""
    return connection.execute(_LOCK).mappings().one()


def note(connection: Connection, **values: object) -> None:
    """Write columns of the sender's row."""
    connection.execute(_UPDATE, values)


def may_leave(guard: RowMapping, now: int) -> bool:
    """Nothing holds, slows or rests the sender, and somebody has looked since the machine slept."""
    if guard["stop_ts"] or guard["hold_code"]:
        return False
    if max(guard["slow_until_ts"] or 0, guard["rest_until_ts"] or 0) > now:
        return False
    return guard["alive_ts"] is None or now - guard["alive_ts"] <= GAP_MS


def hold_sender(connection: Connection, now: int, code: str, actor: str, detail: str | None = None) -> bool:
    """Stop every POST before its marker; False if it is held for another reason that a person must see first.

    A hold that ends by itself when the API takes our login again must never hide one that waits for a person.
    """
    weaker = [] if code in MENDS_ITSELF else list(MENDS_ITSELF)
    values = {"weaker": weaker, "hold_code": code, "hold_detail": detail, "hold_ts": now}
    held = connection.execute(_HOLD, values).rowcount
    if held:
        write_audit(connection, now, actor, "hold", "sender:1", code=code)
    return bool(held)


def note_answer(connection: Connection, guard: RowMapping, ruling: Ruling, now: int) -> None:
    """What one answer means for every worker: hold, slow down, or rest after several unclear ones in a row."""
    values: dict[str, object] = {}
    if ruling.hold and ruling.problem:
        hold_sender(connection, now, ruling.problem, "sender", ruling.detail)
    if ruling.slow_s:
        # Two may be told at once: the longer wait holds.
        values["slow_until_ts"] = max(guard["slow_until_ts"] or 0, now + int(ruling.slow_s * 1000))
    run = guard["unclear_run"] + 1 if ruling.state is SubmissionState.UNCERTAIN else 0
    if run >= UNCLEAR_RUN:
        run, values["rest_until_ts"] = 0, now + int(REST_S * 1000)
    if run != guard["unclear_run"]:
        values["unclear_run"] = run
    if values:
        note(connection, **values)
