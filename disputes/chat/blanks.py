"""Blanks such as {name} in a text that is meant for a customer. Pure.

Whoever writes fills them in; a text that still has one is not sent. The same rule is in the composer of the desk
(widget/src/desk/blanks.ts), which marks them; this one holds whatever the browser does.
"""

import re
from typing import Final

BLANK: Final = re.compile(r"\{([a-z][a-z_]{0,30})\}")


def blanks_in(text: str) -> list[str]:
    """The names of the blanks in a text, each once, in order."""
    return list(dict.fromkeys(BLANK.findall(text)))
