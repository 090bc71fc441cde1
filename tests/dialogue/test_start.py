"""How Rasa is started: with the lock on its HTTP API, whatever the secret looks like."""

from argparse import ArgumentParser

import pytest

from nlu_components.arguments import rasa_arguments


@pytest.mark.parametrize("secret", ["plain", "-begins-with-a-dash", "--enable-api", "a=b"])
def test_a_secret_is_one_argument_whatever_it_begins_with(secret: str) -> None:
    parser = ArgumentParser()
    parser.add_argument("--jwt-secret")
    known, _others = parser.parse_known_args(rasa_arguments(["run"], secret)[1:])
    assert known.jwt_secret == secret


def test_without_a_secret_there_is_no_lock() -> None:
    assert rasa_arguments(["run", "--port", "5005"], "") == ["rasa", "run", "--port", "5005", "--enable-api"]
