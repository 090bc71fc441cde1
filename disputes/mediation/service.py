"""Everything that other packages call for mediation.

Every verb runs in the caller's transaction and may flush, never commits; those that change a case lock it first.
"""

from disputes.mediation.access import why_not_speak_for
from disputes.mediation.attempts import (
    consent,
    declare,
    destroy_leftovers,
    end,
    extend,
    propose,
    stop,
    why_not_propose,
    words_for,
)
from disputes.mediation.confidential import (
    Message,
    Note,
    Paper,
    messages_for_neutral,
    messages_with_neutral,
    notes_of,
    papers_for_party,
    read_paper,
    read_shared,
    share,
    shared_papers,
    write_note,
    write_to_neutral,
    write_to_party,
)
from disputes.mediation.leaving import neutral_left
from disputes.mediation.neutrals import Neutral, conflict_of, neutrals_for
from disputes.mediation.records import (
    MediationView,
    Receipt,
    erase,
    export_of,
    facts_of_event,
    mediation_of,
    phase_of,
    receipts_of,
    view_of,
)
from disputes.mediation.rooms import Room, room_of, rooms_of
from disputes.mediation.settlements import accept_settlement, drafts_of, propose_settlement
from disputes.mediation.tables import Mediation, MediationConsent, MediationSettlement
from disputes.mediation.wishes import asks_for_it, decline_request, request

__all__ = [
    "Mediation",
    "MediationConsent",
    "MediationSettlement",
    "MediationView",
    "Message",
    "Neutral",
    "Note",
    "Paper",
    "Receipt",
    "Room",
    "accept_settlement",
    "asks_for_it",
    "conflict_of",
    "consent",
    "declare",
    "decline_request",
    "destroy_leftovers",
    "drafts_of",
    "end",
    "erase",
    "export_of",
    "extend",
    "facts_of_event",
    "mediation_of",
    "messages_for_neutral",
    "messages_with_neutral",
    "neutral_left",
    "neutrals_for",
    "notes_of",
    "papers_for_party",
    "phase_of",
    "propose",
    "propose_settlement",
    "read_paper",
    "read_shared",
    "receipts_of",
    "request",
    "room_of",
    "rooms_of",
    "share",
    "shared_papers",
    "stop",
    "view_of",
    "why_not_propose",
    "why_not_speak_for",
    "words_for",
    "write_note",
    "write_to_neutral",
    "write_to_party",
]
