"""A pretend language: every word of ours with a mark before it. Where the mark is missing, a word was not a file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from disputes import policy
from disputes.chat.lines import _lines, line
from disputes.local import training
from disputes.notifications.letters.status_code import status_code
from disputes.settings import settings
from disputes.words import file_of
from tests.socket_client import SocketClient
from tests.stack import ROOT, running_stack

MARK = "[xx] "
SPOKEN = {
    "greet": ("zorp", "zorp zorp", "hey zorp"),
    "thank": ("blivvy", "blivvy mu", "mu blivvy"),
    "goodbye": ("frint", "frint frint", "aro frint"),
}
TEMPLATE = "disputes/notifications/templates/status_code.txt"


@pytest.fixture
def language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the pretend language, which this process speaks as well."""
    folder = tmp_path / "xx"
    monkeypatch.setenv("LANGUAGE_DIR", str(folder))
    domain = yaml.safe_load((ROOT / "domain.yml").read_text())
    for variations in domain["responses"].values():
        for variation in variations:
            variation["text"] = MARK + variation["text"]
    _write(folder / "domain.yml", domain)
    lines = yaml.safe_load((ROOT / "disputes/chat/lines.yml").read_text())
    _write(folder / "disputes/chat/lines.yml", {key: MARK + text for key, text in lines.items()})
    said = [
        {"intent": intent, "examples": "".join(f"- {each}\n" for each in texts)} for intent, texts in SPOKEN.items()
    ]
    _write(folder / "data/nlu/nlu.yml", {"version": "3.1", "nlu": said})
    config = (ROOT / "config.yml").read_text()
    (folder / "config.yml").write_text(config.replace("meaning_weight: 2.0", "meaning_weight: 0"))
    (folder / TEMPLATE).parent.mkdir(parents=True)
    (folder / TEMPLATE).write_text(MARK + (ROOT / TEMPLATE).read_text())
    settings.cache_clear()
    _lines.cache_clear()
    yield folder
    _lines.cache_clear()


def test_the_chat_speaks_it(language: Path) -> None:
    assert line("back_button") == f"{MARK}Back to the assistant"


def test_a_letter_is_in_it(language: Path) -> None:
    until = datetime(2026, 5, 4, 12, tzinfo=UTC)
    letter = status_code("123456", until, policy.current(), "https://shop.example")
    assert letter.text.startswith(f"{MARK}Hello,")


def test_what_it_lacks_stays_english(language: Path) -> None:
    assert file_of("disputes/notifications/templates/case_letter.txt").is_relative_to(ROOT)
    assert file_of("disputes/site/templates").is_relative_to(ROOT)


def test_without_one_all_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGUAGE_DIR", raising=False)
    assert file_of("domain.yml") == ROOT / "domain.yml"


def test_its_model_is_another(language: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = training.model_hash(ROOT)
    (language / "data/nlu/more.yml").write_text("version: '3.1'\n")
    assert training.model_hash(ROOT) != theirs
    monkeypatch.delenv("LANGUAGE_DIR")
    settings.cache_clear()
    assert training.model_hash(ROOT) != theirs


@pytest.mark.rasa
def test_the_assistant_understands_and_speaks_it(language: Path) -> None:
    with running_stack(LANGUAGE_DIR=str(language)) as stack:
        customer = SocketClient(stack.url, patience=60)
        customer.open()
        customer.be_greeted()
        customer.write("mu mu blivvy")
        assert customer.expect("bot_uttered")["text"] == f"{MARK}{_thanks()}"
        customer.close()
    model = training.current_model(ROOT)
    assert model is not None
    model.unlink()


def _thanks() -> str:
    responses: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text())["responses"]
    return str(responses["utter_welcome"][0]["text"])


def _write(file: Path, data: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
