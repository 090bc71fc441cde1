"""Where a complaint stands (clause C6): what to look up, proof by a code in the mail, then the answer."""

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import edge, reading, slots
from actions.case_acts import show_buttons
from actions.forms import MISREAD, MISREAD_PHONE, REFUSED, SHORT, SURE, FormTurn, Reading, is_aside
from actions.standing import CODE_IS_AWAITED, is_begun, responses_so_far
from actions.talk import BotAction, Event, Talk, set_slots
from disputes import policy
from disputes.cases.schemas import CaseProgress
from disputes.chat import case_acts
from disputes.chat import service as chat
from disputes.errors import Invalid, Refused, TooMany
from disputes.settings import settings

NO = slots.NO_ADDRESS

LINES = 5
"""Lines of history that a message repeats; the status page has them all."""

CASES = 3
"""Complaints that are told at once, the newest; of another one the customer gives the number."""

CODE_ANSWERS = {"wrong": "utter_code_wrong", "expired": "utter_code_expired", "too_many": "utter_code_too_many"}


def wants_it_back(talk: Talk) -> bool:
    """True when somebody who has filed wants to withdraw it. That needs the proof, so the way is the same; says so."""
    if talk.form is not None or not talk.slot(slots.REFERENCE) or not reading.takes_complaint_back(talk.turn):
        return False
    talk.say("utter_withdraw_after_code")
    return True


class StartStatus(BotAction):
    """Takes what the question tells; shows the answer at once when the customer has proved who they are."""

    def name(self) -> str:
        return "action_start_status"

    async def act(self, talk: Talk) -> list[Event]:
        told = _lookup_in(talk, was_asked=False)
        if told is None and reading.looks_like_reference(talk.turn):
            talk.say("utter_reference_misread")
        shown = await _show(talk, told)
        if shown is not None:
            return [*shown, *talk.back_to_form()]
        email = reading.email_in(talk.turn)
        if await _is_known_to_shop(talk):
            talk.say("utter_not_under_account")
            return [*set_slots({slots.LOOKUP: told, slots.STATUS_EMAIL: email}), FollowupAction(slots.STATUS_FORM)]
        known = talk.slot(slots.LOOKUP) or talk.slot(slots.REFERENCE)
        lookup = told or known or slots.told_order(talk.slot(slots.ORDER_NUMBER))
        email = email or talk.slot(slots.STATUS_EMAIL) or talk.slot(slots.EMAIL)
        changes = {slots.LOOKUP: lookup, slots.STATUS_EMAIL: email}
        if email is None and lookup is not None and lookup == talk.slot(slots.REFERENCE):
            talk.say("utter_status_by_person")  # filed here, with a phone number only
            return [*set_slots(changes), *talk.back_to_form()]
        return [*set_slots(changes), FollowupAction(slots.STATUS_FORM)]


class StatusFormTurn(FormTurn):
    """Order number or reference, and the e-mail address of the complaint."""

    form = slots.STATUS_FORM

    def read(self, talk: Talk, asked: str | None) -> Reading | None:
        turn = talk.turn
        is_story = turn.problem() is not None and turn.confidence >= SURE and turn.words > SHORT
        if turn.is_button or is_story:
            return None
        lookup, email = _lookup_in(talk, was_asked=asked == slots.LOOKUP), reading.email_in(turn)
        told = {name: value for name, value in ((slots.LOOKUP, lookup), (slots.STATUS_EMAIL, email)) if value}
        if told:
            return Reading(told)
        is_asked_again = (talk.slot(slots.MISREADS) or 0) > 0
        if asked == slots.LOOKUP and (turn.intent == "deny" or reading.has_none(turn)):
            return (
                Reading(dict.fromkeys((asked, slots.STATUS_EMAIL), NO)) if is_asked_again else Reading(ask_as=REFUSED)
            )
        by_phone = reading.phone_in(turn, policy.current().shop.country, was_asked=True)
        has_no_address = turn.intent == "deny" or reading.has_none(turn) or reading.has_no_mail(turn) or by_phone
        if asked == slots.STATUS_EMAIL and has_no_address:
            is_over = is_asked_again or reading.has_no_mail(turn)
            return Reading({slots.STATUS_EMAIL: NO}) if is_over else Reading(ask_as=MISREAD_PHONE)
        if is_aside(turn) or turn.problem() or turn.intent in ("make_complaint", "have_problem"):
            return None
        return Reading(ask_as=MISREAD)


