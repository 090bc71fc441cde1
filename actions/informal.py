"""The informal talk (clause C1): hear the problem, look the order up, propose one remedy, take the answer."""

from typing import Any

from rasa_sdk.events import FollowupAction

from actions import edge, reading, slots
from actions.forms import (
    AS_IT_IS,
    CHANGE,
    MISREAD,
    NOTED,
    PLAIN,
    SHORT,
    SURE,
    FormTurn,
    Reading,
    is_aside,
    kept_beside,
    tells_more,
)
from actions.notices import brings_a_person
from actions.talk import BotAction, Event, Talk, set_slots
from actions.told import is_no_more, story_with, values_told
from actions.turn import ORDER_NUMBER, Turn
from disputes import clock, policy
from disputes.chat import visits
from disputes.errors import TooMany
from disputes.orders import Order, OrdersUnavailable, OrderUnknown
from disputes.orders import service as orders
from disputes.orders.service import normalise_number

FORGOTTEN = dict.fromkeys(slots.ONE_MATTER)

LEFT = "left"
"""Value of REMEDY_ANSWER when the customer wants neither a remedy nor a complaint."""

NOTHING_WANTED = {slots.CATEGORY: "other", slots.ORDER_NUMBER: slots.NO_ORDER, slots.REMEDY_ANSWER: LEFT}
"""What ends the talk for somebody who says no to every question; nothing of it stays."""

GUESS = 0.12
"""Chance from which a category is guessed when the words fit several; a wrong guess can be changed in the summary."""

NO_SLIP = 0.65
"""Confidence from which "i lost it" is about a parcel, although it was the order number that was asked for."""

A_REASON = 3
"""Words from which a no is more than a no: what is said with it belongs to the story."""

WITH_VALUE = 3
"""Words up to which a message with a value is nothing but the value: "order number 10023"."""

BESIDE_A_WORD = 3
"""Words beside a value from which they are kept, whatever they mean."""

MONEY_BACK = "refund"
WHAT_HAPPENED = ("late", "lost", "damaged", "wrong_item", "missing_item")
"""What went wrong before somebody wants the money back for it."""

HAPPENED, MEANT_INSTEAD = 0.05, 0.1
"""Chance from which one of these is what happened, and from which another problem is meant than the likeliest."""

KNOWN_STATUSES = ("placed", "packed", "shipped", "delivered", "returned", "cancelled")


class HearProblem(BotAction):
    """Says back what was understood, and keeps whatever else was told with it."""

    def name(self) -> str:
        return "action_hear_problem"

    async def act(self, talk: Talk) -> list[Event]:
        turn = talk.turn
        if reading.looks_like_reference(turn):
            return [FollowupAction("action_start_status")]
        category, wish = _problem_and_wish(turn)
        if category is None and talk.form == slots.HELP_FORM and talk.slot(slots.CATEGORY):
            return await self._note_beside(talk)
        told = values_told(talk)
        if turn.intent == "inform" and not told and (name := reading.name_answered(turn)):
            told = {slots.NAME: name}
        changes: dict[str, Any] = told | FORGOTTEN | {slots.WISH: wish}
        is_about_the_same = turn.intent == "inform" and category is None and talk.slot(slots.CATEGORY)
        if not is_about_the_same and (category is not None or not talk.slot(slots.DESCRIPTION)):
            changes[slots.CATEGORY] = category
        if category is not None or _tells_beside(turn, told):
            changes[slots.STORY] = story_with(talk)
        if category is not None:
            talk.say(f"utter_understood_{category}")
        orders_named = {number for each in turn.values.get(ORDER_NUMBER, ()) if (number := normalise_number(each))}
        if len(orders_named) > 1 and slots.ORDER_NUMBER in told and not reading.says_instead(turn):
            talk.say("utter_one_order_first", order=told[slots.ORDER_NUMBER])
        await talk.remember(changes)
        if category is not None and reading.asks_to_file(turn):
            talk.say("utter_to_complaint_at_once")
            return [*set_slots(changes), FollowupAction(slots.COMPLAINT_FORM)]
        return set_slots(changes)

    async def _note_beside(self, talk: Talk) -> list[Event]:
        """Keeps what was told beside an open question, such as a name, and lets that question stand."""
        told = values_told(talk)
        if not told and (name := reading.name_answered(talk.turn)):
            told = {slots.NAME: name}
        await talk.remember(told)
        return [*set_slots(told), *talk.back_to_form()]


