"""The SELECTs behind the figures of chats.

A time with people begins when a chat goes from the assistant (or from its end) to the queue or to an agent, and ends
when it goes back there. Whoever has it in between, and however often it comes back to the queue, it is one.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select, true
from sqlalchemy.sql.selectable import LateralFromClause

from disputes.cases.tables import Case
from disputes.chat.reasons import LEFT
from disputes.chat.tables import Conversation, Message, Ownership, Satisfaction, UnmetRequest
from disputes.reports.rows import Column, Moment, Rows, rows, seconds_between

WITH_PEOPLE: Final = ("queue", "agent")
WITHOUT: Final = ("bot", "closed")
BY_CUSTOMER: Final = ("returned_by_customer", "ended_by_customer", "idle")
BY_AGENT: Final = ("closed_by_agent", "returned_by_agent")
CONTENT_FROM: Final = 4
MIDDLE: Final = 3

_BEGUN = Ownership.__table__.alias("begun")
_BEFORE = Ownership.__table__.alias("before")
_OTHER = Ownership.__table__.alias("other")


def talks(moment: Moment) -> Rows:
    """Chats in which the customer wrote, by the moment they began, and whether a person was ever in them."""
    wrote = exists().where(Message.conversation_id == Conversation.id, Message.author == "customer")
    had_person = exists().where(Ownership.conversation_id == Conversation.id, Ownership.owner == "agent")
    return rows(
        Conversation.__table__,
        [Conversation.created_at > moment.start, Conversation.created_at <= moment.end, wrote],
        subject_id=Conversation.id,
        at=Conversation.created_at,
        what=case((had_person, "person"), else_="assistant"),
        category=_category(),
        cause=_of_case(Case.cause),
    )


def handoffs(moment: Moment) -> Rows:
    """Times with people and what became of each."""
    took, ended, said = _took(), _ended(), _said()
    return _times_with_people(
        moment,
        (took, ended, said),
        what=case(
            (said.c.at.is_not(None), "answered"),
            (ended.c.at.is_(None), "waiting"),
            (ended.c.reason == "nobody_claimed", "unclaimed"),
            (ended.c.reason.in_(BY_CUSTOMER), "left"),
            else_="unanswered",
        ),
        agent=took.c.agent_id,
    )


def unmet(moment: Moment) -> Rows:
    """Wishes for a person when nobody was there, and whether somebody should have been."""
    return rows(
        UnmetRequest.__table__.join(Conversation.__table__, Conversation.id == UnmetRequest.conversation_id),
        [UnmetRequest.at > moment.start, UnmetRequest.at <= moment.end],
        subject_id=UnmetRequest.conversation_id,
        at=UnmetRequest.at,
        what=case((UnmetRequest.office_open, "open"), else_="closed"),
        kind=UnmetRequest.reason,
        category=_category(),
        cause=_of_case(Case.cause),
    )


def waits(moment: Moment) -> Rows:
    """How long it took until somebody had a chat whose customer asked for a person; the first time counts."""
    took = _took()
    return _times_with_people(
        moment,
        (took,),
        _asked(),
        took.c.at.is_not(None),
        seconds=seconds_between(_BEGUN.c.at, took.c.at),
        agent=took.c.agent_id,
    )


def first_replies(moment: Moment) -> Rows:
    """The first message of an agent after a customer had asked for a person."""
    return _replies(moment, _asked())


def replies_to_messages(moment: Moment) -> Rows:
    """The same for messages that were left when nobody was there."""
    return _replies(moment, _BEGUN.c.reason.in_(LEFT))


def chat_ends(moment: Moment) -> Rows:
    """Times with people in which an agent wrote and that have ended, and how they ended."""
    ended, said, last = _ended(), _said(), _last()
    return _times_with_people(
        moment,
        (ended, said, last),
        ended.c.at.is_not(None),
        said.c.at.is_not(None),
        seconds=seconds_between(_BEGUN.c.at, ended.c.at),
        what=case(
            (ended.c.reason.in_(BY_AGENT), ended.c.reason),
            (ended.c.reason.in_(BY_CUSTOMER), "by_customer"),
            else_="other",
        ),
        agent=last.c.agent_id,
    )


def satisfaction(moment: Moment) -> Rows:
    """Questions whether a chat has helped, by the moment they were asked, and what was answered."""
    score = Satisfaction.score
    had_it = (
        select(_OTHER.c.agent_id)
        .where(_OTHER.c.conversation_id == Satisfaction.conversation_id, _OTHER.c.epoch <= Satisfaction.epoch)
        .where(_OTHER.c.owner == "agent")
        .order_by(_OTHER.c.epoch.desc())
    )
    last = _first_of(had_it, "last")
    return rows(
        Satisfaction.__table__.join(Conversation.__table__, Conversation.id == Satisfaction.conversation_id).outerjoin(
            last, true()
        ),
        [Satisfaction.asked_at > moment.start, Satisfaction.asked_at <= moment.end],
        subject_id=Satisfaction.conversation_id,
        at=Satisfaction.asked_at,
        what=case(
            (score.is_(None), "silent"),
            (score >= CONTENT_FROM, "content"),
            (score == MIDDLE, "middle"),
            else_="unhappy",
        ),
        kind=case((last.c.agent_id.is_(None), "assistant"), else_="person"),
        category=_category(),
        cause=_of_case(Case.cause),
        agent=last.c.agent_id,
    )


def waiting(moment: Moment) -> Rows:
    """Chats that wait for a person now, and since when."""
    return _now(
        "queue",
        since=Conversation.waiting_since,
        moment=moment,
        what=case(
            (Conversation.left_message_at.is_not(None), "message"), (Conversation.urgent, "urgent"), else_="usual"
        ),
    )


def held(moment: Moment) -> Rows:
    """Chats that somebody has now, and since when their customer has been with people."""
    return _now("agent", since=Conversation.first_waiting_since, moment=moment, agent=Conversation.agent_id)


def _now(owner: str, *, since: Column, moment: Moment, **columns: Column) -> Rows:
    return rows(
        Conversation.__table__,
        [Conversation.owner == owner],
        subject_id=Conversation.id,
        at=since,
        seconds=seconds_between(since, literal(moment.now)),
        category=_category(),
        cause=_of_case(Case.cause),
        **columns,
    )


def _replies(moment: Moment, which: ColumnElement[bool]) -> Rows:
    said = _said()
    return _times_with_people(
        moment,
        (said,),
        which,
        said.c.at.is_not(None),
        seconds=seconds_between(_BEGUN.c.at, said.c.at),
        agent=said.c.staff_id,
    )


def _times_with_people(
    moment: Moment, beside: tuple[LateralFromClause, ...], *where: ColumnElement[bool], **columns: Column
) -> Rows:
    """Times with people by the moment they began; without an earlier owner it is not known when that was."""
    same = and_(_BEFORE.c.conversation_id == _BEGUN.c.conversation_id, _BEFORE.c.epoch == _BEGUN.c.epoch - 1)
    source: Any = _BEGUN.join(_BEFORE, same).join(Conversation.__table__, Conversation.id == _BEGUN.c.conversation_id)
    for one in beside:
        source = source.outerjoin(one, true())
    began = [_BEGUN.c.at > moment.start, _BEGUN.c.at <= moment.end]
    return rows(
        source,
        [*began, _BEGUN.c.owner.in_(WITH_PEOPLE), _BEFORE.c.owner.in_(WITHOUT), *where],
        subject_id=_BEGUN.c.conversation_id,
        at=_BEGUN.c.at,
        kind=_BEGUN.c.reason,
        category=_category(),
        cause=_of_case(Case.cause),
        **columns,
    )


def _asked() -> ColumnElement[bool]:
    """True where a customer asked for a person and was put into the queue."""
    return and_(_BEGUN.c.owner == "queue", _BEGUN.c.reason.not_in(LEFT))


def _ended() -> LateralFromClause:
    """How the time with people ended."""
    return _first_of(_later(_OTHER.c.owner.in_(WITHOUT)), "ended")


def _took() -> LateralFromClause:
    """Who had it first; nobody when it ended before."""
    return _first_of(_later(_OTHER.c.owner == "agent").where(_OTHER.c.epoch < _end()), "took")


def _last() -> LateralFromClause:
    """Who had it last."""
    found = _later(_OTHER.c.owner == "agent").where(_OTHER.c.epoch < _end())
    return _first_of(found.order_by(None).order_by(_OTHER.c.epoch.desc()), "last")


def _said() -> LateralFromClause:
    """The first message of an agent to the customer while it was with people."""
    ends = Ownership.__table__.alias("ends")
    until = (
        select(func.min(ends.c.seq))
        .where(ends.c.conversation_id == _BEGUN.c.conversation_id, ends.c.epoch > _BEGUN.c.epoch)
        .where(ends.c.owner.in_(WITHOUT))
        .correlate(_BEGUN)
        .scalar_subquery()
    )
    found = (
        select(Message.created_at.label("at"), Message.staff_id)
        .where(Message.conversation_id == _BEGUN.c.conversation_id, Message.seq > _BEGUN.c.seq)
        .where(Message.author == "agent", Message.audience == "everyone")
        .where(Message.seq <= func.coalesce(until, Message.seq))
        .order_by(Message.seq)
    )
    return _first_of(found, "said")


def _end() -> ColumnElement[Any]:
    """The epoch in which the time with people ended, or one that never comes."""
    ends = Ownership.__table__.alias("ends")
    found = (
        select(func.min(ends.c.epoch))
        .where(ends.c.conversation_id == _BEGUN.c.conversation_id, ends.c.epoch > _BEGUN.c.epoch)
        .where(ends.c.owner.in_(WITHOUT))
        .correlate(_BEGUN)
        .scalar_subquery()
    )
    return func.coalesce(found, _OTHER.c.epoch + 1)


def _later(which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(_OTHER.c.epoch, _OTHER.c.at, _OTHER.c.agent_id, _OTHER.c.reason)
        .where(_OTHER.c.conversation_id == _BEGUN.c.conversation_id, _OTHER.c.epoch >= _BEGUN.c.epoch, which)
        .order_by(_OTHER.c.epoch)
    )


def _first_of(found: Select[*tuple[Any, ...]], name: str) -> LateralFromClause:
    return found.limit(1).lateral(name)


def _category() -> ColumnElement[Any]:
    """What the chat is about: as in the complaint that came of it, else as the assistant understood it."""
    return func.coalesce(_of_case(Case.category), Conversation.facts["category"].astext)


def _of_case(column: Column) -> ColumnElement[Any]:
    newest = select(column).where(Case.conversation_id == Conversation.id).order_by(Case.filed_at.desc()).limit(1)
    return newest.correlate(Conversation).scalar_subquery()
