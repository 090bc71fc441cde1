"""What other packages keep about a case, and how each gives it out and forgets it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.inbound import service as inbound
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.offers import service as offers

type ExportOf = Callable[[Session, Case], Any]
type Erase = Callable[[Session, Case], object]


@dataclass(frozen=True)
class Part:
    """One package's share of a case.

    `export` gives what the customer may have, as JSON values; nothing that is for staff or for a neutral person
    only. `erase` forgets every word and file of it, in the caller's transaction.
    """

    name: str
    export: ExportOf
    erase: Erase


PARTS: Final[Sequence[Part]] = (
    Part("investigation", investigation.export_of, investigation.erase),
    Part("offers", offers.export_of, offers.erase),
    Part("mediation", mediation.export_of, mediation.erase),
    Part("mail", inbound.export_of, inbound.erase),
)
"""A package that keeps anything about a case has its line here; `tests/records` notices a table without one."""
