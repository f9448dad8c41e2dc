"""`python -m sms4a`: what can be done without pages."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from sms4a.errors import ConfigurationError


def worker() -> int:
    """Prepare, send and follow campaigns in a process of its own, until interrupted.

    Settings are the same as for the console (SMS4A_… variables, .env). On PostgreSQL any number of workers may run;
    on SQLite one works at a time and the others wait for their turn.
    """
    from sms4a.console.process import Process
    from sms4a.settings import load

    process = Process(load())
    signal.signal(signal.SIGTERM, _end)
    try:
        process.start(with_worker=True)
        print(f"A worker runs in {process.mode} mode. Ctrl+C ends it.", flush=True)
        process.wait()
    except KeyboardInterrupt:
        print("Ending: what is under way is recorded first.", flush=True)
    finally:
        process.stop()
    return 0


def check() -> int:
    """Check the settings and ask every address whether it answers and accepts the login; sends nothing.

    Exit code: 0 all answer, 1 something does not, 2 a setting is wrong.
    """
    from sms4a.connection import Finding
    from sms4a.console.process import Process
    from sms4a.settings import load

    process = Process(load())
    try:
        process.start(with_worker=False)
        print(f"The settings are complete: {process.mode} mode, data in {process.settings.data_dir}.")
        if process.client is None:
            print("Practice mode asks nobody outside.")
            return 0
        answers = process.client.test_connection()
    finally:
        process.stop()
    for key, found in answers.items():
        print(f"{key:4} {found.error or f'answers ({found.elapsed_ms} ms)'}")
    return 0 if all(found.finding is Finding.WORKS for found in answers.values()) else 1


def _end(*_: object) -> None:
    # Not by way of SIGINT: a worker that a shell starts in the background ignores that one.
    raise KeyboardInterrupt


COMMANDS: dict[str, Callable[[], int]] = {"worker": worker, "check": check}


def main(argv: Sequence[str] | None = None) -> int:
    """The process's exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["simulator"]:
        # It has options of its own, and needs none of our settings.
        from sms4a.simulator.__main__ import main as simulator

        return simulator(arguments[1:])
    command = _parser().parse_args(arguments).command
    try:
        return COMMANDS[command]()
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sms4a", description="SMS campaigns without pages.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        text = command.__doc__ or ""
        commands.add_parser(name, help=text.splitlines()[0], description=text)
    commands.add_parser("simulator", help="Serve a simulated API on this machine; nothing is sent to anybody.")
    return parser


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
