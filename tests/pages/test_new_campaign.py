"""New campaign: from an empty page to a sent campaign, with everything kept and every refusal explained."""

import re
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.campaigns.sending.plan import Planner
from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import campaign
from sms4a.console import runtime
from sms4a.console.compose import preparing
from sms4a.numbers import Bare
from sms4a.recipients import Pile
from sms4a.settings import Settings
from tests.builders import a_number, customers_csv
from tests.clock import Clock
from tests.pages.conftest import OpenPage, run, words

TEXT = "Hello {Vorname}, see you in {Filiale}. Reply STOP to end."


@pytest.fixture
def store(page_store: Store) -> Store:
    """Pages ask the store, which has its own tests on both databases."""
    return page_store


@pytest.fixture
def opened(open_page: OpenPage) -> OpenPage:
    """The page as a new browser session sees it at this address."""
    return lambda **address: open_page("new_campaign", **address)


@pytest.fixture
def form(opened: OpenPage) -> AppTest:
    return opened()


def enter(at: AppTest, kind: str, name: str, value: Any) -> None:
    getattr(at, kind)(key=f"new_campaign_{name}").set_value(value)
    run(at)


def press(at: AppTest, name: str) -> None:
    at.button(key=f"new_campaign_{name}").click()
    run(at)


def draft_id(at: AppTest) -> str:
    value = at.query_params["draft"]
    return str(value[0] if isinstance(value, list) else value)


def upload(at: AppTest, content: bytes, name: str = "kunden.csv") -> None:
    uploads = at.session_state["new_campaign_uploads"]
    at.file_uploader(key=f"new_campaign_file_{uploads}").set_value((name, content, "text/csv"))
    run(at)


def work(store: Store) -> None:
    """What a worker does meanwhile."""
    planner = Planner(store.database)
    while store.lists.check_next("worker") or planner.plan_next("worker"):
        pass


def at_check(at: AppTest, store: Store, content: bytes | None = None) -> None:
    """Text and list are entered; the Check step shows what was prepared."""
    enter(at, "text_area", "text", TEXT)
    press(at, "primary")
    upload(at, content or customers_csv(1200, 20, 15))
    work(store)
    run(at)
    press(at, "primary")
    work(store)
    run(at)


def at_send(at: AppTest, store: Store, content: bytes | None = None) -> None:
    at_check(at, store, content)
    if any(box.key == "new_campaign_tick" for box in at.checkbox):
        at.checkbox(key="new_campaign_tick").check()
        run(at)
    press(at, "primary")


def campaigns(store: Store) -> list[str]:
    with store.database.read() as c:
        return list(c.execute(sa.select(campaign.c.state).where(campaign.c.sent_ts.is_not(None))).scalars())


def test_the_empty_page_stores_nothing_and_says_what_is_missing(form: AppTest, store: Store) -> None:
    assert "Write the text of the message." in words(form)
    assert "One point is still open" not in words(form)
    press(form, "primary")
    assert "One point is still open" in words(form)
    assert "step" not in form.query_params
    assert "draft" not in form.query_params
    assert store.drafts.open_drafts() == ()


def test_every_change_is_saved_and_a_reload_shows_it_again(form: AppTest, store: Store, opened: OpenPage) -> None:
    enter(form, "text_input", "name", "Autumn sale")
    enter(form, "text_input", "sender", "RETAILCO")
    enter(form, "text_area", "text", TEXT)
    enter(form, "segmented_control", "flash", "off")
    enter(form, "selectbox", "validity_min", "1440")
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    assert (saved.name, saved.sender, saved.text) == ("Autumn sale", "RETAILCO", TEXT)
    assert saved.options == CampaignOptions(flash=False, validity_min=1440)

    again = opened(draft=saved.id, step="message")
    assert again.text_input(key="new_campaign_name").value == "Autumn sale"
    assert again.text_area(key="new_campaign_text").value == TEXT
    assert again.segmented_control(key="new_campaign_flash").value == "off"
    assert again.selectbox(key="new_campaign_validity_min").value == "1440"


def test_every_option_can_be_set_and_is_there_again_in_another_session(
    form: AppTest, store: Store, opened: OpenPage
) -> None:
    chosen = [
        ("segmented_control", "status_requested", "account"),
        ("segmented_control", "flash", "on"),
        ("selectbox", "validity_min", "360"),
        ("number_input", "max_parts", 6),
        ("text_input", "billcode", "4711"),
        *(("selectbox", "qos", name) for name in ("NORMAL", "EXPRESS")),
        *(("selectbox", "treatment", treatment.value) for treatment in Treatment),
    ]
    for kind, name, value in chosen:
        enter(form, kind, name, value)
    press(form, "quiet_add")
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    default = CampaignOptions()
    assert [
        name for name in CampaignOptions.model_fields if getattr(saved.options, name) == getattr(default, name)
    ] == ["defaults", "links"]  # they belong to placeholders

    again = opened(draft=saved.id, step="message")
    assert not again.exception
    for kind, name, value in {name: (kind, name, value) for kind, name, value in chosen}.values():
        assert getattr(again, kind)(key=f"new_campaign_{name}").value == value
    enter(again, "selectbox", "qos", "account")
    enter(again, "selectbox", "treatment", "automatic")
    state = again.session_state
    assert [name for name in state if isinstance(state[name], Enum)] == []


