"""NP: where the case stands, at least every week; and when nobody took it on in time."""

from disputes.cases.states import PAUSED
from disputes.notifications.letters.blocks import Block, Heading, Para, Rows
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_door
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C6", "C8", "C10")


def progress(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Where it stands, whose turn it is, what is next; honest where we are late."""
    say = Say("progress", facts)
    stage, due = policy.stages[facts.state], facts.dates.next
    blocks: list[Block] = [*_opening(facts, policy, say), Heading(say("stands")), Rows(_rows(facts, policy, say))]
    if facts.state in PAUSED:
        blocks.append(Para(say("dates_wait")))
    elif due is None or due <= facts.at:
        blocks.append(Para(say("no_date", every=policy.words["progress_note_days"])))
    if stage.turn == "us":
        blocks.append(Para(say("changed")))
    blocks += outside_door(facts, policy)
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _opening(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    if facts.kind == "named_person_late":
        late = say("not_taken_by", day=policy.say_date(facts.due_at)) if facts.due_at else say("not_taken")
        return [Para(late), Para(say("told_team"))]
    is_late = facts.dates.next is not None and facts.dates.next <= facts.at
    return [Para(say("late") if is_late or facts.overdue else say("note"))]


def _rows(facts: CaseFacts, policy: Policy, say: Say) -> list[tuple[str, str]]:
    stage, due, end = policy.stages[facts.state], facts.dates.next, facts.dates.final_response
    rows = [
        (say("stage"), stage.label),
        (say("turn"), policy.turns[stage.turn]),
        (say("next_step"), stage.next_step),
    ]
    if due is not None and due > facts.at:
        rows.append((say("next_date"), policy.say_date(due)))
    if facts.state not in PAUSED and end and end > facts.at:
        rows.append((say("end"), policy.say_date(end)))
    return rows
