"""One decision asks the design once, and keeps what it said before the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from trials import on, study_of
from trialwright.conduct.advise import decide, explained
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
