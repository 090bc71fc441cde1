"""The neutral person's pages, and the part about mediation on the page of a case."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from uuid import UUID, uuid4

import pytest
import requests
from fastapi.routing import iter_route_contexts

from disputes import database
from disputes.cases import queries
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.people import case_links
from disputes.people import service as people
from disputes.web import create_app
from tests.files.factories import pdf, png
from tests.mediation.factories import CUSTOMER, PIOTR, SECRET, World, world
from tests.serving import PASSWORD, Visitor, add_staff, hidden, second_press, signed_in


class TestNeutral:
    def test_sees_and_does_their_part_from_the_first_mail_to_the_text(self, amara: Visitor, here: World) -> None:
        propose(here)
        home = amara.open("/desk/mediations")
        assert here.case.reference in home
        assert "whether you have ties" in home
        room = room_of(here)
        assert "Ann Baker" in amara.open(room)
        assert here.case.description not in amara.open(room)
        assert "that you have none" in amara.follow(send(amara, f"{room}/ties", ties="no"))
        agree(here)
        page = amara.open(room)
        assert here.case.description in unescape(page)
        assert SECRET in unescape(amara.follow(send(amara, f"{room}/notes", text=SECRET)))
        page = amara.follow(send(amara, f"{room}/messages/customer", text="What would you need?"))
        assert "What would you need?" in page
        given = {"text": "Forty pounds.", "kind1": "refund", "amount1": "40.00", "due_days1": "7"}
        page = amara.follow(send(amara, f"{room}/settlement", **given))
        assert "Forty pounds." in page
        assert "40.00" in page
        with database.transaction() as session:
            case = queries.case_by_reference(session, here.case.reference)
            assert case
            messages = mediation.messages_with_neutral(session, case, "customer", CUSTOMER)
            assert [message.text for message in messages] == ["What would you need?"]

    def test_reads_why_a_text_cannot_be_proposed_and_keeps_it(self, amara: Visitor, here: World) -> None:
        begin(here)
        given = {"text": "My long text", "kind1": "refund", "amount1": "forty"}
        answer = send(amara, f"{room_of(here)}/settlement", **given)
        assert answer.status_code == 400
        assert "My long text" in answer.text
        answer = send(amara, f"{room_of(here)}/settlement", text="My long text", kind1="refund")
        assert (answer.status_code, "amount" in answer.text) == (400, True)

    def test_reads_the_letter_before_it_goes_and_nothing_else_of_the_case(self, amara: Visitor, here: World) -> None:
        begin(here)
        for act, fields in (("settlement", {"text": "Forty pounds."}), ("end", {"words": "They do not agree."})):
            shown = press(amara, f"{room_of(here)}/{act}", **fields)
            assert "Nothing has been sent yet" in shown.text, act
            assert "The customer, by e-mail" in shown.text
            assert str(here.case.customer.email) not in shown.text
            back = amara.post(f"{room_of(here)}/{act}", data=[*second_press(shown.text)[:-1], ("do", "change")])
            assert all(words in unescape(back.text) for words in fields.values()), act
        with database.transaction() as session:
            assert queries.last_event(session, here.case.id, "settlement_proposed") is None
            assert queries.last_event(session, here.case.id, "mediation_ended") is None

    def test_reads_it_again_without_the_history_when_the_case_has_moved_on(self, amara: Visitor, here: World) -> None:
        begin(here)
        shown = press(amara, f"{room_of(here)}/settlement", text="Forty pounds.")
        with database.transaction() as session:
            case = queries.locked(session, here.case.id)
            investigation.add_evidence(session, case, CUSTOMER, "late.png", png())
        again = amara.press_send(shown)
        assert "The case has moved on since you read this" in again.text
        assert "late.png" not in again.text
        with database.transaction() as session:
            mediation.stop(session, queries.locked(session, here.case.id), CUSTOMER)
        assert amara.press_send(again).status_code == 403

    def test_ends_it(self, amara: Visitor, here: World) -> None:
        begin(here)
        assert "No mediation now" in amara.follow(send(amara, f"{room_of(here)}/end"))
        assert amara.get(room_of(here)).status_code == 403

    def test_with_ties_is_out(self, amara: Visitor, here: World) -> None:
        propose(here)
        assert "No mediation now" in amara.follow(send(amara, f"{room_of(here)}/ties", ties="yes"))

    def test_comes_to_their_own_pages_and_to_no_others(self, served: str, amara: Visitor, here: World) -> None:
        begin(here)
        with Visitor(served) as fresh:
            answer = fresh.submit("/desk/sign-in", email=here.amara.email, password=PASSWORD)
            assert answer.headers["location"] == "/desk/mediations"
        for path in ("/desk", "/desk/cases", "/desk/tasks", f"/desk/cases/{here.case.reference}"):
            assert amara.get(path).status_code == 403, path

    def test_markup_is_shown_as_text(self, amara: Visitor, here: World) -> None:
        begin(here)
        script = "<script>alert(1)</script>"
        for part in ("notes", "messages/shop", "settlement"):
            assert script not in amara.follow(send(amara, f"{room_of(here)}/{part}", text=script))


class TestOthers:
    @pytest.mark.parametrize("role", ["agent", "manager", "admin"])
    def test_the_pages_are_closed_to_the_shop(self, served: str, here: World, role: str) -> None:
        begin(here)
        with signed_in(served, add_staff(f"{role}@casened.com", "Somebody", role)) as other:
            for path in ("/desk/mediations", room_of(here), f"{room_of(here)}/papers/{uuid4()}"):
                assert other.get(path).status_code == 403
            assert send(other, f"{room_of(here)}/notes", text="x").status_code == 403
            assert send(other, f"{room_of(here)}/end").status_code == 403

    def test_another_neutral_sees_nothing_of_it(self, served: str, here: World) -> None:
        begin(here)
        with database.transaction() as session:
            piotr = people.staff_with_email(session, PIOTR)
            people.set_password(session, piotr, PASSWORD)
        with signed_in(served, piotr) as other:
            assert here.case.reference not in other.open("/desk/mediations")
            for path in (room_of(here), f"{room_of(here)}/papers/{uuid4()}"):
                assert other.get(path).status_code == 403
            for act in ("notes", "messages/shop", "settlement", "end"):
                assert send(other, f"{room_of(here)}/{act}", text="x").status_code == 403

    @pytest.mark.parametrize("role", ["agent", "manager", "admin", "mediator"])
    def test_no_page_of_the_desk_shows_a_note(self, served: str, here: World, role: str) -> None:
        """Every page that can be read, with this case, this mediation and this note behind it."""
        found = begin(here)
        with database.transaction() as session:
            mediation.write_note(session, found, here.amara, SECRET)
        seen = 0
        with signed_in(served, add_staff(f"{role}@casened.com", "Somebody", role)) as other:
            for path in readable_paths(here, found):
                answer = other.get(path)
                assert SECRET not in unescape(answer.text), path
                seen += answer.status_code == 200
        assert seen >= (8 if role != "mediator" else 2)


class TestCasePage:
    def test_the_shop_suggests_answers_and_talks(self, ann: Visitor, here: World) -> None:
        url = f"/desk/cases/{here.case.reference}"
        page = ann.open(url)
        assert "Suggest mediation" in page
        neutral = re.search(r'<option value="([^"]+)">Piotr Zielinski', page)
        assert neutral
        page = ann.follow(send(ann, f"{url}/mediation/propose", neutral=neutral[1], reason="It may help."))
        assert "Piotr Zielinski" in page
        words = unescape(hidden(page, "words"))
        page = ann.follow(send(ann, f"{url}/mediation/answer", answer="yes", words=words))
        assert "said yes" in page
        assert "Take our yes back" in page

    def test_words_that_were_not_read_are_refused(self, ann: Visitor, here: World) -> None:
        propose(here)
        url = f"/desk/cases/{here.case.reference}"
        answer = send(ann, f"{url}/mediation/answer", answer="yes", words="Anything.")
        assert answer.status_code == 409
        assert "read it again" in answer.text

    def test_a_running_one(self, ann: Visitor, amara: Visitor, here: World) -> None:
        found = begin(here)
        url = f"/desk/cases/{here.case.reference}"
        assert "Our carrier says so." in ann.follow(send(ann, f"{url}/mediation/share", text="Our carrier says so."))
        assert "We could give 60." in ann.follow(send(ann, f"{url}/mediation/write", text="We could give 60."))
        assert "Our carrier says so." in amara.open(room_of(here))
        assert "We could give 60." in amara.open(room_of(here))
        ann.follow(send(ann, f"{url}/mediation/longer"))
        with database.transaction() as session:
            text = mediation.propose_settlement(session, here.case, here.amara, "The text of it.", [])
        page = ann.open(url)
        assert "The text of it." in page
        assert "Accept this text" not in page
        answer = send(ann, f"{url}/mediation/accept", settlement=str(text.id))
        assert (answer.status_code, "time to think" in answer.text) == (409, True)
        assert "With a manager" in ann.follow(send(ann, f"{url}/mediation/stop"))
        assert "The text of it." not in ann.open(url)
        assert found

    def test_a_colleague_reads_no_talk_and_why(self, served: str, here: World) -> None:
        begin(here)
        with database.transaction() as session:
            mediation.write_to_neutral(session, here.case, "shop", here.shop, SECRET)
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek", "agent")) as other:
            page = unescape(other.open(f"/desk/cases/{here.case.reference}"))
            assert SECRET not in page
            assert "Only the person who has this complaint, or a manager" in page

    def test_a_wish_is_declined_with_a_reason(self, ann: Visitor, here: World) -> None:
        with database.transaction() as session:
            mediation.request(session, here.case, CUSTOMER, "Somebody neutral, please.")
        url = f"/desk/cases/{here.case.reference}"
        assert "The customer asks for mediation" in ann.open(url)
        ann.follow(send(ann, f"{url}/mediation/decline", reason="We will simply pay."))
        assert "The customer asks for mediation" not in ann.open(url)

    def test_nonsense_is_refused_in_words(self, ann: Visitor, here: World) -> None:
        url = f"/desk/cases/{here.case.reference}/mediation"
        for act, given in (("propose", {"neutral": "x"}), ("propose", {"amount": "lots"}), ("decline", {})):
            assert send(ann, f"{url}/{act}", **given).status_code == 400, act
        assert send(ann, f"{url}/settle").status_code == 404
        assert send(ann, f"{url}/stop").status_code == 403


class TestCustomer:
    def test_reads_answers_shares_and_stops(self, served: str, here: World) -> None:
        propose(here)
        with customer(served, here) as mia:
            url = f"/status/complaints/{here.case.reference}"
            page = mia.open("/status/complaints")
            words = unescape(hidden(page, "words_shown"))
            assert "Amara Okafor" in words
            page = mia.follow(mia.submit(f"{url}/mediation-yes", words_shown=words))
            assert "Take my yes back" in page
            with database.transaction() as session:
                here.session, here.case = session, queries.locked(session, here.case.id)
                here.agree("shop")
                found = mediation.mediation_of(session, here.case)
                assert found
                mediation.declare(session, found.id, here.amara, free=True)
                file = investigation.add_evidence(session, here.case, CUSTOMER, "lamp.png", png())
                ours = investigation.add_evidence(session, here.case, here.shop, "ours.pdf", pdf(), staff=here.handler)
                mediation.share(session, here.case, here.shop, evidence_id=ours.id)
            page = mia.open("/status/complaints")
            assert "ours.pdf" in page
            download = re.search(r'href="([^"]+/papers/[^"]+)"', page)
            assert download
            assert mia.get(download[1]).content == pdf()
            assert mia.get(f"{url}/papers/{file.id}").status_code == 404
            page = mia.follow(mia.submit(f"{url}/mediation-share", file=str(file.id)))
            assert page.count("lamp.png") >= 2
            assert "My own words." in mia.follow(mia.submit(f"{url}/mediation-share", words="My own words."))
            page = mia.follow(mia.submit(f"{url}/mediation-stop"))
            assert "My own words." not in page
            assert "You said yes" in page
            assert words in unescape(page)

    def test_reads_nothing_that_the_shop_told_the_neutral(self, served: str, here: World) -> None:
        found = begin(here)
        with database.transaction() as session:
            mediation.write_to_neutral(session, here.case, "shop", here.shop, SECRET)
            mediation.write_note(session, found, here.amara, SECRET)
        with customer(served, here) as mia:
            assert SECRET not in unescape(mia.open("/status/complaints"))


@contextmanager
def customer(served: str, here: World) -> Iterator[Visitor]:
    """Whoever complained, come by the link in a letter."""
    with database.transaction() as session:
        case = queries.locked(session, here.case.id)
        link = f"/case/{case_links.sign(case.id, uuid4(), case.customer)}"
    with Visitor(served) as mia:
        assert mia.get(link).status_code == 303
        yield mia


@pytest.fixture
def here(emptied_database: str) -> World:
    with database.transaction() as session:
        made = world(session)
        for person in (made.handler, made.amara):
            people.set_password(session, person, PASSWORD)
        return made


@pytest.fixture
def amara(served: str, here: World) -> Iterator[Visitor]:
    with signed_in(served, here.amara) as opened:
        yield opened


@pytest.fixture
def ann(served: str, here: World) -> Iterator[Visitor]:
    with signed_in(served, here.handler) as opened:
        yield opened


def propose(here: World) -> UUID:
    with database.transaction() as session:
        here.session, here.case = session, queries.locked(session, here.case.id)
        return here.propose().id


def agree(here: World) -> None:
    with database.transaction() as session:
        here.session, here.case = session, queries.locked(session, here.case.id)
        here.agree("customer")
        here.agree("shop")


def begin(here: World) -> UUID:
    with database.transaction() as session:
        here.session, here.case = session, queries.locked(session, here.case.id)
        return here.begin().id


def room_of(here: World) -> str:
    with database.transaction() as session:
        found = mediation.mediation_of(session, here.case)
        assert found
        return f"/desk/mediations/{found.id}"


def send(visitor: Visitor, path: str, **fields: str) -> requests.Response:
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.carry_out(path, {"csrf_token": token, **fields})


def press(visitor: Visitor, path: str, **fields: str) -> requests.Response:
    return visitor.submit(path, csrf_token=hidden(visitor.open("/desk/account"), "csrf_token"), **fields)


def readable_paths(here: World, mediation_id: UUID) -> list[str]:
    values = {"reference": here.case.reference, "mediation_id": str(mediation_id), "show": "open"}
    found = set()
    for route in iter_route_contexts(create_app().routes):
        if "GET" in (route.methods or ()):
            found.add(re.sub(r"{(\w+)(?::\w+)?}", lambda name: values.get(name[1], str(UUID(int=1))), route.path or ""))
    return sorted(found - {"/desk/sign-out"})
