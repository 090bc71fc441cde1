"""What is known of a chat in one line."""

from collections.abc import Mapping

from disputes import policy


def summary_of(facts: Mapping[str, str | None]) -> str:
    """What is known, in one line, for an agent who has three seconds."""
    category = facts.get("category")
    about = policy.current().category_label(category) if category else None
    told = [about, facts.get("order_number"), facts.get("description")]
    return " · ".join(str(part)[:120] for part in told if part)
