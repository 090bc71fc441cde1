"""A complaint on the terminal: where it stands and what happened, without what people wrote or who they are."""

from disputes import policy
from disputes.cases import queries
from disputes.cases.references import normalise
from disputes.cases.timeline import lines_for_customer
from disputes.database import transaction
from disputes.errors import NotFound


def sheet(reference: str) -> str:
    """The sheet of one case, as lines. NotFound when there is no such reference."""
    shop_policy = policy.current()
    normal = normalise(reference)
    with transaction() as session:
        case = queries.case_by_reference(session, normal) if normal else None
        if case is None:
            raise NotFound(f"There is no complaint with the reference {reference}.")
        lines = [
            f"{case.reference}  {case.state}",
            f"  category       {shop_policy.category_label(case.category)}",
            f"  order          {case.order_number or 'none'}",
            f"  filed          {policy.say_date(case.filed_at, shop_policy)} ({case.source})",
            f"  first answer   by {policy.say_date(case.first_answer_by, shop_policy)}",
            f"  expected end   {policy.say_date(case.expected_end, shop_policy)}",
            "",
        ]
        events = queries.events_of(session, [case.id])
        lines += [f"  {line.at:%Y-%m-%d %H:%M} UTC  {line.text}" for line in lines_for_customer(events, shop_policy)]
    return "\n".join(lines)
