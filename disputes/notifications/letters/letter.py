"""What a letter is, and how it is made from its two templates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from disputes.policy import Policy

LONGEST_GREETING = 80
_NOT_IN_A_NAME = re.compile(r"[:/@<>\\]|www\.", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Letter:
    """A letter ready to be sent: `text` and `html` say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class CaseFacts:
    """What letters about a case may say. Times are aware UTC."""

    reference: str
    state: str
    name: str
    order_number: str | None
    category_label: str
    description: str
    desired_outcome: str | None
    source: str
    filed_at: datetime
    next_date: datetime
    first_answer_by: datetime
    expected_end: datetime
    hard_cap: datetime
    staff_name: str | None = None

    @property
    def greeting(self) -> str:
        """ "Dear Mia Hughes", or "Hello" when what was given as a name could lure somebody to click."""
        if len(self.name) > LONGEST_GREETING or _NOT_IN_A_NAME.search(self.name):
            return "Hello"
        return f"Dear {self.name}"


def write(
    template: str, subject: str, policy: Policy, base_url: str, clauses: Sequence[str] = (), **facts: object
) -> Letter:
    """The letter made from `templates/TEMPLATE.txt` and `.html`, with these facts.

    `clauses` are the ids of the policy that the letter rests on; it names them.
    """
    words = {
        "policy": policy,
        "shop": policy.shop,
        "shop_url": policy.words["shop_url"],
        "base_url": base_url,
        "office_hours": policy.say_office_hours(),
        "clauses": [(clause_id, policy.clauses[clause_id].title) for clause_id in clauses],
        "subject": subject,
        "date": policy.say_date,
        "time": policy.say_time,
        **facts,
    }
    text = _TEMPLATES.get_template(f"{template}.txt").render(words)
    html = _TEMPLATES.get_template(f"{template}.html").render(words)
    return Letter(" ".join(subject.split()), _BLANK_LINES.sub("\n\n", text).strip() + "\n", _INLINER.inline(html))


def quoted(text: str) -> str:
    """The text with "> " before each line, so that nobody's words can pass for ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


_TEMPLATES = Environment(
    loader=PackageLoader("disputes.notifications"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["quoted"] = quoted
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)
