"""Every form that uses a right which must be on record leaves an entry; each is sent here as its page would."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pyotp
import pytest
import time_machine
from sqlalchemy import func, select

from disputes import clock, database, policy
from disputes.administration import closed_days
from disputes.canned import service as canned
from disputes.chat import handoff
from disputes.people import service as people
from disputes.people import teams, two_step
from disputes.people.tables import AuditEntry, Staff
from disputes.teaching import service as teaching
from tests.architecture.audited import AUDITED
from tests.cases.factories import filed
from tests.chat.factories import waiting_chat
from tests.serving import PASSWORD, Visitor, add_staff, hidden, signed_in
from tests.teaching.test_service import doubted


@dataclass
class Stage:
    """An administrator and a manager at the desk, and Bo, whom things are done to."""

    root: Visitor
    grace: Visitor
    stranger: Visitor
    bo: Staff

    def send(self, who: Visitor, path: str, **fields: str) -> None:
        """Sends a form; it must not be refused."""
        token = hidden(who.open("/desk/account/two-step"), "csrf_token")
        answer = who.submit(path, csrf_token=token, **fields)
        assert answer.status_code in (200, 303), (path, answer.status_code, answer.text[:600])

    def person(self, verb: str, **fields: str) -> None:
        """A form on Bo's page."""
        with database.transaction() as session:
            version = people.staff_with_id(session, self.bo.id).version
        self.send(self.root, f"/desk/admin/staff/{self.bo.id}{verb}", version=str(version), **fields)

    def by_hand(self, act: Callable[..., object], *args: object) -> object:
        """Does something beforehand, past the pages."""
        with database.transaction() as session:
            return act(session, *args)

    def turn_on(self, email: str) -> str:
        """The second step of somebody, in the session they have; the app's secret."""
        with database.transaction() as session:
            staff = people.staff_with_email(session, email)
            secret = two_step.begin(session, staff, "Shop").secret
            live = [one.id for one in people.live_sessions(session, staff.id)]
            two_step.confirm(
                session, staff, pyotp.TOTP(secret).at(clock.now()), session_id=live[0] if live else UUID(int=1)
            )
        return secret

    def staff(self, email: str) -> Staff:
        with database.transaction() as session:
            return people.staff_with_email(session, email)


GRACE, ROOT, BO = "grace@casened.com", "root@casened.com", "bo@casened.com"
RETURNS = teams.TeamDetails("Returns")
REPLY = canned.Draft("hello", "Hello", "Good morning.")


def sign_in(stage: Stage) -> None:
    assert stage.stranger.submit("/desk/sign-in", email=BO, password=PASSWORD).status_code == 303


def give_code(stage: Stage) -> None:
    secret = stage.turn_on(BO)
    stage.stranger.submit("/desk/sign-in", email=BO, password=PASSWORD)
    with time_machine.travel(clock.now() + two_step.PERIOD):
        code = pyotp.TOTP(secret).at(clock.now())
        assert stage.stranger.submit("/desk/sign-in/code", code=code).status_code == 303


def use_link(stage: Stage) -> None:
    path = stage.by_hand(people.new_sign_in_link, stage.bo)
    assert stage.stranger.submit(str(path)).status_code == 303


def end_session_of(stage: Stage, *, own: bool) -> None:
    with signed_in(stage.root.url, stage.bo) as elsewhere, signed_in(stage.root.url, stage.bo) as here:
        with database.transaction() as session:
            found = people.live_sessions(session, stage.bo.id)[-1]
        if own:
            stage.send(here, f"/desk/account/sessions/{found.id}/end")
        else:
            stage.person(f"/sessions/{found.id}/end")
        del elsewhere


def end_sessions_of(stage: Stage, *, own: bool) -> None:
    with signed_in(stage.root.url, stage.bo), signed_in(stage.root.url, stage.bo) as here:
        if own:
            stage.send(here, "/desk/account/sessions/end-others")
        else:
            stage.person("/sessions/end-all")


