"""What the phone would show under each treatment of characters outside the short alphabet, side by side."""

import re

import pandas as pd
import streamlit as st

from sms4a.campaigns.bodies import as_sent, parts_of
from sms4a.campaigns.options import Treatment
from sms4a.console import widgets, wording, words_compose
from sms4a.console.compose.desk import Desk, key
from sms4a.console.compose.desk_saving import save_option
from sms4a.console.wording import _
from sms4a.text import Encoding, encoding_of


def draw(desk: Desk, text: str) -> None:
    """`text`: the message before the API does anything to it. Nothing is drawn if every treatment gives the same."""
    if encoding_of(text) is Encoding.GSM7:
        return
    with st.expander(_("What the phone shows, by treatment"), icon=":material/compare:", key=key("treatments")):
        frame = pd.DataFrame(
            [_line(text, treatment, desk.options.treatment) for treatment in Treatment],
            columns=[_("Treatment"), _("On the phone"), _("SMS parts"), _("How sure")],
        )
        widgets.table(
            frame, alt=_("The message under each treatment"), right=[_("SMS parts")], key=key("treatment_table")
        )
        with st.container(horizontal=True):
            for treatment in Treatment:
                if treatment is not desk.options.treatment:
                    st.button(
                        _("Use: {treatment}").format(treatment=words_compose.treatment(treatment)),
                        key=key(f"use_{treatment}"),
                        type="tertiary",
                        on_click=save_option,
                        args=("treatment", treatment),
                    )


def _line(text: str, treatment: Treatment, chosen: Treatment) -> list[str]:
    name = words_compose.treatment(treatment)
    name = _("{treatment} (chosen)").format(treatment=name) if treatment is chosen else name
    shown, sure = as_sent(text, treatment), _("certain")
    if treatment is Treatment.TRANSLITERATE:
        sure = _("our guess")
        if encoding_of(shown) is not Encoding.GSM7:
            return [name, _("Nothing: a character has no look-alike, so the row is left out"), "", sure]
    if treatment is Treatment.REFUSE:
        return [name, _("Nothing: the row is left out and listed"), "", sure]
    # Two blanks side by side would be drawn as one, and a blank is what is to be seen here.
    shown = re.sub(" (?= )", wording.NBSP, shown)
    return [name, shown, wording.number(parts_of(text, treatment)), sure]