def test_each_placeholder_says_what_stands_for_an_empty_value_and_whether_links_may_come_from_it(
    form: AppTest, store: Store
) -> None:
    content = f"Vorname;Mobil;Filiale\n;{a_number(1)};Kassel\nAnna;{a_number(2)};www.example.org\n".encode()
    at_check(form, store, content)
    assert "Nobody would get this message." in words(form)
    assert "There is a link in Filiale, where you do not allow any" in form.table[-1].value.to_string()
    form.query_params["step"] = "message"
    run(form)
    enter(form, "text_input", "empty_0", "  friend ")
    enter(form, "checkbox", "links_1", True)
    enter(form, "text_input", "empty_1", "\u202e")
    assert "cannot stand for an empty value" in words(form)
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    assert (saved.options.defaults, saved.options.links) == ((("vorname", "friend"),), ("filiale",))
    form.query_params["step"] = "check"
    run(form)
    work(store)
    assert "2 people will get this message." in words(run(form))
    assert "empty {Vorname}: friend" in words(form)
    form.query_params["step"] = "message"
    run(form)
    enter(form, "text_input", "empty_0", "")
    enter(form, "checkbox", "links_1", False)
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    assert (saved.options.defaults, saved.options.links) == ((), ())


def test_a_number_outside_its_limits_is_explained_and_the_earlier_one_stays(form: AppTest, store: Store) -> None:
    enter(form, "selectbox", "validity_min", "other")
    for minutes in (3, 2881):
        enter(form, "number_input", "validity_minutes", minutes)
        assert f"{minutes:,} cannot be taken: it must be from 5 to 2,880." in words(form)
        assert form.number_input(key="new_campaign_validity_minutes").value == 120
    enter(form, "number_input", "max_parts", 21)
    assert "21 cannot be taken: it must be from 1 to 20." in words(form)
    enter(form, "number_input", "validity_minutes", 5)
    assert "2,880" not in words(form)
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    assert (saved.options.validity_min, saved.options.max_parts) == (5, 4)


def test_what_is_too_long_is_cut_or_explained(form: AppTest, store: Store) -> None:
    enter(form, "text_input", "name", "n" * 121)
    assert form.text_input(key="new_campaign_name").value == "n" * 120
    assert "The name was cut" in words(form)
    enter(form, "text_input", "name", "n" * 119)
    assert "The name was cut" not in words(form)
    enter(form, "text_input", "billcode", "4711")
    enter(form, "text_input", "billcode", "b" * 71)
    assert "This bill code has 71 characters" in words(form)
    assert form.text_input(key="new_campaign_billcode").value == "4711"
    enter(form, "text_input", "billcode", "b" * 70)
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    assert saved.options.billcode == "b" * 70


def test_quiet_periods_do_not_overlap_and_last_an_hour(form: AppTest, store: Store) -> None:
    press(form, "quiet_add")
    press(form, "quiet_add")
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    (first, _end), (second, _later) = saved.options.quiet
    assert second - first == 24 * 3_600_000
    for name, value, reason in (
        ("quiet_start_1", "2026-11-23T21:00", "It overlaps another quiet period."),
        ("quiet_end_0", "2026-11-23T20:30", "at least one hour"),
    ):
        form.datetime_input(key=f"new_campaign_{name}").set_value(datetime.fromisoformat(value))
        run(form)
        assert reason in words(form)
    assert store.drafts.get(saved.id) == saved


def test_as_the_account_sets_it_is_neither_on_nor_off(form: AppTest, store: Store) -> None:
    for choice, stored in (("account", None), ("off", False), ("on", True)):
        enter(form, "segmented_control", "status_requested", choice)
        saved = store.drafts.get(draft_id(form)) if "draft" in form.query_params else None
        assert saved is not None
        assert saved.options.status_requested is stored


def test_minutes_of_validity_may_be_typed(form: AppTest, store: Store) -> None:
    enter(form, "selectbox", "validity_min", "other")
    enter(form, "number_input", "validity_minutes", 45)
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    assert saved.options.validity_min == 45


