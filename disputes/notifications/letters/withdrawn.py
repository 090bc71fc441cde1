"""N18: the complaint is taken back. N18u: it goes on after all."""

from disputes.notifications.letters.blocks import Block, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.policy import Policy

CLAUSES = ("C2", "C8", "C10")


def withdrawn(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N18: nothing more happens, unless the customer changes their mind."""
    subject = f"Complaint {facts.reference} is withdrawn"
    limit = f"within {policy.words['withdraw_undo_days']}"
    blocks: list[Block] = [
        Para(f"As you asked, {facts.complaint} is withdrawn. We do nothing more about it."),
        Para(f"Did you change your mind, or was it not you? Tell us {limit}, and it goes on where it was."),
        Link("Go on with the complaint", facts.case_url),
        Para("After that you can file it again. The ways outside the shop stay open to you in any case."),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def withdrawal_undone(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N18u: it goes on where it was."""
    subject = f"Complaint {facts.reference} goes on"
    stage = policy.stages[facts.state]
    blocks: list[Block] = [
        Para(f"As you asked, {facts.complaint} goes on where it was. Nothing is lost."),
        Para(f"Where it stands now: {stage.label}."),
        *(dates(policy, (facts.dates.next, stage.next_step)) or [Para(stage.next_step)]),
        *(outside_door(facts, policy) if facts.state not in ("resolved", "final_response") else []),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=("C2", "C6", "C8", "C10"), blocks=blocks)