def confirm_second_step(stage: Stage) -> None:
    with database.transaction() as session:
        secret = two_step.begin(session, people.staff_with_email(session, GRACE), "Shop").secret
    stage.send(stage.grace, "/desk/account/two-step/confirm", code=pyotp.TOTP(secret).at(clock.now()))


def with_code(stage: Stage, verb: str) -> None:
    secret = stage.turn_on(GRACE)
    with time_machine.travel(clock.now() + two_step.PERIOD):
        stage.send(stage.grace, f"/desk/account/two-step/{verb}", code=pyotp.TOTP(secret).at(clock.now()))


def activate(stage: Stage) -> None:
    stage.by_hand(people.deactivate, stage.staff(ROOT), stage.bo.id, 1)
    stage.person("/activate")


def unlink(stage: Stage) -> None:
    with database.transaction() as session:
        bo = people.staff_with_id(session, stage.bo.id)
        bo.issuer, bo.subject = "https://login.example.com", "s1"
    stage.person("/provider/unlink")


def reset(stage: Stage) -> None:
    stage.turn_on(BO)
    stage.person("/two-step/reset")


def team_form(stage: Stage, verb: str, **fields: str) -> None:
    with database.transaction() as session:
        team = teams.add(session, stage.staff(GRACE), RETURNS)
    stage.send(stage.grace, f"/desk/admin/teams/{team.id}{verb}", **fields)


def remove_day(stage: Stage) -> None:
    with database.transaction() as session:
        row = closed_days.add(session, stage.staff(GRACE), a_day(), "Stocktaking")
    stage.send(stage.grace, f"/desk/admin/closed-days/{row.id}/remove")


def reply_form(stage: Stage, verb: str, **fields: str) -> None:
    with database.transaction() as session:
        reply = canned.add(session, stage.staff(GRACE), REPLY)
    stage.send(stage.grace, f"/desk/replies/{reply.id}{verb}", **fields)


def case_form(stage: Stage, path: str, **fields: str) -> None:
    with database.transaction() as session:
        case = filed(session)
    stage.send(stage.grace, f"/desk/cases/{case.reference}/{path}", **fields)


def override(stage: Stage) -> None:
    """The letter is shown first, which leaves nothing, and sent then."""
    with database.transaction() as session:
        case = filed(session)
    path, token = (
        f"/desk/cases/{case.reference}/steps/override",
        hidden(stage.grace.open("/desk/account"), "csrf_token"),
    )
    shown = stage.grace.submit(path, csrf_token=token, reason="It was sent twice.")
    assert entries("case.overridden") == 0
    stage.send(stage.grace, path, reason="It was sent twice.", seen=hidden(shown.text, "seen"), do="send")


def take_over(stage: Stage) -> None:
    with database.transaction() as session:
        chat = waiting_chat(session)
        handoff.claim(session, chat.id, people.staff_with_id(session, stage.bo.id))
    stage.send(stage.grace, f"/desk/chats/{chat.id}/take-over")


def take_examples(stage: Stage) -> None:
    with database.transaction() as session:
        message_id = doubted(session, "where is my lamp")
        teaching.teach(session, people.staff_with_email(session, GRACE), message_id, "ask_status", "where is my lamp")
    stage.send(stage.grace, "/desk/teach/examples")


def a_day() -> date:
    calendar = policy.current().calendar
    return calendar.this_or_next_business_day(calendar.day_of(clock.now()) + timedelta(days=40))


