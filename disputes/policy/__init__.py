"""The shop's dispute policy: `current()` for this process, `load()` for any file."""

from datetime import datetime

from disputes.policy.clocks import CaseDates, dates_for_filed
from disputes.policy.loader import PolicyError, current, load
from disputes.policy.policy import OutsideAnswer, Policy
from disputes.policy.remedies import Remedy

__all__ = [
    "CaseDates",
    "OutsideAnswer",
    "Policy",
    "PolicyError",
    "Remedy",
    "current",
    "dates_for_filed",
    "load",
    "say_date",
]


def say_date(at: datetime, policy: Policy) -> str:
    """ "Tuesday 12 May 2026", the day it is in the shop at that moment."""
    return policy.say_date(at)
