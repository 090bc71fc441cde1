"""A small IMAP server: as much of RFC 3501 as reading one mailbox needs, with the mail in memory.

A double, not a real server; how `disputes.inbound.imap` fares with a real one was tried by hand.
"""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "support@casened.com", "a/b@c"


@dataclass
class Kept:
    """One mail and its flags."""

    raw: bytes
    flags: set[str] = field(default_factory=set)


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: dict[int, Kept] = {}
        self.commands: list[str] = []

    @property
    def url(self) -> str:
        """For IMAP_URL."""
        return f"imap://{USER.replace('@', '%40')}:a%2Fb%40c@127.0.0.1:{self.server_address[1]}/INBOX"

    def deliver(self, raw: bytes) -> int:
        """Puts a mail into the box and returns its uid."""
        uid = len(self.mails) + 1
        self.mails[uid] = Kept(raw)
        return uid


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say(b"* OK ready")
        while line := self.rfile.readline():
            tag, _, command = line.strip().decode().partition(" ")
            word = command.split()[0].upper()
            self.server.commands.append("LOGIN" if word == "LOGIN" else command)
            self.answer(tag, word, command)
            if word == "LOGOUT":
                return

    def answer(self, tag: str, word: str, command: str) -> None:
        if word == "CAPABILITY":
            self.say(b"* CAPABILITY IMAP4rev1")
        elif word == "LOGIN" and command != f'LOGIN "{USER}" "{PASSWORD}"':
            self.say(f"{tag} NO wrong".encode())
            return
        elif word == "SELECT":
            self.say(b"* FLAGS (\\Seen \\Flagged)", f"* {len(self.server.mails)} EXISTS".encode())
        elif word == "UID":
            self.about_mails(command.split(maxsplit=3)[1:])
        elif word == "LOGOUT":
            self.say(b"* BYE")
        self.say(f"{tag} OK done".encode())

    def about_mails(self, words: list[str]) -> None:
        verb, rest = words[0].upper(), words[1:]
        if verb == "SEARCH":
            unread = [uid for uid, kept in self.server.mails.items() if not kept.flags & {"\\Seen", "\\Flagged"}]
            self.say(f"* SEARCH {' '.join(map(str, unread))}".strip().encode())
            return
        uid, what = int(rest[0]), " ".join(rest[1:])
        kept = self.server.mails.get(uid)
        if kept is None:
            return
        if verb == "STORE":
            kept.flags |= set(re.findall(r"\\\w+", what))
        elif "RFC822.SIZE" in what:
            self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(kept.raw)})".encode())
        else:
            raw = kept.raw.partition(b"\n\n")[0] if "HEADER" in what else kept.raw
            self.say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}".encode() + b"\r\n" + raw + b")")

    def say(self, *lines: bytes) -> None:
        self.wfile.write(b"".join(line + b"\r\n" for line in lines))


@contextmanager
def running() -> Iterator[MailServer]:
    """A server that answers until the end of the block."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)
