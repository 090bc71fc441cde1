"""Legal hold: who sets it, how long it lasts, and that it beats everything."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import queries
from disputes.cases.tables import Case
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people.tables import Staff
from disputes.records import service
from tests.cases import factories
from tests.records.conftest import NOW, months_after

pytestmark = pytest.mark.database


class TestHold:
    @pytest.mark.parametrize("role", ["agent", "mediator", "admin"])
    def test_is_for_managers(self, session: Session, role: str) -> None:
        case = factories.filed(session)
        for verb in (service.hold, service.release):
            with pytest.raises(Refused, match="for managers"):
                verb(session, case, factories.staff(session, role=role), "A claim.")
        assert queries.locked(session, case.id).hold_until is None

    def test_is_not_for_one_who_left(self, session: Session, manager: Staff) -> None:
        manager.active = False
        with pytest.raises(Refused):
            service.hold(session, factories.filed(session), manager, "A claim.")
        with pytest.raises(NotFound):
            service.manager_with(session, manager.email)

    def test_needs_a_reason(self, session: Session, manager: Staff) -> None:
        with pytest.raises(Invalid) as refused:
            service.hold(session, factories.filed(session), manager, "  ")
        assert "reason" in refused.value.fields

    def test_is_in_the_history_for_staff_with_its_reason_apart(self, session: Session, manager: Staff) -> None:
        case = service.hold(session, factories.filed(session), manager, "Mia Hughes went to court.")
        event = queries.events_of(session, [case.id])[-1]
        assert (event.kind, event.audience, event.staff_id) == ("held", "staff", manager.id)
        assert set(event.data) == {"until", "dates"}
        assert event.words is not None
        assert event.words.reason == "Mia Hughes went to court."

    def test_ends_after_the_months_of_the_policy_at_the_latest(self, session: Session, manager: Staff) -> None:
        with clock.set_to(NOW):
            case = factories.filed(session)
            latest = service.longest_hold(NOW)
            assert service.hold(session, case, manager, "A claim.").hold_until == latest
            assert service.hold(session, case, manager, "A claim.", until=latest).hold_until == latest
            for wrong in (latest + timedelta(microseconds=1), NOW):
                with pytest.raises(Invalid) as refused:
                    service.hold(session, case, manager, "A claim.", until=wrong)
                assert "until" in refused.value.fields

    def test_an_erased_case_has_nothing_to_hold(
        self, session: Session, ended: Callable[..., Case], manager: Staff
    ) -> None:
        case = ended()
        service.erase_case(session, queries.locked(session, case.id))
        with pytest.raises(Conflict):
            service.hold(session, case, manager, "A claim.")


class TestRelease:
    def test_ends_it_with_a_reason(self, session: Session, manager: Staff) -> None:
        case = service.hold(session, factories.filed(session), manager, "A claim.")
        case = service.release(session, case, manager, "It was settled.")
        assert case.hold_until is None
        assert queries.events_of(session, [case.id])[-1].kind == "hold_ended"

    def test_of_what_is_not_held_is_refused(self, session: Session, manager: Staff) -> None:
        with pytest.raises(Conflict):
            service.release(session, factories.filed(session), manager, "It was settled.")


class TestRetention:
    def test_leaves_what_is_held_and_takes_it_when_the_hold_is_over(
        self, session: Session, ended: Callable[..., Case], manager: Staff
    ) -> None:
        case = ended()
        with clock.set_to(months_after(NOW, 11)):
            end = service.hold(session, case, manager, "A claim.", until=months_after(NOW, 30)).hold_until
        assert end is not None
        service.run_retention(session, end - timedelta(seconds=1))
        assert queries.locked(session, case.id).customer.email is not None
        done = service.run_retention(session, end)
        assert done == {"hold": 1, "contact": 1}
        case = queries.locked(session, case.id)
        kinds = [(event.kind, event.actor_kind) for event in queries.events_of(session, [case.id])][-2:]
        assert kinds == [("hold_ended", "clock"), ("contact_erased", "system")]
        assert case.customer.email is None
