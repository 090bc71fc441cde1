"""Everything that other packages call for offers and remedies.

Every verb runs in the caller's transaction and may flush, never commits; those that change a case lock it first.
"""

from disputes.offers.facts import erase, export_of, offer_of_event, remedy_of_event
from disputes.offers.making import better, final_response, make_offer, why_not_better
from disputes.offers.remedies import deliver, none_on_its_way, promise, put_off, remedies_of, remedy_failed, track
from disputes.offers.replies import accept, assume_settled, counter, refuse, settle_by_silence
from disputes.offers.schemas import FinalDraft, OfferDraft, RemedyDraft, faults, read_final, read_offer, remedy_faults
from disputes.offers.standing import State, counter_of, current_offer, expires_at, state_of
from disputes.offers.tables import Counter, Offer, Remedy

__all__ = [
    "Counter",
    "FinalDraft",
    "Offer",
    "OfferDraft",
    "Remedy",
    "RemedyDraft",
    "State",
    "accept",
    "assume_settled",
    "better",
    "counter",
    "counter_of",
    "current_offer",
    "deliver",
    "erase",
    "expires_at",
    "export_of",
    "faults",
    "final_response",
    "make_offer",
    "none_on_its_way",
    "offer_of_event",
    "promise",
    "put_off",
    "read_final",
    "read_offer",
    "refuse",
    "remedies_of",
    "remedy_failed",
    "remedy_faults",
    "remedy_of_event",
    "settle_by_silence",
    "state_of",
    "track",
    "why_not_better",
]
