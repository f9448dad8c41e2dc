"""The draft on the author's desk: what the address names, which steps there are, and what the author sees of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from sms4a.campaigns.drafts import Draft
from sms4a.campaigns.lists.list_records import ContactList
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.states import ListState
from sms4a.campaigns.store import Store
from sms4a.console import address, runtime, widgets, wording
from sms4a.console.wording import _
from sms4a.recipients import Pile
from sms4a.templates import Template, matched, name_key

STEPS = ("message", "recipients", "check", "send")

_OF_ONE_DRAFT = (
    "billcode_problem", "empty_problem", "max_parts_problem", "news", "pile",
    "preview_index", "preview_problem",
    "quiet_problem", "start_problem", "start_two", "trial_problem", "trial_told", "undo", "validity_min_problem",
)  # fmt: skip


def key(name: str) -> str:
    """The key of a widget or a state of this page."""
    return f"new_campaign_{name}"


@dataclass(frozen=True)
class Desk:
    """What the page shows in this run."""

    store: Store
    draft: Draft | None
    """None: nothing was entered yet."""
    contacts: ContactList | None
    step: str

    @property
    def text(self) -> str:
        return self.draft.text if self.draft else ""

    @property
    def sender(self) -> str:
        return self.draft.sender if self.draft else ""

    @property
    def options(self) -> CampaignOptions:
        return self.draft.options if self.draft else CampaignOptions()

    @property
    def template(self) -> Template:
        return Template.parse(self.text)

    @property
    def columns(self) -> dict[str, str]:
        """Placeholder → column of the list; without those that no column fills."""
        if self.contacts is None:
            return {}
        fields = set(self.template.fields)
        chosen = {name: column for name, column in self.contacts.answers.fields.items() if name in fields}
        return {**matched(self.template, self.contacts.header), **chosen}

    @property
    def people(self) -> int:
        """Who would receive, as far as the list alone tells."""
        return self.contacts.piles.get(Pile.RECEIVE, 0) if self.contacts else 0

    @property
    def without_value(self) -> dict[str, int]:
        """Placeholder → how many of these people have nothing in its column, where nothing else stands for it."""
        contacts = self.contacts
        given = set(dict(self.options.defaults))
        columns = {name: column for name, column in self.columns.items() if name_key(name) not in given}
        return {name: n for name, column in columns.items() if contacts and (n := contacts.blank.get(column, 0))}

    @property
    def list_is_read(self) -> bool:
        return self.contacts is not None and self.contacts.state is ListState.CHECKED


@dataclass
class Seen:
    """Which draft the author sees while pressing something. Callbacks change it in place.

    Streamlit breaks a callback off at any access to its state or the address if the next press has come meanwhile, and
    what the other fields had to store in the same run is lost with it. So whoever stores reads by `to_dict`, which is
    no such place, and writes here.
    """

    draft_id: str | None = None
    version: int = 0
    step: str = STEPS[0]
    pressed: bool = False
    """Something was pressed or entered since the page was last drawn."""
    name_cut: bool = False
    conflict: dict[str, Any] = field(default_factory=dict)
    """What the author entered and could not be stored, because somebody else was faster."""


def seen() -> Seen:
    """Yields to nobody, so callbacks may call it first."""
    found: Seen | None = st.session_state.to_dict().get(key("seen"))
    return found or Seen()


def open_desk() -> Desk:
    """What the address names: `?draft=…&step=…`."""
    shown: Seen = st.session_state.setdefault(key("seen"), Seen())
    # A press that follows another one at once still carries the address from before that one's answer.
    if shown.pressed and shown.draft_id and "draft" not in st.query_params:
        st.query_params["draft"] = shown.draft_id
        st.query_params.setdefault("step", shown.step)
    shown.pressed = False
    desk = _desk(address.said("draft"), st.query_params.get("step", STEPS[0]))
    _see(shown, desk.draft, desk.step)
    return desk


def _desk(draft_id: str | None, step: str) -> Desk:
    store = runtime.store()
    draft = store.drafts.get(draft_id) if draft_id else None
    contacts = store.lists.get(draft.list_id) if draft and draft.list_id else None
    return Desk(store, draft, contacts, step if step in STEPS else STEPS[0])


def sent_as(desk: Desk) -> str | None:
    """The campaign that was sent from here; None if there is something to compose.

    A second click on Send may come when the address is the campaign's already: `?id=…`.
    """
    if desk.draft is not None:
        return desk.draft.campaign_id if desk.draft.sent_ts is not None else None
    return None if "draft" in st.query_params else st.query_params.get("id")


def go(step: str) -> None:
    """To another step of the same draft; a callback."""
    seen().pressed = True
    st.session_state.pop(key("asked"), None)
    st.query_params["step"] = step


def go_on(step: str, obstacles: Callable[[Desk], list[str]]) -> None:
    """To another step if nothing is missing, else have the page say what is; a callback.

    It judges what is stored at this moment: what was typed before the press is stored before this is called.
    """
    shown = seen()
    shown.pressed = True
    desk = _desk(shown.draft_id, shown.step)
    if conflict_reasons() or obstacles(desk):
        st.session_state[key("asked")] = desk.step
    else:
        go(step)


def was_asked(desk: Desk) -> bool:
    """Whether the author wanted to go on from this step and could not."""
    return bool(st.session_state.get(key("asked")) == desk.step)


def start_over() -> None:
    """An empty page; the draft stays where it is."""
    st.session_state.pop(key("seen"), None)
    st.query_params.clear()
    _forget()


def saved_words(draft: Draft) -> str:
    when = wording.clock(draft.updated_ts)
    if draft.actor == runtime.actor():
        return _("This draft was saved in another window at {when}").format(when=when)
    return _("{who} saved this draft at {when}").format(who=widgets.plain(draft.actor), when=when)


def conflict_reasons() -> list[str]:
    """Nothing goes on while it is open which version stays."""
    return [_("First choose which version should stay.")] if seen().conflict else []


def _see(shown: Seen, draft: Draft | None, step: str) -> None:
    """Remember what this run shows, and tell the author if it is not what the last one showed."""
    before = shown.draft_id
    if draft is None or before not in (None, draft.id):
        _forget()
    if before is not None and (draft is None or before != draft.id):
        st.session_state.pop(key("asked"), None)
    if draft is None:
        shown.draft_id, shown.version, shown.step = None, 0, STEPS[0]
        return
    if before == draft.id and shown.version != draft.version and not shown.conflict:
        st.session_state[key("news")] = f"{saved_words(draft)}. " + _("You see the newest version.")
    # While it is open whose version stays, the version that the author wrote from is kept.
    version = shown.version if shown.conflict else draft.version
    shown.draft_id, shown.version, shown.step = draft.id, version, step


def _forget() -> None:
    """What belongs to the draft that was here before."""
    shown = seen()
    shown.name_cut = False
    shown.conflict.clear()
    for name in _OF_ONE_DRAFT:
        st.session_state.pop(key(name), None)
