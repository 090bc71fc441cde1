"""Sentences that the status page and the API share."""

from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "code")


def code_requested() -> str:
    """What is said after a code was asked for, whether or not anything matches."""
    return say("requested")


def why_not_this_code(result: str) -> str:
    """What is wrong with a code that was typed: wrong, expired or too_many."""
    return say(result)
