"""A pretend language: every sentence of ours in Greek letters. Where one has others, it was no file."""

import io
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
import yaml

from actions import reading
from actions.languages import is_foreign
from actions.phrases import READING, knows_its_language, phrases
from actions.turn import Turn
from disputes import policy
from disputes.cases.fields import FieldError, clean_name
from disputes.chat.lines import line
from disputes.local import training
from disputes.notifications.letters import FOR_NOTICE
from disputes.notifications.letters.status_code import status_code
from disputes.notifications.pdf import letter_pdf
from disputes.orders.service import WORDS, _leading_words, normalise_number
from disputes.policy.explain import country_name, explain
from disputes.policy.words import fill
from disputes.settings import settings
from disputes.words import SENTENCES, check_sentences, file_of
from nlu_components.value_words import THEIRS as OF_VALUES
from nlu_components.values import find_values
from tests.notifications.examples import BASE_URL, EXAMPLES
from tests.socket_client import SocketClient
from tests.stack import ROOT, running_stack

MARK = "[xx] "
SPOKEN = {
    "greet": ("zorp", "zorp zorp", "hey zorp"),
    "thank": ("blivvy", "blivvy mu", "mu blivvy"),
    "goodbye": ("frint", "frint frint", "aro frint"),
}
TEMPLATES = ("disputes/notifications/templates", "disputes/records/templates")
_ADDRESS = re.compile(r"\S+(?:@|://)\S+|\b[0-9a-f]{12,}\b")
ELSEWHERE = str.maketrans("abcdefghijklmnopqrstuvwxyz", "αβξδεφγηιςκλμνοπψρστυϋωχζθ")


def translated(text: str) -> str:
    """The text in the letters of the pretend language; {blanks} and what Jinja reads stay."""
    parts = re.split(r"(\{\{.*?\}\}|\{%.*?%\}|\{\w+\})", text)
    return "".join(part if part.startswith("{") else part.lower().translate(ELSEWHERE) for part in parts)


def all_translated(found: Any) -> Any:
    """The same for every sentence of a file."""
    if isinstance(found, dict):
        return {name: all_translated(each) for name, each in found.items()}
    return translated(str(found))


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
    for file in SENTENCES:
        _write(folder / file, all_translated(yaml.safe_load((ROOT / file).read_text())))
    said = [
        {"intent": intent, "examples": "".join(f"- {each}\n" for each in texts)} for intent, texts in SPOKEN.items()
    ]
    _write(folder / "data/nlu/nlu.yml", {"version": "3.1", "nlu": said})
    config = (ROOT / "config.yml").read_text()
    (folder / "config.yml").write_text(config.replace("meaning_weight: 2.0", "meaning_weight: 0"))
    for templates in TEMPLATES:
        (folder / templates).mkdir(parents=True, exist_ok=True)
        for file_of_it in (ROOT / templates).glob("*.txt"):
            (folder / templates / file_of_it.name).write_text(translated(file_of_it.read_text()))
    settings.cache_clear()
    policy.current.cache_clear()
    yield folder
    policy.current.cache_clear()


def english_in(text: str, *facts: object) -> list[str]:
    """The words of a text in our letters that are neither facts of the case, nor the policy's, nor addresses."""
    policys = (fill(words, policy.current().words) for words in _strings_in(yaml.safe_load(_policy())))
    typed = (word for fact in facts for words in _strings_in(fact) for word in (words, *words.splitlines()))
    text, known = _ADDRESS.sub(" ", text), {_ADDRESS.sub(" ", words) for words in (*policys, *typed)}
    for words in sorted(known, key=len, reverse=True):
        text = text.replace(words, " ") if words.strip() else text
    return re.findall(r"[A-Za-z]{2,}", text)


class TestPython:
    def test_the_files_fit(self, language: Path) -> None:
        check_sentences()

    def test_the_chat_speaks_it(self, language: Path) -> None:
        assert line("back_button") == translated("Back to the assistant")

    def test_a_form_refuses_in_it(self, language: Path) -> None:
        with pytest.raises(FieldError, match=translated("Please tell us your name")):
            clean_name("")

    def test_the_policy_is_explained_in_it(self, language: Path) -> None:
        rules = policy.current()
        countries = [country_name(option.country) for option in rules.outside_options.directory]
        known = [*countries, *(turn.lower() for turn in rules.turns.values())]
        for section in explain(rules, datetime(2026, 5, 4, tzinfo=UTC)):
            for row in section.rows:
                items = row.items if row.key != "calendar" else ()  # holidays are named by the library that knows them
                words = " \n ".join((section.title, section.intro, row.term, row.words, *items))
                left = english_in(words, known)
                assert left == [], row


