"""What the record of an earlier trial says for the next one: responders among those judged, and its DLTs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis.case import Case
from trialwright.analysis.responses import responders
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.words import Text, filled

NO_ENDPOINT = Text(
    en="its protocol names no endpoint of activity, and the record holds no response",
    fr="son protocole ne nomme aucun critère d’activité, et l’enregistrement ne contient aucune réponse",
)
ACTIVITY = Text(en="activity as its protocol defines it", fr="l’activité telle que son protocole la définit")
ENDPOINT = Text(en="{title}, {visit}", fr="{title}, {visit}")


@final
@dataclass(frozen=True, slots=True)
class Recorded:
    """Counts of an earlier trial on the day of a data cut; whoever was not judged is in neither."""

    trial: str
    label: Text  # what was judged
    responders: int
    of: int
    not_judged: int
    dlt: int
    dlt_of: int  # participants whose DLT outcome is settled
    position: int  # of the ledger
    digest: str
    is_reconstruction: bool


def recorded(case: Case, *, endpoint: str = "") -> Recorded:
    """The counts of a trial, for one of its endpoints or for its activity; ParameterError for an unknown endpoint."""
    found = responders(case)
    known = [row.endpoint.name for row in found]
    complaints = Complaints()
    allowed = f"is not an endpoint of {case.study.identity.id}; there is {', '.join(known) or 'none'}"
    complaints.unless(not endpoint or endpoint in known, "assurance.endpoint", endpoint, allowed)
    complaints.raise_as(ParameterError, "the record cannot be a belief about this plan")
    wanted = endpoint or (known[-1] if known and case.study.activity is None else "")
    if wanted:
        row = [row for row in found if row.endpoint.name == wanted][-1]
        visits = {visit.name.en: visit.name for visit in case.study.visits}
        label = filled(ENDPOINT, title=row.endpoint.title, visit=visits.get(row.endpoint.visit, row.endpoint.visit))
        counts = (row.rate.count, row.rate.of, row.not_assessed)
    elif case.study.activity is not None:
        judged = [one.active for one in case.observed.values() if one.active is not None]
        label, counts = ACTIVITY, (sum(judged), len(judged), len(case.infused) - len(judged))
    else:
        label, counts = NO_ENDPOINT, (0, 0, len(case.infused))
    settled = case.evaluable
    return Recorded(
        case.study.identity.id,
        label,
        *counts,
        dlt=sum(one.dlt for one in settled),
        dlt_of=len(settled),
        position=case.state.head.position,
        digest=case.state.head.digest,
        is_reconstruction=case.state.is_reconstruction,
    )
