"""The card of a list: what was recognised, which column means what, and the country of numbers without one."""

from collections.abc import Callable

import phonenumbers
import streamlit as st

from sms4a.campaigns.lists.list_records import ContactList
from sms4a.campaigns.states import ListState
from sms4a.console import widgets, wording, words_compose, words_lists
from sms4a.console.compose import bare_view, desk_saving, mend_view, saved_view
from sms4a.console.compose.desk import Desk, key
from sms4a.console.compose.desk_saving import save, widget
from sms4a.console.wording import _
from sms4a.recipients import FileKind, FormatNote


def draw(desk: Desk, contacts: ContactList) -> None:
    with widgets.card(key("list")):
        with st.container(horizontal=True, vertical_alignment="center"):
            facts = words_lists.facts(contacts)
            name = widgets.plain(contacts.name or _("Pasted numbers"))
            st.markdown(f"**{name}**  \n:small[:gray[{facts}]]", width="content")
            st.space("stretch")
            with st.container(horizontal=True, width="content", wrap=False):
                _written(contacts)
                saved_view.draw_keep(contacts)
                st.button(
                    _("Use another list"), icon=":material/upload_file:", key=key("other_list"), on_click=_other_list
                )
        _notes(desk, contacts)
        _sheet(contacts)
        if contacts.is_recognised:
            _mapping(desk, contacts)
            _home(desk, contacts)
            bare_view.draw_answers(contacts)
        mend_view.draw_files(contacts)


def _notes(desk: Desk, contacts: ContactList) -> None:
    lines = [f":small[{_who_again(desk, contacts)}]"] if contacts.sends_again else []
    for note in contacts.format.notes:
        example = _example(desk, contacts) if note is FormatNote.WINDOWS_1252 else ""
        sentence = wording.format_note(note, contacts.format.hidden_rows)
        lines.append(f":small[:orange[:material/info:] {sentence}{example}]")
    if contacts.file_erased:
        gone = _(
            "Somebody was erased from this list, and the file with them. To read it in another way, upload it again."
        )
        lines.append(f":small[:orange[:material/info:] {gone}]")
    if lines:
        st.markdown("  \n".join(lines))


def _who_again(desk: Desk, contacts: ContactList) -> str:
    """Whose people these are, of a list that somebody else sees as a file with few rows."""
    first = desk.store.ledger.campaign((contacts.follows or {})["campaign"])
    name = widgets.plain(first.name or first.id) if first else wording.NOTHING
    return _("Only people of the campaign “{name}” who did not get it.").format(name=name)


def _example(desk: Desk, contacts: ContactList) -> str:
    """The first row with an umlaut or the like, as it was read."""
    number = contacts.format.example_row
    row = desk.store.lists.row(contacts.id, number) if number and contacts.state is ListState.CHECKED else None
    told = [value for value in row.values.values() if not value.isascii()] if row else []
    if not told or number is None:
        return ""
    sentence = _("Row {row}: {words}").format(row=wording.number(number), words=", ".join(told[:4]))
    return f" **{widgets.plain(sentence)}**"


def _written(contacts: ContactList) -> None:
    """Encoding and separator, which a person may know better."""
    if contacts.format.kind is not FileKind.TEXT or not contacts.name or contacts.follows is not None:
        return
    said = contacts.answers
    with st.popover(_("How it is read"), icon=":material/tune:"):
        st.selectbox(
            _("Encoding"),
            ["", *words_compose.ENCODINGS],
            format_func=lambda codec: words_compose.encoding(codec) if codec else _("As it was recognised"),
            key=widget("encoding", said.encoding or ""),
            on_change=_answer_or_recognise,
            args=("encoding",),
        )
        st.selectbox(
            _("Separator"),
            ["", *words_compose.DELIMITERS],
            format_func=lambda sign: words_compose.delimiter(sign) if sign else _("As it was recognised"),
            key=widget("delimiter", said.delimiter or ""),
            on_change=_answer_or_recognise,
            args=("delimiter",),
        )
        st.caption(_("With another choice the list is read again and its columns are recognised again."))


def _answer_or_recognise(answer: str) -> None:
    desk_saving.answer(**{answer: st.session_state[key(answer)] or None})


