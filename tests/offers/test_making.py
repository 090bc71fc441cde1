"""Our first answer, a better one, and the final response."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import queries, service
from disputes.cases.states import NotAllowed
from disputes.errors import Conflict, Invalid
from disputes.investigation import service as investigation
from disputes.offers import service as offers
from disputes.offers.schemas import OfferDraft, RemedyDraft
from disputes.people.tables import Staff
from tests.cases.factories import filed, queued, staff
from tests.offers.factories import (
    CUSTOMER,
    REFUND,
    VOUCHER,
    answered_finally,
    draft,
    examined,
    final_draft,
    granting_all,
    kinds,
    last_event,
    offer_id,
    offered,
    open_tasks,
    promise_states,
    refusal,
    reviewed,
    settled,
    timer,
    with_new_facts,
)


class TestOffer:
    def test_t08_gives_the_customer_our_answer_and_time_to_think(self, session: Session, ann: Staff) -> None:
        case = examined(session, ann)
        event = offers.make_offer(session, case, ann, granting_all(remedies=[REFUND, VOUCHER]))
        case = queries.locked(session, case.id)
        offer = offers.offer_of_event(session, event)
        assert offer is not None
        assert (case.state, case.outcome_code, case.cause, case.grants_all) == (
            "outcome_offered",
            "upheld",
            "carrier",
            True,
        )
        assert (event.kind, event.notice, event.clause_id) == ("outcome_offered", "N7", "C4")
        assert [(remedy.kind, remedy.amount, remedy.currency) for remedy in offer.remedies] == [
            ("refund", Decimal("49.90"), "GBP"),
            ("voucher", Decimal(10), "GBP"),
        ]
        assert offers.state_of(offer, case) == "open"
        assert offers.expires_at(session, case, offer) == timer(session, case, "offer") == case.next_date
        assert event.data["dates"]["next"] == case.next_date.isoformat() if case.next_date else False
        assert promise_states(session, case, "first_answer") == ["kept"]
        assert {"event_id": str(event.id)} in queued(session, "notifications.tell")
        assert offers.remedies_of(session, case) == []
        assert case.open_remedies == 0

    def test_t08_not_before_every_point_has_a_finding(self, session: Session, ann: Staff) -> None:
        case = service.take(session, filed(session), ann)
        first, *others = investigation.plan(session, case)
        for point in others:
            investigation.record_finding(session, case, ann, point.id, "It does not fit.", "unclear")
        with pytest.raises(Conflict, match="every point") as refused:
            offers.make_offer(session, case, ann, draft())
        assert first.text in refused.value.message
        assert not any(point.text in refused.value.message for point in others)
        assert offers.current_offer(session, case) is None

    def test_t08_only_by_who_looks_into_it(self, session: Session, ann: Staff, bo: Staff, boss: Staff) -> None:
        case = examined(session, ann)
        for person in (bo, boss, staff(session, role="mediator"), staff(session, role="admin")):
            with pytest.raises(NotAllowed):
                offers.make_offer(session, case, person, draft())
        assert "outcome_offered" not in kinds(session, case)

    def test_t08_only_once(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        with pytest.raises(NotAllowed):
            offers.make_offer(session, case, ann, draft())

    def test_t08_an_empty_form_names_every_part(self, session: Session, ann: Staff) -> None:
        case = examined(session, ann)
        with pytest.raises(Invalid) as wrong:
            offers.make_offer(session, case, ann, OfferDraft())
        assert wrong.value.fields.keys() == {"position", "findings", "reasons", "clauses", "cause"}
        assert offers.current_offer(session, case) is None
        assert queries.locked(session, case.id).outcome_code is None

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"findings": " \n "}, "findings"),
            ({"findings": "..."}, "findings"),
            ({"reasons": ""}, "reasons"),
            ({"reasons": "x" * 10_001}, "reasons"),
            ({"clauses": ["C4", "C11"]}, "clauses"),
            ({"clauses": []}, "clauses"),
            ({"cause": "magic"}, "cause"),
            ({"position": "maybe"}, "position"),
            ({"outcome_code": "upheld"}, "outcome_code"),
            ({"outcome_code": "settled"}, "outcome_code"),
            ({"remedies": []}, "remedies"),
            ({"remedies": [REFUND] * 11}, "remedies"),
            ({"remedies": [RemedyDraft(kind="gold")]}, "remedies.0.kind"),
            ({"remedies": [VOUCHER, RemedyDraft(kind="refund")]}, "remedies.1.amount"),
            ({"remedies": [RemedyDraft(kind="refund", amount=Decimal(0))]}, "remedies.0.amount"),
            ({"remedies": [RemedyDraft(kind="refund", amount=Decimal("1.005"))]}, "remedies.0.amount"),
            ({"remedies": [RemedyDraft(kind="refund", amount=Decimal(5), currency="USD")]}, "remedies.0.currency"),
            ({"remedies": [RemedyDraft(kind="resend", due_days=0)]}, "remedies.0.due_days"),
            ({"remedies": [RemedyDraft(kind="resend", due_days=366)]}, "remedies.0.due_days"),
            ({"remedies": [RemedyDraft(kind="other")]}, "remedies.0.conditions"),
            ({"remedies": [RemedyDraft(kind="resend", conditions="x" * 1_001)]}, "remedies.0.conditions"),
        ],
    )
    def test_t08_a_part_that_does_not_fit_is_named(
        self, session: Session, ann: Staff, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as wrong:
            offers.make_offer(session, examined(session, ann), ann, draft(**changes))
        assert list(wrong.value.fields) == [field]
        assert wrong.value.fields[field].endswith(".")

    def test_t08_a_refusal_needs_a_reason_for_each_point(self, session: Session, ann: Staff) -> None:
        case = examined(session, ann)
        points = [str(point.id) for point in investigation.plan(session, case)]
        with pytest.raises(Invalid) as wrong:
            offers.make_offer(session, case, ann, draft(**refusal(session, case, point_reasons={})))
        assert wrong.value.fields.keys() == {f"point_reasons.{point}" for point in points}
        offers.make_offer(session, case, ann, draft(**refusal(session, case)))
        offer = offers.current_offer(session, case)
        assert offer is not None
        assert offer.point_reasons.keys() == set(points)

    @pytest.mark.parametrize("changes", [{"remedies": [REFUND]}, {"grants_all": True}])
    def test_t08_a_refusal_gives_nothing(self, session: Session, ann: Staff, changes: dict[str, Any]) -> None:
        case = examined(session, ann)
        with pytest.raises(Invalid) as wrong:
            offers.make_offer(session, case, ann, draft(**refusal(session, case, **changes)))
        assert wrong.value.fields.keys() == changes.keys()

    def test_t08_not_with_the_form_of_a_final_response(self, session: Session, ann: Staff) -> None:
        with pytest.raises(Invalid):
            offers.make_offer(session, examined(session, ann), ann, final_draft())

    def test_what_cannot_be_read_is_named_and_not_repeated(self) -> None:
        with pytest.raises(Invalid) as wrong:
            offers.read_offer({"remedies": [{"kind": "refund", "amount": "Mia's money"}]})
        assert wrong.value.fields.keys() == {"remedies.0.amount"}
        assert "Mia" not in str(wrong.value.fields)


class TestBetter:
    def test_takes_the_place_of_the_old_one_with_new_time(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(datetime(2026, 3, 2, 10, tzinfo=UTC), tick=False):
            case = offered(session, ann)
            old, until = offer_id(session, case), case.next_date
        with time_machine.travel(datetime(2026, 3, 9, 10, tzinfo=UTC), tick=False):
            event = offers.better(session, case, ann, granting_all())
            case = queries.locked(session, case.id)
            offer = offers.offer_of_event(session, event)
        assert offer is not None
        assert until is not None
        assert (event.kind, event.notice, event.data["replaces"]) == ("outcome_bettered", "N7", str(old))
        assert timer(session, case, "offer") == datetime(2026, 3, 23, 23, 59, 59, 999999, UTC) == case.next_date
        assert event.data["dates"]["next"] == "2026-03-23T23:59:59.999999+00:00"
        assert timer(session, case, "offer_reminder") == datetime(2026, 3, 12, 23, 59, 59, 999999, UTC)
        assert (case.state, case.grants_all, case.outcome_code) == ("outcome_offered", True, "upheld")
        assert offers.state_of(offer, case) == "open"
        assert case.hard_cap == timer(session, case, "hard_cap")

    def test_the_old_one_says_that_there_is_a_newer_one(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        old = offer_id(session, case)
        offers.better(session, case, ann, granting_all())
        for verb in (offers.accept, offers.refuse):
            with pytest.raises(Conflict, match="newer answer"):
                verb(session, case, CUSTOMER, old)
        with pytest.raises(Conflict, match="newer answer"):
            offers.counter(session, case, CUSTOMER, old, "Twice as much, please")
        assert queries.locked(session, case.id).state == "outcome_offered"

    def test_only_by_who_has_the_case(self, session: Session, ann: Staff, bo: Staff, boss: Staff) -> None:
        case = offered(session, ann)
        for person in (bo, boss):
            with pytest.raises(NotAllowed):
                offers.better(session, case, person, draft())

    def test_not_once_it_is_with_management(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = reviewed(session, offered(session, ann), boss)
        with pytest.raises(NotAllowed, match="stage"):
            offers.better(session, case, ann, draft())

    def test_must_be_complete_too(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        with pytest.raises(Invalid):
            offers.better(session, case, ann, OfferDraft())
        offer = offers.current_offer(session, case)
        assert offer is not None
        assert offers.state_of(offer, case) == "open"


class TestFinalResponse:
    def test_t18_is_the_managers_with_the_options_outside(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = reviewed(session, offered(session, ann), boss)
        event = offers.final_response(session, case, boss, final_draft())
        case = queries.locked(session, case.id)
        offer = offers.offer_of_event(session, event)
        assert offer is not None
        assert (case.state, event.notice, event.clause_id) == ("final_response", "N14", "C8")
        assert (offer.stage, offer.number, offers.state_of(offer, case)) == ("final", 2, "open")
        assert offer.outside is not None
        assert offer.outside["general"] == policy.current().outside_options.general
        assert offers.expires_at(session, case, offer) == case.window_ends == timer(session, case, "review_close")
        assert promise_states(session, case, "final_response")[-1] == "kept"

    def test_t18_never_by_who_looked_into_it(self, session: Session, ann: Staff, boss: Staff) -> None:
        ann.role = "manager"
        case = reviewed(session, offered(session, ann), boss)
        for person in (ann, staff(session, role="manager"), staff(session)):
            with pytest.raises(NotAllowed):
                offers.final_response(session, case, person, final_draft())
        assert queries.locked(session, case.id).state == "escalated"

    @pytest.mark.parametrize("part", ["findings", "reasons", "takes_part", "time_limits"])
    def test_t18_no_part_may_be_empty(self, session: Session, ann: Staff, boss: Staff, part: str) -> None:
        case = reviewed(session, offered(session, ann), boss)
        with pytest.raises(Invalid) as wrong:
            offers.final_response(session, case, boss, final_draft(**{part: "  "}))
        assert list(wrong.value.fields) == [part]

    def test_t18_a_refusal_needs_a_reason_for_each_point(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = reviewed(session, offered(session, ann), boss)
        with pytest.raises(Invalid):
            offers.final_response(session, case, boss, final_draft(**refusal(session, case, point_reasons={})))
        offers.final_response(session, case, boss, final_draft(**refusal(session, case)))
        assert queries.locked(session, case.id).outcome_code == "not_upheld"

    def test_t18_does_not_take_back_what_was_accepted(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        with_new_facts(session, case, boss)
        with pytest.raises(Conflict, match="still to be delivered"):
            offers.final_response(session, case, boss, final_draft(remedies=[VOUCHER]))
        offers.remedy_failed(session, case, CUSTOMER, remedy.id)
        offers.final_response(session, case, boss, final_draft(remedies=[VOUCHER]))
        case = queries.locked(session, case.id)
        assert (case.open_remedies, remedy.state) == (0, "replaced")
        assert timer(session, case, "review_close") == case.window_ends
        assert promise_states(session, case, f"remedy:{remedy.id}") == ["missed"]
        assert "deliver_remedy" not in open_tasks(session, case)

    def test_t18_again_after_a_review_closes_the_first_one(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = answered_finally(session, ann, boss)
        first = offer_id(session, case)
        other = staff(session, role="manager", name="Noor Haddad")
        with_new_facts(session, case, other)
        offers.final_response(session, case, other, final_draft(remedies=[VOUCHER]))
        with pytest.raises(Conflict, match="newer answer"):
            offers.accept(session, case, CUSTOMER, first)
        offers.accept(session, case, CUSTOMER, offer_id(session, case))
        assert [remedy.kind for remedy in offers.remedies_of(session, case)] == ["voucher"]
        assert last_event(session, case).kind == "final_accepted"
