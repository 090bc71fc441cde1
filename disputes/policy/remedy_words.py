"""What the assistant may offer, and when, in words."""

from collections.abc import Iterator

from disputes.policy.models import Amount, RemedyRule, Span, When
from disputes.policy.policy import Policy
from disputes.policy.words import say_list, say_money
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "remedies")


def remedy_in_words(rule: RemedyRule, policy: Policy) -> str:
    """ "Part of the price back: 10% of the price, when the order is delivered, delivered at most 60 days ago"."""
    words = policy.remedy_labels[rule.kind]
    if rule.amount is not None:
        words = say("worth", remedy=words, worth=_worth(rule.amount, policy.shop.currency))
    conditions = list(_conditions(rule.when))
    return say("when", remedy=words, conditions=say_list(conditions, "and")) if conditions else words


def _worth(amount: Amount, currency: str) -> str:
    if amount.fixed is not None:
        return say_money(amount.fixed, currency)
    return say("full_price") if amount.percent_of_total == 100 else say("share", percent=amount.percent_of_total)


def _conditions(when: When) -> Iterator[str]:
    if when.order in ("known", "unknown"):
        yield say(f"order_{when.order}")
    if when.status:
        yield say("status", status=say_list(when.status))
    if when.ordered_days is not None:
        yield say("ordered", ago=_ago(when.ordered_days))
    if when.shipped_days is not None:
        yield say("sent", ago=_ago(when.shipped_days))
    if when.delivered_days is not None:
        yield say("delivered", ago=_ago(when.delivered_days))
    if when.refund is not None:
        yield say(f"refund_{when.refund}")


def _ago(span: Span) -> str:
    if span.at_least is not None and span.at_most is not None:
        return say("between", least=span.at_least, most=span.at_most)
    if span.at_least is not None:
        return say("at_least", least=span.at_least)
    return say("at_most", most=span.at_most) if span.at_most is not None else say("some_time")
