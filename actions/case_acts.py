"""Acting on a complaint in the chat (clauses C4, C5, C7, C8): a button, a second one to be sure, or a few words."""

import json
from uuid import UUID, uuid4

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import edge, slots
from actions.forms import MISREAD_AGAIN, SHORT, SURE, TOO_SHORT, FormTurn, Reading, is_aside
from actions.standing import go_on
from actions.talk import BotAction, Event, Talk, set_slots
from disputes import policy
from disputes.cases.progress import NotVerified
from disputes.cases.schemas import CaseProgress
from disputes.chat import case_acts
from disputes.chat.case_acts import Told
from disputes.errors import DisputesError, Invalid, Refused
from disputes.settings import settings

TO_CONFIRM = {
    "accept": "utter_confirm_accept",
    "refuse": "utter_confirm_refuse",
    "withdraw": "utter_confirm_withdraw",
    "agree": "utter_confirm_agree",
    "decline": "utter_confirm_decline",
}
"""Acts that ask once more, and how."""

WITH_WORDS = frozenset({"answer", "counter", "add", "review", "mediation"})
"""Acts for which the customer writes something; the case form asks for it."""

AT_ONCE = {**{f"{name}_sure": name for name in TO_CONFIRM}, "undo": "undo"}
"""Buttons that do something, and what."""

DONE = {
    "accept": "utter_done_accept",
    "refuse": "utter_done_refuse",
    "withdraw": "utter_done_withdraw",
    "agree": "utter_done_agree",
    "decline": "utter_done_decline",
    "mediation": "utter_done_mediation",
    "undo": "utter_done_undo",
    "answer": "utter_done_answer",
    "counter": "utter_done_counter",
    "add": "utter_done_add",
    "review": "utter_done_review",
}

MOVES = frozenset({"accept", "refuse", "withdraw", "undo", "answer", "review", "decline"})
"""Acts after which the complaint stands elsewhere; the customer is told where."""

FORGET = dict.fromkeys((slots.CASE_ACT, slots.CASE_REFERENCE, slots.CASE_ABOUT, slots.CASE_WORDS, slots.CASE_BEFORE))


async def show_buttons(talk: Talk, case: CaseProgress) -> None:
    """Offers what can be done with the complaint at its stage; nothing when the proof has run out just now."""
    response = case_acts.BUTTONS.get(case.stage)
    if response is None:
        return
    try:
        at_hand = await edge.in_transaction(case_acts.at_hand, _conversation(talk), case.reference)
    except Refused:
        return
    if response == "utter_can_mediation_offered" and not at_hand.terms:
        return  # the customer has said yes, and the others have not yet
    names = [*TO_CONFIRM, *WITH_WORDS, "undo", "nothing"]
    payloads = {f"{name}_payload": payload(name, case.reference, at_hand.about) for name in names}
    told = {"questions": "\n".join(at_hand.questions), "terms": at_hand.terms, "status_page": _status_page()}
    talk.say(response, **told, **payloads)


def payload(act: str, reference: str, about: str = "") -> str:
    """What a button sends for an act."""
    return f"/act_on_case{json.dumps({'act': act, 'case': reference, 'about': about or 'none'})}"


def leave(talk: Talk) -> list[Event]:
    """Ends the case form; a form that it interrupted asks its question again."""
    before = talk.slot(slots.CASE_BEFORE)
    ended = [*set_slots(FORGET), ActiveLoop(None), SlotSet(slots.REQUESTED, None)]
    return [*ended, FollowupAction(before)] if before else ended


class ActOnCase(BotAction):
    """A button under a complaint."""

    def name(self) -> str:
        return "action_act_on_case"

    async def act(self, talk: Talk) -> list[Event]:
        turn = talk.turn
        name, reference, about = turn.first("act") or "", turn.first("case") or "", turn.first("about") or ""
        if not turn.is_button or not reference:
            talk.say("utter_button_is_old")
        elif name in WITH_WORDS:
            if await _is_possible(talk, reference, name):
                return _ask_for_words(talk, name, reference, about)
        elif name in TO_CONFIRM:
            if await _is_possible(talk, reference, name):
                talk.say(
                    TO_CONFIRM[name],
                    sure_payload=payload(f"{name}_sure", reference, about),
                    leave_payload=payload("leave", reference),
                )
        elif name in AT_ONCE:
            return await _do_at_once(talk, AT_ONCE[name], reference, about)
        elif name == "nothing":
            await _tell_forecast(talk, reference)
        else:
            talk.say("utter_all_right" if name == "leave" else "utter_button_is_old")
        return talk.back_to_form()


class TellIfNothing(BotAction):
    """Answers "what if I do nothing?": with the dates of the complaint after a proof, else in general."""

    def name(self) -> str:
        return "action_tell_if_nothing"

    async def act(self, talk: Talk) -> list[Event]:
        await _tell_forecast(talk, None)
        return go_on(talk)


