"""An order as the shop's order system tells it."""

from decimal import Decimal
from typing import Annotated

from pydantic import AnyHttpUrl, AwareDatetime, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(max_length=500)]


class OrderPart(BaseModel):
    """Read-only; keys that other systems add are let be."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class OrderCustomer(OrderPart):
    name: Name
    email: str | None = None
    phone: str | None = None


class OrderItem(OrderPart):
    name: Name
    quantity: int = 1
    price: Decimal | None = None


class OrderRefund(OrderPart):
    """Money on its way back. `status` is "pending" until it is paid out."""

    amount: Decimal
    status: str
    at: AwareDatetime | None = None


class Order(OrderPart):
    """One order. `sales_channel` is "direct", or the name of the reseller who sold it.

    `status` is placed, packed, shipped, delivered, returned or cancelled; others match no remedy.
    """

    number: Annotated[str, Field(min_length=1, max_length=64)]
    placed_at: AwareDatetime
    customer: OrderCustomer
    sales_channel: str = "direct"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    total: Annotated[Decimal, Field(ge=0)]
    items: list[OrderItem] = []
    status: str
    shipped_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    tracking_url: AnyHttpUrl | None = None
    refunds: list[OrderRefund] = []

    @property
    def reseller(self) -> str | None:
        """Who sold it, when that was not the shop itself."""
        return None if self.sales_channel == "direct" else self.sales_channel
