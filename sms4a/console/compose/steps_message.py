"""The Message step: name, sender, text with its cost, options, and the phone."""

import re

import streamlit as st

from sms4a.console import runtime, widgets, wording, words_compose
from sms4a.console.compose import (
    drafts_view,
    live_text,
    part_meter,
    preview,
    preview_rows,
    sending_options,
    treatments_view,
    values_view,
)
from sms4a.console.compose.desk import Desk, key, seen
from sms4a.console.compose.desk_saving import LONGEST_NAME, present_draft, save, save_name, saves, widget
from sms4a.console.wording import _, ngettext
from sms4a.models import LONGEST_SENDER, SENDER_PATTERN, SENDER_SIGN
from sms4a.recipients import ListFormat
from sms4a.templates import unknown_fields

_TEMPLATES_SHOWN = 6


def draw(desk: Desk) -> None:
    drafts_view.draw(desk)
    grid = st.grid(3, min_column_width=260, gap=("medium", "large"))
    work, aside = grid.cell(column_span=2), grid.cell()
    with aside:
        shown = preview_rows.draw(desk)
    # Where a row has no message, the meter counts the text as it is written.
    counted = shown if shown.text else preview.message(desk, None)
    with work:
        _who_and_what(desk)
        _text(desk, counted)
        part_meter.draw(desk, counted.text, from_row=counted.row is not None)
        treatments_view.draw(desk, counted.written)
        sending_options.draw(desk)


def obstacles(desk: Desk) -> list[str]:
    """Why the text cannot be sent as it is, one sentence each; empty if it can."""
    reasons = [] if desk.text.strip() else [_("Write the text of the message.")]
    reasons += [problem_sentence(desk.text, p.code, p.position, p.snippet) for p in desk.template.problems]
    if desk.sender and not re.fullmatch(SENDER_PATTERN, desk.sender):
        reasons.append(sender_problem(desk.sender))
    if not desk.template.problems and (for_nobody := part_meter.for_nobody(desk)):
        reasons.append(for_nobody)
    return reasons


def problem_sentence(text: str, code: object, position: int, snippet: str) -> str:
    """What is wrong with a brace, and in which line and column it stands."""
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    words = widgets.plain(wording.template_problem(code, snippet))  # type: ignore[arg-type]
    if "\n" not in text:
        return words + " " + _("(character {column}).").format(column=wording.number(column))
    return (
        words
        + " "
        + _("(line {line}, character {column}).").format(line=wording.number(line), column=wording.number(column))
    )


def sender_problem(sender: str) -> str:
    """Why phones would not show this sender; Markdown."""
    if re.fullmatch(r"\+?[0-9]+", sender):
        return _("The sender has more than 20 digits.")
    reasons = []
    if odd := list(dict.fromkeys(sign for sign in sender if not re.fullmatch(SENDER_SIGN, sign))):
        shown = [sign if sign.isprintable() and not sign.isspace() else _("an unusual space") for sign in odd]
        words = _("Phones do not show {signs} in a sender: use the letters A to Z, digits and plain signs.")
        reasons.append(words.format(signs=wording.listing(dict.fromkeys(shown))))
    if (over := len(sender) - LONGEST_SENDER) > 0:
        form = ngettext(
            "The sender is {n} character too long; names have at most 11.",
            "The sender is {n} characters too long; names have at most 11.",
            over,
        )
        reasons.append(form.format(n=wording.number(over)))
    return widgets.plain(" ".join(reasons))


def _who_and_what(desk: Desk) -> None:
    grid = st.grid(3, min_column_width=150, gap="small")
    with grid.cell(column_span=2):
        st.text_input(
            _("Name of the campaign"),
            key=widget("name", desk.draft.name if desk.draft else ""),
            on_change=save_name,
        )
    with grid.cell(), st.container(gap=None):
        st.text_input(_("Sender"), key=widget("sender", desk.sender), **saves("sender"))
        live_text.keep(key("sender"), desk.sender)
    place = st.empty()
    notes = []
    if seen().name_cut:
        cut = _("The name was cut: it has at most {n} characters.")
        notes.append(cut.format(n=wording.number(LONGEST_NAME)))
    if desk.sender and not re.fullmatch(SENDER_PATTERN, desk.sender):
        notes.append(sender_problem(desk.sender))
    if notes:
        place.warning(" ".join(notes))
    _senders(desk)
    st.caption(
        _(
            "The name is only for you. The sender is what phones show: up to 11 letters, digits and "
            "signs, or a number of up to 20 digits. Left empty, it is your account's own."
        )
    )


