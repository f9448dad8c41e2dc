"""The tour of the README: everything goes wrong, and every figure agrees with what was really accepted."""

import re

import pytest

from tests import tour


def test_ten_thousand_sms_through_every_fault_are_all_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    code = tour.main()
    told = capsys.readouterr().out
    assert code == 0, told
    assert "Everything agrees." in told
    assert re.search(r"32 accepted at once, 8 unclear: 6 taken after all, 2 not", told), told
    assert re.search(r"SMS +10,000  the simulator says +10,000", told)
    assert re.search(r"people reached twice +0  the simulator says +0\b", told)
