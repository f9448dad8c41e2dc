"""Words: every code has some, figures are honest, times are read as people read them."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sms4a.campaigns.cost_map import CostMap, TextChange
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.policy import MENDS_ITSELF
from sms4a.campaigns.prices import Cost, PriceList
from sms4a.campaigns.states import BALANCE, CampaignState
from sms4a.campaigns.tiles import OUTCOME_OF_VERDICT, Tile
from sms4a.connection import Finding
from sms4a.console import language, runtime, wording, words_compose, words_cost
from sms4a.console.wording import NBSP, NOTHING
from sms4a.filling import ValueProblem
from sms4a.numbers import NumberProblem, read_number
from sms4a.recipients import CellProblem, FormatNote, ListProblem, Pile, RowProblem
from sms4a.status import VERDICTS, Outcome, Resend
from sms4a.templates import TemplateProblemCode

BERLIN = ZoneInfo("Europe/Berlin")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.fixture
def monday(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is Monday 23 November 2026, 14:30 in Berlin."""
    monkeypatch.setattr(runtime, "now", lambda: datetime(2026, 11, 23, 13, 30, tzinfo=UTC))
    monkeypatch.setattr(runtime, "zone", lambda: BERLIN)


WORDS: list[tuple[Callable[..., wording.Words], type[Enum]]] = [
    (wording.campaign_state, CampaignState),
    (wording.outcome, Outcome),
    (wording.tile, Tile),
]


@pytest.mark.parametrize("words", WORDS, ids=lambda pair: pair[1].__name__)
def test_every_state_has_label_icon_color_and_sentence(words: tuple[Callable[..., wording.Words], type[Enum]]) -> None:
    lookup, states = words
    for state in states:
        found = lookup(state)
        assert found.label[0].isupper()
        assert re.fullmatch(r":material/[a-z_]+:", found.icon)
        assert found.color in {"green", "blue", "gray", "red", "violet", "yellow", "orange"}
        assert found.sentence.endswith(".")


@pytest.mark.parametrize("lookup", [words[0] for words in WORDS], ids=[words[1].__name__ for words in WORDS])
def test_no_two_states_share_a_word_and_an_icon(lookup: Callable[..., wording.Words]) -> None:
    states = next(states for found, states in WORDS if found is lookup)
    shown = [(lookup(state).label, lookup(state).icon) for state in states]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize(
    ("unpriced", "told"),
    [
        ({}, ("2.00 €", "1.00 € each")),
        ({"AT": 1}, ("2.00 € +", "1 part without a price")),
        ({"AT": 2, "CH": 1}, ("2.00 € +", "3 parts without a price")),
    ],
)
def test_a_cost_says_whether_parts_have_no_price(unpriced: dict[str, int], told: tuple[str, str]) -> None:
    found = words_cost.expected(Cost(Decimal(2), unpriced), "EUR", 2)
    assert tuple(str(words).replace(wording.NBSP, " ") for words in found) == told


def test_nothing_is_said_of_a_cost_without_any_price() -> None:
    assert words_cost.expected(Cost(Decimal(0), {"DE": 2}), "EUR", 2) == (wording.NOTHING, "prices missing")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            TextChange(("🎉", "\x01")),
            "Do without the character 🎉 and the character U+0001 in the text and you save {}.",
        ),
        (
            TextChange(("🎉",), ("–",)),
            "Do without the character 🎉 in the text, replace what can be replaced, and you save {}.",
        ),
        (TextChange((), ("–",)), "Replace the long dash – in the text and you save {}."),
        (TextChange((), ("–", "…")), "Replace what can be replaced in the text and you save {}."),
        (TextChange(), "Replace what can be replaced in the text and you save {}."),  # by an earlier version
    ],
)
def test_a_change_of_the_text_is_told_with_what_it_saves_in_all(change: TextChange, sentence: str) -> None:
    prices = PriceList(prices={"DE": Decimal(1), "CH": Decimal("0.5")})
    found = CostMap(saved_by_text=Counter({"DE": 3, "CH": -1}), change=change)
    [said] = words_cost.savings(found, prices)
    assert said.replace(wording.NBSP, " ") == sentence.format("2.50 € (2 SMS parts)")
    assert words_cost.savings(CostMap(saved_by_text=Counter({"DE": -1}), change=change), prices) == []


