"""The second step: setting it up, codes that are good once, recovery codes, and what is kept of all that."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.errors import Conflict, Invalid, TooMany, Unavailable
from disputes.people import attempts, secret_box, service, sessions, two_step
from disputes.people.service import HalfSignedIn, SignedIn
from disputes.people.tables import AuditEntry, RecoveryCode, SecondStep, Staff, StaffSession
from disputes.settings import settings

pytestmark = pytest.mark.database

PASSWORD = "correct horse battery staple"
HERE, ELSEWHERE = "digest of here", "digest of elsewhere"
NOON = datetime(2026, 5, 12, 12, 0, 10, tzinfo=UTC)


class TestSetUp:
    def test_asks_nobody_before_it_is_confirmed(self, session: Session, ada: Staff) -> None:
        two_step.begin(session, ada, "Shop")
        assert isinstance(first_step(session, ada), SignedIn)

    def test_the_address_says_who_and_where(self, session: Session, ada: Staff) -> None:
        address = two_step.begin(session, ada, "The Shop").address
        parsed = pyotp.parse_uri(address)
        assert (parsed.name, parsed.issuer) == ("ada@casened.com", "The Shop")

    def test_a_wrong_code_leaves_it_off(self, session: Session, ada: Staff) -> None:
        two_step.begin(session, ada, "Shop")
        with pytest.raises(Invalid):
            two_step.confirm(session, ada, "000000", session_id=a_session(session, ada).id)
        assert not two_step.is_on(session, ada.id)

    def test_a_right_one_turns_it_on_and_ends_sessions_that_came_about_without(
        self, session: Session, ada: Staff
    ) -> None:
        here, other = a_session(session, ada), a_session(session, ada)
        set_up(session, ada, here)
        assert two_step.standing(session, ada) == two_step.TwoStep(True, False, two_step.CODES)
        assert here.ended_at is None
        assert here.second_step_at is not None
        assert other.ended_at is not None

    def test_an_old_one_has_to_begin_again(self, session: Session, ada: Staff, at_noon: time_machine.Traveller) -> None:
        secret = two_step.begin(session, ada, "Shop").secret
        at_noon.shift(two_step.SET_UP_WITHIN + timedelta(seconds=1))
        assert two_step.resume(session, ada, "Shop") is None
        with pytest.raises(Conflict):
            two_step.confirm(session, ada, pyotp.TOTP(secret).now(), session_id=a_session(session, ada).id)

    def test_a_second_app_needs_the_first_to_go(self, session: Session, ada: Staff) -> None:
        set_up(session, ada)
        with pytest.raises(Conflict):
            two_step.begin(session, ada, "Shop")

    def test_the_secret_is_kept_encrypted_for_its_owner_alone(self, session: Session, ada: Staff) -> None:
        secret = two_step.begin(session, ada, "Shop").secret
        bo = service.add_staff(session, "bo@casened.com", "Bo Ek", "agent")
        kept = session.scalars(select(SecondStep.secret)).one()
        assert secret not in kept
        assert secret_box.unseal("second step", ada.id, kept) == secret
        with pytest.raises(secret_box.Unreadable):
            secret_box.unseal("second step", bo.id, kept)


class TestSignIn:
    def test_a_password_alone_opens_nothing(self, session: Session, ada: Staff) -> None:
        set_up(session, ada)
        half = first_step(session, ada)
        assert isinstance(half, HalfSignedIn)
        with pytest.raises(service.SignInNeeded):
            service.current_staff(session, half.token)

    def test_nor_does_a_link(self, session: Session, ada: Staff) -> None:
        set_up(session, ada)
        token = service.new_sign_in_link(session, ada).rsplit("/", 1)[1]
        assert isinstance(service.use_sign_in_link(session, token, new_password="a wholly new one"), HalfSignedIn)
        assert service.sign_in(session, ada.email, "a wholly new one", ip_digest=HERE) is None

    def test_the_code_completes_it(self, session: Session, ada: Staff, at_noon: time_machine.Traveller) -> None:
        secret = set_up(session, ada)
        at_noon.shift(two_step.PERIOD)
        done = second_step(session, half_of(session, ada), pyotp.TOTP(secret).now())
        assert done is not None
        found = service.current_staff(session, done.token)
        assert (found.staff, found.proved_by) == (ada, "password")
        assert found.second_step_at is not None

    def test_a_half_sign_in_is_used_once_and_ends_after_ten_minutes(
        self, session: Session, ada: Staff, at_noon: time_machine.Traveller
    ) -> None:
        secret = set_up(session, ada)
        at_noon.shift(two_step.PERIOD)
        used, late = half_of(session, ada), half_of(session, ada)
        assert second_step(session, used, pyotp.TOTP(secret).now())
        at_noon.shift(two_step.PERIOD)
        with pytest.raises(service.SignInNeeded):
            second_step(session, used, pyotp.TOTP(secret).now())
        at_noon.shift(service.HALF_LASTS - two_step.PERIOD)
        with pytest.raises(service.SignInNeeded):
            second_step(session, late, pyotp.TOTP(secret).now())

    def test_ends_with_the_account_and_with_a_new_password(self, session: Session, ada: Staff) -> None:
        set_up(session, ada)
        half = half_of(session, ada)
        service.set_password(session, ada, "a brand new password")
        with pytest.raises(service.SignInNeeded):
            service.half_signed_in(session, half)


class TestCodes:
    def test_the_same_one_is_taken_once(self, session: Session, ada: Staff, at_noon: time_machine.Traveller) -> None:
        secret = set_up(session, ada)
        at_noon.shift(two_step.PERIOD)
        code = pyotp.TOTP(secret).now()
        assert second_step(session, half_of(session, ada), code)
        assert second_step(session, half_of(session, ada), code) is None

    def test_the_one_that_confirmed_does_not_sign_in(
        self, session: Session, ada: Staff, at_noon: time_machine.Traveller
    ) -> None:
        secret = set_up(session, ada)
        assert not check(session, ada, pyotp.TOTP(secret).now())

    def test_an_older_one_is_not_taken_after_a_newer(
        self, session: Session, ada: Staff, at_noon: time_machine.Traveller
    ) -> None:
        secret = set_up(session, ada)
        at_noon.shift(3 * two_step.PERIOD)
        app = pyotp.TOTP(secret)
        older, newer = app.at(NOON + 2 * two_step.PERIOD), app.now()
        assert check(session, ada, newer)
        assert not check(session, ada, older)

    @pytest.mark.parametrize(("periods", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_clocks_may_differ_by_one_period(
        self, session: Session, ada: Staff, at_noon: time_machine.Traveller, periods: int, taken: bool
    ) -> None:
        secret = set_up(session, ada)
        at_noon.shift(10 * two_step.PERIOD)
        typed = pyotp.TOTP(secret).at(NOON + (10 + periods) * two_step.PERIOD)
        assert check(session, ada, f"{typed[:3]} {typed[3:]}") is taken

    def test_wrong_ones_are_counted_like_passwords(
        self, session: Session, ada: Staff, at_noon: time_machine.Traveller
    ) -> None:
        secret = set_up(session, ada)
        at_noon.shift(two_step.PERIOD)
        for _ in range(attempts.MOST):
            assert not check(session, ada, "000000")
        with pytest.raises(TooMany):
            check(session, ada, pyotp.TOTP(secret).now(), ip_digest=ELSEWHERE)
        assert check(session, ada, pyotp.TOTP(secret).now(), known_device="laptop")

    def test_wrong_ones_are_on_record(self, session: Session, ada: Staff) -> None:
        set_up(session, ada)
        check(session, ada, "000000")
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "sign_in.code_failed")).one()
        assert (entry.actor, entry.subject_id) == ("nobody", ada.id)

    def test_a_changed_secret_key_is_said(self, session: Session, ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
        set_up(session, ada)
        assert two_step.unreadable(session) == 0
        monkeypatch.setenv("SECRET_KEY", "another long and random text")
        settings.cache_clear()
        assert two_step.unreadable(session) == 1
        with pytest.raises(Unavailable):
            check(session, ada, "123456")


class TestRecovery:
    def test_each_code_signs_in_once_however_it_is_typed(self, session: Session, ada: Staff) -> None:
        codes = recovery_codes(session, ada)
        assert second_step(session, half_of(session, ada), f" {codes[0].upper().replace('-', ' ')} ")
        assert second_step(session, half_of(session, ada), codes[0]) is None
        assert two_step.standing(session, ada).codes_left == two_step.CODES - 1

    def test_new_ones_end_the_old_ones(self, session: Session, ada: Staff) -> None:
        old = recovery_codes(session, ada)
        new = two_step.make_new_codes(session, ada)
        assert not check(session, ada, old[0])
        assert check(session, ada, new[0])

    def test_only_salted_digests_are_kept(self, session: Session, ada: Staff) -> None:
        codes = recovery_codes(session, ada)
        kept = session.scalars(select(RecoveryCode.digest)).all()
        assert len(set(kept)) == len(codes) == two_step.CODES
        assert all(code.replace("-", "") not in " ".join(kept) for code in codes)

    def test_one_of_somebody_else_is_not_taken(self, session: Session, ada: Staff) -> None:
        bo = service.add_staff(session, "bo@casened.com", "Bo Ek", "agent")
        recovery_codes(session, ada)
        assert not check(session, ada, recovery_codes(session, bo)[0])


class TestOff:
    def test_one_step_is_enough_again(self, session: Session, ada: Staff) -> None:
        set_up(session, ada)
        two_step.turn_off(session, ada)
        assert isinstance(first_step(session, ada), SignedIn)
        assert session.scalars(select(RecoveryCode)).all() == []

    def test_not_where_the_role_needs_it(self, session: Session, ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
        set_up(session, ada)
        need_two_steps(monkeypatch, "agent")
        with pytest.raises(Conflict):
            two_step.turn_off(session, ada)

    def test_an_administrator_resets_it_and_sessions_end(self, session: Session, ada: Staff) -> None:
        here = a_session(session, ada)
        set_up(session, ada, here)
        root = service.add_staff(session, "root@casened.com", "Root", "admin")
        two_step.reset(session, ada, root)
        assert here.ended_at is not None
        assert isinstance(first_step(session, ada), SignedIn)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "two_step.reset")).one()
        assert (entry.staff_id, entry.subject_id) == (root.id, ada.id)

    def test_nobody_resets_their_own(self, session: Session, ada: Staff) -> None:
        set_up(session, ada)
        with pytest.raises(Conflict):
            two_step.reset(session, ada, ada)


class TestNeeded:
    def test_leads_to_the_set_up_and_nowhere_else(
        self, session: Session, ada: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        need_two_steps(monkeypatch, "admin, agent")
        done = first_step(session, ada)
        assert isinstance(done, SignedIn)
        with pytest.raises(service.SecondStepNeeded):
            service.staff_for_token(session, done.token)
        here = service.current_staff(session, done.token, setting_up=True)
        set_up(session, ada, here)
        assert service.staff_for_token(session, done.token) is ada

    def test_not_for_other_roles_nor_behind_a_provider_that_asks_itself(
        self, session: Session, ada: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        need_two_steps(monkeypatch, "admin")
        done = first_step(session, ada)
        assert isinstance(done, SignedIn)
        assert service.staff_for_token(session, done.token) is ada
        need_two_steps(monkeypatch, "agent")
        by_provider = sessions.begin(session, ada, "provider")
        assert service.staff_for_token(session, by_provider.token) is ada

    def test_a_role_that_there_is_not_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(ValueError, match="the roles are"):
            need_two_steps(monkeypatch, "admin,king")


def need_two_steps(monkeypatch: pytest.MonkeyPatch, roles: str) -> None:
    monkeypatch.setenv("TWO_STEP_ROLES", roles)
    settings.cache_clear()
    settings()


def set_up(session: Session, staff: Staff, here: StaffSession | None = None) -> str:
    """Turns the second step on; returns the app's secret."""
    secret = two_step.begin(session, staff, "Shop").secret
    here = here or a_session(session, staff)
    two_step.confirm(session, staff, pyotp.TOTP(secret).now(), session_id=here.id)
    return secret


