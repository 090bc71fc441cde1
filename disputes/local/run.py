"""`disputes run`: everything on one machine, from the checks to the printed addresses."""

import asyncio
import os
import secrets
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from disputes.local import preflight, schema, training
from disputes.local.children import Child, Say
from disputes.local.failures import CannotStart
from disputes.local.postgres import EmbeddedPostgres
from disputes.local.supervisor import Supervisor
from disputes.policy import load
from disputes.settings import Settings

# Rasa talks to our action endpoint and to its tracker store; it has no use for these.
NOT_FOR_RASA = (
    "SECRET_KEY",
    "DATABASE_URL",
    "SMTP_URL",
    "IMAP_URL",
    "INBOUND_MAIL_KEY",
    "ORDERS_TOKEN",
    "WIDGET_IDENTITY_KEY",
    "WIDGET_IDENTITY_KEY_BEFORE",
    "OIDC_CLIENT_SECRET",
)
APP_TRIES = 3


@dataclass(frozen=True)
class Plan:
    """What will run where, decided before anything starts."""

    root: Path
    var: Path
    settings: Settings
    rasa_port: int
    actions_port: int
    postgres: EmbeddedPostgres | None
    fresh_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def site(self) -> str:
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def rasa_token(self) -> str:
        """The secret of Rasa's HTTP API: RASA_TOKEN when it is set, else one made for this start."""
        return self.settings.rasa_token or self.fresh_token

    def environment(self) -> dict[str, str]:
        """For our own processes: what was in ours, with the addresses that were decided here."""
        if self.postgres is None:
            database, tracker = self.settings.database_url, self.settings.tracker_url
        else:
            database, tracker = self.postgres.url(), self.postgres.rasa_url()
        return {
            **os.environ,
            "DATABASE_URL": database,
            "RASA_TRACKER_URL": tracker,
            "RASA_URL": f"http://127.0.0.1:{self.rasa_port}",
            "RASA_TOKEN": self.rasa_token,
            "ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}/webhook",
            "VAR_DIR": str(self.var),
            "LANGUAGE_DIR": self.settings.language_dir,
            "PYTHONUNBUFFERED": "1",
        }

    def environment_for_rasa(self) -> dict[str, str]:
        """For Rasa: the same without our secrets."""
        ours = {name: value for name, value in self.environment().items() if name not in NOT_FOR_RASA}
        return {**ours, **training.QUIET}


def make_plan(root: Path, settings: Settings) -> Plan:
    """Checks what can be checked at once and decides the ports; PolicyError or CannotStart if not."""
    load(settings.policy_file)
    preflight.check_key(settings)
    preflight.check_language()
    var = settings.var_dir.absolute()
    preflight.check_disk(var)
    preflight.check_port(settings.host, settings.port, "PORT", purpose="the web site")
    rasa_port = _port_for("rasa_url", settings, {settings.port})
    actions_port = _port_for("actions_url", settings, {settings.port, rasa_port})
    postgres = None if settings.database_url else EmbeddedPostgres(var / "postgres")
    return Plan(root, var, settings, rasa_port, actions_port, postgres)


def run(root: Path, settings: Settings, say: Say) -> None:
    """Starts everything, tells where it is, and blocks until Ctrl-C; raises one-sentence failures."""
    var = settings.var_dir.absolute()
    preflight.check_disk(var)
    with preflight.only_one_run(var):
        plan = make_plan(root, settings)
        supervisor = Supervisor(say)
        supervisor.run(_bring_up(plan, supervisor))


async def _bring_up(plan: Plan, supervisor: Supervisor) -> None:
    """The database first; then the web site and the assistant side by side, as neither needs the other to start."""
    say, began = supervisor.say, time.monotonic()
    if plan.postgres is not None:
        say("Starting PostgreSQL.")
        await supervisor.keep_postgres(plan.postgres)
        for folder in plan.postgres.opened_folders:
            say(f"Others may now pass through {folder}: PostgreSQL, started by root, has its own account.")
    await _migrate(plan, supervisor)
    async with asyncio.TaskGroup() as both:
        site = both.create_task(_bring_up_site(plan, supervisor, began))
        both.create_task(_bring_up_assistant(plan, supervisor))
    say(_announcement(plan, site.result(), time.monotonic() - began))


