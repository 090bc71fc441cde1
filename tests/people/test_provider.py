"""Whom an identity of the provider stands for, and what role it brings."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.errors import Refused
from disputes.people import provider, service
from disputes.people.oidc import Identity
from disputes.people.tables import AuditEntry, Staff, StaffSession
from disputes.settings import settings

pytestmark = pytest.mark.database

ISSUER = "https://login.example.com"


class TestWho:
    def test_is_found_by_the_verified_address_once_and_by_the_subject_from_then_on(
        self, session: Session, ada: Staff
    ) -> None:
        assert staff_of(session, "s1", "ada@casened.com") is ada
        assert (ada.issuer, ada.subject) == (ISSUER, "s1")
        assert staff_of(session, "s1", "ada.married@casened.com") is ada
        assert staff_of(session, "s1", None) is ada

    def test_who_gets_an_address_later_does_not_get_the_account(self, session: Session, ada: Staff) -> None:
        staff_of(session, "s1", "ada@casened.com")
        assert staff_of(session, "s2", "ada@casened.com") is None

    def test_the_same_subject_of_another_provider_is_somebody_else(self, session: Session, ada: Staff) -> None:
        staff_of(session, "s1", "ada@casened.com")
        assert sign_in(session, Identity("https://other.example", "s1", None, {})) is None

    def test_an_address_that_is_not_verified_finds_nobody(self, session: Session, ada: Staff) -> None:
        assert staff_of(session, "s1", None) is None

    def test_nobody_is_added(self, session: Session, ada: Staff) -> None:
        assert staff_of(session, "s9", "new@casened.com") is None
        assert len(session.scalars(select(Staff)).all()) == 1

    def test_whoever_has_left_stays_out_and_it_is_on_record(self, session: Session, ada: Staff) -> None:
        staff_of(session, "s1", "ada@casened.com")
        ada.active = False
        assert staff_of(session, "s1", None) is None
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "sign_in.failed")).one()
        assert (entry.actor, entry.subject_id, entry.after) == ("nobody", ada.id, {"proved_by": "provider"})

    def test_an_account_that_was_untied_is_found_by_address_again(self, session: Session, ada: Staff) -> None:
        staff_of(session, "s1", "ada@casened.com")
        provider.unlink(session, ada, service.add_staff(session, "root@casened.com", "Root", "admin"))
        assert staff_of(session, "s2", "ada@casened.com") is ada
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("provider.%"))).all()
        assert sorted(acts) == ["provider.linked", "provider.linked", "provider.unlinked"]

    def test_the_session_says_how_it_began(self, session: Session, ada: Staff) -> None:
        staff_of(session, "s1", "ada@casened.com")
        assert session.scalars(select(StaffSession.proved_by)).all() == ["provider"]


class TestRole:
    def test_stays_as_it_is_without_the_setting(self, session: Session, ada: Staff) -> None:
        staff_of(session, "s1", "ada@casened.com", groups=["leads"], role="admin")
        assert ada.role == "agent"

    @pytest.mark.parametrize(
        ("groups", "role"),
        [(["leads"], "manager"), ("support", "agent"), (["leads", "root"], "admin"), (["other", "leads"], "manager")],
    )
    def test_follows_the_claim_with_it(
        self, session: Session, ada: Staff, monkeypatch: pytest.MonkeyPatch, groups: Any, role: str
    ) -> None:
        map_groups(monkeypatch)
        staff_of(session, "s1", "ada@casened.com", groups=groups)
        assert ada.role == role

    def test_a_change_is_on_record_and_told(
        self, session: Session, ada: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        map_groups(monkeypatch)
        found = sign_in(session, identity("s1", "ada@casened.com", groups=["leads"]))
        assert found is not None
        assert found.role_before == "agent"
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "staff.changed")).one()
        assert (entry.before, entry.after) == ({"role": "agent"}, {"role": "manager"})

    @pytest.mark.parametrize("groups", [[], ["other"], None, "", ["LEADS"]])
    def test_no_role_is_no_way_in(
        self, session: Session, ada: Staff, monkeypatch: pytest.MonkeyPatch, groups: Any
    ) -> None:
        map_groups(monkeypatch)
        with pytest.raises(Refused, match="no role"):
            staff_of(session, "s1", "ada@casened.com", groups=groups)
        assert session.scalars(select(StaffSession)).all() == []

    def test_the_last_administrator_stays_one(
        self, session: Session, ada: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada.role = "admin"
        map_groups(monkeypatch)
        assert staff_of(session, "s1", "ada@casened.com", groups=["support"]) is ada
        assert ada.role == "admin"

    @pytest.mark.parametrize("written", ["support=king", "support", "=agent=x"])
    def test_a_mapping_to_no_role_is_refused(self, monkeypatch: pytest.MonkeyPatch, written: str) -> None:
        monkeypatch.setenv("OIDC_ROLES", written)
        settings.cache_clear()
        with pytest.raises(ValueError, match="support=agent"):
            settings()


def map_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_ROLE_CLAIM", "groups")
    monkeypatch.setenv("OIDC_ROLES", "root=admin, leads=manager, support=agent")
    settings.cache_clear()


def identity(subject: str, email: str | None, **claims: Any) -> Identity:
    return Identity(ISSUER, subject, email, claims)


def sign_in(session: Session, who: Identity) -> provider.ProviderSignIn | None:
    return provider.sign_in_by_provider(session, who)


def staff_of(session: Session, subject: str, email: str | None, **claims: Any) -> Staff | None:
    found = sign_in(session, identity(subject, email, **claims))
    return found.done.staff if found else None


@pytest.fixture
def ada(session: Session) -> Staff:
    return service.add_staff(session, "ada@casened.com", "Ada Lindqvist", "agent")
