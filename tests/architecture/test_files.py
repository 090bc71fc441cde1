"""Every file is short enough to read, and none of them knows the machine it was written on."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files

LONGEST = 400
COUNTED = {".py", ".ts", ".html", ".css", ".js", ".mjs", ".sh"}
BUILT = {Path("disputes/site/static/widget.js"), Path("disputes/site/static/desk-chat.js")}
LOCKS = {Path("widget/package-lock.json")}

# Written apart, so that this file does not find itself. Registries, and folders of whoever wrote a file.
HOSTS = re.compile(
    "|".join([r"pypi\." + "org", "files." + "pythonhosted", "registry." + "npmjs", "registry." + "yarnpkg"])
)
PLACES = re.compile(r"(?<![\w.])/(?:" + "|".join(["ro" + "ot", "ho" + "me", "Us" + "ers", "wo" + "rk"]) + r")/\w")


@pytest.mark.parametrize("file", [file for file in files() if file.suffix in COUNTED and file not in BUILT], ids=str)
def test_no_file_is_longer_than_400_lines(file: Path) -> None:
    lines = (ROOT / file).read_text().count("\n")
    assert lines <= LONGEST, f"{file} has {lines} lines: split it by what its parts are for"


def test_no_package_registry_is_named() -> None:
    assert places_of(HOSTS) == []


def test_no_path_of_one_machine_is_named() -> None:
    assert places_of(PLACES) == []


def test_locks_name_no_addresses() -> None:
    for lock in [*LOCKS, *Path(ROOT / "requirements").glob("*.txt")]:
        text = (ROOT / lock).read_text()
        assert "--index-url" not in text
        assert '"resolved"' not in text


def test_no_file_is_empty_but_package_markers() -> None:
    empty = [file for file in files() if not (ROOT / file).read_bytes().strip() and file.name != "__init__.py"]
    assert empty == []


def places_of(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for file in files():
        if file in BUILT or file.suffix in {".png", ".jpg", ".ico", ".woff2", ".gz", ".bin", ".safetensors"}:
            continue
        for number, line in enumerate((ROOT / file).read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{file}:{number}: {line.strip()[:120]}")
    return found
