"""Files as people send them: each ends as stated, and nobody gets a message who was not meant."""

import pytest

from sms4a.numbers import Bare
from sms4a.recipients import ListRefused, Mapping, Pile, check_rows, guess_phone, recognise, rows
from tests.mutated_lists import as_it_stands, fate, parsed_alone
from tests.nasty_lists import Nasty, mutated, nasty_lists

NASTY = nasty_lists()


def test_there_are_many() -> None:
    assert len({nasty.data for nasty in NASTY}) == len(NASTY) >= 120


@pytest.mark.parametrize("nasty", NASTY, ids=lambda nasty: nasty.name)
def test_it_ends_as_stated(nasty: Nasty) -> None:
    if nasty.refused:
        with pytest.raises(ListRefused) as caught:
            recognise(nasty.data)
        assert caught.value.code is nasty.refused
        return
    form = recognise(nasty.data)
    phone = guess_phone(nasty.data, form, "DE") or form.header[0]
    found = list(check_rows(rows(nasty.data, form), form.header, Mapping(phone), home="DE", bare=Bare.ASK))
    receivers = [row.number for row in found if row.pile is Pile.RECEIVE]
    assert (len(receivers), len(found) - len(receivers)) == (nasty.receive, nasty.left_out)
    assert set(receivers) <= nasty.meant
    assert len(found) == form.row_count
    assert all(cell.encode() for row in found for cell in row.values.values() if cell), "what no database can store"


@pytest.mark.parametrize("nasty", [nasty for nasty in NASTY if nasty.data.startswith(b"PK")], ids=lambda one: one.name)
def test_a_workbook_is_read_as_if_it_were_parsed_alone(nasty: Nasty) -> None:
    assert as_it_stands(nasty.data) == parsed_alone(nasty.data)


def test_a_thousand_broken_ones_lose_no_row() -> None:
    fates = [fate(data) for data in mutated(1_000, seed=1)]
    assert "read" in fates
    assert len(set(fates)) > 5
