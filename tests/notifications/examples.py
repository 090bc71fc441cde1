"""Facts for every letter in every case that has words of its own; the approved texts are made from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from disputes import policy
from disputes.cases import states
from disputes.notifications.letters import CaseFacts
from disputes.notifications.letters.facts import (
    DatesTold,
    FindingFacts,
    MediationFacts,
    OfferFacts,
    OutsideFacts,
    RemedyFacts,
    SettlementFacts,
)

BASE_URL = "https://disputes.casened.com"
FILED = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)


def last_moment(month: int, day: int) -> datetime:
    """The end of a day of 2026 in London's summer."""
    return datetime(2026, month, day, 22, 59, 59, 999999, tzinfo=UTC)


OUTSIDE = OutsideFacts(
    general=(
        "You may turn to alternative dispute resolution or to a court, as far as the law allows. The first is, for "
        "example, an arbitration or ombudsman service for your country. A consumer advice service near you can tell "
        "you which one fits."
    ),
    takes_part="We decide case by case whether we take part. Our final response says so.",
    time_limits="The law sets time limits of its own for going outside. They run on while we talk.",
    options=(),
)
NAMED = replace(OUTSIDE, options=(("Retail Ombudsman of Examples", "https://ombudsman.example/complain"),))

FACTS = CaseFacts(
    reference="CD-7K3M-9QXA",
    state="filed",
    name="Mia Hughes",
    order_number="10023",
    category_label="Parcel never arrived",
    description="The parcel never arrived, although it says delivered.\n\nI asked the neighbours. Nobody has it.",
    desired_outcome="My money back",
    source="chat",
    filed_at=FILED,
    case_url=f"{BASE_URL}/case/•••",
    policy_digest="0f3a9c51b7de" + "0" * 52,
    seal="9b1d4c2f7a60e835",
    kind="filed",
    actor="customer",
    at=FILED,
    dates=DatesTold(
        next=last_moment(5, 13),
        first_answer=last_moment(5, 27),
        final_response=last_moment(6, 11),
        hard_cap=last_moment(6, 23),
    ),
    outside=OUTSIDE,
)
"""A complaint that was just filed."""

REFUND = RemedyFacts(what="Refund", worth="£48.00", conditions="To the card you paid with", days=7)
VOUCHER = RemedyFacts(what="Voucher", worth="£10.00", days=7)
OFFER = OfferFacts(
    position="offer",
    summary="The carrier scanned the parcel at a depot, and not at your door.",
    reasons=(
        "The carrier cannot show that the parcel reached you. That risk is ours, so we pay the price back.\n"
        "We do not pay for the second order, because you could have waited for our answer."
    ),
    findings=(
        FindingFacts("Was the parcel handed over to you?", "The carrier has no signature.", "not_confirmed"),
        FindingFacts(
            "What did the second order cost you?",
            "You sent us the bill for £12.",
            "confirmed",
            "You could have waited for our answer.",
        ),
    ),
    remedies=(REFUND, VOUCHER),
)
ALL_GRANTED = replace(OFFER, position="accept", grants_all=True, remedies=(REFUND,))
REJECTED = replace(
    OFFER,
    position="reject",
    summary="The carrier has your signature.",
    reasons="You signed for the parcel on the day it was delivered.",
    findings=(FindingFacts("Was the parcel handed over to you?", "There is a signature.", "confirmed"),),
    remedies=(),
)
FINAL = replace(
    OFFER,
    takes_part="We take part in the procedure of the Retail Ombudsman of Examples.",
    time_limits="You have one year to turn to the ombudsman.",
)
AGREED = (replace(REFUND, due_at=last_moment(6, 3)), replace(VOUCHER, due_at=last_moment(6, 5)))
MEDIATION = MediationFacts(
    neutral="Amara Okafor",
    organisation="Independent mediator",
    cost="Mediation costs you nothing. The shop pays for the neutral person.",
)
SETTLEMENT = SettlementFacts(
    words="The shop pays back £30 within a week.\nMia Hughes keeps the lamp.",
    remedies=(RemedyFacts(what="Part of the price back", worth="£30.00", days=7),),
)


