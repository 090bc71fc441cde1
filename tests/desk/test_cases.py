"""The desk's cases: the list, one case, and taking it."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from disputes import clock, database
from disputes.cases import queries, service, worklists
from disputes.cases.tables import Case
from disputes.investigation import service as investigation
from disputes.notifications.tables import Notification
from disputes.people import service as people
from tests.cases.factories import filed
from tests.deadlines.many import fill
from tests.serving import Visitor, add_staff, hidden, signed_in

SCRIPT = "<script>alert(1)</script>"


class TestList:
    def test_those_due_first_are_on_top_and_late_ones_are_marked(self, ada: Visitor) -> None:
        on_time, late = file_one(), file_one(days_late=3)
        page = ada.open("/desk/cases")
        assert page.index(late.reference) < page.index(on_time.reference)
        assert page.count(">overdue<") == 1

    def test_each_tab_says_how_many(self, ada: Visitor) -> None:
        file_one(days_late=3)
        take(ada, file_one())
        assert counted(ada.open("/desk/cases")) == {
            "mine": "1",
            "today": "0",
            "overdue": "1",
            "unowned": "1",
            "open": "2",
            "ended": "0",
        }

    def test_one_that_nobody_has_is_an_alarm(self, ada: Visitor) -> None:
        file_one()
        page = ada.open("/desk/cases?show=unowned")
        assert '<span class="badge badge-late">nobody</span>' in page
        assert '<span class="count count-late" data-count="unowned">1</span>' in page

    def test_stages_are_called_as_staff_see_them(self, ada: Visitor) -> None:
        case = file_one()
        take(ada, case)
        for page in ("/desk/cases", f"/desk/cases/{case.reference}"):
            assert '<span class="badge badge-info">We look into it</span>' in ada.open(page)

    def test_the_rows_alone_for_a_page_that_is_open(self, ada: Visitor) -> None:
        case = file_one()
        part = ada.open("/desk/cases/list?show=open")
        assert "<html" not in part
        assert f'data-row="{case.reference}"' in part

    def test_a_list_goes_on_on_further_pages(self, ada: Visitor) -> None:
        with database.transaction() as session:
            fill(session, 230)
        first, last = ada.open("/desk/cases"), ada.open("/desk/cases?page=3")
        assert "1 to 100 of 230" in first
        assert 'href="/desk/cases?show=open&amp;page=2"' in first
        assert "201 to 230 of 230" in last
        assert last.count("data-row=") == 30
        assert 'rel="next"' not in last
        assert ada.get("/desk/cases?page=0").status_code == 422

    def test_mine_and_nobodys(self, ada: Visitor) -> None:
        free, taken = file_one(), file_one()
        take(ada, taken)
        assert taken.reference in ada.open("/desk/cases?show=mine")
        assert free.reference not in ada.open("/desk/cases?show=mine")
        assert taken.reference not in ada.open("/desk/cases?show=unowned")

    @pytest.mark.parametrize("show", worklists.NAMES)
    def test_an_empty_list_says_so(self, ada: Visitor, show: str) -> None:
        assert "empty-title" in ada.open(f"/desk/cases?show={show}")

    def test_other_lists_are_not_there(self, ada: Visitor) -> None:
        assert ada.get("/desk/cases?show=secret").status_code == 422


class TestCase:
    def test_shows_what_happened_and_what_was_promised(self, ada: Visitor) -> None:
        case = file_one()
        page = ada.open(f"/desk/cases/{case.reference.lower()}")
        for words in (case.reference, "Mia Hughes", "The parcel never arrived", "First answer", "Final response"):
            assert words in page

    def test_shows_the_amounts_and_days_that_were_named(self, ada: Visitor) -> None:
        case = file_one(description="I paid 49.90 on 2 March 2026 and got nothing.")
        page = ada.open(f"/desk/cases/{case.reference}")
        assert "<dt>Amounts named</dt><dd>£49.90</dd>" in page
        assert "<dt>Dates named</dt><dd>Monday 2 March 2026</dd>" in page
        assert "Amounts named" not in ada.open(f"/desk/cases/{file_one(description='It is broken.').reference}")

    def test_shows_what_became_of_each_letter(self, ada: Visitor) -> None:
        case = file_one()
        add_letter(case, "failed", last_error="The mailbox is full")
        page = ada.open(f"/desk/cases/{case.reference}")
        assert "not delivered" in page
        assert "The mailbox is full" in page

    def test_markup_is_shown_as_text(self, ada: Visitor) -> None:
        case = file_one(name=f"Mia {SCRIPT}", description=SCRIPT, desired_outcome=SCRIPT)
        add_letter(case, "sent", text=SCRIPT, subject=SCRIPT)
        assert SCRIPT not in ada.open(f"/desk/cases/{case.reference}")
        assert SCRIPT not in ada.open("/desk/cases")

    @pytest.mark.parametrize("reference", ["CD-0000-0001", "nonsense", "%00"])
    def test_an_unknown_one_is_not_there(self, ada: Visitor, reference: str) -> None:
        assert ada.get(f"/desk/cases/{reference}").status_code == 404

    def test_each_look_is_noted(self, ada: Visitor) -> None:
        case = file_one()
        ada.open(f"/desk/cases/{case.reference}")
        with database.transaction() as session:
            assert [(view.name, view.what) for view in investigation.views_of(session, case)] == [
                ("Ada Lindqvist", "case")
            ]


class TestNews:
    def test_says_what_others_did_since(self, ada: Visitor) -> None:
        case = file_one()
        page = ada.open(f"/desk/cases/{case.reference}")
        address = re.search(r'hx-get="([^"]*/news[^"]*)"', page)
        assert address
        assert ada.open(address[1]).strip() == ""
        with database.transaction() as session:
            bo = people.add_staff(session, "bo@casened.com", "Bo Ek", "agent")
            service.take(session, queries.locked(session, case.id), bo)
        assert "Bo Ek: " in ada.open(address[1])


class TestTake:
    def test_makes_me_the_investigator(self, ada: Visitor) -> None:
        case = file_one()
        assert take(ada, case).status_code == 303
        page = ada.open(f"/desk/cases/{case.reference}")
        assert "We look into it" in page
        assert ">Take the case</button>" not in page

    def test_the_second_reads_who_was_faster(self, ada: Visitor) -> None:
        case = file_one()
        with database.transaction() as session:
            bo = people.add_staff(session, "bo@casened.com", "Bo Ek", "agent")
            service.take(session, queries.locked(session, case.id), bo)
        answer = take(ada, case)
        assert answer.status_code == 409
        assert "Bo Ek has already taken" in answer.text

    def test_others_see_why_they_cannot(self, visitor: Visitor, served: str) -> None:
        case = file_one()
        with signed_in(served, add_staff("root@casened.com", "Root", "admin")) as admin:
            page = admin.open(f"/desk/cases/{case.reference}")
            assert "disabled" in page
            assert "This is for agents and managers." in page
            assert take(admin, case).status_code == 403
            token = hidden(admin.open("/desk/account"), "csrf_token")
            note = f"/desk/cases/{case.reference}/steps/note"
            assert admin.submit(note, csrf_token=token, words="It came.").status_code == 403

    def test_not_without_the_token_of_the_page(self, ada: Visitor) -> None:
        case = file_one()
        assert ada.submit(f"/desk/cases/{case.reference}/steps/take").status_code == 403


def counted(page: str) -> dict[str, str]:
    """What the tabs say."""
    return dict(re.findall(r'data-count="(\w+)">([^<]*)<', page))


def file_one(*, days_late: int = 0, **changes: str) -> Case:
    with database.transaction() as session:
        case = filed(session, **changes)
        if days_late:
            case.next_date = clock.now() - timedelta(days=days_late)
        return case


def take(visitor: Visitor, case: Case) -> requests.Response:
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.carry_out(f"/desk/cases/{case.reference}/steps/take", {"csrf_token": token})


def add_letter(case: Case, state: str, **changes: str) -> None:
    row = {"subject": "We have your complaint", "text": "Hello", "last_error": None, **changes}
    with database.transaction() as session:
        session.add(
            Notification(
                dedupe_key=f"{case.id}:{state}",
                kind="N1",
                case_id=case.id,
                html="",
                state=state,
                attempts=1,
                message_id="<1@casened.com>",
                created_at=clock.now(),
                sent_at=clock.now() if state == "sent" else None,
                **row,
            )
        )


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An agent, signed in."""
    with signed_in(served, add_staff()) as opened:
        yield opened
