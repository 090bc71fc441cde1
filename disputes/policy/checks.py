"""What must be true of a policy beyond the shape of its parts. Each finding names the place in the file."""

import zoneinfo
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import get_args

import holidays
import phonenumbers

from disputes.policy.models import CLAUSE_IDS, Clocks, PolicyFile, Span, Turn
from disputes.policy.words import ORDER_WORDS, STAFF_WORDS, names_in, words_of
from disputes.policy.yaml_lines import Path

CASE_STATES = (
    "filed",
    "investigating",
    "awaiting_customer",
    "outcome_offered",
    "mediation_offered",
    "in_mediation",
    "escalated",
    "final_response",
    "resolved",
    "closed",
    "withdrawn",
    "redirected",
    "merged",
)
HISTORY_KINDS = ("filed", "filed_by_staff", "filed_by_shop", "taken", "information_added")
_REMINDERS = (("customer_reminder_days", "customer_question_days"), ("offer_reminder_days", "offer_days"))
MONEY_KINDS = {"refund", "part_refund", "voucher", "cancel"}

type Finding = tuple[Path, str]


def findings(file: PolicyFile) -> list[Finding]:
    """Everything that is wrong, each as the path in the file and what is expected there."""
    return [finding for check in _CHECKS for finding in check(file)]


def _shop(file: PolicyFile) -> Iterator[Finding]:
    shop = file.shop
    if shop.timezone not in zoneinfo.available_timezones():
        yield ("shop", "timezone"), "a time zone such as Europe/London"
    if shop.country not in phonenumbers.SUPPORTED_REGIONS:
        yield ("shop", "country"), "a country code such as GB"
    elif file.calendar.public_holidays:
        regions = holidays.list_supported_countries(include_aliases=True).get(shop.country)
        if regions is None:
            yield ("shop", "country"), "a country whose public holidays are known, or public_holidays: false"
        elif shop.subdivision is not None and shop.subdivision not in regions:
            known = ", ".join(regions) or "none; leave it out"
            yield ("shop", "subdivision"), f"a region of {shop.country}: {known}"


def _calendar(file: PolicyFile) -> Iterator[Finding]:
    if not file.office_hours:
        yield ("office_hours",), 'hours on at least one day, such as monday: "09:00-17:30"'
    for day, hours in file.office_hours.items():
        if hours.opens >= hours.closes:
            yield ("office_hours", day), "an opening time before the closing time"


def _clauses(file: PolicyFile) -> Iterator[Finding]:
    for clause_id in CLAUSE_IDS:
        if clause_id not in file.clauses:
            yield ("clauses",), f"all ten clauses; {clause_id} is missing"


def _categories(file: PolicyFile) -> Iterator[Finding]:
    if "other" not in file.categories:
        yield ("categories",), "a category 'other', for what fits nowhere else"
    used: list[tuple[Path, list[str]]] = [
        (("remedies", number, "categories"), rule.categories) for number, rule in enumerate(file.remedies)
    ]
    used.append((("mediation", "categories"), file.mediation.categories))
    for path, names in used:
        for position, name in enumerate(names):
            if name not in file.categories:
                yield (*path, position), f"one of the categories: {', '.join(file.categories)}; not '{name}'"


def _remedies(file: PolicyFile) -> Iterator[Finding]:
    yield from _repeated([(("remedies", number, "id"), rule.id) for number, rule in enumerate(file.remedies)])
    for number, rule in enumerate(file.remedies):
        path: Path = ("remedies", number)
        if rule.amount and (rule.amount.fixed is None) == (rule.amount.percent_of_total is None):
            yield (*path, "amount"), "either percent_of_total or fixed"
        if rule.amount is None and rule.kind in MONEY_KINDS:
            yield path, f"an amount: this remedy is money (kind: {rule.kind})"
        if "amount" in names_in(rule.text) and (rule.amount is None or rule.amount.fixed is None):
            yield (*path, "text"), "no {amount} unless it is fixed: what an order cost is told to nobody without proof"
        for name in ("ordered_days", "shipped_days", "delivered_days"):
            span: Span | None = getattr(rule.when, name)
            if span and span.is_empty:
                yield (*path, "when", name), "at_least not above at_most"
        of_order = ORDER_WORDS.difference({"amount"}).intersection(names_in(rule.text))
        if rule.when.order == "unknown" and of_order:
            yield (*path, "text"), "no word about the order: this remedy is for an unknown one"