class CaseFormTurn(FormTurn):
    """Takes the next message as what the customer wants to say."""

    form = slots.CASE_FORM

    def read(self, talk: Talk, asked: str | None) -> Reading | None:
        turn = talk.turn
        if turn.is_button or asked != slots.CASE_WORDS:
            return None
        is_short = turn.words <= SHORT
        if is_short and is_aside(turn, SURE):
            return None
        if is_short and turn.confidence >= SURE and talk.slot(slots.CASE_ACT) != "answer":
            if turn.intent in ("deny", "that_is_all"):
                return None  # action_reply_no leaves the form
            if turn.intent == "affirm":
                return Reading(ask_as=TOO_SHORT)
        if not any(sign.isalnum() for sign in turn.text):
            return Reading(ask_as=TOO_SHORT)
        return Reading({slots.CASE_WORDS: turn.text})


class AskCaseWords(BotAction):
    """The question of the case form: what the words are for."""

    def name(self) -> str:
        return "action_ask_case_words"

    async def act(self, talk: Talk) -> list[Event]:
        if talk.slot(slots.ASK_AS) in (TOO_SHORT, MISREAD_AGAIN):
            talk.say("utter_words_needed")
        else:
            talk.say(f"utter_ask_words_{talk.slot(slots.CASE_ACT) or 'add'}")
        return []


class SendCaseWords(BotAction):
    """Does what the words were for. Words that cannot be taken are asked for again, and the customer is told."""

    def name(self) -> str:
        return "action_send_case_words"

    async def act(self, talk: Talk) -> list[Event]:
        act, reference = str(talk.slot(slots.CASE_ACT) or ""), str(talk.slot(slots.CASE_REFERENCE) or "")
        words = str(talk.slot(slots.CASE_WORDS) or "")
        if not words or not reference or act not in WITH_WORDS:
            talk.say("utter_button_is_old")
            return leave(talk)
        told = Told(about=str(talk.slot(slots.CASE_ABOUT) or ""), words=words, key=_key(talk))
        try:
            await _do(talk, act, reference, told)
        except Invalid as refusal:
            talk.say("utter_words_refused", reason=refusal.message)
            return [*set_slots({slots.CASE_WORDS: None}), FollowupAction(slots.CASE_FORM)]
        except NotVerified:
            talk.say("utter_words_unproved")
        except DisputesError as refusal:
            talk.say("utter_words_not_passed_on", reason=refusal.message)
        return leave(talk)


def _ask_for_words(talk: Talk, name: str, reference: str, about: str) -> list[Event]:
    before = talk.slot(slots.CASE_BEFORE) if talk.form == slots.CASE_FORM else talk.form
    held = {
        slots.CASE_ACT: name,
        slots.CASE_REFERENCE: reference,
        slots.CASE_ABOUT: about,
        slots.CASE_WORDS: None,
        slots.CASE_BEFORE: before,
    }
    return [*set_slots(held), FollowupAction(slots.CASE_FORM)]


async def _do_at_once(talk: Talk, act: str, reference: str, about: str) -> list[Event]:
    try:
        await _do(talk, act, reference, Told(about=about, key=_key(talk)))
    except DisputesError as refusal:
        _refuse(talk, refusal)
        return talk.back_to_form()
    if talk.form == slots.CASE_FORM and talk.slot(slots.CASE_REFERENCE) == reference:
        return leave(talk)  # what the words were to be about has just been settled otherwise
    return talk.back_to_form()


async def _do(talk: Talk, act: str, reference: str, told: Told) -> None:
    """Does it and says so. Raises what the service raises."""
    case = await edge.in_transaction(case_acts.act, _conversation(talk), reference, act, told)
    talk.say(DONE[act], reference=reference, undo_payload=payload("undo", reference))
    if act in MOVES:
        talk.say(
            "utter_stands_now" if case.next_date else "utter_stands_now_at_end",
            stage=case.stage_label,
            next_step=case.next_step,
            next_date=policy.current().say_date(case.next_date) if case.next_date else "",
        )


async def _is_possible(talk: Talk, reference: str, act: str) -> bool:
    """Whether it makes sense to ask anything further; says why not."""
    try:
        await edge.in_transaction(case_acts.check, _conversation(talk), reference, act)
    except DisputesError as refusal:
        _refuse(talk, refusal)
        return False
    return True


async def _tell_forecast(talk: Talk, reference: str | None) -> None:
    """Says what happens by itself with that complaint, or with all that may be spoken of."""
    told: dict[str, list[str]] = {}
    try:
        told = await edge.in_transaction(case_acts.if_nothing, _conversation(talk), reference)
    except NotVerified as refusal:
        if reference is not None:
            _refuse(talk, refusal)
            return
    for each, lines in told.items():
        talk.say("utter_if_nothing", reference=each, lines="\n".join(lines))
    if not told:
        talk.say("utter_if_nothing_in_general")


def _refuse(talk: Talk, refusal: DisputesError) -> None:
    if isinstance(refusal, NotVerified):
        talk.say("utter_proof_is_over")
    else:
        talk.say("utter_case_refused", reason=refusal.message)


def _conversation(talk: Talk) -> UUID:
    if talk.turn.conversation_id is None:
        raise NotVerified
    return talk.turn.conversation_id


def _status_page() -> str:
    return f"{settings().base_url}/status"


def _key(talk: Talk) -> str:
    """The message is the key: a turn that is run again is the same act."""
    return f"chat:{talk.turn.message_id or uuid4()}"
