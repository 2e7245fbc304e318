"""Signatures: which roles sign an entry, which of them are still missing, whether the entry counts.

A signature holds for exactly what the entry said when it was signed; a later correction voids it. It counts for its
role when the person held that role on the day of signing, by the delegations as they stand.

Where accounts are kept in another system (``[conduct] elsewhere``) and in a reconstruction there is nobody here who
could sign: no role is asked for, so nothing waits for a signature. Whether an entry has to exist at all is for its own
guard to say ("decision", "product", "eligibility").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, final

from trialwright.conduct.known import Known
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import (
    BatchReleased,
    DataLocked,
    DeviationRecorded,
    DoseDecided,
    Event,
    Role,
    Signed,
    TrailReviewed,
    WaiverGranted,
)


def roles_to_sign(study: Study, event: Event) -> tuple[Role, ...]:
    """The roles that sign this kind of entry by the protocol, one signature of each; none where nothing is signed."""
    if not study.guards("accounts"):
        return ()
    signatures = study.conduct.signatures
    match event:
        case DoseDecided():
            return signatures.dose_decision
        case WaiverGranted():
            return signatures.waiver
        case BatchReleased(in_specification=False):
            return signatures.out_of_specification
        case DeviationRecorded(major=True):
            return signatures.deviation
        case DataLocked():
            return signatures.data_lock
        case TrailReviewed():
            return signatures.trail_review
    return ()


def entries_to_sign(study: Study, state: TrialState) -> tuple[Known[Any], ...]:
    """Every entry that stands and is signed by the protocol, in the order of the record, signed already or not."""
    logs = state.logs
    found: Iterable[Known[Any]] = chain(
        state.decisions,
        chain.from_iterable(logs.screening.waivers.values()),
        logs.product.releases.values(),
        logs.oversight.locks,
        logs.oversight.deviations.values(),
        logs.oversight.reviews,
    )
    return tuple(sorted((one for one in found if roles_to_sign(study, one.event)), key=lambda one: one.position))


def given_signatures(state: TrialState, *, known: Known[Any]) -> tuple[Known[Signed], ...]:
    """The signatures that hold for an entry as it stands, each by a person who held that role on that day."""
    staff = state.logs.staff
    return tuple(
        one
        for one in state.logs.oversight.signatures_of(known)
        if one.event.role in staff.roles(one.event.account, on=one.recorded_on)
    )


def missing_signatures(study: Study, state: TrialState, *, known: Known[Any]) -> tuple[Role, ...]:
    """The roles that still have to sign an entry, in the protocol's order."""
    given = {one.event.role for one in given_signatures(state, known=known)}
    return tuple(role for role in roles_to_sign(study, known.event) if role not in given)


def is_signed(study: Study, state: TrialState, *, known: Known[Any]) -> bool:
    """Whether every role has signed that has to; True where the protocol asks for no signature here."""
    return not missing_signatures(study, state, known=known)


@final
@dataclass(frozen=True, slots=True)
class ToSign:
    """An entry that is signed by the protocol: the signatures that hold, and the roles that are missing."""

    known: Known[Any]
    given: tuple[Known[Signed], ...]
    missing: tuple[Role, ...]


def signing_list(study: Study, state: TrialState) -> tuple[ToSign, ...]:
    """Every entry that is signed by the protocol, in the order of the record: who signed it, who has to."""
    return tuple(
        ToSign(one, given_signatures(state, known=one), missing_signatures(study, state, known=one))
        for one in entries_to_sign(study, state)
    )
