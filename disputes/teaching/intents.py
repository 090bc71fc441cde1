"""What the assistant can understand, in words for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

FILE: Final = Path(__file__).parent / "intents.yml"
NOT_UNDERSTOOD: Final = "nothing"


@dataclass(frozen=True)
class Group:
    """Intents that belong together: what each is called, with what it means."""

    title: str
    intents: Mapping[str, str]


@cache
def groups() -> tuple[Group, ...]:
    """All of them, in the order in which people look for them."""
    return tuple(Group(part["group"], part["intents"]) for part in yaml.safe_load(FILE.read_text("utf-8")))


@cache
def meanings() -> Mapping[str, str]:
    """What each intent means."""
    return {intent: says for group in groups() for intent, says in group.intents.items()}


def says(intent: str) -> str:
    """What an intent means; a model may know one that is gone since."""
    if intent == "nlu_fallback":
        return NOT_UNDERSTOOD
    return meanings().get(intent, intent.replace("_", " "))
