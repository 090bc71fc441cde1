"""Made-up customers: who they are, what they came for, and how they write. The same seed makes the same people."""

from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

type Goal = Literal["settle", "file", "status", "question", "person"]

GOALS: Final[tuple[Goal, ...]] = ("settle", "file", "file", "file", "status", "question", "person")

SYLLABLES: Final = (
    "ba",
    "dor",
    "fen",
    "gil",
    "hus",
    "jor",
    "kel",
    "lam",
    "mor",
    "nev",
    "pol",
    "rus",
    "sar",
    "tov",
    "vel",
)
FIRST_NAMES: Final = ("Ada", "Bo", "Carla", "Dev", "Elin", "Farid", "Gus", "Hana", "Ivo", "June", "Kofi", "Lucia")
ORDERS: Final = {
    "late": ("10025", "10026", "10044"),
    "lost": ("10023",),
    "damaged": ("10024", "10050"),
    "wrong item": ("10051",),
    "missing item": ("10051",),
    "refund": ("10032", "10034", "10053"),
    "charge": ("10024", "10033"),
    "warranty": ("10052",),
    "service": ("10023", "10024"),
}
PROBLEMS: Final = {
    "late": ("my parcel still hasn't come", "where is my delivery, it is over a week late", "the order is late again"),
    "lost": ("it says delivered but i never got the parcel", "my package never arrived, someone must have taken it"),
    "damaged": ("the bowls arrived broken", "everything in the box was smashed when i opened it"),
    "wrong item": ("you sent me the wrong frame", "this is not what i ordered"),
    "missing item": ("half of the hooks are missing from the box", "one of the frames was not in the parcel"),
    "refund": ("i returned it weeks ago and still have no refund", "where is my money for the things i sent back"),
    "charge": ("i was charged twice for one order", "you took more money than the price on the page"),
    "warranty": ("my scale stopped working after a year", "it broke and should be under guarantee"),
    "service": ("your agent was very rude to me on the phone", "nobody answers my mails, i have written five times"),
}
MORE: Final = (
    "I would like my money back or a new one, please.",
    "I have been a customer for years and this has never happened before. I called twice and nobody knew anything.",
    "It was a present for my mother. She was very disappointed, and so was I.",
    "please just put it right",
)
QUESTIONS: Final = (
    "how long does this take?",
    "what is mediation?",
    "who can read what i write here?",
    "does this cost anything?",
    "are you a robot?",
    "what if i do nothing?",
    "when are you open?",
    "can i go to court?",
)
CHAT: Final = ("hello", "thanks so far", "hmm", "you are useless", "what is the weather like?", "ok")
NO_NUMBER: Final = ("i don't have one", "no order number sorry", "I lost the number", "there is no order number")
HUMAN: Final = ("can i talk to a person", "human please", "i want a real agent")


@dataclass
class Person:
    """One customer. Values are theirs alone: who sees them in another chat has seen a leak."""

    number: int
    rng: Random
    goal: Goal = "file"
    problem: str = "late"
    name: str = ""
    email: str = ""
    phone: str | None = None
    order: str | None = None
    manners: set[str] = field(default_factory=set)

    def writes(self, text: str, *, exact: bool = False) -> str:
        """The text as this person types it; `exact` for values, which they get right."""
        if exact or not text:
            return text
        if "lower" in self.manners:
            text = text.lower()
        if "bare" in self.manners:
            text = text.rstrip(".?!")
        if "typos" in self.manners:
            text = " ".join(self._mistyped(word) for word in text.split(" "))
        return text

    def is_inclined(self, chance: float) -> bool:
        """A coin of this person's."""
        return self.rng.random() < chance

    def _mistyped(self, word: str) -> str:
        if len(word) < 5 or not word.isalpha() or not self.is_inclined(0.15):
            return word
        place = self.rng.randrange(1, len(word) - 2)
        if self.is_inclined(0.5):
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        return word[:place] + word[place + 1 :]


def people(seed: int, how_many: int) -> list[Person]:
    """So many people, each with a random of their own, so that one can be played again alone."""
    return [_person(number, Random(f"{seed}/{number}")) for number in range(how_many)]


def _person(number: int, rng: Random) -> Person:
    surname = "".join(rng.choice(SYLLABLES) for _ in range(3)).capitalize() + _letters(number)
    name = f"{rng.choice(FIRST_NAMES)} {surname}"
    problem = rng.choice(sorted(PROBLEMS))
    manners = {each for each in ("lower", "bare", "typos") if rng.random() < 0.5}
    manners |= {each for each in ("digresses", "all at once", "corrects", "goes away", "adds") if rng.random() < 0.3}
    return Person(
        number=number,
        rng=rng,
        goal=rng.choice(GOALS),
        problem=problem,
        name=name,
        email=f"{surname.lower()}@mail.example",
        phone=f"+4477009{rng.randrange(100000):05}" if rng.random() < 0.2 else None,
        order=rng.choice(ORDERS[problem]) if rng.random() < 0.7 else None,
        manners=manners,
    )


def _letters(number: int) -> str:
    """The number in letters, so that no two surnames are the same."""
    found = ""
    for _ in range(3):
        number, digit = divmod(number, 20)
        found = "bcdfghklmnprstvwxzaeiou"[digit] + found
    return found
