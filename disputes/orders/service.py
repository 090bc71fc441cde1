"""Looking an order up, and reading the number a customer typed."""

import re
import unicodedata
from functools import cache
from typing import Final

import yaml

from disputes.orders.client import OrdersClient
from disputes.orders.schemas import Order
from disputes.settings import settings
from disputes.words import file_of

WORDS: Final = "disputes/orders/number.yml"
_CANONICAL = re.compile(r"^[A-Z0-9](?:[A-Z0-9-]{1,30})[A-Z0-9]$")
_SHOP_PREFIX = re.compile(r"^CN-?(?=[0-9])")
LONGEST_PREFIX = 3


def look_up(number: str) -> Order:
    """The order of that number, from the order system of the settings.

    Raises `OrderUnknown`, or `OrdersUnavailable` after at most about 6 seconds.
    """
    return _client(settings().orders_base_url, settings().orders_token).look_up(number)


def normalise_number(text: str) -> str | None:
    """The order number in what a customer typed: capitals, no spaces, no '#', no "CN-"; None when there is none in it.

    "#10 023" and "order no. cn-10023" are both "10023": the shop writes the same number with its initials and
    without. A sentence that holds a figure is not one.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = _leading_words().sub("", " ".join(plain.split())).strip(" .#")
    parts = plain.split()
    if parts and not parts[0].isalpha():
        figures = parts
    else:
        figures = parts[1:] if parts and len(parts[0]) <= LONGEST_PREFIX else [""]
    if not all(any(sign.isdigit() for sign in part) for part in figures):
        return None
    number = "".join(parts).upper()
    if not _CANONICAL.match(number) or not any(sign.isdigit() for sign in number):
        return None
    bare = _SHOP_PREFIX.sub("", number)
    return bare if _CANONICAL.match(bare) else number


@cache
def _leading_words() -> re.Pattern[str]:
    words: list[str] = yaml.safe_load(file_of(WORDS).read_text(encoding="utf-8"))["before_the_number"]
    each = "|".join(re.escape(word) for word in words)
    return re.compile(rf"^(?:(?:{each})(?![\w-])[ .:]*)*#?\s*", re.IGNORECASE)


@cache
def _client(base_url: str, token: str) -> OrdersClient:
    return OrdersClient(base_url, token)
