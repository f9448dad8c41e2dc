"""Whatever is entered is stored at once in the draft on the desk, and widgets show what is stored."""

from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Any

import streamlit as st

from sms4a.campaigns.drafts import Draft, DraftClosed, DraftConflict
from sms4a.campaigns.lists.contact_lists import FileErased, ListChanged
from sms4a.campaigns.options import CampaignOptions
from sms4a.console import runtime
from sms4a.console.compose.desk import key, seen
from sms4a.console.wording import _

LONGEST_NAME = 120

_ABSENT = object()


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
