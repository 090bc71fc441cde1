"""The words that each side agrees to before a mediation starts. Every figure in them is one the clocks enforce."""

from typing import Final, Literal

from disputes import policy
from disputes.cases.fields import FieldError, clean_text
from disputes.cases.tables import Case
from disputes.errors import Invalid
from disputes.mediation.tables import Mediation
from disputes.policy.words import say_number
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "mediation")
consent = Sentences("disputes/sentences.yml", "consent")

type Party = Literal["customer", "shop"]

PARTIES: Final[tuple[Party, ...]] = ("customer", "shop")
LONGEST_WORDS: Final = 2_000
LONGEST_PAPER: Final = 20_000
LONGEST_SETTLEMENT: Final = 10_000


def consent_words(mediation: Mediation, case: Case, party: Party) -> str:
    """What that side reads and agrees to; the same words go into the record of its answer."""
    shop, figures = policy.current().shop.name, policy.current().words_for(case.category)
    neutral, organisation = mediation.neutral_name, mediation.neutral_organisation
    lines = [
        *_agrees(party, shop, neutral, organisation),
        how_to_stop(party),
        mediation.cost,
        consent("ends", days=figures["mediation_days"], more=figures["mediation_extension_days"]),
        consent("papers"),
        consent("customer_alone", shop=shop) if party == "customer" else consent("shop_alone"),
        consent("deleted"),
        consent("think", hours=figures["mediation_think_hours"]),
        consent("no_harm"),
    ]
    return "\n".join(lines)


def how_to_stop(party: Party) -> str:
    """How that side ends a mediation, with what the program really offers."""
    if party == "customer":
        return consent("customer_stops", email=policy.current().shop.support_email)
    return consent("shop_stops")


def _agrees(party: Party, shop: str, neutral: str, organisation: str | None) -> list[str]:
    if party == "customer":
        agrees = consent("customer_agrees", neutral=neutral, organisation=organisation)
        return [agrees, consent("customer_voluntary", shop=shop)]
    agrees = consent("shop_agrees", shop=shop, neutral=neutral, organisation=organisation)
    return [agrees, consent("shop_voluntary")]


def written(text: str, field: str, longest: int, missing: str) -> str:
    """Text that somebody typed, cleaned. Raises `Invalid` when it is empty or too long."""
    try:
        found = clean_text(text)
    except FieldError as fault:
        raise Invalid(str(fault), {field: str(fault)}) from None
    if not found:
        raise Invalid(missing, {field: missing})
    if len(found) > longest:
        sentence = say("long", most=say_number(longest))
        raise Invalid(sentence, {field: sentence})
    return found