class PointToReseller(BotAction):
    """Clause C9: names who else can help, and leaves the way to a complaint open."""

    def name(self) -> str:
        return "action_point_to_reseller"

    async def act(self, talk: Talk) -> list[Event]:
        rules = policy.current()
        category = category_of(talk.turn.likeliest_problem(GUESS)) or "other"
        changes = values_told(talk) | FORGOTTEN
        changes |= {slots.CATEGORY: category, slots.STORY: story_with(talk)}
        reseller = rules.reseller_named(talk.turn.text)
        pointer = reseller.pointer if reseller else rules.clauses["C9"].text
        talk.say("utter_reseller", pointer=pointer, clause_id="C9")
        talk.rest_on("C9")
        changes[slots.RESELLER] = reseller.name if reseller else None
        await talk.remember(changes)
        return set_slots(changes)


class HelpFormTurn(FormTurn):
    """Category, order number, answer to the proposal."""

    form = slots.HELP_FORM

    def order_number(self, category: str | None, number: str | None) -> str | None:
        """Nobody is asked for an order that the matter has nothing to do with."""
        if category is None or number not in (None, slots.NOT_ASKED):
            return number
        return None if policy.current().is_about_order(category) else slots.NOT_ASKED

    def read(self, talk: Talk, asked: str | None) -> Reading | None:
        turn = talk.turn
        if turn.intent == "make_complaint":
            return None
        if asked == slots.CATEGORY:
            wants_nothing = turn.intent == "deny" and (talk.slot(slots.MISREADS) or 0) > 0
            return Reading(NOTHING_WANTED) if wants_nothing and not talk.slot(slots.STORY) else read_category(talk)
        if asked == slots.ORDER_NUMBER:
            return read_order_number(talk)
        return self._remedy_answer(talk)

    def _remedy_answer(self, talk: Talk) -> Reading | None:
        turn = talk.turn
        has_proposal = talk.slot(slots.REMEDY) != slots.NO_REMEDY
        is_clear = turn.confidence >= SURE
        wants_else = turn.problem() is not None or turn.intent in ("talk_to_person", "cancel_form", "correct_detail")
        if turn.intent == "no_order_number" and slots.told_order(talk.slot(slots.ORDER_NUMBER)) is None:
            return Reading({slots.ORDER_NUMBER: slots.NO_ORDER}, NOTED)
        begins = None if wants_else else reading.yes_or_no(turn)
        if begins is True or (is_clear and turn.intent in ("affirm", "accept_remedy")):
            return Reading({slots.REMEDY_ANSWER: slots.ACCEPTED if has_proposal else slots.REFUSED})
        if begins is False or (is_clear and turn.intent in ("deny", "refuse_remedy")):
            why = {slots.STORY: story_with(talk)} if turn.words > A_REASON else {}
            return Reading({slots.REMEDY_ANSWER: slots.REFUSED if has_proposal else LEFT, **why})
        if reading.yes_if(turn) and has_proposal:
            return Reading({slots.STORY: story_with(talk)}, AS_IT_IS)
        return self._beside_remedy(talk)

    def _beside_remedy(self, talk: Talk) -> Reading | None:  # noqa: PLR0911 one return for each kind of message
        """What is neither yes nor no to the proposal: another order, another problem, a wish, more of the story."""
        turn = talk.turn
        number = reading.order_number_in(turn, was_asked=False)
        if number and number != talk.slot(slots.ORDER_NUMBER):
            return Reading({**FORGOTTEN, slots.ORDER_NUMBER: number})
        more = {slots.STORY: story_with(talk)}
        told = values_told(talk)
        is_of_person = reading.field_meant(turn) in (slots.NAME, slots.CONTACT, slots.DESCRIPTION)
        if told or (turn.intent == "correct_detail" and is_of_person):
            return Reading(told, NOTED if told else PLAIN)
        if turn.intent in ("correct_detail", "change_order_number"):
            problem = category_of(turn.likeliest_problem(GUESS) or turn.problem_beside())
            is_of_order = turn.is_button or reading.says_number(turn) or reading.field_meant(turn) is not None
            if problem and problem != talk.slot(slots.CATEGORY) and not is_of_order:
                return Reading({**FORGOTTEN, **more, slots.CATEGORY: problem})
            return Reading({**FORGOTTEN, slots.ORDER_NUMBER: None, slots.REQUESTED: slots.ORDER_NUMBER}, CHANGE)
        problem = category_of(turn.problem())
        if problem is None and (name := reading.bare_name(turn)):
            return Reading({slots.NAME: name}, NOTED)
        if problem is None or is_aside(turn):
            return None
        if problem == talk.slot(slots.CATEGORY) and reading.puts_right(turn):
            instead = category_of(turn.second_problem(MEANT_INSTEAD))
            if instead:
                talk.say(f"utter_understood_{instead}")
                return Reading({**FORGOTTEN, **more, slots.CATEGORY: instead})
        if problem == MONEY_BACK and talk.slot(slots.CATEGORY) != MONEY_BACK:
            return Reading({**FORGOTTEN, **more, slots.WISH: MONEY_BACK})
        if problem != talk.slot(slots.CATEGORY) and turn.confidence >= SURE:
            talk.say(f"utter_understood_{problem}")
            return Reading({**FORGOTTEN, **more, slots.CATEGORY: problem})
        return Reading(more, NOTED)


