"""What the author says about the values of a list: what stands for an empty one, and where links may come from."""

import streamlit as st

from sms4a.console import widgets, wording, words_compose
from sms4a.console.compose.desk import Desk, key
from sms4a.console.compose.desk_saving import present_draft, save_option, widget
from sms4a.console.wording import _, ngettext
from sms4a.filling import value_problem
from sms4a.templates import name_key

# More placeholders than a text of a few parts can hold.
_MOST_FIELDS = 12


def draw(desk: Desk) -> None:
    fields = desk.template.fields[:_MOST_FIELDS]
    if not fields:
        return
    said = len(desk.options.defaults) + len(desk.options.links)
    state = _("rows with an empty value are left out")
    if said:
        state = ngettext("{n} exception", "{n} exceptions", said).format(n=wording.number(said))
    with st.expander(f"{_('Values of your list')} · {state}", icon=":material/data_object:", key=key("values")):
        st.caption(
            _(
                "A row with an empty value is left out and listed, unless you write what should stand in its "
                "place. A link that comes from the list is refused, because it may not be yours, unless you "
                "allow it."
            )
        )
        defaults = dict(desk.options.defaults)
        for place, name in enumerate(fields):
            _field(desk, place, name, defaults.get(name_key(name), ""))
        if problem := st.session_state.get(key("empty_problem")):
            st.warning(widgets.plain(problem))


def _field(desk: Desk, place: int, name: str, default: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("If {field} is empty").format(field=words_compose.placeholder(name)),
            placeholder=_("leave the row out"),
            key=widget(f"empty_{place}", default),
            on_change=_save_default,
            args=(place, name),
            width=260,
        )
        st.checkbox(
            _("Links may come from {field}").format(field=words_compose.placeholder(name)),
            key=widget(f"links_{place}", name_key(name) in desk.options.links),
            wrap=True,
            on_change=_save_link,
            args=(place, name),
        )


def _save_default(place: int, name: str) -> None:
    """Store it, or keep the earlier one and say why."""
    typed = st.session_state[key(f"empty_{place}")].strip()
    st.session_state.pop(key("empty_problem"), None)
    if typed and value_problem(typed):
        problem = _("This cannot stand for an empty value: it is too long, or has an invisible character.")
        st.session_state[key("empty_problem")] = problem
        return
    draft = present_draft()
    defaults = dict(draft.options.defaults) if draft else {}
    defaults.pop(name_key(name), None)
    save_option("defaults", tuple((defaults | ({name_key(name): typed} if typed else {})).items()))


def _save_link(place: int, name: str) -> None:
    draft = present_draft()
    others = [one for one in (draft.options.links if draft else ()) if one != name_key(name)]
    save_option("links", tuple([*others, name_key(name)] if st.session_state[key(f"links_{place}")] else others))