def test_every_letter_about_a_case_is_in_it(language: Path) -> None:
    for name, (notice, facts) in EXAMPLES.items():
        letter = FOR_NOTICE[notice](facts, policy.current(), BASE_URL)
        assert english_in(f"{letter.subject}\n{letter.text}", asdict(facts)) == [], name


def test_so_is_the_document_of_a_letter(language: Path) -> None:
    for name in ("n1_acknowledgement", "n10_first_answer_missed", "n13_time_over"):
        notice, facts = EXAMPLES[name]
        letter = FOR_NOTICE[notice](facts, policy.current(), BASE_URL)
        pages = pypdf.PdfReader(io.BytesIO(letter_pdf(letter))).pages
        shown = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert translated("next") in shown
        assert english_in(shown, asdict(facts)) == [], name


def test_a_code_is_in_it(language: Path) -> None:
    until = datetime(2026, 5, 4, 12, tzinfo=UTC)
    letter = status_code("123456", until, policy.current(), "https://shop.example")
    assert letter.text.startswith(translated("Hello,"))
    assert english_in(f"{letter.subject} {letter.text}") == []


def test_what_it_lacks_stays_english(language: Path) -> None:
    (language / "disputes/notifications/templates/case_letter.txt").unlink()
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


@pytest.fixture
def read_language(language: Path) -> Iterator[Path]:
    """The same, which also has its own ways to say what the assistant looks for."""
    ours = (ROOT / READING).read_text().replace("my ?(?:full )?name", "zo nammo").replace(r"\bnot\b\s", r"\bnix\b\s")
    (language / READING).parent.mkdir(parents=True)
    (language / READING).write_text(re.sub(r"(?m)^small_words: >-\n(?:  .*\n)+", "small_words: mu blivvy zorp\n", ours))
    phrases.cache_clear()
    yield language
    phrases.cache_clear()


def test_values_are_read_in_it(read_language: Path) -> None:
    assert reading.name_said("zo nammo is Anna Berg") == "Anna Berg"
    assert reading.name_said("my name is Anna Berg") is None
    assert reading.says_instead(_heard("nix 10023 but 10032"))
    assert not reading.says_instead(_heard("not 10023 but 10032"))


def test_the_words_beside_values_are_its_own(language: Path) -> None:
    ours = (ROOT / OF_VALUES).read_text()
    (language / OF_VALUES).parent.mkdir(parents=True)
    (language / OF_VALUES).write_text(ours.replace("  march: 3", "  mirg: 3").replace("  quid: GBP", "  zorps: GBP"))
    assert [value.value for value in find_values("20 zorps, 3 mirg")] == ["20.00 GBP", "--03-03"]
    assert [value.value for value in find_values("20 quid, 3 march")] == []


def test_what_stands_before_an_order_number_is_its_own(language: Path) -> None:
    (language / WORDS).parent.mkdir(parents=True)
    (language / WORDS).write_text("before_the_number: [zo, nummo]\n")
    _leading_words.cache_clear()
    assert normalise_number("zo nummo: 10023") == "10023"
    assert normalise_number("zorp zorp 10023") is None
    _leading_words.cache_clear()


def test_words_beside_values_that_are_not_all_there_are_refused(language: Path) -> None:
    (language / OF_VALUES).parent.mkdir(parents=True)
    (language / OF_VALUES).write_text("months: {mirg: 3}\n")
    with pytest.raises(ValueError, match="order_words"):
        find_values("3 mirg")


def test_its_words_beside_values_make_another_model(language: Path) -> None:
    before = training.model_hash(ROOT)
    (language / OF_VALUES).parent.mkdir(parents=True)
    (language / OF_VALUES).write_text((ROOT / OF_VALUES).read_text() + "# changed\n")
    assert training.model_hash(ROOT) != before


def test_another_language_than_it_is_noticed(read_language: Path) -> None:
    assert knows_its_language()
    assert is_foreign("je ne vous et le mu")
    assert not is_foreign("je ne mu blivvy zorp")


def test_without_ways_to_tell_no_language_is_noticed(language: Path) -> None:
    assert not knows_its_language()


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


def _heard(text: str) -> Turn:
    return Turn.of({"text": text, "entities": [{"entity": "order_number", "value": "10023"}]})


def _policy() -> str:
    return Path(settings().policy_file).read_text()


def _strings_in(found: object) -> Iterator[str]:
    """Every text in something made of lists and dictionaries, on one line as the policy says it, and as it is."""
    if isinstance(found, str):
        yield from {found, " ".join(found.split())}
    elif isinstance(found, dict):
        for each in found.values():
            yield from _strings_in(each)
    elif isinstance(found, list | tuple):
        for each in found:
            yield from _strings_in(each)


def _write(file: Path, data: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
