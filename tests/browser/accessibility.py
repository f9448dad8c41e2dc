"""What axe finds on a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# The small curve in a tile is drawn by Streamlit without a name; the tile says the figure beside it, in text.
NOT_OURS = {"exclude": [["[data-testid=stMetric] svg"]]}


def assert_nothing_serious(page: Page) -> None:
    violations = Axe().run(page, context=NOT_OURS).response["violations"]
    serious = [found for found in violations if found["impact"] in ("serious", "critical")]
    told = [(found["id"], [node["html"][:200] for node in found["nodes"]]) for found in serious]
    assert not told, told
