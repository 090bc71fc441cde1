"""When a message is not understood, or means something only together with what was said before."""

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import reading, slots
from actions.case_acts import leave
from actions.clauses import clause_spoken_of, is_follow_up, part, tell
from actions.forms import SHORT
from actions.informal import FORGOTTEN, GUESS, category_of
from actions.notices import brings_a_person
from actions.standing import (
    A_COLLEAGUE_WOULD_DO_IT,
    A_COMPLAINT_WAITS,
    CODE_IS_AWAITED,
    OFFERS_A_COMPLAINT,
    OFFERS_A_PERSON,
    go_on,
    last_response,
    open_offer,
)
from actions.status import wants_it_back
from actions.summing_up import summary_of
from actions.talk import BotAction, Event, Talk, set_slots
from actions.told import story_with, values_told
from disputes import policy

NOT_UNDERSTOOD = "action_not_understood"

LIKELY = 0.35
"""Chance from which a message tells of some problem, all kinds of problem taken together."""


class NotUnderstood(BotAction):
    """Asks for other words, or says that it does not know about that; the second time in a row a person is offered.

    Somebody who tells a story is never asked to tell it again: it is taken for a problem, and at most the kind of
    problem is asked.
    """

    def name(self) -> str:
        return NOT_UNDERSTOOD

    async def act(self, talk: Talk) -> list[Event]:
        turn = talk.turn
        is_foreign = turn.intent == "out_of_scope"
        if brings_a_person(talk):
            return [*set_slots({slots.STORY: story_with(talk)}), *talk.wait()]
        if begins_complaint(talk):
            return [FollowupAction("action_start_complaint")]
        tells = turn.words > SHORT or (turn.words > 2 and turn.problem_chance() >= LIKELY)
        if tells and not is_foreign and talk.form is None:
            return await hear(talk)
        if is_follow_up(turn) and (told := part(talk, clause_spoken_of(talk.events))):
            tell(talk, told)
            return go_on(talk)
        if _failed_last_turn(talk.events):
            talk.say("utter_not_understood_twice")
            return talk.back_to_form()
        asks, is_beside = reading.asks_something(turn) and turn.words > 2, bool(talk.form or open_offer(talk))
        if asks and (is_beside or not is_foreign):
            talk.say("utter_do_not_know")
        elif is_foreign and any(map(str.isalnum, turn.text)):
            talk.say("utter_out_of_scope")
        elif is_beside:
            talk.say("utter_not_understood_in_form")
        else:
            talk.say("utter_not_understood")
        return go_on(talk)


class ReplyYes(BotAction):
    """A "yes" outside a form: to what the assistant offered last."""

    def name(self) -> str:
        return "action_reply_yes"

    async def act(self, talk: Talk) -> list[Event]:
        if talk.form:
            return _unclear(talk)
        if not any(map(str.isalnum, talk.turn.text)) and not talk.turn.is_button and "👍" not in talk.turn.text:
            talk.say("utter_help")
            return []
        offered = last_response(talk.events)
        if offered in OFFERS_A_PERSON:
            why = "not_understood" if offered == "utter_not_understood_twice" else "asked"
            talk.hand_over(why, summary_of(talk))
            return []
        if offered in OFFERS_A_COMPLAINT:
            waits = offered in A_COMPLAINT_WAITS
            talk.say("utter_go_on_with_complaint" if waits else "utter_to_complaint_at_once")
            return [FollowupAction(slots.COMPLAINT_FORM)]
        if offered in CODE_IS_AWAITED:
            return go_on(talk)
        talk.say("utter_yes_to_what")
        return []


class ReplyNo(BotAction):
    """A "no" outside a form needs no more than a friendly word.

    After a solution that was taken nothing is left to do: that is an end of the chat, so it is asked whether it helped.
    """

    def name(self) -> str:
        return "action_reply_no"

    async def act(self, talk: Talk) -> list[Event]:
        if talk.form == slots.CASE_FORM:
            talk.say("utter_words_left")
            return leave(talk)
        if talk.form:
            return _unclear(talk)
        if last_response(talk.events) in CODE_IS_AWAITED:
            return go_on(talk)
        if last_response(talk.events) in A_COLLEAGUE_WOULD_DO_IT:
            return _leave_settled(talk)
        talk.say("utter_all_right")
        return []


class Stop(BotAction):
    """Leaves the running form. What was told is kept, so that going on later asks nothing twice."""

    def name(self) -> str:
        return "action_stop"

    async def act(self, talk: Talk) -> list[Event]:
        if talk.form == slots.CASE_FORM:
            talk.say("utter_words_left")
            return leave(talk)
        if wants_it_back(talk):
            return [FollowupAction("action_start_status")]
        if talk.form is None and reading.asks_something(talk.turn):  # "and now?"
            talk.say("utter_help")
            return []
        if talk.form is None and last_response(talk.events) in A_COLLEAGUE_WOULD_DO_IT:
            return _leave_settled(talk) if reading.is_for_later(talk.turn) else await take_back(talk)
        talk.say("utter_stopped" if talk.form == slots.COMPLAINT_FORM else "utter_left")
        left = (slots.CONFIRMED, slots.REMEDY, slots.REMEDY_ANSWER, slots.REQUESTED)
        return [ActiveLoop(None), *(SlotSet(name, None) for name in left)]


def begins_complaint(talk: Talk) -> bool:
    """True for a long message that asks to file, whatever else it was taken for, and is no question about filing."""
    turn = talk.turn
    is_told = turn.words > SHORT and reading.asks_to_file(turn) and not reading.asks_something(turn)
    return is_told and talk.form is None


async def hear(talk: Talk) -> list[Event]:
    """Takes a message for a problem, and says which one when there is a likely one; the informal talk begins."""
    category = category_of(talk.turn.likeliest_problem(GUESS))
    changes = values_told(talk) | FORGOTTEN
    changes |= {slots.CATEGORY: category, slots.STORY: story_with(talk)}
    if category is not None:
        talk.say("utter_understood_as", about=policy.current().category_label(category))
    await talk.remember(changes)
    return [*set_slots(changes), FollowupAction(slots.HELP_FORM)]


def _leave_settled(talk: Talk) -> list[Event]:
    """What was agreed stays noted, and nothing more is to be done now."""
    talk.say("utter_all_right")
    talk.ask_if_helped()
    return []


async def take_back(talk: Talk) -> list[Event]:
    """What was agreed is not wanted after all: nothing is noted as settled any more."""
    talk.say("utter_taken_back")
    await talk.remember({slots.OUTCOME: None})
    return set_slots({slots.OUTCOME: None})


def _unclear(talk: Talk) -> list[Event]:
    """A form did not take this yes or no for an answer to its question."""
    talk.say("utter_button_is_old_beside" if talk.turn.is_button else "utter_not_understood_in_form")
    return talk.back_to_form()


def _failed_last_turn(events: list[Event]) -> bool:
    """True when the answer before this one was "I did not understand" as well."""
    turns_back = 0
    for event in reversed(events):
        if event["event"] == "user":
            turns_back += 1
            if turns_back == 2:
                return False
        elif event["event"] == "action" and turns_back == 1 and event["name"] == NOT_UNDERSTOOD:
            return True
    return False
