"""Scripted customers. Each answers what is on the screen, so that a turn that failed is simply done again."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tests.chaos.line import CustomerLine, Shown
from tests.chaos.world import World

PATIENCE: Final = 120.0
"""Nobody may be left without a word for longer, whatever is killed meanwhile."""

STEPS: Final = 60
REFERENCE: Final = re.compile(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}")
QUESTION: Final = "how long does a complaint take?"
ANSWER: Final = re.compile("[Cc]lause C6")
"""In which words, hangs on whether it was told just before."""

FAILED: Final = re.compile("could not answer that|is not available at the moment|assistant is not available")
PEOPLE_DONE: Final = re.compile("handed you back to the assistant|has ended this chat")
"""A chat that the assistant could not take back goes to the next agent, and comes back from there."""

PERSON: Final = "/talk_to_person"

BY_ORDER_EACH: Final = 12
"""One in so many asks by order number: codes for one order go out ten times an hour, and many share an order here."""


class ClosingTime(Exception):
    """The run is over: nothing more is begun, and what was begun is counted."""


class Stuck(Exception):
    """The customer was left without the word that was due."""


@dataclass
class Customer:
    """One customer with one script. What was sent and what was seen is what is counted afterwards."""

    world: World
    number: int
    random: Random
    script: str
    sent: list[str] = field(default_factory=list)
    reference: str = ""
    trouble: str = ""
    left_early: bool = False

    def __post_init__(self) -> None:
        self.line = CustomerLine(self.world.http, self.world.url, "user_uttered")
        self.email = f"customer{self.number}@chaos.example"
        self.order = self.random.choice(("10023", "10024", "10025", ""))

    @property
    def digest(self) -> str:
        """What the program knows this browser by."""
        return hashlib.sha256((self.line.session_id or "").encode()).hexdigest()

    async def live(self) -> None:
        """Comes, does what the script says, and goes. Trouble is noted, not raised."""
        self.line.open()
        try:
            await self._seen("a greeting")
            await SCRIPTS[self.script](self)
        except ClosingTime:
            self.left_early = True
        except Stuck as stuck:
            self.trouble = f"{stuck}; on the screen: {[shown.text[:60] for shown in self.line.texts()[-4:]]}"
        finally:
            await self.line.close()

    async def read_on(self) -> None:
        """Comes back when all is quiet, and reads what it has not seen."""
        self.line.open()
        await self.line.wait(lambda: self.line.is_up_to_date, PATIENCE)
        await self.line.close()
        self._look_for_reference()

    async def ask(self, written: str, wanted: re.Pattern[str], *, shown: str = "") -> Shown:
        """Writes and waits for what is wanted; writes again when told that it could not be answered."""
        for _ in range(8):
            after = await self._write(written, shown)
            answer = await self._seen(
                f"{wanted.pattern!r} after {written!r}",
                after=after,
                text="|".join((wanted.pattern, FAILED.pattern, PEOPLE_DONE.pattern)),
            )
            if wanted.search(answer.text):
                return answer
            await asyncio.sleep(1)
        raise Stuck(f"{written!r} was never answered")

    async def question(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            await self.ask(QUESTION, ANSWER)

    async def person(self) -> None:
        """To a person, who closes the chat."""
        await self._to_a_person("close")
        await self._seen("the end", text="has ended this chat")

    async def person_and_back(self) -> None:
        """To a person and back to the assistant, who speaks first."""
        await self._to_a_person("hand_back")
        back = await self._seen("the way back", text="handed you back")
        await self._seen("the assistant's first word", after=back.seq)
        await self.ask(QUESTION, ANSWER)

    async def taken_over(self) -> None:
        """An agent steps in while the assistant is about to answer."""
        await self.ask(QUESTION, ANSWER)
        self.world.endings[await self._conversation()] = "hand_back"
        self.world.wanted.add(await self._conversation())
        await self._write(QUESTION)
        await self._talk_to_agent()
        await self._seen("the way back", text="handed you back")
        await self.ask(QUESTION, ANSWER)

    async def file(self) -> None:
        """Files a complaint, answering whatever is asked."""
        await self._converse("I want to make a complaint", until=lambda: bool(self.reference))

    async def file_and_ask(self) -> None:
        """Files, and asks how it stands, with the code that is mailed."""
        await self.file()
        before = len(self.line.texts())
        by_order = self.order and self.number % BY_ORDER_EACH == 0
        await self._converse(
            f"Where is my complaint about order {self.order}?"
            if by_order
            else f"Where is my complaint {self.reference}?",
            until=lambda: any(
                self.reference in shown.text and shown.sender == "bot" for shown in self.line.texts()[before:]
            ),
        )

    async def _to_a_person(self, ending: str) -> None:
        await self.ask(QUESTION, ANSWER)
        self.world.endings[await self._conversation()] = ending
        await self._write(PERSON, "Talk to a person")
        await self._talk_to_agent()

    async def _talk_to_agent(self) -> None:
        hello = await self._seen("an agent", sender="agent")
        await self._write(f"thank you, {hello.seq}")
        await self._seen("the agent's answer", after=hello.seq, sender="agent")

    async def _converse(self, opening: str, *, until: Callable[[], bool]) -> None:
        """Goes on answering what the assistant asks until it is done."""
        written, shown = opening, ""
        for _ in range(STEPS):
            after = await self._write(written, shown)
            await self._seen(f"a word after {written!r}", after=after)
            await asyncio.sleep(0.3)
            self._look_for_reference()
            if until():
                return
            said = [each.text for each in self.line.texts() if each.seq > after and each.sender != "customer"]
            if any(FAILED.search(each) for each in said):
                await asyncio.sleep(1)
                continue
            written, shown = await self._reply_to(" ".join(said), opening)
        raise Stuck(f"{opening!r} led nowhere")

    async def _reply_to(self, said: str, opening: str) -> tuple[str, str]:
        """What is written next, and how it is shown."""
        if "6-digit code" in said:
            try:
                return await self.world.code_for(self.email), "••••••"
            except TimeoutError as error:
                raise Stuck("no code came by mail") from error
        for asked, reply, shown in (
            ("Is everything right", "/confirm_filing", "Yes, file my complaint"),
            ("What is your name", f"Carla Chaos{'abcdefghij'[self.number % 10]}", ""),
            ("reach you", self.email, ""),
            ("which e-mail address|e-mail address", self.email, ""),
            ("add anything", "It never came, and I waited in for it.", ""),
            ("mostly about", "/problem_lost", "It never arrived"),
            ("What happened|[Ww]hat went wrong", "My parcel never arrived", ""),
            ("Would that settle it", "no", ""),
            ("order number", self.order or "I have no order number", ""),
        ):
            if re.search(asked, said):
                return reply, shown
        return opening, ""

    def _look_for_reference(self) -> None:
        for shown in self.line.texts():
            found = REFERENCE.search(shown.text) if shown.sender == "bot" else None
            if found and not self.reference:
                self.reference = found[0]

    async def _conversation(self) -> str:
        return await self.world.conversation_of(self.line.session_id or "")

    async def _write(self, text: str, shown: str = "") -> int:
        """Writes one message; returns its place."""
        if self.world.closing:
            raise ClosingTime
        before = set(self.line.shown)
        await asyncio.wait_for(self.line.send(message=text), PATIENCE)
        self.sent.append(shown or text)
        mine = [seq for seq, each in self.line.shown.items() if each.client_id and seq not in before]
        return max(mine)

    async def _seen(self, what: str, *, after: int = 0, text: str = "", sender: str = "") -> Shown:
        """The first message of others after that place, with that in it; Stuck when there is none for too long."""
        found: list[Shown] = []

        def is_there() -> bool:
            found[:] = [
                shown
                for shown in self.line.texts()
                if shown.seq > after
                and (shown.sender == sender if sender else shown.sender not in ("customer", ""))
                and re.search(text, shown.text)
            ]
            return bool(found)

        if not await self.line.wait(is_there, PATIENCE):
            raise Stuck(f"waited {PATIENCE:.0f} s for {what}")
        return found[0]


SCRIPTS: Final[dict[str, Callable[[Customer], Awaitable[None]]]] = {
    "question": Customer.question,
    "person": Customer.person,
    "return": Customer.person_and_back,
    "take-over": Customer.taken_over,
    "filing": Customer.file,
    "status": Customer.file_and_ask,
}
SHARES: Final = {"question": 40, "person": 12, "return": 12, "take-over": 8, "filing": 17, "status": 11}
