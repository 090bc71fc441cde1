"""The shop's order system: a client with time-outs, and a stand-in for the demo."""

from disputes.orders.client import OrdersClient, OrdersUnavailable, OrderUnknown
from disputes.orders.schemas import Order

__all__ = ["Order", "OrderUnknown", "OrdersClient", "OrdersUnavailable"]