def _sheet(contacts: ContactList) -> None:
    if len(contacts.format.sheets) < 2:
        return
    chosen = contacts.format.sheet or None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Sheet"),
            list(contacts.format.sheets),
            key=widget("sheet", chosen),
            index=None if chosen is None else 0,
            placeholder=_("Choose a sheet"),
            on_change=_answer,
            args=("sheet", "sheet"),
            width=300,
        )
        n = len(contacts.format.sheets)
        st.caption(_("The file has {n} sheets; one is read.").format(n=wording.number(n)), width="content")


def _other_list() -> None:
    save(list_id=None)
    st.session_state.pop(key("paste"), None)


def _mapping(desk: Desk, contacts: ContactList) -> None:
    grid = st.grid(4, min_column_width=180, gap="small")
    with grid.cell():
        _column(
            contacts, _("Phone number"), "phone_column", contacts.answers.phone, _answer_phone, contacts.answers.keep
        )
    for n, name in enumerate(desk.template.fields):
        with grid.cell():
            _column(
                contacts, words_compose.placeholder(name), f"field_{n}", desk.columns.get(name), _answer_field,
                name, n, contacts.answers.keep,
            )  # fmt: skip


def _column(
    contacts: ContactList, label: str, name: str, column: str | None, on_change: Callable[..., None], *args: object
) -> None:
    """Which column of the list it is; once there is one, it can be changed and not taken away."""
    st.selectbox(
        label,
        list(contacts.format.header),
        key=widget(name, column),
        index=None if column is None else 0,
        placeholder=_("Choose a column"),
        on_change=on_change,
        args=args,
    )


def _answer(answer: str, name: str) -> None:
    if value := st.session_state[key(name)]:
        desk_saving.answer(**{answer: value})


def _answer_phone(keep: tuple[str, ...] | None) -> None:
    if column := st.session_state[key("phone_column")]:
        desk_saving.answer(phone=column, keep=_with(keep, column))


def _answer_field(name: str, n: int, keep: tuple[str, ...] | None) -> None:
    if column := st.session_state[key(f"field_{n}")]:
        desk_saving.answer(fields={name: column}, keep=_with(keep, column))


def _with(keep: tuple[str, ...] | None, column: str) -> list[str] | None:
    """The columns that are kept, and this one, which is needed now."""
    return None if keep is None else list(dict.fromkeys([*keep, column]))


def _kept(desk: Desk, contacts: ContactList) -> None:
    """Which columns are kept beside those in use: all, unless somebody does not want them back."""
    used = [contacts.answers.phone, *desk.columns.values()]
    others = [name for name in contacts.format.header if name not in used]
    if not others or contacts.sends_again:
        return
    with st.popover(words_lists.columns_kept(contacts), icon=":material/view_column:", type="tertiary"):
        st.markdown(
            _("What is kept comes back with the results. Values that are not kept are nowhere but in your file.")
        )
        st.multiselect(
            _("Columns to keep beside those in use"),
            others,
            key=widget("keep", [name for name in others if name in contacts.header]),
            on_change=_answer_keep,
            args=(others, [name for name in used if name]),
        )


def _answer_keep(others: list[str], used: list[str]) -> None:
    chosen: list[str] = st.session_state[key("keep")]
    desk_saving.answer(keep=None if set(chosen) == set(others) else [*used, *chosen])


def _home(desk: Desk, contacts: ContactList) -> None:
    regions = sorted(phonenumbers.SUPPORTED_REGIONS, key=wording.country)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Numbers without a country belong to"),
            regions,
            format_func=wording.country_with_code,
            key=widget("home", contacts.answers.home),
            on_change=_answer,
            args=("home", "home"),
            width=300,
        )
        if contacts.regions:
            found = [f"{wording.country(region)} {wording.number(n)}" for region, n in contacts.regions.items()]
            more = _(" and {n} more").format(n=wording.number(len(found) - 6)) if len(found) > 6 else ""
            st.caption(_("Found: {countries}").format(countries=" · ".join(found[:6]) + more), width="content")
        st.space("stretch")
        _kept(desk, contacts)
