"""N7 and N7r: our first answer: what we found, why, what we offer, how to answer, and what silence means."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts, OfferFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import answer_button, findings, outside_door, reasons, remedies
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C7", "C8", "C10")
POSITIONS = {
    "accept": "We agree with you, and we want to put it right.",
    "offer": "We do not agree on every point. We still want to settle the matter with you, and make you an offer.",
    "reject": "We looked into it and do not agree with your complaint. Below you can read why.",
}
POSITIONS_OF_SHOP = {
    "accept": "We accept how you see the matter.",
    "offer": "We do not agree on every point. We want to settle the matter with you, and make you an offer.",
    "reject": "We looked into it and stay with our complaint. Below you can read why.",
}


def outcome(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Our first answer."""
    subject = f"Our answer on complaint {facts.reference}"
    offer = facts.offer
    if offer is None:
        return _on_the_page(subject, facts, policy, base_url)
    blocks: list[Block] = [
        Para(_opening(facts)),
        Para(position(facts, offer)),
        *findings(offer),
        *reasons(offer),
        *remedies("What we offer", offer.remedies, policy),
        Heading("Please tell us what you think"),
        *answer_button(facts),
        *_silence(facts, offer, policy),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def offer_reminder(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The answer is still waiting."""
    subject = f"A reminder: our answer on complaint {facts.reference}"
    offer = facts.offer
    if offer is None:
        return _on_the_page(subject, facts, policy, base_url)
    blocks: list[Block] = [
        Para(_reminding(facts)),
        Para(position(facts, offer)),
        *remedies("What we offer", offer.remedies, policy),
        Heading("Please tell us what you think"),
        *answer_button(facts),
        *_silence(facts, offer, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def position(facts: CaseFacts, offer: OfferFacts) -> str:
    """What we think of the complaint, in a sentence or two."""
    words = POSITIONS_OF_SHOP if facts.by_shop else POSITIONS
    return words[offer.position]


def _silence(facts: CaseFacts, offer: OfferFacts, policy: Policy) -> list[Block]:
    until = policy.say_date(facts.dates.next) if facts.dates.next else None
    blocks: list[Block] = []
    if until:
        blocks.append(Para(f"Our answer is open until the end of {until}."))
        blocks.append(Heading("If you say nothing"))
    else:
        blocks.append(Heading("If you say nothing"))
    if offer.grants_all:
        window = policy.words_for(facts.category)["review_window_days"]
        blocks.append(
            Para(
                "You lose no right. As we give you all that you asked for, we then take the matter as settled and do "
                f"what we offered. You can still tell us for {window} after that if it "
                "is not."
            )
        )
    else:
        blocks.append(
            Para(
                "You lose no right. We do not take silence for a yes. A manager who did not work on your case then "
                "looks at all of it and gives you our final response."
            )
        )
    return blocks


def _opening(facts: CaseFacts) -> str:
    if facts.kind == "outcome_bettered":
        return f"We have thought again about {facts.complaint}. This answer takes the place of our last one."
    return f"We have looked into {facts.complaint}. This is our answer."


def _reminding(facts: CaseFacts) -> str:
    if facts.actor == "clock":
        return f"We sent you our answer on {facts.complaint}. You have not told us yet whether it settles the matter."
    return (
        f"Thank you for your message. A mail alone does not accept our answer on {facts.complaint}, so that nobody "
        "else can do it in your name. Please use the button below."
    )


def _on_the_page(subject: str, facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    blocks: list[Block] = [
        Para(f"We have answered {facts.complaint}. You find our answer on the page of your case."),
        *answer_button(facts),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
