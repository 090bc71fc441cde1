"""Reads the unit files of `deploy/systemd` and makes of them what this machine can run."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.stack import ROOT

DEPLOY = ROOT / "deploy"
CODE, DATA = "/opt/disputes", "/var/lib/disputes"
"""Where the program and its data are on a server."""


@dataclass(frozen=True)
class Unit:
    """One `.service` file: every value of every name of its section [Service], in order."""

    name: str
    values: dict[str, list[str]]

    def one(self, name: str) -> str:
        """The value of a name that is there once."""
        (value,) = self.values[name]
        return value

    def command(self, instance: str, data: Path) -> list[str]:
        """What it starts, with this clone for /opt/disputes and `data` for /var/lib/disputes."""
        return [here(word, instance, data) for word in shlex.split(self.one("ExecStart"))]

    def environment(self, instance: str, data: Path) -> dict[str, str]:
        """What its own lines put into the environment, its environment file apart."""
        words = [word for line in self.values.get("Environment", []) for word in shlex.split(line)]
        return {name: here(value, instance, data) for name, _, value in (word.partition("=") for word in words)}

    @property
    def environment_file(self) -> Path:
        """The file in `deploy/` that is to be copied to where the unit reads it."""
        return DEPLOY / Path(self.one("EnvironmentFile")).name


def read(name: str) -> Unit:
    """The unit file of this name."""
    values: dict[str, list[str]] = {}
    section = ""
    for line in (DEPLOY / "systemd" / name).read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values.setdefault(key, []).append(value)
    return Unit(name, values)


def environment_of(file: Path) -> dict[str, str]:
    """The names and values of an environment file, as systemd reads it."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def here(text: str, instance: str, data: Path) -> str:
    """The text with the places of this machine."""
    return text.replace("%i", instance).replace(DATA, str(data)).replace(CODE, str(ROOT))
