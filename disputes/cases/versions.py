"""Which policy held when: its words are kept with the first use, and a change of it is on record."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases.tables import PolicyVersion
from disputes.people import audit, queries

SHOWN: Final = 12
"""As many signs of a digest as traces show."""


def keep(session: Session) -> None:
    """Keeps the words of the policy that holds now, once for each version of it."""
    version = policy.current()
    row = {"digest": version.digest, "text": version.source, "first_used_at": clock.now()}
    session.execute(insert(PolicyVersion).values(**row).on_conflict_do_nothing())


def note_in_force(session: Session) -> None:
    """A process has started with the policy that it read: when that is another than before, the audit says so."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("policy in force", 0))))
    last = queries.last_act(session, "policy.changed")
    before = (last.after or {}).get("digest") if last else None
    now = policy.current().digest[:SHOWN]
    if now == before:
        return
    keep(session)
    audit.note(session, "policy.changed", before={"digest": before} if before else None, after={"digest": now})
