"""What letters say. Each is a function from facts to a `Letter`; `FOR_NOTICE` has the one of each notice."""

from collections.abc import Callable, Mapping
from typing import Final

from disputes.notifications.letters.acknowledgement import acknowledgement
from disputes.notifications.letters.answer_in import answer_in
from disputes.notifications.letters.blocks import Said
from disputes.notifications.letters.chat import chat_not_helped, chat_received, chat_reply, chat_transcript
from disputes.notifications.letters.ended_by_manager import ended_by_manager
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.final_response import final_response
from disputes.notifications.letters.for_reseller import for_reseller
from disputes.notifications.letters.hard_cap import hard_cap
from disputes.notifications.letters.joined import joined
from disputes.notifications.letters.last_call import last_call
from disputes.notifications.letters.late_mail import late_mail
from disputes.notifications.letters.letter import Letter
from disputes.notifications.letters.mediation_offered import mediation_offered
from disputes.notifications.letters.mediation_runs import (
    mediation_declined,
    mediation_ended,
    mediation_extended,
    mediation_started,
)
from disputes.notifications.letters.mediation_wish import (
    mediation_request_declined,
    mediation_requested,
    settlement_proposed,
)
from disputes.notifications.letters.named_person import named_person
from disputes.notifications.letters.new_date import new_date
from disputes.notifications.letters.outcome import offer_reminder, outcome
from disputes.notifications.letters.progress import progress
from disputes.notifications.letters.questions import question_reminder, questions
from disputes.notifications.letters.remedy_late import remedy_late
from disputes.notifications.letters.reopened import reopened
from disputes.notifications.letters.review_taken import review_taken
from disputes.notifications.letters.satisfaction import satisfaction
from disputes.notifications.letters.settled import remedy_delivered, settled, taken_as_settled
from disputes.notifications.letters.sign_in_link import sign_in_link
from disputes.notifications.letters.staff_task import staff_task
from disputes.notifications.letters.status_code import status_code
from disputes.notifications.letters.to_management import escalated, not_settled
from disputes.notifications.letters.weekly_report import weekly_report
from disputes.notifications.letters.withdrawn import withdrawal_undone, withdrawn
from disputes.policy import Policy

__all__ = [
    "FOR_NOTICE",
    "CaseFacts",
    "Letter",
    "Said",
    "WriteLetter",
    "chat_not_helped",
    "chat_received",
    "chat_reply",
    "chat_transcript",
    "sign_in_link",
    "staff_task",
    "status_code",
    "weekly_report",
]

type WriteLetter = Callable[[CaseFacts, Policy, str], Letter]

FOR_NOTICE: Final[Mapping[str, WriteLetter]] = {
    "N1": acknowledgement,
    "N2": for_reseller,
    "N3": joined,
    "N4": named_person,
    "N4r": review_taken,
    "N5": questions,
    "N5r": question_reminder,
    "N6": answer_in,
    "N7": outcome,
    "N7r": offer_reminder,
    "N8": settled,
    "N8a": taken_as_settled,
    "N8d": remedy_delivered,
    "N9": not_settled,
    "N10": escalated,
    "N11": mediation_offered,
    "N12": mediation_started,
    "N12a": mediation_declined,
    "N12x": mediation_extended,
    "N13": mediation_ended,
    "N14": final_response,
    "N15": hard_cap,
    "N16": last_call,
    "N17": reopened,
    "N18": withdrawn,
    "N18u": withdrawal_undone,
    "N19": remedy_late,
    "N20": ended_by_manager,
    "NL": late_mail,
    "NM": mediation_requested,
    "NMd": mediation_request_declined,
    "NP": progress,
    "NS": satisfaction,
    "NSt": settlement_proposed,
    "NX": new_date,
}
"""The letter of each notice of `cases.states`, and of the events beside the table."""
