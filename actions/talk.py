"""What every action works with: the turn, the slots and the assistant's voice."""

import json
import re
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import edge, mentions, reading, slots
from actions.corrections import slots_of
from actions.notices import is_in_other_language, notice
from actions.told import story_with, values_told
from actions.turn import Turn
from disputes import policy
from disputes.chat import service as chat

type Event = dict[str, Any]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_FACTS = (
    slots.CATEGORY,
    slots.NAME,
    slots.EMAIL,
    slots.PHONE,
    slots.ORDER_NUMBER,
    slots.DESCRIPTION,
    slots.OUTCOME,
)
"""Slots an agent sees beside the chat."""

_BEHIND_FACTS = (slots.STORY, slots.REMEDY, slots.REMEDY_TEXT, slots.REMEDY_ANSWER)
"""Slots that stand in for one of those while it is empty."""


RUNNERS_UP = 3
"""Other intents that are told with the one that was understood."""


class Talk:
    """One call of an action: what was said, what is known, and a way to answer."""

    def __init__(self, dispatcher: Any, tracker: Any, domain: dict[str, Any] | None) -> None:
        self._dispatcher = dispatcher
        self._tracker = tracker
        self._responses: dict[str, Any] = (domain or {}).get("responses") or {}
        self.turn = Turn.of(tracker.latest_message or {})
        self.events: list[Event] = list(tracker.events or [])
        self.said: set[str] = set()
        self.has_handed_over = False

    def slot(self, name: str) -> Any:
        """The value of a slot; None when it is empty."""
        return self._tracker.slots.get(name)

    def all_slots(self) -> dict[str, Any]:
        """Every slot with its value."""
        return dict(self._tracker.slots)

    @property
    def form(self) -> str | None:
        """The form that is running."""
        return (self._tracker.active_loop or {}).get("name")

    @property
    def is_new_turn(self) -> bool:
        """False when a form has come back to its question after something else was done in the same turn.

        Rasa calls a form's validation then as well, with the message that has been dealt with.
        """
        acted = 0
        for event in reversed(self.events):
            if event["event"] == "user":
                break
            acted += event["event"] == "action"
        return acted <= 1  # the form itself

    @property
    def is_first_action(self) -> bool:
        """True until something has been done in this turn, but for what a running form reads and asks."""
        done = (event["event"] for event in reversed(self.events) if event["event"] in ("user", "action"))
        return next(done, "user") == "user"

    def say(self, response: str, **values: str) -> None:
        """Utters a response of domain.yml, with the given values and the policy's words in it.

        Only the values that the response names are sent: Rasa keeps what it is sent in the tracker.
        """
        known = {**policy.current().words, **values}
        named = set(_PLACEHOLDER.findall(json.dumps(self._responses[response]))) if self._responses else set(known)
        chosen = {name: _harmless(value) for name, value in known.items() if name in named}
        self.said.add(response)
        self._dispatcher.utter_message(response=response, **chosen)

    def rest_on(self, clause_id: str) -> None:
        """Notes with what was just said which clause of which version of the policy it rests on."""
        self._dispatcher.utter_message(json_message={"trace": policy.current().trace(clause_id)})

    def hand_over(self, reason: str, summary: str) -> None:
        """Asks the gateway to bring in a person. It writes the line that the customer reads."""
        self.has_handed_over = True
        self._dispatcher.utter_message(json_message={"handoff": {"reason": reason, "summary": summary}})

    def ask_if_helped(self) -> None:
        """Has the gateway ask, after what was just said, whether the chat has helped."""
        self._dispatcher.utter_message(json_message={"asks_if_helped": True})

    def tell_reading(self, *, taken: bool) -> None:
        """Tells the gateway what was understood of a typed message, for people to see where it was wrong.

        `taken`: the running form took it for the answer to its question, so that no intent decided anything. Only
        the first one in a turn counts.
        """
        turn = self.turn
        if turn.conversation_id is None or turn.is_button or not turn.text:
            return
        others = [[name, round(chance, 3)] for name, chance in turn.ranking if name != turn.intent][:RUNNERS_UP]
        reading = {"intent": turn.intent, "confidence": round(turn.confidence, 3), "others": others, "form": self.form}
        self._dispatcher.utter_message(json_message={"reading": {"taken": True} if taken else reading})

    async def remember(self, changes: dict[str, Any] | None = None) -> None:
        """Shows what is known, with these changes, to the agent who may take over."""
        conversation_id = self.turn.conversation_id
        if conversation_id is None:
            return
        known = {
            **{name: self.slot(name) for name in (*_FACTS, *_BEHIND_FACTS)},
            **(changes or {}),
        }
        facts = {name: _told(known[name]) for name in _FACTS}
        facts[slots.DESCRIPTION] = facts[slots.DESCRIPTION] or _told(known[slots.STORY])
        facts[slots.OUTCOME] = facts[slots.OUTCOME] or _proposed(known)
        facts |= mentions.said({name: self.slot(name) for name in slots.NAMED} | self.named() | (changes or {}))
        await edge.in_transaction(chat.remember_facts, conversation_id, facts, known=self.turn.corrected)

    def named(self) -> dict[str, list[str]]:
        """The slots of what the customer named, with this turn's."""
        return mentions.named(self.turn, self.all_slots(), self.slot(slots.REQUESTED))

    def wait(self) -> list[Event]:
        """Nothing more is said. A running form goes on with the next message: Rasa would leave it out otherwise,
        since it was interrupted and has not asked again."""
        return [*([ActiveLoop(self.form)] if self.form else []), FollowupAction("action_listen")]

    def back_to_form(self) -> list[Event]:
        """The running form asks its question again; nothing when none is running."""
        return [FollowupAction(self.form)] if self.form else []


