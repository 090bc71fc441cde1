"""The contract of the action server with Rasa, as far as it is not the SDK's own."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from disputes.actions_server import create_actions_app

DOMAIN = {"responses": {"utter_greet_back": [{"text": "Hello!"}]}}


@pytest.fixture
def server() -> TestClient:
    return TestClient(create_actions_app())


def call(**more: Any) -> dict[str, Any]:
    message = {"intent": {"name": "greet", "confidence": 1.0}, "text": "hello", "entities": [], "metadata": {}}
    tracker = {"sender_id": "anna", "slots": {}, "latest_message": message, "events": [], "paused": False}
    return {"next_action": "action_answer", "sender_id": "anna", "tracker": tracker, **more}


def test_a_domain_is_asked_for_once_and_known_by_its_digest(server: TestClient) -> None:
    assert server.post("/webhook", json=call(domain_digest="one")).status_code == 449
    told = server.post("/webhook", json=call(domain_digest="one", domain=DOMAIN))
    by_digest = server.post("/webhook", json=call(domain_digest="one"))
    assert told.status_code == by_digest.status_code == 200
    assert by_digest.json() == told.json()
    assert by_digest.json()["responses"][0]["response"] == "utter_greet_back"


def test_another_model_has_another_domain(server: TestClient) -> None:
    server.post("/webhook", json=call(domain_digest="one", domain=DOMAIN))
    assert server.post("/webhook", json=call(domain_digest="two")).status_code == 449


def test_a_rasa_that_sends_its_domain_each_time_is_answered(server: TestClient) -> None:
    assert server.post("/webhook", json=call(domain=DOMAIN)).status_code == 200
