"""A measured figure, its bar, and how a list of them is shown and written."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles


@dataclass(frozen=True)
class Row:
    """One figure. `bar`: the most it may be (`at_least`: the least); None: no bar, told for comparison."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    at_least: bool = False

    @property
    def ok(self) -> bool | None:
        if self.bar is None:
            return None
        return self.value >= self.bar if self.at_least else self.value <= self.bar


def table(rows: list[Row]) -> str:
    """The rows as text."""
    width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        bar = "" if row.bar is None else f"{'at least' if row.at_least else 'at most'} {row.bar:g}"
        verdict = {True: "ok", False: "MISSED", None: ""}[row.ok]
        lines.append(f"{row.name:<{width}}  {row.value:>9.2f} {row.unit:<8} {bar:<14} {verdict}".rstrip())
    return "\n".join(lines)


def write(rows: list[Row], path: Path) -> None:
    """The rows as JSON: name, value, unit, bar, ok."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = [{**asdict(row), "ok": row.ok} for row in rows]
    for row in shown:
        del row["at_least"]
    path.write_text(json.dumps(shown, indent=2) + "\n")


def p50(seconds: list[float]) -> float:
    """The median."""
    return quantiles(seconds, n=100, method="inclusive")[49]


def p95(seconds: list[float]) -> float:
    """95 of 100 were as fast as this, or faster."""
    return quantiles(seconds, n=100, method="inclusive")[94]