def test_the_six_tiles_have_six_colors() -> None:
    assert len({wording.tile(tile).color for tile in Tile}) == len(Tile) == 6


@pytest.mark.parametrize("code", sorted({verdict.code for verdict in VERDICTS} | OUTCOME_OF_VERDICT.keys()))
def test_every_verdict_has_a_reason_a_sentence_and_an_advice(code: str) -> None:
    words = wording.verdict(code)
    assert words != wording.verdict("other") or code == "other"
    assert 0 < len(words.reason) <= 35
    assert words.sentence.endswith(".")
    assert words.advice.endswith(".")
    assert wording.resend(wording.may_resend(code))


def test_what_has_not_left_is_said_to_wait() -> None:
    assert wording.verdict(None).reason == "Waiting to be sent"


@pytest.mark.parametrize("code", sorted(OUTCOME_OF_VERDICT))
def test_advice_never_invites_to_send_twice_what_may_have_arrived(code: str) -> None:
    allowed = {Resend.YES, Resend.LATER, Resend.AFTER_CHECK}
    if OUTCOME_OF_VERDICT[code] in {Outcome.UNKNOWN, Outcome.ACCEPTED, Outcome.PENDING, Outcome.DELIVERED}:
        assert wording.may_resend(code) not in allowed
        assert "may send it" not in wording.verdict(code).advice


@pytest.mark.parametrize("pile", list(Pile))
def test_every_pile_has_a_name_and_a_reason(pile: Pile) -> None:
    assert wording.pile(pile)
    assert wording.pile_icon(pile).startswith(":material/")
    assert bool(wording.row_problem(pile, None)) == (pile is not Pile.RECEIVE)


# A number to the spreadsheet is nothing wrong by itself.
_CELLS = [code for code in CellProblem if code is not CellProblem.NUMBER]
_ROWS = [*NumberProblem, *RowProblem, *_CELLS, *ValueProblem, "needs_unicode", "too_many_parts"]


@pytest.mark.parametrize("code", _ROWS)
@pytest.mark.parametrize("detail", ["", None, "x", "7", "+4915228895456"])
def test_every_problem_of_a_row_has_words_with_and_without_detail(code: str, detail: str | None) -> None:
    said = wording.row_problem(Pile.UNREADABLE, code, detail)
    assert said != wording.row_problem(Pile.UNREADABLE, None)
    assert not re.search(r"[{}]|: ?$|None|  ", said)


@pytest.mark.parametrize(
    ("code", "detail", "said"),
    [
        ("letters", "O", "There is a letter in it: O"),
        ("odd_character", "\u200b", "There is a character that numbers do not have: U+200B"),
        ("decimal", "+4915228895456", f"A spreadsheet wrote it with decimals; probably +49{NBSP}1522{NBSP}8895456"),
        ("too_short", "7", "Too short: 7 digits"),
        ("too_many_parts", "5", "This message needs 5 SMS parts, more than you allow"),
    ],
)
def test_a_problem_names_its_detail(code: str, detail: str, said: str) -> None:
    assert wording.row_problem(Pile.UNREADABLE, code, detail) == said


def test_a_duplicate_names_the_row_that_came_first() -> None:
    assert wording.row_problem(Pile.DUPLICATE, None, duplicate_of=1200) == "The same number as in row 1,200"


