"""Cheap checks of what Rasa is trained from, and of the words customers read. No training, no server."""

import importlib
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

import actions
from actions import slots
from actions.answers import ANSWERS, BESIDE, CLOSER, OLD_BUTTON
from actions.case_acts import TO_CONFIRM, WITH_WORDS
from actions.complaint import BUTTONS
from actions.forms import ASIDES
from actions.informal import KNOWN_STATUSES
from actions.standing import AGAIN, OFFERS_A_COMPLAINT, OFFERS_A_PERSON
from actions.status import CODE_ANSWERS
from disputes import policy
from disputes.chat import case_acts
from disputes.teaching.intents import meanings
from tests.dialogue.measure_nlu import read_examples
from tests.readability import grade, sentences_in, words_in

ROOT = Path(__file__).parent.parent.parent
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]
RULES = [
    rule
    for file in sorted((ROOT / "data" / "rules").glob("*.yml"))
    for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
]
NLU_FILES = sorted((ROOT / "data" / "nlu").glob("*.yml"))
TRAINING = [example for file in NLU_FILES for example in read_examples(file)]

LONGEST_SENTENCE = 20
"""Words. Above that a reader loses the beginning before the end comes."""

GRADE = 6.5
"""Of school, after Flesch and Kincaid as `tests/readability.py` counts, which is grade 8 at most."""

ENOUGH_TO_GRADE = 12
"""Words: below that one long word decides."""

LONGEST_TEXT = 480
"""Characters of one message; longer ones are not read on a phone."""

BY_THE_GATEWAY = {"/talk_to_person"}
NOT_BY_WORDS = {"session_opened", "status_code_entered", "agent_returned"}
FIGURE_WITH_UNIT = re.compile(
    r"\b(?:\d+|a|one|two|three|seven|ten|fourteen|thirty)(?: working| business)? (?:days?|hours?|weeks?|months?)\b",
    re.I,
)
"""Only names of the policy's clocks, such as {first_answer_days}, may promise a time."""
ACT_BUTTON = re.compile(r"\{(\w+)_payload\}")
ACTS = {*TO_CONFIRM, *WITH_WORDS, "undo", "nothing", "sure", "leave"}
JARGON = ("legal advice", "utilize", "pursuant", "hereby", "aforementioned", "kindly", "valued customer", "as per")


def steps(kind: str) -> set[str]:
    """What the rules name at steps of a kind: intents or actions."""
    return {step[kind] for rule in RULES for step in rule["steps"] if kind in step}


def source_of_actions() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))


def texts() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, variations in RESPONSES.items():
        for variation in variations:
            yield name, variation


class TestIntents:
    def test_there_are_enough_of_them(self) -> None:
        assert len({intent for _, intent in TRAINING}) >= 24

    def test_each_has_enough_examples(self) -> None:
        counts = Counter(intent for _, intent in TRAINING)
        assert {intent: count for intent, count in counts.items() if count < 15} == {}

    def test_no_example_is_written_twice(self) -> None:
        counts = Counter(text.lower() for text, _ in TRAINING)
        assert [text for text, count in counts.items() if count > 1] == []

    def test_the_test_set_is_not_trained_on(self) -> None:
        trained = {text.lower() for text, _ in TRAINING}
        tested = read_examples(Path(__file__).parent / "nlu_test.yml")
        assert [text for text, _ in tested if text.lower() in trained] == []
        assert len(tested) >= 200

    def test_all_are_in_the_domain_and_have_a_rule(self) -> None:
        known = set(DOMAIN["intents"])
        assert {intent for _, intent in TRAINING} <= known
        assert known - steps("intent") == set()
        assert steps("intent") - known == {"nlu_fallback"}

    def test_each_with_examples_is_described_for_people_who_teach(self) -> None:
        assert set(meanings()) == {intent for _, intent in TRAINING}

    def test_every_category_of_the_policy_can_be_told(self) -> None:
        problems = {intent.removeprefix("problem_") for intent in DOMAIN["intents"] if intent.startswith("problem_")}
        assert problems - {"reseller"} == set(policy.current().categories)

    def test_python_names_no_unknown_intent(self) -> None:
        assert set(ANSWERS) | ASIDES | set(BUTTONS) <= set(DOMAIN["intents"])