def _clocks(file: PolicyFile) -> Iterator[Finding]:
    yield from _in_order(file.clocks, ("clocks",))
    for name, category in file.categories.items():
        changes = category.clocks.model_dump(exclude_none=True)
        if changes:
            yield from _in_order(file.clocks.model_copy(update=changes), ("categories", name, "clocks"))
    for reminders, whole in _REMINDERS:
        days: list[int] = getattr(file.clocks, reminders)
        if days != sorted(set(days)) or (days and days[-1] >= getattr(file.clocks, whole)):
            yield ("clocks", reminders), f"days in rising order, all before {whole} is over"
    if file.clocks.last_call_days >= file.clocks.review_window_days:
        yield ("clocks", "last_call_days"), "fewer days than review_window_days"


def _in_order(clocks: Clocks, path: Path) -> Iterator[Finding]:
    if clocks.first_answer_days > clocks.final_response_days:
        yield (*path, "first_answer_days"), f"at most final_response_days ({clocks.final_response_days})"
    if clocks.final_response_days > clocks.hard_cap_days:
        yield (*path, "final_response_days"), f"at most hard_cap_days ({clocks.hard_cap_days})"


def _stages(file: PolicyFile) -> Iterator[Finding]:
    for state in CASE_STATES:
        if state not in file.stages:
            yield ("stages",), f"words for every state; {state} is missing"
    for state in file.stages:
        if state not in CASE_STATES:
            yield ("stages", state), f"one of the states: {', '.join(CASE_STATES)}"
    for turn in get_args(Turn):
        if turn not in file.turns:
            yield ("turns",), f"words for every turn; {turn} is missing"
    placed = Counter(state for step in file.steps for state in step.states)
    for state in CASE_STATES:
        if placed[state] != 1:
            yield ("steps",), f"every state in exactly one step; {state} is in {placed[state]}"
    yield from _repeated([(("steps", number, "id"), step.id) for number, step in enumerate(file.steps)])
    for kind in HISTORY_KINDS:
        if kind not in file.history:
            yield ("history",), f"a line for everything that happens; {kind} is missing"


def _partners(file: PolicyFile) -> Iterator[Finding]:
    yield from _repeated(
        [(("resellers", number, "name"), reseller.name.casefold()) for number, reseller in enumerate(file.resellers)]
    )


def _placeholders(file: PolicyFile) -> Iterator[Finding]:
    general = frozenset(words_of(file))
    for path, text, more in _texts(file):
        for name in names_in(text):
            if name not in general and name not in more:
                known = ", ".join(sorted(general | more))
                yield path, f"only names that are known in braces, not {{{name}}}; known: {known}"


def _texts(file: PolicyFile) -> Iterator[tuple[Path, str, frozenset[str]]]:
    none: frozenset[str] = frozenset()
    for clause_id, clause in file.clauses.items():
        yield ("clauses", clause_id, "text"), clause.text, none
    for state, stage in file.stages.items():
        yield ("stages", state, "next_step"), stage.next_step, none
    for kind, line in file.history.items():
        yield ("history", kind), line, STAFF_WORDS
    for number, rule in enumerate(file.remedies):
        yield ("remedies", number, "text"), rule.text, ORDER_WORDS
    for number, reseller in enumerate(file.resellers):
        yield ("resellers", number, "pointer"), reseller.pointer, none


def _repeated(named: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            yield path, f"'{name}' only once"
        seen.add(name)


_CHECKS = (
    _shop, _calendar, _clauses, _categories, _remedies, _clocks, _stages, _partners, _placeholders,
)  # fmt: skip