async def _migrate(plan: Plan, supervisor: Supervisor) -> None:
    environment = plan.environment()
    try:
        if schema.revision_of(schema.dsn_of(environment["DATABASE_URL"])) == schema.newest(plan.root):
            return
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise CannotStart(f"The database of DATABASE_URL does not answer: {reason}") from error
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    await supervisor.finish("Migrating the database", command, folder=plan.root, environment=environment)


async def _bring_up_site(plan: Plan, supervisor: Supervisor, began: float) -> str:
    """Returns how to sign in, once the site answers and has its demo."""
    supervisor.say("Starting the web site.")
    web = Child(
        name="The application",
        command=[sys.executable, "-m", "disputes", "web", "--with-actions", "--with-worker"],
        log=plan.var / "log" / "app.log",
        address=(plan.settings.host, plan.settings.port, "/health"),
        environment=plan.environment(),
        folder=plan.root,
        tries=APP_TRIES,
    )
    supervisor.keep(web)
    await web.ready.wait()
    supervisor.say(f"The web site answers at {plan.site} after {time.monotonic() - began:.0f} s.")
    return await _seed(plan, supervisor, plan.environment())


async def _bring_up_assistant(plan: Plan, supervisor: Supervisor) -> None:
    model = await asyncio.to_thread(
        training.train_if_stale, plan.root, plan.var, supervisor.say, stop=supervisor.ending
    )
    supervisor.say("Loading the assistant.")
    rasa = Child(
        name="Rasa",
        command=_rasa_command(plan, model),
        log=plan.var / "log" / "rasa.log",
        address=("127.0.0.1", plan.rasa_port, "/"),
        environment=plan.environment_for_rasa(),
        folder=plan.root,
    )
    supervisor.keep(rasa)
    await rasa.ready.wait()


async def _seed(plan: Plan, supervisor: Supervisor, environment: dict[str, str]) -> str:
    """Fills the embedded database with the demo, once; a database that somebody set is theirs."""
    if plan.postgres is None:
        return ""
    command = [sys.executable, "-m", "disputes", "seed"]
    return await supervisor.finish("Seeding the demo", command, folder=plan.root, environment=environment)


def _rasa_command(plan: Plan, model: Path) -> list[str]:
    """Rasa on loopback; its HTTP API opens only with the plan's token, which is in its environment."""
    return [
        *training.rasa_command(plan.root, "nlu_components.start"),
        *["run", "--interface", "127.0.0.1", "--port", str(plan.rasa_port)],
        *["--model", str(model), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"],
    ]


def _announcement(plan: Plan, sign_in: str, seconds: float) -> str:
    pages = [
        ("Demo shop with the chat", "/"),
        ("Complaint form", "/complaint"),
        ("Status of a complaint", "/status"),
        ("Desk, for staff", "/desk"),
        ("Letters that were sent", "/dev/mail"),
    ]
    lines = [f"Ready after {seconds:.0f} s.", ""]
    lines += [f"  {title:<26}{plan.site}{path}" for title, path in pages]
    lines += ["", *(f"  {line}" for line in sign_in.strip().splitlines())]
    return "\n".join([*lines, "", f"Logs are in {plan.var / 'log'}. Ctrl-C stops everything."])


def _port_for(name: str, settings: Settings, taken: set[int]) -> int:
    """The port of a process of ours: as set, or the usual one, or any free one when nobody chose it."""
    address, setting = getattr(settings, name), name.upper()
    if "," in address:
        raise CannotStart(f"{setting} may hold one address only for `run`, which starts that process itself.")
    parts = urlsplit(address)
    port = parts.port or 80
    if address == Settings.model_fields[name].default:
        return preflight.free_port(port, taken)
    if parts.hostname not in {"127.0.0.1", "localhost"}:
        raise CannotStart(f"{setting} must be on 127.0.0.1 for `run`, which starts that process itself.")
    preflight.check_port("127.0.0.1", port, setting, purpose=f"the address in {setting}")
    return port
