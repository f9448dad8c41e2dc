"""The cost map, held against a computation of its own over the same rows."""

import json
import random
from collections import Counter
from decimal import Decimal

import pytest

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.cost_map import Cause, CostMap, Group, Kind, TextChange
from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.campaigns.store import Store
from sms4a.simulator import accepted_sms
from tests.builders import a_number
from tests.line import Line
from tests.reference import reference_parts
from tests.worked import planned, read

TEXT = "Hello {name}, our autumn sale starts on Thursday in {store}. Your code: {code}. Reply STOP to end."
NAMES = ("Anna", "Jörg", "Łukasz", "Zoë", "Δημήτρης", "Maximiliane Charlotte", "O’Hara", "Ann€", "Bo 😀")
STORES = ("Köln", "Kassel", "Bad Homburg vor der Höhe " * 3, "Łódź", "")


def prepared(store: Store, text: str, rows: list[str], options: CampaignOptions | None = None) -> Campaign:
    """`rows`: cells of the columns mobile, name, store and code."""
    content = "\n".join(["mobile;name;store;code", *rows]).encode()
    listed = read(store, store.lists.create("list.csv", content, "ann").id)
    draft = store.drafts.create("ann")
    draft = store.drafts.save(
        draft.id, draft.version, text=text, list_id=listed.id, options=options or CampaignOptions(), actor="ann"
    )
    return planned(store, draft.id)


def counted(store: Store, campaign: Campaign) -> CostMap:
    found = store.prices.cost_map(campaign.id)
    assert found is not None
    return found


def hand_made(count: int, seed: int, template: str = TEXT) -> tuple[list[str], dict[str, str]]:
    """Rows of a list, and by number the text each person must get; none for whoever must get none."""
    chance = random.Random(seed)
    rows, texts = [], {}
    for i in range(count):
        number = a_number(i) if i % 7 else f"+4179{chance.randrange(10):01d}{i:06d}"
        name, store, code = chance.choice(NAMES), chance.choice(STORES).strip(), "K" * chance.randrange(1, 90)
        rows.append(f"{number};{name};{store};{code}")
        text = template.replace("{name}", name).replace("{store}", store).replace("{code}", code)
        if store and len(reference_parts(text)[1]) <= 4:
            texts[number] = text
    return rows, texts


@pytest.mark.parametrize(("count", "seed"), [(600, 1), pytest.param(100_000, 2, marks=pytest.mark.long)])
def test_parts_people_and_cost_are_those_of_a_computation_by_hand(line: Line, count: int, seed: int) -> None:
    rows, texts = hand_made(count, seed)
    campaign = prepared(line.store, TEXT, rows)
    parts = {number: len(reference_parts(text)[1]) for number, text in texts.items()}
    by_country: Counter[str] = Counter()
    for number, n in parts.items():
        by_country["CH" if number.startswith("+41") else "DE"] += n
    found = counted(line.store, campaign)
    assert campaign.people == len(texts)
    assert campaign.parts == sum(parts.values())
    assert found.parts_by_region() == dict(by_country.most_common())
    assert sum(group.people for group in found.groups.values()) == len(texts)
    for region, price in (("DE", "0.0751"), ("CH", "0.11")):
        line.store.prices.set_price(region, Decimal(price), "ann")
    cost = line.store.prices.list().cost(found.parts_by_region())
    assert cost.amount == sum(
        (Decimal("0.11") if number.startswith("+41") else Decimal("0.0751")) * n for number, n in parts.items()
    )
    # What leaves is what was counted and shown, character by character.
    assert line.store.ledger.send(campaign.id, campaign.fingerprint or "", "ann")
    line.send_everybody(campaign)
    assert {sms.dst: sms.text for sms in accepted_sms(line.simulator.path)} == texts


def test_the_extremes_are_those_of_all_rows(line: Line) -> None:
    rows, texts = hand_made(600, 3)
    campaign = prepared(line.store, TEXT, rows)
    found = counted(line.store, campaign)
    sizes = {text: (len(reference_parts(text)[1]), len(text)) for text in texts.values()}
    shown = {name: line.store.messages.of_row(campaign, row) for name, row in found.extremes.items()}
    texts_of = {name: message.text for name, message in shown.items() if message}
    assert sizes[texts_of["longest"]] == max(sizes.values())
    assert sizes[texts_of["shortest"]] == min(sizes.values())
    odd = {text: sum(c in "Łukasz’Δημήτρςëź😀" and ord(c) > 127 and c != "Δ" for c in text) for text in sizes}
    assert odd[texts_of["oddest"]] == max(odd.values())
    for name, price in (("DE", "0.01"), ("CH", "1")):
        line.store.prices.set_price(name, Decimal(price), "ann")
    dearest = line.store.messages.of_row(campaign, line.store.prices.list().dearest(found) or 0)
    most_in_switzerland = max(sizes[text][0] for number, text in texts.items() if number.startswith("+41"))
    assert dearest is not None
    assert dearest.parts == most_in_switzerland
    assert any(text == dearest.text and number.startswith("+41") for number, text in texts.items())


