"""The formal complaint (clause C2): what it needs, in any order, with corrections at any time."""

from typing import Any

from rasa_sdk.events import FollowupAction

from actions import reading, slots
from actions.forms import (
    AGAIN,
    BRIEF,
    CHANGE,
    GO_AHEAD,
    MISREAD,
    MISREAD_AGAIN,
    MISREAD_EMAIL,
    MISREAD_PHONE,
    MORE,
    NOTED,
    PLAIN,
    REFUSED,
    SHORT,
    SURE,
    TOO_SHORT,
    FormTurn,
    Reading,
    is_aside,
    is_enough,
    kept_beside,
    tells_more,
)
from actions.informal import GUESS, category_of, read_category, read_order_number
from actions.standing import A_COMPLAINT_WAITS, is_begun, responses_so_far
from actions.status import wants_it_back
from actions.talk import BotAction, Event, Talk, set_slots
from actions.told import contact_told, joined, story_with, values_told
from disputes import policy

CERTAIN = 0.65
"""Confidence from which a short message ends the description; below it, it is added: no word may be lost."""

A_YES = 2
"""Words up to which a yes to "would you like to add anything?" is nothing but that."""

NO_MORE_THAN_A_WORD = 3
"""Words up to which an unclear answer to the summary is not added to the description."""

EMPTIED = {
    slots.NAME: (slots.NAME,),
    slots.CONTACT: (slots.CONTACT, slots.EMAIL, slots.PHONE),
    slots.ORDER_NUMBER: (slots.ORDER_NUMBER,),
    slots.DESCRIPTION: (slots.DESCRIPTION, slots.STORY),
    slots.CATEGORY: (slots.CATEGORY,),
}
"""What is asked again when a field is to be changed."""

BEGUN = A_COMPLAINT_WAITS | {"utter_ask_complainant_name", "utter_ask_contact"}
"""Who was told or asked one of these goes on with a complaint."""

BUTTONS = {
    "change_name": slots.NAME,
    "change_contact": slots.CONTACT,
    "change_order_number": slots.ORDER_NUMBER,
    "change_description": slots.DESCRIPTION,
    "change_category": slots.CATEGORY,
}


class StartComplaint(BotAction):
    """Begins the complaint with whatever the opening words tell, or goes on with one that was left."""

    def name(self) -> str:
        return "action_start_complaint"

    async def act(self, talk: Talk) -> list[Event]:
        turn = talk.turn
        if wants_it_back(talk):
            return [FollowupAction("action_start_status")]
        changes = values_told(talk)
        if turn.words > SHORT:
            changes[slots.STORY] = story_with(talk)
            guess = category_of(turn.likeliest_problem(GUESS) or turn.problem_beside())
            if guess and not talk.slot(slots.CATEGORY):
                changes[slots.CATEGORY] = guess
        was_asked = bool(talk.slot(slots.DESCRIPTION) or BEGUN & responses_so_far(talk.events))
        if is_begun(talk) and was_asked:
            talk.say("utter_go_on_with_complaint")
        else:
            is_told = any(talk.slot(name) for name in (slots.CATEGORY, slots.STORY))
            talk.say("utter_to_complaint_at_once" if is_told else "utter_start_complaint")
        await talk.remember(changes)
        if turn.intent == "make_complaint":
            return set_slots(changes)  # its rule goes on with the form
        return [*set_slots(changes), FollowupAction(slots.COMPLAINT_FORM)]


