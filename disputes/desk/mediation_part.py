"""What the page of a case shows of its mediation: the shop's side of it, and nothing that is confidential."""

from typing import Any

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, states
from disputes.cases.service import acting
from disputes.cases.tables import Case
from disputes.investigation import service as investigation
from disputes.mediation import service
from disputes.people.tables import Staff


def values_for(session: Session, case: Case, staff: Staff) -> dict[str, Any]:
    """What "desk/mediation.html" needs, besides `case`, `csrf_token` and `typed`."""
    actor, view = acting(staff), service.view_of(session, case)
    phase = view.phase if view else "none"
    why_silent = service.why_not_speak_for(session, case, "shop", actor)
    talks = phase == "running" and why_silent is None
    papers = service.papers_for_party(session, case, "shop", actor) if talks else []
    shared = {paper.evidence.id for paper in papers if paper.evidence}
    text = view.settlement if view else None
    return {
        "mediation": {
            "view": view,
            "phase": phase,
            "fits_stage": case.state in states.MEDIATION_OFFERED.sources,
            "asked": service.asks_for_it(session, case),
            "why_not_propose": service.why_not_propose(session, case, actor),
            "neutrals": service.neutrals_for(session, case) if case.state in states.MEDIATION_OFFERED.sources else [],
            "smallest": policy.current().mediation.smallest_amount,
            "not_when": policy.current().mediation.not_when,
            "why_silent": why_silent,
            "words": view.words.get("shop") if view else None,
            "papers": papers,
            "files": [file for file in investigation.evidence_of(session, case) if file.id not in shared]
            if talks
            else [],
            "messages": service.messages_with_neutral(session, case, "shop", actor) if talks else [],
            "given": service.drafts_of(text) if text else [],
            "may_accept": text is not None and clock.now() >= text.accept_from and text.shop_accepted_at is None,
            "why_not_stop": states.why_not(states.MEDIATION_ENDED, engine.standing_of(session, case), actor),
        }
    }
