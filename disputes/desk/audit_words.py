"""The words for what is in the audit, and the groups in which it can be looked through."""

from typing import Final

WORDS: Final = {
    "sign_in.done": "Signed in",
    "sign_in.failed": "Gave a wrong password",
    "sign_in.code_failed": "Gave a wrong code",
    "session.ended": "Signed out",
    "link.made": "Made a one-time link",
    "link.asked": "Had a one-time link mailed",
    "password.set": "Set a password",
    "provider.linked": "Signed in with the provider for the first time",
    "provider.unlinked": "Untied the account from the sign-in provider",
    "two_step.on": "Turned two-step sign-in on",
    "two_step.off": "Turned two-step sign-in off",
    "two_step.reset": "Reset two-step sign-in",
    "two_step.codes_made": "Made new recovery codes",
    "staff.added": "Added a member of staff",
    "staff.changed": "Changed a member of staff",
    "staff.deactivated": "Switched an account off",
    "staff.activated": "Switched an account on",
    "team.added": "Added a team",
    "team.changed": "Changed a team",
    "team.removed": "Removed a team",
    "closed_day.added": "Closed a day",
    "closed_day.removed": "Opened a day again",
    "reply.added": "Added a canned reply",
    "reply.changed": "Changed a canned reply",
    "reply.removed": "Removed a canned reply",
    "policy.changed": "The policy in force has changed",
    "case.read": "Read a complaint",
    "case.overridden": "Ended a complaint against the rules",
    "case.held": "Put a legal hold on a complaint",
    "case.released": "Ended a legal hold",
    "case.bundle_taken": "Took the papers of a complaint",
    "person.exported": "Took what is kept about a person",
    "person.erased": "Erased a person",
    "chat.read": "Read a chat",
    "chat.taken_over": "Took a chat over from a colleague",
    "board.exported": "Took figures of the board",
    "examples.exported": "Took examples for training",
    "audit.exported": "Took the audit",
}

KINDS: Final = {
    "staff": "member of staff",
    "session": "session of",
    "team": "team",
    "closed_day": "closed day",
    "reply": "canned reply",
    "case": "complaint",
    "chat": "chat",
    "person": "customer",
}

_GROUPS: Final = {
    "signing_in": ("Signing in", "sign_in session link password two_step"),
    "staff": ("Staff and roles", "staff provider"),
    "desk": ("Teams, days, replies, policy", "team closed_day reply policy"),
    "reading": ("Reading", "case.read chat.read"),
    "cases": ("Overrides, holds, take-overs", "case.overridden case.held case.released chat.taken_over"),
    "data": ("Data taken or erased", "case.bundle_taken person board examples audit"),
}

GROUPS: Final[dict[str, tuple[str, frozenset[str]]]] = {
    name: (label, frozenset(act for act in WORDS if {act, act.partition(".")[0]} & set(acts.split())))
    for name, (label, acts) in _GROUPS.items()
}
"""Every act is in one of them: the label, and its acts."""
