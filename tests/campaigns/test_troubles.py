"""A trouble that lasts does not fill the disk with its log, and no number stands in it."""

import sqlite3

import pytest
import sqlalchemy as sa

from sms4a.campaigns.sending.troubles import REPEAT_S, Troubles

AWAY = sa.exc.OperationalError("select 1", {}, sqlite3.OperationalError("unable to open database file\nmore"))


def test_a_database_that_is_away_is_one_line_a_minute_for_all_threads(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    troubles = Troubles(clock=lambda: now)
    for second in range(round(2 * REPEAT_S)):
        now = float(second)
        for step in ("send-1", "send-2", "track-1"):
            troubles.failed(step, AWAY)
    assert [record.getMessage() for record in caplog.records] == [
        "the database does not do its work, and is asked again until it does: unable to open database file"
    ] * 2
    for _ in range(3):
        troubles.passed()
    assert [record.getMessage() for record in caplog.records[2:]] == ["the database answers again"]


def test_each_step_that_fails_is_told_with_its_place_and_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    number = "+4917604069001"
    moments = iter((0.0, 1.0, 2.0, REPEAT_S))
    troubles = Troubles(clock=lambda: next(moments))
    for _ in range(4):
        with pytest.raises(ValueError, match="4069") as failed:
            raise ValueError(number)
        troubles.failed("read-1", failed.value)
    first, second = [record.getMessage() for record in caplog.records]
    assert first.startswith("read-1: ValueError\n")
    assert second.startswith("read-1: ValueError (3 times in the last minute)\n")
    assert "test_troubles.py" in first
    assert number not in caplog.text
