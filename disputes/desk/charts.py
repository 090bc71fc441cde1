"""Where the shapes of a chart go. Pure: figures in, places out; a template draws them, the style sheet colours them.

No chart is the only way to its figures: each has them in a table beside it, and a sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from disputes.reports.words import DAY, HOUR, MINUTE

WIDTH: Final = 480
HEIGHT: Final = 190
LEFT: Final = 38
RIGHT: Final = 12
TOP: Final = 10
BOTTOM: Final = 24
STEPS: Final = 4
MOST_LABELS: Final = 7
WIDEST_BAR: Final = 34
FLOOR: Final = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Series:
    """Figures of one kind, one for each place on the axis; None where there is nothing to tell.

    `look` names the shape and colour in the style sheet. `says` are the figures in words, and `links` lead to what is
    behind each.
    """

    label: str
    look: str
    values: Sequence[float | None]
    says: Sequence[str]
    links: Sequence[str]


@dataclass(frozen=True)
class Axis:
    """What the places from left to right are: `short` under the chart, with `unit` at its end, `long` in its table."""

    name: str
    short: Sequence[str]
    long: Sequence[str]
    unit: str = ""


@dataclass(frozen=True)
class Bar:
    """One rectangle."""

    x: float
    y: float
    width: float
    height: float
    look: str
    hint: str
    link: str


@dataclass(frozen=True)
class Point:
    """One point of a line."""

    x: float
    y: float
    hint: str
    link: str


@dataclass(frozen=True)
class Line:
    """One line. Where a figure is missing it is broken: `paths` are its pieces."""

    label: str
    look: str
    paths: Sequence[str]
    points: Sequence[Point]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis with its words."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """All shapes of a chart, ready to be drawn."""

    axis: Axis
    series: Sequence[Series]
    ticks: Sequence[Tick]
    labels: Sequence[Tick]
    bars: Sequence[Bar] = ()
    lines: Sequence[Line] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = FLOOR
    unit: str = ""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to draw."""
        return not any(value for series in self.series for value in series.values)


@dataclass(frozen=True)
class Scale:
    """Where a figure is between the floor and the top; `step` is from one tick to the next."""

    step: float
    steps: int
    unit_size: float = 1
    unit: str = ""

    def y(self, value: float) -> float:
        """The place of a figure."""
        return round(FLOOR - value / (self.step * self.steps * self.unit_size) * (FLOOR - TOP), 1)

    def ticks(self) -> list[Tick]:
        """The marks, from zero up."""
        values = [self.step * number for number in range(self.steps + 1)]
        return [Tick(self.y(value * self.unit_size), f"{value:g}") for value in values]


def stacked_bars(axis: Axis, series: Sequence[Series]) -> Chart:
    """Bars that stand on each other, one pile for each label."""
    piles = [sum(given.values[number] or 0 for given in series) for number in range(len(axis.short))]
    scale = scale_for(max(piles, default=0), whole=True)
    return Chart(axis, series, scale.ticks(), _labels(axis.short), bars=list(_piles(axis, series, scale)))


def bars_beside(axis: Axis, series: Sequence[Series]) -> Chart:
    """Bars that stand beside each other, a group for each label."""
    highest = max((value or 0 for given in series for value in given.values), default=0)
    scale = scale_for(highest, whole=True)
    return Chart(axis, series, scale.ticks(), _labels(axis.short), bars=list(_groups(axis, series, scale)))


def lines(axis: Axis, series: Sequence[Series]) -> Chart:
    """A line of times (in seconds) for each series, in the unit that fits the longest."""
    scale = scale_for_time(max((value or 0 for given in series for value in given.values), default=0))
    drawn = [_line(given, scale, axis) for given in series]
    return Chart(axis, series, scale.ticks(), _labels(axis.short), lines=drawn, unit=scale.unit)


def scale_for(highest: float, *, whole: bool = False) -> Scale:
    """Steps of 1, 2 or 5 (times ten) that reach over the highest figure; `whole` for what is counted."""
    if highest <= 0:
        return Scale(1, STEPS if not whole else 1)
    rough = highest / STEPS
    power = 10.0 ** floor(log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough * 0.999)
    step = max(step, 1) if whole else step
    return Scale(step, max(ceil(highest / step - 1e-9), 1))


def scale_for_time(seconds: float) -> Scale:
    """The same for times, told in days, hours or minutes."""
    unit_size, unit = next(
        (size, name) for size, name in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")) if _fits(seconds, size)
    )
    fitted = scale_for(seconds / unit_size)
    return Scale(fitted.step, fitted.steps, unit_size, unit)


def _fits(seconds: float, size: int) -> bool:
    return seconds >= 2 * size or size == MINUTE


def _piles(axis: Axis, series: Sequence[Series], scale: Scale) -> Iterator[Bar]:
    slot = (WIDTH - LEFT - RIGHT) / max(len(axis.short), 1)
    width = min(slot * 0.7, WIDEST_BAR)
    for number in range(len(axis.short)):
        under = 0.0
        for given in series:
            if value := given.values[number]:
                top, foot = scale.y(under + value), scale.y(under)
                x = LEFT + slot * number + (slot - width) / 2
                yield _bar(given, axis, number, x=x, width=width, top=top, foot=foot)
                under += value


def _groups(axis: Axis, series: Sequence[Series], scale: Scale) -> Iterator[Bar]:
    slot = (WIDTH - LEFT - RIGHT) / max(len(axis.short), 1)
    width = min(slot * 0.8 / max(len(series), 1), WIDEST_BAR / 2)
    for number in range(len(axis.short)):
        start = LEFT + slot * number + (slot - width * len(series)) / 2
        for place, given in enumerate(series):
            if value := given.values[number]:
                yield _bar(given, axis, number, x=start + place * width, width=width, top=scale.y(value), foot=FLOOR)


def _bar(given: Series, axis: Axis, number: int, *, x: float, width: float, top: float, foot: float) -> Bar:
    height = round(max(foot - top, 0.8), 1)
    hint = _hint(given, axis, number)
    return Bar(round(x, 1), top, round(width, 1), height, given.look, hint, given.links[number])


def _hint(given: Series, axis: Axis, number: int) -> str:
    return f"{axis.long[number]}, {given.label}: {given.says[number]}"


def _line(given: Series, scale: Scale, axis: Axis) -> Line:
    slot = (WIDTH - LEFT - RIGHT) / max(len(axis.short), 1)
    points: list[Point] = []
    paths: list[str] = []
    piece: list[Point] = []
    for number, value in enumerate(given.values):
        if value is None:
            paths += _path(piece)
            piece = []
            continue
        x = round(LEFT + slot * (number + 0.5), 1)
        piece.append(Point(x, scale.y(value), _hint(given, axis, number), given.links[number]))
        points.append(piece[-1])
    return Line(given.label, given.look, [*paths, *_path(piece)], points)


def _path(piece: Sequence[Point]) -> list[str]:
    if len(piece) < 2:
        return []
    return ["M" + " L".join(f"{point.x:g} {point.y:g}" for point in piece)]


def _labels(labels: Sequence[str]) -> list[Tick]:
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    every = max(ceil(len(labels) / MOST_LABELS), 1)
    return [
        Tick(round(LEFT + slot * (number + 0.5), 1), label)
        for number, label in enumerate(labels)
        if number % every == 0
    ]
