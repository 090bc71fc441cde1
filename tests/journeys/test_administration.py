"""The pages of administration and of one's account, as they look, and the second step as somebody sets it up."""

from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Page, expect

from disputes import clock, database, policy
from disputes.administration import closed_days
from disputes.cases import service as cases
from disputes.cases.tables import Case
from disputes.investigation import service as investigation
from disputes.people import service as people
from disputes.people import teams, two_step
from disputes.people.tables import Staff
from disputes.people.teams import TeamDetails
from tests.cases.factories import filed
from tests.journeys.conftest import NewContext
from tests.journeys.pictures import look
from tests.serving import PASSWORD, add_staff, emptied_database, pages_database_url, served

__all__ = ["emptied_database", "pages_database_url", "served"]

pytestmark = pytest.mark.browser

WIDTHS = (320, 768, 1440)
SCHEMES = ("light", "dark")
LONG = "Wilhelmina-Charlotte Featherstonehaugh-Cholmondeley"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page(desk: Case, served: str, new_context: NewContext, width: int, scheme: str) -> None:
    page = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    sign_in(page, served, "root@casened.com")
    with database.transaction() as session:
        agent = people.staff_with_email(session, "agent@casened.com")
    pages = {
        "staff": "/desk/admin/staff",
        "staff-new": "/desk/admin/staff/new",
        "person": f"/desk/admin/staff/{agent.id}",
        "teams": "/desk/admin/teams",
        "closed-days": "/desk/admin/closed-days",
        "audit": "/desk/admin/audit",
        "replies": "/desk/replies",
        "account": "/desk/account",
        "two-step": "/desk/account/two-step",
        "records": f"/desk/cases/{desk.reference}/records",
    }
    for name, path in pages.items():
        page.goto(served + path)
        look(page, f"admin-{name}-{width}-{scheme}")
    page.goto(f"{served}/desk/admin/teams")
    page.get_by_text("Change", exact=True).first.click()
    look(page, f"admin-team-open-{width}-{scheme}")
    page.goto(f"{served}/desk/cases/{desk.reference}/records")
    page.get_by_role("button", name="Look at what would happen").click()
    expect(page.locator("#asked-title")).to_be_visible()
    look(page, f"admin-erase-{width}-{scheme}")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", (320, 1440))
def test_somebody_sets_up_the_second_step_and_signs_in_with_it(
    desk: Case, served: str, new_context: NewContext, width: int, scheme: str
) -> None:
    page = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    sign_in(page, served, "agent@casened.com")
    page.goto(f"{served}/desk/account/two-step")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    page.get_by_text("No camera? Type the key").click()
    look(page, f"two-step-set-up-{width}-{scheme}")
    secret = page.locator(".secret-key").inner_text()
    assert page.locator(".qr").evaluate("image => image.complete && image.naturalWidth > 0"), "the picture is blocked"
    page.get_by_label("Code of your app").fill(pyotp.TOTP(secret).at(clock.now() - two_step.PERIOD))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".recovery-codes li")).to_have_count(two_step.CODES)
    look(page, f"two-step-codes-{width}-{scheme}")
    code = page.locator(".recovery-codes li").first.inner_text()
    page.goto(f"{served}/desk/account/two-step")
    look(page, f"two-step-on-{width}-{scheme}")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill("agent@casened.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{served}/desk/sign-in/**")
    look(page, f"two-step-door-{width}-{scheme}")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served}/desk")


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/desk/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{url}/desk")


@pytest.fixture
def desk(emptied_database: str) -> Iterator[Case]:
    """Some staff, teams, days and entries, with long names where they can be long."""
    root: Staff = add_staff("root@casened.com", "Ingrid Halvorsen", "admin")
    agent = add_staff("agent@casened.com", LONG)
    add_staff("wilhelmina.featherstonehaugh@a-rather-long-domain.example.org", "Grace Okafor", "manager")
    off = add_staff("off@casened.com", "Samir Patel")
    calendar = policy.current().calendar
    with clock.set_to(clock.now() - timedelta(days=1)), database.transaction() as session:
        case = cases.take(session, filed(session), agent)
    with database.transaction() as session:
        people.deactivate(session, root, off.id, 1)
        team = teams.add(session, root, TeamDetails("Returns and refunds of large goods", is_default=True))
        teams.change_members(session, root, team.id, joining=[agent.id], leaving=[])
        day = calendar.this_or_next_business_day(calendar.day_of(case.first_answer_by))
        closed_days.add(session, root, day, "Stocktaking in the warehouse")
        investigation.log_view(session, case, agent, "case")
        people.new_sign_in_link(session, agent, by=root)
        version = people.staff_with_id(session, agent.id).version
        people.change(session, root, agent.id, version, people.Details(LONG, "agent", 12))
    yield case
