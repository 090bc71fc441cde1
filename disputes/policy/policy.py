"""The shop's policy as the program asks it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from disputes.policy.calendar import calendar_of
from disputes.policy.models import (
    WEEKDAYS,
    Category,
    Clause,
    Clocks,
    Evidence,
    Hours,
    Mediation,
    Mediator,
    OutsideOptions,
    PolicyFile,
    Reseller,
    Retention,
    Shop,
    Stage,
    Step,
    Turn,
    Weekday,
)
from disputes.policy.remedies import OrderFacts, Remedy, RemedyRules
from disputes.policy.words import fill, say_date_in, say_hours, say_time_in, words_of

UNKNOWN_CATEGORY = "other"


class Policy:
    """Everything `policy.yml` says, with the figures filled into its texts. Read-only; one per process."""

    def __init__(self, file: PolicyFile, digest: str) -> None:
        words = words_of(file)
        self.digest = digest
        self.words: Mapping[str, str] = words
        self.shop: Shop = file.shop
        self.calendar = calendar_of(file.shop, file.calendar)
        self.clocks: Clocks = file.clocks
        self.clauses: dict[str, Clause] = {
            clause_id: clause.model_copy(update={"text": fill(clause.text, words)})
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
        self.mediation: Mediation = file.mediation
        self.mediators: Sequence[Mediator] = file.mediators
        self.outside_options: OutsideOptions = file.outside_options
        self.office_hours: Mapping[Weekday, Hours] = file.office_hours
        self.retention: Retention = file.retention
        self.evidence: Evidence = file.evidence
        self._remedies = RemedyRules(file.remedies, file.assistant_limits, file.shop.currency, words)

    def remedies_for(self, category: str, order: OrderFacts | None, *, at: datetime) -> list[Remedy]:
        """What the assistant may propose, best first; empty when only a person may decide."""
        return self._remedies.remedies_for(category, order, at, self.calendar)

    def clocks_for(self, category: str | None) -> Clocks:
        """The clocks of a category: its own where it has any, the general ones else."""
        found = self.categories.get(category or UNKNOWN_CATEGORY)
        changes = found.clocks.model_dump(exclude_none=True) if found else {}
        return self.clocks.model_copy(update=changes)

    def category_label(self, category: str) -> str:
        """The category in customers' words; a case may be older than a change of the list."""
        found = self.categories.get(category)
        return found.label if found else category.replace("_", " ").capitalize()

    def reseller_named(self, words: str) -> Reseller | None:
        """The reseller whose name (or other name) occurs in these words: a sales channel or a sentence."""
        said = f" {_plain(words)} "
        for reseller in self.resellers:
            if any(f" {_plain(name)} " in said for name in (reseller.name, *reseller.also_known_as)):
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


def _plain(words: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in words.casefold()).split())
