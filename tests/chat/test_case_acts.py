"""What a customer does with a complaint in the chat, on real rows: only their own, only after the code, only once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import queries
from disputes.cases.progress import NotVerified
from disputes.cases.schemas import CaseProgress
from disputes.cases.states import NotAllowed
from disputes.cases.tables import Case, CaseEventText
from disputes.chat import case_acts, service, thread
from disputes.chat.case_acts import Told
from disputes.chat.tables import Conversation, Message
from disputes.errors import Conflict, DisputesError, Invalid, NotFound
from disputes.investigation import service as investigation
from disputes.offers import service as offers
from disputes.people import codes
from disputes.people.tables import Staff, StatusRequest
from tests.cases.factories import filed, staff
from tests.investigation.factories import taken
from tests.offers.factories import answered_finally, granting_all, offer_id, offered, open_tasks, settled

WORDS = "It came today, but it is broken."
ACTS = ("accept", "refuse", "counter", "answer", "add", "mediation", "withdraw", "undo", "review")


@pytest.fixture
def ann(session: Session) -> Staff:
    return staff(session, name="Ann Baker")


@pytest.fixture
def boss(session: Session) -> Staff:
    return staff(session, name="Grace Okafor", role="manager")


class Customer:
    """Somebody who has entered the code for a complaint in this conversation."""

    def __init__(self, session: Session, conversation: Conversation) -> None:
        self.session = session
        self.conversation = conversation

    def proves(self, case: Case) -> None:
        """Types the right code, now."""
        now = clock.now()
        request = StatusRequest(
            lookup=case.reference,
            email=case.customer.email,
            code_expires_at=now + codes.VALID_FOR,
            verified_at=now,
            verified_until=now + codes.VERIFIED_FOR,
            created_at=now,
        )
        self.session.add(request)
        self.session.flush()
        self.conversation.status_request_id = request.id

    def does(
        self, case: Case, act: str, words: str = WORDS, *, key: str | None = None, about: str | None = None
    ) -> CaseProgress:
        """One act; returns how the complaint stands afterwards."""
        offer = offers.current_offer(self.session, case)
        told = Told(about or (str(offer.id) if offer else ""), words, key or f"chat:{uuid4()}")
        return case_acts.act(self.session, self.conversation.id, case.reference, act, told)

    def kinds(self, case: Case) -> list[str]:
        return [event.kind for event in queries.events_of(self.session, [case.id])]

    def last(self, case: Case) -> tuple[str, str, str | None]:
        """Kind, actor and words of the newest line."""
        event = queries.events_of(self.session, [case.id])[-1]
        written = self.session.get(CaseEventText, event.id)
        return event.kind, event.actor_kind, written.text if written else None


@pytest.fixture
def mia(session: Session, conversation: Conversation) -> Customer:
    return Customer(session, conversation)


class TestProof:
    @pytest.mark.parametrize("act", ACTS)
    def test_nothing_without_a_code(self, session: Session, mia: Customer, ann: Staff, act: str) -> None:
        case = offered(session, ann)
        before = mia.kinds(case)
        with pytest.raises(NotVerified):
            mia.does(case, act)
        with pytest.raises(NotVerified):
            case_acts.check(session, mia.conversation.id, case.reference, act)
        assert mia.kinds(case) == before

    def test_the_code_opens_nobody_elses_complaint(self, session: Session, mia: Customer, ann: Staff) -> None:
        mia.proves(filed(session))
        other = offered(session, ann, email="noah@example.com", name="Noah", order_number="10024")
        with pytest.raises(NotVerified):
            mia.does(other, "withdraw")
        with pytest.raises(NotVerified):
            case_acts.if_nothing(session, mia.conversation.id, other.reference)
        with pytest.raises(NotVerified):
            case_acts.at_hand(session, mia.conversation.id, other.reference)

    def test_a_proof_that_ran_out_between_the_button_and_the_words(self, session: Session, mia: Customer) -> None:
        case = filed(session)
        mia.proves(case)
        case_acts.check(session, mia.conversation.id, case.reference, "add")
        with time_machine.travel(clock.now() + codes.VERIFIED_FOR), pytest.raises(NotVerified):
            mia.does(case, "add")
        assert mia.kinds(case) == ["filed"]

    def test_a_conversation_that_is_unknown(self, session: Session) -> None:
        with pytest.raises(NotVerified):
            case_acts.verified_cases(session, uuid4())

    def test_an_offer_of_another_complaint_cannot_be_accepted(
        self, session: Session, mia: Customer, ann: Staff
    ) -> None:
        case = offered(session, ann)
        other = offered(session, ann, email="noah@example.com", name="Noah", order_number="10024")
        mia.proves(case)
        for about in (str(offer_id(session, other)), "none"):
            with pytest.raises(NotFound):
                mia.does(case, "accept", about=about)


class TestOpenAbout:
    """An open complaint about the same order, before another is filed."""

    def _found(self, session: Session, mia: Customer, case: Case, **changes: Any) -> str | None:
        person = {"email": case.customer.email, "phone": None, "order_number": case.order_number} | changes
        return case_acts.open_about(session, mia.conversation.id, **person)

    def test_one_that_was_filed_here_is_shown(self, session: Session, mia: Customer) -> None:
        case = filed(session, conversation_id=mia.conversation.id)
        assert self._found(session, mia, case) == case.reference
        assert self._found(session, mia, case, order_number="10024") is None

    def test_whoever_types_an_address_learns_nothing(self, session: Session, mia: Customer) -> None:
        case = filed(session)
        assert self._found(session, mia, case) is None
        mia.proves(case)
        assert self._found(session, mia, case) == case.reference

    def test_one_that_has_ended_is_not_in_the_way(self, session: Session, mia: Customer) -> None:
        case = filed(session, conversation_id=mia.conversation.id)
        mia.proves(case)
        mia.does(case, "withdraw")
        assert self._found(session, mia, case) is None


class TestActs:
    def test_t9_accepting(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = offered(session, ann, granting_all())
        mia.proves(case)
        assert mia.does(case, "accept").stage == "resolved"
        assert mia.last(case)[:2] == ("accepted", "assistant")

    def test_t20_accepting_a_final_response(self, session: Session, mia: Customer, ann: Staff, boss: Staff) -> None:
        case = answered_finally(session, ann, boss)
        mia.proves(case)
        assert mia.does(case, "accept").stage == "resolved"
        assert mia.last(case)[0] == "final_accepted"

    def test_t10_refusing(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = offered(session, ann)
        mia.proves(case)
        assert mia.does(case, "refuse", "").stage == "escalated"
        assert mia.last(case) == ("refused", "assistant", None)

    def test_proposing_something_else(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = offered(session, ann)
        mia.proves(case)
        assert mia.does(case, "counter", "A new lamp, please.").stage == "outcome_offered"
        assert mia.last(case) == ("countered", "assistant", "A new lamp, please.")
        assert "counter_offer" in open_tasks(session, case)

    def test_t7_answering_our_questions(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = taken(session, ann)
        investigation.ask(session, case, ann, ["Which colour was it?", "Who signed?"])
        mia.proves(case)
        at_hand = case_acts.at_hand(session, mia.conversation.id, case.reference)
        assert at_hand.questions == ("Which colour was it?", "Who signed?")
        assert mia.does(case, "answer", "Blue. I did.").stage == "investigating"
        (answer,) = investigation.answers_of(session, case)
        assert (answer.text, answer.channel) == ("Blue. I did.", "chat")

    def test_adding_something(self, session: Session, mia: Customer) -> None:
        case = filed(session)
        mia.proves(case)
        assert mia.does(case, "add").stage == "filed"
        assert mia.last(case) == ("information_added", "assistant", WORDS)

    def test_wishing_for_mediation(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = taken(session, ann)
        mia.proves(case)
        mia.does(case, "mediation")
        assert mia.last(case) == ("mediation_requested", "assistant", WORDS)

    def test_t23_withdrawing_and_undoing_it(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = taken(session, ann)
        mia.proves(case)
        assert mia.does(case, "withdraw").stage == "withdrawn"
        assert mia.does(case, "undo").stage == "investigating"
        assert mia.kinds(case)[-2:] == ["withdrawn", "withdrawal_undone"]

    @pytest.mark.parametrize("reason", ["remedy", "new_fact"])
    def test_t22_asking_for_another_look(
        self, session: Session, mia: Customer, ann: Staff, boss: Staff, reason: str
    ) -> None:
        case = settled(session, ann) if reason == "remedy" else answered_finally(session, ann, boss)
        if reason == "remedy":
            case.remedy_overdue_at = clock.now()
        mia.proves(case)
        assert mia.does(case, "review").stage == "escalated"
        assert mia.last(case) == ("reopened", "assistant", WORDS)
        assert queries.events_of(session, [case.id])[-1].data["reason"] == reason

    def test_nothing_else(self, session: Session, mia: Customer) -> None:
        case = filed(session)
        mia.proves(case)
        with pytest.raises(NotFound):
            mia.does(case, "final_response")

    @pytest.mark.parametrize("act", ["counter", "answer", "add", "mediation", "review"])
    @pytest.mark.parametrize("words", ["", "  "])
    def test_words_that_are_missing(self, session: Session, mia: Customer, ann: Staff, act: str, words: str) -> None:
        case = offered(session, ann)
        mia.proves(case)
        with pytest.raises(Invalid):
            mia.does(case, act, words)

    @pytest.mark.parametrize("act", ["counter", "add", "mediation", "review"])
    def test_more_words_than_are_taken(self, session: Session, mia: Customer, ann: Staff, act: str) -> None:
        case = offered(session, ann)
        mia.proves(case)
        with pytest.raises(Invalid, match="shorten") as refused:
            mia.does(case, act, "x" * 2001)
        assert refused.value.message.endswith(".")


class TestOnce:
    """The worker may run a turn twice: the message is the key."""

    @pytest.mark.parametrize("act", ["accept", "refuse", "counter"])
    def test_an_answer_to_an_offer(self, session: Session, mia: Customer, ann: Staff, act: str) -> None:
        case = offered(session, ann)
        mia.proves(case)
        self.twice(mia, case, act)

    @pytest.mark.parametrize("act", ["add", "mediation", "withdraw"])
    def test_what_can_be_done_meanwhile(self, session: Session, mia: Customer, ann: Staff, act: str) -> None:
        case = taken(session, ann)
        mia.proves(case)
        self.twice(mia, case, act)

    def test_an_answer_to_a_question(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = taken(session, ann)
        investigation.ask(session, case, ann, ["Which colour was it?"])
        mia.proves(case)
        self.twice(mia, case, "answer")

    def test_an_undone_withdrawal(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = taken(session, ann)
        mia.proves(case)
        mia.does(case, "withdraw")
        self.twice(mia, case, "undo")

    def test_a_review(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = settled(session, ann)
        mia.proves(case)
        self.twice(mia, case, "review")

    def twice(self, mia: Customer, case: Case, act: str) -> None:
        first = mia.does(case, act, key="chat:one message")
        once = mia.kinds(case)
        again = mia.does(case, act, key="chat:one message")
        assert (mia.kinds(case), again.stage) == (once, first.stage)


class TestOldButtons:
    def test_accepting_twice_is_accepting_once(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = offered(session, ann)
        mia.proves(case)
        mia.does(case, "accept")
        once = mia.kinds(case)
        assert mia.does(case, "accept").stage == "resolved"
        assert mia.kinds(case) == once

    @pytest.mark.parametrize(
        ("first", "then", "said"), [("accept", "refuse", "accepted"), ("refuse", "accept", "refused")]
    )
    def test_a_change_of_mind_is_told_how_things_are(
        self, session: Session, mia: Customer, ann: Staff, first: str, then: str, said: str
    ) -> None:
        case = offered(session, ann)
        mia.proves(case)
        mia.does(case, first)
        with pytest.raises(Conflict, match=f"This answer was {said} on "):
            mia.does(case, then)

    def test_withdrawing_what_is_settled(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = settled(session, ann)
        mia.proves(case)
        with pytest.raises(NotAllowed, match="stage"):
            mia.does(case, "withdraw")

    def test_undoing_too_late(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = taken(session, ann)
        mia.proves(case)
        mia.does(case, "withdraw")
        with time_machine.travel(clock.now() + timedelta(days=20)):
            mia.proves(case)
            with pytest.raises(Conflict, match="new complaint"):
                mia.does(case, "undo")

    @pytest.mark.parametrize("act", [act for act in ACTS if act not in ("add", "undo")])
    def test_before_anything_is_asked_the_stage_is_told(
        self, session: Session, mia: Customer, ann: Staff, act: str
    ) -> None:
        case = taken(session, ann)
        mia.proves(case)
        mia.does(case, "withdraw")
        with pytest.raises(Conflict, match=r"is at another stage by now: .+\. .+\.$"):
            case_acts.check(session, mia.conversation.id, case.reference, act)

    def test_what_the_check_lets_through_can_be_done(self, session: Session, mia: Customer, ann: Staff) -> None:
        """And the reverse: nothing that is refused before could have been done."""
        for make in (filed, lambda session: offered(session, ann), lambda session: settled(session, ann)):
            for act in ACTS:
                case = make(session)
                mia.proves(case)
                passed = self.works(lambda case=case, act=act: self.check(mia, case, act))
                done = self.works(lambda case=case, act=act: mia.does(case, act))
                assert passed or not done or act in ("accept", "answer"), (case.state, act)

    def check(self, mia: Customer, case: Case, act: str) -> None:
        case_acts.check(mia.session, mia.conversation.id, case.reference, act)

    def works(self, verb: Any) -> bool:
        try:
            verb()
        except DisputesError:
            return False
        return True


class TestIfNothing:
    def test_one_complaint_or_all_that_the_code_opens(self, session: Session, mia: Customer, ann: Staff) -> None:
        case = offered(session, ann)
        mia.proves(case)
        one = case_acts.if_nothing(session, mia.conversation.id, case.reference)
        assert one == case_acts.if_nothing(session, mia.conversation.id)
        assert "a manager looks at your case again" in one[case.reference][0]


class TestGateway:
    def test_the_button_comes_back_to_the_letter_and_is_shown_by_its_title(
        self, session: Session, conversation: Conversation
    ) -> None:
        sent = '/act_on_case{"act": "accept", "case": "CD-0000-0000", "about": "4a7f6d3e-1a0b-4c1e-9d27-0f2f4c9f2c11"}'
        replies = [{"content_type": "text", "title": "I accept the answer", "payload": sent}]
        thread.append(session, conversation, "bot", "You can answer us here.", quick_replies=replies)
        received = service.receive(session, conversation.id, sent, client_id=None)
        assert received is not None
        message = session.get_one(Message, received.id)
        assert (message.text, message.payload) == ("I accept the answer", sent)
        forged = service.receive(session, conversation.id, sent.replace("accept", "accept_sure"), client_id=None)
        assert forged is not None
        assert session.get_one(Message, forged.id).payload is None
