"""What the assistant may offer, and when, in words."""

from collections.abc import Iterator

from disputes.policy.models import Amount, RemedyRule, Span, When
from disputes.policy.policy import Policy
from disputes.policy.words import say_list, say_money

_REFUND = {
    "none": "nothing has been refunded yet",
    "pending": "a refund is on its way",
    "paid": "a refund has been paid out",
}
_ORDER = {"known": "we find the order", "unknown": "we do not know the order"}


def remedy_in_words(rule: RemedyRule, policy: Policy) -> str:
    """ "Part of the price back: 10% of the price, when the order is delivered, delivered at most 60 days ago"."""
    words = policy.remedy_labels[rule.kind]
    if rule.amount is not None:
        words += f": {_worth(rule.amount, policy.shop.currency)}"
    conditions = list(_conditions(rule.when))
    return f"{words}, when {say_list(conditions, 'and')}" if conditions else words


def _worth(amount: Amount, currency: str) -> str:
    if amount.fixed is not None:
        return say_money(amount.fixed, currency)
    return "the full price" if amount.percent_of_total == 100 else f"{amount.percent_of_total}% of the price"


def _conditions(when: When) -> Iterator[str]:
    if when.order in _ORDER:
        yield _ORDER[when.order]
    if when.status:
        yield f"the order is {say_list(when.status)}"
    for verb, span in (
        ("ordered", when.ordered_days),
        ("sent", when.shipped_days),
        ("delivered", when.delivered_days),
    ):
        if span is not None:
            yield f"it was {verb} {_ago(span)}"
    if when.refund is not None:
        yield _REFUND[when.refund]


def _ago(span: Span) -> str:
    if span.at_least is not None and span.at_most is not None:
        return f"{span.at_least} to {span.at_most} days ago"
    if span.at_least is not None:
        return f"{span.at_least} days ago or longer"
    return f"at most {span.at_most} days ago" if span.at_most is not None else "at some time"