class AskRemedyAnswer(BotAction):
    """Says what the order system knows and proposes the first remedy that the policy allows for it."""

    def name(self) -> str:
        return "action_ask_remedy_answer"

    async def act(self, talk: Talk) -> list[Event]:
        before = talk.slot(slots.REMEDY)
        if before:
            again = "utter_offer_complaint_again" if before == slots.NO_REMEDY else "utter_propose_remedy_again"
            if talk.slot(slots.ASK_AS) == NOTED:
                talk.say("utter_noted")
            elif talk.slot(slots.ASK_AS) == AS_IT_IS:
                again = "utter_propose_remedy_as_it_is"
            talk.say(again, remedy=talk.slot(slots.REMEDY_TEXT) or "")
            return []
        order = await self._order(talk)
        said = {slots.ORDER_SAID: talk.slot(slots.ORDER_NUMBER)}
        if order is not None and order.reseller is None:
            said[slots.RESELLER] = None
        if order is not None and order.reseller is not None:
            return self._reseller(talk, order.reseller)
        category = talk.slot(slots.CATEGORY) or "other"
        allowed = policy.current().remedies_for(category, order, at=clock.now())
        if talk.slot(slots.WISH) == MONEY_BACK:
            allowed = [remedy for remedy in allowed if remedy.kind == MONEY_BACK]
        if not allowed:
            needs_none = talk.slot(slots.ORDER_NUMBER) == slots.NOT_ASKED
            talk.say("utter_offer_complaint" if order or needs_none else "utter_offer_complaint_without_order")
            return set_slots({**said, slots.REMEDY: slots.NO_REMEDY})
        remedy = allowed[0]
        talk.say("utter_propose_remedy", remedy=remedy.text, clause_id=remedy.clause)
        proposed = {slots.REMEDY: remedy.id, slots.REMEDY_TEXT: remedy.text}
        await talk.remember(proposed)
        return set_slots({**said, **proposed})

    async def _order(self, talk: Talk) -> Order | None:
        """The order, said back to the customer; None when there is none to be had, which is said as well."""
        number = slots.told_order(talk.slot(slots.ORDER_NUMBER))
        if number is None:
            return None
        try:
            if talk.slot(slots.ORDER_SAID) != number and talk.turn.conversation_id is not None:
                await edge.in_transaction(visits.note_order_lookup, talk.turn.conversation_id)
            order = await edge.outside(orders.look_up, number)
        except TooMany:
            talk.say("utter_orders_too_many")
            return None
        except OrderUnknown:
            talk.say("utter_order_unknown", order=number)
            return None
        except OrdersUnavailable:
            talk.say("utter_orders_unavailable")
            return None
        if talk.slot(slots.ORDER_SAID) != number:
            _say_order(talk, order)
        return order

    def _reseller(self, talk: Talk, name: str) -> list[Event]:
        rules = policy.current()
        reseller = rules.reseller_named(name)
        pointer = reseller.pointer if reseller else rules.clauses["C9"].text
        talk.say("utter_reseller", pointer=pointer, clause_id="C9")
        talk.rest_on("C9")
        return set_slots({slots.REMEDY: slots.NO_REMEDY, slots.RESELLER: reseller.name if reseller else name})


