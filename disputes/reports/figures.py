"""Every figure of the board: what it is called, what exactly it counts, and which rows it is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from disputes.cases.times import AGES
from disputes.chat import reasons
from disputes.errors import NotFound
from disputes.policy import Policy
from disputes.reports import case_queries, chat_queries
from disputes.reports.filters import ONE_OF
from disputes.reports.queries import Order
from disputes.reports.rows import AHEAD_DAYS, Moment, Rows

type Subject = Literal["case", "chat"]


@dataclass(frozen=True)
class Figure:
    """One figure. `meaning` stands beside it wherever it is shown.

    `whats` and `kinds` name the parts it falls into; with `of_promises` the policy names the kinds. `time` is what is
    measured, None where nothing is. `now` is true for what holds at this moment, whatever days were chosen.
    """

    id: str
    label: str
    meaning: str
    rows: Callable[[Moment], Rows]
    subject: Subject = "case"
    at: str = "Date"
    time: str | None = None
    whats: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    order: Order = "slowest"
    now: bool = False
    of_promises: bool = False

    @property
    def has_kinds(self) -> bool:
        """True where its rows are of several kinds."""
        return bool(self.kinds) or self.of_promises

    def kind_label(self, kind: str | None, rules: Policy) -> str:
        """What a kind is called."""
        if kind is None:
            return ""
        return rules.promise_label(kind) if self.of_promises else self.kinds.get(kind, kind)

    def what_label(self, what: str | None) -> str:
        """What a part, or several, are called."""
        return ", ".join(self.whats.get(one, one) for one in (what or "").split(ONE_OF))


def _ages() -> dict[str, str]:
    first_days = (0, *(age + 1 for age in AGES))
    named = {f"to_{age}": f"{first} to {age} days" for first, age in zip(first_days, AGES, strict=False)}
    return named | {"older": f"{first_days[-1]} days or more"}


_ANSWERS: Final = {"outcome_offered": "first answer", "final_response": "final response"}

_ALL: Final = (
    Figure(
        "filed",
        "Complaints filed",
        "Complaints by the day they were filed. A complaint that was joined with an older one keeps that one's day.",
        case_queries.filed,
        at="Filed",
        kinds={"chat": "in the chat", "form": "by the form", "staff": "by staff", "shop": "by the shop"},
        order="newest",
    ),
    Figure(
        "named",
        "Time until a name",
        "From filing until somebody took the complaint on, by that day. The clock runs at night and at weekends.",
        case_queries.named,
        at="Taken on",
        time="Waited for a name",
    ),
    Figure(
        "first_answer",
        "Time to the first answer",
        "From filing until our first answer: an offer, a refusal, or the final response where there was none before; "
        "by that day. Complaints without an answer are not in it. Days on which the customer had the case count too.",
        case_queries.first_answers,
        at="Answered",
        time="From filing",
        kinds=_ANSWERS,
    ),
    Figure(
        "ended",
        "Time to resolution",
        "From filing until the matter was settled or we gave our final response, whichever came first; by that day. "
        "What was withdrawn, pointed to a reseller, joined or ended by a manager is not in it. A complaint that was "
        "opened again counts once, by its first end.",
        case_queries.endings,
        at="Ended",
        time="From filing",
        whats={"stayed": "stayed settled", "reopened": "opened again"},
        kinds={
            "accepted": "accepted",
            "assumed_settled": "all granted, no reply",
            "mediation_settled": "settled in mediation",
            "final_response": "final response",
        },
    ),
    Figure(
        "replies",
        "What customers said to our answers",
        "Replies by the day they came. Silence counts when the time to reply was over. An answer that still waits for "
        "its reply is not in it.",
        case_queries.replies,
        at="Replied",
        whats={"accepted": "accepted", "refused": "refused", "silent": "no reply"},
        kinds=_ANSWERS,
        order="newest",
    ),
    Figure(
        "content",
        "Content with how a complaint ended",
        "Answers to the question we ask after a complaint is settled, by the day they came; the last one of each "
        "complaint. Not everybody answers.",
        case_queries.content,
        at="Said",
        whats={"content": "content", "unhappy": "not content"},
        order="newest",
    ),
    Figure(
        "promises",
        "Promises kept",
        "Every date that we told a customer, by that date, once it is over. A date that was moved before it was over, "
        "and that the customer was told, is neither kept nor broken. A date that passes while the customer or a "
        "neutral person has the case stands still and is not counted. The date for naming somebody is nobody's own.",
        case_queries.promises,
        at="Promised for",
        whats={"kept": "kept", "missed": "broken", "moved": "moved in time"},
        order="newest",
        of_promises=True,
    ),
    Figure(
        "due",
        "Promises that may be broken",
        f"Dates told to customers and not kept yet: those that are over, and those of the next {AHEAD_DAYS} days.",
        case_queries.due_dates,
        at="Promised for",
        whats={
            "broken": "broken",
            "today": "today",
            "tomorrow": "tomorrow",
            "soon": f"in {AHEAD_DAYS} days",
            "still": "stands still: the customer has the case",
        },
        order="soonest",
        now=True,
        of_promises=True,
    ),
    Figure(
        "open",
        "Open complaints",
        "Complaints that are open now, by days since filing. Overdue: the next date is over. Past the cap: the "
        "customer need not wait for us any longer.",
        case_queries.open_cases,
        at="Filed",
        time="Open for",
        whats=_ages(),
        kinds={"past_cap": "past the cap", "overdue": "overdue", "in_time": "in time"},
        now=True,
    ),
    Figure(
        "alarms",
        "Nobody looks after it",
        "Open complaints that nobody has taken on, or whose review no manager has taken on, and since when.",
        case_queries.alarms,
        at="Since",
        time="For",
        whats={"unowned": "nobody has it", "unowned_review": "no manager reviews it"},
        now=True,
    ),
    Figure(
        "talks",
        "Chats",
        "Chats in which the customer wrote, by the day they began, and whether a person was in them at any time.",
        chat_queries.talks,
        subject="chat",
        at="Began",
        whats={"assistant": "the assistant alone", "person": "with a person"},
        order="newest",
    ),
    Figure(
        "handoffs",
        "Chats handed to people",
        "Times with people: from the moment a customer asked for a person, left a message or was joined by one, until "
        "the chat ended or went back to the assistant; by the day they began. Answered: an agent wrote. A chat that is "
        "given back to the queue does not begin again.",
        chat_queries.handoffs,
        subject="chat",
        at="Asked",
        whats={
            "answered": "answered",
            "waiting": "not answered yet",
            "unclaimed": "nobody took it in time",
            "left": "the customer left before",
            "unanswered": "ended without an answer",
        },
        kinds=reasons.BEGINNINGS,
        order="newest",
    ),
    Figure(
        "unmet",
        "Asked for a person when nobody was there",
        "Each time a customer asked for a person and nobody could be promised, by the day they asked, and whether it "
        "was in office hours. They were offered to leave a message, the form, or the assistant. It was with nobody.",
        chat_queries.unmet,
        subject="chat",
        at="Asked",
        whats={"open": "in office hours", "closed": "out of office hours"},
        kinds=reasons.BEGINNINGS,
        order="newest",
    ),
    Figure(
        "waited",
        "Waiting for a person",
        "From the moment a customer asked for a person until somebody had the chat, the first time; by the day they "
        "asked. Chats that nobody had are not in it, nor messages left when nobody was there.",
        chat_queries.waits,
        subject="chat",
        at="Asked",
        time="Waited",
    ),
    Figure(
        "first_reply",
        "Time to the first reply",
        "From the moment a customer asked for a person until an agent first wrote, by the day they asked. What the "
        "assistant says does not count. Chats that nobody answered are not in it, nor messages left when nobody was "
        "there.",
        chat_queries.first_replies,
        subject="chat",
        at="Asked",
        time="Until the first reply",
    ),
    Figure(
        "left_reply",
        "Time to answer messages that were left",
        "From the moment a customer left a message because nobody was there until an agent first wrote, by the day it "
        "was left. The clock runs at night and at weekends.",
        chat_queries.replies_to_messages,
        subject="chat",
        at="Left",
        time="Until the first reply",
    ),
    Figure(
        "chat_end",
        "Time to the end of a chat",
        "From the moment a customer asked for a person until the chat ended or went back to the assistant, where an "
        "agent had answered; by the day they asked. Chats that still go on are not in it.",
        chat_queries.chat_ends,
        subject="chat",
        at="Asked",
        time="Until its end",
        whats={
            "closed_by_agent": "closed by the agent",
            "returned_by_agent": "back to the assistant",
            "by_customer": "the customer left",
            "other": "otherwise",
        },
    ),
    Figure(
        "satisfaction",
        "Helped by the chat",
        "Answers to the question whether a chat has helped, which is asked each time one ends, by the day it was "
        "asked. 4 and 5 of 5 are yes, 3 is so-so, 1 and 2 are no. Not everybody answers. With whom: who had it last.",
        chat_queries.satisfaction,
        subject="chat",
        at="Asked",
        whats={"content": "yes", "middle": "so-so", "unhappy": "no", "silent": "no answer"},
        kinds={"assistant": "the assistant alone", "person": "with a person"},
        order="newest",
    ),
    Figure(
        "waiting",
        "Chats that wait",
        "Chats that wait for a person now, and for how long. A chat that came back to the queue waits since it first "
        "asked.",
        chat_queries.waiting,
        subject="chat",
        at="Since",
        time="Waits for",
        whats={"urgent": "urgent", "usual": "not urgent", "message": "left a message"},
        now=True,
    ),
    Figure(
        "held",
        "Chats with an agent",
        "Chats that somebody has now, and for how long their customer has been with people.",
        chat_queries.held,
        subject="chat",
        at="Since",
        time="For",
        now=True,
    ),
)
FIGURES: Final[Mapping[str, Figure]] = {figure.id: figure for figure in _ALL}


def figure_named(name: str) -> Figure:
    """The figure with that id. Raises `NotFound`."""
    if name not in FIGURES:
        raise NotFound("There is no such figure.")
    return FIGURES[name]
