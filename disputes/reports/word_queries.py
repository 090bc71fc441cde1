"""The SELECTs about words in complaints; no word of a complaint that few people should read, or that was erased."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.people.tables import Customer, Staff

_SEPARATORS: Final = re.compile(r"[^\w]+")
_HOW_MANY: Final = text(
    """
    SELECT count(DISTINCT customer_id) FILTER (WHERE filed_at > :start),
        count(DISTINCT customer_id) FILTER (WHERE filed_at <= :start)
    FROM cases
    WHERE filed_at > :before AND filed_at <= :end AND NOT restricted AND erased_at IS NULL
      AND state NOT IN ('draft', 'merged')
    """
)
_WORDS: Final = text(
    """
    WITH complaints AS (
        SELECT id, customer_id, description, filed_at > :start AS is_new
        FROM cases
        WHERE filed_at > :before AND filed_at <= :end AND NOT restricted AND erased_at IS NULL
          AND state NOT IN ('draft', 'merged')
    ), words AS (
        SELECT DISTINCT complaints.id, customer_id, is_new, lexeme, (ts_lexize('english_stem', lexeme))[1] AS stem
        FROM complaints, unnest(to_tsvector('simple', description))
        WHERE lexeme ~ '^[[:alpha:]]{4,30}$'
    )
    SELECT mode() WITHIN GROUP (ORDER BY lexeme) AS word,
        count(DISTINCT customer_id) FILTER (WHERE is_new) AS customers,
        count(DISTINCT customer_id) FILTER (WHERE NOT is_new) AS before,
        array_agg(DISTINCT id) FILTER (WHERE is_new) AS cases
    FROM words
    WHERE stem IS NOT NULL
    GROUP BY stem
    HAVING count(DISTINCT customer_id) FILTER (WHERE is_new) >= :fewest
    ORDER BY customers DESC, before, word
    """
)


@dataclass(frozen=True)
class Word:
    """A word as most wrote it, how many customers used it in the week and before, and in which complaints now."""

    word: str
    customers: int
    before: int
    cases: frozenset[UUID]


@dataclass(frozen=True)
class Told:
    """What is known of a complaint without its words."""

    id: UUID
    reference: str
    category: str
    cause: str | None


def words_told(session: Session, *, before: datetime, start: datetime, end: datetime, fewest: int) -> list[Word]:
    """The words that at least `fewest` customers used between `start` and `end`, and how many did since `before`."""
    values = {"before": before, "start": start, "end": end, "fewest": fewest}
    return [
        Word(word, customers, old, frozenset(cases)) for word, customers, old, cases in session.execute(_WORDS, values)
    ]


def customers_told(session: Session, *, before: datetime, start: datetime, end: datetime) -> tuple[int, int]:
    """How many customers those words come from: between `start` and `end`, and since `before`."""
    now, earlier = session.execute(_HOW_MANY, {"before": before, "start": start, "end": end}).one()
    return now, earlier


def names_among(session: Session, case_ids: Collection[UUID]) -> frozenset[str]:
    """Every part of the names of those who filed these complaints, and of everybody who works here, in lower case."""
    filed = select(Customer.name).join(Case, Case.customer_id == Customer.id).where(Case.id.in_(case_ids))
    names = [*session.scalars(filed), *session.scalars(select(Staff.name))]
    return frozenset(part.casefold() for name in names for part in _SEPARATORS.split(name) if part)


def told(session: Session, case_ids: Collection[UUID]) -> Sequence[Told]:
    """These complaints, the newest first."""
    found = select(Case.id, Case.reference, Case.category, Case.cause).where(Case.id.in_(case_ids))
    return [Told(*row) for row in session.execute(found.order_by(Case.filed_at.desc()))]
