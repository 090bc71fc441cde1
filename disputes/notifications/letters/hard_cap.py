"""N15: it took too long: why, by when, and that the way outside is open now."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_options
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C8", "C6", "C10")
EXPLAINED = frozenset(
    {
        "filed",
        "investigating",
        "awaiting_customer",
        "outcome_offered",
        "mediation_offered",
        "in_mediation",
        "escalated",
    }
)
OURS = frozenset({"filed", "investigating", "escalated"})


def hard_cap(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The letter that opens the outside door by itself."""
    say = Say("hard_cap", facts)
    blocks: list[Block] = [
        Para(say("no_response", day=policy.say_date(facts.filed_at))),
        Para(say("outside_now")),
        *outside_options(facts.outside, takes_part=facts.outside.takes_part),
        Heading(say("not_finished")),
        Para(say(f"why_{facts.state}") if facts.state in EXPLAINED else say("why_other")),
        Para(say("we_go_on")),
        *_expected(facts, policy, say),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _expected(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    told = facts.dates
    if facts.state in OURS and told.final_response and told.final_response > facts.at:
        return dates(policy, (told.final_response, say("final_response")))
    if facts.state in OURS:
        return [Para(say("no_date", every=policy.words["progress_note_days"]))]
    if told.next and told.next > facts.at:
        return dates(policy, (told.next, policy.stages[facts.state].next_step))
    return []
