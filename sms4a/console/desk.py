"""The draft on the author's desk: loaded from the address, saved at each change, conflicts told and solved."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import streamlit as st

from sms4a.campaigns.drafts import Draft, DraftClosed, DraftConflict
from sms4a.campaigns.list_records import ContactList
from sms4a.campaigns.lists import ListChanged
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.states import ListState
from sms4a.campaigns.store import Store
from sms4a.console import runtime, widgets, wording
from sms4a.console.wording import _
from sms4a.recipients import Pile
from sms4a.templates import Template, matched

STEPS = ("message", "recipients", "check", "send")

LONGEST_NAME = 120

_ABSENT = object()
_OF_ONE_DRAFT = (
    "billcode_problem", "conflict", "empty_problem", "max_parts_problem", "name_cut", "news", "pile",
    "preview_index", "preview_problem",
    "quiet_problem", "start_problem", "start_two", "trial_problem", "trial_told", "undo", "validity_min_problem",
)  # fmt: skip
_NOTHING_SEEN: tuple[str | None, int, str] = (None, 0, STEPS[0])


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
        return {**matched(self.template, self.contacts.format.header), **chosen}

    @property
    def people(self) -> int:
        """Who would receive, as far as the list alone tells."""
        return self.contacts.piles.get(Pile.RECEIVE, 0) if self.contacts else 0

    @property
    def list_is_read(self) -> bool:
        return self.contacts is not None and self.contacts.state is ListState.CHECKED


def open_desk() -> Desk:
    """What the address names: `?draft=…&step=…`."""
    desk = _addressed()
    _see(desk.draft, desk.step)
    return desk


def _addressed() -> Desk:
    store = runtime.store()
    step = st.query_params.get("step", STEPS[0])
    draft_id = st.query_params.get("draft")
    draft = store.drafts.get(draft_id) if draft_id else None
    contacts = store.lists.get(draft.list_id) if draft and draft.list_id else None
    return Desk(store, draft, contacts, step if step in STEPS else STEPS[0])


def go(step: str) -> None:
    """To another step of the same draft; a callback."""
    _seen()
    st.session_state.pop(key("asked"), None)
    st.query_params["step"] = step


def go_on(step: str, obstacles: Callable[[Desk], list[str]]) -> None:
    """To another step if nothing is missing, else have the page say what is; a callback.

    It judges what is stored at this moment: what was typed before the press is stored before this is called.
    """
    _seen()
    desk = _addressed()
    if conflict_reasons() or obstacles(desk):
        st.session_state[key("asked")] = desk.step
    else:
        go(step)


def was_asked(desk: Desk) -> bool:
    """Whether the author wanted to go on from this step and could not."""
    return bool(st.session_state.get(key("asked")) == desk.step)


def start_over() -> None:
    """An empty page; the draft stays where it is."""
    st.query_params.clear()
    st.session_state.pop(key("seen"), None)
    _forget()


def save(**changes: Any) -> bool:
    """Store what was entered, in a new draft if there is none yet; False if somebody else was faster."""
    store, actor = runtime.store(), runtime.actor()
    draft_id, version = _seen()
    if draft_id is None:
        created = store.drafts.create(actor)
        draft_id, version = created.id, created.version
        st.query_params["draft"] = draft_id
        st.query_params.setdefault("step", STEPS[0])
    try:
        saved = store.drafts.save(draft_id, version, actor=actor, **changes)
    except DraftConflict:
        mine = st.session_state.setdefault(key("conflict"), {})
        mine.update(changes)
        return False
    except DraftClosed:
        return False
    st.session_state[key("seen")] = (saved.id, saved.version, st.query_params.get("step", STEPS[0]))
    return True


def present_draft() -> Draft | None:
    """The draft as it is stored at this moment; for callbacks."""
    draft_id, _version = _seen()
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
    except ListChanged:
        st.session_state[key("news")] = _("Somebody else changed the answers for this list in this moment. Look again.")


def widget(name: str, value: Any) -> str:
    """The key of a widget that shows what is stored; what the author could not save stays as typed."""
    name_key = key(name)
    if name in st.session_state.get(key("conflict"), {}) and name_key in st.session_state:
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
        st.session_state.pop(key(f"{name}_problem"), None)
        save_option(name, read(st.session_state[key(name)]))

    return {"on_change": stored}


def draw_news(desk: Desk) -> None:
    """What others did to this draft, and what the author can do about it."""
    # What comes and goes has a place of its own: a field below that moved would lose what is being typed.
    place = st.empty()
    mine = st.session_state.get(key("conflict"))
    if mine and desk.draft:
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
        return _("What you entered last in this window was not saved. Which version shall stay?")
    return _("What you entered last was not saved, and nothing of theirs was lost. Which version shall stay?")


def conflict_reasons() -> list[str]:
    """Nothing goes on while it is open which version stays."""
    return [_("First choose which version shall stay.")] if st.session_state.get(key("conflict")) else []


def _seen() -> tuple[str | None, int]:
    """Which draft, in which version, the author sees while pressing something; for callbacks alone.

    A press that follows another one at once still carries the address from before that one's answer. As opening the
    page without a draft forgets the last one, a missing draft can only mean this, and the address is mended.
    """
    draft_id, version, step = st.session_state.get(key("seen"), _NOTHING_SEEN)
    address = st.query_params.get("draft")
    if draft_id is not None and address is None:
        st.query_params.update({"draft": draft_id, "step": step})
        return draft_id, version
    return (draft_id, version) if draft_id == address else (None, 0)


def _see(draft: Draft | None, step: str) -> None:
    """Remember what this run shows, and tell the author if it is not what the last one showed."""
    draft_id, version, _step = st.session_state.get(key("seen"), _NOTHING_SEEN)
    if draft is None or draft_id not in (None, draft.id):
        _forget()
    if draft_id is not None and (draft is None or draft_id != draft.id):
        st.session_state.pop(key("asked"), None)
    if draft is None:
        st.session_state[key("seen")] = _NOTHING_SEEN
        return
    conflict = key("conflict") in st.session_state
    if draft_id == draft.id and version != draft.version and not conflict:
        st.session_state[key("news")] = f"{_saved(draft)}. " + _("You see the newest version.")
    # While it is open whose version stays, the version that the author wrote from is kept.
    st.session_state[key("seen")] = (draft.id, version if conflict else draft.version, step)


def _forget() -> None:
    """What belongs to the draft that was here before."""
    for name in _OF_ONE_DRAFT:
        st.session_state.pop(key(name), None)


def _save_field(name: str) -> None:
    save(**{name: st.session_state[key(name)]})


def save_name() -> None:
    """Store the campaign's name, cut if it is too long, and say so."""
    name = st.session_state[key("name")]
    st.session_state[key("name_cut")] = len(name) > LONGEST_NAME
    save(name=name[:LONGEST_NAME])


def _take_theirs() -> None:
    st.session_state.pop(key("conflict"), None)


def _keep_mine() -> None:
    mine = st.session_state.pop(key("conflict"), {})
    draft = present_draft()
    if draft:
        st.session_state[key("seen")] = (draft.id, draft.version, st.query_params.get("step", STEPS[0]))
        save(**mine)
