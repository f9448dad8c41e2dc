"""The script Streamlit runs for every page: page config, sign-in gate, navigation, side card."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from sms4a.console import emergency, registry, runtime, same_tab, theme, wide_tables, widgets, wording
from sms4a.console.runtime import Gate
from sms4a.console.truth import truth
from sms4a.console.wording import _

STATIC = Path(__file__).parent / "static"

CONTENT_WIDTH = 1240
SIDEBAR_WIDTH = 236
CLOSED_WIDTH = 560

# Streamlit has no setting for these: a line above the bottom bar, rows that scroll sideways but not by the few pixels
# that the margins of their text stick out, figures of equal width and on the right, names without a blank that do not
# push the rest of a table out of sight, long values of a table of names and values on several lines, page numbers that
# end where their table does, no room for what only listens, no tools on a list that would search and save the page in
# sight alone, a button that lies unseen over the tile it belongs to, names that keep some room in a table that scrolls
# sideways anyway, the start of a campaign on one line where there is room, fewer columns in tables of people and of
# campaigns on narrow screens (the closer look and the file have them), and the accent on its own tint, which is too
# weak in the dark theme. The pages stay usable without them.
CSS = """<style>
[data-testid=stBottom]>div {border-top: 1px solid rgba(128, 136, 150, .3)}
[data-testid=stHorizontalBlock] {overflow-y: hidden}
[data-testid=stTable] td, [data-testid=stTable] th {font-variant-numeric: tabular-nums}
[data-testid=stTable] td [data-testid=stMarkdownContainer] {max-width: 34rem}
[data-testid=stTable] td p {overflow-wrap: break-word !important}
[data-testid=stTable] table:not(:has(thead)) td > div {white-space: normal}
[data-testid=stPagination] {justify-content: flex-end}
[data-testid=stTable] td a {display: inline-block; min-width: 10ch; overflow-wrap: anywhere}
[class*=_card_head] h2 {padding-top: 0}
[class*=_tiles_of_] {position: relative}
[class*=_tiles_pick_], [class*=_tiles_pick_] * {position: absolute !important; inset: 0; width: 100%; height: 100%}
[class*=_tiles_pick_] button {background: transparent !important; border: 2px solid transparent}
[class*=_tiles_pick_] button:hover, [class*=_tiles_pick_] button[kind=primary] {border-color: var(--tile-edge)}
[class*=_tiles_pick_] button * {opacity: 0}
.st-key-campaign_visible {position: absolute}
.st-key-analytics_side_by_side tr > :first-child > * {min-width: 11rem}
.st-key-jobs_table [data-testid=stElementToolbar] {display: none}
@media (min-width: 1001px) {
  .st-key-campaigns_table tr > :nth-child(6) * {white-space: nowrap}
}
@media (max-width: 1000px) {
  .st-key-campaigns_table tr > :nth-child(7) {display: none}
  .st-key-campaign_recipients tr > :is(:nth-last-child(2), :nth-last-child(4), :nth-last-child(5)) {display: none}
  .st-key-analytics_people tr > :is(:nth-last-child(2), :nth-last-child(3)) {display: none}
  .st-key-person_campaigns tr > :nth-child(4) {display: none}
  .st-key-new_campaign_rows tr > :nth-child(n+6) {display: none}
}
"""
CSS += "".join(
    f'[class*="{widgets.RIGHT.format(place)}"] tr > :nth-child({place}) {{text-align: right !important}}\n'
    for place in range(1, widgets.MOST_COLUMNS)
)
DARK_CSS = """
[data-testid=stButtonGroup] button[data-selected=true] p {color: #A9B6FF}
button[kind=tertiary]:is(:hover, :active, [aria-expanded=true]) {color: #A9B6FF}
"""


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
        same_tab.draw()
        theme.follow()
        wide_tables.draw()
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
ACCENT_CSS = f":root {{--tile-edge: {theme.ink().accent}}}\n"
st.html(CSS + ACCENT_CSS + (DARK_CSS if theme.kind() == "dark" else "") + "</style>")

gate = runtime.gate()
# Without a side navigation the icon would stand alone, and nothing would say what this is.
icon = str(STATIC / "icon.svg") if gate is Gate.OPEN else None
st.logo(str(STATIC / f"logo-{theme.kind()}.svg"), size="medium", icon_image=icon)
if gate is Gate.OPEN:
    _open()
else:
    _closed(gate)
