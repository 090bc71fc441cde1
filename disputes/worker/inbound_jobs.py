"""The job that reads the mailbox with the answers to letters."""

from functools import cache

from disputes import database
from disputes.inbound import service
from disputes.inbound.imap import Mailbox
from disputes.settings import settings


@cache
def mailbox_of(url: str) -> Mailbox:
    """The mailbox of this address; one a process, so that it is said once when it cannot be reached."""
    return Mailbox(url)


def fetch_mail() -> int:
    """Takes what is unread in the mailbox of IMAP_URL, each mail in a transaction of its own; returns how many."""
    url = settings().imap_url
    if not url:
        return 0
    return mailbox_of(url).fetch_new(lambda raw: database.run(service.receive, raw, via="imap"))
