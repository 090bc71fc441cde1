"""N15: it took too long: why, by when, and that the way outside is open now."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_options
from disputes.policy import Policy

CLAUSES = ("C8", "C6", "C10")
WHY = {
    "filed": "We have not even begun as we should have: no person has taken on your case yet.",
    "investigating": "We have not finished looking into every point.",
    "awaiting_customer": "We asked you something that we would like to know before we answer. That is still open.",
    "outcome_offered": "You have our first answer, but you and we have not settled the matter with it.",
    "mediation_offered": "It is still open whether there will be mediation.",
    "in_mediation": "You and we are still in mediation.",
    "escalated": "A manager still has to review your case and decide it.",
}
OURS = frozenset({"filed", "investigating", "escalated"})


def hard_cap(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The letter that opens the outside door by itself."""
    subject = f"You need not wait for us any longer: complaint {facts.reference}"
    day = f" on {policy.say_date(facts.filed_at)}"
    blocks: list[Block] = [
        Para(
            f"{'We filed our complaint' if facts.by_shop else 'You filed your complaint'} {facts.reference}{day}. "
            "There is still no final response. We are sorry that it takes so long."
        ),
        Para("You may turn to somebody outside the shop now. You do not have to wait for us or ask us."),
        *outside_options(facts.outside, takes_part=facts.outside.takes_part),
        Heading("Why it is not finished"),
        Para(WHY.get(facts.state, "The matter is not settled yet.")),
        Para("We go on with your case all the same. You can also do both: go outside, and hear what we say."),
        *_expected(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _expected(facts: CaseFacts, policy: Policy) -> list[Block]:
    told = facts.dates
    if facts.state in OURS and told.final_response and told.final_response > facts.at:
        return dates(policy, (told.final_response, "You get our final response."))
    if facts.state in OURS:
        return [
            Para(
                "We have no new date that we can honestly give you. We write to you at least every "
                f"{policy.words['progress_note_days']}."
            )
        ]
    if told.next and told.next > facts.at:
        return dates(policy, (told.next, policy.stages[facts.state].next_step))
    return []
