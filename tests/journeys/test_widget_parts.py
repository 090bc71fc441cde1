"""The built widget: small enough, built from what is in the tree, its lock tied to no address."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "widget"
BUILT = ROOT / "disputes" / "site" / "static" / "widget.js"
GZIP_LIMIT = 30 * 1024


def test_the_built_widget_is_within_its_bar() -> None:
    assert len(gzip.compress(BUILT.read_bytes(), 9)) <= GZIP_LIMIT


def test_the_lock_names_no_address() -> None:
    assert not re.findall(r'"resolved"|https?://', (WIDGET / "package-lock.json").read_text())


def test_nothing_in_the_widget_reads_html() -> None:
    sources = [path.read_text() for path in (WIDGET / "src").rglob("*.ts")]
    assert not [text for text in sources if re.search(r"innerHTML|outerHTML|unsafeHTML|insertAdjacentHTML", text)]


@pytest.mark.skipif(shutil.which("npm") is None, reason="the widget cannot be built again here: npm is missing")
def test_a_rebuild_gives_the_same_bytes() -> None:
    committed = BUILT.read_bytes()
    if not (WIDGET / "node_modules").is_dir():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=WIDGET, check=True, capture_output=True, timeout=150)
    try:
        subprocess.run(["node", "build.mjs"], cwd=WIDGET, check=True, capture_output=True, timeout=60)
        assert BUILT.read_bytes() == committed
    finally:
        BUILT.write_bytes(committed)
