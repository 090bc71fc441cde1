"""A browser comes with the shop's word for who sits there, or with somebody else's, or with none."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from prometheus_client import REGISTRY
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from disputes import clock
from disputes.cases.progress import NotVerified
from disputes.chat import arrivals, case_acts, desk_queries, endings, handover_card, service
from disputes.chat.arrivals import Place, Visit
from disputes.chat.tables import Conversation
from disputes.errors import Refused
from disputes.people import codes
from disputes.people.tables import IdentityToken, StatusRequest
from disputes.settings import settings
from disputes.worker.schedule import forget_spent_proofs
from tests.cases.factories import filed
from tests.people.shop import NOBODYS_KEY, shop, token

__all__ = ["shop"]

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("shop")]

MIA, TOM = "mia.hughes@example.com", "tom.reed@example.com"


class TestSignedIn:
    def test_speaks_of_all_their_complaints_and_of_no_others(self, session: Session) -> None:
        mine = {filed(session).reference, filed(session, order_number="10024").reference}
        filed(session, email=TOM)
        assert told(session, comes(session, identity=token())) == mine

    def test_proves_as_long_as_a_code_does(self, session: Session) -> None:
        filed(session)
        here = comes(session, identity=token())
        with time_machine.travel(clock.now() + codes.VERIFIED_FOR, tick=False):
            assert told(session, here) is None

    def test_with_a_fresh_token_again_as_long(self, session: Session) -> None:
        filed(session)
        here = comes(session, identity=token())
        with time_machine.travel(clock.now() + codes.VERIFIED_FOR - timedelta(minutes=1), tick=False):
            comes(session, here.session_id, token())
        with time_machine.travel(clock.now() + codes.VERIFIED_FOR + timedelta(minutes=20), tick=False):
            assert told(session, here)
        assert session.scalar(select(func.count()).select_from(StatusRequest)) == 1

    def test_name_and_address_are_known_and_on_their_way_to_the_assistant(self, session: Session) -> None:
        chat = comes(session, identity=token()).conversation
        assert chat.facts == {"contact_email": MIA, "complainant_name": "Mia Hughes"}
        assert {name: given["value"] for name, given in chat.corrections.items()} == chat.facts

    def test_what_the_customer_has_told_counts_more(self, session: Session) -> None:
        here = comes(session, identity=token())
        service.remember_facts(session, here.conversation.id, {"contact_email": "other@example.com"}, known=given(here))
        here.conversation.corrections = {}
        comes(session, here.session_id, token())
        assert here.conversation.facts == {"contact_email": "other@example.com", "complainant_name": "Mia Hughes"}
        assert set(here.conversation.corrections) == {"complainant_name"}

    @pytest.mark.parametrize("name", [None, "12345", "x" * 1_000, "\u202e"])
    def test_a_name_that_is_none_is_asked_for(self, session: Session, name: str | None) -> None:
        assert comes(session, identity=token(name=name)).conversation.facts == {"contact_email": MIA}

    @pytest.mark.parametrize("email", ["mia", "mia@", "a@b@c.example", f"{'x' * 400}@example.com"])
    def test_an_address_that_is_none_is_refused(self, session: Session, email: str) -> None:
        assert is_nobody(comes(session, identity=token(email)))

    def test_colleagues_and_the_customer_read_that_the_shop_says_so(self, session: Session) -> None:
        chat = comes(session, identity=token()).conversation
        verified = handover_card.is_proved(session, chat)
        staff_card = handover_card.card_for_staff(session, chat, verified=verified)
        assert (staff_card.verified, staff_card.by_shop) == (True, True)
        assert not any(row.corrected for row in staff_card.rows)
        handover_card.show(session, chat)
        card = service.updates(session, chat.id, 0).messages[-1]["card"]
        assert {"label": "Verified by the shop", "value": "Yes, you are signed in there"} in card["rows"]

    def test_finds_their_open_chat_again_in_another_browser(self, session: Session) -> None:
        here = comes(session, identity=token())
        there = comes(session, identity=token())
        assert there.conversation is here.conversation
        assert there.session_id != here.session_id

    def test_a_new_chat_after_the_end_is_theirs_as_well(self, session: Session) -> None:
        filed(session)
        here = comes(session, identity=token())
        writes(session, here, "hello")
        endings.end_by_customer(session, here.conversation.id)
        assert told(session, here) is None
        assert handover_card.is_proved(session, here.conversation) is False
        writes(session, here, "one more thing")
        fresh = comes(session, here.session_id, token(), anew=True)
        assert fresh.conversation is not here.conversation
        assert told(session, fresh)
        assert wrote(session, fresh) == ["one more thing"]

    def test_a_nobodys_ended_chat_is_left_behind_for_one_of_their_own(self, session: Session) -> None:
        before = comes(session)
        writes(session, before, "hello")
        endings.end_by_customer(session, before.conversation.id)
        writes(session, before, "is my money back?")
        fresh = comes(session, before.session_id, token(), anew=True)
        assert fresh.conversation.identity_digest is not None
        assert fresh.conversation.visitor_digest != before.conversation.visitor_digest
        assert wrote(session, fresh) == ["is my money back?"]

    def test_a_code_that_is_on_its_way_still_counts(self, session: Session) -> None:
        other = filed(session, email=TOM)
        here = comes(session, identity=token())
        service.request_status_code(session, here.conversation.id, other.reference, TOM)
        asked = here.conversation.status_request_id
        comes(session, here.session_id, token())
        assert here.conversation.status_request_id == asked

    def test_six_digits_are_an_order_and_no_code(self, session: Session) -> None:
        here = comes(session, identity=token())
        writes(session, here, "it is 100 232")
        assert wrote(session, here) == ["it is 100 232"]


class TestAttacks:
    def test_an_order_number_proves_nothing(self, session: Session) -> None:
        case = filed(session)
        here = comes(session, identity=token(TOM, order_number=case.order_number, orders=[case.reference]))
        assert told(session, here) == set()
        with pytest.raises(NotVerified):
            case_acts.verified_case(session, here.conversation.id, case.reference)

    def test_what_is_no_token_of_the_shop_opens_a_chat_as_without_one(self, session: Session) -> None:
        filed(session)
        for identity in ("", "x", "a.a.a", token(key=NOBODYS_KEY), token(email_verified=False)):
            here = comes(session, identity=identity)
            assert is_nobody(here)
            assert told(session, here) is None

    def test_a_spent_token_opens_nothing(self, session: Session) -> None:
        spent = token()
        with time_machine.travel(time.time() + 400, tick=False):
            assert is_nobody(comes(session, identity=spent))

    def test_a_token_seen_by_another_browser_is_of_no_use_to_it(self, session: Session) -> None:
        seen = token()
        comes(session, identity=seen)
        thief = comes(session, identity=seen)
        assert is_nobody(thief)
        assert is_nobody(comes(session, comes(session).session_id, seen))

    def test_the_same_page_may_come_again_with_it(self, session: Session) -> None:
        filed(session)
        mine = token()
        here = comes(session, identity=mine)
        again = comes(session, here.session_id, mine)
        assert (again.conversation, again.session_id) == (here.conversation, here.session_id)
        assert told(session, again)

    def test_a_page_that_was_asleep_finds_its_chat_and_no_new_proof(self, session: Session) -> None:
        filed(session)
        mine = token()
        here = comes(session, identity=mine)
        with time_machine.travel(clock.now() + timedelta(minutes=25), tick=False):
            assert comes(session, here.session_id, mine).session_id == here.session_id
            assert told(session, here)
        with time_machine.travel(clock.now() + timedelta(minutes=35), tick=False):
            assert comes(session, here.session_id, mine).session_id == here.session_id
            assert told(session, here) is None

    @pytest.mark.parametrize("identity", [None, "nonsense"])
    def test_who_signs_out_leaves_chat_and_proof_to_nobody(self, session: Session, identity: str | None) -> None:
        filed(session)
        here = comes(session, identity=token())
        chat = here.conversation
        writes(session, here, "where is my complaint?")
        after = comes(session, here.session_id, identity)
        assert is_nobody(after)
        assert after.conversation is not chat
        assert (told(session, after), told(session, here)) == (None, None)
        assert service.conversation_of_session(session, here.session_id) is None
        assert comes(session, identity=token()).conversation is chat  # it waits for whom it belongs to

    def test_the_next_one_signed_in_at_that_computer_has_a_chat_of_their_own(self, session: Session) -> None:
        case = filed(session)
        mine = filed(session, email=TOM)
        here = comes(session, identity=token())
        chat, proof = here.conversation, here.conversation.status_request_id
        after = comes(session, here.session_id, token(TOM, name="Tom Reed"))
        assert after.conversation is not chat
        assert told(session, after) == {mine.reference}
        assert case.reference not in (told(session, after) or ())
        assert after.conversation.facts["contact_email"] == TOM
        assert chat.facts["contact_email"] == MIA
        proved = session.get_one(StatusRequest, proof)
        assert proved.verified_until is not None and proved.verified_until <= clock.now()

    def test_the_same_account_under_another_address_is_another_person(self, session: Session) -> None:
        filed(session)
        here = comes(session, identity=token(sub="account"))
        after = comes(session, here.session_id, token(TOM, sub="account"))
        assert after.conversation is not here.conversation
        assert told(session, after) == set()

    def test_a_spent_token_of_another_does_not_open_the_chat(self, session: Session) -> None:
        here = comes(session, identity=token())
        now = int(time.time())
        spent = token(TOM, iat=now - 300, exp=now - 60)
        assert is_nobody(comes(session, here.session_id, spent))

    def test_a_chat_that_another_may_know_is_never_proved_by_a_sign_in(self, session: Session) -> None:
        """Whoever wrote in it may have kept its session id, and would read along."""
        filed(session)
        before = comes(session)
        writes(session, before, "hello")
        after = comes(session, before.session_id, token())
        assert after.conversation is before.conversation
        assert is_nobody(after)
        assert told(session, after) is None

    def test_nor_one_that_was_only_opened(self, session: Session) -> None:
        before = comes(session)
        after = comes(session, before.session_id, token())
        assert after.conversation is not before.conversation
        assert after.session_id != before.session_id

    def test_an_old_chat_of_the_browser_does_not_lead_into_the_one_of_its_person(self, session: Session) -> None:
        before = comes(session)
        writes(session, before, "hello")
        endings.end_by_customer(session, before.conversation.id)
        mine = comes(session, before.session_id, token(), anew=True)
        assert is_nobody(comes(session, before.session_id, anew=True))
        assert comes(session, before.session_id, anew=True).conversation is not mine.conversation

    def test_an_ended_chat_of_theirs_leads_nobody_else_to_a_new_one(self, session: Session) -> None:
        here = comes(session, identity=token())
        writes(session, here, "hello")
        endings.end_by_customer(session, here.conversation.id)
        fresh = comes(session, here.session_id, anew=True)
        assert is_nobody(fresh)
        assert wrote(session, fresh) == []

    def test_without_a_secret_tokens_change_nothing(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        made = token()
        monkeypatch.delenv("WIDGET_IDENTITY_KEY")
        settings.cache_clear()
        filed(session)
        here = comes(session, identity=made)
        assert is_nobody(here)
        assert told(session, here) is None
        assert comes(session, here.session_id, made).session_id == here.session_id


class TestOnRecord:
    @pytest.mark.parametrize(
        ("outcome", "changes"),
        [
            ("taken", {}),
            ("foreign", {"key": NOBODYS_KEY}),
            ("unverified", {"email_verified": False}),
            ("faulty", {"email": "nobody"}),
            ("expired", {"iat": 1_000, "exp": 1_100}),
        ],
    )
    def test_what_became_of_a_token_is_counted(self, session: Session, outcome: str, changes: dict[str, Any]) -> None:
        before = counted(outcome)
        comes(session, identity=token(**changes))
        assert counted(outcome) == before + 1

    def test_so_is_one_that_came_too_late_for_its_chat_or_a_second_time(self, session: Session) -> None:
        late, twice = counted("other_chat"), counted("used_elsewhere")
        before = comes(session)
        writes(session, before, "hello")
        mine = token()
        comes(session, before.session_id, mine)
        assert counted("other_chat") == late + 1
        for seen in (token(), mine):
            comes(session, identity=seen)
            comes(session, identity=seen)
        assert counted("used_elsewhere") == twice + 2

    def test_neither_the_token_nor_the_person_is_logged(self, session: Session) -> None:
        forged = token(TOM, key=NOBODYS_KEY)
        with capture_logs() as logs:
            comes(session, identity=forged)
            comes(session, identity=token(email_verified=False))
        assert [(entry["event"], entry["why"]) for entry in logs] == [
            ("chat.identity_refused", "foreign"),
            ("chat.identity_refused", "unverified"),
        ]
        assert all(set(entry) == {"event", "why", "log_level"} for entry in logs)

    def test_tokens_are_kept_as_digests_and_not_for_long(self, session: Session) -> None:
        made = token()
        comes(session, identity=made)
        [kept] = session.scalars(select(IdentityToken)).all()
        assert made not in (kept.digest, kept.visitor_digest)
        forget_spent_proofs(session)
        assert session.scalar(select(func.count()).select_from(IdentityToken)) == 1
        with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
            forget_spent_proofs(session)
        assert session.scalar(select(func.count()).select_from(IdentityToken)) == 0

    def test_the_address_is_proved_for_everything_else_that_asks(self, session: Session) -> None:
        here = comes(session, identity=token())
        assert desk_queries.proven_emails(session, here.conversation.id) == [MIA]


def comes(session: Session, session_id: str | None = None, identity: str | None = None, *, anew: bool = False) -> Visit:
    return arrivals.visit(session, session_id, identity, Place("https://shop.example/", "en", None), anew=anew)


def writes(session: Session, here: Visit, text: str) -> None:
    service.receive(session, here.conversation.id, text, client_id=str(uuid4()))


def wrote(session: Session, here: Visit) -> Sequence[str]:
    messages = service.updates(session, here.conversation.id, 0).messages
    return [message["text"] for message in messages if message["from"] == "customer"]


def told(session: Session, here: Visit) -> set[str] | None:
    """The references that the chat speaks of; None: it asks for a proof."""
    try:
        found = service.progress_for_conversation(session, here.conversation.id)
        acted = {case.reference for case in case_acts.verified_cases(session, here.conversation.id)}
    except Refused:  # NotVerified is one, too
        return None
    assert {case.reference for case in found} == acted
    return acted


def is_nobody(here: Visit) -> bool:
    chat: Conversation = here.conversation
    return chat.identity_digest is None and chat.status_request_id is None and chat.facts == {}


def given(here: Visit) -> dict[str, str]:
    return {name: each["value"] for name, each in here.conversation.corrections.items()}


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("disputes_shop_identities_total", {"outcome": outcome}) or 0.0