def of(step: states.Transition, state: str, /, actor: str = "staff", **more: Any) -> tuple[str, CaseFacts]:
    """The notice of a step of the table, and its facts."""
    return _example(step.letter or "", step.event, state, actor, more)


def beside(notice: str, kind: str, state: str, /, actor: str = "staff", **more: Any) -> tuple[str, CaseFacts]:
    """The notice of an event beside the table, and its facts."""
    return _example(notice, kind, state, actor, more)


def _example(notice: str, kind: str, state: str, actor: str, more: dict[str, Any]) -> tuple[str, CaseFacts]:
    dates = replace(FACTS.dates, **more.pop("dates", {}))
    at = more.pop("at", last_moment(5, 20))
    return notice, replace(FACTS, kind=kind, state=state, actor=actor, at=at, dates=dates, **more)


ANN, SAM = {"staff_name": "Ann Baker", "handler": "Ann Baker"}, {"staff_name": "Sam Reed", "handler": "Sam Reed"}
BY_CUSTOMER, BY_CLOCK = {"actor": "customer"}, {"actor": "clock"}
REVIEW: dict[str, Any] = {"dates": {"next": last_moment(6, 11)}}
ENDED: dict[str, Any] = {"dates": {"next": last_moment(6, 3), "window_ends": last_moment(6, 22)}}
OFFERED: dict[str, Any] = {"dates": {"next": last_moment(6, 10)}}
WAITING: dict[str, Any] = {"dates": {"next": last_moment(6, 5)}}
IN_MEDIATION: dict[str, Any] = {"dates": {"next": last_moment(6, 29)}, "mediation": MEDIATION}
QUESTIONS = ("On which day did you ask the neighbours?", "Can you send us a photo of your letter box?")
SAID = "No. I paid twice for this, and nobody has called me back."

