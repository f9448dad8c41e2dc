"""What stops all sending at once: holds, the emergency stop, slow-downs and rests. One row, which every claim locks."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database
from sms4a.campaigns.policy import INCIDENTS, MENDS_ITSELF, REST_S, UNCLEAR_RUN, Ruling
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import audit, sender, worker
from sms4a.campaigns.views import Hold

# Workers note every 5 s that they live; with a longer gap nothing leaves until the guard has looked.
GAP_MS = 30_000

# A worker writes its heartbeat every 5 s; four missed ones and it counts as dead.
WORKER_DEAD_MS = 20_000

EMERGENCY = "emergency"
"""The code under which pages see the emergency stop."""

RESTORED = "restored"
"""The code of the gravest hold: what the database shows as waiting may have left already."""

_LATER = "hold_later"
"""What is noted of an incident that must wait to be seen."""

STOP_COLUMNS = ("stop_ts", "stop_detail")
HOLD_COLUMNS = ("hold_code", "hold_detail", "hold_ts", "rest_until_ts")

_SENDER = sa.select(sender).where(sender.c.id == 1)
_ALIVE = sa.select(sa.func.count()).where(worker.c.beat_ts > sa.bindparam("since"))
_LOCK = _SENDER.with_for_update()
_UPDATE = sa.update(sender).where(sender.c.id == 1)
_RESTORED = sa.select(audit.c.id).where(
    audit.c.object == "sender:1",
    audit.c.action == "hold",
    audit.c.detail["code"].as_string() == RESTORED,
    audit.c.ts >= sa.bindparam("since"),
)
_NOTED = (
    sa.select(audit.c.id, audit.c.action, audit.c.detail)
    .where(audit.c.object == "sender:1", audit.c.action.in_((_LATER, "hold")))
    .order_by(audit.c.id)
)
_HOLD = _UPDATE.where(sender.c.hold_code.is_(None) | sender.c.hold_code.in_(sa.bindparam("weaker", expanding=True)))


@dataclass(frozen=True, slots=True)
class SenderState:
    """Whether anything can leave now, and why not."""

    hold_code: str | None
    slow_until_ts: int | None
    rest_until_ts: int | None
    workers_alive: int


class Brakes:
    """As people use them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self) -> SenderState:
        with self._database.read() as connection:
            row = connection.execute(_SENDER).mappings().one()
            since = self._database.now(connection) - WORKER_DEAD_MS
            alive = connection.execute(_ALIVE, {"since": since}).scalar_one()
        code, _detail, _ts = _held(row)
        return SenderState(code, row["slow_until_ts"], row["rest_until_ts"], alive)

    def stop_everything(self, actor: str, reason: str | None = None) -> bool:
        """The emergency stop, whatever else holds or is released; False if it was on.

        No marker is written from now on; what has one already, a hand-over for each sending thread at most, is leaving.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            pressed = connection.execute(
                _UPDATE.where(sender.c.stop_ts.is_(None)).values(stop_ts=now, stop_detail=reason)
            ).rowcount
            if pressed:
                write_audit(connection, now, actor, "hold", "sender:1", code=EMERGENCY)
            return bool(pressed)

    def release(self, actor: str, code: str) -> bool:
        """What held the sender is mended: try again. False if it is held for another reason by now, or not at all.

        `code` is the reason that was shown, so that nobody releases what they have not seen.
        """
        held = sender.c.stop_ts.is_not(None) if code == EMERGENCY else sender.c.hold_code == code
        cleared = dict.fromkeys(STOP_COLUMNS if code == EMERGENCY else HOLD_COLUMNS)
        with self._database.write() as connection:
            released = connection.execute(_UPDATE.where(held).values(**cleared)).rowcount
            if released:
                now = self._database.now(connection)
                write_audit(connection, now, actor, "release", "sender:1", code=code)
                if code != EMERGENCY:
                    _hold_over_what_was_not_seen(connection, now)
            return bool(released)


def hold_of(connection: Connection) -> Hold | None:
    """Why nothing at all is being sent; None if nothing stands in the way."""
    code, detail, ts = _held(connection.execute(_SENDER).mappings().one())
    if code is None:
        return None
    ordered = sa.select(audit.c.actor).where(
        audit.c.object == "sender:1", audit.c.action == "hold", audit.c.ts == ts, audit.c.actor != "sender"
    )
    return Hold(code, detail, ts, connection.execute(ordered.limit(1)).scalar())


def _held(row: RowMapping) -> tuple[str | None, str | None, int | None]:
    """Code, detail and time; the emergency stop comes before whatever else holds."""
    if row["stop_ts"]:
        return EMERGENCY, row["stop_detail"], row["stop_ts"]
    return row["hold_code"], row["hold_detail"], row["hold_ts"]


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


def hold_sender(
    connection: Connection, now: int, code: str, actor: str, detail: str | None = None, **told: Any
) -> bool:
    """Stop every POST before its marker; False if it is held for another reason that a person must see first.

    A hold that ends by itself when the API takes our login again must never hide one that waits for a person, and none
    may hide that the database is an older copy: whoever released it would let that copy send. An incident that cannot
    hold, or holds no longer, waits until that is released.
    """
    before = connection.execute(_SENDER).mappings().one()
    weaker = [] if code in MENDS_ITSELF else list(MENDS_ITSELF)
    values = {"hold_code": code, "hold_detail": detail, "hold_ts": now}
    if code == RESTORED:
        held = connection.execute(_UPDATE, values).rowcount
    else:
        held = connection.execute(_HOLD, {**values, "weaker": weaker}).rowcount
    if held:
        write_audit(connection, now, actor, "hold", "sender:1", code=code, **told)
    standing, wanted = (before["hold_code"], before["hold_detail"]), (code, detail)
    hidden, about = standing if held else wanted
    if hidden in INCIDENTS and standing != wanted:
        write_audit(connection, now, actor, _LATER, "sender:1", code=hidden, about=about)
    return bool(held)


def _hold_over_what_was_not_seen(connection: Connection, now: int) -> None:
    """The oldest incident that came while something else held; nothing does now."""
    noted = connection.execute(_NOTED).all()
    seen = {row.detail.get("incident") for row in noted}
    for row in noted:
        if row.action == _LATER and row.id not in seen:
            hold_sender(connection, now, row.detail["code"], "sender", row.detail["about"], incident=row.id)
            return


def restored_since(connection: Connection, ts: int) -> bool:
    """Whether this database turned out to be an older copy at that time or later: what came before may be missing."""
    return connection.execute(_RESTORED, {"since": ts}).first() is not None


def note_answer(connection: Connection, guard: RowMapping, ruling: Ruling, now: int) -> None:
    """What one answer means for every worker: hold, slow down, or rest after several unclear ones in a row."""
    values: dict[str, object] = {}
    if ruling.hold and ruling.problem:
        hold_sender(connection, now, ruling.problem, "sender", ruling.detail)
    if ruling.slow_s:
        # Two may be told at once: the longer wait holds.
        values["slow_until_ts"] = max(guard["slow_until_ts"] or 0, now + int(ruling.slow_s * 1000))
    run = guard["unclear_run"]
    if ruling.state is SubmissionState.UNCERTAIN:
        run += 1
    elif ruling.state in (SubmissionState.ACCEPTED, SubmissionState.REFUSED):
        # What comes back to the queue tells nothing of the API, or not that it works.
        run = 0
    if run >= UNCLEAR_RUN:
        run, values["rest_until_ts"] = 0, now + int(REST_S * 1000)
    if run != guard["unclear_run"]:
        values["unclear_run"] = run
    if values:
        note(connection, **values)
