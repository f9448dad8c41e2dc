"""The other side, in memory: two data centres, lists that lag, faults, and the ledger of what was taken."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from typing import Any, Protocol

from sms4a._answers import Answer
from sms4a._http import Timeouts
from sms4a.errors import NoAnswer, NotConnected, Obstacle

CENTRES = ("de2", "de1")
MINUTE = 60.0
DUPLICATE_WINDOW_S = 600.0

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}


@dataclass
class Job:
    """A job that the other side has taken. Times in seconds of steady time."""

    job_id: str
    centre: str
    body: bytes
    reference: str | None
    numbers: tuple[str, ...]
    references: tuple[str, ...]
    taken_s: float
    visible_s: float
    final_s: float
    never_ends: bool
    """One of its SMS never gets a final status."""


@dataclass
class Post:
    """One POST as the other side saw it."""

    reference: str
    attempt: int
    meaning: str = "none"
    """What the answer must mean to the sender: accepted, refused, turned_away, unsent, unclear; none: no answer yet."""


class Surroundings(Protocol):
    """What the scripted side needs of the world around it."""

    chance: Random
    calm: bool
    figures: Counter[str]

    def steady(self) -> float: ...

    def moment(self) -> datetime: ...

    def at_call(self, what: str) -> None:
        """The operation may be suspended here, or its worker may crash."""

    def fault(self, what: str, kinds: Sequence[str]) -> str:
        """Which of these goes wrong with the operation; empty if nothing does."""

    def on_post(self, worker: str, body: bytes) -> Post: ...

    def on_taken(self, job: Job) -> None: ...


@dataclass
class Api:
    """Both data centres and `eu`, which gives jobs to either in turn."""

    world: Surroundings
    jobs: dict[str, Job] = field(default_factory=dict)
    by_reference: dict[str, list[Job]] = field(default_factory=lambda: defaultdict(list))
    late: list[tuple[float, str, bytes]] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    login_works: bool = True
    turn: int = 0
    serial: int = 0

    def __post_init__(self) -> None:
        self.orders = {key: self.world.chance.choice(("newest", "oldest", "id")) for key in CENTRES}
        self.salt = self.world.chance.randrange(10**6)

    def centre_of(self, address: str) -> str:
        if address != "eu":
            return address
        self.turn += 1
        centre = CENTRES[self.turn % 2]
        return centre if centre not in self.down else CENTRES[(self.turn + 1) % 2]

    def take(self, centre: str, body: bytes, at_s: float | None = None) -> Job | None:
        """Accept a job; None if an equal one was taken here within ten minutes."""
        now = self.world.steady() if at_s is None else at_s
        document = json.loads(body)
        equal = [
            job for job in self.jobs.values()
            if job.centre == centre and job.body == body and now - job.taken_s < DUPLICATE_WINDOW_S
        ]  # fmt: skip
        if equal and document["options"].get("duplicateDetection"):
            return None
        people = [person for message in document["messages"] for person in message["recipients"]]
        job = self._job(
            centre, body, document["options"].get("customerRef"), tuple(p["dst"] for p in people),
            tuple(p["customerRef"] for p in people), now,
        )  # fmt: skip
        self.world.on_taken(job)
        return job

    def _job(
        self, centre: str, body: bytes, reference: str | None, numbers: tuple[str, ...], references: tuple[str, ...],
        now: float,
    ) -> Job:  # fmt: skip
        chance = self.world.chance
        self.serial += 1
        lag = 0.0 if self.world.calm else chance.choice((0, 0, 2, 20, 60, 5 * MINUTE, 45 * MINUTE))
        job = Job(
            job_id=f"J.20261123-{self.serial:06d}.{(self.serial * 7919 + self.salt) % 1000:03d}-sim",
            centre=centre,
            body=body,
            reference=reference,
            numbers=numbers,
            references=references,
            taken_s=now,
            visible_s=now + lag * chance.random(),
            final_s=now + (chance.choice((1, 5 * MINUTE, 120 * MINUTE)) if not self.world.calm else 1),
            never_ends=chance.random() < 0.02,
        )
        self.jobs[job.job_id] = job
        if reference:
            self.by_reference[reference].append(job)
        return job

    def add_stranger(self) -> None:
        """A job of somebody else with the same account, with a reference that resembles ours."""
        chance = self.world.chance
        known = sorted(self.by_reference)
        near = chance.choice(known) if known and chance.random() < 0.7 else "newsletter"
        reference = chance.choice((None, near.lower() + "x", near + ".1", near[:-1], "s4." + near[3:].upper()))
        if reference in known:
            reference = None
        self._job(
            chance.choice(CENTRES), b"{}", None, ("+4917604990001",), ("x",), self.world.steady()
        ).reference = reference

    def drop_stranger(self) -> None:
        """Somebody's old job is no longer listed: what follows it moves up."""
        for job in self.jobs.values():
            if not job.numbers or job.body == b"{}":
                del self.jobs[job.job_id]
                return

    def arrive(self) -> None:
        """What was only taken long after its answer, and is due by now."""
        now = self.world.steady()
        for due_s, centre, body in sorted(self.late):
            if due_s <= now:
                self.late.remove((due_s, centre, body))
                if self.take(centre, body, due_s):
                    self.world.figures["taken late"] += 1

    def visible(self, job: Job, now: float) -> bool:
        return job.visible_s <= now

    def listed(self, centre: str, start: datetime, end: datetime) -> list[str]:
        now, wall = self.world.steady(), self.world.moment().timestamp()
        found = [
            job for job in self.jobs.values()
            if job.centre == centre
            and self.visible(job, now)
            and start.timestamp() <= wall - (now - job.taken_s) <= end.timestamp()
        ]  # fmt: skip
        order = self.orders[centre]
        if order == "id":
            return sorted((job.job_id for job in found), key=lambda job_id: job_id[::-1])
        return [job.job_id for job in sorted(found, key=lambda job: job.taken_s, reverse=order == "newest")]

    def statuses(self, job: Job) -> list[dict[str, Any]]:
        now = self.world.steady()
        done = now >= job.final_s
        rows = []
        for i, (number, reference) in enumerate(zip(job.numbers, job.references, strict=True)):
            ended = done and not (job.never_ends and i == 0)
            status = "SUC_FIN" if (self.serial + i) % 3 else "FAILED_FIN"
            row = {"smsId": f"S.{job.job_id}.{i}", "dst": number, "customerRef": reference}
            word = {"processStatus": "DONE", "status": status} if ended else {"processStatus": "RUNNING"}
            rows.append({**row, **word})
        return rows