class CloseHelp(BotAction):
    """What follows from the answer: it is noted, or the formal complaint begins with everything told."""

    def name(self) -> str:
        return "action_close_help"

    async def act(self, talk: Talk) -> list[Event]:
        answer, remedy = talk.slot(slots.REMEDY_ANSWER), talk.slot(slots.REMEDY)
        if answer == LEFT:
            talk.say("utter_left")
            nothing_told = talk.slot(slots.STORY) is None and talk.slot(slots.CATEGORY) == "other"
            return set_slots(FORGOTTEN | (dict.fromkeys((slots.CATEGORY, slots.ORDER_NUMBER)) if nothing_told else {}))
        outcome = None if remedy == slots.NO_REMEDY else f"{answer}: {talk.slot(slots.REMEDY_TEXT)}"
        await talk.remember({slots.OUTCOME: outcome})
        if answer == slots.ACCEPTED:
            talk.say("utter_remedy_accepted", remedy=talk.slot(slots.REMEDY_TEXT) or "")
            settled = (slots.CATEGORY, slots.STORY, slots.REMEDY, slots.REMEDY_ANSWER, slots.WISH, *slots.NAMED)
            done = dict.fromkeys(settled)
            return set_slots({**done, slots.OUTCOME: outcome})
        talk.say("utter_to_complaint" if outcome else "utter_to_complaint_at_once")
        return [*set_slots({**FORGOTTEN, slots.OUTCOME: outcome}), FollowupAction(slots.COMPLAINT_FORM)]


def category_of(problem: str | None) -> str | None:
    """The policy's category for a problem; "other" when the policy has none of that name; None for no problem."""
    if problem is None:
        return None
    return problem if problem in policy.current().categories else "other"


def read_category(talk: Talk) -> Reading | None:
    """What it is about, from a button or from the words; the words are kept as the story."""
    turn = talk.turn
    told = values_told(talk)
    problem = category_of(turn.problem())
    if turn.is_button:
        return _understood(talk, {slots.CATEGORY: problem}) if problem else None
    is_told = turn.intent == "out_of_scope" and turn.words > 2 and not reading.asks_something(turn)
    if problem is None and is_aside(turn) and not is_told:  # what is like nothing we know may still be what went wrong
        return None
    if problem is None and turn.intent in ("deny", "that_is_all") and talk.slot(slots.STORY):
        return _understood(talk, {slots.CATEGORY: "other"})
    if problem is None and turn.intent == "inform" and not told and (name := reading.name_answered(turn)):
        told = {slots.NAME: name}
    if problem is None and is_no_more(turn, told):
        return Reading(told, NOTED)
    tells = turn.words > 2 and turn.intent != "have_problem" and (turn.intent != "inform" or turn.words > WITH_VALUE)
    if (tells or problem) and not talk.slot(slots.DESCRIPTION):
        told[slots.STORY] = story_with(talk)
    if problem is None and tells:
        is_asked_again = (talk.slot(slots.MISREADS) or 0) > 0
        problem = category_of(turn.likeliest_problem(GUESS)) or ("other" if is_asked_again else None)
    if problem is None:
        return Reading(told, PLAIN if told and not tells else MISREAD)
    return _understood(talk, {**told, slots.CATEGORY: problem})


