"""Which remedies the policy allows the assistant to propose for an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from disputes.policy.calendar import Calendar
from disputes.policy.models import RemedyKind, RemedyRule
from disputes.policy.words import ORDER_WORDS, fill, names_in, say_money

CENT = Decimal("0.01")


class ItemFacts(Protocol):
    @property
    def name(self) -> str: ...


class RefundFacts(Protocol):
    @property
    def status(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...


class OrderFacts(Protocol):
    """What a remedy may depend on; `disputes.orders.schemas.Order` has it all."""

    @property
    def number(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def total(self) -> Decimal: ...
    @property
    def placed_at(self) -> datetime: ...
    @property
    def shipped_at(self) -> datetime | None: ...
    @property
    def delivered_at(self) -> datetime | None: ...
    @property
    def items(self) -> Sequence[ItemFacts]: ...
    @property
    def refunds(self) -> Sequence[RefundFacts]: ...


@dataclass(frozen=True)
class Remedy:
    """Something the assistant may propose now. `text` is a whole sentence for the customer.

    `amount` is what it is worth in money, in `currency`; None where it is not money.
    """

    id: str
    text: str
    kind: RemedyKind
    amount: Decimal | None
    currency: str
    clause: str


@dataclass(frozen=True)
class RemedyRules:
    """The shop's remedies and the most the assistant may offer of each kind, in the shop's currency."""

    rules: Sequence[RemedyRule]
    limits: Mapping[RemedyKind, Decimal]
    currency: str
    words: Mapping[str, str]

    def remedies_for(self, category: str, order: OrderFacts | None, at: datetime, calendar: Calendar) -> list[Remedy]:
        """What may be proposed for that category and order now, best first; empty when a person decides."""
        return [
            self._remedy(rule, order)
            for rule in self.rules
            if category in rule.categories and _holds(rule, order, at, calendar) and self._within_limit(rule, order)
        ]

    def _within_limit(self, rule: RemedyRule, order: OrderFacts | None) -> bool:
        limit = self.limits.get(rule.kind)
        if limit is None:
            return True
        if order is not None and order.currency != self.currency:
            return False
        worth = _worth(rule, order)
        if worth is None and order is not None:
            worth = order.total
        return worth is not None and worth <= limit

    def _remedy(self, rule: RemedyRule, order: OrderFacts | None) -> Remedy:
        amount = _worth(rule, order)
        currency = order.currency if order else self.currency
        words = dict(self.words)
        if order is not None:
            words["order"] = order.number
        if rule.amount is not None and rule.amount.fixed is not None:
            words["amount"] = say_money(rule.amount.fixed, currency)
        text = fill(rule.text, words)
        return Remedy(rule.id, text[:1].upper() + text[1:], rule.kind, amount, currency, rule.clause)


def needs_order(rule: RemedyRule) -> bool:
    """True when the rule speaks of the order, or measures itself by it."""
    when = rule.when
    own_amount = {"amount"} if rule.amount and rule.amount.fixed is not None else set()
    return (
        bool(ORDER_WORDS.difference(own_amount).intersection(names_in(rule.text)))
        or when.order == "known"
        or any((when.status, when.ordered_days, when.shipped_days, when.delivered_days, when.refund))
        or bool(rule.amount and rule.amount.percent_of_total)
    )


def _holds(rule: RemedyRule, order: OrderFacts | None, at: datetime, calendar: Calendar) -> bool:
    when = rule.when
    if order is None:
        return not needs_order(rule)
    return (
        when.order != "unknown"
        and (when.status is None or order.status in when.status)
        and (when.ordered_days is None or when.ordered_days.holds(_days(order.placed_at, at, calendar)))
        and (when.shipped_days is None or when.shipped_days.holds(_days(order.shipped_at, at, calendar)))
        and (when.delivered_days is None or when.delivered_days.holds(_days(order.delivered_at, at, calendar)))
        and (when.refund is None or when.refund == _refund_state(order))
    )


def _days(since: datetime | None, at: datetime, calendar: Calendar) -> int | None:
    return None if since is None else (calendar.day_of(at) - calendar.day_of(since)).days


def _worth(rule: RemedyRule, order: OrderFacts | None) -> Decimal | None:
    if rule.amount is None:
        return None
    if rule.amount.fixed is not None:
        return rule.amount.fixed
    if order is None or rule.amount.percent_of_total is None:
        return None
    return (order.total * rule.amount.percent_of_total / 100).quantize(CENT, ROUND_HALF_UP)


def _refund_state(order: OrderFacts) -> str:
    states = {refund.status for refund in order.refunds}
    if not states:
        return "none"
    return "pending" if "pending" in states else "paid"
