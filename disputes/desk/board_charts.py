"""Which charts the board has, and the figures of each, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from disputes.desk.charts import Axis, Chart, Series, bars_beside, lines, stacked_bars
from disputes.reports.figures import FIGURES, Figure
from disputes.reports.filters import Filters
from disputes.reports.service import Counted
from disputes.reports.sheets import Row, Sheet
from disputes.reports.words import MEDIAN_FROM, NINE_OF_TEN_FROM, say_time


@dataclass(frozen=True)
class Part:
    """One colour of a chart: a figure, or the part of it that became `what`."""

    figure: str
    label: str
    look: str
    what: str | None = None


@dataclass(frozen=True)
class Plan:
    """A chart: bars beside each other, bars that add up, or times (half and nine of ten of one figure)."""

    id: str
    title: str
    kind: Literal["beside", "stacked", "times"]
    parts: Sequence[Part]


@dataclass(frozen=True)
class Shown:
    """A chart with its words: what it tells in a sentence, and what its figures mean."""

    id: str
    title: str
    chart: Chart
    sentence: str
    figures: Sequence[Figure]


def _times(figure: str, title: str) -> Plan:
    parts = [Part(figure, "half within", "half"), Part(figure, "nine of ten within", "most")]
    return Plan(figure, title, "times", parts)


PLANS: Final = {
    "cases": (
        Plan(
            "flow",
            "Complaints filed and resolved",
            "beside",
            [Part("filed", "filed", "first"), Part("ended", "resolved", "second")],
        ),
        Plan(
            "kept",
            "Promises",
            "stacked",
            [
                Part("promises", "kept", "good", "kept"),
                Part("promises", "moved in time", "plain", "moved"),
                Part("promises", "broken", "bad", "missed"),
            ],
        ),
        _times("first_answer", "Time to the first answer"),
        _times("ended", "Time to resolution"),
        Plan(
            "said",
            "What customers said to our answers",
            "stacked",
            [
                Part("replies", "accepted", "good", "accepted"),
                Part("replies", "no reply", "plain", "silent"),
                Part("replies", "refused", "bad", "refused"),
            ],
        ),
    ),
    "chats": (
        Plan(
            "talks",
            "Chats",
            "stacked",
            [
                Part("talks", "the assistant alone", "first", "assistant"),
                Part("talks", "with a person", "second", "person"),
            ],
        ),
        Plan(
            "handoffs",
            "Chats handed to people",
            "stacked",
            [
                Part("handoffs", "answered", "good", "answered"),
                Part("handoffs", "the customer left before", "plain", "left"),
                Part("handoffs", "nobody took it in time", "bad", "unclaimed"),
            ],
        ),
        _times("waited", "Waiting for a person"),
        _times("first_reply", "Time to the first reply"),
        _times("chat_end", "Time to the end of a chat"),
        Plan(
            "helped",
            "Helped by the chat",
            "stacked",
            [
                Part("satisfaction", "yes", "good", "content"),
                Part("satisfaction", "so-so", "plain", "middle"),
                Part("satisfaction", "no", "bad", "unhappy"),
            ],
        ),
    ),
}


def weekly(sheet: Sheet) -> list[Shown]:
    """The charts of a sheet whose rows are weeks."""
    days = [date.fromisoformat(row.key) for row in sheet.rows if row.key]
    axis = Axis("Week from", [f"{day.day} {day:%b}" for day in days], [row.label for row in sheet.rows])
    return [_shown(plan, axis, sheet.rows) for plan in PLANS[sheet.id]]


def by_part(title: str, figure: Figure, found: Counted, filters: Filters) -> Shown:
    """One bar for each part that a figure falls into, such as the ages of open complaints."""
    counts = [found.total.whats.get(what, 0) for what in figure.whats]
    links = [link_behind(figure, filters.with_(what=what)) for what in figure.whats]
    names = list(figure.whats.values())
    short = [name.replace(" to ", "–").replace(" or more", "+").replace(" days", "") for name in names]
    series = Series(figure.label, "first", counts, [f"{count:,}" for count in counts], links)
    return _told(figure.id, title, bars_beside(Axis("Which", short, names, "days"), [series]), [figure])


def link_behind(figure: Figure, filters: Filters) -> str:
    """The address of what is behind a figure."""
    return f"/desk/board/behind/{figure.id}?{filters.query()}"


def _shown(plan: Plan, axis: Axis, rows: Sequence[Row]) -> Shown:
    if plan.kind == "times":
        series = [_half(plan.parts[0], rows), _most(plan.parts[1], rows)]
        chart = lines(axis, series)
    else:
        series = [_counts(part, rows) for part in plan.parts]
        chart = (bars_beside if plan.kind == "beside" else stacked_bars)(axis, series)
    figures = {part.figure: FIGURES[part.figure] for part in plan.parts}
    return _told(plan.id, plan.title, chart, list(figures.values()))


def _counts(part: Part, rows: Sequence[Row]) -> Series:
    groups = [row.groups[part.figure] for row in rows]
    counts = [group.n if part.what is None else group.whats.get(part.what, 0) for group in groups]
    links = [link_behind(FIGURES[part.figure], row.filters.with_(what=part.what)) for row in rows]
    return Series(part.label, part.look, counts, [f"{count:,}" for count in counts], links)


def _half(part: Part, rows: Sequence[Row]) -> Series:
    groups = [row.groups[part.figure] for row in rows]
    return _of_times(part, rows, [group.p50 if group.n >= MEDIAN_FROM else None for group in groups])


def _most(part: Part, rows: Sequence[Row]) -> Series:
    groups = [row.groups[part.figure] for row in rows]
    return _of_times(part, rows, [group.p90 if group.n >= NINE_OF_TEN_FROM else None for group in groups])


def _of_times(part: Part, rows: Sequence[Row], values: Sequence[float | None]) -> Series:
    measured = [row.groups[part.figure].n for row in rows]
    says = [
        say_time(value) if value is not None else f"too few ({n})" if n else "none"
        for value, n in zip(values, measured, strict=True)
    ]
    links = [link_behind(FIGURES[part.figure], row.filters) for row in rows]
    return Series(part.label, part.look, values, says, links)


def _told(name: str, title: str, chart: Chart, figures: Sequence[Figure]) -> Shown:
    sentences = (_highest(series, chart.axis) for series in chart.series)
    return Shown(name, title, chart, "; ".join(sentence for sentence in sentences if sentence), figures)


def _highest(series: Series, axis: Axis) -> str:
    known = [(value, number) for number, value in enumerate(series.values) if value]
    if not known:
        return ""
    number = max(known, key=lambda one: one[0])[1]
    return f"{series.label}: most {series.says[number]} ({axis.long[number]})"