def recovery_codes(session: Session, staff: Staff) -> list[str]:
    secret = two_step.begin(session, staff, "Shop").secret
    return two_step.confirm(session, staff, pyotp.TOTP(secret).now(), session_id=a_session(session, staff).id)


def a_session(session: Session, staff: Staff) -> StaffSession:
    token = sessions.begin(session, staff, "password").token
    return service.current_staff(session, token, setting_up=True)


def first_step(session: Session, staff: Staff) -> SignedIn | HalfSignedIn | None:
    return service.sign_in(session, staff.email, PASSWORD, ip_digest=HERE)


def half_of(session: Session, staff: Staff) -> str:
    half = first_step(session, staff)
    assert isinstance(half, HalfSignedIn)
    return half.token


def second_step(session: Session, half: str, typed: str) -> SignedIn | None:
    return service.second_step(session, half, typed, ip_digest=HERE)


def check(
    session: Session, staff: Staff, typed: str, *, ip_digest: str = HERE, known_device: str | None = None
) -> bool:
    return two_step.check(session, staff, typed, ip_digest=ip_digest, known_device=known_device)


@pytest.fixture
def ada(session: Session) -> Staff:
    staff = service.add_staff(session, "ada@casened.com", "Ada Lindqvist", "agent")
    service.set_password(session, staff, PASSWORD)
    return staff


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