class TestActions:
    def test_every_action_of_the_domain_has_a_class_and_the_reverse(self) -> None:
        executor = ActionExecutor()
        executor.register_package("actions")
        assert set(DOMAIN["actions"]) == set(executor.actions)

    def test_every_action_of_the_rules_exists(self) -> None:
        known = {*DOMAIN["actions"], *RESPONSES, *DOMAIN["forms"]}
        assert steps("action") - known == set()

    def test_every_form_has_its_validation(self) -> None:
        assert {f"validate_{form}" for form in DOMAIN["forms"]} <= set(DOMAIN["actions"])

    def test_importing_them_does_nothing(self) -> None:
        for module in pkgutil.iter_modules(actions.__path__, "actions."):
            importlib.import_module(module.name)


class TestSlots:
    def test_python_knows_the_same_slots_as_the_domain(self) -> None:
        strings = {value for name, value in vars(slots).items() if name.isupper() and isinstance(value, str)}
        values = {slots.NO_ORDER, slots.NOT_ASKED, slots.ACCEPTED, slots.REFUSED, slots.REQUESTED, *DOMAIN["forms"]}
        assert strings - values == set(DOMAIN["slots"])

    def test_forms_require_the_same_in_python_and_in_the_domain(self) -> None:
        in_domain = {name: tuple(form["required_slots"]) for name, form in DOMAIN["forms"].items()}
        assert in_domain == slots.REQUIRED

    def test_every_question_of_a_form_can_be_put(self) -> None:
        for name, form in DOMAIN["forms"].items():
            for slot in form["required_slots"]:
                asked = {f"utter_ask_{slot}", f"action_ask_{slot}"}
                assert asked & {*RESPONSES, *DOMAIN["actions"]}, (name, slot)

    def test_every_variation_of_a_question_is_one_that_python_asks_for(self) -> None:
        python = set(re.findall(r'"(\w+)"', (ROOT / "actions" / "forms.py").read_text(encoding="utf-8")))
        for name, variation in texts():
            for condition in variation.get("condition", ()):
                assert condition["value"] in python, name

    def test_every_question_has_words_for_any_case(self) -> None:
        for name, variations in RESPONSES.items():
            assert any("condition" not in variation for variation in variations), name