class Wire:
    """What one worker's client talks through: stands where `sms4a._http.Wire` stands."""

    def __init__(self, api: Api, worker: str) -> None:
        self.timeouts = Timeouts()
        self._api = api
        self._worker = worker

    def close(self) -> None:
        """Nothing is open."""

    def post(self, address: str, path: str, body: bytes) -> Answer:
        world, api = self._api.world, self._api
        begin = world.steady()
        post = world.on_post(self._worker, body)
        kind = world.fault("post", list(POST_FAULTS))
        if kind in UNSENT:
            world.at_call("post")
            post.meaning = "turned_away" if kind == "certificate" else "unsent"
            raise _not_connected(address, kind)
        # From here on something has left.
        world.at_call("post")
        centre = api.centre_of(address)
        if not api.login_works:
            return _answered(post, "turned_away", address, 401)
        if centre in api.down:
            return self._outage(post, address)
        return self._answer_post(post, kind, address, centre, body, begin)

    def _outage(self, post: Post, address: str) -> Answer:
        if self._api.world.chance.random() < 0.5:
            post.meaning = "unsent"
            raise _not_connected(address, "refused_connection")
        post.meaning = "unclear"
        raise NoAnswer("silence", address=address)

    def _answer_post(self, post: Post, kind: str, address: str, centre: str, body: bytes, begin: float) -> Answer:
        world, api = self._api.world, self._api
        when, how = POST_FAULTS.get(kind, ("now", 201))
        if when == "sometimes":
            when = world.chance.choice(("now", "no", "late"))
        job = None
        if when == "late":
            wait = world.chance.choice((1.0, 30.0, 30.0, 30.0, 30.0, 300.0)) * MINUTE * world.chance.random()
            api.late.append((world.steady() + wait, centre, body))
        elif when == "now":
            job = api.take(centre, body)
            if job is None:
                return _answered(post, "unclear", address, 409)
            world.at_call("answer")
        if world.steady() - begin > self.timeouts.send_s:
            how = "silence"
        if how in (201, 200) and job:
            return _answered(post, "accepted", address, int(how), {"jobId": job.job_id})
        return _fault_answer(post, how, address, job, world)

    def get(self, address: str, path: str, params: Mapping[str, str] | None = None, *, total_s: float) -> Answer:
        world, api = self._api.world, self._api
        kind = world.fault("get", list(GET_FAULTS))
        world.at_call("get")
        if address in api.down or kind == "silence":
            raise NoAnswer("silence", address=address)
        if kind in UNSENT:
            raise _not_connected(address, kind)
        if not api.login_works:
            return _json(address, 401, {})
        if kind:
            return GET_FAULTS[kind](address)
        return self._read(address, path, params or {})

    def _read(self, address: str, path: str, params: Mapping[str, str]) -> Answer:
        api = self._api
        if path == "/jobs":
            if "fromTs" not in params:
                return _json(address, 200, [])
            ids = api.listed(address, datetime.fromisoformat(params["fromTs"]), datetime.fromisoformat(params["toTs"]))
            offset = int(params["offset"])
            page = ids[offset : offset + int(params["limit"])]
            return _json(address, 200, [{"jobId": job_id} for job_id in page])
        job = api.jobs.get(params["jobId"] if path == "/sms" else path.removeprefix("/jobs/"))
        if job is None or job.centre != address or not api.visible(job, api.world.steady()):
            return _json(address, 404, {"message": "not here"})
        if path == "/sms":
            return _json(address, 200, api.statuses(job))
        return _json(address, 200, self._report(job))

    def _report(self, job: Job) -> dict[str, Any]:
        world = self._api.world
        taken = datetime.fromtimestamp(world.moment().timestamp() - (world.steady() - job.taken_s), UTC)
        ids = [f"S.{job.job_id}.{i}" for i in range(len(job.numbers))]
        report = {"jobId": job.job_id, "receiptTs": taken.isoformat(), "recipientIds": ids, "validityMin": 60}
        return report | ({"customerRef": job.reference} if job.reference else {})


