"""NP: where the case stands, at least every week; and when nobody took it on in time."""

from disputes.cases.states import PAUSED
from disputes.notifications.letters.blocks import Block, Heading, Para, Rows
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_door
from disputes.policy import Policy

CLAUSES = ("C6", "C8", "C10")


def progress(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Where it stands, whose turn it is, what is next; honest where we are late."""
    subject = f"How complaint {facts.reference} stands"
    stage = policy.stages[facts.state]
    blocks: list[Block] = list(_opening(facts, policy))
    rows = [("Stage", stage.label), ("Whose turn", policy.turns[stage.turn]), ("What is next", stage.next_step)]
    due = facts.dates.next
    if due is not None and due > facts.at:
        rows.append(("Next date", policy.say_date(due)))
    if facts.state not in PAUSED and facts.dates.final_response and facts.dates.final_response > facts.at:
        rows.append(("Expected end", policy.say_date(facts.dates.final_response)))
    blocks += [Heading("Where it stands"), Rows(rows)]
    if facts.state in PAUSED:
        blocks.append(Para("Our own dates wait while the case is not with us. They move by the days it takes."))
    elif due is None or due <= facts.at:
        every = policy.words["progress_note_days"]
        blocks.append(Para(f"We have no new date that we can honestly give you. We write to you every {every}."))
    if stage.turn == "us":
        blocks.append(Para("You do not need to do anything. If something has changed, just answer this letter."))
    blocks += outside_door(facts, policy)
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _opening(facts: CaseFacts, policy: Policy) -> list[Block]:
    if facts.kind == "named_person_late":
        day = f" by {policy.say_date(facts.due_at)}" if facts.due_at else " by now"
        return [
            Para(f"A person should have taken on {facts.complaint}{day}. That has not happened, and we are sorry."),
            Para("We have told our team again that it waits. The date of our first answer stays as it was."),
        ]
    late = facts.dates.next is not None and facts.dates.next <= facts.at
    if late or facts.overdue:
        return [
            Para(f"This is a short note on {facts.complaint}. We are later than we told you, and we are sorry for it.")
        ]
    return [Para(f"This is a short note, so that you know how {facts.complaint} stands.")]
