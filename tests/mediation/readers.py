"""Readers of every role, every function they could call, and everything they could read in what they get."""

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

from sqlalchemy import inspect as looked_at
from sqlalchemy.exc import NoInspectionAvailable

from disputes import clock
from disputes.cases import queries as cases
from disputes.cases.states import Actor
from disputes.errors import DisputesError
from disputes.mediation import service as mediation
from disputes.people.tables import Staff
from tests.cases.factories import staff
from tests.mediation.factories import CUSTOMER, SECRET, World, acting

ROLES = (None, "agent", "manager", "mediator", "admin")
WHO = ("actor", "staff", "reader", "neutral", "by", "to", "person", "investigator", "decider")
PACKAGES = ("cases", "mediation", "investigation", "offers", "records", "notifications", "chat", "deadlines", "inbound")
"""Everything that works on cases. Pages are asked in test_pages.py."""


def noted(here: World) -> UUID:
    found = here.begin()
    mediation.write_note(here.session, found.id, here.amara, SECRET)
    mediation.write_to_neutral(here.session, here.case, "customer", CUSTOMER, "Something else.")
    return found.id


def anybody(here: World, role: str | None) -> Staff | None:
    return None if role is None else staff(here.session, role=role, name=f"Any {role}")


def functions_of_mediation() -> dict[str, Callable[..., Any]]:
    return {name: function for name, function in functions_with_a_session() if ".mediation." in name}


def functions_with_a_session() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function whose first argument is a session, by its full name."""
    for package in PACKAGES:
        root = importlib.import_module(f"disputes.{package}")
        for found in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            module = importlib.import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ != module.__name__ or name.startswith("_"):
                    continue
                if next(iter(inspect.signature(function).parameters), None) == "session":
                    yield f"{module.__name__}.{name}", function


def takes(function: Callable[..., Any], *names: str) -> bool:
    return any(name in names for name in inspect.signature(function).parameters)


def called(here: World, function: Callable[..., Any], reader: Staff | None, party: str) -> Any:
    """What the function gives to that reader; None when it refuses, or cannot be called with what there is."""
    values = arguments(here, function, reader, party)
    nested = here.session.begin_nested()
    try:
        got = function(**values)
        return list(got) if inspect.isgenerator(got) else got
    except Exception:  # noqa: BLE001 - whatever stops it, nothing is given away
        return None
    finally:
        if nested.is_active:
            nested.rollback()


def called_for_good(here: World, function: Callable[..., Any], reader: Staff | None, party: str) -> Any:
    """What the function gives to that reader, with all that it changed; None when it refuses."""
    values = arguments(here, function, reader, party)
    nested = here.session.begin_nested()
    try:
        got = function(**values)
    except DisputesError:
        nested.rollback()
        return None
    except AttributeError:
        nested.rollback()
        assert reader is None
        return None
    nested.commit()
    return got


def arguments(here: World, function: Callable[..., Any], reader: Staff | None, party: str) -> dict[str, Any]:
    found = mediation.mediation_of(here.session, here.case)
    events = cases.events_of(here.session, [here.case.id])
    actor = CUSTOMER if reader is None and party == "customer" else Actor("staff", getattr(reader, "role", None))
    if reader is not None:
        actor = acting(reader)
    by_name: dict[str, Any] = {
        "session": here.session,
        "case": here.case,
        "cases": [here.case],
        "case_id": here.case.id,
        "case_ids": [here.case.id],
        "mediation_id": found.id if found else uuid4(),
        "mediation": found,
        "party": party,
        "actor": actor,
        "reader": reader,
        "neutral": reader,
        "staff": reader,
        "by": reader,
        "to": reader,
        "event": events[-1] if events else None,
        "event_id": events[-1].id if events else uuid4(),
        "agreed": True,
        "free": True,
        "reference": here.case.reference,
        "conversation_id": here.case.conversation_id or uuid4(),
        "customer": here.case.customer,
        "email": here.case.customer.email,
        "neutral_id": getattr(reader, "id", uuid4()),
        "staff_id": getattr(reader, "id", uuid4()),
        "staff_ids": frozenset(),
        "states": frozenset({"in_mediation"}),
        "moment": clock.now(),
        "at": clock.now(),
        "now": clock.now(),
        "new_date": date(2026, 7, 1),
        "remedies": [],
    }
    values = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in by_name:
            values[name] = by_name[name]
        elif parameter.default is not inspect.Parameter.empty or parameter.kind in (
            inspect.Parameter.VAR_KEYWORD,
            inspect.Parameter.VAR_POSITIONAL,
        ):
            continue
        elif name.endswith("_id"):
            values[name] = by_name.get("mediation_id")
        else:
            values[name] = "word"
    return values


def told(value: Any, depth: int = 0) -> str:
    """All text that somebody who holds this value can read in it."""
    if depth > 6 or value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        if value.startswith(b"PK"):
            with ZipFile(BytesIO(value)) as packed:
                return " ".join(told(packed.read(name), depth + 1) for name in packed.namelist())
        return value.decode("utf-8", "replace")
    if hasattr(value, "read") and hasattr(value, "close"):
        with value:
            return told(value.read(), depth + 1)
    if isinstance(value, dict):
        return " ".join(f"{told(key, depth + 1)} {told(one, depth + 1)}" for key, one in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(told(one, depth + 1) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return " ".join(told(getattr(value, field.name), depth + 1) for field in dataclasses.fields(value))
    try:
        columns = looked_at(value).mapper.column_attrs
    except (NoInspectionAvailable, AttributeError):
        return str(value)
    return " ".join(told(value.__dict__.get(column.key), depth + 1) for column in columns)
