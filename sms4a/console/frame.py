"""The script Streamlit runs for every page: page config, sign-in gate, navigation, side card."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from sms4a.console import emergency, page_extras, registry, runtime, theme, widgets, wording
from sms4a.console.runtime import Gate
from sms4a.console.truth import truth
from sms4a.console.wording import _

STATIC = Path(__file__).parent / "static"

CONTENT_WIDTH = 1240
SIDEBAR_WIDTH = 236
CLOSED_WIDTH = 560


def _sign_in() -> None:
    st.title(_("Sign in"), anchor=False)
    st.markdown(_("**SMS campaigns** is where your company writes to its customers by SMS."))
    st.button(_("Sign in with your company account"), on_click=st.login, type="primary", key="frame_sign_in")


def _no_name() -> None:
    st.title(_("Not signed in"), anchor=False)
    st.error(
        _("The server in front of this console did not say who you are. Ask your administrator."),
        title=_("Nobody is signed in"),
    )


def _elsewhere() -> None:
    st.title(_("Not open to this computer"), anchor=False)
    st.error(
        _("It has no sign-in, so it shows its pages only on the computer it runs on. Ask your administrator."),
        title=_("This console is closed to others"),
    )


_CLOSED = {
    Gate.SIGN_IN: (_sign_in, "sign-in"),
    Gate.NO_NAME: (_no_name, "not-signed-in"),
    Gate.ELSEWHERE: (_elsewhere, "closed"),
}


def _closed(gate: Gate) -> None:
    draw, url_path = _CLOSED[gate]
    title = _("Sign in")

    def script() -> None:
        with st.container(width=CLOSED_WIDTH):
            draw()

    pages = [st.Page(script, title=title, url_path=url_path, default=True)]
    # Who comes by the address of a page must not read that there is no such page.
    pages += [st.Page(script, title=title, url_path=entry.url_path) for entry in registry.ENTRIES if not entry.default]
    st.navigation(pages, position="hidden").run()


@st.fragment(run_every="10s")
def _side_card() -> None:
    widgets.state_badge(wording.mode(runtime.mode()))
    st.markdown(f":small[:gray[{truth().short}]]")


def _open() -> None:
    # Drawn by ourselves: with headings between them, Streamlit's own list of pages is no list to a screen reader.
    groups = registry.navigation()
    page = st.navigation(groups, position="hidden")
    # A Material icon as page icon would be loaded from the internet; this one stays here.
    st.set_page_config(page_title=f"{page.title} · {_('SMS campaigns')}", page_icon=str(STATIC / "icon.svg"))
    with st.sidebar:
        _links(groups)
        st.space("small")
    content = st.container(width=CONTENT_WIDTH)
    with content:
        # The first to ask the database: if that does not answer, it is said here, and not in the side card alone.
        emergency.over_the_page()
    with st.sidebar:
        with widgets.card("frame_side_card"):
            _side_card()
            emergency.control()
        if runtime.actor() != runtime.LOCAL:
            _who()
        page_extras.scripts()
    with content:
        page.run()


def _links(groups: Mapping[str, Sequence[StreamlitPage]]) -> None:
    for place, (heading, pages) in enumerate(groups.items()):
        with st.container(gap=13, key=f"frame_links_{place}"):
            if heading:
                st.markdown(f":small[**{heading}**]")
            for page in pages:
                if page.visibility == "visible":
                    st.page_link(page, width="stretch")


def _who() -> None:
    st.caption(widgets.plain(runtime.actor()))
    if "is_logged_in" in st.user:
        st.button(_("Sign out"), on_click=st.logout, type="tertiary", key="frame_sign_out")


st.set_page_config(
    page_title=_("SMS campaigns"),
    page_icon=str(STATIC / "icon.svg"),
    layout="wide",
    initial_sidebar_state=SIDEBAR_WIDTH,
)
page_extras.style()

gate = runtime.gate()
# Without a side navigation the icon would stand alone, and nothing would say what this is.
icon = str(STATIC / "icon.svg") if gate is Gate.OPEN else None
st.logo(str(STATIC / f"logo-{theme.kind()}.svg"), size="medium", icon_image=icon)
if gate is Gate.OPEN:
    _open()
else:
    _closed(gate)