def test_why_messages_cost_more_is_told_by_field_and_character(store: Store) -> None:
    filler = "x" * 120
    rows = [f"{a_number(n)};Anna;Kassel;{filler[:10]}" for n in range(5)]
    rows += [f"{a_number(5)};Anna;Kassel;{'c' * 90}", f"{a_number(6)};Łukasz;Kassel;c", f"{a_number(7)};Δημήτρης;Ulm;c"]
    found = counted(store, prepared(store, TEXT, rows))
    people = {kind: group.people for kind, group in found.groups.items()}
    assert people == {
        Kind("DE", 1, Cause.TEXT): 5,
        Kind("DE", 2, Cause.LONG_VALUE, "code"): 1,
        Kind("DE", 2, Cause.ODD_CHARACTER, "name", "Ł"): 1,
        Kind("DE", 2, Cause.SCRIPT, "name"): 1,
    }
    assert found.groups[Kind("DE", 2, Cause.ODD_CHARACTER, "name", "Ł")].saved == 1


def test_a_character_outside_the_alphabet_that_costs_nothing_is_no_reason(store: Store) -> None:
    rows = [f"{a_number(0)};Łukasz;Ulm;c", f"{a_number(1)};Anna;Ulm;c"]
    found = counted(store, prepared(store, "Hello {name}", rows))
    assert {kind: group.people for kind, group in found.groups.items()} == {Kind("DE", 1, Cause.TEXT): 2}


@pytest.mark.parametrize(("count", "seed"), [(600, 4), pytest.param(100_000, 5, marks=pytest.mark.long)])
def test_what_doing_without_a_sign_saves_is_that_of_a_computation_by_hand(store: Store, count: int, seed: int) -> None:
    # One of the names has the same sign: it stays there.
    template = TEXT.replace("our autumn", "our 😀 autumn")
    rows, texts = hand_made(count, seed, template)
    _, without = hand_made(count, seed, template.replace("😀", ""))
    fewer: Counter[str] = Counter()
    for number, text in texts.items():
        parts = [len(reference_parts(one)[1]) for one in (text, without[number])]
        fewer["CH" if number.startswith("+41") else "DE"] += parts[0] - parts[1]
    campaign = prepared(store, template, rows)
    found = counted(store, campaign)
    assert campaign.people == len(texts)
    assert found.change == TextChange(taken_out=("😀",))
    assert found.saved_by_text == fewer
    for region, price in (("DE", "0.0751"), ("CH", "0.11")):
        store.prices.set_price(region, Decimal(price), "ann")
    assert store.prices.list().cost(found.saved_by_text).amount == (
        fewer["DE"] * Decimal("0.0751") + fewer["CH"] * Decimal("0.11")
    )


@pytest.mark.parametrize(
    ("sign", "instead", "change"),
    [
        ("👍🏽 👍", " ", TextChange(taken_out=("👍🏽", "👍"))),
        ("–", "-", TextChange(replaced=("–",))),
        ("🎉 – “now”", ' - "now"', TextChange(("🎉",), ("–", "“", "”"))),
        # Another script cannot do without its letters; what can be replaced is told by itself.
        ("сейчас\u00a0", "сейчас ", TextChange((), ("\u00a0",))),
        ("сейчас", "сейчас", TextChange()),
    ],
)
def test_a_change_of_the_text_saves_what_the_changed_text_costs_less(
    store: Store, sign: str, instead: str, change: TextChange
) -> None:
    rows = [f"{a_number(n)};{NAMES[n % len(NAMES)]}{'–' * (n % 2)};Kassel;{'c' * n}" for n in range(1, 60)]
    text = TEXT.replace("autumn", f"{sign} autumn")
    campaign = prepared(store, text, rows)
    found = counted(store, campaign)
    changed = prepared(store, TEXT.replace("autumn", f"{instead} autumn"), rows)
    assert found.change == change
    assert found.saved_by_text.total() == campaign.parts - changed.parts


def test_a_placeholder_keeps_its_name_where_its_text_does_without_a_sign(store: Store) -> None:
    rows = [f"{a_number(n)};Anna;Kassel;c" for n in range(3)]
    text = TEXT.replace("{name}", "{Name–😀}") + "😀"
    content = "\n".join(["mobile;name–😀;store;code", *rows]).encode()
    draft = store.drafts.create("ann")
    listed = read(store, store.lists.create("list.csv", content, "ann").id)
    draft = store.drafts.save(draft.id, draft.version, text=text, list_id=listed.id, actor="ann")
    found = counted(store, planned(store, draft.id))
    assert (found.change, found.saved_by_text) == (TextChange(taken_out=("😀",)), {"DE": 3})


