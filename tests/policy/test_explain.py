"""The whole policy as a page for people: nothing of it is missing, and every clock is told as it is counted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from disputes import policy
from disputes.cli import app
from disputes.policy.clock_words import CLOCKS
from disputes.policy.explain import Section, explain, version_of
from disputes.policy.models import ClockChanges, Clocks
from disputes.policy.plain_page import WIDTH, plain_page
from disputes.settings import settings

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def words_of(key: str) -> str:
    return next(row.words for section in sections() for row in section.rows if row.key == key)


def sections() -> list[Section]:
    return explain(policy.current(), AT)


class TestClocks:
    def test_are_all_told_once(self) -> None:
        assert sorted(CLOCKS) == sorted(Clocks.model_fields)

    def test_of_calendar_days_roll_forward(self) -> None:
        assert words_of("clocks.first_answer_days") == (
            "15 days, counted from the day after you file. The last day counts in full. If we do not work on it, the "
            "next working day takes its place."
        )

    def test_of_working_days_count_no_others(self) -> None:
        assert words_of("clocks.named_person_business_days").startswith(
            "1 working day, counted from the day after you file. Only days on which we work count"
        )

    def test_of_the_hard_cap_never_move(self) -> None:
        said = words_of("clocks.hard_cap_days")
        assert "whether we work on it or not" in said
        assert "next working day" not in said

    def test_that_come_several_times_are_listed(self) -> None:
        assert words_of("clocks.customer_reminder_days") == "3 and 7 days after we ask."
        assert words_of("clocks.staff_warning_days") == "5 and 2 days ahead, or on the day."

    def test_without_a_figure_say_so(self) -> None:
        assert words_of("clocks.filing_window_days") == "We set no limit. The law may set one."


@pytest.mark.usefixtures("each_policy")
class TestEachPolicy:
    def test_is_told_with_every_part_of_the_file(self) -> None:
        keys = {row.key for section in sections() for row in section.rows}
        shop = policy.current()
        assert keys >= set(shop.clauses)
        assert keys >= {f"clocks.{name}" for name in Clocks.model_fields}
        assert keys >= {f"stages.{state}" for state in shop.stages}
        assert keys >= {f"retention.{name}" for name in type(shop.retention).model_fields}
        assert keys >= {"office_hours", "calendar", "mediators", "evidence", "outcome_labels", "remedy_labels"}

    def test_names_every_category_with_its_own_clocks(self) -> None:
        told = next(section for section in sections() if section.id == "categories")
        words = " ".join((row.term + " " + " ".join(row.items)) for row in told.rows)
        for category in policy.current().categories.values():
            assert category.label in words
            if category.clocks != ClockChanges():
                assert f"{category.label} First answer: {category.clocks.first_answer_days} days" in words

    def test_has_different_names_for_its_parts(self) -> None:
        ids = [section.id for section in sections()]
        assert len(ids) == len(set(ids))

    def test_leaves_out_what_nobody_has_checked_lately(self) -> None:
        fresh = [row.url for section in sections() for row in section.rows if row.key == "outside_options.directory"]
        late = datetime(2028, 1, 1, tzinfo=UTC)
        stale = [
            row
            for section in explain(policy.current(), late)
            for row in section.rows
            if row.key == "outside_options.directory"
        ]
        assert len(fresh) == len(policy.current().outside_options.directory)
        assert stale == []

    def test_fits_the_screen_as_plain_text(self) -> None:
        page = plain_page(policy.current(), AT)
        assert max(len(line) for line in page.splitlines()) <= WIDTH
        assert "{" not in page
        for clause in policy.current().clauses.values():
            assert clause.title in page
        assert version_of(policy.current()) in page


class TestHolidays:
    def test_of_the_coming_year_have_their_day_and_their_name(self) -> None:
        closed = next(row.items for section in sections() for row in section.rows if row.key == "calendar")
        assert closed[0] == "Friday 25 December 2026: Christmas Day"
        assert not any(item.startswith(("Saturday", "Sunday")) for item in closed)


class TestCommands:
    def test_check_says_that_a_file_is_valid(self, each_policy: Path) -> None:
        done = CliRunner().invoke(app, ["policy", "check"])
        assert (done.exit_code, done.output) == (0, f"{each_policy} is a valid policy.\n")

    def test_check_reads_another_file(self, tmp_path: Path) -> None:
        other = tmp_path / "other.yml"
        other.write_text(settings().policy_file.read_text())
        done = CliRunner().invoke(app, ["policy", "check", str(other)])
        assert (done.exit_code, done.output) == (0, f"{other} is a valid policy.\n")

    def test_check_refuses_with_file_line_and_expectation(self, tmp_path: Path) -> None:
        other = tmp_path / "other.yml"
        text = settings().policy_file.read_text()
        other.write_text(text.replace("first_answer_days: 15", "first_answer_days: soon"))
        line = text[: text.index("first_answer_days: 15")].count("\n") + 1
        done = CliRunner().invoke(app, ["policy", "check", str(other)])
        assert done.exit_code != 0
        expected = f"{other}, line {line}: clocks.first_answer_days: expected a whole number; not 'soon'"
        assert str(done.exception) == expected

    def test_explain_prints_the_page(self, each_policy: Path) -> None:
        done = CliRunner().invoke(app, ["policy", "explain", str(each_policy)])
        assert done.exit_code == 0
        assert done.output.startswith(f"The dispute policy of {policy.current().shop.name}\n")
        assert "First answer\n" in done.output
