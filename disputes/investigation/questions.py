"""Questions to the complainant (T6), and what they answer (T7), on whatever way it comes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import chain, engine, states, tasks
from disputes.cases import queries as cases
from disputes.cases.complainant import SAID_JUST_NOW, Channel
from disputes.cases.fields import clean_text
from disputes.cases.states import CASE_WORKERS, CUSTOMER_OR_CHAT, OPEN, Actor, NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid
from disputes.investigation import queries
from disputes.investigation.tables import Answer, Question
from disputes.people.tables import Staff
from disputes.policy.words import say_number
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "investigation")

MOST_QUESTIONS: Final = 5
LONGEST_QUESTION: Final = 400
SHORTEST_QUESTION: Final = 10
LONGEST_ANSWER: Final = 20_000


def ask(session: Session, case: Case, staff: Staff, questions: Sequence[str]) -> list[Question]:
    """Asks the complainant (T6), who is told by when to answer and what happens if not. Empty lines are left out.

    At most five questions of at most 400 characters, and one list at a time: the same list again, while it is open,
    returns the one there is. Raises `NotAllowed` for anybody but who has the case, `Conflict` when the complainant
    has been asked something else and has not answered, `Invalid` with `fields` "question1" to "question5".
    """
    wanted = _read(questions)
    case = cases.locked(session, case.id)
    already = open_questions(session, case)
    if already:
        engine.require(
            [question.text for question in already] == wanted,
            "The customer has been asked something already. Please wait for the answer.",
        )
        return already
    made = [Question(id=uuid4(), case_id=case.id, position=place, text=text) for place, text in enumerate(wanted, 1)]
    data = {"question_ids": [str(question.id) for question in made]}
    event = engine.move(session, case, states.ASKED, states.Actor("staff", staff.role, staff.id), data=data)
    for question in made:
        question.event_id = event.id
    session.add_all(made)
    session.flush()
    return made


def answer(session: Session, case: Case, actor: Actor, text: str, *, key: str, channel: Channel) -> Answer:
    """Records what the complainant answers; any answer, also a partial one, takes the case back to us (T7).

    When the case has moved on meanwhile, it is kept as information and whoever has the case gets to read it.
    `key` is the sender's name for it, such as "mail:<message id>": the same key again returns the first. `channel`
    is "staff" when a member of staff (then the actor) writes down what they were told. The caller has verified who
    it is. Raises `Conflict` when nothing was ever asked, `Invalid` for an empty or too long text.
    """
    _check_answerer(actor, channel)
    written = clean_text(text)
    if not written:
        raise Invalid(say("answer"), {"text": say("answer")})
    if len(written) > LONGEST_ANSWER:
        too_long = say("answer_long", most=say_number(LONGEST_ANSWER))
        raise Invalid(too_long, {"text": too_long})
    case = cases.locked(session, case.id)
    known = queries.answer_of_key(session, case.id, key)
    if known is not None:
        return known
    asked = queries.last_asked(session, case.id)
    if asked is None or case.erased_at is not None:
        raise Conflict(say("no_question"))
    answer_id, salt = uuid4(), chain.new_salt()
    data = {"answer_id": str(answer_id), "digest": chain.digest_of_words(written, None, salt), "channel": channel}
    is_late = case.state != "awaiting_customer"
    event = note_reply(session, case, actor, data)
    given = Answer(
        id=answer_id,
        case_id=case.id,
        asked_event_id=asked.id,
        event=event,
        key=key,
        channel=channel,
        staff=session.get(Staff, event.staff_id) if event.staff_id else None,
        text=written,
        salt=salt,
        late=is_late,
        at=clock.now(),
    )
    session.add(given)
    session.flush()
    return given


def note_reply(session: Session, case: Case, actor: Actor, data: dict[str, str]) -> CaseEvent:
    """Notes in a locked case that the complainant has said or sent something: T7 when we waited for it, else a line
    of information and a task for whoever has the case."""
    if case.state == "awaiting_customer":
        return engine.move(session, case, states.ANSWERED, actor, data=dict(data))
    event = engine.note(session, case, "information_added", actor, notice=SAID_JUST_NOW, clause="C4", data=dict(data))
    if case.state in OPEN | {"resolved"} and (case.investigator_id or case.decider_id):
        tasks.open_task(session, case, "new_information", event=event)
    return event


def open_questions(session: Session, case: Case) -> list[Question]:
    """What the complainant has been asked and we wait for; empty when we wait for nothing."""
    asked = queries.last_asked(session, case.id) if case.state == "awaiting_customer" else None
    return list(queries.asked_in(session, asked.id)) if asked else []


def questions_of(session: Session, case: Case) -> list[tuple[Question, CaseEvent]]:
    """Everything the complainant was asked, each with the event (and by whom), oldest first."""
    return list(queries.questions_of(session, case.id))


def answers_of(session: Session, case: Case) -> list[Answer]:
    """Everything that came in answer to our questions, oldest first."""
    return list(queries.answers_of(session, case.id))


def answer_by(session: Session, case: Case) -> datetime | None:
    """Until when we wait for the answer: the date on which the engine goes on without. None when nothing is asked."""
    timers = engine.timers_of(session, case)
    return next((timer.due_at for timer in timers if timer.kind == "answer_question"), None)


def questions_of_event(session: Session, event: CaseEvent) -> list[str]:
    """The questions of an "asked" event, and of a reminder those that are open, for the letter about it."""
    questions = queries.asked_in(session, event.id)
    if not questions and event.kind == "question_reminder":
        asked = queries.last_asked(session, event.case_id)
        questions = queries.asked_in(session, asked.id) if asked else []
    return [question.text for question in questions]


def _read(questions: Sequence[str]) -> list[str]:
    wanted: list[str] = []
    wrong: dict[str, str] = {}
    for number, typed in enumerate(questions, 1):
        text = " ".join(clean_text(typed).split())
        if not text or text in wanted:
            continue
        if len(text) > LONGEST_QUESTION:
            wrong[f"question{number}"] = f"Please shorten this question to {LONGEST_QUESTION} characters."
        elif len(text) < SHORTEST_QUESTION or not any(sign.isalpha() for sign in text):
            wrong[f"question{number}"] = "Please ask for something concrete, in a whole sentence."
        wanted.append(text)
    if not wanted:
        wrong["question1"] = "Please write at least one question."
    if len(wanted) > MOST_QUESTIONS:
        wrong["questions"] = f"Please ask at most {MOST_QUESTIONS} questions at a time."
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)
    return wanted


def _check_answerer(actor: Actor, channel: Channel) -> None:
    if (actor.kind == "staff") != (channel == "staff"):
        raise Invalid("Staff write an answer down as staff, and customers give it themselves.")
    if actor.kind == "staff" and actor.role not in CASE_WORKERS:
        raise NotAllowed("This is for agents and managers.")
    if actor.kind != "staff" and actor.kind not in CUSTOMER_OR_CHAT:
        raise NotAllowed(say("not_here"))
