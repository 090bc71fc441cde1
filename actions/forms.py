"""What the forms have in common: reading a turn, and letting everything else be answered beside the form."""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

from actions import slots
from actions.notices import is_in_other_language
from actions.phrases import phrases
from actions.talk import BotAction, Event, Talk, set_slots
from actions.told import is_no_more, joined
from actions.turn import Turn
from disputes import policy
from disputes.cases.fields import FieldError, clean_description

PLAIN, AGAIN, CHANGE, MORE, NOTED = "plain", "again", "change", "more", "noted"
OPTIONAL, REFUSED, AS_IT_IS = "optional", "refused", "as_it_is"
BRIEF, GO_AHEAD = "brief", "go_ahead"
MISREAD, MISREAD_AGAIN = "misread", "misread_again"
TOO_SHORT, MISREAD_EMAIL, MISREAD_PHONE = "too_short", "misread_email", "misread_phone"

SURE = 0.5
"""Confidence at which a short answer to an open question (a name, a description) is taken for something else."""

SHORT = 8
"""Words up to which a message may interrupt a description: real complaints are longer (median 90 words)."""

ASIDES = frozenset(
    {
        "greet", "goodbye", "thank", "help", "insult", "out_of_scope", "talk_to_person", "cancel_form", "ask_bot",
        "ask_status", "ask_process", "ask_informal", "ask_acknowledgement", "ask_investigation", "ask_mediation",
        "ask_dates", "ask_escalation", "ask_outside_options", "ask_resellers", "ask_contact", "ask_cost",
        "ask_if_nothing", "ask_privacy", "resend_code",
    }
)  # fmt: skip
"""Intents that rules answer while a form waits; it asks its question again afterwards."""

LEAVING = frozenset({"cancel_form", "goodbye", "out_of_scope", "insult"})
"""Asides that would take the customer away from the form: never on a guess."""


IN_OWN_WORDS = frozenset({slots.NAME, slots.CONTACT, slots.DESCRIPTION, slots.CASE_WORDS})
"""What may be answered in any language: it is taken as it is."""

BY_VALUE = frozenset({slots.ORDER_NUMBER, slots.LOOKUP, slots.STATUS_EMAIL})
"""What a number or an address answers, whatever the language around it."""


@dataclass(frozen=True)
class Reading:
    """What a form makes of a turn: new values of slots, and how the next question is put."""

    changes: dict[str, Any] = field(default_factory=dict)
    ask_as: str = PLAIN


class FormTurn(BotAction):
    """The validation action of a form; sees every turn while the form runs."""

    form: str
    passes_on = True

    def name(self) -> str:
        """As Rasa expects it."""
        return f"validate_{self.form}"

    @abstractmethod
    def read(self, talk: Talk, asked: str | None) -> Reading | None:
        """What this turn tells the form; None when it is not for the form."""

    async def act(self, talk: Talk) -> list[Event]:
        """Fills slots from the turn. Returns nothing when the turn is not for the form: Rasa then tries the rules."""
        if not talk.is_new_turn:
            is_seen = talk.slot(slots.REQUESTED) == slots.CONFIRMED  # the summary stands above in the chat
            return self._put_question(talk, {}, AGAIN if is_seen else PLAIN)
        asked = talk.slot(slots.REQUESTED)
        is_readable = asked in IN_OWN_WORDS or (asked in BY_VALUE and bool(talk.turn.values))
        is_unread = not is_readable and is_in_other_language(talk)
        reading = None if is_unread else self.read(talk, asked)
        if reading is None:
            return []
        changes = dict(reading.changes)
        misread = reading.ask_as in (MISREAD, MISREAD_EMAIL, MISREAD_PHONE, TOO_SHORT, REFUSED)
        changes[slots.MISREADS] = (talk.slot(slots.MISREADS) or 0) + 1 if misread else 0
        again = misread and changes[slots.MISREADS] > 1 and reading.ask_as != REFUSED
        await talk.remember(changes)
        return self._put_question(talk, changes, MISREAD_AGAIN if again else reading.ask_as)

    def order_number(self, category: str | None, number: str | None) -> str | None:
        """What the slot of the order number is while the matter is of that category."""
        return number

    def _put_question(self, talk: Talk, changes: dict[str, Any], ask_as: str) -> list[Event]:
        known = {name: talk.slot(name) for name in (*slots.REQUIRED[self.form], slots.STORY)} | changes
        if slots.ORDER_NUMBER in known and changes.get(slots.REQUESTED) != slots.ORDER_NUMBER:
            number = self.order_number(known[slots.CATEGORY], known[slots.ORDER_NUMBER])
            if number != known[slots.ORDER_NUMBER]:
                known[slots.ORDER_NUMBER] = changes[slots.ORDER_NUMBER] = number
        following = changes.get(slots.REQUESTED) or next(
            (name for name in slots.REQUIRED[self.form] if known[name] is None), None
        )
        if following == slots.CATEGORY and known[slots.STORY] and ask_as in (PLAIN, CHANGE):
            ask_as = MORE
        if following == slots.DESCRIPTION and known[slots.STORY] and ask_as in (PLAIN, CHANGE):
            ask_as = MORE if is_enough(known[slots.STORY]) else BRIEF
        if following == slots.ORDER_NUMBER and not policy.current().is_about_order(known[slots.CATEGORY]):
            if ask_as == NOTED:
                talk.say("utter_noted")
            ask_as = OPTIONAL
        return set_slots({**changes, slots.ASK_AS: ask_as})


def is_aside(turn: Turn, at_least: float = 0.0) -> bool:
    """True when the turn is something that is answered beside the form. A typed slash is text, whatever follows it."""
    if turn.text.startswith("/"):
        return False
    needed = SURE if turn.intent in LEAVING else at_least
    return turn.intent in ASIDES and turn.confidence >= needed


def tells_more(turn: Turn) -> bool:
    """True when the customer goes on telling what happened instead of answering."""
    is_about_it = turn.problem() is not None or policy.current().is_urgent(turn.text)
    wishes = phrases().wishes.match(turn.text) is not None
    return turn.words > SHORT or ((is_about_it or wishes) and turn.words > 3)


def is_enough(story: str | None) -> bool:
    """True when what was told can stand as the description of a complaint."""
    try:
        clean_description(story or "")
    except FieldError:
        return False
    return True


def kept_beside(talk: Talk, told: dict[str, Any]) -> dict[str, Any]:
    """What happened, where it stands beside these values in one message: added to the description, to the letter."""
    turn = talk.turn
    if turn.is_button or not tells_more(turn) or is_no_more(turn, told):
        return {}
    into = slots.DESCRIPTION if talk.slot(slots.DESCRIPTION) else slots.STORY
    return {into: joined(talk.slot(into), turn.text)}