def test_every_other_code_has_words() -> None:
    for of_list in ListProblem:
        assert wording.list_problem(of_list, "3").endswith(".")
    for note in FormatNote:
        assert wording.format_note(note).endswith(".")
    for problem in TemplateProblemCode:
        assert "{name" in wording.template_problem(problem, "{name")
    for word in BALANCE:
        assert wording.balance(word)
    for code in (
        "changed",
        "not_prepared",
        "no_people",
        "list_not_ready",
        "draft_gone",
        "already_sent",
        "new one",
        "no_reason",
        "not_undecided",
        "already_asked",
        "no_job_id",
    ):
        assert wording.ledger_problem(LedgerError(code)).endswith(".")
    for code in (*HOLDS, "new one"):
        assert all(sentence.endswith(".") for sentence in wording.hold(code))
    assert len({wording.hold(code) for code in (*HOLDS, "new one")}) == len(HOLDS) + 1
    assert all(wording.submission_problem(code) != wording.submission_problem("new one") for code in UNCLEAR)


HOLDS = (
    *MENDS_ITSELF, "emergency", "restored", "moved", "clock", "double_job", "job_differs", "sent_again", "disk",
)  # fmt: skip
UNCLEAR = (
    "no_answer", "server_error", "duplicate", "interrupted", "no_trace", "could_not_look", "job_differs", "double_job",
    "too_late", "disk", "not_built", "not_recordable", "nobody_left", "not_confirmed", "restored",
)  # fmt: skip


def test_each_failure_of_a_connection_has_a_sentence_of_its_own() -> None:
    said = [wording.connection_finding(finding) for finding in Finding]
    assert len(set(said)) == len(Finding)
    assert all(sentence.endswith(".") and not re.search(r"\d", sentence) for sentence in said)


@pytest.mark.parametrize(
    ("n", "of", "said"),
    [
        (0, 0, NOTHING),
        (0, 10, f"0.0{NBSP}%"),
        (10, 10, f"100.0{NBSP}%"),
        (1, 3, f"33.3{NBSP}%"),
        (99_999, 100_000, f"99.9{NBSP}%"),
        (1, 100_000, f"0.1{NBSP}%"),
        (976, 1000, f"97.6{NBSP}%"),
    ],
)
def test_a_share_has_one_decimal_and_is_never_all_when_one_is_missing(n: int, of: int, said: str) -> None:
    assert wording.percent(n, of) == said


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (lambda: wording.number(1_234_567), "1,234,567"),
        (lambda: wording.people(1), "1 person"),
        (lambda: wording.people(9412), "9,412 people"),
        (lambda: wording.rows(0), "0 rows"),
        (lambda: wording.parts(1), "1 SMS part"),
        (lambda: wording.listing(["a", "b", "c"]), "a, b and c"),
        (lambda: wording.duration(0), "0 seconds"),
        (lambda: wording.duration(1_000), "1 second"),
        (lambda: wording.duration(119_000), "119 seconds"),
        (lambda: wording.duration(120_000), "2 minutes"),
        (lambda: wording.duration(7_200_000), "2 hours"),
        (lambda: wording.duration(172_800_000), "2 days"),
        (lambda: wording.duration(None), NOTHING),
    ],
)
def test_figures(said: Callable[[], str], expected: str) -> None:
    assert said() == expected


@pytest.mark.parametrize(
    ("moment", "when", "at"),
    [
        ("2026-11-23T14:20:31+01:00", "Today 14:20:31", "14:20"),
        ("2026-11-22T23:59:59+01:00", "Yesterday 23:59:59", "yesterday 23:59"),
        ("2026-11-24T08:00:00+01:00", "Tomorrow 08:00:00", "Tomorrow 08:00"),
        ("2026-11-15T10:00:04+01:00", "Sun 15 Nov 10:00:04", "Sun 15 Nov 10:00"),
        ("2025-10-26T02:30:00+01:00", "Sun 26 Oct 2025 02:30:00", "Sun 26 Oct 2025 02:30"),
        ("2026-11-22T23:30:00+00:00", "Today 00:30:00", "00:30"),
    ],
)
@pytest.mark.usefixtures("monday")
def test_times_on_the_viewers_clock(moment: str, when: str, at: str) -> None:
    assert wording.when(ms(moment)) == when
    assert wording.at(ms(moment)) == at


