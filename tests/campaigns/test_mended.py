"""Mended rows come back: each in the place of its bad one, nobody twice, every row in one pile, whatever happens."""

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.lists import list_reading
from sms4a.campaigns.lists.contact_lists import ListChanged
from sms4a.campaigns.lists.list_reading import LEASE_MS
from sms4a.campaigns.lists.list_records import OTHER_COLUMNS, ContactList
from sms4a.campaigns.lists.mended import MOST_FILES, MendProblem, MendRefused
from sms4a.campaigns.sending.sweep import ORPHAN_MS, Sweeper
from sms4a.campaigns.states import ListState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import list_row, mended_file
from sms4a.numbers import Bare
from sms4a.recipients import CheckedRow, Mended, Pile
from tests.builders import a_number
from tests.campaigns.test_lists import Killed, checked, kill, stop_after
from tests.line import Line
from tests.spreadsheets import xlsx
from tests.worked import planned, read

ANNA, BEN, CLEO, DORA = (a_number(n) for n in (11, 22, 33, 44))
# Rows 2 to 6: Anna, words, Ben in the wrong place, Anna again, too short.
LIST = f"Vorname;Mobil\nAnna;{ANNA}\nCleo;siehe Mail\nBen;{BEN}\nDora;{ANNA}\nEmil;0176 04\n".encode()


def mend(store: Store, found: ContactList, lines: Sequence[str], name: str = "mended.csv") -> ContactList:
    """The list with these lines of a mended file, read to its end."""
    content = "\n".join(["Row;Read as;Why it is left out;Vorname;Mobil", *lines]).encode()
    store.lists.mend(found.id, found.version, name, content, "anna", row_column="Row")
    return read(store, found.id)


def rows(store: Store, found: ContactList) -> dict[int, CheckedRow]:
    """Every row by its number, counted beside the totals that the list tells."""
    everybody = list(itertools.chain.from_iterable(store.lists.all_rows(found.id, pile) for pile in Pile))
    by_row = {row.row: row for row in everybody}
    assert len(by_row) == len(everybody) == found.rows_total == sum(found.piles.values())
    assert {pile: n for pile, n in found.piles.items() if n} == Counter(row.pile for row in everybody)
    assert found.reasons == Counter(row.problem for row in everybody if row.problem and row.pile is not Pile.RECEIVE)
    receivers = [row.number for row in everybody if row.pile is Pile.RECEIVE]
    assert len(set(receivers)) == len(receivers)
    return by_row


def test_a_mended_row_takes_the_place_of_the_one_it_names(store: Store) -> None:
    found = mend(store, checked(store, LIST), [f"3;;words;Cleo;{CLEO}", "6;;short;Emil;0176 05"])
    by_row = rows(store, found)
    assert sorted(by_row) == [2, 3, 4, 5, 6]
    assert (by_row[3].pile, by_row[3].number, by_row[3].mended) == (Pile.RECEIVE, CLEO, Mended("mended.csv", 2))
    assert by_row[3].values == {"Vorname": "Cleo", "Mobil": CLEO}
    assert (by_row[6].pile, by_row[6].raw_number) == (Pile.UNREADABLE, "0176 05"), "what is still wrong stays so"
    assert (by_row[2].mended, by_row[4].mended) == (None, None)
    assert [(file.name, file.placed, file.added) for file in found.mended] == [("mended.csv", 2, 0)]


def test_rows_that_name_no_bad_row_are_further_ones(store: Store) -> None:
    lines = [
        f"2;;;Other;{CLEO}",  # Anna's row is fine and stays
        f";;;Nobody;{DORA}",
        "99;;;Far;siehe Mail",
        "x;;;Odd;",
        f"3;;;First;{a_number(55)}",
        f"3;;;Second;{a_number(66)}",
        f"4;;;Too;many;{a_number(77)}",  # its cells are shifted: it may not take anybody's place
    ]
    found = mend(store, checked(store, LIST), lines)
    by_row = rows(store, found)
    assert {n: by_row[n].values.get("Vorname") for n in range(2, 13)} == dict(
        zip(
            range(2, 13),
            ["Anna", "First", "Ben", "Dora", "Emil", "Other", "Nobody", "Far", "Odd", "Second", "Too"],
            strict=True,
        )
    )
    assert by_row[2].number == ANNA
    assert [(file.placed, file.added) for file in found.mended] == [(1, 6)]
    assert by_row[12].pile is Pile.UNREADABLE