def read_order_number(talk: Talk) -> Reading | None:  # noqa: PLR0911 one return for each kind of answer
    """The order number, or that there is none; more of the story is kept as well."""
    turn = talk.turn
    number = reading.order_number_in(turn, was_asked=True)
    if number:
        told = {**values_told(talk), slots.ORDER_NUMBER: number}
        return Reading(told | kept_beside(talk, told))
    tells_problem = turn.problem() is not None and turn.confidence >= NO_SLIP
    has_none = turn.intent in ("no_order_number", "deny") or (not tells_problem and reading.has_none(turn))
    if has_none or (turn.intent == "that_is_all" and not policy.current().is_about_order(talk.slot(slots.CATEGORY))):
        return Reading({slots.ORDER_NUMBER: slots.NO_ORDER})
    if turn.is_button or is_aside(turn):
        return None
    problem = category_of(turn.problem())
    wants_money = problem == MONEY_BACK and talk.slot(slots.CATEGORY) in WHAT_HAPPENED
    if wants_money and not talk.slot(slots.DESCRIPTION):
        story = story_with(talk)
        return Reading({slots.WISH: MONEY_BACK, slots.STORY: story}, NOTED)
    if problem and turn.confidence >= SURE and not talk.slot(slots.DESCRIPTION):
        return Reading({slots.CATEGORY: problem, slots.STORY: story_with(talk)}, NOTED)
    if tells_more(turn) and not talk.slot(slots.DESCRIPTION):
        return Reading({slots.STORY: story_with(talk)}, NOTED)
    told = values_told(talk)
    return Reading(told, NOTED) if told else Reading(ask_as=MISREAD)


def _understood(talk: Talk, changes: dict[str, Any]) -> Reading:
    if brings_a_person(talk):  # what is said about the danger is enough
        return Reading(changes)
    talk.say(f"utter_understood_{changes[slots.CATEGORY]}")
    return Reading(changes)


def _problem_and_wish(turn: Turn) -> tuple[str | None, str | None]:
    """What went wrong, and whether the money is wanted back for it: "it came broken, I want a refund"."""
    category = category_of(turn.problem() or _problem_beside_value(turn))
    if category != MONEY_BACK or turn.is_button:
        return category, None
    happened = next((name for name, chance in turn.problems() if name in WHAT_HAPPENED and chance >= HAPPENED), None)
    return (category_of(happened), MONEY_BACK) if happened else (category, None)


def _tells_beside(turn: Turn, told: dict[str, Any]) -> bool:
    """True when a message that was taken for values says something with them that is not understood yet."""
    if turn.intent != "inform":
        return False
    return turn.words > SHORT or (bool(turn.values) and turn.words > BESIDE_A_WORD and not is_no_more(turn, told))


def _problem_beside_value(turn: Turn) -> str | None:
    """The problem in a message that was taken for a bare value but says more: "order 10023 never came"."""
    is_more = turn.intent == "inform" and reading.tells_beside_value(turn)
    return turn.likeliest_problem(GUESS) if is_more else None


def _say_order(talk: Talk, order: Order) -> None:
    rules = policy.current()
    day = order.delivered_at if order.status == "delivered" else order.shipped_at
    status = order.status if order.status in KNOWN_STATUSES else "known"
    if status in ("shipped", "delivered") and day is None:
        status = "known"
    if status == "delivered" and talk.slot(slots.CATEGORY) == "lost":
        status = "delivered_not_received"
    talk.say(
        f"utter_order_{status}",
        order=order.number,
        placed_on=rules.say_date(order.placed_at),
        day=rules.say_date(day or order.placed_at),
    )