class ComplaintFormTurn(FormTurn):
    """Name, contact, order number, description, consent to file; corrections at any time."""

    form = slots.COMPLAINT_FORM

    def order_number(self, category: str | None, number: str | None) -> str | None:
        """Whatever it is about, there may be an order to it, so it is asked for once."""
        return None if number == slots.NOT_ASKED else number

    def read(self, talk: Talk, asked: str | None) -> Reading | None:  # noqa: PLR0911 one return for each question
        turn = talk.turn
        if turn.is_button and asked != slots.CATEGORY and (turn.problem() or turn.intent == "have_problem"):
            talk.say("utter_button_is_old_beside")
            return Reading(ask_as=AGAIN if asked == slots.CONFIRMED else PLAIN)
        if turn.intent in BUTTONS:
            return _change(BUTTONS[turn.intent])
        if turn.intent == "add_to_description":
            return _add_to_description(talk)
        if asked == slots.DESCRIPTION:
            return self._description(talk)
        corrects = turn.intent == "correct_detail" and turn.confidence >= (SURE if asked == slots.NAME else 0.0)
        if corrects or reading.says_instead(turn):
            return self._correction(talk, asked)
        if turn.intent == "make_complaint":
            return self._confirmed(talk) if asked == slots.CONFIRMED else Reading()
        match asked:
            case slots.CATEGORY:
                return read_category(talk)
            case slots.NAME:
                return self._name(talk)
            case slots.CONTACT:
                return self._contact(talk)
            case slots.ORDER_NUMBER:
                return read_order_number(talk)
            case slots.CONFIRMED:
                return self._confirmed(talk)
        return None

    def _name(self, talk: Talk) -> Reading | None:
        turn = talk.turn
        if turn.intent == "out_of_scope" and not turn.is_button:
            return self._strange_name(talk)
        if turn.is_button or (is_aside(turn, SURE) and not reading.name_said(turn.text)):
            return None
        told = values_told(talk)
        is_answer = turn.intent not in ("affirm", "deny", "no_order_number", "that_is_all") or turn.confidence < SURE
        name = reading.name_answered(turn) if is_answer else None
        if name:
            return Reading({**told, slots.NAME: name})
        return _more_or_misread(talk, told, REFUSED if reading.refuses(turn) else MISREAD)

    def _strange_name(self, talk: Talk) -> Reading | None:
        """Words that belong to nothing we know may well be a name. What is not written like one is asked for again,
        and taken when it comes a second time: nobody is kept from filing by a rare name."""
        turn = talk.turn
        name = None if turn.text.rstrip().endswith("?") else reading.name_answered(turn)
        if name is None:
            return None
        is_written_as_name = all(word[:1].isupper() for word in name.split())
        if is_written_as_name or (talk.slot(slots.MISREADS) or 0) > 0:
            return Reading({**values_told(talk), slots.NAME: name})
        return Reading(ask_as=MISREAD)

    def _contact(self, talk: Talk) -> Reading | None:
        turn = talk.turn
        if turn.is_button:
            return None
        told = values_told(talk) | contact_told(talk, turn, was_asked=True)
        if slots.CONTACT in told:
            if slots.EMAIL not in told or told[slots.EMAIL] is None:
                told.pop(slots.ORDER_NUMBER, None)  # the digits are the phone number
            return Reading(told | kept_beside(talk, told))
        if is_aside(turn):
            return None
        kind = MISREAD_EMAIL if "@" in turn.text else MISREAD_PHONE if any(map(str.isdigit, turn.text)) else MISREAD
        if kind == MISREAD and reading.refuses(turn):
            kind = REFUSED
        return _more_or_misread(talk, {}, kind)

    def _description(self, talk: Talk) -> Reading | None:
        turn = talk.turn
        told = talk.slot(slots.STORY)
        is_short = turn.words <= SHORT
        finished = turn.intent in ("that_is_all", "deny", "affirm") and turn.confidence >= CERTAIN
        if turn.intent == "affirm" and finished and turn.words <= A_YES and talk.slot(slots.ASK_AS) == MORE:
            return Reading(ask_as=GO_AHEAD)
        if finished and is_short:
            return self._finished(talk, told)
        is_strange = turn.intent == "out_of_scope" and turn.words >= NO_MORE_THAN_A_WORD  # it may well be what happened
        if turn.is_button or (is_short and not is_strange and is_aside(turn, SURE)):
            return None
        if is_short and turn.intent == "correct_detail" and turn.confidence >= SURE:
            return self._correction(talk, slots.DESCRIPTION)
        return _described(story_with(talk))

    def _finished(self, talk: Talk, told: str | None) -> Reading:
        """Nothing more comes. A word or two will do, with what it is about, for somebody who was asked for more."""
        if is_enough(told):
            return _described(str(told))
        if told and talk.slot(slots.ASK_AS) in (BRIEF, TOO_SHORT, MISREAD_AGAIN):
            about = policy.current().category_label(str(talk.slot(slots.CATEGORY)))
            return _described(f"{about}: {told}")
        return Reading(ask_as=TOO_SHORT)

    def _confirmed(self, talk: Talk) -> Reading | None:  # noqa: PLR0911 one return for each kind of answer
        """Consent is a button, or clear words; anything longer that is not clear is more of the story."""
        turn = talk.turn
        is_clear = turn.confidence >= SURE
        if is_clear and turn.intent in ("confirm_filing", "affirm", "make_complaint"):
            return Reading({slots.CONFIRMED: True})
        if turn.intent == "that_is_all":  # said or clicked twice, it was about the description
            return Reading(ask_as=AGAIN)
        told = {} if turn.is_button else values_told(talk)
        if told:
            return Reading(self._told_at_summary(talk, told))
        if turn.intent == "correct_detail" or (is_clear and turn.intent == "deny"):
            return Reading(ask_as=CHANGE)
        if turn.is_button or is_aside(turn, 0.0 if reading.asks_something(turn) else CERTAIN):
            return None
        if turn.words > NO_MORE_THAN_A_WORD:
            return Reading({slots.DESCRIPTION: joined(talk.slot(slots.DESCRIPTION), turn.text)})
        return None

    def _told_at_summary(self, talk: Talk, told: dict[str, Any]) -> dict[str, Any]:
        """Values, and what else happened. An order in that is not put in the place of the one it is all about."""
        more = kept_beside(talk, told)
        if more and slots.told_order(talk.slot(slots.ORDER_NUMBER)):
            told = {name: value for name, value in told.items() if name != slots.ORDER_NUMBER}
        return told | more

    def _correction(self, talk: Talk, asked: str | None) -> Reading | None:
        """A new value for the field that is meant, when the message holds one; else the field is asked again."""
        turn = talk.turn
        meant = reading.field_meant(turn)
        if meant is None:
            return Reading(ask_as=CHANGE) if asked == slots.CONFIRMED else Reading()
        if meant == slots.CONTACT:
            value = contact_told(talk, turn, was_asked=False)
        elif meant == slots.ORDER_NUMBER:
            number = reading.order_number_in(turn, was_asked=False)
            value = {slots.ORDER_NUMBER: number} if number else {}
        elif meant == slots.NAME:
            name = reading.name_said(turn.text)
            value = {slots.NAME: name} if name else {}
        else:
            value = {}
        return Reading(value) if value else _change(meant)


def _change(slot: str) -> Reading:
    """Empties a field and asks for it next."""
    return Reading({**dict.fromkeys(EMPTIED[slot]), slots.CONFIRMED: None, slots.REQUESTED: slot}, CHANGE)


def _add_to_description(talk: Talk) -> Reading:
    told = talk.slot(slots.DESCRIPTION) or talk.slot(slots.STORY)
    return Reading({slots.DESCRIPTION: None, slots.STORY: told, slots.REQUESTED: slots.DESCRIPTION})


def _described(text: str) -> Reading:
    if not is_enough(text):
        return Reading({slots.STORY: text}, TOO_SHORT)
    return Reading({slots.DESCRIPTION: text, slots.STORY: None})


def _more_or_misread(talk: Talk, told: dict[str, Any], misread: str) -> Reading:
    """More of the story is kept; values of other fields count; anything else is asked again."""
    turn = talk.turn
    if tells_more(turn) and not talk.slot(slots.DESCRIPTION):
        return Reading({**told, slots.STORY: story_with(talk)}, NOTED)
    return Reading(told) if told else Reading(ask_as=misread)
