"""Text areas that store what is typed after a short pause, so that cost and preview follow while one writes."""

import streamlit as st

# Short enough to feel live, long enough that nobody's typing starts a run at every letter.
_PAUSE_MS = 700

# A text area stores its text when it loses the focus or at Ctrl+Enter. After a pause this presses Ctrl+Enter, so that
# one and the same program counts, for the page and for what is sent. It listens at the document, because the field may
# be drawn anew, and looks at the field when it starts, because somebody may have typed before it was there. If the
# page is built otherwise one day, nothing is found here and the text is stored when the field is left, as everywhere.
_SCRIPT = """
let timer;
export default function ({ data }) {
  const field = () => document.querySelector(`.st-key-${data.key} textarea`);
  const store = () => field()?.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", code: "Enter", keyCode: 13, ctrlKey: true, bubbles: true })
  );
  const wait = () => { clearTimeout(timer); timer = setTimeout(store, data.pause_ms); };
  const typed = (event) => { if (event.target === field()) wait(); };
  document.addEventListener("input", typed);
  if (field() && field().value !== data.stored) wait();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("input", typed);
  };
}
"""


def follow(key: str, stored: str) -> None:
    """Let the text area with this key store its text while one types; `stored` is the text as it is kept now."""
    st.components.v2.component("sms4a_live_text", html="<span></span>", js=_SCRIPT)(
        data={"key": key, "stored": stored, "pause_ms": _PAUSE_MS}, key=f"{key}_live", height=1
    )
