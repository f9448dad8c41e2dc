"""One campaign in all its states; the recipients found, and the story of one of them."""

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.results.reports import Reports
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import audit, counter
from sms4a.campaigns.tiles import Tally
from sms4a.recipients import Pile
from tests.ledger_rows import DAY, MINUTE, NOW, Batch, a_campaign, a_hold, a_worker
from tests.pages.conftest import OpenPage, figures, keys, texts, with_tables

S, C = SubmissionState, CampaignState
ID = "aaaa2222"

pytestmark = pytest.mark.usefixtures("present")


def a_running_one(store: Store) -> None:
    a_worker(store.database, NOW)
    batches = [
        Batch(S.ACCEPTED, 10, {"delivered": 70, "number_invalid": 9, "timeout": 1, "running": 10}),
        Batch(S.UNDECIDED, 100, problem="no_answer", attempt_ts=NOW - MINUTE),
        Batch(S.SENDING, 20),
        Batch(S.READY, 300),
    ]
    a_campaign(store.database, batches=batches, left_out={Pile.DUPLICATE: 4, Pile.UNREADABLE: 2})


def test_a_campaign_that_waits_for_others_names_them(open_page: OpenPage, page_store: Store) -> None:
    ready = [Batch(S.READY, 5)]
    a_campaign(page_store.database, "aaaa0001", name="*Sale*", batches=ready, release_ts=NOW)
    a_campaign(page_store.database, ID, batches=ready, release_ts=NOW)
    said = texts(open_page("campaign", id=ID))
    assert "**0 of 5 people are with Retarus.** Its turn comes after “\\*Sale\\*”. 5 people are still here" in said
    for n in (2, 3):
        a_campaign(page_store.database, f"aaaa000{n}", batches=ready, release_ts=NOW)
    assert "Its turn comes after 3 other campaigns." in texts(open_page("campaign", id=ID))


def test_a_running_campaign_says_what_left_and_what_can_still_be_stopped(
    open_page: OpenPage, page_store: Store
) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    said = texts(page)
    assert "**100 of 520 people are with Retarus.** 300 people are still here and can be stopped." in said
    assert "526 rows = 520 people + 6 left out · 520 = 300 waiting + 20 sending + 100 accepted" in said
    assert "adds\u00a0up" in said
    (bar,) = page.get("progress")
    assert bar.proto.text == "38.5\u00a0% have left"
    assert figures(page) == {
        "Delivered": "70", "Handed over": "10", "Waiting": "330", "Failed": "10", "Unknown": "100", "Left out": "6"
    }  # fmt: skip
    assert "**87.5\u00a0% of the 80 finished messages were delivered.** 10 failed, most of them" in said
    # Every share names what it is a share of: 70 of 520 people stand beside 70 of 80 messages.
    notes = {metric.label.split("] ")[1]: metric.delta.replace("\u00a0", " ") for metric in page.metric}
    assert (notes["Delivered"], notes["Left out"]) == ("13.5 % of people", "1.1 % of all rows")
    assert len(page.get("plotly_chart")) == 3
    assert {"campaign_pause"} <= keys(page)


