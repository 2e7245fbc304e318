"""Responders: how many met each endpoint of the protocol, with the exact interval; missing is said, never counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis.case import Case
from trialwright.analysis.response_course import answers_of
from trialwright.analysis.toxicity import Rate, rate
from trialwright.conduct.state import Known
from trialwright.protocol.sections import Endpoint
from trialwright.vocabulary.events import ResponseAssessed


@final
@dataclass(frozen=True, slots=True)
class Responders:
    """One endpoint over everybody infused."""

    endpoint: Endpoint
    rate: Rate  # of those with an answer
    not_assessed: int
    answers: tuple[tuple[str, Known[ResponseAssessed] | None], ...]  # by participant, as recorded
    met: tuple[tuple[str, bool | None], ...]  # by participant: as recorded, or else by the score the protocol names


def responders(case: Case) -> tuple[Responders, ...]:
    """One row per endpoint of the protocol that is a response or a remission; flares are analysed as times."""
    return tuple(_of(case, endpoint) for endpoint in case.study.endpoints if endpoint.kind != "flare")


def _of(case: Case, endpoint: Endpoint) -> Responders:
    answers, met = [], []
    for participant in case.infused:
        mine = [
            known
            for known in participant.responses
            if known.event.endpoint == endpoint.name and known.event.visit == endpoint.visit
        ]
        answers.append((participant.usubjid, mine[-1] if mine else None))
        said = [one.met for one in answers_of(case, participant, endpoint=endpoint).at_visit(endpoint.visit)]
        met.append((participant.usubjid, mine[-1].event.met if mine else said[-1] if said else None))
    judged = [one for _, one in met if one is not None]
    silent = len(met) - len(judged)
    return Responders(endpoint, rate(sum(judged), len(judged)), silent, tuple(answers), tuple(met))
