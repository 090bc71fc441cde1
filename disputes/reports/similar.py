"""Complaints of one week that are alike: words that many customers use at once, and few used before.

A word counts once for each customer, and only from four of them on, so that it tells of nobody in particular. Words
that are part of a name are left out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import policy
from disputes.reports import word_queries
from disputes.reports.period import Period
from disputes.reports.word_queries import Told, Word

WEEKS_BEFORE: Final = 8
FEWEST: Final = 4
FEWEST_BEFORE: Final = 20
TIMES_USUAL: Final = 3
ALIKE: Final = 0.6
MOST: Final = 5
WORDS_SHOWN: Final = 4


@dataclass(frozen=True)
class Likeness:
    """Complaints that share words: from how many customers, how many would be usual, and which they are.

    `category` and `cause` are what most of them have, with how many; the cause only of those with an answer.
    """

    words: Sequence[str]
    customers: int
    usual: float
    references: Sequence[str]
    category: tuple[str, int]
    cause: tuple[str, int] | None


def alike_in(session: Session, week: Period) -> list[Likeness]:
    """What stands out in that week against the eight before it, the most customers first.

    What is usual grows with how many complain at all. With too few before there is nothing to compare with.
    """
    calendar = policy.current().calendar
    start, end = week.bounds(calendar)
    before, _ = week.before(WEEKS_BEFORE).bounds(calendar)
    now, earlier = word_queries.customers_told(session, before=before, start=start, end=end)
    if earlier < FEWEST_BEFORE:
        return []
    words = word_queries.words_told(session, before=before, start=start, end=end, fewest=FEWEST)
    rising = [word for word in words if stands_out(word.customers, word.before * now / earlier)]
    names = word_queries.names_among(session, {case for word in rising for case in word.cases})
    groups = together([word for word in rising if word.word not in names])[:MOST]
    cases = word_queries.told(session, {case for group in groups for word in group for case in word.cases})
    return [_likeness(group, cases, now / earlier) for group in groups]


def stands_out(customers: int, usual: float) -> bool:
    """True when so many customers in a week are no chance where it is `usual` ones: three times as many, and more than
    chance makes of that figure three times in a thousand."""
    return customers >= FEWEST and customers >= TIMES_USUAL * usual and customers > usual + 3 * sqrt(max(usual, 1))


def together(words: Iterable[Word]) -> list[list[Word]]:
    """The words in groups that stand in nearly the same complaints; the groups and their words in the given order."""
    groups: list[list[Word]] = []
    for word in words:
        for group in groups:
            if _overlap(word.cases, group[0].cases) >= ALIKE:
                group.append(word)
                break
        else:
            groups.append([word])
    return groups


def _overlap(some: frozenset[UUID], others: frozenset[UUID]) -> float:
    return len(some & others) / len(some | others)


def _likeness(group: Sequence[Word], cases: Iterable[Told], share: float) -> Likeness:
    first = group[0]
    mine = [case for case in cases if case.id in first.cases]
    causes = Counter(case.cause for case in mine if case.cause)
    return Likeness(
        words=[word.word for word in group[:WORDS_SHOWN]],
        customers=first.customers,
        usual=first.before * share,
        references=[case.reference for case in mine],
        category=Counter(case.category for case in mine).most_common(1)[0],
        cause=causes.most_common(1)[0] if causes else None,
    )
