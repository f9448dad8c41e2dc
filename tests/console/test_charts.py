"""Figures as functions: pieces, colours, labels; no theme of a browser needed."""

import itertools
from collections.abc import Callable
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import pytest

from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import Funnel
from sms4a.console.results import charts, charts_in_time, queries
from sms4a.console.theme import DARK, FILLS, LIGHT, ON_FILLS

TALLY = Tally(
    {
        Tile.DELIVERED: 4902,
        Tile.ACCEPTED: 611,
        Tile.PENDING: 3729,
        Tile.FAILED: 120,
        Tile.UNKNOWN: 50,
        Tile.LEFT_OUT: 228,
    }
)
DAY = date(2026, 11, 23)

EMPTY: dict[str, Callable[[], go.Figure]] = {
    "breakdown": lambda: charts.breakdown(queries.outcomes(Tally()), LIGHT),
    "bars": lambda: charts.bars(queries.reasons(()), LIGHT, tile=Tile.FAILED),
    "delivered_area": lambda: charts_in_time.delivered_area(pd.DataFrame(columns=["minute", "people"]), LIGHT),
    "daily_stack": lambda: charts_in_time.daily_stack(queries.days(()), LIGHT),
    "funnel": lambda: charts.funnel(pd.DataFrame(columns=["label", "people"]), LIGHT),
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_frame_gives_an_empty_figure_with_its_axes(name: str) -> None:
    figure = EMPTY[name]()
    assert all(len(trace.x) == 0 for trace in figure.data)
    assert figure.layout.xaxis.fixedrange is True
    assert figure.layout.yaxis.fixedrange is True


def test_the_breakdown_has_a_piece_per_outcome_in_the_one_order() -> None:
    figure = charts.breakdown(queries.outcomes(TALLY), LIGHT)
    assert [trace.name for trace in figure.data] == ["Delivered", "Handed over", "Waiting", "Failed", "Unknown"]
    assert [trace.x[0] for trace in figure.data] == [4902, 611, 3729, 120, 50]
    assert [trace.marker.color for trace in figure.data] == list(FILLS.values())[:5]
    assert [trace.textfont.color for trace in figure.data] == list(ON_FILLS.values())[:5]
    assert (figure.layout.height, figure.layout.barmode, figure.layout.bargap) == (44, "stack", 0)


def test_who_was_stopped_is_not_called_failed() -> None:
    stopped = Tally({Tile.DELIVERED: 37, Tile.FAILED: 53}, cancelled=50)
    figure = charts.breakdown(queries.outcomes(stopped), LIGHT)
    assert [trace.name for trace in figure.data] == ["Delivered", "Failed or stopped"]


def test_a_piece_says_what_it_has_room_for() -> None:
    texts = [trace.text[0].strip("\u00a0") for trace in charts.breakdown(queries.outcomes(TALLY), LIGHT).data]
    assert texts == ["Delivered 52.1\u00a0%", "6.5\u00a0%", "Waiting 39.6\u00a0%", "", ""]


def test_outcomes_keep_their_fill_in_the_dark_and_text_and_grid_change() -> None:
    light, dark = (charts_in_time.daily_stack(queries.days([(DAY, TALLY)]), ink) for ink in (LIGHT, DARK))
    assert [trace.marker.color for trace in light.data] == [trace.marker.color for trace in dark.data]
    assert (light.layout.font.color, dark.layout.font.color) == (LIGHT.muted, DARK.muted)
    assert (light.layout.yaxis.gridcolor, dark.layout.yaxis.gridcolor) == (LIGHT.grid, DARK.grid)
    assert (light.layout.hoverlabel.bgcolor, dark.layout.hoverlabel.bgcolor) == (LIGHT.page, DARK.page)


def test_bars_stand_in_the_order_given_with_their_figures() -> None:
    figure = charts.bars(queries.reasons((("number_invalid", 1071), ("timeout", 29))), LIGHT, tile=Tile.FAILED)
    larger = charts.bars(queries.reasons((("number_invalid", 1_071_000), ("timeout", 29))), LIGHT, tile=Tile.FAILED)
    assert larger.layout.margin.r == figure.layout.margin.r + 4 * charts.WIDTH_OF_DIGIT, "room for all digits"
    (trace,) = figure.data
    assert list(trace.y) == ["Number does not exist", "Phone not reachable in time"]
    assert list(trace.text) == ["1,071", "29"]
    assert trace.marker.color == FILLS["failed"]
    assert figure.layout.yaxis.autorange == "reversed"


def test_rare_reasons_are_summed_up() -> None:
    codes = ("number_invalid", "blocked", "timeout", "connection", "not_accepted", "failed_report", "refused")
    frame = queries.reasons([(code, 10 - place) for place, code in enumerate(codes)])
    assert list(frame["people"]) == [10, 9, 8, 7, 6, 5 + 4]
    assert frame["label"].iloc[-1] == "Other reasons"
    # A single rare one is called by its name: it needs no more room.
    frame = queries.reasons([(code, 10 - place) for place, code in enumerate(codes[:6])])
    assert frame["label"].iloc[-1] == "Network reports failure"


def test_words_from_data_cannot_become_markup_or_formulas() -> None:
    frame = pd.DataFrame({"label": ["<b>Tom & $x^2$</b>"], "people": [3]})
    (trace,) = charts.bars(frame, LIGHT, tile=Tile.FAILED).data
    assert list(trace.y) == ["&lt;b&gt;Tom &amp; x^2&lt;/b&gt;"]
    assert "<b>Tom" not in charts.funnel(frame, LIGHT).to_json()


def test_delivered_people_add_up_and_a_pause_stays_level() -> None:
    minutes = [pd.Timestamp(f"2026-11-23 14:{minute}") for minute in (20, 21, 25)]
    figure = charts_in_time.delivered_area(pd.DataFrame({"minute": minutes, "people": [3, 4, 5]}), LIGHT)
    (trace,) = figure.data
    assert [moment.strftime("%H:%M") for moment in trace.x] == ["14:20", "14:21", "14:22", "14:25", "14:26"]
    assert list(trace.y) == [0, 3, 7, 7, 12]
    assert figure.layout.annotations[0].text == "<b>12</b>"


def test_days_without_people_keep_their_place() -> None:
    days = [(date(2026, 11, 21), Tally()), (date(2026, 11, 22), TALLY), (DAY, Tally({Tile.FAILED: 7}))]
    figure = charts_in_time.daily_stack(queries.days(days), LIGHT)
    assert {trace.name: list(trace.y) for trace in figure.data}["Failed"] == [0, 120, 7]
    assert list(figure.layout.xaxis.ticktext) == ["21 Nov", "22 Nov", "23 Nov"]
    assert all(list(trace.x) == ["2026-11-21", "2026-11-22", "2026-11-23"] for trace in figure.data)


@pytest.mark.parametrize(("count", "labels"), [(7, 7), (30, 5), (90, 7)])
def test_days_are_labelled_sparsely_and_the_last_one_always(count: int, labels: int) -> None:
    days = [(date.fromordinal(DAY.toordinal() - back), TALLY) for back in reversed(range(count))]
    marked = charts_in_time.daily_stack(queries.days(days), LIGHT).layout.xaxis.ticktext
    assert (len(marked), marked[-1]) == (labels, "23 Nov")


def test_the_funnel_narrows_over_its_track() -> None:
    figure = charts.funnel(queries.funnel(Funnel(uploaded=9640, planned=9412, accepted=9300, delivered=4902)), LIGHT)
    track, steps = figure.data
    assert list(track.x) == [9640] * 4
    assert list(steps.x) == [9640, 9412, 9300, 4902]
    assert list(steps.marker.color) == [FILLS["pending"]] * 3 + [FILLS["delivered"]]
    assert [note.text for note in figure.layout.annotations][-1] == "<b>4,902</b>  50.9\u00a0%"


def test_no_figure_can_be_dragged_zoomed_or_changed_by_its_legend() -> None:
    figures = [
        charts.breakdown(queries.outcomes(TALLY), LIGHT),
        charts.bars(queries.reasons((("timeout", 1),)), LIGHT, tile=Tile.FAILED),
        charts_in_time.daily_stack(queries.days([(DAY, TALLY)]), LIGHT),
        charts.funnel(queries.funnel(Funnel(4, 3, 2, 1)), LIGHT),
    ]
    for figure in figures:
        assert figure.layout.dragmode is False
        assert figure.layout.showlegend is False
        assert figure.layout.xaxis.fixedrange
        assert figure.layout.yaxis.fixedrange


def test_any_two_outcomes_have_different_fills() -> None:
    assert all(one != other for one, other in itertools.combinations(FILLS.values(), 2))


@pytest.mark.parametrize(
    ("first", "minutes", "labels"),
    [
        ("06:12", 1, ["06:12", "06:13"]),
        ("06:12", 4, ["06:12", "06:13", "06:14", "06:15", "06:16"]),
        ("14:20", 15, ["14:20", "14:25", "14:30", "14:35"]),
        ("14:21", 40, ["14:30", "14:40", "14:50", "15:00"]),
        ("23:30", 60, ["23.11. 23:30", "23.11. 23:45", "24.11. 00:00", "24.11. 00:15", "24.11. 00:30"]),
        ("09:10", 4320, ["24.11. 00:00", "25.11. 00:00", "26.11. 00:00"]),
        ("09:10", 20000, ["26.11. 00:00", "29.11. 00:00", "2.12. 00:00", "5.12. 00:00"]),
    ],
)
def test_each_label_of_the_minutes_is_there_once(first: str, minutes: int, labels: list[str]) -> None:
    begin = pd.Timestamp(f"2026-11-23 {first}")
    moments = [begin, begin + pd.Timedelta(minutes=minutes - 1)] if minutes > 1 else [begin]
    frame = pd.DataFrame({"minute": moments, "people": [1] * len(moments)})
    found = list(charts_in_time.delivered_area(frame, LIGHT).layout.xaxis.ticktext)
    assert len(set(found)) == len(found) <= 6
    assert found == labels
