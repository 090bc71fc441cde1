"""What must be true of a policy beyond the shape of its parts. Each finding names the place in the file."""

import re
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final, get_args
from urllib.parse import urlsplit

import holidays
import phonenumbers

from disputes.policy.kinds import CASE_STATES, HISTORY_KINDS, PROMISE_KINDS, TASK_KINDS, WAYS
from disputes.policy.models import CLAUSE_IDS, Clocks, OutcomeCode, PolicyFile, RemedyKind, Span, Turn
from disputes.policy.texts import texts
from disputes.policy.watch import plain
from disputes.policy.words import ORDER_WORDS, names_in, words_of
from disputes.policy.yaml_lines import Path

_AT_MOST: Final = (
    ("urgent_business_days", "named_person_business_days"),
    ("first_answer_days", "final_response_days"),
    ("final_response_days", "hard_cap_days"),
    ("management_review_after_silence_days", "management_review_days"),
    ("management_review_after_mediation_days", "management_review_days"),
    ("mediation_extension_days", "mediation_days"),
    ("progress_note_days", "first_answer_days"),
)
_REMINDERS: Final = (("customer_reminder_days", "customer_question_days"), ("offer_reminder_days", "offer_days"))
_FIGURE: Final = re.compile(
    r"\b\d+ (?:(?:working|business|calendar) )?(?:second|minute|hour|day|week|month)s?\b", re.IGNORECASE
)
_CLOSED_PLATFORM: Final = re.compile(r"ec\.europa\.eu/(?:consumers/)?odr", re.IGNORECASE)
_FIGURES_ALLOWED: Final = {"remedies", "resellers", "outside_options"}
SHORTEST_GRACE: Final = 10
MONEY_KINDS = {"refund", "part_refund", "voucher", "cancel"}

CLOSED_PLATFORM_EXPECTED: Final = (
    "somebody who still helps: the EU's platform for online disputes (ec.europa.eu/consumers/odr) closed in July 2025"
)

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


def _chat(file: PolicyFile) -> Iterator[Finding]:
    chat = file.chat
    if chat.unanswered_minutes > chat.unclaimed_minutes:
        yield ("chat", "unanswered_minutes"), f"at most unclaimed_minutes ({chat.unclaimed_minutes})"
    if chat.agent_gone_seconds < SHORTEST_GRACE:
        yield (
            ("chat", "agent_gone_seconds"),
            f"at least {SHORTEST_GRACE}: a page that is opened anew takes some seconds",
        )


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
    for name in file.points.by_category:
        if name not in file.categories:
            yield ("points", "by_category", name), f"one of the categories: {', '.join(file.categories)}"
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
    warnings = file.clocks.staff_warning_days
    if warnings != sorted(set(warnings), reverse=True):
        yield ("clocks", "staff_warning_days"), "days in falling order, each once, such as [5, 2, 0]"


def _in_order(clocks: Clocks, path: Path) -> Iterator[Finding]:
    """What has to fit together; of two clocks that do not, the one to change is named."""
    for name, most in _AT_MOST:
        if getattr(clocks, name) > getattr(clocks, most):
            yield (*path, name), f"at most {most} ({getattr(clocks, most)})"
    for reminders, whole in _REMINDERS:
        days: list[int] = getattr(clocks, reminders)
        if days != sorted(set(days)) or (days and days[-1] >= getattr(clocks, whole)):
            yield (*path, reminders), f"days in rising order, all before {whole} is over"
    if clocks.last_call_days >= clocks.review_window_days:
        yield (*path, "last_call_days"), "fewer days than review_window_days"
    both = clocks.first_answer_days + clocks.management_review_days
    if both > clocks.hard_cap_days:
        room = clocks.hard_cap_days - clocks.first_answer_days
        yield (
            (*path, "management_review_days"),
            f"a review that fits after the first answer and before the hard cap (at most {max(room, 0)} days)",
        )
    if clocks.mediation_think_hours >= clocks.mediation_days * 24:
        yield (*path, "mediation_think_hours"), "less time to think than mediation lasts (mediation_days)"


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


