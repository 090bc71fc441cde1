"""What others may read of a mediation: pages, letters, exports. Never a note, a talk or a shared paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases.tables import Case, CaseEvent
from disputes.mediation import confidential, queries
from disputes.mediation.access import NOT_OVER, OFFERED, due_of
from disputes.mediation.settlements import drafts_of
from disputes.mediation.tables import Mediation, MediationConsent, MediationSettlement
from disputes.mediation.words import PARTIES, consent_words
from disputes.people.tables import Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "consent")

_ENDS: Final = ("mediation_declined", "mediation_ended")
"""Events that a clock may write too, which knows of no attempt."""

type Phase = Literal["offered", "running", "set_aside", "settled", "over"]


@dataclass(frozen=True)
class Receipt:
    """What one side answered: to which words, when, by whom, and how it can stop. To be shown and printed."""

    party: str
    agreed: bool
    words: str
    answered_at: datetime
    by: str
    how_to_stop: str


@dataclass(frozen=True)
class MediationView:
    """Where a case's last mediation stands, for the pages of both sides.

    `words` are what each side that has not answered has to read. `due` is the last day to answer, or of the
    mediation. `settlement` is the text proposed, or agreed on.
    """

    mediation: Mediation
    phase: Phase
    receipts: dict[str, Receipt]
    words: dict[str, str]
    due: datetime | None
    settlement: MediationSettlement | None


def mediation_of(session: Session, case: Case) -> Mediation | None:
    """The last attempt at mediation in a case."""
    return queries.latest(session, case.id)


def view_of(session: Session, case: Case) -> MediationView | None:
    """Where the last attempt at mediation in a case stands; None when there was none."""
    mediation = queries.latest(session, case.id)
    if mediation is None:
        return None
    phase = phase_of(mediation, case)
    receipts = _receipts(session, case, mediation)
    unanswered = [party for party in PARTIES if phase == "offered" and party not in receipts]
    return MediationView(
        mediation=mediation,
        phase=phase,
        receipts=receipts,
        words={party: consent_words(mediation, case, party) for party in unanswered},
        due=due_of(session, case, "mediation_answer" if phase == "offered" else "mediation_end"),
        settlement=queries.settlement_of(session, mediation.id),
    )


def phase_of(mediation: Mediation, case: Case) -> Phase:
    """Where an attempt stands; what a clock ended is told by the case. `set_aside`: the complaint is withdrawn."""
    if mediation.outcome == "settled":
        return "settled"
    if mediation.ended_at is None and case.state == "withdrawn":
        return "set_aside"
    if mediation.ended_at is not None or case.state not in NOT_OVER:
        return "over"
    return "offered" if case.state in OFFERED else "running"


def receipts_of(session: Session, case: Case) -> dict[str, Receipt]:
    """What each side answered in the last attempt, by side."""
    mediation = queries.latest(session, case.id)
    return _receipts(session, case, mediation) if mediation else {}


def facts_of_event(session: Session, event: CaseEvent) -> dict[str, Any]:
    """What a letter about an event of a mediation may say; empty for other events.

    `neutral`, `organisation`, `cost`, `proposed_by`, `answer_days`, `days`, `longer_days`, `think_hours`; `why` and
    `by` where it ended; `settlement` and `remedies` where there is a text; `accept_from` for a proposed one; `receipt`
    for the start. Times are aware UTC. A text that was taken back since is not there any more.
    """
    mediation = _told_of(session, event)
    if mediation is None:
        return {}
    case = session.get_one(Case, event.case_id)
    clocks = policy.current().clocks_for(case.category)
    facts: dict[str, Any] = {
        "neutral": mediation.neutral_name,
        "organisation": mediation.neutral_organisation,
        "cost": mediation.cost,
        "proposed_by": mediation.proposed_by,
        "answer_days": clocks.mediation_answer_days,
        "days": clocks.mediation_days,
        "longer_days": clocks.mediation_extension_days,
        "think_hours": clocks.mediation_think_hours,
    }
    if event.kind in _ENDS:
        by_clock = event.actor_kind == "clock"
        facts["why"] = "time" if by_clock else event.data.get("why")
        facts["by"] = "clock" if by_clock else event.data.get("by")
    if event.kind == "mediation_started":
        facts["receipt"] = _receipts(session, case, mediation).get("customer")
    if event.data.get("settlement_id"):
        settlement = session.get(MediationSettlement, UUID(event.data["settlement_id"]))
        if settlement is not None and settlement.replaced_at is None and settlement.text is not None:
            facts["settlement"] = settlement.text
            facts["remedies"] = drafts_of(settlement)
            facts["accept_from"] = settlement.accept_from
    return facts


def export_of(session: Session, case: Case) -> dict[str, Any]:
    """What is kept of the mediations of a case, for whoever may have a copy of the case; values for JSON."""
    found = []
    for mediation in queries.all_of(session, case.id):
        settlement = queries.settlement_of(session, mediation.id)
        found.append(
            {
                "neutral": mediation.neutral_name,
                "organisation": mediation.neutral_organisation,
                "proposed_by": mediation.proposed_by,
                "proposed_at": mediation.proposed_at.isoformat(),
                "started_at": _iso(mediation.started_at),
                "extended_at": _iso(mediation.extended_at),
                "ended_at": _iso(mediation.ended_at),
                "result": phase_of(mediation, case),
                "consents": [
                    {
                        "party": receipt.party,
                        "agreed": receipt.agreed,
                        "words": receipt.words,
                        "answered_at": receipt.answered_at.isoformat(),
                        "how_to_stop": receipt.how_to_stop,
                    }
                    for receipt in _receipts(session, case, mediation).values()
                ],
                "settlement": _exported(settlement) if settlement and mediation.outcome == "settled" else None,
            }
        )
    return {"mediations": found}


def erase(session: Session, case: Case) -> None:
    """Destroys what people wrote in the mediations of a case. That there was one, and the consents, stay."""
    confidential.destroy(session, case.id)
    for settlement in queries.settlements_of_case(session, case.id):
        settlement.text, settlement.remedies = None, []
    session.flush()


def _told_of(session: Session, event: CaseEvent) -> Mediation | None:
    if event.data.get("mediation_id"):
        return queries.by_id(session, UUID(event.data["mediation_id"]))
    if event.kind not in _ENDS:
        return None
    known = [one for one in queries.all_of(session, event.case_id) if one.proposed_at <= event.at]
    return known[-1] if known else None


def _receipts(session: Session, case: Case, mediation: Mediation) -> dict[str, Receipt]:
    given = queries.consents_of(session, mediation.id)
    return {party: _receipt(session, given[party]) for party in PARTIES if party in given}


def _receipt(session: Session, consent: MediationConsent) -> Receipt:
    staff = session.get(Staff, consent.staff_id) if consent.staff_id else None
    by = staff.name if staff else say("by_customer")
    return Receipt(consent.party, consent.agreed, consent.words, consent.answered_at, by, consent.how_to_stop)


def _exported(settlement: MediationSettlement) -> dict[str, Any]:
    return {
        "text": settlement.text,
        "remedies": settlement.remedies,
        "customer_accepted_at": _iso(settlement.customer_accepted_at),
        "shop_accepted_at": _iso(settlement.shop_accepted_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
