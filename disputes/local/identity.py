"""Tokens of the shop for trying things out: making one as the shop's server does, and saying why one is refused."""
# ruff: noqa: PLC0415 the command line imports this at once; see disputes/cli.py

import sys
from typing import Annotated

import typer

REFUSED = {
    "off": "WIDGET_IDENTITY_KEY is not set, so every token is refused.",
    "foreign": "It is not signed with WIDGET_IDENTITY_KEY and HS256, or `iss` is not shop, or `aud` is not {aud}.",
    "unverified": "`email_verified` is not true: the shop has not made sure that the address is the customer's.",
    "faulty": "It is no token, a claim is missing or not what it should be, or it lasts longer than {minutes} minutes.",
}


def identity(
    email: Annotated[str, typer.Option(help="Who is signed in.")] = "",
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Read a token and say whether it is taken.")] = False,
) -> None:
    """Make a token as the shop's server does (docs/embedding.md), or check one that is typed or piped in."""
    from disputes.errors import Invalid
    from disputes.people import shop_identity
    from disputes.people.shop_identity import NotTaken
    from disputes.settings import settings

    try:
        if not check:
            if "@" not in email:
                raise Invalid("Say who is signed in, with --email, or have a token checked, with --check.")
            print(shop_identity.make(email, name=name or None))
            return
        told = shop_identity.read(sys.stdin.readline().strip())
    except NotTaken as refused:
        minutes = int(shop_identity.LONGEST.total_seconds() // 60)
        raise Invalid(REFUSED[refused.why].format(aud=settings().base_url, minutes=minutes)) from None
    if not told.is_live:
        raise Invalid(f"It is the shop's, but has run out at {told.expires_at:%H:%M:%S} UTC.")
    print(f"It is taken until {told.expires_at:%H:%M:%S} UTC.")