def test_a_quiet_period_is_added_changed_and_taken_away(form: AppTest, store: Store) -> None:
    press(form, "quiet_add")
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    ((start, end),) = saved.options.quiet
    assert end - start == 12 * 3_600_000
    form.datetime_input(key="new_campaign_quiet_end_0").set_value(datetime.fromisoformat("2026-11-20T08:00"))
    run(form)
    assert "The end must be after the start." in words(form)
    press(form, "quiet_remove_0")
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    assert saved.options.quiet == ()


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("RETAILCO", None),
        ("12345678901", None),
        ("+49176040690123456789", None),
        ("123456789012345678901", "more than 20 digits"),
        ("RETAILCO LTD.", "2 characters too long"),
        ("Käse", "Phones do not show ä in a sender"),
        ("Möbel & Küchen", "Phones do not show ö and ü in a sender"),
        ("Möbel & Küchen", "3 characters too long"),
    ],
)
def test_a_sender_that_phones_would_not_show_is_explained(form: AppTest, sender: str, reason: str | None) -> None:
    enter(form, "text_area", "text", "Hello, reply STOP")
    enter(form, "text_input", "sender", sender)
    if reason:
        assert reason in words(form)
    press(form, "primary")
    assert ("One point is still open" in words(form)) is (reason is not None)


def test_a_broken_placeholder_is_named_with_its_place(form: AppTest) -> None:
    enter(form, "text_area", "text", "Hello\nDear {name, bye")
    assert "not closed: {name, bye" in words(form)
    assert "(line 2, character 6)." in words(form)
    press(form, "primary")
    assert "One point is still open" in words(form)


def test_each_replacement_is_brought_back_by_a_press_the_last_one_first(form: AppTest) -> None:
    text = "Sale – from “now” on…"
    enter(form, "text_area", "text", text)
    for character in ("–", "“", "”"):
        place = next(n for n in range(4) if character in form.button(key=f"new_campaign_replace_{n}").label)
        press(form, f"replace_{place}")
    replaced = form.text_area(key="new_campaign_text").value
    assert replaced == 'Sale - from "now" on…'
    assert form.button(key="new_campaign_undo_replacement").label == "Undo the last of 3 replacements"
    for expected in ('Sale - from "now” on…', "Sale - from “now” on…", text):
        press(form, "undo_replacement")
        assert form.text_area(key="new_campaign_text").value == expected
    assert "new_campaign_undo_replacement" not in {button.key for button in form.button}


def test_what_was_typed_since_is_never_undone(form: AppTest) -> None:
    enter(form, "text_area", "text", "Sale – now")
    press(form, "replace_0")
    enter(form, "text_area", "text", "Sale - now, hurry")
    assert "new_campaign_undo_replacement" not in {button.key for button in form.button}


def test_a_costly_character_is_replaced_by_one_click_and_brought_back_by_another(form: AppTest) -> None:
    text = "x" * 80 + " – "
    enter(form, "text_area", "text", text)
    assert "This message costs 2 SMS parts." in words(form)
    assert "Replace 1 character and it costs 1." in words(form)
    press(form, "replace_0")
    assert form.text_area(key="new_campaign_text").value == text.replace("–", "-")
    assert "This message costs 1 SMS part." in words(form)
    press(form, "undo_replacement")
    assert form.text_area(key="new_campaign_text").value == text


def test_rows_are_found_by_a_word_and_the_extremes_by_a_click(form: AppTest, store: Store) -> None:
    people = [f"Anna;{a_number(n)};Kassel" for n in range(20)]
    people[7], people[9], people[11] = (
        f"Zoë;{a_number(7)};Ulm",
        f"Maximiliane;{a_number(9)};Bad Nauheim",
        f"Al;{a_number(11)};Ulm",
    )
    at_check(form, store, ("Vorname;Mobil;Filiale\n" + "\n".join(people)).encode())
    form.query_params["step"] = "message"
    run(form)
    enter(form, "text_input", "preview_search", "zoë")
    assert "Row 9 of your list" in words(form)
    enter(form, "text_input", "preview_search", "Nobody")
    assert "Nobody who receives has “Nobody”." in words(form)
    for name, row in (("longest", 11), ("shortest", 13), ("dearest", 11), ("oddest", 9)):
        form.pills(key="new_campaign_preview").set_value(name)
        assert f"Row {row} of your list" in words(run(form))


def test_every_treatment_of_a_costly_character_is_shown_beside_the_others(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "Hello Łukasz – STOP")
    assert form.table[0].value.values.tolist() == [
        ["Automatic \\(chosen\\)", "Hello Łukasz – STOP", "1", "certain"],
        ["Short alphabet only", "Nothing\\: the row is left out and listed", "–", "certain"],
        ["Blank instead", "Hello\u00a0 ukasz\u00a0\u00a0 STOP", "1", "certain"],
        ["Look\\-alike instead", "Hello Lukasz \\- STOP", "1", "our guess"],
        ["Unicode for all", "Hello Łukasz – STOP", "1", "certain"],
    ]
    press(form, "use_transliterate")
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    assert saved.options.treatment is Treatment.TRANSLITERATE
    enter(form, "text_area", "text", "Hello 😀")
    assert "so the row is left out" in form.table[0].value.to_string()
    enter(form, "text_area", "text", "Hello")
    assert not form.table


def test_the_meter_says_how_many_characters_to_remove(form: AppTest) -> None:
    enter(form, "text_area", "text", "x" * 164)
    assert "This message costs 2 SMS parts.** Remove 4 characters and it costs 1." in words(form)
    enter(form, "text_area", "text", "x" * 300)
    assert "Remove" not in words(form)


