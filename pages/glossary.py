"""Status glossary: what every state and result means, and whether a second message is safe."""

import pandas as pd
import streamlit as st

from sms4a.campaigns.tiles import OUTCOME_OF_VERDICT, TILE_OF, Tile
from sms4a.console import widgets, wording
from sms4a.console.wording import _

widgets.page_head(_("Status glossary"))
st.markdown(
    _(
        "**Six words say what became of a message.** Each has one colour and one icon, the same on "
        "every page. Delivered means that the phone has it; whether it was read, nobody can know. Who was "
        "stopped is told apart from who failed in tables, and counts with them."
    )
)
widgets.table(
    pd.DataFrame(
        [(wording.tile(tile).badge, wording.tile(tile).sentence) for tile in Tile], columns=[_("Word"), _("Meaning")]
    ),
    alt=_("The six words for what became of a message"),
    markdown=[_("Word")],
    key="glossary_words",
)

widgets.section(
    _("Reasons"),
    _(
        "**Why a message ended as it did**, and whether the same person may get it again. If in "
        "doubt, the answer is No."
    ),
)
reasons = pd.DataFrame(
    [
        (
            wording.verdict(code).reason,
            wording.tile(TILE_OF[outcome]).badge,
            f"{wording.verdict(code).sentence} {wording.verdict(code).advice}",
            wording.resend(wording.may_resend(code)),
        )
        for code, outcome in OUTCOME_OF_VERDICT.items()
    ],
    columns=[_("Reason"), _("Counts as"), _("Meaning and advice"), _("Send again?")],
)
widgets.table(
    reasons,
    alt=_("Every reason, what it counts as, its meaning, and whether to send again"),
    markdown=[_("Counts as")],
    key="glossary_reasons",
)

widgets.section(_("What the API says"), _("For those who also read the Retarus portal or the API's own answers."))
with st.expander(_("Show the API's own words"), key="glossary_api"):
    widgets.table(
        pd.DataFrame(wording.api_words(), columns=[_("Process status"), _("Status"), _("Reason")]),
        alt=_("The API's status words and the reason shown for them"),
        key="glossary_api_words",
    )