PLAYS: dict[str, Callable[[Stage], None]] = {
    "POST /desk/sign-in": sign_in,
    "POST /desk/sign-in/code": give_code,
    "POST /desk/sign-in/link/{token}": use_link,
    "POST /desk/sign-out": lambda stage: stage.send(stage.grace, "/desk/sign-out"),
    "POST /desk/account/password": lambda stage: stage.send(
        stage.grace, "/desk/account/password", current=PASSWORD, password="a brand new password"
    ),
    "POST /desk/account/sessions/end-others": lambda stage: end_sessions_of(stage, own=True),
    "POST /desk/account/sessions/{session_id}/end": lambda stage: end_session_of(stage, own=True),
    "POST /desk/account/two-step/confirm": confirm_second_step,
    "POST /desk/account/two-step/codes": lambda stage: with_code(stage, "codes"),
    "POST /desk/account/two-step/off": lambda stage: with_code(stage, "off"),
    "POST /desk/admin/staff/new": lambda stage: stage.send(
        stage.root, "/desk/admin/staff/new", name="Cy", email="cy@casened.com", role="agent", chat_limit="5"
    ),
    "POST /desk/admin/staff/{staff_id}": lambda stage: stage.person("", name="Bo", role="manager", chat_limit="5"),
    "POST /desk/admin/staff/{staff_id}/activate": activate,
    "POST /desk/admin/staff/{staff_id}/deactivate": lambda stage: stage.person("/deactivate"),
    "POST /desk/admin/staff/{staff_id}/link": lambda stage: stage.person("/link", how="show"),
    "POST /desk/admin/staff/{staff_id}/provider/unlink": unlink,
    "POST /desk/admin/staff/{staff_id}/sessions/end-all": lambda stage: end_sessions_of(stage, own=False),
    "POST /desk/admin/staff/{staff_id}/sessions/{session_id}/end": lambda stage: end_session_of(stage, own=False),
    "POST /desk/admin/staff/{staff_id}/two-step/reset": reset,
    "POST /desk/admin/teams": lambda stage: stage.send(stage.grace, "/desk/admin/teams", name="Returns"),
    "POST /desk/admin/teams/{team_id}": lambda stage: team_form(stage, "", name="Refunds", was_name="Returns"),
    "POST /desk/admin/teams/{team_id}/remove": lambda stage: team_form(stage, "/remove"),
    "POST /desk/admin/closed-days": lambda stage: stage.send(
        stage.grace, "/desk/admin/closed-days", day=a_day().isoformat(), name="Stocktaking"
    ),
    "POST /desk/admin/closed-days/{day_id}/remove": remove_day,
    "POST /desk/replies/new": lambda stage: stage.send(
        stage.grace, "/desk/replies/new", code="hello", title="Hello", text="Good morning."
    ),
    "POST /desk/replies/{reply_id}": lambda stage: reply_form(
        stage, "", code="hello", title="Hello", text="Good evening."
    ),
    "POST /desk/replies/{reply_id}/remove": lambda stage: reply_form(stage, "/remove"),
    "POST /desk/cases/{reference}/records/copy": lambda stage: case_form(stage, "records/copy", why="code"),
    "POST /desk/cases/{reference}/records/papers": lambda stage: case_form(stage, "records/papers"),
    "POST /desk/cases/{reference}/records/{verb}": lambda stage: case_form(
        stage, "records/hold", look="second", reason="A court has written."
    ),
    "POST /desk/cases/{reference}/steps/{name}": override,
    "POST /desk/chats/{conversation_id}/take-over": take_over,
    "POST /desk/teach/examples": take_examples,
}


def test_every_one_of_the_list_is_sent_here() -> None:
    assert PLAYS.keys() == AUDITED.keys()


@pytest.mark.parametrize("route", sorted(AUDITED))
def test_leaves_an_entry(stage: Stage, route: str) -> None:
    before = entries(AUDITED[route])
    PLAYS[route](stage)
    assert entries(AUDITED[route]) > before


def entries(act: str) -> int:
    with database.transaction() as session:
        return session.scalars(select(func.count()).where(AuditEntry.act == act)).one()


@pytest.fixture
def stage(visitor: Visitor, served: str) -> Iterator[Stage]:
    bo = add_staff(BO, "Bo Ek")
    root, grace = add_staff(ROOT, "Root", "admin"), add_staff(GRACE, "Grace Okafor", "manager")
    add_staff("max@casened.com", "Max Frost", "manager")
    with signed_in(served, root) as one, signed_in(served, grace) as other:
        yield Stage(one, other, visitor, bo)
