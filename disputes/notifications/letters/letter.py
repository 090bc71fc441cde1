"""What a letter is, and how it is made from its templates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import css_inline
from jinja2 import Environment, StrictUndefined, select_autoescape

from disputes.notifications.letters.blocks import Block
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.sentences import Say
from disputes.people.case_links import LASTS
from disputes.policy import Policy
from disputes.words import templates_of

_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Letter:
    """A letter ready to be sent: `text` and `html` say the same. `clauses` are the ids it rests on."""

    subject: str
    text: str
    html: str
    clauses: tuple[str, ...] = ()


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
    text = _BLANK_LINES.sub("\n\n", text).strip() + "\n"
    return Letter(" ".join(subject.split()), text, _INLINER.inline(html), tuple(clauses))


def write_case_letter(
    subject: str,
    facts: CaseFacts,
    policy: Policy,
    base_url: str,
    *,
    clauses: Sequence[str],
    blocks: Sequence[Block],
    notes: Sequence[str] = (),
) -> Letter:
    """A letter about a case: the greeting, these blocks, the ways to a person, and the footer.

    `notes` are small print before the farewell. The link to the case holds `HIDDEN_LINK` in place of its secret.
    """
    return write(
        "case_letter",
        subject,
        policy,
        base_url,
        clauses,
        facts=facts,
        greeting=_greeting(facts),
        blocks=blocks,
        notes=notes,
        link_days=LASTS.days,
    )


def _greeting(facts: CaseFacts) -> str:
    say, name = Say("shared"), facts.name_to_greet
    return say("greeting", name=name) if name else say("greeting_alone")


def quoted(text: str) -> str:
    """The text with "> " before each line, so that nobody's words can pass for ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


_TEMPLATES = Environment(
    loader=templates_of("disputes/notifications/templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["quoted"] = quoted
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)
