"""What is wrong with this clone, and the command that puts it right."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from disputes.local import doctor_people, preflight, schema, training
from disputes.local.children import answers
from disputes.local.postgres import EmbeddedPostgres
from disputes.policy import PolicyError, load
from disputes.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` is empty when it is in order."""

    what: str
    remedy: str = ""


def examine(root: Path, settings: Settings) -> Iterator[Finding]:
    """Looks at everything in the order in which it is needed; changes nothing."""
    looks: list[Callable[[Path, Settings], Finding]] = [
        _environments,
        _policy,
        _model,
        _disk,
        _database,
        _web,
        _rasa,
        _browser,
    ]
    for look in looks:
        yield look(root, settings)
    yield from _people(settings)


def _environments(root: Path, _settings: Settings) -> Finding:
    for environment, requirements in ((".venv", "dev.txt"), (".venv-rasa", "rasa.txt")):
        stamp = root / environment / ".built-from"
        size = (root / "requirements" / requirements).stat().st_size
        if not stamp.exists():
            return Finding(f"The environment {environment} has not been built here.", "make setup")
        if not stamp.read_text().strip().endswith(f" {size}"):
            return Finding(f"The environment {environment} is older than requirements/{requirements}.", "make setup")
    return Finding("Both environments are built from the files in requirements/.")


def _policy(_root: Path, settings: Settings) -> Finding:
    try:
        load(settings.policy_file)
    except PolicyError as error:
        return Finding(str(error), f"correct {settings.policy_file}, then: disputes policy check")
    return Finding(f"{settings.policy_file} is a valid policy.")


def _model(root: Path, _settings: Settings) -> Finding:
    model = training.current_model(root)
    if model is None:
        return Finding("The assistant has not been trained from the files as they are now.", "make train")
    return Finding(f"The assistant is trained: models/{model.name}.")


def _disk(_root: Path, settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.var_dir if settings.var_dir.exists() else Path()).free // 1_000_000
    if free < preflight.NEEDED_MEGABYTES:
        return Finding(f"Only {free} MB are free on the disk of {settings.var_dir}.", "make room on that disk")
    return Finding(f"{free} MB are free on the disk.")


def _database(root: Path, settings: Settings) -> Finding:
    url = settings.database_url
    if not url:
        postgres = EmbeddedPostgres(settings.var_dir / "postgres")
        if not postgres.is_running():
            return Finding("The embedded PostgreSQL is not running.", "make run")
        url = postgres.url()
    newest = schema.newest(root)
    try:
        revision = schema.revision_of(schema.dsn_of(url))
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        return Finding(f"The database does not answer: {reason}", "check DATABASE_URL and that server")
    if revision != newest:
        return Finding(f"The database is at migration {revision}, behind {newest}.", "make run")
    return Finding(f"The database answers and is at migration {newest}.")


def _people(settings: Settings) -> Iterator[Finding]:
    postgres = EmbeddedPostgres(settings.var_dir / "postgres")
    url = settings.database_url or (postgres.url() if postgres.is_running() else "")
    found = [*(doctor_people.look_at_accounts(url) if url else ()), doctor_people.look_at_provider(settings)]
    yield from (Finding(one.what, one.remedy) for one in found if one is not None)


def _web(_root: Path, settings: Settings) -> Finding:
    if not asyncio.run(answers(settings.host, settings.port, "/health")):
        return Finding(f"Nothing answers at http://{settings.host}:{settings.port}.", "make run")
    if not asyncio.run(answers(settings.host, settings.port, "/ready")):
        address = f"http://{settings.host}:{settings.port}/ready"
        return Finding("The web site answers, but not everything behind it.", f"look at {address}")
    return Finding(f"The web site answers at http://{settings.host}:{settings.port}.")


def _rasa(root: Path, _settings: Settings) -> Finding:
    python = root / ".venv-rasa" / "bin" / "python"
    try:
        said = subprocess.run([str(python), "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return Finding("Rasa's Python does not run.", "rm -rf .venv-rasa && make setup")
    if not said.startswith("Python 3.10"):
        return Finding(f"Rasa needs Python 3.10 and has {said.strip()}.", "rm -rf .venv-rasa && make setup")
    return Finding(f"Rasa's environment runs {said.strip()}.")


def _browser(_root: Path, _settings: Settings) -> Finding:
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return Finding("Chromium is there for the browser tests.")
    return Finding("Chromium for the browser tests is not on the path.", "scripts/setup-browser")
