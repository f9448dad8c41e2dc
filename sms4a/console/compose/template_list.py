"""The verbs of the page Templates: new, open, save, copy, delete, and begin a campaign with one."""

import streamlit as st

from sms4a.campaigns.message_templates import FieldChanges, MessageTemplate, TemplateConflict
from sms4a.console import runtime, widgets, wording
from sms4a.console.wording import _
from sms4a.templates import Template

_LONGEST_SNIPPET = 160


def key(name: str) -> str:
    return f"templates_{name}"


def snippet(text: str) -> str:
    """The first words of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SNIPPET else f"{line[: _LONGEST_SNIPPET - 2]}…"


def problem(name: str, text: str) -> str:
    """Why this cannot be kept as a template; empty if it can."""
    if not name.strip():
        return _("Give the template a name.")
    if not text.strip():
        return _("Write the text of the template.")
    if problems := Template.parse(text).problems:
        return wording.template_problem(problems[0].code, problems[0].snippet)
    return ""


def changed(changes: FieldChanges) -> str:
    """What saving does to the placeholders, and what that means for whoever uses the template; empty if nothing."""
    gone, new = (wording.listing("{" + name + "}" for name in names) for names in (changes.gone, changes.new))
    if changes.gone and changes.new:
        words = _(
            "{gone} goes and {new} comes. If that is only another name, lists need a column called so, or one that is "
            "chosen for it."
        )
    elif changes.new:
        words = _("{new} comes: lists for this text need such a column.")
    elif changes.gone:
        words = _("{gone} goes: its column is not needed any more.")
    else:
        return ""
    return words.format(gone=gone, new=new)


def open_one(template: MessageTemplate | None) -> None:
    """Into the form; None: an empty one."""
    st.session_state[key("open")] = (template.id, template.version, template.text) if template else ("", 0, "")
    st.session_state[key("name")] = template.name if template else ""
    st.session_state[key("text")] = template.text if template else ""


def save() -> None:
    template_id, version, _old = st.session_state[key("open")]
    name, text = st.session_state[key("name")], st.session_state[key("text")]
    if why := problem(name, text):
        st.session_state[key("told")] = why
        return
    templates = runtime.store().message_templates
    try:
        if template_id:
            templates.save(template_id, version, name, text, runtime.actor())
        else:
            templates.create(name, text, runtime.actor())
    except TemplateConflict:
        told = _(
            "Somebody else saved or deleted this template meanwhile. Yours is still in the form; save it as a copy."
        )
        st.session_state[key("told")] = told
        st.session_state[key("open")] = ("", 0, "")
        return
    st.session_state.pop(key("open"))


def close() -> None:
    st.session_state.pop(key("open"), None)


def copy(template: MessageTemplate) -> None:
    """A copy is opened under its own name and is kept when it is saved."""
    open_one(template)
    st.session_state[key("open")] = ("", 0, "")
    st.session_state[key("name")] = _("Copy of {name}").format(name=template.name)


def delete(template: MessageTemplate) -> None:
    """Gone for everybody, but one press away until this page is left."""
    runtime.store().message_templates.delete(template.id, runtime.actor())
    st.session_state[key("deleted")] = (template.name, template.text)


def draw_deleted() -> None:
    """What was deleted last, and the way back."""
    if not (deleted := st.session_state.get(key("deleted"))):
        return
    with st.container(horizontal=True, vertical_alignment="center", key=key("deleted_line")):
        st.markdown(_("“{name}” is deleted.").format(name=widgets.plain(deleted[0])), width="content")
        button(_("Restore it"), "bring_back", ":material/undo:", _bring_back)


def _bring_back() -> None:
    name, text = st.session_state.pop(key("deleted"))
    runtime.store().message_templates.create(name, text, runtime.actor())


def use(template: MessageTemplate) -> None:
    """A new draft with this text, as it is kept at this moment; the page then goes there."""
    template = runtime.store().message_templates.get(template.id) or template
    drafts, actor = runtime.store().drafts, runtime.actor()
    draft = drafts.create(actor)
    drafts.save(draft.id, draft.version, actor=actor, name=template.name, text=template.text)
    st.session_state[key("used")] = draft.id


def button(label: str, name: str, icon: str, on_click: object, *args: object) -> None:
    st.button(label, icon=icon, key=key(name), type="tertiary", on_click=on_click, args=args)  # type: ignore[arg-type]


def told() -> None:
    """What kept the last press from working."""
    if words := st.session_state.pop(key("told"), None):
        st.warning(widgets.plain(words), title=_("Nothing was saved"))
