"""Whether staff can sign in: is there an administrator, can second steps be checked, does the provider answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from disputes.people import oidc, two_step
from disputes.people.oidc import Provider, ProviderAway
from disputes.people.tables import Staff
from disputes.settings import Settings

PROVIDER = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")


@dataclass(frozen=True)
class Looked:
    """What was found; `remedy` is empty when it is in order."""

    what: str
    remedy: str = ""


def look_at_accounts(url: str) -> Iterator[Looked]:
    """Looks into the database; says nothing when it does not answer, which is said elsewhere."""
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        with Session(engine) as session:
            admins = session.scalar(select(func.count()).where(Staff.role == "admin", Staff.active))
            unreadable = two_step.unreadable(session)
    except SQLAlchemyError:
        return
    finally:
        engine.dispose()
    if not admins:
        yield Looked("Nobody is an administrator.", "disputes staff add ADDRESS --role admin")
    else:
        yield Looked("There is 1 administrator." if admins == 1 else f"There are {admins} administrators.")
    if unreadable:
        yield Looked(
            f"{unreadable} second steps of sign-in were made with another SECRET_KEY.",
            "set SECRET_KEY back, or for each: disputes staff reset-two-step ADDRESS",
        )


def look_at_provider(settings: Settings) -> Looked | None:
    """Asks the sign-in provider about itself; None where none is set."""
    given = [name for name in PROVIDER if getattr(settings, name)]
    if not given:
        return None
    missing = [name.upper() for name in PROVIDER if name not in given]
    if missing:
        return Looked(f"Sign-in with the provider is off: {', '.join(missing)} missing.", "set all three, or none")
    if not oidc.is_safe_address(settings.oidc_issuer):
        return Looked(f"OIDC_ISSUER is {settings.oidc_issuer}, which is not https.", "set the issuer's https address")
    if bool(settings.oidc_role_claim) != bool(settings.oidc_roles):
        return Looked("OIDC_ROLE_CLAIM and OIDC_ROLES belong together.", "set both, or none")
    try:
        Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret).describe()
    except ProviderAway as away:
        return Looked(f"The sign-in provider does not answer as it should: {away.reason}", "look at OIDC_ISSUER")
    return Looked(f"The sign-in provider {settings.oidc_issuer} answers.")
