"""The piles of a list: each a filter, with the rows of the file and the reason in the cell, and as files to mend."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

import pandas as pd
import streamlit as st

from sms4a.campaigns.bodies import renderer_for
from sms4a.campaigns.lists.list_records import ContactList
from sms4a.campaigns.store import Store
from sms4a.console import exports, opt_out_entry, reveal, widgets, wording, words_lists, words_people
from sms4a.console.compose import bare_view, desk_saving, mend_view
from sms4a.console.compose.desk import Desk, key
from sms4a.console.language import in_this_language
from sms4a.console.wording import _, ngettext
from sms4a.console.workbook import MEDIA_TYPE, xlsx_file
from sms4a.recipients import CheckedRow, Pile

# The rest of the columns is in the download.
_COLUMNS_SHOWN = 4


def draw(desk: Desk, contacts: ContactList) -> None:
    shown = [pile.value for pile in Pile if contacts.piles[pile] or pile is Pile.RECEIVE]
    worst = next((pile for pile in (Pile.UNREADABLE, Pile.BLOCKED) if contacts.piles[pile]), Pile.RECEIVE).value
    if st.session_state.get(key("pile")) not in shown:
        st.session_state[key("pile")] = worst
    chosen = st.pills(
        _("Show"),
        shown,
        format_func=lambda name: _pile_label(desk, contacts, Pile(name)),
        required=True,
        wrap=True,
        key=key("pile"),
    )
    if chosen == Pile.UNREADABLE:
        bare_view.draw_questions(desk.store, contacts)
    _rows(desk, contacts, Pile(chosen or Pile.RECEIVE))


def _pile_label(desk: Desk, contacts: ContactList, pile: Pile) -> str:
    name = words_lists.pile(pile, desk.without_value)
    return f"{wording.pile_icon(pile)} {name} {wording.number(contacts.piles[pile])}"


def _rows(desk: Desk, contacts: ContactList, pile: Pile) -> None:
    total = contacts.piles[pile]
    title = words_lists.title(pile, total, desk.without_value)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="content"):
            widgets.section(title, words_lists.reasons(contacts, pile))
        st.space("stretch")
        with st.container(horizontal=True, width="content", wrap=False):
            _downloads(desk.store, contacts, pile)
            if pile is not Pile.RECEIVE:
                mend_view.draw_upload(contacts)
    place = st.container()
    page = widgets.pager(total, key(f"page_{pile}"))
    if total:
        with place:
            rows = desk.store.lists.rows(contacts.id, pile, page.offset, page.limit)
            widgets.table(
                _frame(desk, contacts, pile, rows),
                alt=title,
                right=[_("Row")],
                markdown=[_("Why it is left out")] if pile is Pile.OPTED_OUT else [],
                key=key("rows"),
            )
            told = _("Row numbers are those of your file.")
            if any(file.added for file in contacts.mended):
                told += " " + _("Further rows of files with corrections come after them.")
            st.caption(told)
        if pile is Pile.OPTED_OUT and not contacts.file_erased:
            _ask_again()


def _ask_again() -> None:
    """Somebody may have been taken off the opt-out list since this list was read."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Opt-outs are as they were when this list was read."), width="content")
        st.button(
            _("Read it again"), icon=":material/refresh:", type="tertiary", key=key("read_again"),
            on_click=desk_saving.read_again,
        )  # fmt: skip


def _downloads(store: Store, contacts: ContactList, pile: Pile) -> None:
    """The rows of this pile, and everybody who is left out, to be mended and used again."""
    left_out = [other for other in Pile if other is not Pile.RECEIVE and contacts.piles[other]]
    if not contacts.piles[pile]:
        return
    with st.popover(_("Download"), icon=":material/download:"):
        _download(store, contacts, [pile], pile.value)
        if pile is not Pile.RECEIVE and len(left_out) > 1:
            _download(store, contacts, left_out, "left_out_all")
        if left_out:
            st.caption(_("Correct them in this file and bring it back with “Upload corrected rows”."))