EXAMPLES: dict[str, tuple[str, CaseFacts]] = {
    "n1_acknowledgement": ("N1", FACTS),
    "n1_without_order": ("N1", replace(FACTS, order_number=None, desired_outcome=None)),
    "n1_written_down_by_staff": ("N1", replace(FACTS, source="staff", actor="staff", staff_name="Ann Baker")),
    "n1_from_the_shop": ("N1", replace(FACTS, source="shop", actor="staff", desired_outcome="The lamp back")),
    "n2_at_filing": of(
        states.POINTED_TO_RESELLER,
        "redirected",
        **BY_CUSTOMER,
        reseller="NordicHome",
        reseller_pointer="NordicHome sold you this in its own name: service@nordichome.example, +44 20 7946 0321.",
    ),
    "n2_after_a_look": of(
        states.REDIRECTED,
        "redirected",
        **SAM,
        reason="The bill you sent us is from NordicHome. We never had this order.",
        reseller="NordicHome",
        reseller_pointer="NordicHome sold you this in its own name: service@nordichome.example, +44 20 7946 0321.",
    ),
    "n2_unknown_reseller": of(states.REDIRECTED, "redirected", **SAM, reason="We never had it.", reseller="Ace"),
    "n3_joined": of(states.MERGED, "merged", **ANN, surviving_reference="CD-2M4P-7TRW"),
    "n4_named_person": of(states.TAKEN, "investigating", **ANN),
    "n4_named_person_from_the_shop": of(states.TAKEN, "investigating", **ANN, source="shop"),
    "n4_another_person": beside("N4", "assigned", "investigating", staff_name="Sam Reed", handler="Ann Baker"),
    "n4_another_person_while_waiting": beside("N4", "assigned", "awaiting_customer", **ANN, **WAITING),
    "n4_another_person_in_review": beside("N4", "assigned", "escalated", **ANN, **REVIEW),
    "n4r_review_taken": beside("N4r", "review_taken", "escalated", **SAM, **REVIEW),
    "n5_questions": of(states.ASKED, "awaiting_customer", **ANN, questions=QUESTIONS, **WAITING),
    "n5_one_question": of(states.ASKED, "awaiting_customer", **ANN, questions=QUESTIONS[:1], **WAITING),
    "n5r_reminder": beside("N5r", "question_reminder", "awaiting_customer", **BY_CLOCK, questions=QUESTIONS, **WAITING),
    "n6_answer": of(states.ANSWERED, "investigating", **BY_CUSTOMER, text="On Tuesday. The photo is attached."),
    "n6_answer_in_review": of(states.ANSWERED, "escalated", **BY_CUSTOMER, text="On Tuesday.", **REVIEW),
    "n6_silence": of(states.ANSWERED, "investigating", **BY_CLOCK, due_at=last_moment(6, 5)),
    "n7_offer": of(states.OFFERED, "outcome_offered", **ANN, offer=OFFER, **OFFERED),
    "n7_all_granted": of(states.OFFERED, "outcome_offered", **ANN, offer=ALL_GRANTED, **OFFERED),
    "n7_refusal": of(states.OFFERED, "outcome_offered", **ANN, offer=REJECTED, **OFFERED),
    "n7_offer_from_the_shop": of(states.OFFERED, "outcome_offered", **ANN, offer=OFFER, source="shop", **OFFERED),
    "n7_better_offer": beside("N7", "outcome_bettered", "outcome_offered", **ANN, offer=OFFER, **OFFERED),
    "n7_without_the_answer": of(states.OFFERED, "outcome_offered", **ANN, **OFFERED),
    "n7r_after_a_mail": beside("N7r", "offer_reminder", "outcome_offered", actor="system", offer=OFFER, **OFFERED),
    "n7r_reminder": beside("N7r", "offer_reminder", "outcome_offered", **BY_CLOCK, offer=OFFER, **OFFERED),
    "n8_accepted": of(states.ACCEPTED, "resolved", **BY_CUSTOMER, offer=OFFER, remedies=AGREED, **ENDED),
    "n8_accepted_quickly": of(
        states.ACCEPTED, "resolved", **BY_CUSTOMER, offer=OFFER, remedies=AGREED[:1], quick=True, **ENDED
    ),
    "n8_nothing_to_do": of(states.ACCEPTED, "resolved", **BY_CUSTOMER, offer=REJECTED, **ENDED),
    "n8_final_accepted": of(states.FINAL_ACCEPTED, "resolved", **BY_CUSTOMER, offer=FINAL, remedies=AGREED, **ENDED),
    "n8_settled_in_mediation": of(
        states.MEDIATION_SETTLED,
        "resolved",
        **BY_CUSTOMER,
        mediation=MEDIATION,
        settlement=SETTLEMENT,
        remedies=(replace(SETTLEMENT.remedies[0], due_at=last_moment(6, 3)),),
        **ENDED,
    ),
    "n8a_taken_as_settled": of(
        states.ASSUMED,
        "resolved",
        **BY_CLOCK,
        offer=ALL_GRANTED,
        remedies=AGREED[:1],
        due_at=last_moment(6, 10),
        **ENDED,
    ),
    "n8d_delivered": beside("N8d", "remedy_delivered", "resolved", remedy=AGREED[0], remedies=AGREED[1:], **ENDED),
    "n8d_last_delivered": beside("N8d", "remedy_delivered", "resolved", **ANN, remedy=AGREED[0], **ENDED),
    "n9_refused": of(states.REFUSED, "escalated", **BY_CUSTOMER, text=SAID, **REVIEW),
    "n9_refused_without_words": of(states.REFUSED, "escalated", **BY_CUSTOMER, **REVIEW),
    "n9_no_answer": of(states.UNANSWERED, "escalated", **BY_CLOCK, due_at=last_moment(6, 10), **REVIEW),
    "n10_first_answer_missed": of(states.ESCALATED, "escalated", **BY_CLOCK, due_at=last_moment(5, 27), **REVIEW),
    "n10_urgent_not_taken": of(
        states.ESCALATED, "escalated", **BY_CLOCK, from_state="filed", urgent=True, due_at=last_moment(5, 13), **REVIEW
    ),
    "n10_passed_on": of(
        states.ESCALATED, "escalated", **ANN, reason="The amount is higher than I may decide on.", **REVIEW
    ),
    "n10_objected": of(states.OBJECTED, "escalated", **BY_CUSTOMER, text="I paid you, not them.", **REVIEW),
    "n10_review_late": of(
        states.FINAL_OVERDUE,
        "escalated",
        **BY_CLOCK,
        due_at=last_moment(6, 11),
        at=last_moment(6, 12),
        dates={"next": last_moment(6, 18), "final_response": last_moment(6, 18)},
    ),
    "n10_review_late_after_the_cap": of(
        states.FINAL_OVERDUE,
        "escalated",
        **BY_CLOCK,
        due_at=last_moment(6, 24),
        at=last_moment(6, 25),
        dates={"next": last_moment(7, 1), "final_response": last_moment(7, 1)},
        door_open=True,
    ),
    "n11_mediation_offered": of(
        states.MEDIATION_OFFERED,
        "mediation_offered",
        **ANN,
        dates={"next": last_moment(5, 30)},
        mediation=replace(MEDIATION, reason="We see the facts in the same way, and only differ on the amount."),
    ),
    "n12_mediation_started": of(states.MEDIATION_STARTED, "in_mediation", **BY_CUSTOMER, **IN_MEDIATION),
    "n12a_declined_by_customer": of(states.MEDIATION_DECLINED, "investigating", **BY_CUSTOMER, mediation=MEDIATION),
    "n12a_declined_by_shop": of(states.MEDIATION_DECLINED, "escalated", **SAM, mediation=MEDIATION, **REVIEW),
    "n12a_no_answer": of(states.MEDIATION_DECLINED, "investigating", **BY_CLOCK, mediation=MEDIATION),
    "n12a_ties": of(states.MEDIATION_DECLINED, "investigating", **SAM, why="conflict", by="neutral"),
    "n12x_more_time": beside(
        "N12x", "mediation_extended", "in_mediation", **ANN, new_date=last_moment(7, 13), **IN_MEDIATION
    ),
    "n13_stopped_by_customer": of(states.MEDIATION_ENDED, "escalated", **BY_CUSTOMER, mediation=MEDIATION, **REVIEW),
    "n13_stopped_by_shop": of(states.MEDIATION_ENDED, "escalated", **SAM, staff_role="manager", **REVIEW),
    "n13_ended_by_neutral": of(states.MEDIATION_ENDED, "escalated", staff_role="mediator", by="neutral", **REVIEW),
    "n13_time_over": of(states.MEDIATION_ENDED, "escalated", **BY_CLOCK, due_at=last_moment(6, 29), **REVIEW),
    "n14_final_response": of(
        states.FINAL_RESPONSE, "final_response", **SAM, offer=FINAL, outside=NAMED, door_open=True, **ENDED
    ),
    "n14_without_the_response": of(states.FINAL_RESPONSE, "final_response", **SAM, door_open=True, **ENDED),
    "n14_final_refusal": of(
        states.FINAL_RESPONSE,
        "final_response",
        **SAM,
        offer=replace(
            FINAL,
            **{name: getattr(REJECTED, name) for name in ("position", "summary", "reasons", "findings", "remedies")},
        ),
        door_open=True,
        **ENDED,
    ),
    **{
        f"n15_hard_cap_{state}": of(
            states.DEADLOCK,
            state,
            **BY_CLOCK,
            at=last_moment(6, 24),
            due_at=last_moment(6, 23),
            door_open=True,
            outside=NAMED,
            dates={
                "next": last_moment(7, 3),
                "final_response": last_moment(7, 3) if state == "escalated" else last_moment(6, 11),
            },
        )
        for state in sorted(states.DEADLOCK.sources)
    },
    "n15_hard_cap_from_the_shop": of(
        states.DEADLOCK, "investigating", **BY_CLOCK, source="shop", at=last_moment(6, 24), door_open=True
    ),
    "n16_last_call_after_final_response": beside(
        "N16", "last_call", "final_response", **BY_CLOCK, offer=FINAL, door_open=True, **ENDED
    ),
    "n16_last_call_after_settlement": beside("N16", "last_call", "resolved", **BY_CLOCK, **ENDED),
    "n17_reopened": of(
        states.REOPENED,
        "escalated",
        **BY_CUSTOMER,
        text="The refund never came.",
        at=last_moment(6, 10),
        dates={"next": last_moment(6, 25), "final_response": last_moment(6, 25)},
    ),
    "n18_withdrawn": of(states.WITHDRAWN, "withdrawn", **BY_CUSTOMER, dates={"next": None}),
    "n18u_goes_on": of(states.WITHDRAWAL_UNDONE, "investigating", **BY_CUSTOMER, dates={"next": last_moment(5, 29)}),
    "n18u_goes_on_with_our_answer": of(states.WITHDRAWAL_UNDONE, "outcome_offered", **BY_CUSTOMER, **OFFERED),
    "n19_remedy_late": of(
        states.REMEDY_OVERDUE,
        "resolved",
        **BY_CLOCK,
        due_at=last_moment(6, 3),
        at=last_moment(6, 4),
        remedy=replace(AGREED[0], due_at=last_moment(6, 8)),
        new_date=last_moment(6, 8),
        dates={"next": last_moment(6, 8), "window_ends": last_moment(6, 22)},
    ),
    "n20_ended_by_manager": of(states.OVERRIDDEN, "closed", **SAM, reason="You sent us the same complaint twice."),
    "nx_first_answer": beside(
        "NX",
        "extended",
        "investigating",
        **SAM,
        reason="The carrier needs another week to search its depot.",
        old_date=last_moment(5, 27),
        new_date=last_moment(6, 3),
        dates={"first_answer": last_moment(6, 3)},
    ),
    "nx_final_response": beside(
        "NX",
        "extended",
        "escalated",
        **SAM,
        reason="We wait for the report of the repair shop.",
        old_date=last_moment(6, 11),
        new_date=last_moment(6, 18),
        dates={"next": last_moment(6, 18), "final_response": last_moment(6, 18)},
    ),
    "np_weekly_note": beside("NP", "progress_note", "investigating", **BY_CLOCK, dates={"next": last_moment(5, 27)}),
    "np_weekly_note_from_the_shop": beside("NP", "progress_note", "investigating", **BY_CLOCK, source="shop"),
    "np_your_turn": beside("NP", "progress_note", "outcome_offered", **BY_CLOCK, **OFFERED),
    "np_late": beside("NP", "progress_note", "escalated", **BY_CLOCK, overdue=True, at=last_moment(6, 20), **REVIEW),
    "np_nobody_took_it": beside(
        "NP",
        "named_person_late",
        "filed",
        **BY_CLOCK,
        due_at=last_moment(5, 13),
        at=FILED + timedelta(days=2),
        dates={"next": last_moment(5, 27)},
    ),
    "ns_satisfaction": beside("NS", "satisfaction_asked", "resolved", **BY_CLOCK, **ENDED),
    "nl_late_mail": beside("NL", "late_mail", "closed", **BY_CUSTOMER),
    "nm_mediation_wish": beside("NM", "mediation_requested", "investigating", **BY_CUSTOMER),
    "nm_mediation_wish_in_review": beside("NM", "mediation_requested", "escalated", **BY_CUSTOMER, **REVIEW),
    "nmd_wish_declined": beside(
        "NMd", "mediation_request_declined", "investigating", **ANN, reason="The facts are clear, so we decide soon."
    ),
    "nst_settlement_proposed": beside(
        "NSt",
        "settlement_proposed",
        "in_mediation",
        staff_role="mediator",
        dates={"next": last_moment(6, 29)},
        settlement=SETTLEMENT,
        mediation=replace(MEDIATION, think_until=datetime(2026, 6, 12, 9, 30, tzinfo=UTC)),
    ),
}
"""Name of the approved text: the notice, and its facts."""

NOTICES_BESIDE = (
    "N4", "N4r", "NX", "NP", "N5r", "N7r", "N16", "NS", "N8d", "NM", "NMd", "N12x", "NSt", "NL",
)  # fmt: skip
"""The letters of events beside the table."""


def shop_policy() -> policy.Policy:
    """The policy in force in this test."""
    return policy.current()
