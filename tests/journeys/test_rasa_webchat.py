"""rasa-webchat 1.0.1, a widget made for Rasa's own channel, works against our server unchanged."""

import base64
import hashlib
import subprocess
import tarfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import text

from tests.journeys.conftest import NewContext
from tests.stack import ROOT, Stack

pytestmark = [pytest.mark.rasa, pytest.mark.browser]

NAME, VERSION = "rasa-webchat", "1.0.1"
INTEGRITY = "Ld1zVJvTAaTrs6A5p8t70agNNrKYRyXlvqXZRgBoDvKKUXbA0jhJKECi5bdPGlaR6jsmqWtVylHS+YqIqo0x8w=="

PAGE = """
<!doctype html><title>An old widget</title><body><script src="/old-widget/webchat.js"></script><script>
  window.WebChat.default({
    initPayload: "/get_started", customData: {language: "en"}, socketUrl: location.origin,
    socketPath: "/socket.io/", title: "Help", params: {storage: "session"}
  }, null);
</script>
"""


def test_opening_buttons_text_and_reload(stack: Stack, new_context: NewContext, webchat: Path) -> None:
    page = new_context().new_page()
    serve_beside_the_program(page, stack, webchat)
    page.goto(f"{stack.url}/old-widget/")
    page.locator(".rw-launcher").click()
    expect(page.get_by_text("automated assistant").first).to_be_visible()

    page.locator(".rw-reply").filter(has_text="How does it work?").click()
    said = page.locator(".rw-response")
    expect(said.nth(1)).to_be_visible(timeout=20_000)

    box = page.locator(".rw-new-message")
    box.fill("how long does a complaint take?")
    box.press("Enter")
    expect(page.get_by_text("30 days").first).to_be_visible()

    page.reload()
    expect(page.get_by_text("30 days").first).to_be_visible()
    page.wait_for_timeout(1500)  # a doubled message would arrive after the socket is up again
    for said_once in ("30 days", "automated assistant", "how long does a complaint take?"):
        expect(page.get_by_text(said_once)).to_have_count(1)
    with stack.transaction() as session:
        payloads = session.execute(text("SELECT count(*) FROM messages WHERE text LIKE '%get_started%'")).scalar_one()
    assert payloads == 0


def serve_beside_the_program(page: Page, stack: Stack, webchat: Path) -> None:
    """Gives the browser a page of the shop's with the old widget, on the program's own address."""

    def answer(route: Route) -> None:
        if route.request.url.endswith(".js"):
            route.fulfill(path=webchat, content_type="text/javascript")
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    page.route(f"{stack.url}/old-widget/**", answer)


@pytest.fixture(scope="session")
def webchat() -> Path:
    """The built file of rasa-webchat, from npm, verified by its published digest; kept in var/cache."""
    cache = ROOT / "var" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    script = cache / f"{NAME}-{VERSION}.js"
    if not script.exists():
        subprocess.run(
            ["npm", "pack", "--silent", f"{NAME}@{VERSION}"], cwd=cache, check=True, stdout=subprocess.DEVNULL
        )
        archive = cache / f"{NAME}-{VERSION}.tgz"
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert digest == INTEGRITY, "npm gave another file than the one this test is about"
        with tarfile.open(archive) as packed:
            built = packed.extractfile("package/lib/index.js")
            assert built is not None
            script.write_bytes(built.read())
    return script