def _download(store: Store, contacts: ContactList, piles: Sequence[Pile], name: str) -> None:
    n = sum(contacts.piles[pile] for pile in piles)
    if name == "left_out_all":
        what = ngettext("The row that is left out", "All {n} rows that are left out", n)
    else:
        what = ngettext("This row", "These {n} rows", n)
    what = what.format(n=wording.number(n))
    with st.container(horizontal=True):
        for kind, mime, made in (
            ("xlsx", MEDIA_TYPE, _workbook),
            ("csv", "text/csv", _csv),
        ):
            st.download_button(
                f"{what} ({'Excel' if kind == 'xlsx' else 'CSV'})",
                reveal.noted(in_this_language(partial(made, store, contacts, piles)), f"list:{contacts.id}", n),
                f"{name}.{kind}",
                mime,
                key=key(f"download_{name}_{kind}"),
                on_click="ignore",
            )


def _frame(desk: Desk, contacts: ContactList, pile: Pile, rows: tuple[CheckedRow, ...]) -> pd.DataFrame:
    texts = _both_texts(desk, contacts, rows) if pile is Pile.DUPLICATE else {}
    others = [name for name in contacts.header if name != contacts.answers.phone][:_COLUMNS_SHOWN]
    others = [] if texts else others
    second = _("Read as") if pile is Pile.RECEIVE else _("Why it is left out")
    mended = any(row.mended for row in rows)
    records = []
    for row in rows:
        said = wording.shown_number(row.number) if pile is Pile.RECEIVE else _reason(row)
        if pile is Pile.OPTED_OUT:
            said = opt_out_entry.link(said, list_id=contacts.id, row=row.row)
        cells = [wording.number(row.row), row.raw_number, said, *texts.get(row.row, ())]
        cells += [words_people.mended(row.mended)] if mended else []
        records.append([*cells, *(row.values.get(name, "") for name in others)])
    headings = [_("Row"), _("Number as in the file"), second]
    headings += [_("Its message"), _("The message that stays")] if texts else []
    headings += [_("Corrected in")] if mended else []
    return pd.DataFrame(records, columns=[*headings, *widgets.unlike(others, headings)])


def _both_texts(desk: Desk, contacts: ContactList, rows: tuple[CheckedRow, ...]) -> dict[int, tuple[str, str]]:
    """Row → its message and that of the row that keeps the number, where any of them differ; else nothing."""
    template = desk.template
    if set(template.fields) - set(desk.columns) or template.problems or not template.fields:
        return {}
    render = renderer_for(template, desk.columns, desk.options)
    texts = {}
    for row in rows:
        first = desk.store.lists.row(contacts.id, row.duplicate_of) if row.duplicate_of else None
        if first is not None:
            texts[row.row] = (render(row.values).text, render(first.values).text)
    if all(mine == stays for mine, stays in texts.values()):
        return {}
    return {row: pair if pair[0] != pair[1] else (pair[0], _("the same")) for row, pair in texts.items()}


def _reason(row: CheckedRow) -> str:
    return wording.row_problem(row.pile, row.problem, row.detail, duplicate_of=row.duplicate_of)


def _workbook(store: Store, contacts: ContactList, piles: Sequence[Pile]) -> bytes:
    return xlsx_file(words_lists.file_headings(contacts), _file_rows(store, contacts, piles))


def _csv(store: Store, contacts: ContactList, piles: Sequence[Pile]) -> bytes:
    delimiter = contacts.format.delimiter if len(contacts.header) > 1 else ""
    return exports.csv_file(
        words_lists.file_headings(contacts), _file_rows(store, contacts, piles), delimiter=delimiter or ";"
    )


def _file_rows(store: Store, contacts: ContactList, piles: Sequence[Pile]) -> Iterator[list[str | int | None]]:
    """Exactly the rows of these piles, with their reasons and all columns of the file."""
    header = contacts.header
    for row in chain.from_iterable(store.lists.all_rows(contacts.id, pile) for pile in piles):
        values = row.values
        yield [row.row, row.number, _reason(row), *(values.get(name, "") for name in header)]
