"""The built scripts of the chat: small enough, built from what is in the tree, their lock tied to no address."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "widget"
STATIC = ROOT / "disputes" / "site" / "static"
LIMITS = {"widget.js": 30 * 1024, "desk-chat.js": 40 * 1024}


@pytest.mark.parametrize("name", LIMITS)
def test_a_built_script_is_within_its_bar(name: str) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes(), 9)) <= LIMITS[name]


def test_customers_load_nothing_of_the_desk() -> None:
    built = (STATIC / "widget.js").read_text()
    assert not [word for word in ("disputes-conversation", "/desk", "Private note") if word in built]


def test_the_lock_names_no_address() -> None:
    assert not re.findall(r'"resolved"|https?://', (WIDGET / "package-lock.json").read_text())


def test_nothing_in_the_widget_reads_html() -> None:
    sources = [path.read_text() for path in (WIDGET / "src").rglob("*.ts")]
    assert not [text for text in sources if re.search(r"innerHTML|outerHTML|unsafeHTML|insertAdjacentHTML", text)]


@pytest.mark.skipif(shutil.which("npm") is None, reason="the widget cannot be built again here: npm is missing")
def test_a_rebuild_gives_the_same_bytes() -> None:
    committed = {name: (STATIC / name).read_bytes() for name in LIMITS}
    if not (WIDGET / "node_modules").is_dir():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=WIDGET, check=True, capture_output=True, timeout=150)
    try:
        subprocess.run(["node", "build.mjs"], cwd=WIDGET, check=True, capture_output=True, timeout=60)
        assert {name: (STATIC / name).read_bytes() for name in LIMITS} == committed
    finally:
        for name, content in committed.items():
            (STATIC / name).write_bytes(content)
