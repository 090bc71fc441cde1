"""Files of the board: nothing a spreadsheet would run, and every column explained in the documentation."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from disputes import clock
from disputes.reports import as_csv, service
from disputes.reports.figures import FIGURES
from disputes.reports.filters import Filters
from disputes.reports.sheets import PLANS
from tests.reports.world import MAY, MONDAY, World

DOCS = Path(__file__).parents[2] / "docs" / "board.md"


class TestSafe:
    @pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
    def test_what_a_spreadsheet_would_run_becomes_words(self, begins: str) -> None:
        assert as_csv.safe(f"{begins}HYPERLINK(1)") == f"'{begins}HYPERLINK(1)"

    @pytest.mark.parametrize("value", [-1, 2.5, None, "Ann-Marie", "a=b"])
    def test_everything_else_stays(self, value: str | float | None) -> None:
        assert as_csv.safe(value) == value

    @pytest.mark.database
    def test_the_name_of_somebody_who_works_here_is_no_formula_either(self, session: Session) -> None:
        world = World(session)
        world.ann.name = '=1+1,"quoted"'
        world.take(world.file(MONDAY), MONDAY)
        with clock.set_to(MONDAY):
            file = as_csv.of_lines(FIGURES["named"], service.behind(session, FIGURES["named"], Filters(MAY)))
        rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
        assert [row["with"] for row in rows] == ['\'=1+1,"quoted"']


class TestColumns:
    def test_every_one_is_explained(self) -> None:
        names = {name for plan in PLANS.values() for column in plan.columns for name in as_csv.column_names(column)}
        words = DOCS.read_text()
        assert [
            name
            for name in sorted(names | set(as_csv.LINE_COLUMNS) | set(as_csv.CHANGE_COLUMNS))
            if f"`{name}`" not in words
        ] == []

    def test_and_so_is_every_figure(self) -> None:
        words = DOCS.read_text()
        assert [figure.label for figure in FIGURES.values() if figure.label not in words] == []
