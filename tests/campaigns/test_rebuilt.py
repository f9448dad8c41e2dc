"""Bodies are rebuilt from their rows, byte for byte as they were checked."""

import json

import sqlalchemy as sa

from sms4a.campaigns.bodies import body_hash
from sms4a.campaigns.sending.rebuilt import stored_body
from sms4a.campaigns.tables import submission
from tests.builders import a_number
from tests.line import Line

VALUES = [
    "Anna",
    'Jo "Jay"',
    "back\\slash",
    "Zoë",
    "two\u2028lines",
    "👩‍👩‍👧",
    "a,b",
    " Anna ",
    "Anna",
    "{name}",
    "x" * 100,
]


def a_list() -> bytes:
    rows = [f'"{value.replace(chr(34), chr(34) * 2)}";{a_number(i)};{i % 2}' for i, value in enumerate(VALUES)]
    return "\n".join(["name;mobile;kind", *rows]).encode()


def test_a_body_is_rebuilt_as_it_was_checked_whatever_its_values_hold(line: Line) -> None:
    campaign = line.prepared(a_list(), 'Hello {name}: "{kind}" \\ {name}', size=4)
    assert campaign.people == len(VALUES)
    with line.store.database.read() as c:
        checked = c.execute(sa.select(submission.c.n, submission.c.body_hash).order_by(submission.c.n)).all()
        assert len(checked) == 3
        bodies = [stored_body(c, campaign.id, n) for n, _ in checked]
    assert [body_hash(body) for body in bodies] == [found for _, found in checked]
    rows = [
        int(person["customerRef"].rpartition(".")[2])
        for body in bodies
        for message in json.loads(body)["messages"]
        for person in message["recipients"]
    ]
    assert sorted(rows) == list(range(2, len(VALUES) + 2))


def test_people_with_the_same_text_share_a_message_in_the_order_of_their_rows(line: Line) -> None:
    campaign = line.prepared(a_list(), "Hello {name}")
    with line.store.database.read() as c:
        body = json.loads(stored_body(c, campaign.id, 1))
    rows = [[person["customerRef"] for person in message["recipients"]] for message in body["messages"]]
    assert rows[0] == [f"{campaign.id}.{row}" for row in (2, 9, 10)]
