"""What members of staff may do, by role."""

from typing import Final, Literal, get_args

type Role = Literal["agent", "manager", "mediator", "admin"]

ROLES: Final[tuple[str, ...]] = get_args(Role.__value__)
AT_THE_DESK: Final = frozenset({"agent", "manager", "admin"})
"""Roles that talk to customers and work on cases. A mediator is neutral and sees only shared papers."""

MANAGING: Final = frozenset({"manager", "admin"})
"""Roles that see how the whole desk does, and arrange its teams, closed days and canned replies."""

ADMINS: Final = frozenset({"admin"})
"""Who lets people in, and reads what was done with which right."""

LABELS: Final = {"agent": "Agent", "manager": "Manager", "mediator": "Mediator", "admin": "Administrator"}

MEANINGS: Final = {
    "agent": "Talks to customers, looks into complaints.",
    "manager": "Also decides reviews, moves dates, sees the board.",
    "mediator": "Neutral: sees only what is shared in their own mediations.",
    "admin": "Lets people in, reads the audit. Works on no complaint.",
}
