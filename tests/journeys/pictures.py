"""Looks at a page as a person and as a screen reader would, and keeps a picture of it in `var/screenshots`."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.stack import ROOT

SHOTS = ROOT / "var" / "screenshots"


def look(page: Page, name: str) -> None:
    """Takes a picture, and fails on serious faults or a page that is wider than the screen."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.wait_for_load_state()  # a page that is just being left cannot be drawn
    page.screenshot(path=SHOTS / f"{name}.png")
    found = Axe().run(page).response["violations"]
    serious = [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found if is_serious(fault["impact"])]
    assert serious == [], name
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{name} is {wider} px wider than the screen"


def is_serious(impact: str) -> bool:
    """What keeps somebody from using the page."""
    return impact in ("serious", "critical")
