"""N1: we have the complaint; what we wrote down, what happens when, and how to reach a person."""

from disputes.notifications.letters.blocks import Block, Dates, Heading, Para, Quote, Reference, Rows
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.policy import Policy

CLAUSES = ("C3", "C4", "C5", "C6", "C7", "C8", "C10")
WHY_WE_MAY = (
    "We use what you gave us to deal with this complaint. We do so because of our contract with you and our interest "
    "in settling it fairly, not because of anything you agreed to in the chat."
)
OPENINGS = {
    "shop": (
        "{shop} has filed a complaint about an order or dealing with you. You have the same rights in it as we do. "
        "Please read it in peace: nothing is decided yet."
    ),
    "staff": (
        "Thank you for telling us what happened. We wrote down your complaint for you, and we are sorry that it came "
        "to this. One person looks after it from here on."
    ),
    "customer": (
        "Thank you for telling us what happened. Your complaint has reached us, and we are sorry that it came to "
        "this. One person looks after it from here on."
    ),
}


def acknowledgement(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The acknowledgement of a complaint."""
    subject = f"{'Our' if facts.by_shop else 'We have your'} complaint {facts.reference}"
    opening = OPENINGS.get(facts.source, OPENINGS["customer"]).format(shop=policy.shop.name)
    blocks: list[Block] = [Para(opening), Reference(facts.reference), *_next(facts, policy), *_written(facts, policy)]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks, notes=[WHY_WE_MAY])


def _next(facts: CaseFacts, policy: Policy) -> list[Block]:
    say, told = policy.say_date, facts.dates
    rows = [
        (told.next, "A person in our team takes on your case and tells you their name."),
        (told.first_answer, "You get our first answer."),
        (told.final_response, "We expect to be finished."),
    ]
    blocks: list[Block] = [
        Heading("What happens next"),
        Dates([(f"By {say(due)}", sentence) for due, sentence in rows if due]),
    ]
    if not facts.by_shop:
        blocks.append(Para("You do not need to do anything for this."))
    blocks.append(
        Para(
            "If our first answer does not settle the matter, a manager who did not work on your case looks at it "
            "again. In some cases we may suggest mediation. That is voluntary: it starts only if you and we both "
            "say yes."
        )
    )
    if told.hard_cap:
        blocks.append(
            Para(
                f"If we have not finished by {say(told.hard_cap)}, you do not have to wait for us any longer before "
                f"you turn to somebody outside the shop. {facts.outside.general}"
            )
        )
    return blocks


def _written(facts: CaseFacts, policy: Policy) -> list[Block]:
    rows = [("About", facts.category_label)]
    if facts.order_number:
        rows.append(("Order", facts.order_number))
    rows.append(("Filed", f"{policy.say_date(facts.filed_at)}, {policy.say_time(facts.filed_at)}"))
    blocks: list[Block] = [Heading("What we wrote down"), Rows(rows), Quote(facts.description)]
    if facts.desired_outcome:
        wish = "What would put it right for us:" if facts.by_shop else "What would put it right:"
        blocks += [Para(wish), Quote(facts.desired_outcome)]
    if facts.by_shop:
        blocks.append(
            Para(
                "Do you see it differently? Just answer this letter. We put what you say beside it, and whoever "
                "looks into it reads both."
            )
        )
    else:
        blocks.append(
            Para(
                "Is something missing or wrong? Just answer this letter. We put it beside your complaint; what you "
                "wrote first stays as it is."
            )
        )
    return blocks
