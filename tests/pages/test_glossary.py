"""Status glossary: all words in one place."""

from sms4a.campaigns.tiles import OUTCOME_OF_VERDICT, Tile
from sms4a.status import RULES
from tests.pages.conftest import OpenPage


def test_every_word_every_reason_and_every_status_of_the_api_is_there(open_page: OpenPage) -> None:
    words, reasons, api = (table.value for table in open_page("glossary").table)
    assert (len(words), len(reasons), len(api)) == (len(Tile), len(OUTCOME_OF_VERDICT), len(RULES))
    assert reasons["Reason"].is_unique
    # What a reason counts as is one of the six words above it.
    assert set(reasons["Counts as"]) <= set(words["Word"])
