"""Failures we expect, each with the status it has on the web and a sentence a person understands."""


class DisputesError(Exception):
    """An expected failure. `str(error)` is a plain sentence that may be shown to whoever asked."""

    status = 500
    code = "failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(DisputesError):
    """What was given cannot be used as it is; `fields` names the faulty ones and what is wrong with each."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Refused(DisputesError):
    """Whoever asked may not do this."""

    status = 403
    code = "refused"


class NotFound(DisputesError):
    """There is no such thing, or whoever asked may not know that there is."""

    status = 404
    code = "not_found"


class Conflict(DisputesError):
    """Somebody else was first, or the thing has changed since it was looked at."""

    status = 409
    code = "conflict"


class TooMany(DisputesError):
    """The limit for this is reached; trying later works."""

    status = 429
    code = "too_many"


class Unavailable(DisputesError):
    """A neighbour (Rasa, the order system, the mail server) does not answer now."""

    status = 503
    code = "unavailable"