def test_under_another_treatment_a_sign_of_the_text_saves_nothing(store: Store) -> None:
    rows = [f"{a_number(n)};Anna;Kassel;c" for n in range(3)]
    for treatment in (Treatment.UNICODE, Treatment.REPLACE):
        found = counted(store, prepared(store, TEXT + "😀", rows, CampaignOptions(treatment=treatment)))
        assert (found.change, found.saved_by_text) == (TextChange(), {})


def test_what_is_stored_of_a_map_is_all_of_it() -> None:
    found = CostMap({Kind("DE", 2, Cause.TEXT): Group(3, 0, 2)}, Counter({("DE", 1): 3}), Counter({"DE": 3}))
    found.change = TextChange(("😀",), ("–",))
    assert CostMap.from_json(json.loads(json.dumps(found.json()))) == found
    earlier = {key: value for key, value in found.json().items() if key != "change"}
    assert CostMap.from_json(earlier).change == TextChange()


@pytest.mark.parametrize(
    ("lengths", "best"),
    [
        ([161, 162, 163, 100], (3, 3)),  # characters, people who save a part
        ([161, 200, 200, 200], (1, 1)),
        ([307, 307], (1, 2)),  # the second border is at 2 x 153
        ([160, 153, 306], None),
        ([201], None),  # for so many it has to be written anew
    ],
)
def test_how_many_characters_to_remove_from_the_text(
    store: Store, lengths: list[int], best: tuple[int, int] | None
) -> None:
    text = "x" * 60 + "{name}{store}{code}"
    rows = []
    for n, length in enumerate(lengths):
        rest = length - 60
        pieces = [min(100, rest - 2), min(100, max(1, rest - 101)), max(1, rest - 200)]
        assert sum(pieces) == rest
        rows.append(f"{a_number(n)};{'a' * pieces[0]};{'b' * pieces[1]};{'c' * pieces[2]}")
    found = counted(store, prepared(store, text, rows)).best_shorter()
    assert (found and (found[0], sum(found[1].values()))) == best
    if found:
        shorter = prepared(store, text[found[0] :], rows)
        assert shorter.parts == prepared(store, text, rows).parts - sum(found[1].values())


def test_what_replacing_in_the_text_and_look_alikes_would_save_is_what_they_save(store: Store) -> None:
    rows = [f"{a_number(n)};{NAMES[n % len(NAMES)]};Kassel;{'c' * n}" for n in range(1, 60)]
    dashed = TEXT.replace(", our", " – our")
    found = counted(store, prepared(store, dashed, rows))
    before = prepared(store, dashed, rows).parts
    assert before - prepared(store, dashed.replace("–", "-"), rows).parts == found.saved_by_text["DE"]
    plain = [row for row in rows if not any(c in row for c in "Δ😀")]
    alike = counted(store, prepared(store, dashed, plain)).saved_by_look_alikes["DE"]
    before = prepared(store, dashed, plain).parts
    look_alike = CampaignOptions(treatment=Treatment.TRANSLITERATE)
    assert before - prepared(store, dashed, plain, look_alike).parts == alike


def test_whoever_has_a_letter_without_a_look_alike_is_left_out_before_the_api_refuses_all_of_the_job(
    line: Line,
) -> None:
    rows = [f"{a_number(0)};Łukasz;Ulm;1", f"{a_number(1)};Δημήτρης;Ulm;1", f"{a_number(2)};Anna;Ulm;1"]
    campaign = prepared(line.store, TEXT, rows, CampaignOptions(treatment=Treatment.TRANSLITERATE))
    assert campaign.people == 2
    assert line.store.ledger.send(campaign.id, campaign.fingerprint or "", "ann")
    line.send_all()
    assert sorted(line.accepted()) == [a_number(0), a_number(2)]


def test_a_list_with_an_own_sign_in_each_value_stays_small(store: Store) -> None:
    rows = [f"{a_number(n)};Anna {chr(0x4E00 + n)};Ulm;1" for n in range(400)]
    found = counted(store, prepared(store, TEXT, rows))
    assert len(found.groups) <= 201
    assert sum(group.people for group in found.groups.values()) == 400


def test_without_anybody_there_is_nothing_to_show(store: Store) -> None:
    campaign = prepared(store, TEXT, [f"{a_number(0)};;Ulm;1"])
    found = counted(store, campaign)
    assert (found.parts_by_region(), found.extremes, found.best_shorter()) == ({}, {}, None)
    assert store.prices.list().dearest(found) is None
    assert store.messages.of_row(campaign, 2) is None
