"""N18: the complaint is taken back. N18u: it goes on after all."""

from disputes.notifications.letters.blocks import Block, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C2", "C8", "C10")


def withdrawn(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N18: nothing more happens, unless the customer changes their mind."""
    say = Say("withdrawn", facts)
    blocks: list[Block] = [
        Para(say("as_asked")),
        Para(say("changed_mind", limit=policy.words["withdraw_undo_days"])),
        Link(say("go_on"), facts.case_url),
        Para(say("after")),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def withdrawal_undone(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N18u: it goes on where it was."""
    say, stage = Say("withdrawn", facts), policy.stages[facts.state]
    blocks: list[Block] = [
        Para(say("goes_on")),
        Para(say("stands", stage=stage.label)),
        *(dates(policy, (facts.dates.next, stage.next_step)) or [Para(stage.next_step)]),
        *(outside_door(facts, policy) if facts.state not in ("resolved", "final_response") else []),
    ]
    return write_case_letter(
        say("subject_undone"), facts, policy, base_url, clauses=("C2", "C6", "C8", "C10"), blocks=blocks
    )
