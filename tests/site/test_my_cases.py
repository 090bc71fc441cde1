"""The page of one's complaints, opened with the link in a letter: what its forms do, once."""

from datetime import timedelta
from uuid import uuid4

import pytest
import requests

from disputes import database
from disputes.cases import queries
from disputes.cases.tables import Case
from disputes.files import store
from disputes.people import case_links
from tests.cases.factories import filed
from tests.files.factories import jpg
from tests.serving import Visitor, hidden

BEFORE: set[str] = set()


def test_a_form_that_is_sent_twice_does_it_once(visitor: Visitor, mine: Case) -> None:
    page = f"/status/complaints/{mine.reference}"
    key = hidden(visitor.open("/status/complaints"), "key")
    for _ in range(2):
        answer = visitor.submit(f"{page}/withdraw", key=key, sure="yes")
        assert answer.status_code == 303
    assert kinds(mine).count("withdrawn") == 1
    assert "You withdrew this complaint" in visitor.follow(answer)


def test_other_words_from_the_same_page_are_not_lost(visitor: Visitor, mine: Case) -> None:
    key = hidden(visitor.open("/status/complaints"), "key")
    for words in ("It came, but broken.", "It came, but broken.", "The box was open."):
        assert visitor.submit(f"/status/complaints/{mine.reference}/add", key=key, words=words).status_code == 303
    assert kinds(mine).count("information_added") == 2


def test_only_the_case_of_the_link_can_be_acted_on(visitor: Visitor, mine: Case) -> None:
    with database.transaction() as session:
        other = filed(session, name="Bo Lind", email="bo@example.com")
    key = hidden(visitor.open("/status/complaints"), "key")
    answer = visitor.submit(f"/status/complaints/{other.reference}/withdraw", key=key, sure="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, "/status")
    assert "withdrawn" not in kinds(other)


def test_a_file_is_kept_once_and_a_wrong_one_leaves_nothing(visitor: Visitor, mine: Case) -> None:
    for _ in range(2):
        assert send_file(visitor, mine, jpg()).status_code == 303
    assert kinds(mine).count("information_added") == 1
    refused = send_file(visitor, mine, b"MZ" + bytes(300))
    assert refused.status_code == 400
    assert "Please send" in refused.text
    assert len(stored()) == 1


def test_a_file_of_a_stranger_is_not_even_stored(visitor: Visitor, mine: Case) -> None:
    with Visitor(visitor.url) as stranger:
        answer = send_file(stranger, mine, jpg())
    assert (answer.status_code, answer.headers["location"]) == (303, "/status")
    assert stored() == set()


@pytest.fixture
def mine(visitor: Visitor) -> Case:
    """A complaint whose letter's link this visitor has opened."""
    with database.transaction() as session:
        case = filed(session)
        token = case_links.sign(case.id, uuid4(), case.customer)
    assert visitor.get(f"/case/{token}").status_code == 303
    return case


def send_file(visitor: Visitor, case: Case, content: bytes) -> requests.Response:
    there = f"/status/complaints/{case.reference}/evidence"
    return visitor.post(there, files={"file": ("a.jpg", content)}, headers={"Sec-Fetch-Site": "same-origin"})


def stored() -> set[str]:
    """What this test has put into the store of evidence, which is not emptied as the database behind the pages is."""
    return set(store.store_of("evidence").older_than(timedelta(0))) - BEFORE


@pytest.fixture(autouse=True)
def _what_was_there_before() -> None:
    BEFORE.clear()
    BEFORE.update(store.store_of("evidence").older_than(timedelta(0)))


def kinds(case: Case) -> list[str]:
    with database.transaction() as session:
        return [event.kind for event in queries.events_of(session, [case.id])]
