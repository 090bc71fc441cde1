"""Every question to the index of words, and to the texts behind it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, func, literal, or_, select, text, true
from sqlalchemy.orm import Session, aliased, joinedload

from disputes.cases.sensitive import Reader, may_read, may_read_chat
from disputes.cases.tables import Case, CaseEventText
from disputes.chat.tables import Conversation, Message
from disputes.inbound.tables import InboundMail
from disputes.investigation.tables import Answer, PointFinding, Question
from disputes.offers.tables import Counter, Offer, Remedy
from disputes.search.tables import SearchEntry
from disputes.search.terms import PREFIX_FROM

CORE_HITS: Final = 60
HITS: Final = 200
SEEDS: Final = 200
RARE: Final = 2_000
"""Rows up to which a word is looked up in the index and all of its rows are sorted."""

_BY_WORDS_ONLY: Final = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true)"
)
_BY_ANY_INDEX: Final = text(
    "SELECT set_config('enable_seqscan', 'on', true), set_config('enable_indexscan', 'on', true)"
)

_PLACE: Final = (
    SearchEntry.source,
    SearchEntry.row_id,
    SearchEntry.case_id,
    SearchEntry.conversation_id,
    SearchEntry.at,
)
_WEIGHTS: Final = text("CAST('{0.1, 0.2, 0.4, 1.0}' AS real[])")
_STEM: Final = text("SELECT ts_lexize('english_stem', :term)")

TEXTS: Final[Mapping[str, tuple[Any, Any, tuple[Any, ...]]]] = {
    "message": (Message, Message.id, (Message.text,)),
    "event": (CaseEventText, CaseEventText.event_id, (CaseEventText.text, CaseEventText.reason)),
    "question": (Question, Question.id, (Question.text,)),
    "answer": (Answer, Answer.id, (Answer.text,)),
    "finding": (PointFinding, PointFinding.id, (PointFinding.finding,)),
    "offer": (Offer, Offer.id, (Offer.findings, Offer.reasons)),
    "counter": (Counter, Counter.id, (Counter.words,)),
    "remedy": (Remedy, Remedy.id, (Remedy.conditions, Remedy.proof, Remedy.failed_words)),
    "mail": (InboundMail, InboundMail.id, (InboundMail.subject, InboundMail.text)),
}
"""Where the words of each kind of row stand, but for those of cases and chats themselves."""


@dataclass(frozen=True)
class Hit:
    """One row with all terms in it; or a case or chat in whose rows, taken together, all of them are."""

    source: str
    row_id: UUID
    case_id: UUID | None
    conversation_id: UUID | None
    at: datetime
    rank: float


def stem(session: Session, term: str) -> str | None:
    """The stem of a plain English word; None for one that says nothing by itself ("the")."""
    found: list[str] | None = session.scalar(_STEM, {"term": term})
    if found is None:
        return term
    return found[0] if found else None


def entries(session: Session, terms: Sequence[str], *, core: bool) -> list[Hit]:
    """Rows with every term in them, newest first.

    The planner cannot know how rare a word is that somebody looks for. Up to `RARE` rows are fetched by the index of
    words and sorted; when there are more, the newest rows are read until enough of them have the words.
    """
    query, limit = _all_of(terms), CORE_HITS if core else HITS
    kind = SearchEntry.is_core if core else ~SearchEntry.is_core
    matches = SearchEntry.words.op("@@", is_comparison=True)(query)
    rank = func.ts_rank(_WEIGHTS, SearchEntry.words, query)
    session.execute(_BY_WORDS_ONLY)
    some = select(*_PLACE, rank).where(kind, matches).limit(RARE + 1)
    hits = _hits(session, some)
    session.execute(_BY_ANY_INDEX)
    if len(hits) <= RARE:
        return sorted(hits, key=lambda hit: hit.at, reverse=True)[:limit]
    newest = select(*_PLACE, rank).where(kind, matches.is_(true())).order_by(SearchEntry.at.desc()).limit(limit)
    return _hits(session, newest)


def spread(session: Session, terms: Sequence[str]) -> list[Hit]:
    """Cases and chats that have every term somewhere: a name in one place, a word in another."""
    session.execute(_BY_WORDS_ONLY)
    seeds = {hit.row_id for term in terms for hit in _hits(session, _seeds(term))}
    session.execute(_BY_ANY_INDEX)
    core, chat = aliased(SearchEntry), aliased(Case)
    found = (
        select(core.source, core.row_id, core.case_id, core.conversation_id, core.at, literal(0.0))
        .outerjoin(chat, chat.id == core.case_id)
        .where(core.is_core, core.row_id.in_(seeds), *(_somewhere(term, core, chat) for term in terms))
        .order_by(core.at.desc())
        .limit(CORE_HITS)
    )
    return _hits(session, found)


def _seeds(term: str) -> Executable:
    """Cases and chats that are themselves about a term, the newest of the first few that the index has."""
    matches = SearchEntry.words.op("@@", is_comparison=True)(_query_of(term))
    some = select(*_PLACE).where(SearchEntry.is_core, matches).limit(RARE).subquery()
    return select(*some.c, literal(0.0)).order_by(some.c.at.desc()).limit(SEEDS)


def cases(session: Session, case_ids: Collection[UUID], reader: Reader) -> dict[UUID, Case]:
    """Those of these cases that the reader may find."""
    people = (joinedload(Case.customer), joinedload(Case.investigator), joinedload(Case.decider))
    found = select(Case).where(Case.id.in_(case_ids), may_read(reader)).options(*people)
    return {case.id: case for case in session.scalars(found)}


def chats(session: Session, conversation_ids: Collection[UUID], reader: Reader) -> dict[UUID, Conversation]:
    """Those of these chats that the reader may find: none that a complaint came from that they may not."""
    found = select(Conversation).where(Conversation.id.in_(conversation_ids), may_read_chat(reader, Conversation.id))
    return {chat.id: chat for chat in session.scalars(found.options(joinedload(Conversation.agent)))}


def references_of_chats(session: Session, conversation_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The references of the complaints that came out of each chat."""
    found = select(Case.conversation_id, Case.reference).where(Case.conversation_id.in_(conversation_ids))
    named: dict[UUID, list[str]] = {}
    for conversation_id, reference in session.execute(found.order_by(Case.filed_at)):
        if conversation_id is not None:
            named.setdefault(conversation_id, []).append(reference)
    return named


