"""A program to supervise: `fake_child.py PORT NOTES [stubborn] [silent]` answers GET requests, and notes its pid."""

import http.server
import os
import signal
import sys
from pathlib import Path


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers every GET with 200; `/crash` ends the process."""

    def do_GET(self) -> None:
        if self.path == "/crash":
            print("ERROR something went wrong inside", flush=True)
            os._exit(3)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Says nothing."""


def main() -> None:
    port, notes, modes = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    if "stubborn" in modes:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with notes.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if "broken" in modes or notes.with_suffix(".broken").exists():
        sys.exit("ERROR cannot read its configuration")
    http.server.HTTPServer.allow_reuse_address = True
    http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()


main()