def test_senders_that_were_used_before_are_one_click_away(form: AppTest, store: Store, opened: OpenPage) -> None:
    enter(form, "text_input", "sender", "RETAILCO")
    at_send(form, store, customers_csv(30, 0, 0))
    press(form, "primary")
    again = opened()
    press(again, "sender_0")
    assert again.text_input(key="new_campaign_sender").value == "RETAILCO"
    assert "Senders used before" not in words(again)


def test_the_list_is_read_and_every_pile_can_be_looked_at(form: AppTest, store: Store, opened: OpenPage) -> None:
    enter(form, "text_area", "text", TEXT)
    press(form, "primary")
    upload(form, customers_csv(1200, 20, 15))
    assert "being checked" in words(form)
    work(store)
    run(form)
    assert "1,165 people will receive this message." in words(form)
    assert "35 of 1,200 rows are left out." in words(form)
    assert "semicolon" in words(form)
    assert "Windows-1252" in words(form)
    assert form.pills(key="new_campaign_pile").value == "unreadable"
    enter(form, "pills", "pile", "duplicate")
    assert any("20 rows repeat a number" in e.value for e in form.header)
    again = opened(draft=draft_id(form), step="recipients")
    assert "1,165 people will receive this message." in words(again)


def test_a_placeholder_without_a_column_asks_for_one(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "Hello {first name}, reply STOP")
    press(form, "primary")
    upload(form, customers_csv(10, 0, 0))
    work(store)
    run(form)
    assert "Choose the column that fills {first name}." in words(form)
    press(form, "primary")
    assert "One point is still open" in words(form)
    enter(form, "selectbox", "field_0", "Vorname")
    assert "One point is still open" not in words(form)
    press(form, "primary")
    assert form.query_params["step"] == "check"


def test_pasted_numbers_are_a_list_too(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "Hello, reply STOP")
    press(form, "primary")
    form.text_area(key="new_campaign_paste").set_value(f"{a_number(1)}, {a_number(2)}, {a_number(1)}")
    press(form, "use_paste")
    work(store)
    run(form)
    assert "2 people will receive this message." in words(form)


def test_what_is_no_list_is_refused_in_words_and_another_can_be_chosen(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "Hello, reply STOP")
    press(form, "primary")
    upload(form, b"%PDF-1.7", "list.pdf")
    assert "list.pdf cannot be used" in words(form)
    upload(form, b"\x89PNG\r\n", "list.csv")
    assert "This is a picture." in words(form)
    upload(form, b"Name;Mobil\n", "list.csv")
    assert "Only headings were found (Name, Mobil) and no row below them." in words(form)
    upload(form, customers_csv(10, 0, 0))
    work(store)
    run(form)
    assert "10 people will receive this message." in words(form)
    press(form, "other_list")
    assert "Who should get the message?" in words(form)


def test_digits_without_a_country_are_asked_about_only_if_there_are_any(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "Hello, reply STOP")
    press(form, "primary")
    upload(form, f"Mobil\n{a_number(1)}\n{a_number(2)[3:]}\n".encode())
    work(store)
    run(form)
    assert form.radio(key="new_campaign_bare_two_meanings").label.startswith("**1 row could be two numbers:**")
    assert "1 row has digits without" in words(form)
    enter(form, "radio", "bare_two_meanings", Bare.TWO_AS_NATIONAL.value)
    work(store)
    run(form)
    assert "2 people will receive this message." in words(form)
    assert "has digits without" not in words(form)
    assert form.radio(key="new_campaign_bare_two_meanings").label == "Digits that could be two numbers"


def test_each_kind_of_digits_without_a_country_has_its_own_answer(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "Hello, reply STOP")
    press(form, "primary")
    upload(form, b"Mobil\n15112345678\n15112345678\n15112345679\n4917612345678\n17604000002\n99999999\n")
    work(store)
    run(form)
    assert "5 rows have digits without" in words(form)
    labels = [form.radio(key=f"new_campaign_bare_{kind}").label for kind in ("lost_zero", "lost_plus", "two_meanings")]
    assert [label.replace("\u00a0", " ") for label in labels] == [
        "**3 rows lack their zero:** 15112345678 → +49 1511 2345678 · 15112345679 → +49 1511 2345679",
        "**1 row lacks its plus:** 4917612345678 → +49 176 12345678",
        "**1 row could be two numbers:** 17604000002 → +49 176 04000002 or +1 760-400-0002",
    ]
    for kind, answer in (("lost_zero", Bare.LOST_ZERO), ("two_meanings", Bare.TWO_AS_NATIONAL)):
        enter(form, "radio", f"bare_{kind}", answer.value)
        work(store)
        run(form)
    assert "3 people will receive this message." in words(form)
    assert "1 row has digits without" in words(form)
    (listed,) = [store.lists.get(draft.list_id or "") for draft in store.drafts.open_drafts()]
    assert listed is not None
    assert listed.answers.bare == Bare.LOST_ZERO | Bare.TWO_AS_NATIONAL
    numbers = [row.number for row in store.lists.rows(listed.id, Pile.RECEIVE)]
    assert numbers == ["+4915112345678", "+4915112345679", "+4917604000002"]
    enter(form, "radio", "bare_two_meanings", Bare.ASK.value)
    work(store)
    run(form)
    assert "2 people will receive this message." in words(form)


