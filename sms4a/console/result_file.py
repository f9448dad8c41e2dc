"""The uploaded list back with its results: its own columns and rows, then what became of each person."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.results.reports import Reports
from sms4a.campaigns.views import RecipientRow, Who
from sms4a.console import language, wording, words_people
from sms4a.console.exports import Progress, save_csv, save_xlsx
from sms4a.console.wording import _
from sms4a.console.workbook import MEDIA_TYPE, Cell

Kind = Literal["xlsx", "csv"]

MEDIA_TYPES: dict[Kind, str] = {"xlsx": MEDIA_TYPE, "csv": "text/csv"}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of the uploaded list, in its order."""

    header: tuple[str, ...]
    phone: str | None
    placeholders: dict[str, str]
    """Column → the placeholder it fills."""
    mended: bool = False
    """Whether some rows stand in files of mended rows."""

    def value(self, row: RecipientRow, column: str) -> str:
        if column == self.phone:
            return row.raw_number
        if column in row.others:
            return row.others[column]
        return row.fields.get(self.placeholders.get(column, column), "")

    @property
    def shown(self) -> tuple[str, ...]:
        """Those beside the number."""
        return tuple(column for column in self.header if column != self.phone)


def columns_of(campaign: Campaign) -> Columns:
    kept = campaign.columns or {"header": [], "phone": None, "fields": {}}
    placeholders = {column: name for name, column in kept["fields"].items()}
    return Columns(tuple(kept["header"]), kept["phone"], placeholders, bool(kept.get("mended")))


def writer(
    reports: Reports, campaign: Campaign, who: Who, kind: Kind, zone: ZoneInfo
) -> Callable[[Path, Progress], None]:
    """Writes the file of the people a table shows, on any thread, in the language of whoever asks now."""
    spoken, delimiter = wording.language(), separator()
    columns = columns_of(campaign)

    def write(path: Path, progress: Progress) -> None:
        with language.spoken(spoken):
            rows = (cells(row, columns, zone) for row in reports.export(campaign.id, who))
            if kind == "xlsx":
                save_xlsx(path, header(columns, zone), rows, progress)
            else:
                save_csv(path, header(columns, zone), rows, progress, delimiter=delimiter)

    return write


def header(columns: Columns, zone: ZoneInfo) -> list[str]:
    city = zone.key.rpartition("/")[2].replace("_", " ")
    ours = [
        _("Number"), _("Outcome"), _("Reason"), _("What to do"), _("Send again?"), _("SMS parts"),
        _("Sent ({zone})").format(zone=city), _("Result ({zone})").format(zone=city), _("Attempts"),
    ]  # fmt: skip
    theirs = columns.header or (_("Number in the file"),)
    mended = [_("Corrected in")] if columns.mended else []
    return [_("Row of the file"), *mended, *theirs, *ours]


def cells(row: RecipientRow, columns: Columns, zone: ZoneInfo) -> Sequence[Cell]:
    theirs = [columns.value(row, column) for column in columns.header] or [row.raw_number]
    mended = [words_people.mended(row.mended)] if columns.mended else []
    return [row.row, *mended, *theirs, *_results(row, zone)]


def _results(row: RecipientRow, zone: ZoneInfo) -> Iterator[Cell]:
    yield row.number
    yield words_people.recipient_words(row).label
    yield words_people.reason(row) or (wording.verdict(row.verdict).reason if row.verdict else "")
    yield words_people.advice(row)
    yield words_people.light(row)
    yield row.parts
    yield _moment(row.sent_ts, zone)
    yield _moment(row.finished_ts, zone)
    yield row.attempts


def _moment(ts_ms: int | None, zone: ZoneInfo) -> datetime | None:
    """To the second, as a spreadsheet shows it."""
    if ts_ms is None:
        return None
    return datetime.fromtimestamp(ts_ms // 1000, zone).replace(tzinfo=None)


def separator() -> str:
    """As spreadsheets of the viewer's language expect it."""
    return ";" if wording.language() == "de" else ","