class RequestCode(BotAction):
    """Has a code mailed. The answer is the same whether there is such a complaint or not."""

    def name(self) -> str:
        return "action_request_code"

    async def act(self, talk: Talk) -> list[Event]:
        lookup, email = talk.slot(slots.LOOKUP), talk.slot(slots.STATUS_EMAIL)
        if NO in (lookup, email):
            talk.say("utter_status_by_person")
            return set_slots({slots.LOOKUP: None if lookup == NO else lookup, slots.STATUS_EMAIL: None})
        if not lookup or not email:
            return [FollowupAction(slots.STATUS_FORM)]
        again = talk.turn.intent == "resend_code"
        shown = None if again else await _show(talk, lookup)
        if shown is not None:
            return [*shown, ActiveLoop(None), SlotSet(slots.REQUESTED, None)]
        try:
            if talk.turn.conversation_id is not None:
                await edge.in_transaction(
                    chat.request_status_code, talk.turn.conversation_id, lookup, email, another=again
                )
        except TooMany:
            talk.say("utter_code_too_often")
            return talk.back_to_form()
        except Invalid:
            return [*set_slots({slots.LOOKUP: None, slots.STATUS_EMAIL: None}), FollowupAction(slots.STATUS_FORM)]
        is_another = again and responses_so_far(talk.events) & CODE_IS_AWAITED
        talk.say("utter_code_sent_again" if is_another else "utter_code_sent")
        return []


class ShowProgress(BotAction):
    """Runs when the gateway has tried a code that the customer typed; the code itself never comes here."""

    def name(self) -> str:
        return "action_show_progress"

    async def act(self, talk: Talk) -> list[Event]:
        result = str(talk.turn.metadata.get("code_result", "verified"))
        if result != "verified":
            talk.say(CODE_ANSWERS.get(result, "utter_code_wrong"))
            return []
        shown = await _show(talk, None)
        if shown is None:
            talk.say("utter_code_expired")
            return []
        if talk.form == slots.STATUS_FORM:
            return [*shown, ActiveLoop(None), SlotSet(slots.REQUESTED, None)]
        return [*shown, *talk.back_to_form()]


async def _is_known_to_shop(talk: Talk) -> bool:
    """Whether a code to their address would open nothing more: the shop has said who they are already."""
    conversation_id = talk.turn.conversation_id
    return conversation_id is not None and await edge.in_transaction(case_acts.is_proved_by_shop, conversation_id)


async def _show(talk: Talk, lookup: str | None) -> list[Event] | None:
    """Tells how the cases stand, or those that were asked for; None when the proof that there is does not open them."""
    if talk.turn.conversation_id is None:
        return None
    try:
        found = await edge.in_transaction(chat.progress_for_conversation, talk.turn.conversation_id)
    except Refused:
        return None
    if lookup is not None:
        found = [case for case in found if lookup in (case.reference, case.order_number)]
    if not found and (lookup is not None or await _is_known_to_shop(talk)):
        return None
    for case in found[:CASES]:
        _tell(talk, case)
        await show_buttons(talk, case)
    if len(found) > CASES:
        talk.say("utter_more_cases")
    if not found:
        talk.say("utter_no_cases")
    elif talk.form is None and is_begun(talk):
        talk.say("utter_complaint_waits")
    return []


def _tell(talk: Talk, case: CaseProgress) -> None:
    say_date = policy.current().say_date
    history = "\n".join(f"{say_date(line.at)}: {line.text}" for line in case.history[-LINES:])
    talk.say(
        "utter_progress" if case.next_date else "utter_progress_at_end",
        reference=case.reference,
        about=case.category_label,
        stage=case.stage_label,
        turn=case.whose_turn,
        next_step=case.next_step,
        next_date=say_date(case.next_date) if case.next_date else "",
        end_by=say_date(case.promised_end),
        history=history,
        status_page=f"{settings().base_url}/status",
    )


def _lookup_in(talk: Talk, *, was_asked: bool) -> str | None:
    """The reference or order number in the message. A mistyped reference is never taken for an order."""
    reference = reading.reference_in(talk.turn)
    if reference or reading.looks_like_reference(talk.turn):
        return reference
    return reading.order_number_in(talk.turn, was_asked=was_asked)