def test_who_was_there_before_keeps_the_number(store: Store) -> None:
    found = mend(store, checked(store, LIST), [f"3;;;Cleo;{BEN}", f"6;;;Emil;{CLEO}", f"5;;;Dora;{CLEO}"])
    by_row = rows(store, found)
    assert (by_row[3].pile, by_row[3].duplicate_of) == (Pile.DUPLICATE, 4)
    assert by_row[6].pile is Pile.RECEIVE
    assert (by_row[5].pile, by_row[5].duplicate_of) == (Pile.DUPLICATE, 6)


def test_the_same_file_once_more_adds_nobody(store: Store) -> None:
    lines = [f"3;;;Cleo;{CLEO}", "6;;;Emil;0176 05"]
    once = mend(store, checked(store, LIST), lines)
    again = mend(store, once, lines, "again.csv")
    by_row = rows(store, again)
    assert again.piles[Pile.RECEIVE] == once.piles[Pile.RECEIVE] == 3
    assert (by_row[7].pile, by_row[7].duplicate_of) == (Pile.DUPLICATE, 3)
    assert [(file.name, file.placed, file.added) for file in again.mended] == [
        ("mended.csv", 2, 0),
        ("again.csv", 1, 1),
    ]


def test_opt_outs_and_answers_hold_for_mended_rows_too(store: Store) -> None:
    store.opt_outs.add([CLEO], "STOP", "anna")
    bare = DORA.removeprefix("+49")
    found = mend(store, checked(store, LIST), [f"3;;;Cleo;{CLEO}", f"6;;;Emil;{bare}"])
    assert (found.piles[Pile.OPTED_OUT], found.piles[Pile.UNREADABLE]) == (1, 1)
    store.lists.answer(found.id, found.version, bare=Bare.NATIONAL)
    by_row = rows(store, read(store, found.id))
    assert (by_row[6].pile, by_row[6].number) == (Pile.RECEIVE, DORA)


def test_a_file_taken_back_leaves_the_list_as_it_was(store: Store) -> None:
    before = checked(store, LIST)
    was = rows(store, before)
    found = mend(store, before, [f"3;;;Cleo;{CLEO}", f";;;New;{DORA}"])
    store.lists.take_mended_back(found.id, found.version, 1)
    after = read(store, found.id)
    assert (after.piles, after.mended) == (before.piles, ())
    assert rows(store, after) == was


def test_a_crash_at_any_chunk_starts_over_and_ends_the_same(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reading, "CHUNK_ROWS", 10)
    bad = "".join(f"P{n};siehe Mail\n" for n in range(30))
    content = ("Vorname;Mobil\n" + "".join(f"Q{n};{a_number(n * 37)}\n" for n in range(20)) + bad).encode()
    lines = [f"{22 + n};;;P{n};{a_number(5_000 + n * 37)}" for n in range(30)] + [f";;;New;{a_number(9_000)}"]
    expected = rows(store, mend(store, checked(store, content), lines))
    assert Counter(row.pile for row in expected.values()) == {Pile.RECEIVE: 51}

    found = checked(store, content)
    mended = "\n".join(["Row;Read as;Why it is left out;Vorname;Mobil", *lines]).encode()
    store.lists.mend(found.id, found.version, "mended.csv", mended, "anna", row_column="Row")
    for chunks in (1, 3):
        with monkeypatch.context() as patch:
            stop_after(chunks, patch, kill)
            with pytest.raises(Killed):
                store.lists.check_next("first")
        halfway = store.lists.get(found.id)
        assert halfway is not None
        assert (halfway.state, halfway.piles) == (ListState.CHECKING, {}), "nobody takes half of it for the list"
        clock.advance(milliseconds=LEASE_MS + 1)
    assert rows(store, read(store, found.id)) == expected


def test_cells_that_our_file_guarded_come_back_as_they_were(store: Store) -> None:
    found = mend(store, checked(store, LIST), [f"3;;;'-Cleo;'{CLEO[:3]} (0){CLEO[3:]}"])
    row = rows(store, found)[3]
    assert (row.number, row.values["Vorname"]) == (CLEO, "-Cleo")


def test_a_workbook_may_bring_its_columns_in_another_order(store: Store) -> None:
    found = checked(store, LIST)
    content = xlsx([["mobil", "Notes", "Row", "VORNAME"], [CLEO, "called her", 3, "Cleo"]])
    store.lists.mend(found.id, found.version, "mended.xlsx", content, "anna", row_column="Row")
    row = rows(store, read(store, found.id))[3]
    assert (row.number, row.values) == (CLEO, {"Vorname": "Cleo", "Mobil": CLEO})


