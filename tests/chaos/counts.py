"""Counts what was stored and what was seen, and sets one beside the other."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.chaos.agents import Agent
from tests.chaos.customers import Customer
from tests.notifications.mail_server import MailServer

REFERENCE = re.compile(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}")

_MESSAGES = text(
    """
    SELECT c.session_digest, m.conversation_id::text, m.seq, m.author, m.audience, m.text, m.turn, m.staff_id::text,
           o.owner, o.agent_id::text
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    LEFT JOIN LATERAL (
        SELECT owner, agent_id FROM ownerships
        WHERE conversation_id = m.conversation_id AND seq < m.seq ORDER BY epoch DESC LIMIT 1
    ) o ON true
    ORDER BY m.conversation_id, m.seq
    """
)
_GAPS = text(
    """
    SELECT count(*) FROM (
        SELECT c.id FROM conversations c LEFT JOIN ownerships o ON o.conversation_id = c.id
        GROUP BY c.id, c.epoch
        HAVING count(o.id) <> c.epoch + 1 OR min(o.epoch) <> 0 OR max(o.epoch) <> c.epoch
    ) AS broken
    """
)
_LAST_OWNER = text(
    """
    SELECT count(*) FROM conversations c JOIN ownerships o ON o.conversation_id = c.id AND o.epoch = c.epoch
    WHERE (c.owner, c.agent_id) IS DISTINCT FROM (o.owner, o.agent_id)
    """
)
_NOBODYS = text(
    """
    SELECT count(*) FROM conversations WHERE owner = 'agent'
    AND NOT EXISTS (SELECT 1 FROM staff WHERE staff.id = agent_id AND staff.active)
    """
)
_DOUBLED_REPLIES = text(
    """
    SELECT count(*) FROM (SELECT 1 FROM messages WHERE reply_to IS NOT NULL
    GROUP BY reply_to, reply_index HAVING count(*) > 1) AS doubled
    """
)
_CASES = text(
    "SELECT ca.reference, cu.email FROM cases ca JOIN customers cu ON cu.id = ca.customer_id "
    "WHERE cu.email LIKE '%@chaos.example'"
)
_UNSENT = text("SELECT count(*) FROM notifications WHERE state NOT IN ('sent', 'skipped')")
_JOBS = text(
    """
    SELECT task_name, status, count(*) FROM procrastinate_jobs AS job
    WHERE status = 'failed' OR status IN ('todo', 'doing') AND GREATEST(scheduled_at, (
        SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type IN ('deferred', 'started')
    )) < now() - interval '1 minute'
    GROUP BY task_name, status
    """
)


@dataclass
class Tally:
    """Figures in the order in which they are told; `faults` are those that must be 0."""

    figures: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not any(self.faults.values())

    def lines(self) -> list[str]:
        """The whole tally as text."""
        shown = [f"  {name:<58}{number:>8}" for name, number in self.figures.items()]
        wrong = [f"  {name:<58}{number:>8}{'   FAULT' if number else ''}" for name, number in self.faults.items()]
        return [*shown, "", *wrong, *(f"  - {detail}" for detail in self.details[:20])]


@dataclass
class Screens:
    """What customers wrote and had before them, beside what is stored."""

    written: int = 0
    stored: int = 0
    shown: int = 0
    lost: int = 0
    doubled: int = 0
    unseen: int = 0
    invented: int = 0
    details: list[str] = field(default_factory=list)

    def add(self, customer: Customer, rows: list[Any]) -> None:
        """Compares one customer's screen with the rows of their conversation."""
        sent, kept = Counter(customer.sent), Counter(row.text for row in rows if row.author == "customer")
        public = {row.seq: row.text for row in rows if row.audience == "everyone"}
        screen = {seq: each.text for seq, each in customer.line.shown.items()}
        unseen = public.keys() - screen.keys()
        self.written, self.stored, self.shown = (
            self.written + sent.total(),
            self.stored + kept.total(),
            self.shown + len(screen),
        )
        self.lost += (sent - kept).total()
        self.doubled += (kept - sent).total()
        self.unseen += len(unseen)
        self.invented += sum(public.get(seq) != said for seq, said in screen.items())
        if sent != kept or unseen:
            what = f"lost {dict(sent - kept)}, doubled {dict(kept - sent)}, not seen {sorted(unseen)}"
            self.details.append(f"customer {customer.number} ({customer.script}): {what}")


