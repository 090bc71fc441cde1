"""The words that each side agrees to before a mediation starts. Every figure in them is one the clocks enforce."""

from typing import Final, Literal

from disputes import policy
from disputes.cases.fields import FieldError, clean_text
from disputes.cases.tables import Case
from disputes.errors import Invalid
from disputes.mediation.tables import Mediation

type Party = Literal["customer", "shop"]

PARTIES: Final[tuple[Party, ...]] = ("customer", "shop")
LONGEST_WORDS: Final = 2_000
LONGEST_PAPER: Final = 20_000
LONGEST_SETTLEMENT: Final = 10_000


def consent_words(mediation: Mediation, case: Case, party: Party) -> str:
    """What that side reads and agrees to; the same words go into the record of its answer."""
    shop, clocks = policy.current().shop, policy.current().clocks_for(case.category)
    who = f"{mediation.neutral_name} ({mediation.neutral_organisation})"
    other = shop.name if party == "customer" else "the customer"
    lines = [
        f"I agree to try mediation with {who}, a neutral person."
        if party == "customer"
        else f"For {shop.name}, I agree to try mediation with {who}, a neutral person.",
        f"It is voluntary. It starts only when {other} agrees too.",
        how_to_stop(party),
        mediation.cost,
        f"It ends by itself after {clocks.mediation_days} days. It can be made {clocks.mediation_extension_days} days "
        "longer, once, if both sides agree.",
        "The neutral person gets the text of the complaint, and what either side shares. Both sides can read that.",
        f"What I write to the neutral person alone is not shown to {other}.",
        "The neutral person's notes, our messages and the shared papers are deleted when it ends. "
        "Only an agreement that both sides accepted is kept.",
        f"An agreement needs a yes from both sides to its text, {clocks.mediation_think_hours} hours or more after "
        "the text was proposed.",
        "If I say no, or if there is no agreement, nobody is worse off for it: the complaint goes on.",
    ]
    return "\n".join(lines)


def how_to_stop(party: Party) -> str:
    """How that side ends a mediation, with what the program really offers."""
    if party == "customer":
        return (
            "I may stop at any time, without a reason: with “Stop the mediation” on the page of my complaint, "
            f"or by telling the shop at {policy.current().shop.support_email}."
        )
    return "The shop may stop at any time, without a reason: with “Stop mediation” on the page of the case."


def written(text: str, field: str, longest: int, missing: str) -> str:
    """Text that somebody typed, cleaned. Raises `Invalid` when it is empty or too long."""
    try:
        found = clean_text(text)
    except FieldError as fault:
        raise Invalid(str(fault), {field: str(fault)}) from None
    if not found:
        raise Invalid(missing, {field: missing})
    if len(found) > longest:
        sentence = f"Please shorten the text to {longest:,} characters."
        raise Invalid(sentence, {field: sentence})
    return found