def test_check_shows_people_parts_and_who_is_left_out(form: AppTest, store: Store) -> None:
    at_check(form, store)
    assert "1,165 people will get this message." in words(form)
    assert [m.value for m in form.metric] == ["1,165", "1,165", "–"]
    assert [m.delta for m in form.metric] == ["35 left out", "1 each", "prices missing"]
    press(form, "primary")
    assert "One point is still open" in words(form)
    assert "Tick that you have read the message" in words(form)
    assert "how to stop" not in words(form)
    form.checkbox(key="new_campaign_tick").check()
    run(form)
    press(form, "primary")
    assert form.query_params["step"] == "send"


def test_up_to_a_hundred_people_need_no_tick(form: AppTest, store: Store) -> None:
    at_check(form, store, customers_csv(30, 0, 0))
    press(form, "primary")
    assert not form.button(key="new_campaign_primary").disabled
    assert form.query_params["step"] == "send"
    assert "**30 seconds after you press Send**. Until then you can take it back." in words(form)


def test_many_people_are_confirmed_by_their_number(
    form: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "TYPE_ABOVE", 1_000)
    at_check(form, store)
    form.checkbox(key="new_campaign_tick").check()
    run(form)
    press(form, "primary")
    assert "Type how many people will get the message." in words(form)
    enter(form, "text_input", "number_of_people", "11,650")
    assert "That is another number." in words(form)
    enter(form, "text_input", "number_of_people", "1,165")
    assert "That is another number." not in words(form)
    press(form, "primary")
    assert form.query_params["step"] == "send"


def check(form: AppTest, store: Store, text: str, people: list[str]) -> None:
    """From an empty form to the check of this text for these rows of a list."""
    enter(form, "text_area", "text", text)
    press(form, "primary")
    upload(form, ("Vorname;Mobil;Filiale\n" + "\n".join(people)).encode())
    work(store)
    run(form)
    press(form, "primary")
    work(store)


def test_the_cost_is_told_by_kind_and_country_and_what_one_change_would_save(form: AppTest, store: Store) -> None:
    store.prices.set_price("DE", Decimal("0.075"), "ann")
    people = [f"Anna;{a_number(n)};{'x' * (99 if n < 20 else 100)}" for n in range(90)]
    people.append(f"Łukasz Jan;{a_number(90)};Kassel")
    check(form, store, TEXT + " " + "y" * 17, people)
    said = words(run(form))
    assert "91 people will get this message for about 12.15 €." in said.replace("\xa0", " ")
    assert "Shorten the text by 2 characters" not in said
    assert "Shorten the text by 1 character and you save 5.25 € (70 SMS parts)." in said.replace("\xa0", " ")
    cells = form.table[0].value
    assert cells.values.tolist()[0][1:4] == ["20", "1", "20"]
    store.prices.set_price("DE", None, "ann")
    assert "There is no price for Germany yet." in words(run(form))


def test_what_a_text_would_save_without_its_emoji_is_told_where_it_is_checked(form: AppTest, store: Store) -> None:
    store.prices.set_price("DE", Decimal("0.075"), "ann")
    people = [f"Anna;{a_number(n)};Kassel" for n in range(90)] + [f"Łukasz;{a_number(90)};Kassel"]
    check(form, store, f"{TEXT} {'y' * 40} 🎉", people)
    said = words(run(form)).replace("\xa0", " ")
    assert "Do without the character 🎉 in the text and you save 6.75 € (90 SMS parts)." in said


def test_a_limit_of_spending_closes_check_and_send(form: AppTest, store: Store) -> None:
    store.prices.set_price("DE", Decimal("0.075"), "ann")
    store.prices.set_spending("ann", currency="EUR", campaign_limit=Decimal(1), day_limit=None)
    at_check(form, store, customers_csv(30, 0, 0))
    said = words(form).replace("\xa0", " ")
    assert "This cannot be sent" in said
    assert "It would cost 2.25 €, and one campaign may cost at most 1.00 €." in said
    press(form, "primary")
    assert form.query_params["step"] == "check"
    store.prices.set_spending("ann", currency="EUR", campaign_limit=Decimal(3), day_limit=None)
    run(form)
    press(form, "primary")
    store.prices.set_spending("ann", currency="EUR", campaign_limit=Decimal(1), day_limit=None)
    run(form)
    assert form.button(key="new_campaign_primary").disabled
    assert "This cannot be sent" in words(form)
    assert form.segmented_control(key="new_campaign_step").options[2] == "3 Check"
    assert campaigns(store) == []


