"""What can be done with records; each verb runs in the caller's transaction."""

from disputes.records.bundle import make_bundle, may_take_bundle, new_file, take_bundle, write_bundle
from disputes.records.erasure import ErasureResult, erase_case, erase_contact, erase_person, what_erasure_does
from disputes.records.export import customer_of_reference, export_person, write_export
from disputes.records.hold import hold, longest_hold, manager_with, release
from disputes.records.retention import forget, run_retention, things_due
from disputes.records.terms import Kept, Terms, is_held, kept_how_long
from disputes.records.verify import Fault, check, verify

__all__ = [
    "ErasureResult",
    "Fault",
    "Kept",
    "Terms",
    "check",
    "customer_of_reference",
    "erase_case",
    "erase_contact",
    "erase_person",
    "export_person",
    "forget",
    "hold",
    "is_held",
    "kept_how_long",
    "longest_hold",
    "make_bundle",
    "manager_with",
    "may_take_bundle",
    "new_file",
    "release",
    "run_retention",
    "take_bundle",
    "things_due",
    "verify",
    "what_erasure_does",
    "write_bundle",
    "write_export",
]
