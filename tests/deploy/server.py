"""The program as it runs on a server, on loopback: the units of `deploy/systemd` behind the nginx of `deploy/nginx`."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from disputes.local import training
from disputes.local.children import LAUNCHER
from disputes.local.postgres import EmbeddedPostgres
from disputes.orders.stand_in import router as demo_orders
from tests.deploy import certificate, units
from tests.notifications.mail_server import MailServer
from tests.stack import ROOT, free_port, wait_until

SYSTEM_PATH = "/usr/sbin:/usr/local/sbin"
READY_SECONDS = 240

NGINX_AROUND = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
    {temporary}
    include {folder}/nginx/conf.d/disputes.conf;
}}
"""


@dataclass
class Running:
    """One process that was started."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """Ends it as a crash would."""
        self.process.kill()
        self.process.wait(10)


class Server:
    """Two web processes, two workers, the actions and two Rasas, with Redis, behind nginx. `url` is where it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.mail = MailServer()
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self.running: dict[str, Running] = {}
        ports = _free_ports(8)
        self.web_ports, self.rasa_ports = ports[0:2], ports[2:4]
        self.actions_port, self.redis_port, self.orders_port, self.public_port = ports[4:]
        self.url = f"https://127.0.0.1:{self.public_port}"
        self.certificate, self._key = certificate.write(folder)
        self._orders = OrderSystem(self.orders_port)
        self._engine: Engine | None = None
        self._env_files = self._filled_in()

    def start(self) -> None:
        """Starts everything in the order of deploy/README.md; returns when all of it answers."""
        self.data.mkdir()
        self.postgres.start()
        self.mail.start()
        self._orders.start()
        training.train_if_stale(ROOT, self.data, print)
        environment = self.environment("disputes.env")
        migrate = [sys.executable, "-m", "alembic", "upgrade", "head"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True, capture_output=True)
        self.start_redis()
        self.start_unit("disputes-actions@.service", self.actions_port)
        for number in (1, 2):
            self.start_unit("disputes-worker@.service", number)
        for port in self.web_ports:
            self.start_unit("disputes-web@.service", port)
        for port in self.rasa_ports:
            self.start_unit("disputes-rasa@.service", port)
        self._start_nginx()
        for address in (*self.web_addresses, *self.rasa_addresses):
            wait_until(lambda address=address: _answers(address), READY_SECONDS, f"{address} did not answer")

    def stop(self) -> None:
        """Ends everything, as a machine that goes down does."""
        if self._engine is not None:
            self._engine.dispose()
        for running in reversed(self.running.values()):
            if running.process.poll() is None:
                running.signal(signal.SIGCONT)
                running.signal(signal.SIGTERM)
        for running in self.running.values():
            try:
                running.process.wait(15)
            except subprocess.TimeoutExpired:
                running.kill()
        self._orders.stop()
        self.mail.stop()
        self.postgres.stop()

    @property
    def web_addresses(self) -> list[str]:
        """Where each web process says that everything behind it answers."""
        return [f"http://127.0.0.1:{port}/ready" for port in self.web_ports]

    @property
    def rasa_addresses(self) -> list[str]:
        """Where each Rasa answers."""
        return [f"http://127.0.0.1:{port}" for port in self.rasa_ports]

    def environment(self, file: str) -> dict[str, str]:
        """The environment that systemd would make of an environment file of `deploy/`."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, **self._env_files[file]}

    def start_unit(self, name: str, instance: int) -> Running:
        """Starts one instance of a unit file."""
        unit = units.read(name)
        own = unit.environment(str(instance), self.data)
        if "METRICS_PORT" in own:
            own["METRICS_PORT"] = str(free_port())
        environment = self.environment(unit.environment_file.name) | own
        return self._start(f"{name.partition('@')[0]}@{instance}", unit.command(str(instance), self.data), environment)

    def start_redis(self) -> Running:
        """Starts Redis with the file of `deploy/`."""
        file = self.folder / "redis.conf"
        file.write_text(_replaced(units.DEPLOY / "redis.conf", {r"^port \d+$": f"port {self.redis_port}"}))
        return self._start("redis", [program("redis-server"), str(file)], {})

    def run(self, *arguments: str) -> str:
        """What a command of the program prints."""
        command = [sys.executable, "-m", "disputes", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment("disputes.env"), check=True, capture_output=True, text=True
        )
        return done.stdout

    def web_of(self, session: requests.Session) -> int:
        """The port of the web process that nginx chooses for this visitor."""
        marker = secrets.token_hex(8)
        answer = session.get(f"{self.url}/health/{marker}", timeout=10)
        assert answer.status_code == 404
        pattern = re.compile(rf'"/health/{marker}" .* upstream=127\.0\.0\.1:(\d+)')
        log = self.folder / "access.log"
        wait_until(lambda: pattern.search(log.read_text()), 5, "nginx did not log the request")
        found = pattern.search(log.read_text())
        assert found
        return int(found[1])

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session on the program's own database, committed at the end."""
        if self._engine is None:
            self._engine = create_engine(self.postgres.url(), pool_pre_ping=True)
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def visitor(self) -> requests.Session:
        """Somebody's browser, which trusts the certificate."""
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.certificate)
        return session

    def _filled_in(self) -> dict[str, dict[str, str]]:
        """The environment files, with what belongs to this machine; a name that is not in the file is a fault of it."""
        token = secrets.token_hex(32)
        ours = {
            "SECRET_KEY": secrets.token_hex(32),
            "PUBLIC_URL": self.url,
            "DATABASE_URL": self.postgres.url(),
            "RASA_TRACKER_URL": self.postgres.rasa_url(),
            "RASA_URL": ",".join(self.rasa_addresses),
            "RASA_TOKEN": token,
            "VAR_DIR": str(self.data),
            "ORDERS_URL": f"http://127.0.0.1:{self.orders_port}",
            "SMTP_URL": self.mail.url,
            "IMAP_URL": "",
            "ALLOWED_ORIGINS": "",
        }
        rasas = {
            "RASA_TRACKER_URL": self.postgres.rasa_url(),
            "ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}/webhook",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "RASA_TOKEN": token,
        }
        files = {}
        for name, values in (("disputes.env", ours), ("rasa.env", rasas)):
            written = units.environment_of(units.DEPLOY / name)
            assert set(values) <= set(written), name
            files[name] = written | values
        return files

    def _start_nginx(self) -> None:
        for folder in ("conf.d", "snippets", "temporary"):
            (self.folder / "nginx" / folder).mkdir(parents=True)
        changes = {
            r"127\.0\.0\.1:8001": f"127.0.0.1:{self.web_ports[0]}",
            r"127\.0\.0\.1:8002": f"127.0.0.1:{self.web_ports[1]}",
            r"listen 443 ssl http2;": f"listen 127.0.0.1:{self.public_port} ssl http2;",
            r"listen 80;": f"listen 127.0.0.1:{free_port()};",
            r"^ *listen \[::\].*$": "",
            r"/etc/ssl/disputes/fullchain\.pem": str(self.certificate),
            r"/etc/ssl/disputes/privkey\.pem": str(self._key),
            r"/var/log/nginx/disputes\.access\.log": str(self.folder / "access.log"),
            r"/var/log/nginx/disputes\.error\.log": str(self.folder / "error.log"),
            r"/opt/disputes": str(ROOT),
        }
        inside = self.folder / "nginx"
        (inside / "conf.d" / "disputes.conf").write_text(_replaced(units.DEPLOY / "nginx" / "disputes.conf", changes))
        snippet = (units.DEPLOY / "nginx" / "disputes-proxy.conf").read_text()
        (inside / "snippets" / "disputes-proxy.conf").write_text(snippet)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{kind}_temp_path {inside}/temporary/{kind};" for kind in kinds)
        around = NGINX_AROUND.format(folder=self.folder, temporary=temporary)
        if os.geteuid() == 0:
            around = "user root;\n" + around
        (inside / "nginx.conf").write_text(around)
        command = [
            program("nginx"),
            "-p",
            str(inside),
            "-c",
            str(inside / "nginx.conf"),
            "-e",
            str(self.folder / "e.log"),
        ]
        self._start("nginx", command, {})

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> Running:
        """Starts a program that ends with this process, however that ends."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-I", str(LAUNCHER), str(os.getpid()), *command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running[name] = Running(name, process, log)
        return self.running[name]


@contextmanager
def running_server() -> Iterator[Server]:
    """A started server with a folder of its own, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="server-"))
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def program(name: str) -> str:
    """Where a service's program is; a machine without it cannot run these tests."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}")
    assert found, f"{name} is not installed: run scripts/setup-services"
    return found


class OrderSystem:
    """The shop's order system: the demo stand-in on a port of its own."""

    def __init__(self, port: int) -> None:
        app = FastAPI()
        app.include_router(demo_orders)
        self._server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False, ws="none"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


def _replaced(file: Path, changes: dict[str, str]) -> str:
    """The text of a file with every pattern replaced; one that does not occur is a fault of the file or of the test."""
    text = file.read_text()
    for pattern, new in changes.items():
        text, times = re.subn(pattern, new.replace("\\", r"\\"), text, flags=re.MULTILINE)
        assert times, f"{pattern} is not in {file}"
    return text


def _free_ports(number: int) -> list[int]:
    ports: set[int] = set()
    while len(ports) < number:
        ports.add(free_port())
    return list(ports)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=10).ok
    except requests.RequestException:
        return False
