"""The part meter: what a message costs, which character costs it, and its replacement."""

import streamlit as st

from sms4a.campaigns.bodies import parts_of, size_under
from sms4a.campaigns.cost_map import MOST_SHORTER, MOST_SIGNS
from sms4a.campaigns.options import Treatment
from sms4a.console import widgets, wording, words_compose
from sms4a.console.compose import preview
from sms4a.console.compose.desk import Desk, key
from sms4a.console.compose.desk_saving import present_draft, save
from sms4a.console.wording import _, ngettext
from sms4a.filling import render
from sms4a.text import (
    Encoding,
    OddCharacter,
    encoding_of,
    measure,
    part_count,
    replaced,
    room_of,
    sign_count,
    split_parts,
    unit_count,
    units_over,
    without,
)

_REST_SHOWN = 60

_MOST_UNDONE = 50


def draw(desk: Desk, text: str, *, from_row: bool) -> None:
    """What this message costs, which character costs it, and its replacement. `text`: as it leaves."""
    found = measure(text)
    unicode_wanted = desk.options.treatment is Treatment.UNICODE
    encoding = Encoding.UCS2 if unicode_wanted else found.encoding
    parts = part_count(text, encoding)
    with widgets.card(key("meter")):
        st.markdown(_cost(desk, parts, found.parts_if_replaced, found.odd, text))
        if not text:
            return
        left, used, room = _left(text, encoding)
        signs = sign_count(text)
        alphabet = _("Unicode") if encoding is Encoding.UCS2 else _("short alphabet")
        line = [
            ngettext("{n} character", "{n} characters", signs).format(n=wording.number(signs)),
            _("{left} left in part {part}").format(left=wording.number(left), part=wording.number(parts)),
            _("{alphabet}, {room} a part").format(alphabet=alphabet, room=wording.number(room)),
        ]
        with st.container(gap="xxsmall"):
            st.markdown(f":small[{' · '.join(line)}]")
            st.progress(min(1.0, used / room))
        if not unicode_wanted:
            _odd_characters(desk, found.odd)
        _undo(desk)
        if not from_row and desk.template.fields:
            st.caption(_("Placeholders count as they are written here. With your list, the real values count."))


def for_nobody(desk: Desk) -> str:
    """Why the options would leave everybody out, whatever the values are; empty if they would not."""
    # No value is shorter than one character, and none makes a text cheaper.
    shortest = render(desk.template, dict.fromkeys(desk.template.fields, "x")).text
    if desk.options.treatment is Treatment.REFUSE and encoding_of(shortest) is not Encoding.GSM7:
        return _("Everybody would be left out: the text needs Unicode, which you do not allow.")
    parts = parts_of(shortest, desk.options.treatment)
    if parts <= desk.options.max_parts:
        return ""
    sentence = (
        _(
            "Everybody would be left out: even with short values the text needs {parts}, and the sending options allow "
            "at most {most}."
        )
        if desk.template.fields
        else _("Everybody would be left out: the text needs {parts}, and the sending options allow at most {most}.")
    )
    return sentence.format(parts=wording.parts(parts), most=wording.number(desk.options.max_parts))


def _cost(desk: Desk, parts: int, cheaper: int, odd: tuple[OddCharacter, ...], text: str) -> str:
    if not text:
        return _("An SMS part holds 160 characters, or 70 with characters outside the short alphabet.")
    cost = ngettext("**This message costs {n} SMS part.**", "**This message costs {n} SMS parts.**", parts).format(
        n=wording.number(parts)
    )
    saving = _saving(desk, parts, cheaper, odd, text) if desk.options.treatment is Treatment.AUTOMATIC else ""
    if reason := for_nobody(desk):
        return " ".join(filter(None, (cost, reason, saving)))
    if parts > desk.options.max_parts:
        words = _("You allow at most {n}, so whoever needs more is left out: without “{rest}” it would fit.")
        rest = preview.beyond(text, desk.options)
        rest = rest if len(rest) <= _REST_SHOWN else f"{rest[:_REST_SHOWN]}…"
        return f"{cost} " + words.format(n=wording.number(desk.options.max_parts), rest=widgets.plain(rest))
    if desk.options.treatment is Treatment.REFUSE and odd:
        return cost + " " + _("It needs Unicode, which you do not allow, so it would be left out.")
    if saving:
        return f"{cost} {saving}"
    over = units_over(text, size_under(text, desk.options.treatment))
    if not 0 < over <= MOST_SHORTER:
        return cost
    shorter = ngettext(
        "Remove {n} character and it costs {parts}.", "Remove {n} characters and it costs {parts}.", over
    )
    return cost + " " + shorter.format(n=wording.number(over), parts=wording.number(parts - 1))


