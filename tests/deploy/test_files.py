"""The files of `deploy/` fit the program: its routes, its settings, its limits."""

import re

import pytest

from disputes.edge.limits import LARGER
from disputes.policy import load
from disputes.settings import Settings
from disputes.worker.app import PATIENT_LEAVE_SECONDS, STALLED_SECONDS
from tests.architecture.test_routes import routes
from tests.deploy import units
from tests.stack import ROOT

NGINX = (units.DEPLOY / "nginx" / "disputes.conf").read_text()
SERVICES = sorted(path.name for path in (units.DEPLOY / "systemd").glob("*@.service"))
PARTS = {"disputes-web@.service", "disputes-worker@.service", "disputes-actions@.service", "disputes-rasa@.service"}
LOCKED_IN = {
    "NoNewPrivileges": "true",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "CapabilityBoundingSet": "",
    "User": "disputes",
    "Restart": "always",
}


class TestUnits:
    def test_there_is_one_for_each_part(self) -> None:
        assert set(SERVICES) == PARTS

    @pytest.mark.parametrize("name", SERVICES)
    def test_each_is_locked_in_limited_and_started_again(self, name: str) -> None:
        unit = units.read(name)
        for key, value in LOCKED_IN.items():
            assert unit.one(key) == value, key
        for key in ("MemoryMax", "TasksMax", "TimeoutStopSec", "RestartSec"):
            assert unit.one(key), key

    def test_a_worker_is_given_longer_to_stop_than_its_jobs_are(self) -> None:
        assert PATIENT_LEAVE_SECONDS < STALLED_SECONDS
        assert float(units.read("disputes-worker@.service").one("TimeoutStopSec")) > PATIENT_LEAVE_SECONDS

    def test_the_environment_file_names_settings_and_those_a_server_must_not_do_without(self) -> None:
        named = set(units.environment_of(units.DEPLOY / "disputes.env"))
        assert named <= {name.upper() for name in Settings.model_fields}
        assert named >= {"SECRET_KEY", "PUBLIC_URL", "DATABASE_URL", "RASA_TOKEN", "RASA_TRACKER_URL", "SMTP_URL"}

    def test_every_rasa_is_known_to_the_program(self) -> None:
        addresses = units.environment_of(units.DEPLOY / "disputes.env")["RASA_URL"].split(",")
        assert addresses == ["http://127.0.0.1:5005", "http://127.0.0.1:5006"]
        readme = (units.DEPLOY / "README.md").read_text()
        for address in addresses:
            assert f"disputes-rasa@{address.rpartition(':')[2]}" in readme


class TestNginx:
    def test_links_that_are_keys_are_not_logged(self) -> None:
        hidden = re.search(r'map \$request_uri \$shown_path \{.*?"~\^\(\?<key_before>(.*?)\)"', NGINX, re.DOTALL)
        assert hidden
        for route in routes():
            path = route.split()[1]
            if "{token}" in path:
                assert re.match(hidden[1], path), f"{path} is a key and would be in nginx's log"

    def test_what_is_for_the_machine_itself_is_not_for_visitors(self) -> None:
        for path in ("/dev/", "/demo/", "= /ready", "= /metrics"):
            assert f"location {path} {{ return 404; }}" in NGINX

    def test_what_the_program_takes_gets_through(self) -> None:
        megabytes = load(ROOT / "policy.yml").evidence.megabytes_each
        assert limit_for("/status/complaints/CD-1/evidence") > megabytes
        assert limit_for("/desk/cases/CD-1/evidence") > megabytes
        for path, most in LARGER.items():
            assert limit_for(path) * 1_000_000 >= most, path
        assert limit_for("/complaint") == 1


def limit_for(path: str) -> int:
    """The megabytes that nginx lets through to a path."""
    exact = re.search(rf"location = {re.escape(path)} \{{(.*?)\n    \}}", NGINX, re.DOTALL)
    bodies = [exact[1]] if exact else []
    for pattern, body in re.findall(r"location ~ (\S+) \{(.*?)\n    \}", NGINX, re.DOTALL):
        if not bodies and re.search(pattern, path):
            bodies.append(body)
    found = re.search(r"client_max_body_size (\d+)m;", bodies[0] if bodies else "")
    default = re.search(r"^    client_max_body_size (\d+)m;", NGINX, re.MULTILINE)
    assert default
    return int((found or default)[1])
