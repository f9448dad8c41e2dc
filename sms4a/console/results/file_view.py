"""A file of many rows on a page: asked for, followed while it is written, saved by a link that works once."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from sms4a.console import runtime, widgets, wording
from sms4a.console.exports import Progress
from sms4a.console.handout import Ticket
from sms4a.console.result_file import MEDIA_TYPES, Kind
from sms4a.console.wording import _

Write = Callable[[Path, Progress], None]


def ask(key: str, total: int, name: str, write: Callable[[Kind], Write], about: str) -> None:
    """The button that begins a file; `name` is without its ending. Who asks is noted, with `about`: `<table>:<id>`."""

    def begin() -> None:
        kind: Kind | None = st.session_state[f"{key}_file"]
        if kind:
            runtime.store().reveals.handed_out(about, runtime.actor(), total)
            ticket = runtime.handouts().ask(f"{name}.{kind}", MEDIA_TYPES[kind], total, write(kind))
            st.session_state[_ticket(key)] = ticket

    names: dict[Kind, str] = {"xlsx": _("Excel file"), "csv": _("CSV file")}
    kinds: list[Kind] = ["xlsx", "csv"]
    st.menu_button(
        _("Download {rows}").format(rows=wording.rows(total)), kinds, format_func=names.__getitem__,
        icon=":material/download:", disabled=not total, on_click=begin, key=f"{key}_file",
    )  # fmt: skip


def follow(key: str) -> None:
    """How far the file is, and then its link; nothing if none was asked for."""
    ticket = runtime.handouts().look(st.session_state.get(_ticket(key)))
    if ticket is not None:
        under_way = not (ticket.ready or ticket.failed)
        st.fragment(_card, run_every="1s" if under_way else "5s")(key)


def _card(key: str) -> None:
    ticket = runtime.handouts().look(st.session_state.get(_ticket(key)))
    if ticket is None:
        st.markdown(f":small[:gray[{_('The file was handed out. It is kept nowhere here.')}]]")
        return
    with widgets.card(f"{key}_card"):
        if ticket.failed:
            st.error(_("Nothing was saved. Try it again."), title=_("The file could not be written"))
        elif ticket.ready:
            _ready(key, ticket)
        else:
            st.progress(ticket.done / (ticket.total or 1), text=_progress(ticket))


def _ready(key: str, ticket: Ticket) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        text = _("**The file is ready:** {rows}, {size}. The link works once, within 15 minutes.")
        st.markdown(text.format(rows=wording.rows(ticket.total), size=wording.file_size(ticket.size)), width="stretch")
        st.link_button(_("Save {name}").format(name=ticket.name), ticket.url, icon=":material/save:", key=f"{key}_save")


def _progress(ticket: Ticket) -> str:
    return _("{done} of {rows} are written. You can go on working.").format(
        done=wording.number(ticket.done), rows=wording.rows(ticket.total)
    )


def _ticket(key: str) -> str:
    return f"{key}_ticket"
