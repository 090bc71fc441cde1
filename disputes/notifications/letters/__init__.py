"""One file per letter; each is a function from facts to a `Letter`."""

from disputes.notifications.letters.acknowledgement import acknowledgement
from disputes.notifications.letters.letter import CaseFacts, Letter
from disputes.notifications.letters.named_person import named_person
from disputes.notifications.letters.sign_in_link import sign_in_link
from disputes.notifications.letters.status_code import status_code

__all__ = ["CaseFacts", "Letter", "acknowledgement", "named_person", "sign_in_link", "status_code"]