def test_the_words_that_would_be_cut_are_shown_for_each_row_that_is_too_long(form: AppTest, store: Store) -> None:
    enter(form, "number_input", "max_parts", 1)
    content = f"Vorname;Mobil;Filiale\nAnna;{a_number(1)};Kassel\nJo;{a_number(2)};{'z' * 100}\n".encode()
    enter(form, "text_area", "text", "{Vorname} {Filiale} " + "y" * 60 + " the last words")
    press(form, "primary")
    upload(form, content)
    work(store)
    run(form)
    press(form, "primary")
    work(store)
    run(form)
    cells = [cell for table in form.table for cell in table.value.values.tolist()[-1]]
    assert "the last words"[-19:] in " ".join(map(str, cells)).replace("\\", "")


@pytest.mark.parametrize(
    ("sender", "text", "said"),
    [
        ("RETAILCO", "Hello. Reply STOP to end.", "nobody can reply to a sender with letters"),
        ("+4915112345", "Sale at https://bit.ly/x Reply STOP", "shortened link"),
        ("RETAILCO", "Sale at https://example.org STOP", "Open it once from the test message"),
        ("RETAILCO", "Hello. STOP", "often change or refuse a sender with letters"),
    ],
)
def test_what_networks_do_with_senders_and_links_is_said(
    form: AppTest, store: Store, page_settings: Settings, clock: Clock, sender: str, text: str, said: str
) -> None:
    anywhere = page_settings.model_copy(update={"allowed_countries": "ALL"})
    runtime.install(store=store, settings=anywhere, clock=clock)
    enter(form, "text_input", "sender", sender)
    enter(form, "text_area", "text", text)
    press(form, "primary")
    upload(form, f"Mobil\n{a_number(1)}\n+64211234567\n".encode())
    work(store)
    run(form)
    press(form, "primary")
    work(store)
    assert said in words(run(form))


def test_rows_whose_message_cannot_be_made_are_listed_with_their_reason(form: AppTest, store: Store) -> None:
    content = f"Vorname;Mobil;Filiale\nJörg;{a_number(1)};Kassel\n;{a_number(2)};Kassel\n".encode()
    at_check(form, store, content)
    assert "1 person will get this message." in words(form)
    assert "1 person is left out because the message cannot be made for them." in words(form)
    assert any("1 message cannot be made" in e.value for e in form.header)
    assert "Write under “Values of your list” what should stand for an empty value." in words(form)


def test_what_is_worth_a_second_look_is_said_before_sending(form: AppTest, store: Store) -> None:
    enter(form, "segmented_control", "flash", "on")
    enter(form, "text_area", "text", "Hello")
    press(form, "primary")
    upload(form, f"Mobil\n{a_number(1)}\n+447700900123\n".encode())
    work(store)
    run(form)
    press(form, "primary")
    work(store)
    run(form)
    said = words(form)
    assert "The text does not say how to stop such messages." in said
    assert "It is a flash message" in said


def test_the_longest_message_is_looked_for_among_everybody(form: AppTest, store: Store) -> None:
    people = [f"Al;{a_number(n)};Kassel" for n in range(1_200)]
    people[1_150] = f"Maximiliane;{a_number(1_150)};Kassel"
    at_check(form, store, ("Vorname;Mobil;Filiale\n" + "\n".join(people)).encode())
    assert "Row 1,152 of your list" in words(form)
    form.pills(key="new_campaign_made").set_value("shortest")
    assert "Row 2 of your list" in words(run(form))


@pytest.mark.parametrize(
    ("text", "saving"),
    [
        ("x" * 75 + "🍂", "Without 🍂 it would cost 1."),
        ("x" * 75 + "🍂 “y”", "Without 🍂, and with 2 characters replaced, it would cost 1."),
        ("x" * 75 + "–", "Replace 1 character and it costs 1."),
    ],
)
def test_what_would_make_a_message_cheaper_is_said(form: AppTest, text: str, saving: str) -> None:
    enter(form, "text_area", "text", text)
    assert saving in words(form)


def test_a_text_that_would_reach_nobody_is_not_gone_on_with(form: AppTest) -> None:
    enter(form, "text_area", "text", "x" * 613)
    assert "Everybody would be left out: the text needs 5 SMS parts, and the sending options allow at most 4." in words(
        form
    )
    press(form, "primary")
    assert "One point is still open" in words(form)
    enter(form, "number_input", "max_parts", 5)
    enter(form, "text_area", "text", "Здравствуйте")
    enter(form, "selectbox", "treatment", "refuse")
    assert "Everybody would be left out: the text needs Unicode" in words(form)


