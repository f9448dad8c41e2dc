"""The one list of pages: file, address, title, icon, group."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from sms4a.console.language import N_, _

FOLDER = Path(__file__).parents[2] / "pages"
FRAME = Path(__file__).parent / "frame.py"
"""The script Streamlit runs; it must not lie beside `FOLDER`, or a page could be opened around it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page. `name` is its file in `pages/` and, with hyphens, its address."""

    name: str
    title: str
    icon: str
    group: str = ""
    hidden: bool = False
    """Not in the side navigation; reached by a link."""
    default: bool = False

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.py"

    @property
    def url_path(self) -> str:
        return self.name.replace("_", "-")


PREPARE = N_("Prepare")
SET_UP = N_("Set up")

ENTRIES = (
    Entry("overview", N_("Overview"), ":material/home:", default=True),
    Entry("new_campaign", N_("New campaign"), ":material/edit_square:"),
    Entry("campaigns", N_("Campaigns"), ":material/campaign:"),
    Entry("campaign", N_("Campaign"), ":material/campaign:", hidden=True),
    Entry("jobs", N_("Jobs"), ":material/list_alt:"),
    Entry("job", N_("Job"), ":material/list_alt:", hidden=True),
    Entry("analytics", N_("Analytics"), ":material/bar_chart:"),
    Entry("templates", N_("Templates"), ":material/bookmarks:", PREPARE),
    Entry("person", N_("Find a person"), ":material/person_search:", PREPARE),
    Entry("opt_outs", N_("Opt-outs"), ":material/do_not_disturb_on:", PREPARE),
    Entry("prices", N_("Prices"), ":material/sell:", SET_UP),
    Entry("connection", N_("Connection"), ":material/lan:", SET_UP),
    Entry("glossary", N_("Status glossary"), ":material/menu_book:", SET_UP),
)

_BY_NAME = {entry.name: entry for entry in ENTRIES}


def entry(name: str) -> Entry:
    return _BY_NAME[name]


def page(name: str) -> StreamlitPage:
    """A page to link or switch to: `st.switch_page(registry.page("campaign"), query_params={"id": …})`."""
    found = entry(name)
    return st.Page(
        found.file,
        title=_(found.title),
        icon=found.icon,
        url_path=found.url_path,
        default=found.default,
        visibility="hidden" if found.hidden else "visible",
    )


def navigation() -> dict[str, list[StreamlitPage]]:
    """All pages by the heading of their group."""
    groups: dict[str, list[StreamlitPage]] = {}
    for one in ENTRIES:
        groups.setdefault(_(one.group), []).append(page(one.name))
    return groups
