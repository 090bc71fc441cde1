"""The words of archives that stand in templates, for the people who open them."""

from typing import Final

from jinja2 import Environment, StrictUndefined, select_autoescape

from disputes.words import templates_of

_TEMPLATES: Final = Environment(
    loader=templates_of("disputes/records/templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def text_of(template: str, **facts: object) -> str:
    """The text that the template makes of these facts."""
    return _TEMPLATES.get_template(template).render(facts)