class TestResponses:
    def test_every_response_is_used_and_every_used_one_is_defined(self) -> None:
        used = set(re.findall(r"\butter_[a-z_]+\b", source_of_actions())) | steps("action") & set(RESPONSES)
        closer = (answer for _, _, answer in CLOSER)
        used |= {answer.response for answer in (*ANSWERS.values(), *BESIDE.values(), *closer, OLD_BUTTON)}
        used |= OFFERS_A_PERSON | OFFERS_A_COMPLAINT | set(AGAIN.values()) | set(CODE_ANSWERS.values())
        used |= {f"utter_understood_{category}" for category in policy.current().categories}
        used |= {f"utter_order_{status}" for status in (*KNOWN_STATUSES, "known", "delivered_not_received")}
        used |= {f"utter_ask_{slot}" for form in DOMAIN["forms"].values() for slot in form["required_slots"]}
        used |= {f"utter_ask_words_{act}" for act in WITH_WORDS} | set(case_acts.BUTTONS.values())
        used -= {"utter_message", "utter_action", "utter_ask_", "utter_understood_", "utter_order_", "utter_ask_words_"}
        asked_by_actions = {"utter_ask_remedy_answer", "utter_ask_filing_confirmed", "utter_ask_case_words"}
        assert used - set(RESPONSES) == asked_by_actions
        assert set(RESPONSES) - used == set()

    def test_every_button_leads_somewhere(self) -> None:
        for name, variation in texts():
            for button in variation.get("buttons", ()):
                act = ACT_BUTTON.fullmatch(button["payload"])
                if act:
                    assert act[1] in ACTS, name
                    continue
                intent = button["payload"].removeprefix("/")
                assert button["payload"] in BY_THE_GATEWAY or intent in DOMAIN["intents"], name
                assert intent not in NOT_BY_WORDS, name

    def test_every_edit_of_a_card_leads_somewhere(self) -> None:
        edits = [
            row["edit"]
            for _, variation in texts()
            for row in variation.get("custom", {}).get("card", {}).get("rows", ())
            if "edit" in row
        ]
        assert {edit.removeprefix("/") for edit in edits} <= set(BUTTONS)

    @pytest.mark.parametrize("name", sorted(name for name in RESPONSES if name.startswith("utter_ask_")))
    def test_a_question_that_rasa_puts_itself_needs_no_values(self, name: str) -> None:
        assert re.findall(r"\{\w+\}", json.dumps(RESPONSES[name])) == []

    def test_only_who_gave_an_e_mail_address_is_sent_to_the_page_that_asks_for_it(self) -> None:
        linked = {name for name, variation in texts() if "{status_page}" in json.dumps(variation)}
        assert "utter_filed" not in linked
        assert "utter_filed_and_mailed" in linked
        assert "{support_phone}" in RESPONSES["utter_filed"][0]["text"]

    def test_template_values_never_replace_the_message(self) -> None:
        reserved = {"text", "buttons", "elements", "custom", "image", "attachment", "response", "template"}
        named = set(re.findall(r"\{(\w+)\}", json.dumps(RESPONSES)))
        assert named & reserved == set()

    def test_a_card_always_stands_beside_a_text_that_is_enough(self) -> None:
        for name, variation in texts():
            rows = variation.get("custom", {}).get("card", {}).get("rows", ())
            for value in re.findall(r"\{(\w+)\}", json.dumps(rows)):
                assert f"{{{value}}}" in variation["text"] or value == "placed_on", name


class TestWords:
    @pytest.mark.parametrize("name", sorted(RESPONSES))
    def test_sentences_are_short(self, name: str) -> None:
        for variation in RESPONSES[name]:
            assert len(variation["text"]) <= LONGEST_TEXT
            for sentence in sentences_in(variation["text"]):
                assert len(words_in(sentence)) <= LONGEST_SENTENCE, sentence

    @pytest.mark.parametrize("name", sorted(RESPONSES))
    def test_words_are_easy(self, name: str) -> None:
        for variation in RESPONSES[name]:
            sentences = sentences_in(variation["text"])
            if sum(len(words_in(sentence)) for sentence in sentences) >= ENOUGH_TO_GRADE:
                assert grade(sentences) <= GRADE, variation["text"]

    @pytest.mark.parametrize("name", sorted(RESPONSES))
    def test_one_question_at_a_time(self, name: str) -> None:
        for variation in RESPONSES[name]:
            assert variation["text"].count("?") <= 1, variation["text"]

    @pytest.mark.parametrize("name", sorted(RESPONSES))
    def test_there_is_no_jargon(self, name: str) -> None:
        for variation in RESPONSES[name]:
            assert [word for word in JARGON if word in variation["text"].lower()] == []

    def test_the_greeting_says_what_it_is(self) -> None:
        assert "automated assistant" in RESPONSES["utter_greet"][0]["text"]

    def test_the_shop_is_named_by_the_policy_only(self) -> None:
        assert policy.current().shop.name not in json.dumps(RESPONSES)

    def test_nothing_promises_a_person(self) -> None:
        for name, variation in texts():
            assert not re.search(r"will (?:call|contact|join|be with) you", variation["text"]), name


def test_no_text_promises_a_time_of_its_own() -> None:
    """What the assistant promises is what `policy.yml` says: times stand in its texts as names of clocks."""
    found = {name: FIGURE_WITH_UNIT.findall(variation.get("text", "")) for name, variation in texts()}
    assert {name: figures for name, figures in found.items() if figures} == {}
