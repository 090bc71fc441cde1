"""The picture of what is taken for what in the test set."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import pairwise

CELL = 16
MARGIN = 170
"""Room for the names of the intents."""

TOP = 64 + MARGIN
RIGHT, WRONG = "#2f6f5e", "#b3402e"
PAPER, INK, LINE, QUIET = "#ffffff", "#1f2933", "#d5dae0", "#5b6670"


def picture(pairs: Sequence[tuple[str, str]], groups: Sequence[Sequence[str]]) -> str:
    """An SVG of (meant, taken for); intents stand in the order of `groups`, with a line between two groups.

    A cell is as dark as its share of the messages that mean the same; figures are counts. Intents that are in no group
    come last, so that no message is left out.
    """
    named = [intent for group in groups for intent in group]
    seen = {intent for pair in pairs for intent in pair}
    blocks = [[intent for intent in group if intent in seen] for group in (*groups, sorted(seen - set(named)))]
    order = [intent for block in blocks for intent in block]
    place = {intent: number for number, intent in enumerate(order)}
    side = CELL * len(order)
    counts, meant = Counter(pairs), Counter(intent for intent, _ in pairs)
    cells = [
        _cell(place[intent], place[taken], count, count / meant[intent], f"{intent} taken for {taken}: {count}")
        for (intent, taken), count in sorted(counts.items())
    ]
    right = sum(count for (intent, taken), count in counts.items() if intent == taken)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {MARGIN + side + 20} {TOP + side + 20}" '
            'font-family="system-ui, sans-serif" font-size="10">',
            f'<rect width="100%" height="100%" fill="{PAPER}"/>',
            f'<text x="20" y="30" font-size="16" fill="{INK}">What messages of the test set are taken for</text>',
            f'<text x="20" y="50" fill="{QUIET}">{right} of {len(pairs)} right (green). '
            "Row: what is meant; column: what it is taken for. Dark: most messages of the row.</text>",
            *_lines([len(block) for block in blocks if block], side),
            *_names(order),
            *cells,
            "</svg>\n",
        ]
    )


def _cell(row: int, column: int, count: int, share: float, title: str) -> str:
    x, y = MARGIN + column * CELL, TOP + row * CELL
    strength = 0.25 + 0.75 * share
    ink = PAPER if strength > 0.55 else INK
    return (
        f"<g><title>{escape(title)}</title>"
        f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{RIGHT if row == column else WRONG}" '
        f'fill-opacity="{strength:.2f}"/>'
        f'<text x="{x + CELL / 2}" y="{y + 11.5}" text-anchor="middle" fill="{ink}">{count}</text></g>'
    )


def _names(order: Sequence[str]) -> list[str]:
    rows = [
        f'<text x="{MARGIN - 6}" y="{TOP + number * CELL + 11.5}" text-anchor="end" fill="{INK}">'
        f"{escape(intent)}</text>"
        for number, intent in enumerate(order)
    ]
    columns = [
        f'<text transform="translate({MARGIN + number * CELL + 11.5},{TOP - 6}) rotate(-90)" fill="{INK}">'
        f"{escape(intent)}</text>"
        for number, intent in enumerate(order)
    ]
    return rows + columns


def _lines(sizes: Sequence[int], side: int) -> list[str]:
    edges = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    frames = [
        f'<rect x="{MARGIN + begin * CELL}" y="{TOP + begin * CELL}" width="{(end - begin) * CELL}" '
        f'height="{(end - begin) * CELL}" fill="none" stroke="{QUIET}"/>'
        for begin, end in pairwise(edges)
    ]
    across = [
        f'<path d="M{MARGIN} {TOP + edge * CELL}h{side}M{MARGIN + edge * CELL} {TOP}v{side}" stroke="{LINE}"/>'
        for edge in edges
    ]
    return across + frames
