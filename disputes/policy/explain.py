"""The whole policy as a page for people; the command line and the page `/policy` show the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from holidays.registry import COUNTRIES

from disputes.policy.clock_words import AFTERWARDS, MEDIATION, OURS, YOURS, lines_of, own_clocks
from disputes.policy.models import Turn
from disputes.policy.policy import TRACE_LENGTH, Policy
from disputes.policy.remedy_words import remedy_in_words
from disputes.policy.words import say_count, say_day, say_duration, say_list, say_money
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "policy_page")

YEAR: Final = timedelta(days=365)


@dataclass(frozen=True)
class Row:
    """One thing the policy says. `key` is its place in the file; `url` leads to somebody outside."""

    key: str
    term: str
    words: str = ""
    items: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True)
class Section:
    """One part of the page: `id` for links to it, a heading, a sentence or two, and its rows."""

    id: str
    title: str
    intro: str
    rows: tuple[Row, ...]


def explain(policy: Policy, at: datetime) -> list[Section]:
    """Everything the policy says, as it is at that moment: what is out of date is not in it."""
    return [
        _section("clauses", say("clauses"), "", _clauses(policy)),
        _section("our-times", say("our_times"), say("our_times_intro"), _clock_rows(policy, OURS)),
        _section("your-times", say("your_times"), say("your_times_intro"), _clock_rows(policy, YOURS)),
        _section("after", say("after"), "", _clock_rows(policy, AFTERWARDS)),
        _section("categories", say("categories"), "", _categories(policy)),
        _section("hours", say("hours"), "", _hours(policy, at)),
        _section("stages", say("stages"), say("stages_intro"), _stages(policy)),
        _section("points", say("points"), say("points_intro"), _points(policy)),
        _section("assistant", say("assistant"), say("assistant_intro"), _assistant(policy)),
        _section("outcomes", say("outcomes"), "", _outcomes(policy)),
        _section("mediation", say("mediation"), policy.mediation.cost, _mediation(policy)),
        _section("resellers", say("resellers"), policy.clauses["C9"].text, _resellers(policy)),
        _section("outside", say("outside"), policy.outside_options.general, _outside(policy, at)),
        _section("data", say("data"), say("data_intro"), _data(policy)),
    ]


def version_of(policy: Policy) -> str:
    """Which text of the policy this is: the first signs of the file's hash, as letters and records name it."""
    return policy.digest[:TRACE_LENGTH]


def _section(id_: str, title: str, intro: str, rows: Iterator[Row]) -> Section:
    return Section(id_, title, intro, tuple(rows))


def _clauses(policy: Policy) -> Iterator[Row]:
    for clause_id, clause in policy.clauses.items():
        yield Row(clause_id, clause.title, clause.text.strip())


def _clock_rows(policy: Policy, part: str) -> Iterator[Row]:
    for name, label, words in lines_of(part, policy.clocks):
        yield Row(f"clocks.{name}", label, words)


def _categories(policy: Policy) -> Iterator[Row]:
    own = {name: own_clocks(category.clocks) for name, category in policy.categories.items()}
    for name, clocks in own.items():
        if clocks:
            yield Row(f"categories.{name}", policy.category_label(name), say("own_times"), tuple(clocks))
    others = tuple(policy.category_label(name) for name, clocks in own.items() if not clocks)
    yield Row("categories", say("other_categories"), items=others)


def _hours(policy: Policy, at: datetime) -> Iterator[Row]:
    hours = say("office_hours_in", hours=policy.say_office_hours(), zone=policy.shop.timezone.replace("_", " "))
    yield Row("office_hours", say("office_hours"), hours)
    if policy.chat.outside_hours == "whoever_is_active":
        yield Row("chat.outside_hours", say("outside_hours"), say("whoever_is_active"))
    closed = [say("closed_day", day=say_day(day), name=name) for day, name in _closed_days(policy, at)]
    yield Row("calendar", say("closed_days"), say("closed_days_intro"), tuple(closed))
    chat = policy.chat
    waits = (
        say("unclaimed", time=say_count(chat.unclaimed_minutes, "minute")),
        say("idle", time=say_count(chat.customer_idle_minutes, "minute")),
        say("unseen", time=say_duration("unseen_reply_seconds", chat.unseen_reply_seconds)),
        say("left_message", time=say_count(chat.left_message_business_days, "working_day")),
    )
    yield Row("chat", say("chat"), items=waits)
    reach = say("reach_at", email=policy.shop.support_email, phone=policy.shop.support_phone)
    yield Row("shop", say("reach"), reach)


def _closed_days(policy: Policy, at: datetime) -> Iterator[tuple[date, str]]:
    calendar = policy.calendar
    first = calendar.day_of(at)
    for day in (first + timedelta(days=number) for number in range(YEAR.days)):
        if day.weekday() in calendar.working and not calendar.is_business_day(day):
            yield day, calendar.name_of(day)