def test_a_placeholder_that_no_column_fills_shows_the_text_as_it_is_written(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", TEXT)
    press(form, "primary")
    upload(form, customers_csv(30, 0, 0))
    work(store)
    run(form)
    press(form, "back")
    enter(form, "text_area", "text", "Hello {nickname}, reply STOP")
    said = words(form) + "".join(str(getattr(element, "value", "")) for element in form.get("html"))
    assert "Hello {nickname}, reply STOP</div>" in said
    assert "is empty" not in said
    assert "This message costs 1 SMS part." in said
    assert form.pills(key="new_campaign_preview").value == "row"


def test_a_value_that_is_too_long_is_told_with_its_length_and_the_limit(form: AppTest, store: Store) -> None:
    content = f"Vorname;Mobil;Filiale\nJörg;{a_number(1)};Kassel\n{'a' * 130};{a_number(2)};Kassel\n".encode()
    at_check(form, store, content)
    shown = [cell.replace("\\", "") for table in form.table for cell in table.value.to_numpy().ravel()]
    assert "A value for the text is too long: Vorname has 130 characters, at most 100" in shown


def test_the_night_is_named_with_time_and_zone(form: AppTest, store: Store, clock: Clock) -> None:
    clock.advance(hours=10)
    at_check(form, store, customers_csv(30, 0, 0))
    assert re.search(r"It is \d\d:\d\d in Berlin now: many people would get it at night", words(form))


def test_the_options_that_were_changed_stand_first(form: AppTest, store: Store) -> None:
    enter(form, "selectbox", "qos", "EXPRESS")
    at_check(form, store, customers_csv(30, 0, 0))
    assert "Changed: priority: Express; as usual: delivery reports" in words(form)


def test_the_question_about_umlauts_shows_a_row_with_one(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "Hello, reply STOP")
    press(form, "primary")
    content = f"Vorname;Mobil\nBob;{a_number(1)}\nJörg;{a_number(2)}\n"
    upload(form, content.encode("cp1252"))
    work(store)
    run(form)
    assert "Check that letters like ä, é or ß look right. **Row 3: Jörg**" in words(form)


def test_all_that_can_be_replaced_is_replaced_by_one_click(form: AppTest) -> None:
    enter(form, "text_area", "text", "Ł “a” – 👍🏽")
    buttons = [b.label for b in form.button if b.label.startswith(("Replace", "Take"))]
    assert buttons[0] == "Replace all 3"
    said = words(form)
    assert said.index("he long dash") < said.index("The character Ł")
    press(form, "replace_all")
    assert form.text_area(key="new_campaign_text").value == 'Ł "a" - 👍🏽'
    assert "the character 👍🏽 is outside" in words(form).lower()


def test_my_own_other_window_is_not_called_they(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "My words")
    present = store.drafts.get(draft_id(form))
    assert present is not None
    store.drafts.save(present.id, present.version, actor=present.actor, text="My words elsewhere")
    enter(form, "text_area", "text", "My newer words")
    said = words(form)
    assert "This draft was saved in another window at" in said
    assert "theirs" not in said
    press(form, "primary")
    assert "First choose which version should stay." in words(form)


def test_check_without_a_text_or_list_says_what_is_missing(form: AppTest, opened: OpenPage) -> None:
    at = opened(step="check")
    assert "2 points are open before this can be checked" in words(at)


def test_send_releases_the_campaign_once_however_often_it_is_pressed(
    form: AppTest, store: Store, opened: OpenPage
) -> None:
    at_send(form, store)
    assert form.button(key="new_campaign_primary").label == "Send to 1,165 people"
    other_tab = opened(draft=draft_id(form), step="send")
    other_tab.checkbox(key="new_campaign_tick").check()
    run(other_tab)
    press(form, "primary")
    press(other_tab, "primary")
    assert campaigns(store) == [CampaignState.SENDING]
    assert form.title[0].value == other_tab.title[0].value != "New campaign"


def test_a_change_after_the_check_is_checked_again_before_it_can_leave(form: AppTest, store: Store) -> None:
    at_send(form, store, customers_csv(30, 0, 0))
    saved = store.drafts.get(draft_id(form))
    assert saved is not None
    store.drafts.save(saved.id, saved.version, actor="colleague", text="Quite another text. Reply STOP.")
    press(form, "primary")
    assert "Nothing was sent" in words(form)
    assert campaigns(store) == []
    work(store)
    run(form)
    press(form, "primary")
    assert campaigns(store) == [CampaignState.SENDING]


def test_a_later_start_is_spelled_out_with_weekday_and_zone(form: AppTest, store: Store) -> None:
    at_send(form, store, customers_csv(30, 0, 0))
    enter(form, "segmented_control", "when", "later")
    work(store)
    run(form)
    assert "Tuesday 24 November 2026, 10:00 (Berlin)" in words(form)
    assert "Tomorrow 10:00" in "".join(str(getattr(element, "value", "")) for element in form.get("html"))
    assert form.button(key="new_campaign_primary").label == "Schedule for 30 people"


def test_a_start_at_night_is_warned_of_where_it_is_chosen(form: AppTest, store: Store) -> None:
    at_send(form, store, customers_csv(30, 0, 0))
    enter(form, "segmented_control", "when", "later")
    assert "at night" not in words(form)
    form.datetime_input(key="new_campaign_start").set_value(datetime.fromisoformat("2026-11-25T03:15"))
    run(form)
    assert "It would leave at 03:15 (Berlin): many people would get it at night." in words(form)
    form.datetime_input(key="new_campaign_start").set_value(datetime.fromisoformat("2026-11-25T07:15"))
    run(form)
    assert "It would leave at 07:15 (Berlin): many people would get it early in the morning." in words(form)


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (datetime.fromisoformat("2026-11-23T12:59"), "has passed"),
        (datetime.fromisoformat("2027-03-28T02:30"), "does not exist"),
        (datetime.fromisoformat("2027-10-31T02:30"), "comes twice"),
    ],
)
def test_a_time_that_cannot_be_taken_is_explained_and_nothing_can_be_sent(
    form: AppTest, store: Store, chosen: datetime, reason: str
) -> None:
    at_send(form, store, customers_csv(30, 0, 0))
    enter(form, "segmented_control", "when", "later")
    form.datetime_input(key="new_campaign_start").set_value(chosen)
    run(form)
    work(store)
    run(form)
    assert reason in words(form)
    assert form.button(key="new_campaign_primary").disabled


