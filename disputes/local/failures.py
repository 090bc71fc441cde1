"""Failures of starting and running on one machine; each is one sentence for the person at the terminal."""

from disputes.errors import DisputesError


class CannotStart(DisputesError):
    """The program cannot start as things are; the sentence says what to change."""

    status = 503
    code = "cannot_start"