def texts(session: Session, source: str, row_ids: Collection[UUID]) -> dict[UUID, str]:
    """The words of these rows, all of one kind."""
    _, key, columns = TEXTS[source]
    said = func.concat_ws(" ", *columns)
    return {row[0]: row[1] for row in session.execute(select(key, said).where(key.in_(row_ids)))}


def _all_of(terms: Sequence[str]) -> ColumnElement[Any]:
    return reduce(lambda one, other: one.op("&&")(other), map(_query_of, terms))


def _query_of(term: str) -> ColumnElement[Any]:
    """A term as it is, or the beginning of a longer word, or any form of the same English word."""
    quoted = "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"
    exact = func.to_tsquery("simple", quoted + (":*" if len(term) >= PREFIX_FROM else ""))
    return exact.op("||")(func.plainto_tsquery("english", term))


def _somewhere(term: str, core: Any, chat: Any) -> ColumnElement[bool]:
    other = aliased(SearchEntry)
    same = or_(
        other.case_id == core.case_id,
        other.conversation_id == core.conversation_id,
        other.conversation_id == chat.conversation_id,
    )
    found = select(other.row_id).where(same, other.words.op("@@")(_query_of(term)))
    return found.correlate(core, chat).exists()


def _hits(session: Session, found: Executable) -> list[Hit]:
    return [Hit(*row) for row in session.execute(found)]
