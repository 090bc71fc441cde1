"""The shop's closed days, wherever they stand: public holidays, the policy file, and what was entered at the desk."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import ClassVar


class ClosedDays(Mapping[date, str]):
    """The days of the policy file and of the public holidays, and those that were entered at the desk.

    The latter are a copy that each process keeps (see `policy.entered_days`): pure rules need no database.
    """

    entered: ClassVar[Mapping[date, str]] = {}

    def __init__(self, own: Mapping[date, str]) -> None:
        self.own = own

    def __contains__(self, day: object) -> bool:
        return day in self.own or day in self.entered

    def __getitem__(self, day: date) -> str:
        return self.own[day] if day in self.own else self.entered[day]

    def __iter__(self) -> Iterator[date]:
        return iter(dict.fromkeys(chain(self.own, self.entered)))

    def __len__(self) -> int:
        return len({*self.own, *self.entered})


def know(days: Mapping[date, str]) -> None:
    """From now on these are the days that were entered at the desk, in every calendar of this process."""
    ClosedDays.entered = dict(days)
