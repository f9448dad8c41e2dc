"""Each tile, chart, table and file equals an independent count, with every pair of states there is."""

from pathlib import Path

from tests.figures import ENDINGS, play
from tests.line import Line


def test_every_figure_is_what_the_simulator_says_at_every_moment(line: Line, tmp_path: Path) -> None:
    compared = play(line, 4 * len(ENDINGS), tmp_path, size=25)
    assert set(compared.truth()) == {"delivered", "failed", "unknown"}
    assert {("delivered", "failed"), ("failed", "delivered")} <= set(compared.corrected)
    assert compared.line.store.reports.tally(compared.campaign.id).people == 4 * len(ENDINGS)
