"""A policy that is wrong is refused, with the line and what should stand there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from disputes import policy
from disputes.policy import PolicyError
from disputes.settings import settings

type Edit = Callable[[str, str], PolicyError]


class TestTheShopsOwnPolicy:
    def test_is_valid_and_has_all_ten_clauses(self) -> None:
        assert list(policy.current().clauses) == [f"C{number}" for number in range(1, 11)]

    def test_texts_have_their_figures_filled_in(self) -> None:
        assert (
            "a first answer within 15 days and a final response within 30 days" in policy.current().clauses["C6"].text
        )
        assert "within 1 minute" in policy.current().clauses["C3"].text
        assert not any("{" in clause.text for clause in policy.current().clauses.values())

    def test_its_figures_are_those_of_the_specification(self) -> None:
        clocks = policy.current().clocks
        assert (clocks.acknowledgement_seconds, clocks.named_person_business_days) == (60, 1)
        assert (clocks.first_answer_days, clocks.final_response_days, clocks.hard_cap_days) == (15, 30, 42)
        assert (clocks.offer_days, clocks.mediation_answer_days, clocks.mediation_days) == (14, 10, 30)
        assert clocks.filing_window_days is None


class TestMistakes:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyError, match=r"none\.yml, line 1: expected a readable file"):
            policy.load(tmp_path / "none.yml")

    def test_an_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "policy.yml").write_text("")
        with pytest.raises(PolicyError, match="expected a mapping"):
            policy.load(tmp_path / "policy.yml")

    def test_bytes_that_are_not_text(self, tmp_path: Path) -> None:
        (tmp_path / "policy.yml").write_bytes(b"version: 1\nshop: \xff")
        with pytest.raises(PolicyError, match="line 2: expected text in UTF-8"):
            policy.load(tmp_path / "policy.yml")

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            ("first_answer_days: 15", "first_anwser_days: 15", "did you mean 'first_answer_days'?"),
            ("first_answer_days: 15", "first_answer_days: soon", "expected a whole number; not 'soon'"),
            ("first_answer_days: 15", 'first_answer_days: "15"', "expected a whole number"),
            ("first_answer_days: 15", "first_answer_days: 0", "greater than or equal to 1"),
            ("first_answer_days: 15", "first_answer_days: 31", "at most final_response_days (30)"),
            ("final_response_days: 30", "final_response_days: 43", "at most hard_cap_days (42)"),
            ("customer_reminder_days: [3, 7]", "customer_reminder_days: [7, 3]", "rising order"),
            ("offer_reminder_days: [3, 7]", "offer_reminder_days: [3, 14]", "before offer_days is over"),
            ("  country: GB ", "  country: XX ", "a country code such as GB"),
            ("  country: GB ", "  country: Britain ", "text of the form"),
            ("subdivision: ENG", "subdivision: WIG", "a region of GB: ENG"),
            ("timezone: Europe/London", "timezone: Europe/Londn", "a time zone such as Europe/London"),
            ("kind: trace", "kind: trase", "one of 'refund', 'part_refund'"),
            ("categories: [late, cancellation]", "categories: [late, cancelation]", "not 'cancelation'"),
            (
                "{percent_of_total: 10}",
                "{percent_of_total: 10, fixed: 3.00}",
                "either percent_of_total or fixed",
            ),
            ("{percent_of_total: 10}", "{percent_of_total: 101}", "less than or equal to 100"),
            ("{fixed: 10.00}", "{fixed: 10.005}", "at most two places"),
            ("amount: {fixed: 10.00}", "", "an amount: this remedy is money (kind: voucher)"),
            ("Your parcel for order {order} is", "Your parcel {ordr} is", "not {ordr}; known:"),
            ("a final\n      response within {final_response_days}", "{final_days}", "not {final_days}"),
            ('friday: "09:00-17:00"', 'friday: "19:00-17:00"', "an opening time before the closing time"),
            ('friday: "09:00-17:00"', "fryday: 9-17", "did you mean 'friday'?"),
            ('friday: "09:00-17:00"', "friday: whenever", 'hours such as "09:00-17:30"'),
            ("  - id: late_trace", "  - id: late_cancel", "'late_cancel' only once"),
            (
                "  withdrawn:\n    label: Withdrawn",
                "  withdrown:\n    label: Withdrawn",
                "withdrawn is missing",
            ),
            ("states: [escalated]", "states: [escalated, filed]", "filed is in 2"),
            ("  taken: ", "  takn: ", "taken is missing"),
            ("last_call_days: 7", "last_call_days: 30", "fewer days than review_window_days"),
            ("version: 1", "version: 2", "one of 1"),
            ("  unanswered: We", "  unanswerd: We", "a line for everything that happens; unanswered is missing"),
            ("  unanswered: We", "  unanswered_again: Yes.\n  unanswered: We", "did you mean 'unanswered'?"),
            ("  closed: The", "  closed_by_magic: Gone.\n  closed: The", "who did it at its end: customer, assistant"),
            ("took on your case.", "took on your {cases}.", "not {cases}; known:"),
            ("took on your case.", "took this on in 3 days.", "the name of a clock in braces in place of '3 days'"),
            ("  goodwill: We", "  good_will: We", "did you mean 'goodwill'?"),
            ("  goodwill: We help as a gesture of goodwill\n", "", "goodwill is missing"),
            ("  apology: Apology\n", "", "words for all of them; apology is missing"),
            ("    late:\n      - When", "    lat:\n      - When", "one of the categories: late, lost"),
            ("  general:\n    - What happened", "  general: []\n  not_general:\n    - What", "at least 1 item"),
            ("    - caught fire", '    - ""', "at least 1 character"),
            ("    - caught fire", '    - " * "', "a word with letters in it"),
            ("    - caught fire", "    - cau*ght fire", "a star at the end only"),
            ("  unowned: Take", "  unowne: Take", "unowned is missing"),
            (
                "promises:\n  named_person:",
                "promises:\n  name_person:",
                "named_person is missing",
            ),
            ("  unowned: Take", "  levitate: Fly.\n  unowned: Take", "one of unowned"),
            ("piotr@zielinski-mediation.example", "Amara.Okafor@mediation.example", "only once"),
            ("name: Piotr Zielinski", "name: Amara Okafor", "'amara okafor' only once"),
            ("https://www.courts.ie", "http://www.courts.ie", "an address that begins with https://"),
            ("https://www.courts.ie", "https://ec.europa.eu/consumers/odr/", "closed in July 2025"),
            ("https://www.courts.ie", "https://webgate.ec.europa.eu/odr/main", "closed in July 2025"),
            ("You may turn to alternative", "See ec.europa.eu/consumers/odr or alternative", "closed in July 2025"),
            ("      country: IE\n", "      country: IRL\n", "text of the form"),
            ("      country: IE\n", "      country: XY\n", "a country code such as GB"),
            ("checked: 2026-11-01", "checked: lately", "a date"),
            ("contact_months: 12", "contact_months: 37", "at most case_months (36)"),
            ("  legal_hold_months: 24", "  #", "a value: this key is missing"),
            ("  time_limits: >-", "  time_limit: >-", "did you mean 'time_limits'?"),
            ("smallest_amount: 25.00", "smallest_amount: little", "an amount such as 150.00"),
            (
                "  management_review_days: 15",
                "  management_review_days: 28",
                "fits after the first answer and before the hard cap (at most 27 days)",
            ),
            ("review_after_silence_days: 7", "review_after_silence_days: 16", "at most management_review_days (15)"),
            ("mediation_extension_days: 14", "mediation_extension_days: 31", "at most mediation_days (30)"),
            ("mediation_think_hours: 48", "mediation_think_hours: 720", "less time to think than mediation lasts"),
            ("urgent_business_days: 1", "urgent_business_days: 2", "at most named_person_business_days (1)"),
            ("progress_note_days: 7", "progress_note_days: 16", "at most first_answer_days (15)"),
            ("staff_warning_days: [5, 2, 0]", "staff_warning_days: [0, 2, 5]", "days in falling order"),
            ("  other: {label: Something else}", "  others: {label: Something else}", "a category 'other'"),
        ],
    )
    def test_are_told_with_their_line(self, edit: Edit, before: str, after: str, expected: str) -> None:
        assert expected in str(edit(before, after))

    def test_the_line_is_the_one_to_look_at(self, edit: Edit, policy_text: str) -> None:
        line = next(n for n, text in enumerate(policy_text.splitlines(), 1) if "first_answer_days: 15" in text)
        error = edit("first_answer_days: 15", "first_answer_days: soon")
        assert error.line == line
        assert str(error).endswith(f"line {line}: clocks.first_answer_days: expected a whole number; not 'soon'")

    def test_a_missing_key_is_told_at_the_thing_it_is_missing_from(self, edit: Edit, policy_text: str) -> None:
        line = next(n for n, text in enumerate(policy_text.splitlines(), 1) if text == "shop:")
        error = edit("  currency: GBP\n", "")
        assert (error.line, error.expected) == (line, "a value: this key is missing")
        assert "shop.currency" in str(error)

    def test_a_key_given_twice_is_refused(self, edit: Edit) -> None:
        assert "'offer_days' only once" in str(edit("offer_days: 14", "offer_days: 14\n  offer_days: 20"))

    def test_broken_yaml_names_its_line(self, edit: Edit) -> None:
        error = edit("  currency: GBP", "  currency: [GBP")
        assert "valid YAML" in str(error)
        assert error.line > 1

    def test_all_mistakes_are_shown_at_once_in_the_order_of_the_file(self, edit: Edit) -> None:
        error = edit(
            "first_answer_days: 15\n  customer_question_days: 14",
            "first_answer_days: a\n  customer_question_days: b",
        )
        assert [problem.key for problem in error.problems] == [
            "clocks.first_answer_days",
            "clocks.customer_question_days",
        ]

    def test_a_country_called_no_is_a_country(self, policy_text: str, tmp_path: Path) -> None:
        text = policy_text.replace("country: GB ", "country: NO ").replace("subdivision: ENG ", "#")
        (tmp_path / "policy.yml").write_text(text)
        assert policy.load(tmp_path / "policy.yml").shop.country == "NO"


class TestCategoriesWithTheirOwnClocks:
    def test_use_them_and_the_general_ones_for_the_rest(self, policy_text: str, tmp_path: Path) -> None:
        text = policy_text.replace(
            "damaged: {label: Damaged item}",
            "damaged: {label: Damaged item, clocks: {first_answer_days: 10}}",
        )
        (tmp_path / "policy.yml").write_text(text)
        shop_policy = policy.load(tmp_path / "policy.yml")
        assert shop_policy.clocks_for("damaged").first_answer_days == 10
        assert shop_policy.clocks_for("damaged").final_response_days == 30
        assert shop_policy.clocks_for("late").first_answer_days == 15

    @pytest.mark.parametrize(
        ("own", "expected"),
        [
            ("customer_reminder_days: [7, 3]", "customer_reminder_days: expected days in rising order"),
            ("offer_days: 5", "offer_reminder_days: expected days in rising order, all before offer_days"),
            ("hard_cap_days: 29", "final_response_days: expected at most hard_cap_days (29)"),
            ("review_window_days: 7", "last_call_days: expected fewer days than review_window_days"),
            ("mediation_days: 13", "mediation_extension_days: expected at most mediation_days (13)"),
            ("acknowledgement_seconds: 5", "a key that is known"),
        ],
    )
    def test_have_to_fit_together(self, edit: Edit, own: str, expected: str) -> None:
        error = edit("{label: Late delivery}", f"{{label: Late delivery, clocks: {{{own}}}}}")
        assert expected in str(error)
        assert "categories.late.clocks" in str(error)

    def test_are_checked_like_the_general_ones(self, edit: Edit) -> None:
        error = edit("{label: Late delivery}", "{label: Late delivery, clocks: {first_answer_days: 31}}")
        assert "categories.late.clocks.first_answer_days: expected at most final_response_days" in str(error)


@pytest.fixture
def policy_text() -> str:
    return settings().policy_file.read_text()


@pytest.fixture
def edit(policy_text: str, tmp_path: Path) -> Edit:
    def load_edited(before: str, after: str) -> PolicyError:
        assert before in policy_text
        path = tmp_path / "policy.yml"
        path.write_text(policy_text.replace(before, after, 1))
        with pytest.raises(PolicyError) as caught:
            policy.load(path)
        return caught.value

    return load_edited


def test_a_category_with_a_clock_of_its_own_says_its_own_figure(tmp_path: Path) -> None:
    text = settings().policy_file.read_text(encoding="utf-8")
    file = tmp_path / "own.yml"
    own = "late: {label: Late delivery, clocks: {mediation_days: 20}}"
    file.write_text(text.replace("late: {label: Late delivery}", own), encoding="utf-8")
    loaded = policy.load(file)
    assert loaded.words_for("late")["mediation_days"] == "20 days"
    assert loaded.words_for("lost")["mediation_days"] == loaded.words["mediation_days"] == "30 days"
