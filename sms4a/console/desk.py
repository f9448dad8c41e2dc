"""The draft on the author's desk: loaded from the address, saved at each change, conflicts told and solved."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import streamlit as st

from sms4a.campaigns.drafts import Draft, DraftClosed, DraftConflict
from sms4a.campaigns.list_records import ContactList
from sms4a.campaigns.lists import FileErased, ListChanged
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.states import ListState
from sms4a.campaigns.store import Store
from sms4a.console import runtime, widgets, wording
from sms4a.console.wording import _
from sms4a.recipients import Pile
from sms4a.templates import Template, matched, name_key

STEPS = ("message", "recipients", "check", "send")

LONGEST_NAME = 120

_ABSENT = object()
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
    desk = _desk(st.query_params.get("draft"), st.query_params.get("step", STEPS[0]))
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


def save(**changes: Any) -> bool:
    """Store what was entered, in a new draft if there is none yet; False if somebody else was faster."""
    store, actor, shown = runtime.store(), runtime.actor(), seen()
    shown.pressed = True
    if shown.draft_id is None:
        created = store.drafts.create(actor)
        shown.draft_id, shown.version = created.id, created.version
    try:
        shown.version = store.drafts.save(shown.draft_id, shown.version, actor=actor, **changes).version
    except DraftConflict:
        shown.conflict.update(changes)
        return False
    except DraftClosed:
        return False
    return True


def present_draft() -> Draft | None:
    """The draft as it is stored at this moment; for callbacks."""
    draft_id = seen().draft_id
    return runtime.store().drafts.get(draft_id) if draft_id else None


def save_option(name: str, value: Any) -> None:
    """Store one of the sending options; the others stay as they are in the database."""
    draft = present_draft()
    present = draft.options if draft else CampaignOptions()
    save(options=CampaignOptions.model_validate({**present.model_dump(), name: value}))


def answer(**answers: Any) -> None:
    """Say something else about the draft's list."""
    store, draft = runtime.store(), present_draft()
    contacts = store.lists.get(draft.list_id) if draft and draft.list_id else None
    if contacts is None:
        return
    if "fields" in answers:
        answers["fields"] = {**contacts.answers.fields, **answers["fields"]}
    try:
        store.lists.answer(contacts.id, contacts.version, **answers)
    except FileErased:
        st.session_state[key("news")] = _(
            "Nothing was changed: to read the list in another way takes its file, and that is gone. Upload it again."
        )
    except ListChanged:
        st.session_state[key("news")] = _("Somebody else has just changed the answers for this list. Look again.")


def read_again() -> None:
    """Have the draft's list read once more with the same answers: opt-outs may have changed."""
    store, draft = runtime.store(), present_draft()
    contacts = store.lists.get(draft.list_id) if draft and draft.list_id else None
    if contacts is not None:
        with suppress(ListChanged):
            store.lists.read_again(contacts.id, contacts.version)


def widget(name: str, value: Any) -> str:
    """The key of a widget that shows what is stored; what the author could not save stays as typed."""
    name_key = key(name)
    if name in seen().conflict and name_key in st.session_state:
        return name_key
    # A member of an enumeration would come back as one, and Streamlit then wants all options to be members.
    value = value.value if isinstance(value, Enum) else value
    # Only where it differs: an equal value written again would undo what is being typed at this moment.
    if st.session_state.get(name_key, _ABSENT) != value:
        st.session_state[name_key] = value
    return name_key


def saves(name: str) -> dict[str, Any]:
    """`on_change` of a widget that shows a field of the draft."""
    return {"on_change": _save_field, "args": (name,)}


def saves_option(name: str, read: Callable[[Any], Any] = lambda value: value) -> dict[str, Any]:
    """`on_change` of a widget that shows an option; `read` makes the option of the widget's value."""

    def stored() -> None:
        entered = _entered(name)
        # None can be chosen nowhere: it is what Streamlit tells of a widget that leaves the page in this moment.
        if entered is not None:
            save_option(name, read(entered))
            st.session_state.pop(key(f"{name}_problem"), None)

    return {"on_change": stored}


def draw_news(desk: Desk) -> None:
    """What others did to this draft, and what the author can do about it."""
    # What comes and goes has a place of its own: a field below that moved would lose what is being typed.
    place = st.empty()
    if seen().conflict and desk.draft:
        with place, widgets.card(key("conflict_card")):
            st.warning(_conflict(desk.draft), title=_saved(desk.draft))
            with st.container(horizontal=True):
                st.button(_("Take the saved version"), on_click=_take_theirs, key=key("take_theirs"))
                st.button(_("Keep what I entered"), on_click=_keep_mine, key=key("keep_mine"))
    elif news := st.session_state.pop(key("news"), None):
        place.info(news)


def _saved(draft: Draft) -> str:
    when = wording.clock(draft.updated_ts)
    if draft.actor == runtime.actor():
        return _("This draft was saved in another window at {when}").format(when=when)
    return _("{who} saved this draft at {when}").format(who=widgets.plain(draft.actor), when=when)


def _conflict(draft: Draft) -> str:
    if draft.actor == runtime.actor():
        return _("What you entered last in this window was not saved. Which version should stay?")
    return _("What you entered last was not saved, and nothing of theirs was lost. Which version should stay?")


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
        st.session_state[key("news")] = f"{_saved(draft)}. " + _("You see the newest version.")
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


def _save_field(name: str) -> None:
    save(**{name: _entered(name)})


def save_name() -> None:
    """Store the campaign's name, cut if it is too long, and say so."""
    name = _entered("name")
    seen().name_cut = len(name) > LONGEST_NAME
    save(name=name[:LONGEST_NAME])


def _entered(name: str) -> Any:
    """What stands in a widget; see `Seen` for the way."""
    return st.session_state.to_dict()[key(name)]


def _take_theirs() -> None:
    seen().conflict.clear()


def _keep_mine() -> None:
    shown, draft = seen(), present_draft()
    mine = dict(shown.conflict)
    shown.conflict.clear()
    if draft:
        shown.version = draft.version
        save(**mine)