UNSENT = ("refused_connection", "no_host", "certificate")

# What the other side does with a POST: when it takes the job, and how it answers.
POST_FAULTS: dict[str, tuple[str, str | int]] = {
    "refused_connection": ("no", ""),
    "no_host": ("no", ""),
    "certificate": ("no", ""),
    "400": ("no", 400),
    "413": ("no", 413),
    "422": ("no", 422),
    "401": ("no", 401),
    "404": ("no", 404),
    "405": ("no", 405),
    "409": ("no", 409),
    "409_after": ("now", 409),
    "429": ("no", 429),
    "500_before": ("no", 500),
    "500_after": ("now", 500),
    "503": ("sometimes", 503),
    "502_late": ("late", 502),
    "silence_before": ("no", "silence"),
    "silence_after": ("now", "silence"),
    "silence_late": ("late", "silence"),
    "reset": ("sometimes", "silence"),
    "html": ("sometimes", "html"),
    "html_403": ("sometimes", "html_403"),
    "no_id": ("sometimes", "no_id"),
    "cut": ("now", "cut"),
    "list": ("now", "list"),
    "204": ("sometimes", 204),
    "307": ("sometimes", 307),
    "418": ("sometimes", 418),
}

TURNED_AWAY = (401, 403, 404, 405, 415, 429)


def _fault_answer(post: Post, how: str | int, address: str, job: Job | None, world: Surroundings) -> Answer:
    if how == "silence":
        post.meaning = "unclear"
        raise NoAnswer("silence", address=address)
    if how == 429:
        return _answered(post, "turned_away", address, 429, {}, {**JSON, **_retry_after(world)})
    if isinstance(how, int):
        meaning = "refused" if how in (400, 413, 422) else "turned_away" if how in TURNED_AWAY else "unclear"
        return _answered(post, meaning, address, how, {"message": "no"})
    post.meaning = "unclear"
    body = {
        "html": b"<html>welcome</html>",
        "html_403": b"<html>forbidden</html>",
        "no_id": b'{"jobId": null}',
        "cut": f'{{"jobId": "{job.job_id if job else "J"}'.encode()[:-4],
        "list": json.dumps([job.job_id if job else 1]).encode(),
    }[how]
    return Answer(address, 403 if how == "html_403" else 201, HTML if how.startswith("html") else JSON, body)


def _retry_after(world: Surroundings) -> dict[str, str]:
    later = format_datetime(datetime.fromtimestamp(world.moment().timestamp() + 40, UTC), usegmt=True)
    value = world.chance.choice(("", "5", "30", "1.5", later, "-3", "1000000000", "soon", "nan"))
    return {"Retry-After": value} if value else {}


GET_FAULTS: dict[str, Callable[[str], Answer]] = {
    "silence": lambda address: _json(address, 500, {}),
    "refused_connection": lambda address: _json(address, 500, {}),
    "500": lambda address: _json(address, 500, {}),
    "503": lambda address: _json(address, 503, {}),
    "404": lambda address: _json(address, 404, {}),
    "429": lambda address: _json(address, 429, {}),
    "html": lambda address: Answer(address, 200, HTML, b"<html>maintenance</html>"),
    "cut": lambda address: Answer(address, 200, JSON, b'[{"jobId": "J.2026'),
    "wrong_form": lambda address: _json(address, 200, "welcome"),
    "307": lambda address: _json(address, 307, {}),
}


def _answered(
    post: Post, meaning: str, address: str, status: int, body: object = None, headers: dict[str, str] = JSON
) -> Answer:
    post.meaning = meaning
    return Answer(address, status, headers, json.dumps(body or {}).encode())


def _json(address: str, status: int, body: object) -> Answer:
    return Answer(address, status, JSON, json.dumps(body).encode())


def _not_connected(address: str, kind: str) -> NotConnected:
    obstacle = {"no_host": Obstacle.HOST, "certificate": Obstacle.CERTIFICATE}.get(kind, Obstacle.REFUSED)
    return NotConnected("not connected", address=address, obstacle=obstacle)
