"""Exports and erasure of what was offered."""

import json

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.offers import service as offers
from disputes.people.tables import Staff
from tests.offers.factories import CUSTOMER, VOUCHER, draft, final_draft, last_event, offer_id, offered, reviewed

SECRET = "Zebulon"


def test_an_export_has_everything_that_was_written(session: Session, ann: Staff, boss: Staff) -> None:
    written = json.dumps(offers.export_of(session, full_case(session, ann, boss)))
    assert written.count(SECRET) == 9
    assert '"amount": "10.00"' in written
    assert '"stage": "final"' in written


def test_erased_nobody_is_found(session: Session, ann: Staff, boss: Staff) -> None:
    case = full_case(session, ann, boss)
    offers.erase(session, case)
    for table in ("offers", "remedies", "offer_counters"):
        rows = session.execute(text(f"SELECT row_to_json({table})::text FROM {table}")).scalars().all()
        assert rows
        assert not any(SECRET in row for row in rows)
    export = offers.export_of(session, case)
    assert [remedy["amount"] for remedy in export["remedies"]] == ["49.90", "10.00"]
    assert export["offers"][0]["outcome_code"] == "partly_upheld"


def test_an_event_leads_to_its_offer_and_remedy(session: Session, ann: Staff, boss: Staff) -> None:
    case = full_case(session, ann, boss)
    event = last_event(session, case)
    remedy = offers.remedy_of_event(session, event)
    assert event.kind == "remedy_failed"
    assert remedy is not None
    assert remedy.state == "failed"
    assert offers.offer_of_event(session, event) is None


def full_case(session: Session, ann: Staff, boss: Staff) -> Case:
    """A case in which one name was written into every text there is."""
    first = draft(findings=f"{SECRET} signed.", reasons=f"We believe {SECRET}.")
    case = offered(session, ann, first)
    offers.counter(session, case, CUSTOMER, offer_id(session, case), f"{SECRET} wants more.")
    case = reviewed(session, case, boss)
    remedy = VOUCHER.model_copy(update={"conditions": f"For {SECRET}."})
    texts = dict.fromkeys(("findings", "takes_part", "time_limits"), f"{SECRET} again.")
    offers.final_response(session, case, boss, final_draft(remedies=[remedy], **texts))
    offers.accept(session, case, CUSTOMER, offer_id(session, case))
    (owed,) = offers.remedies_of(session, case)
    offers.deliver(session, case, ann, owed.id, f"{SECRET}'s payment")
    offers.remedy_failed(session, case, CUSTOMER, owed.id, f"{SECRET} has nothing.")
    return case
