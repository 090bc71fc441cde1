"""One made-up customer's conversation, and what must hold in it whatever they do."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tests.personas import people
from tests.personas.people import Person
from tests.personas.questions import asked
from tests.stack import Stack
from tests.transcripts.player import Player
from tests.transcripts.script import Line, Step

MOST_TURNS: Final = 30
LONGEST_LOOP: Final = 3
"""Turns in a row that may show the very same words."""

KNOWN_ONCE_TOLD: Final = ("complainant_name", "contact", "order_number")


@dataclass
class Played:
    """What came of it: everything that was shown, how it ended, and what should not have happened."""

    person: Person
    end: str = ""
    faults: list[str] = field(default_factory=list)
    turns: list[tuple[str, list[str]]] = field(default_factory=list)

    def as_text(self) -> str:
        """The conversation for whoever looks into a fault."""
        told = [f"-- {self.person} ends: {self.end}; {self.faults}"]
        for said, shown in self.turns:
            told += [f"> {said}", *(f"    {line}" for line in shown)]
        return "\n".join(told)


class Play:
    """Plays one person to an end."""

    def __init__(self, stack: Stack, person: Person) -> None:
        self._player = Player(stack)
        self._person = person
        self._played = Played(person)
        self._told: set[str] = set()
        self._last: list[str] = []
        self._same = 0
        self._times: Counter[str] = Counter()

    def run(self) -> Played:
        """Until the person has what they came for, or the turns are up."""
        try:
            self._do("say", self._opening())
            while not self._played.end and len(self._played.turns) < MOST_TURNS:
                self._wander()
                if not self._played.end:
                    self._answer(asked(self._last))
        finally:
            self._player.close()
        if not self._played.end:
            self._fault(f"no end after {MOST_TURNS} turns")
        return self._played

    def _opening(self) -> str:
        person, rng = self._person, self._person.rng
        if person.goal == "person":
            return person.writes(rng.choice(people.HUMAN))
        if person.goal == "question":
            return person.writes(rng.choice(people.QUESTIONS))
        if person.goal == "status":
            return person.writes("how does my complaint stand?")
        if person.goal == "file" and person.is_inclined(0.4):
            return person.writes("i want to file a complaint")
        return person.writes(rng.choice(people.PROBLEMS[person.problem]))

    def _wander(self) -> None:
        """Goes away for a day, asks something else, chats: the question that stood must stand again afterwards."""
        person, waits_for = self._person, asked(self._last)
        if waits_for in (None, "filed", "progress"):
            return
        if "goes away" in person.manners and person.is_inclined(0.15):
            self._player.come_back(timedelta(days=1))
        if "digresses" in person.manners and waits_for != "description" and person.is_inclined(0.25):
            self._do("say", person.writes(person.rng.choice((*people.QUESTIONS, *people.CHAT))))
            if not self._played.end and asked(self._last) is None:
                self._fault(f"{waits_for} was not asked again after a digression: {self._last}")
                self._do("say", "hello?")

    def _answer(self, question: str | None) -> None:
        person = self._person
        if question is None:
            self._without_question()
        elif question == "category":
            self._do("say", person.writes(person.rng.choice(people.PROBLEMS[person.problem])))
        elif question == "order_number":
            self._told.add("order_number")
            self._do("say", person.order or person.writes(person.rng.choice(people.NO_NUMBER)))
        elif question == "remedy_answer":
            self._do("press", "Yes, that settles it" if person.goal == "settle" else "No")
        elif question == "complaint?":
            self._do("say", person.writes("yes, file a complaint"))
        elif question == "colleague?":
            self._end("settled")
        elif question == "complainant_name":
            self._name()
        elif question == "contact":
            self._told.add("contact")
            self._do("say", person.phone or person.email)
        elif question == "description":
            self._describe()
        elif question == "filing_confirmed":
            self._confirm()
        elif question == "change":
            self._do("press", "Nothing, file it")
        elif question == "status_lookup":
            self._do("say", person.order or "10023")
        elif question == "status_email":
            self._do("say", person.email)
        elif question == "code":
            self._end("code asked for")  # nobody of this name has a complaint: no code comes, and that is right
        else:
            self._end(question)

    def _without_question(self) -> None:
        person = self._person
        if person.goal == "question":
            self._end("answered")
            return
        self._times["no question"] += 1
        if self._times["no question"] > 1:
            self._do("say", person.writes("i want to file a complaint"))
        else:
            self._do("say", person.writes(person.rng.choice(people.PROBLEMS[person.problem])))

    def _name(self) -> None:
        person = self._person
        self._told.add("complainant_name")
        if "all at once" in person.manners:
            self._told.add("contact")
            self._do("say", f"{person.name}, {person.email}")
        else:
            self._do("say", person.name)

    def _describe(self) -> None:
        person = self._person
        self._times["described"] += 1
        if ("adds" in person.manners and self._times["described"] == 1) or "What happened" in self._last[-1]:
            self._do("say", person.writes(person.rng.choice(people.MORE)))
        else:
            self._do("press", "No, that is all")

    def _confirm(self) -> None:
        person = self._person
        if "corrects" in person.manners and not self._times["corrected"]:
            self._times["corrected"] += 1
            person.email = f"new.{person.email}"
            self._do("say", f"my mail is wrong, it's {person.email}")
            if not any(person.email in line for line in self._last):
                self._fault(f"the correction was not taken: {self._last}")
        else:
            self._do("press", "Yes, file my complaint")

    def _do(self, does: str, what: str) -> None:
        if does == "press" and what not in self._player.buttons():
            does, what = "say", {"No": "no", "No, that is all": "that is all"}.get(what, "yes")
        shown = [line for line in self._player.do(Step(does, what)) if line.who != "team"]
        self._take(what, shown)

    def _take(self, said: str, shown: list[Line]) -> None:
        texts = [line.text for line in shown]
        self._played.turns.append((said, texts))
        if not texts:
            self._fault(f"nothing was answered to {said!r}")
        self._same = self._same + 1 if texts == self._last else 0
        if self._same >= LONGEST_LOOP:
            self._fault(f"the same words {self._same + 1} times: {texts}")
            self._end("loop")
        self._last = texts
        question = asked(texts)
        if question in KNOWN_ONCE_TOLD and question in self._told:
            self._times[question] += 1
            if self._times[question] > 1:
                self._fault(f"{question} is asked again though it was told")
        if any(line.who == "chat" for line in shown):
            self._end("person")
        elif question == "filed":
            self._end("filed")

    def _end(self, how: str) -> None:
        self._played.end = self._played.end or how

    def _fault(self, what: str) -> None:
        self._played.faults.append(what)
