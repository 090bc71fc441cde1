"""The shop's policy as the program asks it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from disputes.policy.calendar import calendar_of
from disputes.policy.models import (
    WEEKDAYS,
    Category,
    Chat,
    Clause,
    Clocks,
    Evidence,
    Hours,
    Mediation,
    Mediator,
    OutsideOption,
    OutsideOptions,
    Points,
    PolicyFile,
    RemedyKind,
    RemedyRule,
    Reseller,
    Retention,
    Shop,
    Stage,
    Step,
    Turn,
    Weekday,
)
from disputes.policy.remedies import OrderFacts, Remedy, RemedyRules
from disputes.policy.texts import OUTSIDE_TEXTS, key_of, texts
from disputes.policy.watch import WatchList, plain
from disputes.policy.words import fill, say_date_in, say_duration, say_hours, say_money, say_time_in, words_of

UNKNOWN_CATEGORY = "other"
TRACE_LENGTH = 12


@dataclass(frozen=True)
class OutsideAnswer:
    """Who else can help a customer: general words always, entries only for their country and only fresh ones.

    `takes_part` says whether the shop takes part, `time_limits` that the law's own limits run on.
    """

    general: str
    options: list[OutsideOption]
    takes_part: str
    time_limits: str


class Policy:
    """Everything `policy.yml` says, with the figures filled into its texts. Read-only; one per process."""

    def __init__(self, file: PolicyFile, digest: str, source: str = "") -> None:
        words = words_of(file)
        self.digest = digest
        self.source = source
        self.words: Mapping[str, str] = words
        self.shop: Shop = file.shop
        self.calendar = calendar_of(file.shop, file.calendar)
        self.clocks: Clocks = file.clocks
        self.clauses: dict[str, Clause] = {
            clause_id: _filled(clause, words)
            for clause_id, clause in sorted(file.clauses.items(), key=lambda entry: int(entry[0][1:]))
        }
        self.categories: dict[str, Category] = dict(file.categories)
        self.stages: dict[str, Stage] = {
            state: stage.model_copy(update={"next_step": fill(stage.next_step, words)})
            for state, stage in file.stages.items()
        }
        self.turns: Mapping[Turn, str] = file.turns
        self.steps: Sequence[Step] = file.steps
        self.history: dict[str, str] = {kind: fill(line, words) for kind, line in file.history.items()}
        self.resellers: Sequence[Reseller] = [
            reseller.model_copy(update={"pointer": fill(reseller.pointer, words)}) for reseller in file.resellers
        ]
        self.outcome_labels: dict[str, str] = {str(code): label for code, label in file.outcome_labels.items()}
        self.remedy_labels: dict[str, str] = {str(kind): label for kind, label in file.remedy_labels.items()}
        self.points: Points = file.points
        self.causes: dict[str, str] = dict(file.causes)
        self._promises = dict(file.promises)
        self.tasks: dict[str, str] = {kind: fill(sentence, words) for kind, sentence in file.tasks.items()}
        self.mediation: Mediation = file.mediation.model_copy(update={"cost": fill(file.mediation.cost, words)})
        self.mediators: Sequence[Mediator] = file.mediators
        self.outside_options: OutsideOptions = file.outside_options.model_copy(
            update={name: fill(getattr(file.outside_options, name), words) for name in OUTSIDE_TEXTS}
        )
        self.office_hours: Mapping[Weekday, Hours] = file.office_hours
        self.chat: Chat = file.chat
        self.retention: Retention = file.retention
        self.evidence: Evidence = file.evidence
        self.assistant_limits: Mapping[RemedyKind, Decimal] = file.assistant_limits
        self.remedies: Sequence[RemedyRule] = file.remedies
        self._remedies = RemedyRules(file.remedies, file.assistant_limits, file.shop.currency, words)
        self._urgent = WatchList(file.watch_words.urgent)
        self._restricted = WatchList(file.watch_words.restricted)
        self._care = WatchList(file.watch_words.care)
        self._legal = WatchList(file.watch_words.legal)
        self.texts: Mapping[str, str] = {key_of(place): fill(text, words) for place, text, _ in texts(file)}

    def remedies_for(self, category: str, order: OrderFacts | None, *, at: datetime) -> list[Remedy]:
        """What the assistant may propose, best first; empty when only a person may decide."""
        return self._remedies.remedies_for(category, order, at, self.calendar)

    def clocks_for(self, category: str | None) -> Clocks:
        """The clocks of a category: its own where it has any, the general ones else."""
        found = self.categories.get(category or UNKNOWN_CATEGORY)
        changes = found.clocks.model_dump(exclude_none=True) if found else {}
        return self.clocks.model_copy(update=changes)

    def points_for(self, category: str) -> list[str]:
        """What is looked into in a case of that category: its own points first, then those of every case."""
        return [*self.points.by_category.get(category, ()), *self.points.general]

    def is_urgent(self, text: str) -> bool:
        """True when somebody's safety may be at stake: the case is marked urgent."""
        return self._urgent.is_in(text)

    def is_restricted(self, text: str) -> bool:
        """True when the text may tell of health, belief, origin or the like: fewer people should read it."""
        return self._restricted.is_in(text)

    def care_words(self, text: str) -> str | None:
        """The first words that say that somebody may need more of our care; a hint for staff, never a finding."""
        return self._care.first_in(text)

    def is_legal(self, text: str) -> bool:
        """True for words of lawyers, courts and chargebacks."""
        return self._legal.is_in(text)

    def history_line(self, kind: str, *, by: str | None = None, staff: str | None = None) -> str:
        """The line of history for an event, in customers' words.

        `by` is who did it (`customer`, `assistant`, `staff`, `shop`, `clock`), which may have a line of its own; the
        assistant only carries what the customer decided, so the customer's line stands for it too. `staff` is the
        name of the person, the shop's own without one. An unknown kind is its own line.
        """
        ways = ("assistant", "customer") if by == "assistant" else (by,)
        own = (self.history[f"{kind}_by_{way}"] for way in ways if f"{kind}_by_{way}" in self.history)
        line = next(own, self.history.get(kind, kind))
        return fill(line, {"staff": staff or self.shop.name})

    def promise_label(self, what: str) -> str:
        """What a promised date is called, in customers' words; `what` is "remedy:ID" for one of several remedies."""
        return self._promises[what.partition(":")[0]]

    def may_mediate(self, category: str, amount: Decimal | None) -> str | None:
        """Why mediation is not suggested for that category and amount (in the shop's currency); None when it may be.

        A matter without an amount is never too small.
        """
        if not self.mediators:
            return "We have no neutral person at the moment, so mediation cannot be suggested."
        if category not in self.mediation.categories:
            return (
                f"Our policy does not suggest mediation for this kind of complaint ({self.category_label(category)})."
            )
        smallest = self.mediation.smallest_amount
        if smallest is not None and amount is not None and amount < smallest:
            return f"Our policy suggests mediation from {say_money(smallest, self.shop.currency)}."
        return None

    def outside_options_for(self, country: str | None, at: datetime) -> OutsideAnswer:
        """Who else can help somebody in that country. An entry not checked for `valid_days` is left out."""
        options, today = self.outside_options, self.calendar.day_of(at)
        fresh = [
            option
            for option in options.directory
            if option.country == country and (today - option.checked).days <= options.valid_days
        ]
        return OutsideAnswer(options.general, fresh, options.takes_part, options.time_limits)

    def trace(self, clause_id: str) -> str:
        """The clause and the file it stands in, "C6@0f3a9c...": which words held then. Raises `KeyError`."""
        if clause_id not in self.clauses:
            raise KeyError(clause_id)
        return f"{clause_id}@{self.digest[:TRACE_LENGTH]}"

    def sentence(self, key: str) -> str:
        """A text of the file by its place, "clauses.C6.text" or "stages.filed.next_step". Raises `KeyError`."""
        return self.texts[key]

    def trace_sentence(self, key: str) -> str:
        """The place of a text, the hash of its words as read, and the file: "history.taken#5d1e...@0f3a...".

        The middle part stays the same while the words and the figures in them do. Raises `KeyError`.
        """
        words = hashlib.sha256(self.texts[key].encode()).hexdigest()
        return f"{key}#{words[:TRACE_LENGTH]}@{self.digest[:TRACE_LENGTH]}"

    def words_for(self, category: str | None) -> Mapping[str, str]:
        """The names that texts may use, with the clocks of that category where it has its own."""
        own = {name: figure for name, figure in self.clocks_for(category) if isinstance(figure, int)}
        return {**self.words, **{name: say_duration(name, figure) for name, figure in own.items()}}

    def category_label(self, category: str) -> str:
        """The category in customers' words; a case may be older than a change of the list."""
        found = self.categories.get(category)
        return found.label if found else category.replace("_", " ").capitalize()

    def is_about_order(self, category: str | None) -> bool:
        """Whether an order number helps with it: nobody is asked for one about a locked account."""
        found = self.categories.get(category or UNKNOWN_CATEGORY)
        return found is None or found.about_order

    def reseller_named(self, words: str) -> Reseller | None:
        """The reseller whose name (or other name) occurs in these words: a sales channel or a sentence."""
        said = f" {plain(words)} "
        for reseller in self.resellers:
            if any(f" {plain(name)} " in said for name in (reseller.name, *reseller.also_known_as)):
                return reseller
        return None

    def is_office_open(self, at: datetime) -> bool:
        """True when people answer at that moment."""
        local = at.astimezone(self.calendar.zone)
        hours = self._hours_on(local)
        return hours is not None and hours.opens <= local.time() < hours.closes

    def next_opening(self, at: datetime) -> datetime:
        """When the office opens next, in the shop's zone. The loader made sure that it ever does."""
        local = at.astimezone(self.calendar.zone)
        while True:
            hours = self._hours_on(local)
            if hours is not None and local.time() < hours.opens:
                return datetime.combine(local.date(), hours.opens, tzinfo=self.calendar.zone)
            local = datetime.combine(local.date() + timedelta(days=1), local.min.time(), tzinfo=self.calendar.zone)

    def say_date(self, at: datetime) -> str:
        """ "Tuesday 12 May 2026", the day it is in the shop."""
        return say_date_in(at, self.calendar.zone)

    def say_time(self, at: datetime) -> str:
        """ "14:05", the time it is in the shop."""
        return say_time_in(at, self.calendar.zone)

    def say_office_hours(self) -> str:
        """ "Monday to Friday 9:00 to 17:30"."""
        return say_hours(self.office_hours)

    def _hours_on(self, local: datetime) -> Hours | None:
        if local.date() in self.calendar.closed:
            return None
        return self.office_hours.get(WEEKDAYS[local.weekday()])


def _filled(clause: Clause, words: Mapping[str, str]) -> Clause:
    answers = {name: fill(answer, words) for name, answer in clause.answers.items()}
    return clause.model_copy(update={"text": fill(clause.text, words), "answers": answers})
