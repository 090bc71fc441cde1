"""Questions about the process and small talk: which response it is, and which clause it is made from."""

import re
from collections.abc import Callable
from typing import NamedTuple

from rasa_sdk.events import FollowupAction

from actions import reading, slots
from actions.clauses import NOT_TOLD, Told, asks_beyond, closer, tell
from actions.confusion import begins_complaint, hear, take_back
from actions.phrases import phrases
from actions.standing import go_on, open_offer, responses_so_far
from actions.summing_up import summary_of
from actions.talk import BotAction, Event, Talk
from actions.turn import HINT, ORDER_NUMBER
from disputes import policy


class Answer(NamedTuple):
    """A response of domain.yml, and the clause of the policy whose text and id it gets."""

    response: str
    clause: str | None = None


ANSWERS = {
    "session_opened": Answer("utter_greet"),
    "greet": Answer("utter_greet_back"),
    "goodbye": Answer("utter_goodbye"),
    "thank": Answer("utter_welcome"),
    "help": Answer("utter_help"),
    "ask_bot": Answer("utter_i_am_a_bot"),
    "insult": Answer("utter_insult"),
    "ask_informal": Answer("utter_clause", "C1"),
    "ask_process": Answer("utter_process", "C2"),
    "ask_acknowledgement": Answer("utter_clause", "C3"),
    "ask_investigation": Answer("utter_clause", "C4"),
    "ask_mediation": Answer("utter_mediation", "C5"),
    "ask_dates": Answer("utter_clause", "C6"),
    "ask_escalation": Answer("utter_clause", "C7"),
    "ask_outside_options": Answer("utter_outside_options", "C8"),
    "ask_resellers": Answer("utter_clause", "C9"),
    "ask_contact": Answer("utter_clause", "C10"),
    "ask_cost": Answer("utter_cost", "C5"),
    "ask_privacy": Answer("utter_privacy", "C2"),
    "no_order_number": Answer("utter_order_number_is_optional", "C2"),
    "correct_detail": Answer("utter_correct_outside"),
    "that_is_all": Answer("utter_goodbye"),
}

OLD_BUTTON = Answer("utter_button_is_old")
OLD_BUTTON_BESIDE = Answer("utter_button_is_old_beside")

BESIDE = {
    "greet": Answer("utter_greet_beside"),
    "help": Answer("utter_help_beside"),
    "insult": Answer("utter_insult_beside"),
    "no_order_number": Answer("utter_no_number_needed", "C2"),
}
"""How it is answered while something else waits for an answer: one question at a time."""

WARNINGS = frozenset({"utter_insult", "utter_insult_beside"})
"""Whoever was answered so once, and goes on like that, gets a person."""

OF_A_CLAUSE = frozenset({"utter_clause", "utter_process", "utter_mediation", "utter_outside_options"})
"""Responses that tell a whole clause, in place of which a part of it may be enough."""

ENDS = frozenset({"goodbye", "that_is_all"})
"""Whoever says this is not reminded of anything."""

CLOSER: tuple[tuple[str, Callable[[], re.Pattern[str]], Answer], ...] = (
    ("ask_investigation", lambda: phrases().asks_about_files, Answer("utter_send_files")),
    ("ask_mediation", lambda: phrases().asks_who_pays, Answer("utter_who_pays_mediation", "C5")),
    ("ask_outside_options", lambda: phrases().asks_about_rights, Answer("utter_rights")),
    ("ask_outside_options", lambda: phrases().asks_about_time_limits, Answer("utter_time_limits", "C8")),
    ("ask_privacy", lambda: phrases().asks_how_long_kept, Answer("utter_how_long_kept")),
)
"""Answers that fit some words of a question better than the answer to all such questions."""


class GiveAnswer(BotAction):
    """Answers a question or a courtesy; a running form then asks its question again."""

    def name(self) -> str:
        return "action_answer"

    async def act(self, talk: Talk) -> list[Event]:  # noqa: PLR0911 one return for each way it goes on
        intent = talk.turn.intent
        if intent == "insult" and WARNINGS & responses_so_far(talk.events):
            talk.say("utter_insult_again")
            talk.hand_over("abuse", summary_of(talk))
            return talk.wait()
        if begins_complaint(talk):
            return [FollowupAction("action_start_complaint")]
        is_of_order = bool(talk.turn.first(ORDER_NUMBER) and talk.turn.likeliest_problem(HINT))
        if intent == "correct_detail" and is_of_order and talk.form is None:
            return await hear(talk)  # "and the other one, 10026, is late": nothing is open that this could correct
        if intent == "ask_escalation" and phrases().wants_manager.search(talk.turn.text):
            # Somebody who wants a manager now wants a person, not the clause about managers.
            talk.hand_over("asked for a person", summary_of(talk))
            return talk.wait()
        to_colleague = open_offer(talk) == "utter_colleague_again"
        if to_colleague and intent == "refuse_remedy":
            return await take_back(talk)
        if _repeats_why(talk) or (to_colleague and intent == "accept_remedy"):
            return go_on(talk)
        answer = _answer_to(talk)
        told = Told(answer.response, answer.clause or "")
        if answer.clause is not None and _fitting(talk) is None:
            if asks_beyond(talk):
                told = NOT_TOLD
            elif answer.response in OF_A_CLAUSE:
                told = closer(talk, answer.response, answer.clause)
        tell(talk, told)
        if answer is OLD_BUTTON:
            return []  # there is neither a form nor an offer to go on with
        return talk.wait() if intent in ENDS else go_on(talk)


def _answer_to(talk: Talk) -> Answer:
    """What this is answered, by what was understood, the words, and what else waits for an answer."""
    intent, turn = talk.turn.intent, talk.turn
    if talk.form == slots.STATUS_FORM and intent == "ask_privacy":
        return Answer("utter_why_address")
    if intent == "ask_outside_options" and policy.current().is_legal(turn.text) and not reading.asks_something(turn):
        return Answer("utter_legal_words")  # a threat is no question about the clause
    answer = _fitting(talk) or ANSWERS.get(intent, OLD_BUTTON)
    if talk.form or open_offer(talk):
        return OLD_BUTTON_BESIDE if answer is OLD_BUTTON else BESIDE.get(intent, answer)
    return answer


def _fitting(talk: Talk) -> Answer | None:
    """The answer that fits some words of the question better than the one to all such questions."""
    intent, text = talk.turn.intent, talk.turn.text
    return next((fits for asked, words, fits in CLOSER if asked == intent and words().search(text)), None)


def _repeats_why(talk: Talk) -> bool:
    """True when somebody who was just told that a person has to help says once more that there is no address."""
    has_none = talk.turn.intent == "no_order_number" or reading.has_no_mail(talk.turn)
    return has_none and open_offer(talk) == "utter_status_by_person_again"