def _senders(desk: Desk) -> None:
    """Senders that were used before, one click each."""
    used = [sender for sender in desk.store.ledger.senders() if sender != desk.sender]
    if not used:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[:gray[{_('Senders used before')}]]", width="content")
        for n, sender in enumerate(used):
            label = words_compose.in_label(sender)
            st.button(label, key=key(f"sender_{n}"), type="tertiary", on_click=_take_sender, args=(sender,))


def _take_sender(sender: str) -> None:
    save(sender=sender)


def _text(desk: Desk, counted: preview.Shown) -> None:
    st.text_area(_("Message"), height=150, key=widget("text", desk.text), **saves("text"))
    live_text.follow(key("text"), desk.text, counted.values, desk.options.treatment)
    _insert(desk)
    _templates(desk)
    values_view.draw(desk)
    if desk.template.problems:
        lines = [problem_sentence(desk.text, p.code, p.position, p.snippet) for p in desk.template.problems]
        title = ngettext("One place in the text needs repair", "{n} places in the text need repair", len(lines))
        st.warning("\n".join(f"- {line}" for line in lines), title=title.format(n=len(lines)))
    elif desk.contacts and (unknown := _unknown(desk, desk.contacts.format)):
        names = wording.listing("{" + name + "}" for name in unknown)
        columns = wording.listing(desk.contacts.header)
        st.warning(
            widgets.plain(
                _(
                    "No column of your list is called {names}. Choose one in the next step, or write one of these: "
                    "{columns}."
                ).format(names=names, columns=columns)
            )
        )


def _templates(desk: Desk) -> None:
    """Begin with a template, or keep this text as one."""
    templates = desk.store.message_templates.list(limit=_TEMPLATES_SHOWN) if not desk.text.strip() else ()
    # What comes and goes has a place of its own: a field below that moved would lose what is being typed.
    with st.container(horizontal=True, vertical_alignment="center"):
        if templates:
            st.markdown(f":small[:gray[{_('Begin with a template')}]]", width="content")
        for n, template in enumerate(templates):
            label = words_compose.in_label(words_compose.short(template.name))
            st.button(label, key=key(f"template_{n}"), type="tertiary", on_click=_take_text, args=(template.text,))
        if desk.text.strip() and not desk.template.problems:
            st.button(
                _("Save as a template"), icon=":material/bookmark_add:", key=key("keep_template"), type="tertiary",
                on_click=_keep_template,
            )  # fmt: skip
        if st.session_state.pop(key("template_kept"), False):
            st.markdown(f":small[:gray[{_('It is saved on the page Templates.')}]]", width="content")


def _take_text(text: str) -> None:
    save(text=text)


def _keep_template() -> None:
    draft = present_draft()
    if draft and draft.text.strip():
        name = draft.name or " ".join(draft.text.split())[:40]
        runtime.store().message_templates.create(name, draft.text, runtime.actor())
        st.session_state[key("template_kept")] = True


def _unknown(desk: Desk, form: ListFormat) -> list[str]:
    return [name for name in unknown_fields(desk.template, form.header) if name not in desk.columns]


def _insert(desk: Desk) -> None:
    if desk.contacts is None:
        st.caption(
            _(
                "Write {first name} where a value from your list should stand. Once there is a list, its "
                "columns appear here to pick from."
            ).replace("{", "\\{")
        )
        return
    names = [name for name in desk.contacts.header if name != desk.contacts.answers.phone]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[:gray[{_('Insert')}]]", width="content")
        for n, name in enumerate(names[:12]):
            st.button(words_compose.placeholder(name), key=key(f"insert_{n}"), on_click=_append, args=(desk.text, name))
        if len(names) > 12:
            st.caption(_("and {n} more columns").format(n=wording.number(len(names) - 12)), width="content")


def _append(text: str, name: str) -> None:
    text = st.session_state.get(key("text"), text)
    space = "" if not text or text[-1].isspace() else " "
    save(text=f"{text}{space}{{{name}}}")
