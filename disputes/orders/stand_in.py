"""A small order system for the demo shop and for tests; speaks like the shop's own (contract "Orders")."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, status

from disputes import clock
from disputes.orders.schemas import Order
from disputes.settings import settings

router = APIRouter(tags=["demo order system"])

MIA = {"name": "Mia Hughes", "email": "mia.hughes@example.com", "phone": "+447700900123"}
OMAR = {"name": "Omar Farouk", "email": "omar.farouk@example.com", "phone": "+447700900456"}
LENA = {"name": "Lena Svensson", "email": "lena.svensson@example.com", "phone": None}
TOM = {"name": "Tom O'Neill", "email": "tom.oneill@example.com", "phone": "+447700900789"}


@dataclass(frozen=True)
class DemoOrder:
    """An order whose dates are so many days before today."""

    customer: Mapping[str, str | None]
    items: list[tuple[str, int, str]]
    status: str
    placed: int
    shipped: int | None = None
    delivered: int | None = None
    channel: str = "direct"
    refunds: list[tuple[str, str, int]] = field(default_factory=list)


DEMO_ORDERS: dict[str, DemoOrder] = {
    # "It never arrived", although the carrier says so.
    "10023": DemoOrder(MIA, [("Oak desk lamp", 1, "49.00")], "delivered", 12, 10, 6),
    # Arrived damaged.
    "10024": DemoOrder(OMAR, [("Stoneware bowl, set of four", 1, "64.00")], "delivered", 9, 7, 4),
    # The parcel that takes too long.
    "10025": DemoOrder(LENA, [("Linen curtain, 250 cm", 2, "38.50")], "shipped", 18, 15),
    # On its way, in time.
    "10026": DemoOrder(MIA, [("Wool throw", 1, "72.00")], "shipped", 4, 2),
    # Not sent yet.
    "10044": DemoOrder(TOM, [("Bookshelf, ash", 1, "189.00")], "packed", 3),
    # Sold by a reseller.
    "10031": DemoOrder(LENA, [("Floor lamp Aske", 1, "129.00")], "delivered", 20, 18, 15, channel="NordicHome"),
    # A refund that does not come, and one that did.
    "10032": DemoOrder(
        OMAR, [("Coffee grinder", 1, "89.00")], "returned", 40, 38, 35, refunds=[("89.00", "pending", 12)]
    ),
    "10033": DemoOrder(TOM, [("Tea kettle", 1, "45.00")], "returned", 60, 58, 55, refunds=[("45.00", "paid", 30)]),
    # Returned, nothing refunded.
    "10034": DemoOrder(MIA, [("Ceramic vase", 1, "35.00")], "returned", 30, 28, 25),
    # Above what the assistant may offer by itself.
    "10050": DemoOrder(TOM, [("Dining table, oak", 1, "849.00")], "delivered", 21, 14, 10),
    # Several things in one parcel: something is missing, or wrong.
    "10051": DemoOrder(
        LENA, [("Picture frame, A3", 3, "18.00"), ("Wall hook, brass", 6, "7.50")], "delivered", 8, 6, 3
    ),
    # Broken after a year, within the guarantee.
    "10052": DemoOrder(OMAR, [("Kitchen scale", 1, "34.00")], "delivered", 400, 398, 395),
    # Cancelled, money not back.
    "10053": DemoOrder(MIA, [("Garden chair", 2, "59.00")], "cancelled", 14),
}


@router.get("/orders/{number}")
def order(number: str, authorization: Annotated[str | None, Header()] = None) -> Order:
    """One order; 404 when there is none, 401 when ORDERS_TOKEN is set and not given."""
    expected = settings().orders_token
    if expected and not secrets.compare_digest((authorization or "").encode(), f"Bearer {expected}".encode()):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "A bearer token is needed.")
    found = demo_order(number, today=clock.now())
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such order.")
    return found


def demo_order(number: str, *, today: datetime) -> Order | None:
    """The demo order of that number as of `today`; None when there is none."""
    key = number.upper().removeprefix("CN-")
    demo = DEMO_ORDERS.get(key)
    return None if demo is None else Order.model_validate(_facts(key, demo, today))


def _facts(number: str, demo: DemoOrder, today: datetime) -> dict[str, Any]:
    def ago(days: int | None) -> datetime | None:
        return None if days is None else (today - timedelta(days=days)).replace(minute=20, second=0, microsecond=0)

    items = [{"name": name, "quantity": quantity, "price": price} for name, quantity, price in demo.items]
    pence = sum(int(price.replace(".", "")) * quantity for _, quantity, price in demo.items)
    return {
        "number": number,
        "placed_at": ago(demo.placed),
        "customer": demo.customer,
        "sales_channel": demo.channel,
        "currency": "GBP",
        "total": f"{pence // 100}.{pence % 100:02}",
        "items": items,
        "status": demo.status,
        "shipped_at": ago(demo.shipped),
        "delivered_at": ago(demo.delivered),
        "tracking_url": f"https://parcels.example/track/{number}" if demo.shipped is not None else None,
        "refunds": [{"amount": amount, "status": state, "at": ago(days)} for amount, state, days in demo.refunds],
    }
