"""Finding cases and chats by references, numbers, names, addresses, and by what was written in them.

What a neutral person is told in confidence is in no index. What staff typed is in no log: it names people.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes.cases.sensitive import Reader, reader_of
from disputes.cases.states import CASE_WORKERS
from disputes.cases.tables import Case
from disputes.chat.tables import Conversation
from disputes.errors import Refused
from disputes.people.tables import Staff
from disputes.search import queries, terms
from disputes.search.queries import Hit
from disputes.search.terms import Piece

SHOWN: Final = 40
"""Cases, and as many chats, of one search: whoever does not find it among these types one word more."""

PLACES: Final = 2
FEW: Final = 10
"""With fewer results than that, terms are looked for in different rows of one case or chat as well."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Place:
    """Where in a case or chat it was found: the kind of row, its time, and its words around what was found."""

    source: str
    at: datetime
    pieces: Sequence[Piece]


@dataclass
class FoundCase:
    """A case, and where in it something was found."""

    case: Case
    name: Sequence[Piece]
    places: list[Place] = field(default_factory=list)


@dataclass
class FoundChat:
    """A chat, where in it something was found, and the complaints that came out of it."""

    chat: Conversation
    name: Sequence[Piece]
    references: Sequence[str]
    places: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Results:
    """What was found, best on top. `more`: there is more than is shown."""

    cases: Sequence[FoundCase] = ()
    chats: Sequence[FoundChat] = ()
    more: bool = False


def search(session: Session, staff: Staff, typed: str) -> Results:
    """What this person may find with these words: all of them, or the beginnings of longer ones, in any order.

    Agents do not find sensitive complaints of others, nor the chats these came from. That somebody searched is
    logged, and how much was found; not for what. Raises `Refused` for whoever does not work on cases.
    """
    if staff.role not in CASE_WORKERS:
        raise Refused("This is for agents and managers.")
    reader = reader_of(staff)
    wanted, stems = _telling(session, terms.read(typed))
    if not wanted:
        return Results()
    hits = [*queries.entries(session, wanted, core=True), *queries.entries(session, wanted, core=False)]
    if len({_subject(hit) for hit in hits}) < FEW and len(wanted) > 1:
        hits += queries.spread(session, wanted)
    results = _results(session, reader, hits, (*wanted, *stems))
    log.info(
        "desk.searched",
        staff_id=str(staff.id),
        terms=len(wanted),
        cases=len(results.cases),
        chats=len(results.chats),
    )
    return results


def _telling(session: Session, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """The terms that say something, and their stems; all of them when none does."""
    stems = {term: queries.stem(session, term) for term in wanted}
    telling = [term for term in wanted if stems[term] is not None] or list(wanted)
    return telling, [stem for stem in stems.values() if stem]


def _subject(hit: Hit) -> tuple[str, UUID | None]:
    return ("case", hit.case_id) if hit.case_id else ("chat", hit.conversation_id)


def _results(session: Session, reader: Reader, hits: Sequence[Hit], marked: Sequence[str]) -> Results:
    ordered = sorted(hits, key=lambda hit: (not _names(hit), -hit.at.timestamp()))
    by_case, by_chat = _grouped(ordered, "case_id"), _grouped(ordered, "conversation_id")
    cases = queries.cases(session, by_case, reader)
    chats = queries.chats(session, by_chat, reader)
    shown_cases = [case_id for case_id in by_case if case_id in cases][:SHOWN]
    shown_chats = [chat_id for chat_id in by_chat if chat_id in chats][:SHOWN]
    told = [hit for case_id in shown_cases for hit in by_case[case_id]]
    told += [hit for chat_id in shown_chats for hit in by_chat[chat_id]]
    texts = _texts(session, told)
    named = queries.references_of_chats(session, shown_chats)
    return Results(
        tuple(_found_case(cases[case_id], by_case[case_id], texts, marked) for case_id in shown_cases),
        tuple(
            _found_chat(chats[chat_id], by_chat[chat_id], texts, named.get(chat_id, []), marked)
            for chat_id in shown_chats
        ),
        more=len(cases) > SHOWN or len(chats) > SHOWN or len(hits) >= queries.HITS,
    )


def _names(hit: Hit) -> bool:
    """True when a name or a number was found, not only a word in a text."""
    return hit.source in ("case", "chat") and hit.rank >= NAMED


NAMED: Final = 0.5
"""A rank that only names and numbers reach: they weigh as much as all else together."""


def _grouped(hits: Iterable[Hit], by: str) -> dict[UUID, list[Hit]]:
    """The first hits of each case, or of each chat outside of cases, in their order."""
    found: dict[UUID, list[Hit]] = {}
    for hit in hits:
        key = getattr(hit, by)
        if key is None or (by == "conversation_id" and hit.case_id is not None):
            continue
        places = found.setdefault(key, [])
        if len(places) < PLACES and (hit.source, hit.row_id) not in {(known.source, known.row_id) for known in places}:
            places.append(hit)
    return found


def _texts(session: Session, hits: Sequence[Hit]) -> dict[tuple[str, UUID], str]:
    found = {}
    for source in queries.TEXTS:
        row_ids: Collection[UUID] = {hit.row_id for hit in hits if hit.source == source}
        if row_ids:
            found.update({(source, row_id): said for row_id, said in queries.texts(session, source, row_ids).items()})
    return found


def _found_case(
    case: Case, hits: Sequence[Hit], texts: dict[tuple[str, UUID], str], marked: Sequence[str]
) -> FoundCase:
    told = [case.description, case.desired_outcome, case.informal_outcome]
    own = " ".join(part for part in told if part)
    return FoundCase(case, terms.snippet(case.customer.name, marked), _places(hits, texts, own, marked))


def _found_chat(
    chat: Conversation,
    hits: Sequence[Hit],
    texts: dict[tuple[str, UUID], str],
    references: Sequence[str],
    marked: Sequence[str],
) -> FoundChat:
    told = [chat.handoff_summary, chat.facts.get("description"), chat.facts.get("desired_outcome")]
    own = " ".join(str(part) for part in told if part)
    name = terms.snippet(str(chat.facts.get("complainant_name") or ""), marked)
    return FoundChat(chat, name, references, _places(hits, texts, own, marked))


def _places(hits: Sequence[Hit], texts: dict[tuple[str, UUID], str], own: str, marked: Sequence[str]) -> list[Place]:
    """Where it was found; the case or chat itself only with words of its own."""
    found = []
    for hit in hits:
        said = own if hit.source in ("case", "chat") else texts.get((hit.source, hit.row_id), "")
        pieces = terms.snippet(said, marked)
        if pieces:
            found.append(Place(hit.source, hit.at, pieces))
    return found
