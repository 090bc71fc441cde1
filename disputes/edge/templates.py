"""Pages: one Jinja environment with everything escaped, and the words templates may use."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse

from disputes import clock, policy
from disputes.files.contents import accepted
from disputes.policy.words import say_day, say_distance, say_money, say_short, say_stamp
from disputes.settings import settings
from disputes.words import templates_of

PACKAGES = Path(__file__).parent.parent
STATIC = PACKAGES / "site" / "static"
NO_STORE = {"Cache-Control": "no-store"}


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A rendered page, such as "site/status.html". Never stored by browsers or proxies: it may be about somebody."""
    html = (
        environment()
        .get_template(template)
        .render(**(values or {}), policy=policy.current(), path=request.url.path, now=clock.now(), settings=settings())
    )
    return HTMLResponse(html, status, headers={**NO_STORE, **(headers or {})})


@cache
def environment() -> Environment:
    """The templates of edge, site and desk, by prefix. A name that a template does not get is an error."""
    found = Environment(
        loader=PrefixLoader({name: templates_of(f"disputes/{name}/templates") for name in ("edge", "site", "desk")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["asset"] = asset
    found.globals["accepted_files"] = lambda: accepted(policy.current().evidence)
    found.filters.update(
        day=_day,
        plain_day=say_day,
        time=_time,
        stamp=_stamp,
        short=_short,
        in_days=in_days,
        ago=ago,
        money=say_money,
        iso=datetime.isoformat,
    )
    return found


def asset(name: str) -> str:
    """The address of a static file, which changes when the file does, so that browsers may keep it for ever."""
    return f"/static/{name}?v={_version(name, (STATIC / name).stat().st_mtime_ns)}"


@lru_cache(maxsize=256)
def _version(name: str, changed: int) -> str:
    return sha256(f"{changed}".encode() + (STATIC / name).read_bytes()).hexdigest()[:10]


def _day(at: datetime) -> str:
    return policy.current().say_date(at)


def _time(at: datetime) -> str:
    return policy.current().say_time(at)


def _stamp(at: datetime) -> str:
    """A short date and time for dense lists: "12 May, 14:05"."""
    local = at.astimezone(policy.current().calendar.zone)
    return say_stamp(local, with_year=local.year != clock.now().year)


def _short(at: datetime) -> str:
    """A short day for dense lists: "Tue 12 May"."""
    local = at.astimezone(policy.current().calendar.zone)
    return say_short(local, with_year=local.year != clock.now().year)


def in_days(at: datetime, now: datetime) -> str:
    """How far a day is away, as the shop's calendar counts: "today", "in 3 days", "2 days ago"."""
    zone = policy.current().calendar.zone
    days = (at.astimezone(zone).date() - now.astimezone(zone).date()).days
    return say_distance(days)


def ago(at: datetime, now: datetime) -> str:
    """How long something has been going on, in its largest unit: "just now", "4 min", "3 h", "2 d"."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"