def test_tiles_and_pills_tell_of_one_look(
    open_page: OpenPage, page_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While results come in, two looks would find different figures, one above the other."""
    a_running_one(page_store)
    looks: list[str] = []
    tally = Reports.tally

    def noted(self: Reports, campaign_id: str) -> Tally:
        looks.append(campaign_id)
        return tally(self, campaign_id)

    monkeypatch.setattr(Reports, "tally", noted)
    page = open_page("campaign", id=ID)
    assert looks == [ID]
    assert any("Delivered 70" in option for option in page.pills(key="campaign_tile").options)


def test_uncertain_people_are_told_of_and_never_sent_again(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    said = texts(open_page("campaign", id=ID))
    assert "**We do not know whether Retarus accepted the messages for these 100 people.**" in said
    assert "It is never sent again automatically: somebody has to decide." in said


def test_pause_and_resume_change_the_campaign_and_its_page(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    page.button(key="campaign_pause").click().run()
    assert "It is paused: 300 people wait here" in texts(page)
    page.button(key="campaign_resume").click().run()
    campaign = page_store.ledger.campaign(ID)
    assert campaign is not None
    assert campaign.state is C.SENDING


def test_before_stopping_an_older_copy_does_not_say_that_nothing_was_sent(
    open_page: OpenPage, page_store: Store
) -> None:
    a_campaign(page_store.database, batches=[Batch(S.READY, 40)])
    a_hold(page_store.database, "restored", NOW)
    page = open_page("campaign", id=ID)
    page.menu_button(key="campaign_more").click("stop").run()
    assert "**40 people have not left, by what this older copy of the database knows.**" in texts(page)
    assert "Nothing has been sent so far" not in texts(page)


def test_stopping_asks_first_and_says_what_it_cannot_reach(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    page.menu_button(key="campaign_more").click("stop").run()
    said = texts(page)
    assert "**300 people have not left yet.**" in said
    assert "**220 people can no longer be stopped.**" in said
    assert page.button(key="campaign_stop_yes").label == "Stop sending to 300 people"
    page.button(key="campaign_stop_yes").click().run()
    campaign = page_store.ledger.campaign(ID)
    assert campaign is not None
    assert campaign.state is C.STOPPED


@pytest.mark.parametrize(
    ("state", "values", "batches", "sentence"),
    [
        (C.FINISHED, {"finished_ts": NOW}, [Batch(S.SETTLED, verdicts={"delivered": 5})], "**All 5 people were handed"),
        (
            C.FINISHED, {"finished_ts": NOW}, [Batch(S.SETTLED, verdicts={"delivered": 5}), Batch(S.REFUSED, 2)],
            "**5 of 7 people were handed to Retarus.**",
        ),
        (
            C.SENDING, {"start_ts": NOW + DAY}, [Batch(S.READY, 5)],
            "**It begins on Tuesday 24 November 2026, 15:15 (Berlin).** 5 people are here",
        ),
        (C.SENDING, {}, [Batch(S.ACCEPTED, 5)], "Everything has gone out. 5 people have no final result yet."),
        (C.PAUSED, {}, [Batch(S.ACCEPTED, 1)], "Everything has gone out. 1 person has no final result yet."),
        (C.SENDING, {}, [Batch(S.UNCERTAIN, 5)], "accepted the messages for 5 people is not known yet."),
        (C.SENDING, {}, [Batch(S.SENDING, 5)], "The last ones are going out right now."),
        (C.SENDING, {}, [Batch(S.READY, 5)], "5 people are still here and can be stopped."),
        (C.PAUSED, {}, [Batch(S.READY, 5)], "It is paused: 5 people wait here"),
        (C.STOPPED, {}, [Batch(S.ACCEPTED, 3), Batch(S.READY, 5)], "**It is being stopped.** 5 people will not leave"),
        (
            C.STOPPED, {"finished_ts": NOW}, [Batch(S.SETTLED, verdicts={"delivered": 3}), Batch(S.STOPPED, 5)],
            "**It was stopped after 3 people had left.** 5 people did not leave",
        ),
        (C.STOPPED, {"finished_ts": NOW}, [Batch(S.STOPPED, 5)], "**It was stopped before anything was sent.**"),
    ],
)  # fmt: skip
def test_each_state_has_its_sentence(
    open_page: OpenPage,
    page_store: Store,
    state: CampaignState,
    values: dict[str, int],
    batches: list[Batch],
    sentence: str,
) -> None:
    a_campaign(page_store.database, state=state, batches=batches, **values)  # type: ignore[arg-type]
    page = open_page("campaign", id=ID)
    assert sentence in texts(page)
    waits = batches[-1].state is S.READY
    assert ("campaign_pause" in keys(page)) is (waits and state is C.SENDING and not values)
    assert ("campaign_resume" in keys(page)) is (waits and state is C.PAUSED)


def test_what_was_stopped_before_it_began_has_no_results(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, state=C.STOPPED, finished_ts=NOW, batches=[Batch(S.STOPPED, 5)])
    page = open_page("campaign", id=ID)
    assert "What became of it" not in {title.value for title in page.header}
    assert "campaign_again_open" in keys(page)


@pytest.mark.parametrize(("spared", "cost"), [(0, "0.38 €"), (1_500, "0.23 € (0.38 € were planned)")])
def test_the_message_and_its_expected_cost_are_one_click_away(
    open_page: OpenPage, page_store: Store, spared: int, cost: str
) -> None:
    a_campaign(page_store.database, batches=[Batch(S.ACCEPTED, 5)], cost=3_750, currency="EUR", spared=spared)
    page = open_page("campaign", id=ID)
    said = {
        row["name"]: row["value"] for table in page.table for row in table.value.to_dict("records") if "name" in row
    }
    assert said[":gray[Expected cost]"].replace("\\", "").replace("\xa0", " ") == cost


def test_a_row_is_found_as_tables_write_it(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(S.ACCEPTED, 1_200)])
    page = open_page("campaign", id=ID)
    page.text_input(key="campaign_search").set_value("1,099").run()
    (rows,) = [table.value["Row"].tolist() for table in page.table if "Row" in table.value]
    assert rows == ["1,099"]


@pytest.mark.parametrize(
    ("here", "there", "note", "sentence"),
    [
        (5, 0, "5 stopped", "5 were stopped."),
        (0, 57, "57 stopped", "57 were stopped by Retarus."),
        (5, 2, "7 stopped", "5 were stopped here, 2 by Retarus."),
    ],
)
def test_who_was_stopped_is_told_apart_from_who_failed(
    open_page: OpenPage, page_store: Store, here: int, there: int, note: str, sentence: str
) -> None:
    """And whoever was stopped here from whom Retarus stopped, where nobody pressed Stop."""
    batches = [Batch(S.SETTLED, verdicts={"delivered": 3, "timeout": 1, "cancelled_before": there})]
    batches += [Batch(S.STOPPED, here)] if here else []
    a_campaign(page_store.database, state=C.STOPPED, finished_ts=NOW, batches=batches)
    page = open_page("campaign", id=ID)
    assert [metric.delta for metric in page.metric if "Failed or stopped" in metric.label] == [note]
    assert sentence in texts(page)
    assert any(f"Failed or stopped {here + there + 1}" in option for option in page.pills(key="campaign_tile").options)


def test_when_all_have_left_the_badge_says_so_and_nothing_is_offered_that_would_do_nothing(
    open_page: OpenPage, page_store: Store
) -> None:
    a_campaign(page_store.database, batches=[Batch(S.ACCEPTED, 5)])
    page = open_page("campaign", id=ID)
    assert "Awaiting results" in texts(page)
    assert "campaign_more" not in {menu.key for menu in page.get("menu_button")}
    assert "Awaiting results" in page_of(open_page, "campaigns")


def page_of(open_page: OpenPage, name: str) -> str:
    return str(open_page(name).table[0].value.to_string())


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (C.PREPARED, "**5 people would get this message.** Nothing has been sent"),
        (C.FAILED, "It could not be prepared."),
        (C.PREPARING, ""),
    ],
)
def test_what_was_not_sent_has_no_results_but_a_way_to_its_draft(
    open_page: OpenPage, page_store: Store, state: CampaignState, sentence: str
) -> None:
    a_campaign(page_store.database, state=state, sent_ts=None, batches=[Batch(S.READY, 5)])
    page = open_page("campaign", id=ID)
    assert sentence in texts(page)
    assert not page.metric
    assert len(page.get("progress")) == (1 if state is C.PREPARING else 0)


def test_preparing_does_not_look_done_while_numbers_are_entered(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, state=C.PREPARING, sent_ts=None, rows_total=1_200, rows_done=800)
    (bar,) = open_page("campaign", id=ID).get("progress")
    assert bar.text == "800 of 1,200 rows are put together. Nothing has been sent yet."
    a_campaign(page_store.database, "bbbb3333", state=C.PREPARING, sent_ts=None, rows_total=1_200, rows_done=1_200)
    (bar,) = open_page("campaign", id="bbbb3333").get("progress")
    assert "1,200 rows are put together. Their numbers are being entered" in str(bar.text)


def test_an_unknown_address_is_said_to_be_one(open_page: OpenPage) -> None:
    assert "**There is no campaign at this address.**" in texts(open_page("campaign", id="nope"))
    assert "**There is no campaign at this address.**" in texts(open_page("campaign"))


def test_figures_that_do_not_add_up_are_said_in_red(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    with page_store.database.write() as connection:
        connection.execute(counter.delete().where(counter.c.kind == "state", counter.c.key == "ready"))
    said = texts(open_page("campaign", id=ID))
    assert ":red[:material/error: These figures do not add up." in said
    assert "adds\u00a0up]" not in said


def test_why_nothing_leaves_is_said_where_one_waits_for_it(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(S.READY, 5)])
    page = open_page("campaign", id=ID)
    assert not page.exception
    assert [warning.proto.title for warning in page.warning] == ["The sending service is not running"]


def cells(page: AppTest, column: str) -> list[str]:
    """One column of the table that has it."""
    assert not page.exception
    table = next(table.value for table in page.table if column in table.value)
    return [str(value).replace("\\", "") for value in table[column]]


def recipients(page: AppTest) -> list[str]:
    return cells(page, "Row")


def test_a_tile_filters_the_recipients_and_the_address_has_its_code(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    assert len(recipients(page)) == 25
    page.button(key="campaign_tiles_pick_failed").click().run()
    assert recipients(page) == [str(row) for row in range(82, 92)]
    assert page.query_params["campaign_tile"] == "failed"
    assert page.menu_button(key="campaign_people_file").label == "Download 10 rows"
    assert recipients(open_page("campaign", id=ID, campaign_tile="left_out")) == [str(row) for row in range(522, 528)]


def test_the_chosen_tile_gives_everybody_back_and_agrees_with_the_row_of_piles(
    open_page: OpenPage, page_store: Store
) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID, campaign_tile="failed")
    assert page.button(key="campaign_tiles_pick_failed").label == "Show everybody"
    page.button(key="campaign_tiles_pick_failed").click().run()
    assert len(recipients(page)) == 25
    page.pills(key="campaign_tile").set_value("left_out").run()
    assert [page.button(key=f"campaign_tiles_pick_{tile}").label for tile in ("failed", "left_out")] == [
        "Show Failed: 10", "Show everybody"
    ]  # fmt: skip


def test_each_chart_has_its_finding_and_the_same_figures_as_a_table_and_a_file(
    open_page: OpenPage, page_store: Store
) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    assert not any("Share of people" in table.value for table in page.table)
    page = with_tables(page, "campaign_outcomes", "campaign_reasons", "campaign_minutes")
    assert cells(page, "Share of people") == [
        "13.5\u00a0%",
        "1.9\u00a0%",
        "63.5\u00a0%",
        "1.9\u00a0%",
        "19.2\u00a0%",
        "–",
    ]
    assert cells(page, "Reason") == ["Number does not exist", "Phone not reachable in time"]
    assert cells(page, "Delivered so far")[-1] == "70"
    said = texts(page)
    assert "**Number does not exist:** 90.0\u00a0% of them." in said
    assert "**Half of the delivered had it by today 15:07**, the latest by 15:08." in said
    keys_of_files = {button.key for button in page.get("download_button")}
    assert {f"campaign_{name}_download" for name in ("outcomes", "reasons", "minutes")} <= keys_of_files


def test_a_search_finds_a_row_and_is_not_in_the_address(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    page.text_input(key="campaign_search").set_value("0176 040690 07").run()
    assert "9" in recipients(page)
    assert "campaign_search" not in page.query_params
    page.text_input(key="campaign_search").set_value("nobody").run()
    assert "**Nobody here matches “nobody”**" in texts(page)
    page.button(key="campaign_show_all").click().run()
    assert len(recipients(page)) == 25


def test_numbers_are_masked_until_somebody_asks(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    assert "•••" in cells(page, "Number")[0]
    page.toggle(key="campaign_numbers").set_value(True).run()
    assert cells(page, "Number")[0].replace("\u00a0", "") == "+4917604069000"


def revealed(store: Store) -> list[tuple[str, str]]:
    query = sa.select(audit.c.actor, audit.c.object).where(audit.c.action == "reveal")
    with store.database.read() as connection:
        return [(row.actor, row.object) for row in connection.execute(query)]


def test_who_looks_at_numbers_is_noted_once_each_time_and_told_on_the_page(
    open_page: OpenPage, page_store: Store
) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    assert revealed(page_store) == []
    page.toggle(key="campaign_numbers").set_value(True).run()
    page.button(key="campaign_tiles_pick_failed").click().run()
    assert revealed(page_store) == [("local", f"campaign:{ID}")]
    assert any("looked at the phone numbers" in cell for table in page.table for cell in table.value.to_numpy().flat)
    page.toggle(key="campaign_numbers").set_value(False).run()
    page.toggle(key="campaign_numbers").set_value(True).run()
    assert len(revealed(page_store)) == 2
    # Still on when another campaign is opened: its numbers are a reveal of their own.
    a_campaign(page_store.database, "bbbb3333", batches=[Batch(S.READY, 2)])
    page.query_params["id"] = "bbbb3333"
    page.run()
    assert revealed(page_store)[2:] == [("local", "campaign:bbbb3333")]


def test_who_takes_a_file_of_the_people_is_noted(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID, campaign_tile="failed")
    page.menu_button(key="campaign_people_file").click("csv").run()
    (event,) = [event for event in page_store.reports.timeline(ID) if event.action == "export"]
    assert (event.actor, event.detail) == ("local", {"rows": 10})


def test_a_row_in_the_address_opens_its_story(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID, row="90")
    said = texts(page)
    assert [element.value for element in page.header if element.value.startswith("Row")] == ["Row 90"]
    assert "No network knows this number. Take the number off your list." in said
    assert page.code[0].value == "Hello Chloé, 20 % off everything until Sunday."
    page.button(key="campaign_close").click().run()
    assert "row" not in page.query_params


@pytest.mark.parametrize("row", ["0", "-1", "99999999", "999999999999999999999", "x", "٣", "²"])
def test_a_row_that_is_none_opens_nothing(open_page: OpenPage, page_store: Store, row: str) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID, row=row)
    assert not page.exception
    assert "campaign_close" not in keys(page)


def test_picking_a_row_puts_it_into_the_address(open_page: OpenPage, page_store: Store) -> None:
    a_running_one(page_store)
    page = open_page("campaign", id=ID)
    page.selectbox(key="campaign_pick").set_value(13).run()
    assert page.query_params["row"] == "13"
    assert "campaign_close" in keys(page)


def test_a_hundred_thousand_recipients_are_no_burden(open_page: OpenPage, page_store: Store) -> None:
    batches = [Batch(S.SETTLED, verdicts={"delivered": 960, "number_invalid": 40})] * 100
    a_campaign(page_store.database, batches=batches, state=C.FINISHED, finished_ts=NOW)
    page = open_page("campaign", id=ID, campaign_tile="failed")
    assert figures(page)["Delivered"] == "96,000"
    assert len(recipients(page)) == 25
    assert "Rows 1 to 25 of 4,000" in texts(page)


def test_send_again_shows_each_light_and_makes_a_draft_for_those_people_alone(
    open_page: OpenPage, page_store: Store
) -> None:
    batch = Batch(S.SETTLED, verdicts={"delivered": 5, "timeout": 3, "not_accepted": 2, "send_error": 1})
    a_campaign(page_store.database, batches=[batch], state=C.FINISHED, finished_ts=NOW)
    page = open_page("campaign", id=ID)
    assert "**5 people did not get it, and you may send it to them again.**" in texts(page)
    page.button(key="campaign_again_open").click().run()
    ticks = {box.label: box.value for box in page.checkbox}
    assert [value for label, value in ticks.items() if "not reachable in time" in label] == [True]
    assert [value for label, value in ticks.items() if "Network refused it" in label] == [False]
    assert "1 · Internal error, usually arrived**: not again" in texts(page)
    assert page.button(key="campaign_again_begin").label == "Write to 3 people again"
    page.button(key="campaign_again_begin").click().run()
    (draft,) = page_store.drafts.open_drafts()
    assert draft.name == "Autumn sale, first wave, again"
    assert draft.list_id is not None
    while page_store.lists.check_next("w"):
        pass
    listed = page_store.lists.get(draft.list_id)
    assert listed is not None
    assert listed.rows_total == 3
    said = texts(open_page("new_campaign", draft=draft.id, step="recipients"))
    assert "Only people of the campaign “Autumn sale, first wave” who did not get it." in said


def test_where_nothing_is_safe_nothing_is_offered(open_page: OpenPage, page_store: Store) -> None:
    batch = Batch(S.SETTLED, verdicts={"delivered": 5, "number_invalid": 3, "send_error": 1})
    a_campaign(page_store.database, batches=[batch], state=C.FINISHED, finished_ts=NOW)
    assert "campaign_again_open" not in keys(open_page("campaign", id=ID))


def test_a_persons_story_has_the_words_of_the_api_under_details(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(S.SETTLED, verdicts={"timeout": 3})], state=C.FINISHED)
    page = open_page("campaign", id=ID, row="3")
    cells = [str(cell) for table in page.table for row in table.value.to_numpy().tolist() for cell in row]
    assert any("TIMEOUT" in cell for cell in cells)
    assert [box.label for box in page.expander if box.label == "Details"] == ["Details"]
