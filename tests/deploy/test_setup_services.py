"""`scripts/setup-services` on machines that have the services, and on one that has not and cannot get them."""

import shutil
import subprocess
from pathlib import Path

from tests.stack import ROOT

TOOLS = ("sh", "dirname", "mkdir", "sed")


def test_nothing_is_done_where_both_are_there(tmp_path: Path) -> None:
    clone = machine(tmp_path, has=("nginx", "redis-server"))
    done = set_up(clone, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_one_sentence_says_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    clone = machine(tmp_path, has=("nginx",))
    done = set_up(clone, tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "this machine has no redis-server: install them (Debian: nginx-light, redis-server)" in done.stderr


def machine(folder: Path, *, has: tuple[str, ...]) -> Path:
    """A clone, and a path with some tools, these programs and a user who is not root."""
    path = folder / "bin"
    path.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (path / tool).symlink_to(found)
    for name in has:
        write(path / name, "#!/bin/sh\n")
    write(path / "id", "#!/bin/sh\necho 1000\n")
    clone = folder / "clone"
    (clone / "scripts").mkdir(parents=True)
    shutil.copy2(ROOT / "scripts" / "setup-services", clone / "scripts")
    return clone


def set_up(clone: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(folder / "bin" / "sh"), "scripts/setup-services"]
    return subprocess.run(
        command, cwd=clone, env={"PATH": str(folder / "bin")}, capture_output=True, text=True, check=False
    )


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
