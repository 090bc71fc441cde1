"""Summing the complaint up and filing it, once."""

import hashlib
import re

from rasa_sdk.events import FollowupAction

from actions import edge, slots
from actions.complaint import EMPTIED
from actions.forms import AGAIN, CHANGE
from actions.talk import BotAction, Event, Talk, set_slots
from actions.told import joined
from disputes import policy
from disputes.cases import filing
from disputes.chat import case_acts, files_to_case
from disputes.errors import Invalid
from disputes.settings import settings

SHOWN = 300
"""Characters of the description that the summary repeats."""

FAULTY = {"name": slots.NAME, "email": slots.CONTACT, "phone": slots.CONTACT, "contact": slots.CONTACT}

AFTER_FILING = dict.fromkeys(
    (
        *(name for name in slots.REQUIRED[slots.COMPLAINT_FORM] if name not in slots.PERSON),
        slots.STORY,
        *slots.NAMED,
        slots.REMEDY,
        slots.REMEDY_TEXT,
        slots.OUTCOME,
        slots.RESELLER,
    )
)
"""Emptied once the complaint is filed, so that the next one is about another matter; the person is the same and is not
asked who they are again. Rasa's tracker keeps the events that filled these slots as long as the chat is kept."""


class AskFilingConfirmed(BotAction):
    """The summary, with a way to change every line of it."""

    def name(self) -> str:
        return "action_ask_filing_confirmed"

    async def act(self, talk: Talk) -> list[Event]:
        if talk.slot(slots.ASK_AS) == CHANGE:
            talk.say("utter_what_to_change")
            return []
        if talk.slot(slots.ASK_AS) == AGAIN:
            talk.say("utter_confirm_again")
            return []
        description = re.sub(r"\n+", "\n", _description(talk))  # one bubble, not several
        number = slots.told_order(talk.slot(slots.ORDER_NUMBER))
        before = await _filed_before(talk, number)
        if before:
            talk.say("utter_filed_before", reference=before)
        talk.say(
            "utter_summary" if number else "utter_summary_without_order",
            name=str(talk.slot(slots.NAME)),
            contact=str(talk.slot(slots.CONTACT)),
            order=number or "",
            about=policy.current().category_label(str(talk.slot(slots.CATEGORY))),
            story=description if len(description) <= SHOWN else f"{description[:SHOWN].rstrip()}…",
        )
        return []


class FileComplaint(BotAction):
    """Files the complaint. The same words from the same chat, however often confirmed, are the same complaint."""

    def name(self) -> str:
        return "action_file_complaint"

    async def act(self, talk: Talk) -> list[Event]:
        asked_for = slots.REQUIRED[slots.COMPLAINT_FORM]
        if any(talk.slot(name) is None for name in asked_for if name != slots.CONFIRMED):
            return self._nothing_to_file(talk)
        try:
            complaint = filing.read_complaint(
                {
                    "name": talk.slot(slots.NAME),
                    "email": talk.slot(slots.EMAIL),
                    "phone": talk.slot(slots.PHONE),
                    "order_number": slots.told_order(talk.slot(slots.ORDER_NUMBER)),
                    "category": talk.slot(slots.CATEGORY),
                    "description": _description(talk),
                    "informal_outcome": talk.slot(slots.OUTCOME),
                    "reseller": talk.slot(slots.RESELLER),
                    "scope_review": talk.slot(slots.RESELLER) is not None,
                    "source": "chat",
                    "conversation_id": talk.turn.conversation_id,
                }
            )
        except Invalid as refusal:
            return self._ask_again(talk, refusal)
        case, files = await edge.in_transaction(files_to_case.file_complaint, complaint, filing_key=_filing_key(talk))
        say_date = policy.current().say_date
        talk.say(
            "utter_filed_and_mailed" if complaint.email else "utter_filed",
            reference=case.reference,
            person_by=say_date(case.next_date or case.first_answer_by),
            answer_by=say_date(case.first_answer_by),
            end_by=say_date(case.expected_end),
            status_page=f"{settings().base_url}/status",
        )
        if files:
            talk.say("utter_files_go_along")
        to_look_up = {slots.LOOKUP: case.reference, slots.STATUS_EMAIL: complaint.email}
        return set_slots({**AFTER_FILING, slots.REFERENCE: case.reference, **to_look_up})

    def _nothing_to_file(self, talk: Talk) -> list[Event]:
        """A second click on an old button: the complaint has been filed, or is not ready yet."""
        filed = talk.slot(slots.REFERENCE)
        if filed:
            talk.say("utter_already_filed", reference=filed)
            return talk.back_to_form()
        return [FollowupAction(slots.COMPLAINT_FORM)]

    def _ask_again(self, talk: Talk, refusal: Invalid) -> list[Event]:
        talk.say("utter_filing_refused", reason=" ".join(refusal.fields.values()) or refusal.message)
        wrong = {FAULTY.get(name, slots.DESCRIPTION) for name in refusal.fields} or {slots.CONFIRMED}
        emptied = {name: None for slot in wrong for name in EMPTIED.get(slot, ())}
        return [*set_slots({**emptied, slots.CONFIRMED: None}), FollowupAction(slots.COMPLAINT_FORM)]


async def _filed_before(talk: Talk, order_number: str | None) -> str | None:
    """The open complaint about the same order that was filed here, or that the customer has proved to be theirs."""
    if talk.turn.conversation_id is None:
        return None
    person = {"email": talk.slot(slots.EMAIL), "phone": talk.slot(slots.PHONE), "order_number": order_number}
    return await edge.in_transaction(case_acts.open_about, talk.turn.conversation_id, **person)


def _description(talk: Talk) -> str:
    """All that was told: words that came beside a description that was corrected on the card are not lost."""
    return joined(talk.slot(slots.DESCRIPTION), talk.slot(slots.STORY))


def _filing_key(talk: Talk) -> str:
    """What is filed, in which chat, is its own key: a turn that is run again, a second click and a customer who says
    yes again after the assistant fell over all mean the same complaint."""
    told = "\0".join(str(talk.slot(name)) for name in slots.REQUIRED[slots.COMPLAINT_FORM])
    chat = talk.turn.conversation_id or talk.turn.message_id or ""
    return f"chat:{chat}:{hashlib.sha256(told.encode()).hexdigest()}"
