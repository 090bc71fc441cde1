"""The plan of points, and what is found about each."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import service as cases
from disputes.cases.complainant import withdraw
from disputes.cases.states import NotAllowed
from disputes.cases.tables import Case
from disputes.errors import Invalid, NotFound
from disputes.investigation import plan as plans
from disputes.investigation import service
from disputes.people.tables import Staff
from tests.cases.factories import filed, staff
from tests.investigation.factories import CUSTOMER, reviewed, taken

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


class TestPlan:
    def test_nobody_has_a_plan_before_somebody_takes_the_case(self, session: Session, ann: Staff) -> None:
        case = filed(session)
        assert service.plan(session, case) == []
        case = cases.take(session, case, ann)
        assert service.plan(session, case) != []

    def test_it_is_the_policys_for_the_category(self, session: Session, case: Case) -> None:
        made = service.plan(session, case)
        assert [point.text for point in made] == policy.current().points_for("lost")
        assert [point.position for point in made] == list(range(1, len(made) + 1))
        assert all(point.added_by_id is None for point in made)

    def test_it_is_made_once(self, session: Session, case: Case) -> None:
        first = [point.id for point in service.plan(session, case)]
        assert [point.id for point in service.plan(session, case)] == first

    def test_categories_differ(self, session: Session, ann: Staff, case: Case) -> None:
        other = taken(session, ann, category="damaged")
        assert [point.text for point in service.plan(session, other)] == policy.current().points_for("damaged")
        assert policy.current().points_for("damaged") != policy.current().points_for("lost")

    def test_an_erased_case_gets_none(self, session: Session, case: Case) -> None:
        case.erased_at = MONDAY
        assert service.plan(session, case) == []


class TestAddPoint:
    def test_goes_to_the_end_with_who_added_it(self, session: Session, case: Case, ann: Staff) -> None:
        added = service.add_point(session, case, ann, "  Was the parcel\r\nleft with a neighbour?  ")
        assert added.text == "Was the parcel\nleft with a neighbour?"
        assert added.added_by_id == ann.id
        assert service.plan(session, case)[-1].id == added.id

    def test_a_double_click_adds_one(self, session: Session, case: Case, ann: Staff) -> None:
        first = service.add_point(session, case, ann, "Was it left with a neighbour?")
        assert service.add_point(session, case, ann, "was it left with a neighbour?").id == first.id
        assert len(service.plan(session, case)) == len(policy.current().points_for("lost")) + 1

    @pytest.mark.parametrize("text", ["", "  \n ", "?!", "x" * 401])
    def test_needs_words_but_not_too_many(self, session: Session, case: Case, ann: Staff, text: str) -> None:
        with pytest.raises(Invalid) as wrong:
            service.add_point(session, case, ann, text)
        assert list(wrong.value.fields) == ["text"]

    def test_a_colleague_may_not(self, session: Session, case: Case, bo: Staff) -> None:
        with pytest.raises(NotAllowed, match="Only the person who has this complaint"):
            service.add_point(session, case, bo, "Was it left with a neighbour?")

    def test_there_is_an_end(self, session: Session, case: Case, ann: Staff) -> None:
        there = len(service.plan(session, case))
        for number in range(plans.MOST_POINTS - there):
            service.add_point(session, case, ann, f"Point number {number}")
        with pytest.raises(Invalid, match="30 points"):
            service.add_point(session, case, ann, "One more")


class TestRecordFinding:
    def test_keeps_who_found_what_when(self, session: Session, case: Case, ann: Staff) -> None:
        point = service.plan(session, case)[0]
        with time_machine.travel(MONDAY, tick=False):
            found = service.record_finding(session, case, ann, point.id, "The carrier has no signature.", "confirmed")
        assert (found.finding, found.result, found.staff_id) == ("The carrier has no signature.", "confirmed", ann.id)
        assert found.at == MONDAY

    def test_a_later_one_stands_and_the_earlier_one_can_still_be_read(
        self, session: Session, case: Case, ann: Staff
    ) -> None:
        point = service.plan(session, case)[0]
        service.record_finding(session, case, ann, point.id, "Perhaps", "unclear")
        service.record_finding(session, case, ann, point.id, "Yes", "confirmed")
        assert service.findings_of(session, case) == [service.Finding(point.text, "Yes", "confirmed")]
        assert [found.finding for found in service.plan(session, case)[0].findings] == ["Perhaps", "Yes"]

    def test_a_double_click_records_one(self, session: Session, case: Case, ann: Staff) -> None:
        point = service.plan(session, case)[0]
        first = service.record_finding(session, case, ann, point.id, "Yes", "confirmed")
        assert service.record_finding(session, case, ann, point.id, " Yes ", "confirmed").id == first.id
        assert len(service.plan(session, case)[0].findings) == 1

    def test_what_is_still_open_is_named(self, session: Session, case: Case, ann: Staff) -> None:
        first, *rest = service.plan(session, case)
        service.record_finding(session, case, ann, first.id, "Yes", "not_confirmed")
        assert [point.id for point in service.points_without_finding(session, case)] == [point.id for point in rest]
        assert rest, "the policy's plan must have several points for this test"

    def test_a_colleague_a_manager_and_an_admin_may_not(self, session: Session, case: Case, bo: Staff) -> None:
        point = service.plan(session, case)[0]
        for person in (
            bo,
            staff(session, role="manager"),
            staff(session, role="admin"),
            staff(session, role="mediator"),
        ):
            with pytest.raises(NotAllowed):
                service.record_finding(session, case, person, point.id, "Yes", "confirmed")
        assert service.findings_of(session, case) == []

    def test_whoever_reviews_it_may(self, session: Session, case: Case, ann: Staff, boss: Staff) -> None:
        case = reviewed(session, case, boss)
        point = service.plan(session, case)[0]
        service.record_finding(session, case, boss, point.id, "I see it otherwise.", "not_confirmed")
        assert service.findings_of(session, case)[0].finding == "I see it otherwise."

    def test_not_once_the_customer_has_taken_it_back(self, session: Session, case: Case, ann: Staff) -> None:
        point = service.plan(session, case)[0]
        withdraw(session, case, CUSTOMER)
        with pytest.raises(NotAllowed, match="Nothing is looked into"):
            service.record_finding(session, case, ann, point.id, "Yes", "confirmed")

    def test_a_point_of_another_case_is_not_there(self, session: Session, case: Case, ann: Staff) -> None:
        elsewhere = service.plan(session, taken(session, ann))[0]
        with pytest.raises(NotFound):
            service.record_finding(session, case, ann, elsewhere.id, "Yes", "confirmed")

    @pytest.mark.parametrize(
        ("finding", "result", "field"),
        [("", "confirmed", "finding"), ("x" * 4001, "confirmed", "finding"), ("Yes", "maybe", "result")],
    )
    def test_needs_words_and_a_result(
        self, session: Session, case: Case, ann: Staff, finding: str, result: str, field: str
    ) -> None:
        point = service.plan(session, case)[0]
        with pytest.raises(Invalid) as wrong:
            service.record_finding(session, case, ann, point.id, finding, result)
        assert list(wrong.value.fields) == [field]
