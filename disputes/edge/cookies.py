"""Cookies: how they are set, and what we sign into them."""

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from disputes.settings import settings


def set_cookie(response: Response, name: str, value: str, *, lasts: int, path: str = "/") -> None:
    """Sets a cookie that scripts and other sites cannot use, for `lasts` seconds."""
    response.set_cookie(
        name, value, max_age=lasts, path=path, httponly=True, samesite="lax", secure=settings().is_public
    )


def drop_cookie(response: Response, name: str, *, path: str = "/") -> None:
    """Takes the cookie away again."""
    response.delete_cookie(name, path=path, httponly=True, samesite="lax", secure=settings().is_public)


def signed(purpose: str, value: str) -> str:
    """The value with our signature, good for this purpose only."""
    return _serializer(purpose).dumps(value)


def unsigned(purpose: str, text: str | None, *, lasts: int) -> str | None:
    """The value that was signed for this purpose at most `lasts` seconds ago; None for anything else."""
    if not text:
        return None
    try:
        value = _serializer(purpose).loads(text, max_age=lasts)
    except BadSignature:
        return None
    return value if isinstance(value, str) else None


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().signing_key, salt=f"disputes.{purpose}")
