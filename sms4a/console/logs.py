"""The program's log: one line an event on standard error, as text or JSON; never a number, a text or a name."""

import json
import logging
import sys
from datetime import UTC, datetime

from sms4a.campaigns.sending.troubles import places_of


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)


def _without_words(record: logging.LogRecord) -> bool:
    """Other people's log lines: of an error only its kind and place, as its message could quote a text or a number.

    What Streamlit says of a page that failed is left out: `launch.say_sorry` says it.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, Exception):
        record.exc_info, record.exc_text = None, f"{type(error).__name__}\n{places_of(error)}"
    return record.getMessage() != "Uncaught app execution"


def set_up(level: str, form: str) -> None:
    """Log what this package says; `form` is `text` or `json`. A second call replaces the first."""
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(_Json() if form == "json" else text)
    logger = logging.getLogger("sms4a")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    for name in ("streamlit.error_util", "uvicorn.error"):
        logging.getLogger(name).addFilter(_without_words)
    # Streamlit has a handler of its own on the root logger; each line would appear twice.
    logger.propagate = False
