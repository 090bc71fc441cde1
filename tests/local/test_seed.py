"""The demo shows complaints in the states they pass through, and says how to sign in."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from disputes import clock, policy
from disputes.canned import queries as canned
from disputes.cases.tables import Case
from disputes.database import transaction
from disputes.local.case_sheet import sheet
from disputes.local.demo_past import CHATS, PAST
from disputes.local.seed import AGENT, DEMO_CASES, PASSWORD_FILE, seed_demo
from disputes.people import service as people
from disputes.people.tables import Staff
from disputes.reports import service
from disputes.reports.figures import FIGURES
from disputes.reports.filters import Filters
from disputes.reports.period import Period
from disputes.settings import settings


class TestSeed:
    def test_makes_complaints_in_several_states_one_of_them_overdue(self, database_url: str) -> None:
        seed_demo()
        with transaction() as session:
            cases = session.scalars(select(Case)).all()
            assert len(cases) == len(DEMO_CASES) + len(PAST)
            shown = {"filed", "investigating", "awaiting_customer", "outcome_offered", "resolved", "escalated"}
            assert {case.state for case in cases} >= shown
            assert any(case.expected_end < clock.now() for case in cases)
            assert all(case.filed_at <= clock.now() for case in cases)

    def test_the_board_has_something_to_show(self, database_url: str) -> None:
        seed_demo()
        with transaction() as session:
            filters = Filters(Period.around(policy.current().calendar.day_of(clock.now())))
            counts = {name: service.count(session, figure, filters).total for name, figure in FIGURES.items()}
            assert counts["ended"].n >= len(PAST) - 2
            assert counts["ended"].p50 is not None
            assert {"kept", "missed"} <= set(counts["promises"].whats)
            assert counts["first_reply"].n == len(CHATS) - 1
            assert counts["handoffs"].whats == {"answered": len(CHATS) - 1, "unclaimed": 1}
            assert counts["due"].n > 0

    def test_prints_a_password_that_signs_in_and_is_this_machine_s_own(self, database_url: str) -> None:
        lines = " ".join(seed_demo())
        password_file = settings().var_dir / PASSWORD_FILE
        password = password_file.read_text().strip()
        assert password in lines
        assert len(password) >= 12
        assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
        with transaction() as session:
            assert people.sign_in(session, AGENT, password, ip_digest="test") is not None

    def test_a_second_time_changes_nothing_and_prints_the_same(self, database_url: str) -> None:
        assert seed_demo() == seed_demo()
        with transaction() as session:
            assert len(session.scalars(select(Case)).all()) == len(DEMO_CASES) + len(PAST)

    def test_a_password_that_was_changed_is_not_printed_any_more(self, database_url: str) -> None:
        seed_demo()
        with transaction() as session:
            people.set_password(session, people.staff_with_email(session, AGENT), "another password")
        assert "staff link" in seed_demo()[0]

    def test_agents_find_canned_replies_whose_blanks_the_chat_or_they_fill(self, database_url: str) -> None:
        seed_demo()
        with transaction() as session:
            replies = canned.all_replies(session)
        assert len(replies) >= 5
        assert any("{name}" in reply.text for reply in replies)

    def test_staff_of_a_real_shop_are_left_alone(self, database_url: str) -> None:
        with transaction() as session:
            people.add_staff(session, "ann@shop.com", "Ann Baker", "admin")
        seed_demo()
        with transaction() as session:
            assert [member.email for member in session.scalars(select(Staff))] == ["ann@shop.com"]

    def test_with_a_mail_server_no_letters_go_to_people_who_do_not_exist(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:2525")
        settings.cache_clear()
        seed_demo()
        with transaction() as session:
            assert session.scalars(select(Case)).all() == []


class TestSheet:
    def test_tells_the_state_and_nobody_s_name(self, database_url: str, tmp_path: Path) -> None:
        seed_demo()
        with transaction() as session:
            case = session.scalars(select(Case).where(Case.order_number == "10034")).one()
        said = sheet(case.reference.lower())
        assert case.reference in said
        assert "outcome_offered" in said
        assert "Mia" not in said
        assert "vase" not in said
