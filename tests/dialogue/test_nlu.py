"""How well the trained model understands messages it has not seen. The figures are in docs/nlu.md."""

import time
from pathlib import Path

import jwt
import pytest

from tests.dialogue.measure_nlu import FALLBACK, OUT_OF_SCOPE, accuracy, macro_f1, parse, read_examples
from tests.stack import Stack

pytestmark = pytest.mark.rasa

MESSAGES = read_examples(Path(__file__).parent / "nlu_test.yml")

# Some points under what was measured: room for new training text, none for a broken pipeline.
ACCURACY = 0.88
MACRO_F1 = 0.89
LOST = 0.06
TURNED_AWAY = 0.88


@pytest.fixture(scope="module")
def understood(rasa_url: str, stack: Stack) -> list[tuple[str, str, str]]:
    """For each message: the intent it has, the one Rasa gives, and the likeliest one without the fallback."""
    secret = stack.app().environ().get("RASA_TOKEN", "")
    claims = {"user": {"username": "tests", "role": "admin"}, "exp": int(time.time()) + 600}
    token = jwt.encode(claims, secret, algorithm="HS256") if secret else None
    return [(expected, *parse(rasa_url, text, token)) for text, expected in MESSAGES]


def test_accuracy(understood: list[tuple[str, str, str]]) -> None:
    assert accuracy([(expected, likeliest) for expected, _, likeliest in understood]) >= ACCURACY


def test_macro_f1(understood: list[tuple[str, str, str]]) -> None:
    assert macro_f1([(expected, likeliest) for expected, _, likeliest in understood]) >= MACRO_F1


def test_few_messages_are_lost_to_the_fallback(understood: list[tuple[str, str, str]]) -> None:
    inside = [intent for expected, intent, _ in understood if expected != OUT_OF_SCOPE]
    assert inside.count(FALLBACK) / len(inside) <= LOST


def test_questions_about_other_things_are_turned_away(understood: list[tuple[str, str, str]]) -> None:
    outside = [intent for expected, intent, _ in understood if expected == OUT_OF_SCOPE]
    assert sum(intent in (FALLBACK, OUT_OF_SCOPE) for intent in outside) / len(outside) >= TURNED_AWAY
