"""Shapes of charts are where their figures put them."""

from itertools import pairwise

import pytest

from disputes.desk.charts import FLOOR, TOP, Axis, Series, bars_beside, lines, scale_for, scale_for_time, stacked_bars

AXIS = Axis("Week from", ["4 May", "11 May", "18 May"], ["4 May 2026", "11 May 2026", "18 May 2026"])


def series(label: str, *values: float | None) -> Series:
    """Figures with their words and links."""
    return Series(
        label, "good", values, [str(value) for value in values], [f"/{number}" for number in range(len(values))]
    )


class TestScale:
    @pytest.mark.parametrize(
        ("highest", "step", "steps"),
        [(1, 1, 1), (3, 1, 3), (4, 1, 4), (5, 2, 3), (17, 5, 4), (99, 50, 2), (1000, 500, 2)],
    )
    def test_of_counts_has_whole_steps_that_reach_over_the_highest(self, highest: int, step: int, steps: int) -> None:
        scale = scale_for(highest, whole=True)
        assert (scale.step, scale.steps) == (step, steps)
        assert scale.y(0) == FLOOR
        assert scale.y(highest) >= TOP

    @pytest.mark.parametrize(
        ("seconds", "unit"), [(50, "minutes"), (5000, "minutes"), (90_000, "hours"), (900_000, "days")]
    )
    def test_of_times_is_in_the_unit_that_fits(self, seconds: float, unit: str) -> None:
        assert scale_for_time(seconds).unit == unit


class TestBars:
    def test_piles_stand_on_each_other(self) -> None:
        chart = stacked_bars(AXIS, [series("kept", 2, 0, 1), series("broken", 1, 3, None)])
        low, high = (bar for bar in chart.bars if bar.hint.startswith("4 May"))
        assert low.y + low.height == FLOOR
        assert high.y + high.height == low.y
        assert low.height == pytest.approx(2 * high.height, abs=0.2)
        assert (low.hint, low.link) == ("4 May 2026, kept: 2", "/0")
        assert len(chart.bars) == 4

    def test_groups_do_not_overlap(self) -> None:
        chart = bars_beside(AXIS, [series("filed", 2, 2, 2), series("resolved", 1, 1, 1)])
        places = sorted((bar.x, bar.x + bar.width) for bar in chart.bars)
        assert all(left[1] <= right[0] + 0.2 for left, right in pairwise(places))

    def test_of_nothing_is_empty(self) -> None:
        assert stacked_bars(AXIS, [series("kept", 0, None, 0)]).is_empty


class TestLines:
    def test_break_where_there_are_too_few(self) -> None:
        chart = lines(Axis("Week from", list("abcde"), list("abcde")), [series("half", 60, 120, None, 60, 90)])
        (line,) = chart.lines
        assert len(line.points) == 4
        assert [path.count("L") for path in line.paths] == [1, 1]

    def test_a_single_point_is_still_shown(self) -> None:
        (line,) = lines(AXIS, [series("half", None, 60, None)]).lines
        assert (len(line.points), list(line.paths)) == (1, [])