@pytest.mark.usefixtures("monday")
def test_a_time_spelled_out_names_its_zone() -> None:
    assert wording.when_exactly(ms("2026-11-22T10:00:04+01:00")) == "Sunday 22 November 2026, 10:00:04 (Berlin)"
    assert wording.age(ms("2026-11-23T14:26:00+01:00")) == "4 minutes"
    assert (wording.when(None), wording.clock(None), wording.age(None)) == (NOTHING, NOTHING, NOTHING)


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+4915228895456", f"+49{NBSP}152{NBSP}•••{NBSP}•456"),
        ("+447700900123", f"+44{NBSP}770{NBSP}•••{NBSP}•123"),
        ("+14155550123", f"+1{NBSP}415{NBSP}•••{NBSP}•123"),
        ("12345", f"•••{NBSP}•45"),
        ("0176 04069012, 0152 28817388", f"•••{NBSP}•88"),
        ("017604069012 015228817388", f"•••{NBSP}•88"),
        ("", NOTHING),
        (None, NOTHING),
    ],
)
def test_a_masked_number_shows_country_and_ending_only(phone: str | None, masked: str) -> None:
    assert wording.masked(phone) == masked


@pytest.mark.parametrize("phone", ["+4915228895456", "+447700900123", "015228895456", "+3584570123456", "+35312345678"])
def test_a_masked_number_hides_four_digits_at_least(phone: str) -> None:
    shown = re.sub(r"\D", "", wording.masked(phone))
    assert len(shown) <= len(re.sub(r"\D", "", phone)) - 4


def test_a_number_is_shown_as_one_reads_it_out_and_can_be_typed_like_that() -> None:
    shown = wording.shown_number("+4917604069012")
    assert shown == f"+49{NBSP}176{NBSP}04069012"
    assert read_number(shown).number == "+4917604069012"
    assert [wording.shown_number(other) for other in ("no number", "", None)] == ["no number", NOTHING, NOTHING]


PSEUDO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Delivered"
msgstr "Zugestellt"

msgid "{n} person"
msgid_plural "{n} people"
msgstr[0] "{n} Mensch"
msgstr[1] "{n} Menschen"
"""


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that asks for German, and a catalogue that has a few of the messages."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    folder.joinpath("console.po").write_text(PSEUDO, "utf-8")
    catalogue = language.catalogue("de", tmp_path)
    monkeypatch.setattr(language, "catalogue", lambda _language: catalogue)
    monkeypatch.setattr(language, "language", lambda: "de")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Autumn sale", "Autumn sale"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 39 + "…"),
        ("a" * 38 + " bc", "a" * 38 + "…"),
    ],
)
def test_a_long_name_does_not_push_other_buttons_out_of_their_row(name: str, shown: str) -> None:
    assert words_compose.short(name) == shown


@pytest.mark.usefixtures("german")
def test_words_and_figures_follow_the_language_of_the_browser() -> None:
    assert wording.tile(Tile.DELIVERED).label == "Zugestellt"
    assert wording.people(1) == "1 Mensch"
    assert wording.people(9412) == "9.412 Menschen"
    assert wording.percent(1, 3) == f"33,3{NBSP}%"


@pytest.mark.usefixtures("german")
def test_a_message_without_a_translation_stays_as_it_is() -> None:
    assert wording.tile(Tile.FAILED).label == "Failed"


def test_languages_are_those_with_a_catalogue(tmp_path: Path) -> None:
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    folder.joinpath("console.po").write_text(PSEUDO, "utf-8")
    assert language.languages(tmp_path) == ("en", "de")
    assert language.languages(tmp_path / "nothing") == ("en",)