class BotAction(Action, ABC):  # type: ignore[misc]  # rasa-sdk has no types
    """An action of ours. Subclasses say `name` and `act`."""

    heeds_any_language = False
    """Whether it knows what to do with words of another language than the assistant's."""

    passes_on = False
    """Whether no event at all means that the turn is for another action, which then sets what was corrected."""

    async def run(self, dispatcher: Any, tracker: Any, domain: dict[str, Any]) -> list[Event]:
        """Called by rasa-sdk. What the customer corrected in the hands of people is known before anything is done."""
        turn = Turn.of(tracker.latest_message or {})
        corrected = slots_of(turn.corrected, tracker.slots)
        if turn.is_told_by_shop:
            corrected[slots.TOLD_BY_SHOP] = True
        tracker.slots.update(corrected)
        talk = Talk(dispatcher, tracker, domain)
        knows = self.heeds_any_language or self.passes_on or not talk.is_first_action
        events = await self.act(talk) if knows or not is_in_other_language(talk) else await _keep_foreign(talk)
        # A form's validation sees the form itself as done already.
        is_first = talk.is_new_turn if self.passes_on else talk.is_first_action
        if is_first and (events or not self.passes_on):
            talk.tell_reading(taken=self.passes_on)
        is_read_now = talk.is_new_turn if self.passes_on else talk.is_first_action
        if is_read_now and (events or not self.passes_on):
            events = [*notice(talk), *set_slots(talk.named()), *events]
        return [*set_slots(corrected), *events] if events or not self.passes_on else []

    @abstractmethod
    async def act(self, talk: Talk) -> list[Event]:
        """Does the work and returns the events for the tracker."""


async def _keep_foreign(talk: Talk) -> list[Event]:
    """Says which language is spoken here, and keeps what was written: a person may read it. Numbers and addresses are
    the same in every language, so they are not asked for again."""
    talk.say("utter_other_language")
    kept = values_told(talk)
    kept[slots.STORY] = story_with(talk)
    reference = reading.reference_in(talk.turn)
    if reference:
        kept[slots.LOOKUP] = reference
    await talk.remember(kept)
    return [*set_slots(kept), *talk.back_to_form()]


def set_slots(changes: dict[str, Any]) -> list[Event]:
    """The events that set these slots."""
    return [SlotSet(name, value) for name, value in changes.items()]


def _told(value: Any) -> str | None:
    return None if value in (None, slots.NO_ORDER, slots.NOT_ASKED) else str(value)


def _proposed(known: dict[str, Any]) -> str | None:
    """The remedy that was proposed and waits for an answer, as what was tried so far."""
    if not known[slots.REMEDY_TEXT] or known[slots.REMEDY_ANSWER] or known[slots.REMEDY] == slots.NO_REMEDY:
        return None
    return f"proposed: {known[slots.REMEDY_TEXT]}"


def _harmless(value: str) -> str:
    """Rasa's templates trip over "0[" in a value; a zero-width space between is not seen."""
    return value.replace("0[", "0\u200b[")
