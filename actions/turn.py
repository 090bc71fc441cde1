"""One turn of a conversation, as an action sees it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

WORD_JOINER = "\u2060"  # the gateway puts it before a typed "/"

EMAIL = "email"
PHONE = "phone"
ORDER_NUMBER = "order_number"
REFERENCE = "reference"
AMOUNT = "amount"
DAY = "date"
MENTIONS = (AMOUNT, DAY)
"""What belongs to the story; it answers no question."""
PROBLEM = "problem_"

STANDS_OUT, HINT = 0.35, 0.001
"""Share of all problems, and chance, from which the problem in a message that wants something else is told by it."""


@dataclass(frozen=True)
class Turn:
    """What the customer has just sent. `text` is what was typed, to the letter; empty for a button."""

    text: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    values: Mapping[str, tuple[str, ...]]
    is_button: bool
    metadata: Mapping[str, Any]
    mentions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Amounts and days in the message, as the rules for values write them."""
    places: tuple[tuple[str, str, int, int], ...] = ()
    """Where the values stand in the text: kind, value, begin, end."""

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Self:
        """The turn in a tracker's `latest_message`; an empty one when there is none."""
        text = message.get("text") or ""
        is_button = text.startswith("/")
        intent = message.get("intent") or {}
        typed = "" if is_button else text.removeprefix(WORD_JOINER)
        values: dict[str, tuple[str, ...]] = {}
        mentions: dict[str, tuple[str, ...]] = {}
        places = []
        for entity in message.get("entities") or ():
            kind, value = str(entity["entity"]), str(entity["value"])
            known = mentions if kind in MENTIONS else values
            known[kind] = (*known.get(kind, ()), value)
            if kind not in MENTIONS and "start" in entity and not is_button:
                before = len(text) - len(typed)
                places.append((kind, value, int(entity["start"]) - before, int(entity["end"]) - before))
        return cls(
            text=typed,
            intent=intent.get("name") or "",
            confidence=float(intent.get("confidence") or 0.0),
            ranking=tuple((each["name"], float(each["confidence"])) for each in message.get("intent_ranking") or ()),
            values=values,
            is_button=is_button,
            metadata=message.get("metadata") or {},
            mentions=mentions,
            places=tuple(places),
        )

    @property
    def words(self) -> int:
        """How many words were typed."""
        return len(re.findall(r"\w[\w'’-]*", self.text))

    @property
    def message_id(self) -> str | None:
        """The gateway's id of this message; the same when it is sent again. None in a bare test."""
        given = self.metadata.get("message_id")
        return str(given) if given else None

    @property
    def conversation_id(self) -> UUID | None:
        """The conversation in our own database; None when somebody talks to Rasa directly."""
        try:
            return UUID(str(self.metadata.get("conversation_id")))
        except ValueError:
            return None

    @property
    def corrected(self) -> dict[str, str]:
        """What the customer corrected on the hand-over card since the assistant last had the chat, by slot."""
        given = self.metadata.get("corrected")
        return given if isinstance(given, dict) else {}

    @property
    def is_told_by_shop(self) -> bool:
        """Whether it is the shop that told (some of) that, because the customer is signed in there."""
        return bool(self.metadata.get("told_by_shop"))

    @property
    def without_values(self) -> str:
        """The text with a gap where each value stands."""
        rest = self.text
        for _kind, _value, start, end in sorted(self.places, key=lambda place: -place[2]):
            rest = f"{rest[:start]} {rest[end:]}"
        return rest

    def first(self, kind: str) -> str | None:
        """The first value of that kind in the message."""
        return next(iter(self.values.get(kind, ())), None)

    def problem(self) -> str | None:
        """The problem told, without its prefix: "late" for problem_late."""
        return self.intent.removeprefix(PROBLEM) if self.intent.startswith(PROBLEM) else None

    def likeliest_problem(self, at_least: float) -> str | None:
        """The problem that is most likely meant, even when something else is likelier still."""
        for name, confidence in self.ranking:
            if name.startswith(PROBLEM) and name != "problem_reseller" and confidence >= at_least:
                return name.removeprefix(PROBLEM)
        return None

    def problems(self) -> list[tuple[str, float]]:
        """All problems with their chances, the likeliest first."""
        return [(name.removeprefix(PROBLEM), chance) for name, chance in self.ranking if name.startswith(PROBLEM)]

    def second_problem(self, at_least: float) -> str | None:
        """The problem that is meant when the likeliest is said not to be it."""
        others = self.problems()[1:2]
        return next((name for name, chance in others if chance >= at_least and name != "reseller"), None)

    def problem_beside(self) -> str | None:
        """The problem that stands out among all problems, when the message as a whole is for something else."""
        found = [each for each in self.ranking if each[0].startswith(PROBLEM) and each[0] != "problem_reseller"]
        name, chance = max(found, key=lambda each: each[1], default=("", 0.0))
        is_clear = chance >= HINT and chance >= STANDS_OUT * self.problem_chance()
        return name.removeprefix(PROBLEM) if is_clear else None

    def problem_chance(self) -> float:
        """How likely it is that some problem is told, whichever."""
        return sum(confidence for name, confidence in self.ranking if name.startswith(PROBLEM))
