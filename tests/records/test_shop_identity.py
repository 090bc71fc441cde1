"""What is kept of the shop's word for who is signed in: theirs to have, and gone when they want it gone."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.chat import arrivals, service
from disputes.chat.arrivals import Place
from disputes.chat.tables import Conversation
from disputes.people.tables import StatusRequest
from disputes.records import service as records
from tests.cases import factories
from tests.people.shop import shop, token
from tests.records.conftest import open_zip

__all__ = ["shop"]

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("shop")]

MIA = factories.DEFAULTS["email"]


@pytest.fixture
def chat(session: Session, shop: None) -> Conversation:
    """A chat of somebody who is signed in, without a complaint."""
    here = arrivals.visit(session, None, token(MIA), Place(None, None, None), anew=False)
    service.receive(session, here.conversation.id, "Where is my lamp?", client_id="1")
    return here.conversation


@pytest.mark.usefixtures("chat")
def test_a_copy_has_the_chat_and_by_what_it_is_theirs(session: Session) -> None:
    files = open_zip(records.export_person(session, email=MIA))
    assert "Where is my lamp?" in files["chats/01.json"].decode()
    [proof] = json.loads(files["person.json"])["asked_for_status"]
    assert (proof["proved_by"], proof["looked_up"], proof["email"]) == ("the shop", None, MIA)


def test_erasing_takes_the_chat_and_the_proof(session: Session, chat: Conversation) -> None:
    records.erase_person(session, email=MIA)
    session.expire_all()
    assert session.get(Conversation, chat.id) is None
    assert session.scalar(select(func.count()).select_from(StatusRequest)) == 0


def test_a_chat_that_is_kept_with_its_complaint_is_nobodys_any_more(
    session: Session, chat: Conversation, ended: Callable[..., Case]
) -> None:
    ended(conversation_id=chat.id)
    records.erase_person(session, email=MIA)
    session.expire_all()
    kept = session.get_one(Conversation, chat.id)
    assert (kept.identity_digest, kept.status_request_id, kept.facts) == (None, None, {})
    back = arrivals.visit(session, None, token(MIA), Place(None, None, None), anew=False)
    assert back.conversation.id != chat.id
