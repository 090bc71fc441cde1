"""Sentences that the status page and the API share."""

from typing import Final

CODE_REQUESTED: Final = (
    "If what you entered matches a complaint, a 6-digit code is on its way to the e-mail address we have on file."
)
CODE_RESULTS: Final = {
    "wrong": "This is not the code we sent. Please check the newest e-mail from us.",
    "expired": "This code has ended, or it has been used. Please ask for a new one.",
    "too_many": "That was the third wrong code. Please ask for a new one.",
}
