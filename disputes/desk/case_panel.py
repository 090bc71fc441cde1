"""What can be done about the complaints of a customer, for the panel beside their chat."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.desk import case_steps
from disputes.people.tables import Staff


def steps_of(session: Session, cases: Sequence[Case], staff: Staff) -> Mapping[UUID, list[case_steps.Form]]:
    """The steps that are open to this person in each case, by its id: what "desk/case_panel.html" shows."""
    return {
        case.id: [form for form in case_steps.forms_for(session, case, staff) if form.why_not is None] for case in cases
    }
