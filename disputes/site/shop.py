"""The demo shop: a page like the ones that embed the widget, and the policy in plain words."""

from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from disputes import clock, policy
from disputes.edge.templates import page
from disputes.policy.explain import explain, version_of

router = APIRouter(include_in_schema=False)


class Product(NamedTuple):
    """Something on the demo shop's shelf."""

    picture: str
    name: str
    about: str
    price: str


PRODUCTS: Final = (
    Product("lamp", "Oak desk lamp", "Turns, tilts, and stays where you put it.", "£49.00"),
    Product("bowls", "Stoneware bowls, set of four", "Glazed by hand; each one a little different.", "£64.00"),
    Product("throw", "Wool throw", "Lambswool, woven in Yorkshire.", "£72.00"),
    Product("bookshelf", "Bookshelf, ash", "Three shelves, solid wood, no screws to see.", "£189.00"),
    Product("grinder", "Coffee grinder", "Steel burrs, a beech drawer, no plug.", "£89.00"),
    Product("kettle", "Tea kettle", "1.2 litres; sings when it is ready.", "£45.00"),
    Product("vase", "Ceramic vase", "For three stems or thirty.", "£35.00"),
    Product("chair", "Garden chair", "Acacia, for rain and for sun.", "£59.00"),
)
DEMO_ORDERS: Final = (
    ("10023", "was delivered, says the carrier"),
    ("10024", "arrived damaged"),
    ("10032", "waits for its refund"),
)


@router.get("/")
def shop(request: Request) -> HTMLResponse:
    """The demo shop's front page, with the widget embedded by one script tag."""
    return page(request, "site/shop.html", {"products": PRODUCTS, "demo_orders": DEMO_ORDERS})


@router.get("/policy")
def policy_page(request: Request) -> HTMLResponse:
    """The whole policy in plain words, as `disputes policy explain` prints it."""
    shop_policy = policy.current()
    sections = explain(shop_policy, clock.now())
    values = {"sections": sections, "deadlines": _deadlines(), "version": version_of(shop_policy)}
    return page(request, "site/policy.html", values)


def _deadlines() -> list[tuple[str, str]]:
    words = policy.current().words
    return [
        ("We confirm that we have your complaint", f"within {words['acknowledgement_seconds']}"),
        ("A person takes it on and tells you their name", f"within {words['named_person_business_days']}"),
        ("You get our first answer", f"within {words['first_answer_days']}"),
        ("You get our final response", f"within {words['final_response_days']}"),
        ("At the latest then, you may turn to somebody outside", f"after {words['hard_cap_days']}"),
    ]
