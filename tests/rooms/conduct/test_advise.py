"""One decision asks the design once, and keeps what it said before the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pytest

from trials import on, study_of, study_with
from trialwright import designs, rules
from trialwright.conduct.advise import decide, explained, selected
from trialwright.designs import crm
from trialwright.testing.states import seen_after
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.seen import Design, Ints, Proposal, Seen


@dataclass
class Asked:
    """A design that counts how often it is asked for a proposal."""

    design: Design
    times: list[int] = field(default_factory=list)
    looks_at: Literal["counts"] = "counts"

    def propose(self, seen: Seen) -> Proposal:
        self.times.append(seen.batch)
        return self.design.propose(seen)

    def select(self, seen: Seen) -> Ints:
        return self.design.select(seen)

    def fits(self, levels: int) -> Sequence[Finding]:
        return self.design.fits(levels)


def test_the_design_is_asked_once_for_a_decision() -> None:
    study = study_of(rules=['name = "no_skipping"'])
    asked = Asked(study.design)
    decision = explained(replace(study, design=asked), seen_after("1NNN", 3), on=on(30))
    assert asked.times == [1]
    assert (decision.proposed, decision.dose_level) == (3, 2)


def test_what_is_explained_is_what_is_decided() -> None:
    study = study_of(rules=['name = "no_skipping"', 'name = "stop_at_n"\nn = 6'])
    for outcomes in ("1NNN", "1NNT", "1TTT", "1NNN 2NNN"):
        seen = seen_after(outcomes, 3)
        proposal, decision = decide(study, seen), explained(study, seen, on=on(30))
        assert decision.dose_level == int(proposal.dose_level[0])
        assert decision.proposed == int(study.design.propose(seen).dose_level[0])
        assert [reason.code for reason in decision.reasons] == [note.code for note in proposal.notes if note.where[0]]


class TestThePosteriorIsWorkedOutOnce:
    """A rule that judges the selection needs no second posterior of the same states."""

    def counted(self, monkeypatch: pytest.MonkeyPatch, posterior: str) -> int:
        stop = rules.build("stop_when_too_toxic", {"rate": 0.25, "confidence": 0.8, "posterior": posterior})
        design = designs.build("crm", {"target_toxicity_rate": 0.25, "skeleton": [0.08, 0.16, 0.25]})
        study = replace(study_with(design, levels=3, planned=6), rules=(stop,))
        seen = Seen.of_counts(np.array([[3, 3, 0], [3, 0, 0]]), np.array([[0, 2, 0], [3, 0, 0]]), np.array([2, 1]))
        plain, calls = selected(study, seen), []
        asked = crm.Crm._posterior

        def spied(self: crm.Crm, seen: Seen) -> object:
            calls.append(seen)
            return asked(self, seen)

        monkeypatch.setattr(crm.Crm, "_posterior", spied)
        assert selected(study, seen).tolist() == plain.tolist()
        once = len(calls)
        proposed = decide(study, seen)
        calls.clear()
        assert selected(study, seen, proposed=proposed).tolist() == plain.tolist()
        assert not calls
        return once

    @pytest.mark.parametrize("posterior", ["beta", "design"])
    def test_once(self, monkeypatch: pytest.MonkeyPatch, posterior: str) -> None:
        assert self.counted(monkeypatch, posterior) == 1
