"""N2: the seller the customer bought from can help; at filing, or after somebody here looked at it."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_options, paras
from disputes.policy import Policy

CLAUSES = ("C9", "C8", "C10")


def for_reseller(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who to ask, and how to come back to us."""
    subject = f"Who can help with complaint {facts.reference}"
    seller = facts.reseller or "the shop that sold it to you"
    blocks: list[Block]
    if facts.kind == "pointed_to_reseller":
        blocks = [
            Para(f"You told us that you bought from {seller}. So they are the first place to ask."),
            Para(f"We noted this under the reference {facts.reference}. No complaint to us runs at the moment."),
        ]
    else:
        blocks = [
            Para(f"We looked at {facts.complaint} and think that {seller} is the right place for it."),
            *([Heading("Why we think so"), *paras(facts.reason)] if facts.reason else []),
        ]
    blocks.append(Heading("Who to ask"))
    if facts.reseller_pointer:
        blocks.append(Para(facts.reseller_pointer))
    else:
        blocks.append(Para(f"Please write to {seller}, or call them. Their own policy may apply."))
    blocks.append(Heading("If you see it differently"))
    blocks.extend(_way_back(policy))
    return write_case_letter(
        subject, facts, policy, base_url, clauses=CLAUSES, blocks=[*blocks, *outside_options(facts.outside)]
    )


def _way_back(policy: Policy) -> list[Block]:
    limit = policy.words["redirect_objection_days"]
    return [
        Para(
            f"You may still have your complaint dealt with by us. Tell us within {limit}: on the page of your case, "
            "in the chat, or by answering this letter. Then a manager looks at it. You do not have to give a reason."
        )
    ]