def count(session: Session, customers: list[Customer], agents: list[Agent], mail: MailServer) -> Tally:
    """Everything, when all is quiet."""
    tally = Tally()
    _count_messages(session, tally, customers, agents)
    _count_owners(session, tally)
    _count_complaints(session, tally, customers, mail)
    stuck = [customer for customer in customers if customer.trouble]
    early = sum(customer.left_early for customer in customers)
    tally.figures["conversations played to their end"] = len(customers) - len(stuck) - early
    tally.figures["conversations that ended with the time"] = early
    tally.faults["customers left without a word"] = len(stuck)
    tally.details += [f"customer {each.number} ({each.script}): {each.trouble}" for each in stuck]
    jobs = session.execute(_JOBS).all()
    tally.faults["jobs that wait or run for a minute, or failed"] = sum(number for _task, _status, number in jobs)
    tally.details += [f"{number} x {task}: {status}" for task, status, number in jobs]
    return tally


def _count_messages(session: Session, tally: Tally, customers: list[Customer], agents: list[Agent]) -> None:
    rows = session.execute(_MESSAGES).all()
    by_digest: dict[str, list[Any]] = {}
    for row in rows:
        by_digest.setdefault(row.session_digest, []).append(row)
    seen = Screens()
    for customer in customers:
        seen.add(customer, by_digest.get(customer.digest, []))
    tally.details += seen.details
    said = Counter(pair for agent in agents for pair in agent.said)
    kept_of_agents = Counter((row.conversation_id, row.text) for row in rows if row.author == "agent")
    tally.figures |= {
        "messages that customers wrote": seen.written,
        "messages of customers that are stored": seen.stored,
        "messages that agents wrote": said.total(),
        "messages of the assistant that are stored": sum(row.author == "bot" for row in rows),
        "messages on customers' screens": seen.shown,
        "turns answered": sum(row.turn == "answered" for row in rows),
        "turns dropped because a person had the chat": sum(row.turn == "dropped" for row in rows),
        "turns given up, with a word to the customer": sum(row.turn == "failed" for row in rows),
    }
    tally.faults |= {
        "customers' messages lost": seen.lost,
        "customers' messages doubled": seen.doubled,
        "agents' messages lost": (said - kept_of_agents).total(),
        "agents' messages doubled": sum(number > 1 for number in kept_of_agents.values()),
        "messages that their customer never saw": seen.unseen,
        "messages on a screen that are not stored so": seen.invented,
        "replies of the assistant doubled": session.execute(_DOUBLED_REPLIES).scalar_one(),
        "turns still open": sum(row.turn == "waiting" for row in rows),
        "lines of the assistant while it had not the chat": sum(
            row.author == "bot" and row.owner != "bot" for row in rows
        ),
        "lines of an agent who had not the chat": sum(
            row.author == "agent" and row.audience == "everyone" and row.agent_id != row.staff_id for row in rows
        ),
    }


def _count_owners(session: Session, tally: Tally) -> None:
    owners = session.execute(text("SELECT owner, count(*) FROM conversations GROUP BY owner")).all()
    tally.figures |= {f"chats that end with {owner}": number for owner, number in owners}
    tally.figures["changes of owner"] = session.execute(text("SELECT count(*) FROM ownerships")).scalar_one()
    tally.faults |= {
        "chats with a gap in the log of owners": session.execute(_GAPS).scalar_one(),
        "chats whose owner is not the last in the log": session.execute(_LAST_OWNER).scalar_one(),
        "chats whose owner is nobody": session.execute(_NOBODYS).scalar_one(),
        "chats left in the queue or with an agent": sum(
            number for owner, number in owners if owner in ("queue", "agent")
        ),
    }


def _count_complaints(session: Session, tally: Tally, customers: list[Customer], mail: MailServer) -> None:
    cases = session.execute(_CASES).all()
    filed = {row.reference: row.email for row in cases}
    seen = {customer.reference: customer.email for customer in customers if customer.reference}
    per_person = Counter(row.email for row in cases)
    letters: dict[str, set[str]] = {}
    copies = Counter(str(letter["Message-ID"]) for letter in list(mail.received))
    for letter in list(mail.received):
        part = letter.get_body(("plain",))
        for reference in set(REFERENCE.findall(str(part.get_content()) if part else "")):
            letters.setdefault(reference, set()).add(str(letter["Message-ID"]))
    tally.figures |= {
        "complaints that customers saw filed": len(seen),
        "complaints that are stored": len(filed),
        "letters that arrived, by Message-ID": len(copies),
        "second copies of a letter (its worker died after sending)": copies.total() - len(copies),
    }
    tally.faults |= {
        "complaints lost": sum(filed.get(reference) != email for reference, email in seen.items()),
        "complaints doubled": sum(number - 1 for number in per_person.values()),
        "complaints that nobody saw": len(filed.keys() - seen.keys()),
        "complaints without their letter": sum(not letters.get(reference) for reference in filed),
        "complaints with a second letter": sum(len(letters.get(reference, ())) > 1 for reference in filed),
        "letters that did not leave": session.execute(_UNSENT).scalar_one(),
    }
