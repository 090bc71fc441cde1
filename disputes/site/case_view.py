"""All that the page of a complaint shows to the person who filed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import complainant, engine, forecast, progress, queries, states, times
from disputes.cases.schemas import CaseProgress
from disputes.cases.tables import Case, CasePromise
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.mediation.service import Message, Paper
from disputes.notifications import queries as letters
from disputes.offers import service as offers
from disputes.policy.policy import OutsideAnswer
from disputes.records import service as records
from disputes.site.acts import CUSTOMER

STEPS: Final = {
    "answer": states.ANSWERED,
    "accept": states.ACCEPTED,
    "accept_final": states.FINAL_ACCEPTED,
    "mediation": states.MEDIATION_STARTED,
    "stop_mediation": states.MEDIATION_ENDED,
    "withdraw": states.WITHDRAWN,
    "undo": states.WITHDRAWAL_UNDONE,
    "review": states.REOPENED,
    "object": states.OBJECTED,
}
"""Forms of the page that are a step of the table."""


@dataclass(frozen=True)
class CaseView:
    """A complaint as its customer sees it. `may` has the names of the steps that are open now."""

    stands: CaseProgress
    may: frozenset[str]
    questions: Sequence[str]
    answer_by: datetime | None
    offer: offers.Offer | None
    offer_is_open: bool
    offer_ends: datetime | None
    counter: str | None
    remedies: Sequence[offers.Remedy]
    mediation: mediation.MediationView | None
    messages: Sequence[Message]
    papers: Sequence[Paper]
    can_ask_mediation: bool
    evidence: Sequence[investigation.Evidence]
    promises: Sequence[CasePromise]
    nothing: Sequence[str]
    split: times.Days
    expected: times.Expected
    undelivered: bool
    outside: OutsideAnswer | None
    may_take_bundle: bool
    window_ends: datetime | None
    words: Mapping[str, str]


def view_of(session: Session, case: Case) -> CaseView:
    """The view of one case whose reader has been proved."""
    rules = policy.current()
    standing = engine.standing_of(session, case)
    offer = offers.current_offer(session, case)
    running = mediation.view_of(session, case)
    counter = offers.counter_of(session, offer) if offer else None
    outside = None
    if case.final_sent_at is not None or case.deadlock_notice_at is not None:
        outside = rules.outside_options_for(case.country or rules.shop.country, clock.now())
    return CaseView(
        stands=progress.progress_of_cases(session, [case])[0],
        may=frozenset(
            name
            for name, step in STEPS.items()
            if states.why_not(step, standing, CUSTOMER) is None and name not in complainant.too_late(session, case)
        ),
        questions=[question.text for question in investigation.open_questions(session, case)],
        answer_by=investigation.answer_by(session, case),
        offer=offer,
        offer_is_open=offer is not None and _can_be_accepted(offer, case),
        offer_ends=offers.expires_at(session, case, offer) if offer else None,
        counter=counter.words if counter else None,
        remedies=offers.remedies_of(session, case),
        mediation=running,
        messages=_messages(session, case, running),
        papers=_papers(session, case, running),
        can_ask_mediation=case.state in ("investigating", "escalated")
        and rules.may_mediate(case.category, None) is None,
        evidence=[file for file in investigation.evidence_of(session, case) if file.staff_id is None],
        promises=queries.promises_of(session, case.id),
        nothing=forecast.if_you_do_nothing(session, case),
        split=times.days_with(queries.events_of(session, [case.id]), clock.now(), rules.calendar),
        expected=times.expected_time(session, case.category, case.state),
        undelivered=letters.undelivered(session, case.id),
        outside=outside,
        may_take_bundle=records.may_take_bundle(case) is None,
        window_ends=case.window_ends,
        words=rules.words_for(case.category),
    )


def _messages(session: Session, case: Case, running: mediation.MediationView | None) -> Sequence[mediation.Message]:
    if running is None or running.phase != "running":
        return []
    return mediation.messages_with_neutral(session, case, "customer", CUSTOMER)


def _papers(session: Session, case: Case, running: mediation.MediationView | None) -> Sequence[mediation.Paper]:
    if running is None or running.phase != "running":
        return []
    return mediation.papers_for_party(session, case, "customer", CUSTOMER)


def _can_be_accepted(offer: offers.Offer, case: Case) -> bool:
    """A final response that was refused can still be accepted while its time runs."""
    return offers.state_of(offer, case) == "open" or (offer.answer == "refused" and case.state == "final_response")
