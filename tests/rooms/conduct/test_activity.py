"""Who counts as active, who as not, and who as neither; and what a design makes of those who are not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trials import on, state_of
from trialwright import designs
from trialwright.conduct import advise, everyone, seen_after, snapshot
from trialwright.designs import efftox
from trialwright.protocol import Study
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.events import (
    AdverseEventReported,
    AssessmentRecorded,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
    ResponseAssessed,
)
from trialwright.vocabulary.seen import People, Seen
from with_activity import BOIN12, BY_CHANGE, EFFTOX, WAGES_TAIT, study_with_activity

DESIGNS = {"boin12": BOIN12, "wages_tait": WAGES_TAIT, "efftox": EFFTOX}
ITEMS = {"proteinuria": True, "rash": True}


def treated(who: str = "P-1", *, day: int = 1, level: int = 1) -> tuple[Event, Event]:
    return (
        ParticipantEnrolled(usubjid=who, on=on(day), dose_level=level),
        InfusionGiven(usubjid=who, on=on(day), dose_given=float(2 ** (level - 1))),
    )


def answered(met: bool | None, *, who: str = "P-1", day: int = 29, visit: str = "Week 4") -> Event:
    return ResponseAssessed(usubjid=who, on=on(day), endpoint="better", visit=visit, met=met)


def toxic(who: str = "P-1", *, day: int = 3) -> Event:
    return AdverseEventReported(usubjid=who, ae=f"AE-{who}", term="fever", on=on(day), grade=3, related=True)


def observed(study: Study, *events: Event, day: int = 60) -> tuple[bool | None, bool]:
    one = everyone(study, state_of(study, *events), on=on(day))[0]
    return one.active, one.activity_awaited


class TestByEndpoint:
    STUDY = study_with_activity()

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ((), (None, True)),  # nothing recorded: not known, and still to come
            ((answered(True),), (True, False)),
            ((answered(False),), (False, False)),
            ((answered(None),), (None, False)),  # declared not assessable: not known for good, and not "no"
            ((answered(False), answered(True)), (True, False)),  # the last recorded
            ((answered(True, visit="Baseline"),), (None, True)),  # another visit
            ((FollowUpEnded(usubjid="P-1", on=on(20), completed=False),), (None, False)),
            ((answered(True), FollowUpEnded(usubjid="P-1", on=on(40), completed=True)), (True, False)),
        ],
    )
    def test_yes_no_and_not_known(self, events: tuple[Event, ...], expected: tuple[bool | None, bool]) -> None:
        assert observed(self.STUDY, *treated(), *events) == expected

    def test_a_trial_that_does_not_observe_activity_awaits_none(self) -> None:
        study = study_with_activity(section="", design='name = "boin"\ntarget_toxicity_rate = 0.25')
        assert observed(study, *treated()) == (None, False)
        assert snapshot(study, state_of(study, *treated()), on=on(60)).n_active is None


def score(visit: str, *, day: int, **items: bool | None) -> Event:
    return AssessmentRecorded(usubjid="P-1", on=on(day), visit=visit, instrument="sledai-2k", items=items)


def every_item(study: Study, value: bool | None, **others: bool | None) -> dict[str, bool | None]:
    instrument = study.instrument("sledai-2k")
    assert instrument is not None
    items = [point.item for point in instrument.score({}).points]
    return {**dict.fromkeys(items, value), **others}


class TestByChange:
    STUDY = study_with_activity(section=BY_CHANGE)

    def change(self, before: dict[str, Any], after: dict[str, Any], *, day: int = 30, visit: str = "Week 4") -> Any:
        baseline = score("Baseline", day=1, **every_item(self.STUDY, False, **before))
        later = score(visit, day=day, **every_item(self.STUDY, False, **after))
        return observed(self.STUDY, *treated(), baseline, later)[0]

    def test_a_fall_of_four_is_activity_and_of_three_is_not(self) -> None:
        assert self.change({"proteinuria": True}, {}) is True  # 4 to 0
        assert self.change({"rash": True}, {}) is False  # 2 to 0
        assert self.change({}, {}) is False

    def test_only_the_visit_and_its_days_count(self) -> None:
        assert self.change({"proteinuria": True}, {}, day=20) is None  # day 19 of the infusion
        assert self.change({"proteinuria": True}, {}, day=21) is True
        assert self.change({"proteinuria": True}, {}, day=42) is None
        assert self.change({"proteinuria": True}, {}, visit="Unscheduled") is None

    def test_an_item_not_assessed_matters_only_where_it_could(self) -> None:
        assert self.change({"proteinuria": True}, {"rash": None}) is None  # 0 or 2 now: a fall of 4 or of 2
        assert self.change({"proteinuria": True, "rash": True}, {"rash": None}) is True  # a fall of 6 or of 4
        assert self.change({"rash": True}, {"rash": None}) is False  # a fall of 2 or of 0

    def test_without_a_baseline_nothing_is_known(self) -> None:
        later = score("Week 4", day=30, **every_item(self.STUDY, False))
        assert observed(self.STUDY, *treated(), later) == (None, True)


class TestWhatADesignSees:
    STUDY = study_with_activity()

    def test_each_is_counted_for_what_is_known(self) -> None:
        people = [event for place in range(1, 5) for event in treated(f"P-{place}", day=place)]
        events = [*people, toxic("P-1", day=5), toxic("P-2", day=6)]
        answers = [answered(True, who="P-1", day=30), answered(False, who="P-3", day=30)]
        seen = snapshot(self.STUDY, state_of(self.STUDY, *events, *answers), on=on(60))
        counts = {name: int(getattr(seen, name)[0, 0]) for name in ("n", "n_dlt", "n_pending", "n_active", "n_both")}
        assert counts == {"n": 4, "n_dlt": 2, "n_pending": 0, "n_active": 1, "n_both": 1}
        assert (int(seen.judged[0, 0]), int(seen.judged_with_dlt[0, 0])) == (2, 1)

    def test_the_decision_shows_activity_by_level(self) -> None:
        decision = advise(self.STUDY, state_of(self.STUDY, *treated(), answered(True)), on=on(60))
        assert [(level.n_active, level.n_judged) for level in decision.levels] == [(1, 1), (0, 0), (0, 0)]

    def test_activity_before_the_window_is_over_waits_for_it(self) -> None:
        seen = snapshot(self.STUDY, state_of(self.STUDY, *treated(), answered(True, day=5)), on=on(6))
        assert (int(seen.n[0, 0]), int(seen.judged[0, 0])) == (0, 0)


def half_known(*, n: int, n_dlt: int, level: int = 2, judged: int = 0, active: int = 0) -> Seen:
    """``n`` settled at one level, the first ``judged`` of them with known activity; the DLTs come last."""
    place = np.arange(n)[None, :]
    settled = People.settled(np.full((1, n), level), place >= n - n_dlt)
    people = People(
        **{name: getattr(settled, name) for name in People.__slots__ if name not in ("active", "judged")},
        active=place < active,
        judged=place < judged,
    )
    return Seen.of_people(people, levels=3, start_level=1, cohort_size=3)


@pytest.mark.parametrize("name", DESIGNS)
class TestNotKnownIsNotNo:
    def design(self, name: str) -> Any:
        return study_with_activity(design=DESIGNS[name]).design

    def test_nobody_known_is_no_reason_to_go_up(self, name: str) -> None:
        proposal = self.design(name).propose(half_known(n=3, n_dlt=0))
        assert proposal.dose_level[0] == 2 or (name == "efftox" and proposal.dose_level[0] in (1, 2))
        assert any(note.code.endswith("judged") for note in proposal.notes if note.where[0])

    def test_dlts_count_before_activity_is_known(self, name: str) -> None:
        assert self.design(name).propose(half_known(n=6, n_dlt=6)).dose_level[0] < 2
        assert self.design(name).propose(half_known(n=6, n_dlt=6, level=1)).dose_level[0] == 0

    def test_a_level_with_nobody_known_is_not_selected(self, name: str) -> None:
        assert self.design(name).select(half_known(n=6, n_dlt=0))[0] == 0
        assert self.design(name).select(half_known(n=6, n_dlt=0, judged=5, active=5))[0] == 2

    def test_the_unknown_are_not_inactive(self, name: str) -> None:
        known = self.design(name).propose(half_known(n=9, n_dlt=0, judged=3, active=3)).evidence
        inactive = self.design(name).propose(half_known(n=9, n_dlt=0, judged=9, active=3)).evidence
        key = {"boin12": "desirability", "wages_tait": "activity", "efftox": "activity"}[name]
        assert known[key][0, 1] > inactive[key][0, 1]


class TestOutcomesInLetters:
    def test_four_letters_for_a_design_with_activity(self) -> None:
        seen = seen_after("1NTEB 2ep", levels=3, start_level=1, activity=True)
        assert seen.n.tolist() == [[4, 1, 0]]
        assert seen.n_pending.tolist() == [[0, 1, 0]]
        counts = (seen.n_dlt, seen.activity, seen.activity_with_dlt, seen.judged)
        assert [count[0, 0] for count in counts] == [2, 2, 1, 4]

    def test_letters_that_do_not_go_with_the_design_are_all_named(self) -> None:
        with pytest.raises(ParameterError) as caught:
            seen_after("1NNE 2NTB 3NNT 4N", levels=3, start_level=1)
        assert [finding.place for finding in caught.value.findings] == ["group 1", "group 2", "group 4"]
        assert "looks at DLTs alone" in str(caught.value)
        with pytest.raises(ParameterError, match="N, T, E, B or P"):
            seen_after("1NX", levels=3, start_level=1, activity=True)


def test_efftox_gives_the_unknown_the_likelihood_of_their_dlts() -> None:
    """Three spared at level 2 whose activity is unknown lower the DLT rate, and leave activity to the association."""
    design = designs.build("efftox", efftox.PUBLISHED[0].parameters)
    n, zero = [0, 3, 0, 0, 0], [0, 0, 0, 0, 0]
    counts = {"n_active": zero, "n_both": zero}
    unknown = Seen.of_counts(n, zero, 2, **counts)
    before, after = Seen.of_counts(zero, zero, 2, **counts), People.settled(np.full((1, 3), 2), np.zeros((1, 3), bool))
    told = People(
        **{name: getattr(after, name) for name in People.__slots__ if name not in ("active", "judged")},
        active=np.zeros((1, 3), bool),
        judged=np.zeros((1, 3), bool),
    )
    seen = Seen.of_people(told, levels=5, start_level=1, cohort_size=3)
    prior, late, inactive = (design.propose(one).evidence or {} for one in (before, seen, unknown))
    assert (late["toxicity"][0] < prior["toxicity"][0]).all()
    np.testing.assert_allclose(late["activity"], prior["activity"], atol=1e-9)
    assert (inactive["activity"][0] < prior["activity"][0] - 0.001).all()
