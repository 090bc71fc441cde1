"""What the program asks the policy: mediation, outside options, lines of history, which words held."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from disputes import policy
from disputes.policy import Policy
from disputes.settings import settings

CHECKED = date(2026, 11, 1)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


class TestMayMediate:
    def test_a_category_that_is_named_whatever_it_is_about(self) -> None:
        assert policy.current().may_mediate("service", None) is None

    @pytest.mark.parametrize(("amount", "allowed"), [("25.00", True), ("24.99", False)])
    def test_from_the_smallest_amount_on(self, amount: str, allowed: bool) -> None:
        refusal = policy.current().may_mediate("refund", Decimal(amount))
        assert refusal == (None if allowed else "Our policy suggests mediation from £25.00.")

    def test_not_another_category(self) -> None:
        refusal = policy.current().may_mediate("late", Decimal(500))
        assert refusal == "Our policy does not suggest mediation for this kind of complaint (Late delivery)."

    def test_not_without_a_neutral_person(self, policy_text: str, tmp_path: Path) -> None:
        start, end = policy_text.index("mediators:"), policy_text.index("# Who else can help")
        shop = loaded(tmp_path, policy_text[:start] + "mediators: []\n" + policy_text[end:])
        assert "no neutral person" in str(shop.may_mediate("refund", None))


class TestOutsideOptions:
    def test_are_those_of_the_country(self) -> None:
        answer = policy.current().outside_options_for("IE", noon(CHECKED))
        assert {option.country for option in answer.options} == {"IE"}
        assert "https://www.courts.ie/" in {str(option.url) for option in answer.options}

    def test_are_shown_until_the_last_valid_day_and_then_general_words_stand_alone(self) -> None:
        shop = policy.current()
        last = CHECKED + timedelta(days=shop.outside_options.valid_days)
        assert shop.outside_options_for("GB", noon(last)).options
        stale = shop.outside_options_for("GB", noon(last + timedelta(days=1)))
        assert stale.options == []
        assert stale.general.startswith("You may turn to alternative dispute resolution")

    @pytest.mark.parametrize("country", [None, "FR", "gb"])
    def test_of_another_or_no_country_are_general_words(self, country: str | None) -> None:
        answer = policy.current().outside_options_for(country, noon(CHECKED))
        assert answer.options == []
        assert answer.general
        assert answer.takes_part
        assert answer.time_limits


class TestHistoryLine:
    def test_names_the_person_who_acted(self) -> None:
        assert policy.current().history_line("taken", by="staff", staff="Nora Lindqvist") == (
            "Nora Lindqvist took on your case."
        )

    def test_names_the_shop_without_a_person(self) -> None:
        assert policy.current().history_line("taken") == "casened.com took on your case."

    def test_says_how_it_came_about(self) -> None:
        shop = policy.current()
        assert shop.history_line("answered", by="clock").startswith("We had no answer")
        assert shop.history_line("answered", by="customer") == "You answered our questions."

    def test_takes_the_assistants_button_as_the_customers(self) -> None:
        shop = policy.current()
        assert shop.history_line("mediation_declined", by="assistant").startswith("You said no")
        assert shop.history_line("mediation_declined", by="staff").startswith("There will be no mediation")

    def test_of_an_unknown_kind_is_the_kind(self) -> None:
        assert policy.current().history_line("levitated") == "levitated"


class TestTrace:
    def test_is_the_clause_and_the_file(self) -> None:
        shop = policy.current()
        assert shop.trace("C6") == f"C6@{shop.digest[:12]}"

    def test_of_a_sentence_holds_its_words(self, policy_text: str, tmp_path: Path) -> None:
        before = policy.current().trace_sentence("clauses.C6.text")
        other_clock = loaded(tmp_path, policy_text.replace("  first_answer_days: 15", "  first_answer_days: 14"))
        other_shop = loaded(tmp_path, policy_text.replace("currency: GBP", "currency: EUR"))
        words, file = before.partition("#")[2].split("@")
        assert other_clock.trace_sentence("clauses.C6.text").partition("#")[2].split("@")[0] != words
        kept = other_shop.trace_sentence("clauses.C6.text").partition("#")[2].split("@")
        assert kept[0] == words
        assert kept[1] != file

    def test_gives_the_sentence_itself(self) -> None:
        assert policy.current().sentence("clauses.C6.text") == policy.current().clauses["C6"].text

    @pytest.mark.parametrize("key", ["C11", "history.nothing", ""])
    def test_of_nothing_is_an_error(self, key: str) -> None:
        with pytest.raises(KeyError):
            policy.current().trace(key)
        with pytest.raises(KeyError):
            policy.current().trace_sentence(key)


def loaded(folder: Path, text: str) -> Policy:
    path = folder / "policy.yml"
    path.write_text(text)
    return policy.load(path)


@pytest.fixture
def policy_text() -> str:
    return settings().policy_file.read_text()
