"""The sentences of letters, which are in `letters.yml`; a letter here says which of them is said when."""

from dataclasses import dataclass
from typing import Final

from disputes.notifications.letters.facts import CaseFacts
from disputes.words import Sentences

LETTERS: Final = Sentences("disputes/notifications/letters.yml")


@dataclass(frozen=True)
class Say:
    """`say("name", day=day)` is that sentence of one letter, or the shared one where the letter has none of that name.

    Of its two forms, if it has two, the one that fits who complained. {reference} is filled in by itself.
    """

    letter: str
    facts: CaseFacts | None = None

    def __call__(self, name: str, /, **blanks: object) -> str:
        """The sentence; KeyError where there is none, or a blank has no value."""
        known = LETTERS.all()
        for full in self._names(name):
            if full in known:
                return LETTERS(full, **blanks, **({"reference": self.facts.reference} if self.facts else {}))
        raise KeyError(f"{self.letter}.{name}")

    def _names(self, name: str) -> list[str]:
        form = "ours" if self.facts and self.facts.by_shop else "yours"
        return [full for part in (self.letter, "shared") for full in (f"{part}.{name}", f"{part}.{name}.{form}")]
