"""Staff sign in with a password or a link, and nobody else does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.errors import Conflict, Invalid, NotFound, TooMany
from disputes.people import attempts, service
from disputes.people.tables import SignInAttempt, SignInLink, Staff, StaffSession
from disputes.people.tokens import digest_of

PASSWORD = "correct horse battery staple"
HERE, ELSEWHERE = "digest of here", "digest of elsewhere"


class TestAddStaff:
    def test_name_and_address_are_tidied(self, session: Session) -> None:
        staff = service.add_staff(session, " Bo@Casened.com ", "Bo  Ek", "manager")
        assert (staff.email, staff.name, staff.role) == ("bo@casened.com", "Bo Ek", "manager")

    def test_an_address_belongs_to_one_person(self, session: Session, ada: Staff) -> None:
        with pytest.raises(Conflict):
            service.add_staff(session, ada.email.upper(), "Another", "agent")

    def test_every_fault_is_named(self, session: Session) -> None:
        with pytest.raises(Invalid) as fault:
            service.add_staff(session, "nobody", " ", "king")
        assert set(fault.value.fields) == {"email", "name", "role"}


class TestSignIn:
    def test_with_the_password(self, session: Session, ada: Staff) -> None:
        done = service.sign_in(session, "ADA@casened.com ", PASSWORD, ip_digest=HERE)
        assert done is not None
        assert service.staff_for_token(session, done.token) is ada

    @pytest.mark.parametrize(("email", "password"), [("ada@casened.com", "wrong"), ("nobody@casened.com", PASSWORD)])
    def test_not_with_anything_else(self, session: Session, ada: Staff, email: str, password: str) -> None:
        assert service.sign_in(session, email, password, ip_digest=HERE) is None

    def test_not_when_the_account_is_off(self, session: Session, ada: Staff) -> None:
        ada.active = False
        assert service.sign_in(session, ada.email, PASSWORD, ip_digest=HERE) is None

    def test_an_unknown_address_costs_the_same_work(self, session: Session, ada: Staff) -> None:
        known = statements(session, lambda: service.sign_in(session, ada.email, "wrong", ip_digest=HERE))
        unknown = statements(session, lambda: service.sign_in(session, "x@casened.com", "wrong", ip_digest=ELSEWHERE))
        assert known == unknown

    def test_the_password_is_not_what_is_kept(self, session: Session, ada: Staff) -> None:
        assert ada.password_hash is not None
        assert PASSWORD not in ada.password_hash
        assert ada.password_hash.startswith("$argon2id$")

    @pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "x" * 300])
    def test_weak_passwords_are_refused(self, session: Session, ada: Staff, password: str) -> None:
        with pytest.raises(Invalid):
            service.set_password(session, ada, password)


class TestLimit:
    def test_ten_failures_and_then_a_pause(self, session: Session, ada: Staff, at_noon: time_machine.Traveller) -> None:
        fail(session, ada.email, HERE, times=attempts.MOST)
        with pytest.raises(TooMany):
            service.sign_in(session, ada.email, PASSWORD, ip_digest=ELSEWHERE)
        at_noon.shift(attempts.WINDOW + timedelta(seconds=1))
        assert service.sign_in(session, ada.email, PASSWORD, ip_digest=HERE) is not None

    def test_one_address_cannot_try_many_people(self, session: Session, ada: Staff) -> None:
        for number in range(attempts.MOST):
            fail(session, f"guess{number}@casened.com", HERE)
        with pytest.raises(TooMany):
            service.sign_in(session, ada.email, PASSWORD, ip_digest=HERE)
        assert service.sign_in(session, ada.email, PASSWORD, ip_digest=ELSEWHERE) is not None

    def test_strangers_do_not_keep_the_owner_out(self, session: Session, ada: Staff) -> None:
        fail(session, ada.email, HERE, times=attempts.MOST)
        assert service.sign_in(session, ada.email, PASSWORD, ip_digest=HERE, known_device="laptop") is not None

    def test_a_known_browser_has_ten_tries_too(self, session: Session, ada: Staff) -> None:
        fail(session, ada.email, HERE, times=attempts.MOST, known_device="laptop")
        with pytest.raises(TooMany):
            service.sign_in(session, ada.email, PASSWORD, ip_digest=HERE, known_device="laptop")

    def test_no_address_is_kept(self, session: Session, ada: Staff) -> None:
        fail(session, ada.email, "digest of 192.0.2.1")
        kept = " ".join(session.scalars(select(SignInAttempt.digest)))
        assert "192.0.2.1" not in kept
        assert ada.email not in kept


class TestLink:
    def test_works_once(self, session: Session, ada: Staff) -> None:
        token = link(session, ada)
        assert service.use_sign_in_link(session, token).staff is ada
        with pytest.raises(NotFound):
            service.use_sign_in_link(session, token)

    def test_looking_at_it_does_not_use_it_up(self, session: Session, ada: Staff) -> None:
        token = link(session, ada)
        assert service.staff_for_link(session, token) is ada
        assert service.use_sign_in_link(session, token)

    def test_ends_after_a_day(self, session: Session, ada: Staff, at_noon: time_machine.Traveller) -> None:
        token = link(session, ada)
        at_noon.shift(service.LINK_LASTS - timedelta(seconds=1))
        assert service.staff_for_link(session, token)
        at_noon.shift(timedelta(seconds=1))
        with pytest.raises(NotFound):
            service.use_sign_in_link(session, token)

    def test_a_new_one_ends_the_one_before(self, session: Session, ada: Staff) -> None:
        earlier, later = link(session, ada), link(session, ada)
        with pytest.raises(NotFound):
            service.use_sign_in_link(session, earlier)
        assert service.use_sign_in_link(session, later)

    def test_a_weak_new_password_leaves_it_good(self, session: Session, ada: Staff) -> None:
        token = link(session, ada)
        with pytest.raises(Invalid):
            service.use_sign_in_link(session, token, new_password="short")
        service.use_sign_in_link(session, token, new_password="a new and longer one")
        assert service.sign_in(session, ada.email, "a new and longer one", ip_digest=HERE) is not None

    def test_only_a_digest_is_kept(self, session: Session, ada: Staff) -> None:
        token = link(session, ada)
        assert session.scalars(select(SignInLink.token_digest)).all() == [digest_of(token)]
        assert digest_of(token) != token


class TestSession:
    def test_lasts_twelve_hours(self, session: Session, ada: Staff, at_noon: time_machine.Traveller) -> None:
        token = signed_in(session, ada)
        at_noon.shift(service.SESSION_LASTS - timedelta(seconds=1))
        assert service.staff_for_token(session, token) is ada
        at_noon.shift(timedelta(seconds=1))
        with pytest.raises(service.SignInNeeded):
            service.staff_for_token(session, token)

    def test_ends_with_the_sign_out(self, session: Session, ada: Staff) -> None:
        token = signed_in(session, ada)
        service.sign_out(session, token)
        service.sign_out(session, token)
        with pytest.raises(service.SignInNeeded):
            service.staff_for_token(session, token)

    def test_ends_when_the_account_is_switched_off(self, session: Session, ada: Staff) -> None:
        token = signed_in(session, ada)
        ada.active = False
        with pytest.raises(service.SignInNeeded):
            service.staff_for_token(session, token)

    @pytest.mark.parametrize("token", [None, "", "made up"])
    def test_is_not_had_for_nothing(self, session: Session, token: str | None) -> None:
        with pytest.raises(service.SignInNeeded):
            service.staff_for_token(session, token)

    def test_only_a_digest_of_the_cookie_is_kept(self, session: Session, ada: Staff) -> None:
        token = signed_in(session, ada)
        kept = session.scalars(select(StaffSession)).one()
        assert kept.token_digest == digest_of(token)
        assert kept.csrf_token != token


def fail(session: Session, email: str, ip_digest: str, *, times: int = 1, known_device: str | None = None) -> None:
    for _ in range(times):
        done = service.sign_in(session, email, "wrong", ip_digest=ip_digest, known_device=known_device)
        assert done is None


def link(session: Session, staff: Staff) -> str:
    return service.new_sign_in_link(session, staff).rsplit("/", 1)[1]


def signed_in(session: Session, staff: Staff) -> str:
    done = service.sign_in(session, staff.email, PASSWORD, ip_digest=HERE)
    assert done is not None
    return done.token


def statements(session: Session, act) -> list[str]:  # type: ignore[no-untyped-def]
    """The SQL that something sends, without its values."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    act()
    event.remove(connection, "before_cursor_execute", note)
    return sent


@pytest.fixture
def ada(session: Session) -> Staff:
    staff = service.add_staff(session, "ada@casened.com", "Ada Lindqvist", "agent")
    service.set_password(session, staff, PASSWORD)
    return staff


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller
