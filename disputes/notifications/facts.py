"""Collects what a letter may say from the event that causes it, its case, and the tables the event points to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import chain
from disputes.cases import queries as case_queries
from disputes.cases.tables import Case, CaseEvent
from disputes.investigation import queries as investigation_queries
from disputes.investigation import questions
from disputes.investigation.tables import Answer
from disputes.mediation import queries as mediation_queries
from disputes.mediation.tables import MediationSettlement
from disputes.notifications import queries
from disputes.notifications.letters.facts import (
    HIDDEN_LINK,
    CaseFacts,
    DatesTold,
    FindingFacts,
    MediationFacts,
    OfferFacts,
    OutsideFacts,
    RemedyFacts,
    SettlementFacts,
)
from disputes.offers import queries as offer_queries
from disputes.offers.tables import Offer, Remedy
from disputes.people.tables import Staff
from disputes.policy import Policy
from disputes.policy.words import say_money
from disputes.settings import settings

ABOUT_OFFER = frozenset({"N7", "N7r", "N14", "N8", "N8a"})
ABOUT_MEDIATION = frozenset({"N11", "N12", "N12a", "N12x", "N13", "NSt"})


def facts_of(session: Session, event: CaseEvent) -> CaseFacts:
    """The facts for the letter of an event that was loaded with its case, complainant, words and staff."""
    case, rules, notice = event.case, policy.current(), event.notice or ""
    state = queries.state_at(session, event)
    facts = CaseFacts(
        reference=case.reference,
        state=state,
        from_state=event.from_state,
        name=case.customer.name,
        order_number=case.order_number,
        category_label=rules.category_label(case.category),
        category=case.category,
        description=case.description,
        desired_outcome=case.desired_outcome,
        source=case.source,
        filed_at=case.filed_at,
        case_url=f"{settings().base_url}/case/{HIDDEN_LINK}",
        policy_digest=rules.digest,
        seal=chain.seal_of(event),
        kind=event.kind,
        actor=event.actor_kind,
        at=event.at,
        due_at=event.due_at,
        dates=_dates(event.data.get("dates", {})),
        outside=_outside(case, rules, event.at),
        staff_name=event.staff.name if event.staff else None,
        staff_role=event.staff.role if event.staff else None,
        handler=_handler(session, event, state),
        by=event.data.get("by"),
        why=event.data.get("why"),
        text=_text(session, event),
        reason=event.words.reason if event.words else None,
        old_date=_moment(event.data.get("old")),
        new_date=_moment(event.data.get("new") or event.data.get("remedy_due")),
        quick=event.at <= rules.calendar.due_after_business_days(case.filed_at, rules.clocks.quick_lane_business_days),
        urgent=case.urgent,
        overdue=case.final_overdue_at is not None and case.final_overdue_at <= event.at and state == "escalated",
        door_open=event.at > case.hard_cap or (case.final_sent_at is not None and case.final_sent_at <= event.at),
    )
    if notice == "N2" and case.reseller:
        reseller = rules.reseller_named(case.reseller)
        pointer = reseller.pointer if reseller else None
        return replace(facts, reseller=reseller.name if reseller else case.reseller, reseller_pointer=pointer)
    if notice == "N3" and case.merged_into_id:
        survivor = case_queries.case_by_id(session, case.merged_into_id)
        return replace(facts, surviving_reference=survivor.reference if survivor else None)
    if notice in ("N5", "N5r"):
        return replace(facts, questions=tuple(questions.questions_of_event(session, event)))
    if notice in ("N8d", "N19"):
        return _with_remedy(session, event, facts, rules)
    if notice in ABOUT_MEDIATION or event.kind == "mediation_settled":
        facts = _with_mediation(session, event, facts, rules)
    if notice in ABOUT_OFFER and event.kind != "mediation_settled":
        facts = _with_offer(session, event, facts, rules)
    return facts


def _dates(told: dict[str, str]) -> DatesTold:
    names = DatesTold.__dataclass_fields__
    return DatesTold(**{name: datetime.fromisoformat(due) for name, due in told.items() if name in names})


def _moment(written: object) -> datetime | None:
    return datetime.fromisoformat(written) if isinstance(written, str) else None


def _outside(case: Case, rules: Policy, at: datetime) -> OutsideFacts:
    answer = rules.outside_options_for(case.country or rules.shop.country, at)
    options = tuple((option.name, str(option.url)) for option in answer.options)
    return OutsideFacts(answer.general, answer.takes_part, answer.time_limits, options)


def _handler(session: Session, event: CaseEvent, state: str) -> str | None:
    named = event.data.get("investigator")
    if named:
        staff = session.get(Staff, UUID(named))
        return staff.name if staff else None
    case = event.case
    holder = case.decider if state in ("escalated", "final_response") else case.investigator
    return holder.name if holder else None


def _text(session: Session, event: CaseEvent) -> str | None:
    answer_id = event.data.get("answer_id")
    if answer_id:
        return session.scalar(select(Answer.text).where(Answer.id == UUID(answer_id)))
    return event.words.text if event.words else None


def _with_offer(session: Session, event: CaseEvent, facts: CaseFacts, rules: Policy) -> CaseFacts:
    offer_id = event.data.get("offer_id")
    offer = (
        offer_queries.offer_with_id(session, event.case_id, UUID(offer_id))
        if offer_id
        else offer_queries.newest_offer(session, event.case_id)
    )
    if offer is None:
        return facts
    agreed = [remedy for remedy in offer.remedies if remedy.state != "offered"]
    return replace(
        facts,
        offer=_offer(session, event.case, offer, rules),
        remedies=tuple(_remedy(remedy, rules) for remedy in agreed),
    )


def _offer(session: Session, case: Case, offer: Offer, rules: Policy) -> OfferFacts:
    return OfferFacts(
        position=offer.position,
        summary=offer.findings,
        reasons=offer.reasons,
        findings=tuple(_findings(session, case, offer)),
        remedies=tuple(_remedy(remedy, rules, dated=False) for remedy in offer.remedies),
        grants_all=offer.grants_all and case.grants_all,  # a counter-offer ends what silence would mean
        takes_part=offer.takes_part,
        time_limits=offer.time_limits,
    )


def _findings(session: Session, case: Case, offer: Offer) -> Iterable[FindingFacts]:
    for point in investigation_queries.points_of(session, case.id):
        known = [found for found in point.findings if found.at <= offer.made_at]
        if known:
            reason = offer.point_reasons.get(str(point.id))
            yield FindingFacts(point.text, known[-1].finding, known[-1].result, reason)


def _with_mediation(session: Session, event: CaseEvent, facts: CaseFacts, rules: Policy) -> CaseFacts:
    named = event.data.get("mediation_id")
    mediation = (
        mediation_queries.by_id(session, UUID(named)) if named else mediation_queries.latest(session, event.case_id)
    )
    if mediation is None:
        return facts
    told_of = event.data.get("settlement_id")
    settlement = session.get(MediationSettlement, UUID(told_of)) if told_of else None
    told = facts.notice_of_settlement
    facts = replace(
        facts,
        mediation=MediationFacts(
            neutral=mediation.neutral_name,
            organisation=mediation.neutral_organisation,
            cost=mediation.cost,
            reason=facts.reason,
            think_until=settlement.accept_from if settlement else None,
        ),
    )
    if settlement is None or not told:
        return facts
    agreed = [one for one in offer_queries.remedies_agreed(session, event.case_id) if one.source_id == mediation.id]
    drafted = tuple(_drafted(draft, rules) for draft in settlement.remedies)
    return replace(
        facts,
        settlement=SettlementFacts(settlement.text or "", drafted),
        remedies=tuple(_remedy(remedy, rules) for remedy in agreed),
    )


def _with_remedy(session: Session, event: CaseEvent, facts: CaseFacts, rules: Policy) -> CaseFacts:
    named = event.data.get("remedy_id")
    remedy = offer_queries.remedy_with_id(session, event.case_id, UUID(named)) if named else None
    owed = offer_queries.remedies_owed(session, event.case_id)
    return replace(
        facts,
        remedy=_remedy(remedy, rules) if remedy else None,
        remedies=tuple(_remedy(one, rules) for one in owed if remedy is None or one.id != remedy.id),
    )


def _remedy(remedy: Remedy, rules: Policy, *, dated: bool = True) -> RemedyFacts:
    return RemedyFacts(
        what=rules.remedy_labels.get(remedy.kind, remedy.kind.replace("_", " ").capitalize()),
        worth=say_money(remedy.amount, remedy.currency) if remedy.amount and remedy.currency else None,
        conditions=remedy.conditions,
        days=remedy.due_days,
        due_at=remedy.due_at if dated else None,
    )


def _drafted(draft: dict[str, Any], rules: Policy) -> RemedyFacts:
    kind = str(draft.get("kind", ""))
    days = draft.get("due_days")
    return RemedyFacts(
        what=rules.remedy_labels.get(kind, kind.replace("_", " ").capitalize()),
        worth=_worth(draft.get("amount"), str(draft.get("currency") or rules.shop.currency)),
        conditions=draft.get("conditions"),
        days=int(days) if days else None,
    )


def _worth(amount: object, currency: str) -> str | None:
    try:
        return say_money(Decimal(str(amount)), currency) if amount else None
    except InvalidOperation:
        return None