@pytest.mark.parametrize(
    ("content", "code", "detail"),
    [
        (f"Row;Mobil\n3;{CLEO}\n".encode(), MendProblem.COLUMNS, "Vorname"),
        (xlsx([["Row", "Vorname", "Mobil"], [3, "x", CLEO]], [["more"], ["x"]]), MendProblem.SEVERAL_SHEETS, ""),
    ],
)
def test_what_does_not_go_with_the_list_is_refused_whole(
    store: Store, content: bytes, code: MendProblem, detail: str
) -> None:
    found = checked(store, LIST)
    with pytest.raises(MendRefused) as refused:
        store.lists.mend(found.id, found.version, "other.csv", content, "anna", row_column="Row")
    assert (refused.value.code, refused.value.detail) == (code, detail)
    assert store.lists.get(found.id) == found


def test_a_stale_page_adds_nothing_and_there_is_an_end_of_files(store: Store) -> None:
    found = checked(store, LIST)
    for n in range(MOST_FILES):
        found = mend(store, found, [f";;;New;{a_number(100 + n)}"])
    assert (found.rows_total, found.piles[Pile.RECEIVE]) == (5 + MOST_FILES, 2 + MOST_FILES)
    with pytest.raises(MendRefused):
        mend(store, found, [f";;;New;{DORA}"])
    with pytest.raises(ListChanged):
        store.lists.mend(found.id, found.version - 1, "x.csv", LIST, "anna", row_column="Row")


def test_other_columns_of_the_list_than_those_of_the_mended_file_are_told(store: Store) -> None:
    found = mend(store, checked(store, LIST), [f"3;;;Cleo;{CLEO}"])
    store.lists.answer(found.id, found.version, delimiter=",")
    waiting = read(store, found.id)
    store.lists.answer(waiting.id, waiting.version, phone="Vorname;Mobil")
    failed = read(store, found.id)
    assert (failed.state, failed.problem, failed.problem_detail) == (ListState.FAILED, OTHER_COLUMNS, "mended.csv")
    store.lists.take_mended_back(failed.id, failed.version, 1)
    assert read(store, found.id).state is ListState.CHECKED


def test_mended_files_go_with_the_list(store: Store, clock: Any) -> None:
    found = mend(store, checked(store, LIST), [f"3;;;Cleo;{CLEO}"])
    clock.advance(milliseconds=ORPHAN_MS + 1)
    sweeper = Sweeper(store.database)
    while sweeper.step():
        pass
    with store.database.read() as c:
        for table in (list_row, mended_file):
            assert c.execute(sa.select(sa.func.count()).where(table.c.list_id == found.id)).scalar_one() == 0


def test_a_campaign_keeps_the_columns_in_use_and_those_that_were_chosen(line: Line) -> None:
    store = line.store
    listed = store.lists.create("people.csv", f"Vorname;Mobil;IBAN;Ort\nAnna;{ANNA};DE02;Ulm\n".encode(), "ann")
    store.lists.answer(listed.id, listed.version, keep=["Mobil", "Vorname", "Ort"])
    found = read(store, listed.id)
    draft = store.drafts.create("anna")
    draft = store.drafts.save(draft.id, draft.version, text="Hello {Vorname}", list_id=found.id, actor="anna")
    campaign = planned(store, draft.id)
    assert campaign.columns is not None
    assert campaign.columns["header"] == ["Vorname", "Mobil", "Ort"]
    (person,) = store.reports.recipients(campaign.id)
    assert (person.fields, person.others) == ({"Vorname": "Anna"}, {"Ort": "Ulm"})


def test_the_campaign_knows_which_rows_were_mended(line: Line) -> None:
    store = line.store
    found = mend(store, checked(store, LIST), [f"3;;;Cleo;{CLEO}", f";;;New;{DORA}"])
    draft = store.drafts.create("anna")
    draft = store.drafts.save(draft.id, draft.version, text="Hello {Vorname}", list_id=found.id, actor="anna")
    campaign = planned(store, draft.id)
    assert (campaign.people, campaign.rows_total) == (4, 6)
    assert campaign.columns == {
        "header": ["Vorname", "Mobil"],
        "phone": "Mobil",
        "fields": {"Vorname": "Vorname"},
        "mended": True,
    }
    people = {row.row: row.mended for row in store.reports.recipients(campaign.id)}
    assert people == {2: None, 3: Mended("mended.csv", 2), 4: None, 5: None, 6: None, 7: Mended("mended.csv", 3)}
    assert store.ledger.balance(campaign.id).adds_up
