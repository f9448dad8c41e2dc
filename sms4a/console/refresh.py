"""A page that follows what happens: quickly at first, then ever more slowly; not while paused or hidden."""

import streamlit as st

from sms4a.console import wording
from sms4a.console.wording import _

STEPS_S = ((2 * 60, 3), (10 * 60, 10), (3_600, 30), (86_400, 120))
"""What began less than so many seconds ago is looked at every so many; older things every ten minutes.

The sender asks Retarus at a like pace: looking more often would show nothing new.
"""
RARELY_S = 600

# Says when the tab is hidden, so that nobody's forgotten tabs keep the server busy.
_SCRIPT = """
export default function ({ setStateValue }) {
  let known = false;
  const tell = () => { if (document.hidden !== known) { known = document.hidden; setStateValue("hidden", known); } };
  document.addEventListener("visibilitychange", tell);
  tell();
  return () => document.removeEventListener("visibilitychange", tell);
}
"""


def every_s(age_ms: int) -> int:
    """The pace for something that began so long ago."""
    return next((wait for limit, wait in STEPS_S if age_ms < limit * 1000), RARELY_S)


def control(key: str, wait_s: int | None) -> int | None:
    """Draws the pace with its switch; gives back how long to wait, None: not at all. `wait_s` None: all is final."""
    if wait_s is None:
        return None
    with st.container(horizontal=True, width="content", vertical_alignment="center", key=f"{key}_refresh"):
        going = st.toggle(_("Refresh automatically"), value=True, key=f"{key}_follow")
        text = _pace(wait_s) if going else _("paused")
        st.markdown(f":small[:gray[{text}]]", width="content")
        hidden = _hidden(key)
    return wait_s if going and not hidden else None


def _pace(wait_s: int) -> str:
    if wait_s == 1:
        return _("every second")
    return _("every {time}").format(time=wording.duration(wait_s * 1000))


def _hidden(key: str) -> bool:
    watching = st.components.v2.component("sms4a_visible", html="<span></span>", js=_SCRIPT)(
        key=f"{key}_visible", default={"hidden": False}, on_hidden_change=lambda: None, width=1, height=1
    )
    return bool(watching.hidden)
