"""`python -m sms4a`: what can be done without pages."""

import argparse
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

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
    """Check the settings and ask every address, the sign-in provider too, whether it answers; sends nothing.

    The database is opened as at a start: created if it is not there, and brought up to the version of this program, on
    SQLite after a copy was made. An address that Retarus publishes for another data centre is refused; what stands
    behind an address of one's own cannot be told.

    Exit code: 0 all answer, 1 something does not, 2 a setting is wrong.
    """
    from sms4a.connection import Finding
    from sms4a.console.language import SOURCE_LANGUAGE, spoken
    from sms4a.console.process import Process
    from sms4a.console.words_trouble import connection_finding
    from sms4a.settings import load

    process = Process(load())
    try:
        process.start(with_worker=False)
        print(f"The settings are complete: {process.mode} mode, data in {process.settings.data_dir}.")
        can_sign_in = _asked_provider(process.settings.oidc_metadata_url)
        if process.client is None:
            print("Practice mode asks nobody outside.")
            return 0 if can_sign_in else 1
        answers = process.client.test_connection()
    finally:
        process.stop()
    with spoken(SOURCE_LANGUAGE):
        for key, found in answers.items():
            works = f"answers ({found.elapsed_ms} ms)"
            print(f"{key:4} {f'{connection_finding(found.finding)} [{found.error}]' if found.error else works}")
    return 0 if can_sign_in and all(found.finding is Finding.WORKS for found in answers.values()) else 1


def _asked_provider(metadata_url: str | None) -> bool:
    from sms4a.console import provider

    if metadata_url is None:
        return True
    trouble = provider.trouble(metadata_url)
    print(f"Sign-in at {metadata_url}: {trouble or 'answers'}.")
    return trouble is None


def backup(to: Path | None = None) -> int:
    """Copy the SQLite database while the console works, and read the copy through.

    Whoever puts a copy back gets a console that sends nothing until a person has looked: what left since the copy was
    taken is not in it. PostgreSQL has its own tool for this, pg_dump.
    """
    from sms4a.campaigns.backup import back_up
    from sms4a.campaigns.database import Database
    from sms4a.settings import load

    database = Database(load().database_url)
    database.close()
    source = database.path
    if source is None:
        print("The data is in PostgreSQL: copy it with pg_dump.", file=sys.stderr)
        return 2
    copy = to or source.with_name(f"{source.stem}-{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S}.db")
    try:
        back_up(source, copy)
    except (OSError, sqlite3.Error) as error:
        print(f"There is no copy of {source} at {copy}: {error}", file=sys.stderr)
        return 1
    print(f"{copy} holds everything up to this moment ({copy.stat().st_size / 1e6:,.1f} MB).")
    return 0


def _end(*_: object) -> None:
    # Not by way of SIGINT: a worker that a shell starts in the background ignores that one.
    raise KeyboardInterrupt


COMMANDS: dict[str, Callable[..., int]] = {"worker": worker, "check": check, "backup": backup}


def main(argv: Sequence[str] | None = None) -> int:
    """The process's exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["simulator"]:
        # It has options of its own, and needs none of our settings.
        from sms4a.simulator.__main__ import main as simulator

        return simulator(arguments[1:])
    options = vars(_parser().parse_args(arguments))
    command = COMMANDS[options.pop("command")]
    try:
        return command(**options)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sms4a", description="SMS campaigns without pages.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    parsers = {}
    for name, command in COMMANDS.items():
        text = command.__doc__ or ""
        parsers[name] = commands.add_parser(name, help=text.splitlines()[0], description=text)
    parsers["backup"].add_argument("to", nargs="?", type=Path, help="the file to write (default: beside the database)")
    commands.add_parser("simulator", help="Serve a simulated API on this machine; nothing is sent to anybody.")
    return parser


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