def _stages(policy: Policy) -> Iterator[Row]:
    for state, stage in policy.stages.items():
        turn: Turn = stage.turn
        words = stage.next_step
        if turn != "nobody":
            words = say("next_step", next_step=words, turn=policy.turns[turn].lower())
        yield Row(f"stages.{state}", stage.label, words)


def _points(policy: Policy) -> Iterator[Row]:
    yield Row("points.general", say("every_case"), items=tuple(policy.points.general))
    for category, points in policy.points.by_category.items():
        yield Row(f"points.by_category.{category}", policy.category_label(category), items=tuple(points))
    yield Row("watch_words", say("safety"), say("safety_words"))


def _assistant(policy: Policy) -> Iterator[Row]:
    for category in policy.categories:
        rules = [rule for rule in policy.remedies if category in rule.categories]
        if rules:
            items = tuple(remedy_in_words(rule, policy) for rule in rules)
            yield Row(f"remedies.{category}", policy.category_label(category), items=items)
    limits = [
        say("limit", remedy=policy.remedy_labels[kind], most=say_money(most, policy.shop.currency))
        for kind, most in policy.assistant_limits.items()
    ]
    yield Row("assistant_limits", say("limits"), "" if limits else say("no_limits"), tuple(limits))


def _outcomes(policy: Policy) -> Iterator[Row]:
    yield Row("outcome_labels", say("outcome_labels"), items=tuple(policy.outcome_labels.values()))
    yield Row("remedy_labels", say("remedy_labels"), items=tuple(policy.remedy_labels.values()))


def _mediation(policy: Policy) -> Iterator[Row]:
    labels = [policy.category_label(category) for category in policy.mediation.categories]
    yield Row("mediation.categories", say("for_complaints"), items=tuple(labels))
    smallest = policy.mediation.smallest_amount
    if smallest is not None:
        words = say("smallest", amount=say_money(smallest, policy.shop.currency))
        yield Row("mediation.smallest_amount", say("from_amount"), words)
    if policy.mediation.not_when:
        yield Row("mediation.not_when", say("not_when"), items=tuple(policy.mediation.not_when))
    yield from _clock_rows(policy, MEDIATION)
    people = [_neutral(person.name, person.organisation, person.languages) for person in policy.mediators]
    none = "" if people else say("no_neutral")
    yield Row("mediators", say("neutrals"), none, tuple(people))


def _neutral(name: str, organisation: str, languages: list[str]) -> str:
    if not languages:
        return say("neutral", name=name, organisation=organisation)
    return say("neutral_speaks", name=name, organisation=organisation, languages=say_list(languages, "and"))


def _resellers(policy: Policy) -> Iterator[Row]:
    for number, reseller in enumerate(policy.resellers, 1):
        url = str(reseller.url) if reseller.url else None
        yield Row(f"resellers[{number}]", reseller.name, reseller.pointer, url=url)


def _outside(policy: Policy, at: datetime) -> Iterator[Row]:
    options = policy.outside_options
    yield Row("outside_options.takes_part", say("takes_part"), options.takes_part)
    yield Row("outside_options.time_limits", say("time_limits"), options.time_limits)
    for country in dict.fromkeys(option.country for option in options.directory):
        for option in policy.outside_options_for(country, at).options:
            words = say(f"{option.kind}_checked", day=say_day(option.checked))
            term = say("outside_in", country=country_name(country), name=option.name)
            yield Row("outside_options.directory", term, words, url=str(option.url))


def _data(policy: Policy) -> Iterator[Row]:
    kept, evidence = policy.retention, policy.evidence
    for name, time in (
        ("draft_days", say_count(kept.draft_days, "day")),
        ("unfiled_chat_days", say_count(kept.unfiled_chat_days, "day")),
        ("status_request_days", say_count(kept.status_request_days, "day")),
        ("contact_months", say("contact_time", time=say_count(kept.contact_months, "month"))),
        ("case_months", say("case_time", time=say_count(kept.case_months, "month"))),
        ("withdrawn_months", say("withdrawn_time", time=say_count(kept.withdrawn_months, "month"))),
        ("legal_hold_months", say("legal_hold_time", time=say_count(kept.legal_hold_months, "month"))),
        ("audit_months", say("audit_time", time=say_count(kept.audit_months, "month"))),
    ):
        yield Row(f"retention.{name}", say(name), time)
    types = say_list(evidence.types, "and")
    files = say_count(evidence.files, "file")
    yield Row("evidence", say("files"), say("files_of", files=files, megabytes=evidence.megabytes_each, types=types))


def country_name(country: str) -> str:
    """ "Ireland" for "IE"."""
    for key, (_, code, *_) in COUNTRIES.items():  # phonenumbers knows names too, for a hundred megabytes
        if code == country:
            return key.replace("_", " ").title().replace(" And ", " and ").replace(" Of ", " of ")
    return country
