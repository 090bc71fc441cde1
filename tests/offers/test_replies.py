"""What the customer says to an answer: yes, no, something else, or nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import complainant, queries, service
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.deadlines.service import act_on_case
from disputes.errors import Conflict, Invalid, NotFound
from disputes.offers import service as offers
from disputes.people.tables import Staff
from tests.cases.factories import queued, staff
from tests.offers.factories import (
    A_MICROSECOND,
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
    timer,
)

MADE = datetime(2026, 3, 2, 10, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 3, 16, 23, 59, 59, 999999, UTC)


class TestAccept:
    @pytest.mark.parametrize("kind", ["customer", "assistant"])
    def test_t09_settles_and_tracks_what_was_offered(self, session: Session, ann: Staff, kind: str) -> None:
        actor = Actor("assistant") if kind == "assistant" else CUSTOMER
        with time_machine.travel(MADE, tick=False):
            case = offered(session, ann, draft(remedies=[REFUND, VOUCHER]))
            event = offers.accept(session, case, actor, offer_id(session, case))
            case = queries.locked(session, case.id)
        refund, voucher = offers.remedies_of(session, case)
        assert (case.state, case.resolution, case.outcome_code) == ("resolved", "confirmed", "partly_upheld")
        assert (event.kind, event.notice, event.actor_kind) == ("accepted", "N8", kind)
        assert event.data["remedy_ids"] == [str(refund.id), str(voucher.id)]
        assert refund.due_at == datetime(2026, 3, 9, 23, 59, 59, 999999, UTC)  # Saturday the 7th rolls forward
        assert voucher.due_at == datetime(2026, 3, 12, 23, 59, 59, 999999, UTC)
        assert timer(session, case, "remedy_due", refund.id) == refund.due_at == case.next_date
        assert event.data["dates"]["next"] == refund.due_at.isoformat()
        assert promise_states(session, case, f"remedy:{refund.id}") == ["open"]
        assert open_tasks(session, case) == ["deliver_remedy", "deliver_remedy"]
        assert (case.open_remedies, timer(session, case, "review_close")) == (2, None)
        assert {"event_id": str(event.id)} in queued(session, "notifications.tell")

    def test_t09_of_a_refusal_has_nothing_to_deliver(self, session: Session, ann: Staff) -> None:
        case = examined(session, ann)
        offers.make_offer(session, case, ann, draft(**refusal(session, case)))
        offers.accept(session, case, CUSTOMER, offer_id(session, case))
        case = queries.locked(session, case.id)
        assert (case.state, case.open_remedies) == ("resolved", 0)
        assert timer(session, case, "review_close") == case.window_ends

    def test_t09_twice_is_once(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        first = offers.accept(session, case, CUSTOMER, offer_id(session, case))
        again = offers.accept(session, case, Actor("assistant"), offer_id(session, case))
        assert again.id == first.id
        assert kinds(session, case).count("accepted") == 1
        assert queries.locked(session, case.id).open_remedies == 1

    def test_t09_never_by_staff(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = offered(session, ann)
        for actor in (
            Actor("staff", "agent", ann.id),
            Actor("staff", "manager", boss.id),
            Actor("clock"),
            Actor("system"),
        ):
            with pytest.raises(NotAllowed):
                offers.accept(session, case, actor, offer_id(session, case))
        assert queries.locked(session, case.id).state == "outcome_offered"

    def test_t09_not_with_the_offer_of_another_case(self, session: Session, ann: Staff) -> None:
        case, other = offered(session, ann), offered(session, ann)
        with pytest.raises(NotFound):
            offers.accept(session, case, CUSTOMER, offer_id(session, other))

    def test_t09_until_the_very_last_moment(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = offered(session, ann)
            assert case.next_date == LAST_MOMENT
        sweep(session, case, LAST_MOMENT)
        with clock.set_to(LAST_MOMENT):
            offers.accept(session, case, CUSTOMER, offer_id(session, case))
        assert queries.locked(session, case.id).state == "resolved"

    @pytest.mark.parametrize(
        ("answer", "what_now"), [(granting_all, "counts as agreed"), (draft, "manager who did not work on your case")]
    )
    def test_t09_a_microsecond_later_it_says_what_happens_now(
        self, session: Session, ann: Staff, answer: Callable[[], offers.OfferDraft], what_now: str
    ) -> None:
        with time_machine.travel(MADE, tick=False):
            case = offered(session, ann, answer())
        with clock.set_to(LAST_MOMENT + A_MICROSECOND):
            with pytest.raises(Conflict, match=what_now) as late:
                offers.accept(session, case, CUSTOMER, offer_id(session, case))
            assert "Monday 16 March 2026" in late.value.message
            assert queries.locked(session, case.id).state == "outcome_offered"

    def test_t09_after_the_clock_it_says_how_things_stand(self, session: Session, ann: Staff) -> None:
        case = swept_after_offer(session, ann, draft())
        with pytest.raises(Conflict) as late:
            offers.accept(session, case, CUSTOMER, offer_id(session, case))
        assert policy.current().stages["escalated"].next_step in late.value.message

    def test_t09_not_after_a_refusal(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        offers.refuse(session, case, CUSTOMER, offer_id(session, case))
        with pytest.raises(Conflict, match="refused on"):
            offers.accept(session, case, CUSTOMER, offer_id(session, case))

    def test_t09_not_while_it_is_withdrawn_but_after_that_is_undone(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        complainant.withdraw(session, case, CUSTOMER)
        with pytest.raises(Conflict, match="withdrawn"):
            offers.accept(session, case, CUSTOMER, offer_id(session, case))
        complainant.undo_withdrawal(session, case, CUSTOMER)
        offers.accept(session, case, CUSTOMER, offer_id(session, case))
        assert queries.locked(session, case.id).state == "resolved"

    def test_t20_settles_after_a_final_response(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = answered_finally(session, ann, boss)
        event = offers.accept(session, case, CUSTOMER, offer_id(session, case))
        case = queries.locked(session, case.id)
        assert (event.kind, event.notice, case.state, case.resolution) == (
            "final_accepted",
            "N8",
            "resolved",
            "confirmed",
        )
        assert [remedy.state for remedy in offers.remedies_of(session, case)] == ["open"]

    def test_t20_also_after_saying_no_as_long_as_there_is_time(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = answered_finally(session, ann, boss)
        offers.refuse(session, case, CUSTOMER, offer_id(session, case))
        assert case.window_ends is not None
        with clock.set_to(case.window_ends + A_MICROSECOND), pytest.raises(Conflict, match="outside the shop"):
            offers.accept(session, case, CUSTOMER, offer_id(session, case))
        with clock.set_to(case.window_ends):
            offers.accept(session, case, CUSTOMER, offer_id(session, case))
        assert queries.locked(session, case.id).state == "resolved"


class TestRefuse:
    def test_t10_goes_to_a_manager_with_the_words(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        event = offers.refuse(session, case, CUSTOMER, offer_id(session, case), "  Half is not enough.  ")
        case = queries.locked(session, case.id)
        offer = offers.current_offer(session, case)
        assert offer is not None
        assert (event.kind, event.notice, case.state) == ("refused", "N9", "escalated")
        assert event.words is not None
        assert event.words.text == "Half is not enough."
        assert event.data["offer_id"] == str(offer.id)
        assert "Half" not in str(event.data)
        assert offers.state_of(offer, case) == "refused"
        assert offers.expires_at(session, case, offer) is None
        assert "unowned_review" in open_tasks(session, case)
        assert offers.remedies_of(session, case) == []

    def test_t10_twice_is_once(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        first = offers.refuse(session, case, CUSTOMER, offer_id(session, case))
        assert offers.refuse(session, case, CUSTOMER, offer_id(session, case)).id == first.id
        assert kinds(session, case).count("refused") == 1

    def test_t10_staff_may_write_it_down(self, session: Session, ann: Staff, bo: Staff) -> None:
        case = offered(session, ann)
        offers.refuse(session, case, Actor("staff", "agent", bo.id), offer_id(session, case), "Said on the phone.")
        assert queries.locked(session, case.id).state == "escalated"

    def test_t10_a_final_response_stays_as_it_is(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = answered_finally(session, ann, boss)
        until = timer(session, case, "review_close")
        event = offers.refuse(session, case, CUSTOMER, offer_id(session, case), "I go to court.")
        case = queries.locked(session, case.id)
        assert (event.kind, case.state, timer(session, case, "review_close")) == (
            "final_refused",
            "final_response",
            until,
        )
        assert event.notice is not None
        assert event.notice.startswith("none: ")
        assert offers.refuse(session, case, CUSTOMER, offer_id(session, case)).id == event.id
        mediator = Actor("staff", "mediator", staff(session, role="mediator").id)
        with pytest.raises(NotAllowed):
            offers.refuse(session, case, mediator, offer_id(session, case))

    def test_t10_a_microsecond_late(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = offered(session, ann)
        with clock.set_to(LAST_MOMENT + A_MICROSECOND), pytest.raises(Conflict, match="ended on"):
            offers.refuse(session, case, CUSTOMER, offer_id(session, case))

    def test_too_many_words(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        with pytest.raises(Invalid):
            offers.refuse(session, case, CUSTOMER, offer_id(session, case), "x" * 2_001)


class TestCounter:
    def test_waits_for_who_has_the_case(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        until = timer(session, case, "offer")
        event = offers.counter(session, case, CUSTOMER, offer_id(session, case), "A new lamp, please")
        offer = offers.current_offer(session, case)
        assert offer is not None
        waiting = offers.counter_of(session, offer)
        assert waiting is not None
        assert (waiting.words, event.kind) == ("A new lamp, please", "countered")
        assert "lamp" not in str(event.data)
        assert open_tasks(session, case) == ["counter_offer"]
        assert (queries.locked(session, case.id).state, timer(session, case, "offer")) == ("outcome_offered", until)

    def test_one_at_a_time(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        first = offers.counter(session, case, CUSTOMER, offer_id(session, case), "A new lamp")
        assert offers.counter(session, case, CUSTOMER, offer_id(session, case), " A new lamp ").id == first.id
        with pytest.raises(Conflict, match="your suggestion of"):
            offers.counter(session, case, CUSTOMER, offer_id(session, case), "Two new lamps")
        assert kinds(session, case).count("countered") == 1

    def test_a_better_answer_answers_it(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        offers.counter(session, case, CUSTOMER, offer_id(session, case), "A new lamp")
        offers.better(session, case, ann, granting_all())
        assert open_tasks(session, case) == []
        offer = offers.current_offer(session, case)
        assert offer is not None
        assert offers.counter_of(session, offer) is None
        offers.counter(session, case, CUSTOMER, offer.id, "And a card")
        assert open_tasks(session, case) == ["counter_offer"]

    def test_whoever_made_one_is_not_taken_to_agree(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = offered(session, ann, granting_all())
            offers.counter(session, case, CUSTOMER, offer_id(session, case), "A new lamp")
        sweep(session, case, LAST_MOMENT + A_MICROSECOND)
        case = queries.locked(session, case.id)
        assert case.state == "escalated"
        assert "counter_offer" not in open_tasks(session, case)

    def test_needs_words(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        with pytest.raises(Invalid) as wrong:
            offers.counter(session, case, CUSTOMER, offer_id(session, case), "  ")
        assert wrong.value.fields.keys() == {"words"}

    def test_not_of_a_final_response(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = answered_finally(session, ann, boss)
        with pytest.raises(Conflict, match="final response"):
            offers.counter(session, case, CUSTOMER, offer_id(session, case), "A new lamp")

    def test_never_by_a_clock_or_a_neutral(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        for actor in (Actor("clock"), Actor("staff", "mediator", staff(session, role="mediator").id)):
            with pytest.raises(NotAllowed):
                offers.counter(session, case, actor, offer_id(session, case), "A new lamp")


class TestSilence:
    def test_t11a_tracks_what_was_offered(self, session: Session, ann: Staff) -> None:
        case = swept_after_offer(session, ann, granting_all())
        offer = offers.current_offer(session, case)
        (remedy,) = offers.remedies_of(session, case)
        event = last_event(session, case)
        assert offer is not None
        assert (case.state, case.resolution, offers.state_of(offer, case)) == ("resolved", "assumed", "assumed")
        assert (event.kind, event.notice, event.data["remedy_ids"]) == ("assumed_settled", "N8a", [str(remedy.id)])
        assert remedy.due_at == datetime(2026, 3, 23, 23, 59, 59, 999999, UTC)  # five days from the 16th is a Saturday
        assert timer(session, case, "remedy_due", remedy.id) == remedy.due_at == case.next_date
        assert promise_states(session, case, f"remedy:{remedy.id}") == ["open"]
        assert open_tasks(session, case) == ["deliver_remedy"]
        assert (case.open_remedies, timer(session, case, "review_close")) == (1, None)

    def test_t11a_noticed_late_tells_no_date_that_is_over(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = offered(session, ann, granting_all())
        for day in (5, 9):
            sweep(session, case, MADE + timedelta(days=day))
        with clock.set_to(LAST_MOMENT + timedelta(days=40)):
            act_on_case(session, case.id)
            (remedy,) = offers.remedies_of(session, case)
            assert remedy.due_at is not None
            assert remedy.due_at > clock.now()

    def test_t11b_leaves_nothing_agreed(self, session: Session, ann: Staff) -> None:
        case = swept_after_offer(session, ann, draft())
        offer = offers.current_offer(session, case)
        assert offer is not None
        assert (case.state, offers.state_of(offer, case)) == ("escalated", "unanswered")
        assert offers.remedies_of(session, case) == []
        assert case.open_remedies == 0
        assert timer(session, case, "remedy_due") is None

    def test_t11b_a_manager_may_confirm_it(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = swept_after_offer(session, ann, draft())
        service.take_review(session, case, boss)
        offers.final_response(session, case, boss, final_draft())
        assert queries.locked(session, case.id).state == "final_response"


def swept_after_offer(session: Session, by: Staff, answer: offers.OfferDraft) -> Case:
    """A case after the customer has said nothing to an answer made on 2 March."""
    with time_machine.travel(MADE, tick=False):
        case = offered(session, by, answer)
    sweep(session, case, LAST_MOMENT)
    assert queries.locked(session, case.id).state == "outcome_offered"
    sweep(session, case, LAST_MOMENT + A_MICROSECOND)
    return queries.locked(session, case.id)


def sweep(session: Session, case: Case, at: datetime) -> None:
    """The clocks of a case as of every day up to a moment, as the program runs them."""
    day = session.scalars(
        select(CaseEvent.at).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq.desc())
    ).first()
    assert day is not None
    while day < at:
        with clock.set_to(day):
            act_on_case(session, case.id)
        day += timedelta(days=1)
    with clock.set_to(at):
        act_on_case(session, case.id)