def _history(file: PolicyFile) -> Iterator[Finding]:
    for kind in HISTORY_KINDS:
        if kind not in file.history:
            yield ("history",), f"a line for everything that happens; {kind} is missing"
    for kind in file.history:
        plain_kind, way = _way_of(kind)
        if plain_kind not in HISTORY_KINDS:
            close = get_close_matches(kind, HISTORY_KINDS, n=1)
            hint = f"did you mean '{close[0]}'?" if close else "docs/policy.md says how they are made"
            yield ("history", kind), f"something that happens to a case; {hint}"
        elif way == "":
            yield ("history", kind), f"who did it at its end: {', '.join(WAYS)}"


def _words_for_all(file: PolicyFile) -> Iterator[Finding]:
    for part, given, known in (
        ("tasks", set[str](file.tasks), TASK_KINDS),
        ("promises", set[str](file.promises), PROMISE_KINDS),
        ("outcome_labels", set[str](file.outcome_labels), get_args(OutcomeCode)),
        ("remedy_labels", set[str](file.remedy_labels), get_args(RemedyKind)),
    ):
        for name in known:
            if name not in given:
                yield (part,), f"words for all of them; {name} is missing"
        for name in sorted(given.difference(known)):
            yield (part, name), f"one of {', '.join(known)}"


def _way_of(kind: str) -> tuple[str, str | None]:
    """ "closed_by_clock" is "closed" and "clock"; the way is "" when nobody knows it, None when there is none."""
    if kind in HISTORY_KINDS or "_by_" not in kind:
        return kind, None
    before, _, way = kind.rpartition("_by_")
    return before, way if way in WAYS else ""


def _watch_words(file: PolicyFile) -> Iterator[Finding]:
    for name in ("urgent", "restricted", "care", "legal"):
        for number, word in enumerate(getattr(file.watch_words, name)):
            if not plain(word):
                yield ("watch_words", name, number), "a word with letters in it, or it would be found in every text"
            elif "*" in word.rstrip()[:-1]:
                yield ("watch_words", name, number), "a star at the end only"


def _partners(file: PolicyFile) -> Iterator[Finding]:
    yield from _repeated(
        [(("resellers", number, "name"), reseller.name.casefold()) for number, reseller in enumerate(file.resellers)]
    )


def _mediators(file: PolicyFile) -> Iterator[Finding]:
    people = list(enumerate(file.mediators))
    yield from _repeated([(("mediators", number, "name"), person.name.casefold()) for number, person in people])
    yield from _repeated([(("mediators", number, "email"), person.email.casefold()) for number, person in people])


def _outside(file: PolicyFile) -> Iterator[Finding]:
    entries = list(enumerate(file.outside_options.directory))
    yield from _repeated(
        [
            (("outside_options", "directory", number, "name"), f"{entry.country} {entry.name}")
            for number, entry in entries
        ]
    )
    for number, entry in entries:
        path: Path = ("outside_options", "directory", number)
        if entry.country not in phonenumbers.SUPPORTED_REGIONS:
            yield (*path, "country"), "a country code such as GB"
        if _CLOSED_PLATFORM.search(str(entry.url)):
            yield (*path, "url"), CLOSED_PLATFORM_EXPECTED
        elif urlsplit(str(entry.url)).scheme != "https":
            yield (*path, "url"), "an address that begins with https://"
    for path, text, _ in texts(file):
        if _CLOSED_PLATFORM.search(text):
            yield path, CLOSED_PLATFORM_EXPECTED


def _retention(file: PolicyFile) -> Iterator[Finding]:
    if file.retention.contact_months > file.retention.case_months:
        most = file.retention.case_months
        yield ("retention", "contact_months"), f"at most case_months ({most}): the ways to reach somebody go first"


def _figures(file: PolicyFile) -> Iterator[Finding]:
    for path, text, _ in texts(file):
        figure = _FIGURE.search(text)
        if figure and path[0] not in _FIGURES_ALLOWED:
            yield path, f"the name of a clock in braces in place of '{figure[0]}', so that it stays true"


def _placeholders(file: PolicyFile) -> Iterator[Finding]:
    general = frozenset(words_of(file))
    for path, text, more in texts(file):
        for name in names_in(text):
            if name not in general and name not in more:
                known = ", ".join(sorted(general | more))
                yield path, f"only names that are known in braces, not {{{name}}}; known: {known}"


def _repeated(named: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            yield path, f"'{name}' only once"
        seen.add(name)


_CHECKS = (
    _shop, _calendar, _chat, _clauses, _categories, _remedies, _clocks, _stages, _history, _words_for_all, _watch_words,
    _partners, _mediators, _outside, _retention, _figures, _placeholders,
)  # fmt: skip
