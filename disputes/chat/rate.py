"""How often one socket may send something. Pure, but for the clock."""

import time
from collections import deque
from dataclasses import dataclass, field

from disputes.chat.lines import line
from disputes.errors import TooMany

BURST = 20
BURST_SECONDS = 10.0


@dataclass(eq=False)
class Rate:
    """How often one socket has sent something, whatever it binds itself to meanwhile."""

    sent_at: deque[float] = field(default_factory=lambda: deque(maxlen=BURST))

    def check(self) -> None:
        """Raises TooMany when this socket has sent a burst of frames."""
        now = time.monotonic()
        if len(self.sent_at) == BURST and now - self.sent_at[0] < BURST_SECONDS:
            raise TooMany(line("too_fast"))
        self.sent_at.append(now)
