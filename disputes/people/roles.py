"""What members of staff may do, by role."""

from typing import Final, Literal, get_args

type Role = Literal["agent", "manager", "mediator", "admin"]

ROLES: Final[tuple[str, ...]] = get_args(Role.__value__)
AT_THE_DESK: Final = frozenset({"agent", "manager", "admin"})
"""Roles that talk to customers and work on cases. A mediator is neutral and sees only shared papers."""

LABELS: Final = {"agent": "Agent", "manager": "Manager", "mediator": "Mediator", "admin": "Administrator"}
