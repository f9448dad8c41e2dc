"""Tests that set up the program's log give it back as it was."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def log_given_back() -> Iterator[None]:
    logger = logging.getLogger("sms4a")
    before = (logger.handlers[:], logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.level, logger.propagate = before
