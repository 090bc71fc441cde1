"""Where a case stands, in the words of those who work on it. Customers read theirs from the policy."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class StageWords(NamedTuple):
    """`label` says where the case is and who has it; `due` what its next date is for, "" where nothing is due."""

    label: str
    due: str
    badge: str


OURS, THEIRS, ENDED, GOOD = "badge-info", "badge-due", "badge-neutral", "badge-good"

STAGES: Final[Mapping[str, StageWords]] = {
    "filed": StageWords("Nobody has taken it", "to be taken", OURS),
    "investigating": StageWords("We look into it", "our first answer", OURS),
    "awaiting_customer": StageWords("Customer has our questions", "their answer", THEIRS),
    "outcome_offered": StageWords("Customer has our answer", "their reply", THEIRS),
    "mediation_offered": StageWords("Mediation offered", "their yes or no", THEIRS),
    "in_mediation": StageWords("In mediation", "end of the mediation", THEIRS),
    "escalated": StageWords("With a manager", "final response", OURS),
    "final_response": StageWords("Customer has the final response", "their reply", THEIRS),
    "resolved": StageWords("Settled", "", GOOD),
    "closed": StageWords("Closed", "", ENDED),
    "withdrawn": StageWords("Withdrawn by the customer", "", ENDED),
    "redirected": StageWords("Passed to the reseller", "", ENDED),
    "merged": StageWords("Joined with another case", "", ENDED),
}
