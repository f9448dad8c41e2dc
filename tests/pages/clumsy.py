"""Somebody who touches everything on every page, at random, while a worker does a little now and then.

No page may fail or show what is no word, and in the end the API has accepted no job twice and every balance closes.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1 import element_tree as elements

from sms4a.campaigns.again import SAFE_VERDICTS
from sms4a.campaigns.states import SENT_STATES, CampaignState
from sms4a.campaigns.tables import campaign, draft, job, recipient
from sms4a.console import registry
from sms4a.simulator import accepted_jobs, accepted_sms
from tests.builders import BAD_CELLS, a_number, customers_csv
from tests.line import Line
from tests.pages.conftest import words

TEXTS = (
    "Hello {Vorname}, see you in {Filiale}", "Ein Gruß für Sie 🎉", "", "{", "{Vorname", "*Sale* [here](https://x.example)",
    "a" * 170, "42", "-1", "0,05", "+4917604000101", "01760 4000102\n0176 04000103", "Dünger & <b>Co</b>", " ", "STOP",
)  # fmt: skip

TOUCHED = (
    "button", "menu_button", "checkbox", "toggle", "radio", "selectbox", "button_group", "multiselect", "pagination",
    "text_input", "text_area", "number_input", "datetime_input", "date_input", "time_input", "file_uploader",
)  # fmt: skip

# What a page shows when a value or a word is missing.
_NO_WORD = re.compile(r"\b(None(?! failed)|nan|NaT|Traceback)\b|<[A-Z]\w+\.\w+: ")


class Clumsy:
    """One person and the worker behind the pages; chance is the seed's, but ids are new each time."""

    def __init__(self, open_page: Callable[..., AppTest], line: Line, seed: int) -> None:
        self._open, self._line, self._chance = open_page, line, random.Random(seed)
        self.done: list[str] = []
        """What was done, one step a line: for whoever looks for the cause."""
        self._page = open_page("overview")

    def play(self, steps: int) -> None:
        for _ in range(steps):
            self.step()
            assert not self._page.exception, self._told(self._page.exception[0].message)
            wrong = [line for line in words(self._page).splitlines() if _NO_WORD.search(line)]
            assert not wrong, self._told(f"the page says: {wrong}")

    def step(self) -> None:
        match self._chance.choices(("touch", "go", "work"), (12, 2, 4))[0]:
            case "touch":
                self._touch()
            case "go":
                self._go()
            case _:
                self._work()

    def _touch(self) -> None:
        found = [each for kind in TOUCHED for each in self._page.get(kind) if not each.proto.disabled]
        if found:
            widget = self._chance.choices(found, list(map(_appeal, found)))[0]
            self.done.append(f"{widget.type} {widget.key}")
            self._change(widget)
            self._page.run()

    def _change(self, widget: Any) -> None:
        chance = self._chance
        match widget:
            case elements.Button():
                widget.click()
            case elements.MenuButton():
                widget.click_index(chance.randrange(len(widget.options)))
            case elements.Checkbox() | elements.Toggle():
                widget.set_value(not widget.value)
            case elements.Radio() | elements.Selectbox() | elements.ButtonGroup():
                if widget.options:
                    _choose(widget, chance.choice(widget.options))
            case elements.Multiselect():
                widget.set_value([])
            case elements.Pagination():
                widget.set_value(chance.randint(1, widget.num_pages))
            case elements.TextInput() | elements.TextArea():
                widget.set_value(chance.choice(TEXTS))
            case elements.NumberInput():
                widget.set_value(chance.choice([each for each in (widget.min, widget.max, 7) if each is not None]))
            case elements.DateTimeInput():
                widget.set_value(self._a_time())
            case elements.DateInput():
                widget.set_value(self._a_time().date())
            case elements.TimeInput():
                widget.set_value(self._a_time().time())
            case elements.FileUploader():
                widget.set_value(("kunden.csv", self._a_list(), "text/csv"))

    def _a_time(self) -> datetime:
        hours = self._chance.choice((-30, -1, 0, 1, 20, 50, 24 * 40))
        return (self._line.clock() + timedelta(hours=hours)).replace(tzinfo=None, second=0, microsecond=0)

    def _a_list(self) -> bytes:
        return self._chance.choice((
            customers_csv(30, 3, len(BAD_CELLS), self._chance.randrange(5)),
            b"mobile\n" + b"\n".join(a_number(n).encode() for n in range(12)),
            b"", b"no list\x00\x01", b"mobile;name\n",
        ))  # fmt: skip

    def _go(self) -> None:
        page = self._chance.choice(registry.ENTRIES).name
        table = {"campaign": campaign.c.id, "job": job.c.job_id, "new_campaign": draft.c.id}.get(page)
        address = {}
        if table is not None:
            with self._line.store.database.read() as connection:
                ids: Sequence[str] = connection.scalars(sa.select(table)).all()
            if ids:
                address = {"draft" if page == "new_campaign" else "id": self._chance.choice(ids)}
        if page == "new_campaign":
            address["step"] = self._chance.choice(("message", "recipients", "check", "send", "nowhere"))
        self.done.append(f"go to {page} {address}")
        self._page = self._open(page, **address)

    def _work(self) -> None:
        line = self._line
        work: dict[str, Callable[[], object]] = {
            "read a list": lambda: line.store.lists.check_next("w"),
            "plan": lambda: line.planner.plan_next("w"),
            "send": line.send_all,
            "track": line.track_all,
            "sweep": line.sweep_all,
            "look for what is unclear": line.reconcile_all,
            "index": line.indexer.step,
            "everything": lambda: [work[each]() for each in ("read a list", "plan", "send", "track")],
            "a minute passes": lambda: line.clock.advance(minutes=1),
            "hours pass": lambda: line.clock.advance(hours=5),
            "an answer is lost": lambda: line.simulator.faults.add("drop", when="after", times=1),
            "the API refuses": lambda: line.simulator.faults.add("status", status=400, times=1),
        }
        name = self._chance.choice(list(work))
        self.done.append(name)
        work[name]()
        self._page.run()

    def assert_all_is_well(self) -> None:
        """What only the API and the ledger can say."""
        references = Counter(sent.customer_ref for sent in accepted_jobs(self._line.simulator.path))
        assert set(references.values()) <= {1}, self._told(str(references))
        self._assert_nobody_got_it_twice()
        with self._line.store.database.read() as connection:
            ready = campaign.c.state.in_((CampaignState.PREPARED, *SENT_STATES))
            ids = connection.scalars(sa.select(campaign.c.id).where(ready)).all()
        for campaign_id in ids:
            assert self._line.store.ledger.balance(campaign_id).adds_up, self._told(campaign_id)

    def _assert_nobody_got_it_twice(self) -> None:
        """Whoever of a list was sent it more than once, in a line of campaigns, had it allowed each time but the last:
        they were refused, or the network said that they did not get it."""
        root = sa.func.coalesce(campaign.c.root, campaign.c.id)
        people = sa.select(recipient.c.campaign_id, recipient.c.row, root, recipient.c.verdict).join_from(
            recipient, campaign, sa.and_(campaign.c.id == recipient.c.campaign_id, campaign.c.test_of.is_(None))
        )
        with self._line.store.database.read() as connection:
            known = {f"{row[0]}.{row[1]}": (row[2], row[1], row[3]) for row in connection.execute(people)}
        sent = [known[sms.customer_ref] for sms in accepted_sms(self._line.simulator.path) if sms.customer_ref in known]
        got = Counter((first, row) for first, row, verdict in sent if verdict not in SAFE_VERDICTS)
        assert set(got.values()) <= {1}, self._told(str(got.most_common(3)))

    def _told(self, what: str) -> str:
        return "\n".join([what, *self.done[-25:]])


def _appeal(widget: Any) -> int:
    """What leads on is touched more often, or nobody would ever come to the end of a form."""
    leads_on = isinstance(widget, elements.Button) and widget.proto.type == "primary"
    return 8 if leads_on or isinstance(widget, elements.FileUploader) else 1


def _choose(widget: elements.Radio[Any] | elements.Selectbox[Any] | elements.ButtonGroup[Any], option: str) -> None:
    """By what stands on it: what the page takes it for, only the page knows."""
    state = WidgetState(id=widget.id)
    if isinstance(widget, elements.ButtonGroup):
        state.string_array_value.data[:] = [option]
    else:
        state.string_value = option
    widget.__class__ = type("Chosen", (type(widget),), {"_widget_state": property(lambda _self: state)})
