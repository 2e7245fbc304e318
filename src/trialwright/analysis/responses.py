"""Responders: how many met each endpoint of the protocol, with the exact interval; missing is said, never counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis.case import Case
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
    answers: tuple[tuple[str, Known[ResponseAssessed] | None], ...]  # by participant


def responders(case: Case) -> tuple[Responders, ...]:
    """One row per endpoint of the protocol."""
    return tuple(_of(case, endpoint) for endpoint in case.study.endpoints)


def _of(case: Case, endpoint: Endpoint) -> Responders:
    answers = []
    for participant in case.infused:
        mine = [
            known
            for known in participant.responses
            if known.event.endpoint == endpoint.name and known.event.visit == endpoint.visit
        ]
        answers.append((participant.usubjid, mine[-1] if mine else None))
    judged = [known.event.met for _, known in answers if known is not None and known.event.met is not None]
    return Responders(endpoint, rate(sum(judged), len(judged)), len(answers) - len(judged), tuple(answers))