def test_of_a_time_that_comes_twice_one_is_chosen(form: AppTest, store: Store) -> None:
    at_send(form, store, customers_csv(30, 0, 0))
    enter(form, "segmented_control", "when", "later")
    form.datetime_input(key="new_campaign_start").set_value(datetime.fromisoformat("2027-10-31T02:30"))
    run(form)
    second = next(b for b in form.button if b.label == "The second (UTC+01:00)")
    second.click()
    run(form)
    work(store)
    run(form)
    assert "Sunday 31 October 2027, 02:30 (Berlin, UTC+01:00)" in words(form)


def test_a_colleagues_save_is_told_and_either_version_can_stay(form: AppTest, store: Store) -> None:
    enter(form, "text_area", "text", "My words")
    present = store.drafts.get(draft_id(form))
    assert present is not None
    present = store.drafts.save(present.id, present.version, actor="ben@example.org", text="Ben's words")
    enter(form, "text_area", "text", "My newer words")
    assert "ben@example.org saved this draft at" in words(form)
    assert form.text_area(key="new_campaign_text").value == "My newer words"
    press(form, "take_theirs")
    assert form.text_area(key="new_campaign_text").value == "Ben's words"

    store.drafts.save(present.id, present.version, actor="ben@example.org", text="Ben's last words")
    enter(form, "text_area", "text", "My last words")
    press(form, "keep_mine")
    kept = store.drafts.get(present.id)
    assert kept is not None
    assert kept.text == "My last words"


def test_an_address_without_its_draft_says_so(form: AppTest, opened: OpenPage) -> None:
    at = opened(draft="nosuchdraft")
    assert "There is no such draft" in words(at)
    press(at, "start_over")
    assert "Write the text of the message." in words(at)


def test_an_open_draft_can_be_gone_on_with(form: AppTest, store: Store, opened: OpenPage) -> None:
    enter(form, "text_input", "name", "Autumn sale")
    at = opened()
    press(at, f"draft_{draft_id(form)}")
    assert at.text_input(key="new_campaign_name").value == "Autumn sale"


def test_every_draft_can_be_found_and_deleted(opened: OpenPage, store: Store) -> None:
    for n in range(12):
        draft = store.drafts.create("anna")
        store.drafts.save(draft.id, draft.version, name=f"Draft {n}", actor="anna@example.com")
    store.drafts.create("anna")
    at = opened(drafts="all")
    assert "12 drafts that were not sent" in [box.label for box in at.expander]
    assert (store.drafts.open_count(), len(store.drafts.open_drafts(5, 10))) == (12, 2)
    oldest = store.drafts.open_drafts()[-1]
    at.session_state["new_campaign_drafts_page"] = 2
    assert f"{oldest.name} :small[:gray[" in words(run(at))
    press(at, f"delete_{oldest.id}")
    assert store.drafts.get(oldest.id) is None
    assert "11 drafts that were not sent" in [box.label for box in at.expander]
    last = store.drafts.open_drafts()[-1]
    press(at, f"continue_{last.id}")
    assert at.text_input(key="new_campaign_name").value == last.name


def test_a_change_that_still_carries_the_address_from_before_the_draft_goes_into_that_draft(
    form: AppTest, store: Store
) -> None:
    enter(form, "text_input", "name", "Autumn sale")
    created = draft_id(form)
    del form.query_params["draft"]
    enter(form, "text_area", "text", "Hello, reply STOP")
    assert draft_id(form) == created
    del form.query_params["draft"]
    press(form, "primary")
    assert draft_id(form) == created
    assert [draft.id for draft in store.drafts.open_drafts()] == [created]


def test_a_click_that_comes_late_leads_to_the_campaign_that_was_sent(open_page: OpenPage, page_store: Store) -> None:
    page = open_page("new_campaign", id="abcdefgh")
    assert page.title[0].value == "Campaign"
    assert page.query_params["id"] == "abcdefgh"
