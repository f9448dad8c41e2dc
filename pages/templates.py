"""Templates: texts that are used again, found by a word, changed, copied, and begun a campaign with."""

import streamlit as st

from sms4a.campaigns.message_templates import MessageTemplate, field_changes
from sms4a.console import registry, runtime, widgets, wording
from sms4a.console.compose import template_list
from sms4a.console.compose.template_list import key
from sms4a.console.wording import _
from sms4a.text import part_count

store = runtime.store()


def one(template: MessageTemplate) -> None:
    with widgets.card(key(f"card_{template.id}")):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{widgets.plain(template.name)}**", width="content")
            st.markdown(f":small[:gray[{widgets.plain(saved(template))}]]", width="content")
            st.space("stretch")
            with st.container(horizontal=True, wrap=False, width="content"):
                actions(template)
        st.markdown(widgets.plain(template_list.snippet(template.text)))


def actions(template: MessageTemplate) -> None:
    template_list.button(_("Use"), f"use_{template.id}", ":material/edit_square:", template_list.use, template)
    template_list.button(_("Change"), f"open_{template.id}", ":material/edit:", template_list.open_one, template)
    template_list.button(_("Copy"), f"copy_{template.id}", ":material/content_copy:", template_list.copy, template)
    template_list.button(_("Delete"), f"delete_{template.id}", ":material/delete:", template_list.delete, template)


def saved(template: MessageTemplate) -> str:
    when = _("Saved {when}").format(when=wording.moment(template.updated_ts))
    parts = _("{parts} as written").format(parts=wording.parts(part_count(template.text)))
    return f"{when} · {parts}"


def form() -> None:
    """The template that is open; what saving does to its placeholders is said before."""
    template_id, _version, old = st.session_state[key("open")]
    widgets.section(_("Change the template") if template_id else _("New template"))
    with widgets.card(key("form")):
        st.text_input(_("Name"), key=key("name"), max_chars=120)
        text = st.text_area(_("Text"), key=key("text"), height=130)
        if template_id and (words := template_list.changed(field_changes(old, text))):
            st.info(widgets.plain(words), title=_("When you save this"))
        template_list.told()
        with st.container(horizontal=True):
            st.button(_("Save"), type="primary", key=key("save"), on_click=template_list.save)
            st.button(_("Cancel"), key=key("cancel"), on_click=template_list.close)


def listed() -> None:
    if not store.message_templates.list(limit=1):
        st.markdown(
            _(
                "**No template yet.** Texts you want to use again appear here. A message can be saved as a "
                "template while you write it."
            )
        )
        return
    search = st.text_input(
        _("Find a template"), key=key("search"), bind="query-params", width=320, icon=":material/search:"
    )
    found = store.message_templates.list(search)
    for template in found:
        one(template)
    if not found:
        st.markdown(_("**No template has these words.**"))


if draft_id := st.session_state.pop(key("used"), None):
    st.switch_page(registry.page("new_campaign"), query_params={"draft": draft_id, "step": "message"})
with widgets.page_head(_("Templates")):
    st.button(_("New template"), icon=":material/add:", key=key("new"), on_click=template_list.open_one, args=(None,))
if key("open") in st.session_state:
    form()
template_list.draw_deleted()
listed()