def _saving(desk: Desk, parts: int, cheaper: int, odd: tuple[OddCharacter, ...], text: str) -> str:
    """What replacing odd characters saves, or taking out those that nothing replaces; empty if neither does."""
    replaceable = sum(one.replacement is not None for one in odd)
    if cheaper < parts:
        form = ngettext(
            "Replace {n} character and it costs {parts}.", "Replace {n} characters and it costs {parts}.", replaceable
        )
        return form.format(n=wording.number(replaceable), parts=wording.number(cheaper))
    stuck = [one.character for one in odd if one.replacement is None and one.character in desk.text]
    best = part_count(replaced(without(text, stuck)))
    if not stuck or len(stuck) > MOST_SIGNS or best >= parts:
        return ""
    if replaceable:
        form = ngettext(
            "Without {signs}, and with {n} character replaced, it would cost {parts}.",
            "Without {signs}, and with {n} characters replaced, it would cost {parts}.",
            replaceable,
        )
    else:
        form = _("Without {signs} it would cost {parts}.")
    named = widgets.plain(wording.listing(stuck))
    return form.format(signs=named, n=wording.number(replaceable), parts=wording.number(best))


def _left(text: str, encoding: Encoding) -> tuple[int, int, int]:
    """Units left and used in the last part, and what such a part holds."""
    pieces = split_parts(text, encoding)
    room = room_of(encoding)[0 if len(pieces) <= 1 else 1]
    used = unit_count(pieces[-1], encoding)
    return room - used, used, room


def _odd_characters(desk: Desk, odd: tuple[OddCharacter, ...]) -> None:
    replaceable = [one for one in odd if one.character in desk.text and one.replacement is not None]
    if len(replaceable) > 1:
        label = ngettext("Replace all {n}", "Replace all {n}", len(replaceable))
        st.button(
            label.format(n=wording.number(len(replaceable))),
            icon=":material/swap_horiz:",
            key=key("replace_all"),
            on_click=_replace,
            args=(*(one.character for one in replaceable),),
        )
    # What can be mended by one click comes first.
    for place, one in enumerate(sorted(odd, key=lambda one: one not in replaceable)[:5]):
        name = widgets.plain(words_compose.odd_character(one))
        own = one.character in desk.text
        sentence = (
            _("Only {character} is outside the short alphabet.")
            if len(odd) == 1
            else _("{character} is outside the short alphabet.")
        ).format(character=name)
        if not own:
            sentence += " " + _("It comes from your list.")
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.markdown(f":orange[:material/warning:] {sentence[0].upper()}{sentence[1:]}", width="stretch")
            if own and one.replacement is not None:
                st.button(
                    _replace_label(one),
                    icon=":material/swap_horiz:",
                    key=key(f"replace_{place}"),
                    on_click=_replace,
                    args=(one.character,),
                )
    if len(odd) > 5:
        more = len(odd) - 5
        st.caption(ngettext("And {n} more character.", "And {n} more characters.", more).format(n=wording.number(more)))


def _replace_label(one: OddCharacter) -> str:
    if not (one.replacement or "").strip():
        return _("Take it out") if one.replacement == "" else _("Replace with a normal space")
    sign = words_compose.in_label(one.character) if one.character.isprintable() else ""
    return _("Replace {sign} with {replacement}").format(
        sign=sign, replacement=words_compose.in_label(one.replacement or "")
    )


def _replace(*characters: str) -> None:
    draft = present_draft()
    if draft is None:
        return
    new = replaced(draft.text, characters)
    if save(text=new):
        done = [*st.session_state.get(key("undo"), ()), (draft.text, new)]
        st.session_state[key("undo")] = done[-_MOST_UNDONE:]


def _undo(desk: Desk) -> None:
    """One step back at each press, as far as nothing was typed in between."""
    steps = _steps_back(desk.text)
    if steps:
        label = ngettext("Undo the replacement", "Undo the last of {n} replacements", steps)
        st.button(
            label.format(n=wording.number(steps)),
            icon=":material/undo:",
            key=key("undo_replacement"),
            type="tertiary",
            on_click=_restore,
        )


def _steps_back(text: str) -> int:
    """How many replacements have led to this text, one after the other."""
    steps = 0
    for old, new in reversed(st.session_state.get(key("undo"), ())):
        if new != text:
            break
        steps, text = steps + 1, old
    return steps


def _restore() -> None:
    *before, (old, _new) = st.session_state[key("undo")]
    st.session_state[key("undo")] = before
    save(text=old)
