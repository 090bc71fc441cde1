"""What the documents tell people to type exists, and the two commands of the README work in a fresh clone."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import requests
import typer.main

from disputes.cli import app
from disputes.local.training import current_model
from disputes.settings import Settings
from tests.architecture.tree import ROOT, files
from tests.local.conftest import folder
from tests.local.processes import free_port, wait_for

__all__ = ["folder"]

READY_SECONDS = 600
STOP_SECONDS = 5
DOCUMENTS = [file for file in files() if file.suffix == ".md"]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|disputes|scripts/)[^`]*)`")


def commands() -> list[tuple[Path, str]]:
    """Each line of a ```sh block and each `make ...` or `disputes ...` in the text, with the document it is in."""
    found = []
    for file in DOCUMENTS:
        text = (ROOT / file).read_text()
        for block in BLOCK.findall(text):
            lines = [line.split(" #")[0].removeprefix("$ ").strip() for line in block.splitlines()]
            found += [(file, line) for line in lines if line and not line.startswith("#")]
        found += [(file, command) for command in INLINE.findall(text)]
    return sorted(set(found))


@pytest.mark.parametrize(("file", "command"), commands(), ids=str)
def test_the_command_exists(file: Path, command: str) -> None:
    words = [word for word in shlex.split(command) if "=" not in word or word.startswith("-")]
    if words and words[0] == "make":
        assert set(words[1:]) <= make_targets()
    elif words and words[0].endswith("disputes") and "/" not in words[0].removeprefix(".venv/bin/"):
        assert_is_a_command_of_ours(words[1:])
    elif words and words[0].startswith(("scripts/", ".ci/", "./scripts/")):
        assert os.access(ROOT / words[0], os.X_OK)


def test_the_readme_has_the_two_commands() -> None:
    in_readme = [command for file, command in commands() if file == Path("README.md")]
    assert "make run" in in_readme
    assert "make test" in in_readme


@pytest.mark.rasa
@pytest.mark.timeout(900)
def test_make_run_in_a_fresh_clone_gets_ready_and_ctrl_c_leaves_nothing(folder: Path) -> None:
    clone, port = fresh_clone(folder), free_port()
    output = folder / "output"
    with output.open("w") as file:
        running = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=machine() | {"PORT": str(port)},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(
            lambda: "Ready after" in output.read_text() or running.poll() is not None,
            READY_SECONDS,
            what="for make run",
        )
        said = output.read_text()
        assert running.poll() is None, said
        addresses = re.findall(r"http://\S+", said.split("Ready after")[1])
        assert len(addresses) == 5
        for address in addresses:
            assert requests.get(address, timeout=10).status_code == 200, address
        began = time.monotonic()
        os.killpg(running.pid, signal.SIGINT)
        running.wait(STOP_SECONDS * 4)
        assert time.monotonic() - began < STOP_SECONDS
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(STOP_SECONDS * 4)
    assert processes_in(clone) == []


def machine() -> dict[str, str]:
    """The environment of whoever runs the tests, which may say how to reach the network, without our settings."""
    ours = {name.upper() for name in Settings.model_fields} | {"PYTHONPATH", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def fresh_clone(folder: Path) -> Path:
    """The project's files as a clone has them; a model trained from these very files is taken along to save time."""
    clone = folder / "clone"
    for file in files():
        (clone / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, clone / file)
    model = current_model(ROOT)
    if model is not None:
        (clone / "models").mkdir()
        shutil.copy2(model, clone / "models")
    return clone


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def assert_is_a_command_of_ours(words: list[str]) -> None:
    command = typer.main.get_command(app)
    for word in words:
        if word.startswith("-") or not hasattr(command, "commands"):
            return
        assert word in command.commands, f"disputes {' '.join(words)}"
        command = command.commands[word]


def processes_in(clone: Path) -> list[str]:
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if f"{clone}/" in line]
