"""`python -m sms4a.simulator`: the simulated API as a process of its own."""

import argparse
import contextlib
import json
import sqlite3
import sys
from collections.abc import Sequence
from typing import Any

from sms4a.simulator import control, fates, scenarios
from sms4a.simulator.behaviour import OUTCOMES, Behaviour
from sms4a.simulator.checks import Account, Refused, moment_ms
from sms4a.simulator.engine import CENTRES
from sms4a.simulator.scenarios import Fault
from sms4a.simulator.server import HOST, Simulator

DEFAULT_PORT = 9911


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted; 2 if it cannot start."""
    options = vars(_parser().parse_args(argv))
    port, path = options["port"], options["file"]
    try:
        simulator = _simulator(options)
    except (AttributeError, OSError, OverflowError, TypeError, ValueError, sqlite3.Error, Refused) as problem:
        print(f"The simulator cannot start on port {port} with the file {path}: {problem}", file=sys.stderr)
        return 2
    for name, address in simulator.addresses.items():
        print(f"{name:4} {address}")
    print(f"Control address: {simulator.url}/control/health")
    print(f"Description:     {simulator.url}/openapi.json", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        simulator.serve()
    return 0


def _simulator(options: dict[str, Any]) -> Simulator:
    faults = [Fault.from_json(fault) for fault in options.pop("faults")]
    down, now = options.pop("down"), options.pop("now")
    now_ms = None if now is None else moment_ms(now, "--now")
    account = control.changed(Account(), options.pop("account"))
    simulator = Simulator(options.pop("file"), account=account, **options)
    if now_ms is not None:
        simulator.engine.set_now(now_ms)
    for fault in faults:
        simulator.faults.append(fault)
    for centre in down:
        simulator.faults.set_down(centre)
    return simulator


def _members(text: str) -> dict[str, Any]:
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise argparse.ArgumentTypeError(f"a JSON object is needed, not {text}")
    return members


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sms4a simulator",
        description=f"The SMS4A API, simulated on this machine: it listens on {HOST}, and nothing is sent to anybody.",
        epilog="\n\n".join((str(fates.__doc__), str(scenarios.__doc__), str(control.__doc__))),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = Behaviour()
    add = parser.add_argument
    add("--port", type=int, default=DEFAULT_PORT, help="0: any free one (default: %(default)s)")
    add("--file", default="simulator.db", help="what was accepted is kept here (default: %(default)s)")
    add("--user", dest="username", default="practice", help="login (default: %(default)s)")
    add("--password", default="practice", help="(default: %(default)s)")
    add("--speed", type=float, default=usual.speed, help="how much faster than life (default: %(default)s)")
    add("--outcomes", choices=OUTCOMES, default=usual.outcomes, help="see below (default: %(default)s)")
    add("--seed", type=int, default=usual.seed, help="another seed, other outcomes (default: %(default)s)")
    add("--rate", type=int, default=usual.rate, help="POSTs in any 10 seconds, 0: no limit (default: %(default)s)")
    # fmt: off
    add(
        "--visibility", dest="visibility_s", type=float, default=usual.visibility_s, metavar="SECONDS",
        help="how long new jobs are unknown to reading requests (default: %(default)s)",
    )
    add(
        "--list-lag", dest="list_lag_s", type=float, default=usual.list_lag_s, metavar="SECONDS",
        help="how long new jobs are missing from the list of jobs (default: %(default)s)",
    )
    add(
        "--account", type=_members, default={}, metavar="JSON",
        help='what applies to options a request leaves out, such as \'{"src": "Shop", "status_requested": true}\'',
    )
    add("--now", metavar="TIME", help="let its clock start at this time, such as 2026-01-31T12:00:00+01:00")
    add("--down", action="append", default=[], choices=CENTRES, help="this data centre does not answer")
    add(
        "--fault", dest="faults", type=_members, action="append", default=[], metavar="JSON",
        help="something that goes wrong, in the words of the table below; may be given several times",
    )
    add(
        "--unknown-job-status", type=int, choices=(404, 500), default=usual.unknown_job_status,
        help="the answer to a job id that is not known (default: %(default)s)",
    )
    # fmt: on
    add("--empty-errors", action="store_true", help="errors come without a body")
    add("--strict-ranges", action="store_true", help="refuse validityMin and maxParts out of range")
    add("--unknown-keys", action="store_true", help="ignore keys the API does not know")
    add("--shared-duplicates", action="store_true", help="duplicateDetection looks at both data centres")
    return parser


if __name__ == "__main__":
    sys.exit(main())
