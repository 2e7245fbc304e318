"""Every design keeps the contract, because it is registered; and the contract notices who does not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pytest

from trialwright import designs, rules
from trialwright.numerics.boin_boundaries import deescalate_if_at_least
from trialwright.testing.designs import (
    DESIGN_CHECKS,
    breaks,
    broken_by,
    check_design,
    instances,
    published_decisions_are_repeated,
)
from trialwright.testing.states import seen_after
from trialwright.vocabulary.errors import Finding, NotFound, ParameterError
from trialwright.vocabulary.seen import Design, Ints, Note, Proposal, Seen
from trialwright.vocabulary.words import Text

STAY = Text(en="Stay at level {level}.", fr="Rester au palier {level}.")


@pytest.mark.parametrize("name", designs.available())
class TestEveryDesign:
    @pytest.mark.parametrize("check", DESIGN_CHECKS, ids=lambda check: check.__name__)
    def test_keeps_its_promise(self, name: str, check: Callable[[Design, int], None]) -> None:
        if check.__name__ in breaks(name):
            pytest.skip("declared broken as published; see the next test")
        for design, levels in instances(name, None):
            check(design, levels)

    def test_a_promise_declared_broken_is_broken_and_its_page_says_so(self, name: str) -> None:
        """Nobody is let off a promise that could be kept (decisions/0006)."""
        declared = [check for check in DESIGN_CHECKS if check.__name__ in breaks(name)]
        assert len(declared) == len(breaks(name))
        for check in declared:
            assert any(broken_by(check, design, levels) for design, levels in instances(name, None))
            assert "One more DLT can" in (designs.module(name).__doc__ or "")

    def test_repeats_what_was_published(self, name: str) -> None:
        published_decisions_are_repeated(name)

    def test_says_what_it_is_and_when_to_choose_it(self, name: str) -> None:
        docstring = designs.module(name).__doc__ or ""
        for chapter in ("Rule in words.", "Formula.", "Reference.", "Choose it", "Not "):
            assert chapter in docstring

    def test_has_its_chapters_in_order(self, name: str) -> None:
        source = inspect.getsource(designs.module(name))
        chapters = ("def __post_init__", "def propose", "def select", "\nPUBLISHED", "\nDESIGN")
        places = [source.index(chapter) for chapter in chapters]
        assert places == sorted(places)


OTHERS = [
    designs.build("crm", {"target_toxicity_rate": 0.2, "skeleton": (0.06, 0.12, 0.2), "method": "likelihood"}),
    designs.build("crm", {"target_toxicity_rate": 0.2, "skeleton": (0.06, 0.12, 0.2), "prior_sd": 3.0}),
    designs.build(
        "crm",
        {
            "target_toxicity_rate": 0.3,
            "skeleton": (0.1, 0.2, 0.35),
            "model": "logistic",
            "method": "likelihood",
            "select_among": "tried",
        },
    ),
    designs.build("tite_crm", {"target_toxicity_rate": 0.2, "skeleton": (0.06, 0.12, 0.2), "weights": "adaptive"}),
    designs.build("tite_crm", {"target_toxicity_rate": 0.2, "skeleton": (0.06, 0.12, 0.2), "method": "likelihood"}),
    designs.build(
        "tite_crm",
        {
            "target_toxicity_rate": 0.3,
            "skeleton": (0.1, 0.2, 0.35),
            "model": "logistic",
            "weights": "adaptive",
            "method": "likelihood",
        },
    ),
    designs.build("fixed_blocks", {"levels": (1, 2, 1, 3), "sizes": (4, 6, 3, 5), "safety_rate": 0.3}),
    designs.build("fixed_blocks", {"levels": (3, 1), "sizes": (5, 10), "safety_rate": 0.2, "safety_confidence": 0.6}),
    designs.build("boin", {"target_toxicity_rate": 0.2, "p_saf": 0.1, "p_tox": 0.42, "bound_selection": True}),
    designs.build("boin", {"target_toxicity_rate": 0.4, "p_tox": 0.6, "elimination_confidence": 0.8}),
    designs.build("tite_boin", {"target_toxicity_rate": 0.2, "p_saf": 0.1, "max_pending": 0.9}),
    designs.build("tite_boin", {"target_toxicity_rate": 0.3, "extra_safe": True, "offset": 0.3, "max_pending": 0.2}),
    designs.build(
        "tite_boin", {"target_toxicity_rate": 0.4, "p_tox": 0.6, "bound_selection": True, "estimate": "imputed"}
    ),
    designs.build("mtpi", {"target_toxicity_rate": 0.2, "exclusion_confidence": 0.6}),
    designs.build("mtpi", {"target_toxicity_rate": 0.2, "exclusion_confidence": 0.6, "leave_excluded": True}),
    designs.build("mtpi2", {"target_toxicity_rate": 0.3, "margin_below": 0.03, "exclusion_confidence": 0.5}),
    designs.build("keyboard", {"target_toxicity_rate": 0.3, "elimination_n": 3, "elimination_confidence": 0.7}),
    designs.build("i3_plus_3", {"target_toxicity_rate": 0.2, "margin_below": 0.1, "elimination_confidence": 0.6}),
    designs.build("tpi", {"target_toxicity_rate": 0.3, "prior_a": 1, "prior_b": 1, "exclusion_confidence": 0.5}),
    designs.build(
        "wages_tait",
        {
            "toxicity_limit": 0.25,
            "activity_limit": 0.4,
            "skeleton": (0.05, 0.15, 0.3),
            "activity_skeletons": ((0.2, 0.4, 0.6), (0.4, 0.6, 0.6), (0.6, 0.4, 0.2)),
            "model_weights": (2, 1, 1),
            "confidence": 0.6,
        },
    ),
    designs.build("boin12", {"toxicity_limit": 0.25, "activity_limit": 0.5, "activity_confidence": 0.5}),
    designs.build(
        "efftox",
        {
            "doses": (1, 2, 4),
            "toxicity_limit": 0.35,
            "activity_limit": 0.3,
            "hinge_activity": 0.2,
            "hinge_dlt": 0.7,
            "hinge_both": (0.5, 0.2),
            "prior_dlt_intercept": (-1.5, 1.0),
            "prior_dlt_slope": (1.0, 0.5),
            "prior_activity_intercept": (0, 1),
            "prior_activity_slope": (0.5, 1),
            "prior_association": (0.5, 0.5),
        },
    ),
    designs.build("boin12", {"toxicity_limit": 0.4, "activity_limit": 0.1, "toxicity_confidence": 0.6, "stay_from": 3}),
]


@pytest.mark.parametrize("design", OTHERS, ids=range(len(OTHERS)))
def test_other_parameters_keep_the_promises_too(design: Design) -> None:
    check_design(design, levels=3)


@dataclass(frozen=True)
class Sound:
    """A design that stays where it is; the broken ones below differ in one thing each."""

    looks_at: Literal["counts"] = "counts"
    _params: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.looks_at, str):
            raise ParameterError("no", [Finding("looks_at", 0, "bad"), Finding("_params", 0, "bad")])

    def fits(self, levels: int) -> Sequence[Finding]:
        return ()

    def propose(self, seen: Seen) -> Proposal:
        everywhere = np.ones(seen.batch, np.bool_)
        return Proposal.of_level(
            seen.current.copy(), notes=[Note("stay", STAY, everywhere, {"level": seen.current.copy()})]
        )

    def select(self, seen: Seen) -> Ints:
        return np.ones(seen.batch, np.int64)


class Chases(Sound):
    def propose(self, seen: Seen) -> Proposal:
        proposal = super().propose(seen)
        return replace(proposal, dose_level=np.clip(1 + seen.n_dlt.sum(axis=1), 1, seen.levels))


class BeyondTheTop(Sound):
    def propose(self, seen: Seen) -> Proposal:
        return replace(super().propose(seen), dose_level=seen.current + 1)


class StopsAtALevel(Sound):
    def propose(self, seen: Seen) -> Proposal:
        return replace(super().propose(seen), stop=np.ones(seen.batch, np.bool_))


class Silent(Sound):
    def propose(self, seen: Seen) -> Proposal:
        return replace(super().propose(seen), notes=())


class English(Sound):
    def propose(self, seen: Seen) -> Proposal:
        (note,) = super().propose(seen).notes
        return replace(super().propose(seen), notes=(replace(note, text=Text(en="Stay.", fr="Stay.")),))


class Unfillable(Sound):
    def propose(self, seen: Seen) -> Proposal:
        (note,) = super().propose(seen).notes
        return replace(super().propose(seen), notes=(replace(note, values={}),))


class LooksAtTheBatch(Sound):
    def propose(self, seen: Seen) -> Proposal:
        return replace(super().propose(seen), dose_level=np.minimum(seen.current, 1 + (seen.batch == 1)))


class Scribbles(Sound):
    def propose(self, seen: Seen) -> Proposal:
        seen.n[:] = 0
        return super().propose(seen)


class Careless(Sound):
    def __post_init__(self) -> None:
        pass


class SelectsTheWorst(Sound):
    def select(self, seen: Seen) -> Ints:
        return np.where(seen.n_dlt.sum(axis=1) > 2, seen.levels, 1)


class WithActivity(Sound):
    """A sound design that looks at activity: it stays, and toxicity closes nothing."""

    def __init__(self) -> None:
        super().__init__("counts with activity")  # type: ignore[arg-type]

    def propose(self, seen: Seen) -> Proposal:
        assert seen.activity.shape == seen.n.shape
        evidence = {"tolerable": np.ones(seen.n.shape), "ceiling": seen.current.astype(float)}
        return replace(super().propose(seen), evidence=evidence)

    def select(self, seen: Seen) -> Ints:
        assert seen.activity.shape == seen.n.shape
        return super().select(seen)


class OpensByDlts(WithActivity):
    def propose(self, seen: Seen) -> Proposal:
        evidence = {"tolerable": np.where(seen.n_dlt >= 0, 1.0, 0.0), "ceiling": 3.0 + seen.n_dlt.sum(axis=1)}
        return replace(super().propose(seen), evidence=evidence)


class AboveItsCeiling(WithActivity):
    def propose(self, seen: Seen) -> Proposal:
        evidence = {"tolerable": np.ones(seen.n.shape), "ceiling": np.zeros(seen.batch)}
        return replace(super().propose(seen), evidence=evidence)


class SelectsAClosedLevel(WithActivity):
    def propose(self, seen: Seen) -> Proposal:
        tolerable = np.zeros(seen.n.shape)
        stopped = Proposal.of_level(np.zeros(seen.batch, np.int64), notes=super().propose(seen).notes)
        return replace(stopped, evidence={"tolerable": tolerable, "ceiling": np.zeros(seen.batch)})


class DoesWithout(WithActivity):
    def select(self, seen: Seen) -> Ints:
        return np.ones(seen.batch, np.int64)


class AsksForActivity(Sound):
    def select(self, seen: Seen) -> Ints:
        return np.minimum(seen.activity[:, 0], 1)


class TestTheContractNotices:
    def test_nothing_about_a_sound_design_that_looks_at_activity(self) -> None:
        for check in DESIGN_CHECKS[:-1]:  # its constructor takes no parameters that could be nonsense
            check(WithActivity(), 3)

    def test_nothing_about_a_sound_design(self) -> None:
        check_design(Sound(), levels=3)

    @pytest.mark.parametrize(
        ("broken", "promise"),
        [
            (Chases, "raised the dose"),
            (BeyondTheTop, "is a level or 0"),
            (StopsAtALevel, "stop and level 0 go together"),
            (Silent, "no reason is given"),
            (English, "every language"),
            (Unfillable, "level"),
            (LooksAtTheBatch, "the same dose_level"),
            (Scribbles, "left as it was given"),
            (Careless, "refused"),
            (SelectsTheWorst, "raised the selection"),
            (OpensByDlts, "raised the ceiling"),
            (AboveItsCeiling, "above the ceiling"),
            (SelectsAClosedLevel, "closed for toxicity"),
            (DoesWithout, "a trial without activity is refused"),
            (AsksForActivity, "no activity is observed"),
        ],
        ids=lambda value: value.__name__ if isinstance(value, type) else "",
    )
    def test_a_broken_one(self, broken: type[Sound], promise: str) -> None:
        with pytest.raises(ExceptionGroup) as caught:
            check_design(broken(), levels=3)
        assert any(promise in str(error) for error in caught.value.exceptions)
        assert all(getattr(error, "__notes__", None) for error in caught.value.exceptions)


# Found, not listed: whoever takes one step by the counts at the current level does so with vocabulary/stepwise.
STEPS = {"step", "step_to_strongest"}
STEPWISE = [name for name in designs.available() if STEPS & set(vars(designs.module(name)))]


def test_the_stepwise_designs_are_found() -> None:
    assert {"boin", "i3_plus_3", "keyboard", "mtpi", "mtpi2", "tite_boin", "tpi"} <= set(STEPWISE)


@pytest.mark.parametrize("target", [0.1, 0.2, 0.25, 0.33, 0.5])
@pytest.mark.parametrize("name", STEPWISE)
def test_one_more_dlt_never_raises_the_next_level_for_any_count_up_to_forty(name: str, target: float) -> None:
    published = designs.module(name).PUBLISHED[0].parameters
    design = designs.build(name, {**published, "target_toxicity_rate": target})
    pairs = np.array([(n, y) for n in range(1, 41) for y in range(n + 1)])
    n, n_dlt = np.zeros((2, len(pairs), 3), np.int64)
    n[:, 1], n_dlt[:, 1] = pairs.T
    level = design.propose(Seen.of_counts(n, n_dlt, np.full(len(pairs), 2))).dose_level
    same_n = np.diff(pairs[:, 0]) == 0
    assert (np.diff(level)[same_n] <= 0).all()


class TestTheRegistry:
    def test_knows_the_designs_by_their_file_names(self) -> None:
        assert {"crm", "three_plus_three", "fixed_blocks"} <= set(designs.available())

    def test_says_what_is_near_an_unknown_name(self) -> None:
        with pytest.raises(NotFound, match="did you mean three_plus_three"):
            designs.build("three_plus_thre", {})

    @pytest.mark.parametrize(
        ("name", "parameters", "places"),
        [
            (
                "crm",
                {"target_toxicity_rate": 1.2, "skeleton": [0.2, 0.1], "prior_sd": 0, "model": "cubic", "scale": 1},
                {"scale", "target_toxicity_rate", "skeleton", "prior_sd", "model"},
            ),
            ("crm", {}, {"target_toxicity_rate", "skeleton"}),
            (
                "crm",
                {"target_toxicity_rate": float("nan"), "skeleton": [0.0, 0.5]},
                {"target_toxicity_rate", "skeleton"},
            ),
            (
                "tite_crm",
                {"target_toxicity_rate": 0, "skeleton": [0.2, 0.1], "weights": "late", "method": 3, "prior_sd": -1},
                {"target_toxicity_rate", "skeleton", "weights", "method", "prior_sd"},
            ),
            (
                "crm",
                {"target_toxicity_rate": 0.2, "skeleton": [0.2, 0.97], "model": "logistic"},
                {"skeleton"},
            ),
            (
                "crm",
                {
                    "target_toxicity_rate": 0.2,
                    "skeleton": [0.1, 0.2],
                    "model": "two-parameter",
                    "method": "likelihood",
                },
                {"estimate", "method"},
            ),
            (
                "crm",
                {
                    "target_toxicity_rate": 0.2,
                    "skeleton": [0.1, 0.2],
                    "model": "logistic-gamma",
                    "prior_shape": 0,
                    "intercept_sd": -1,
                },
                {"prior_shape", "intercept_sd"},
            ),
            (
                "blrm",
                {
                    "doses": [2, 1],
                    "reference_dose": 0,
                    "prior_mean": [1],
                    "prior_sd": [1, 0],
                    "prior_correlation": 1,
                    "slope": "steep",
                    "target_interval": [0.3, 0.2],
                    "max_overdose_probability": 1.5,
                },
                {
                    "doses",
                    "reference_dose",
                    "prior_mean",
                    "prior_sd",
                    "prior_correlation",
                    "slope",
                    "target_interval",
                    "max_overdose_probability",
                },
            ),
            ("three_plus_three", {"allow_deescalate": "yes"}, {"allow_deescalate"}),
            (
                "fixed_blocks",
                {"levels": [0], "sizes": [6, 7], "safety_rate": 2, "safety_confidence": 0},
                {"levels", "safety_rate", "safety_confidence"},
            ),
            ("fixed_blocks", {"levels": [1, 2], "sizes": [6]}, {"sizes"}),
            (
                "boin",
                {"target_toxicity_rate": 0.3, "p_saf": 0.3, "p_tox": 0.2, "offset": 0.95, "extra_safe": 1},
                {"p_saf", "p_tox", "offset", "extra_safe"},
            ),
            ("boin", {"target_toxicity_rate": 0.8}, {"p_tox"}),
            ("tite_boin", {"target_toxicity_rate": 0.3, "p_saf": 0.4, "max_pending": 1}, {"p_saf", "max_pending"}),
            (
                "wages_tait",
                {
                    "toxicity_limit": 1,
                    "activity_limit": 0,
                    "skeleton": [0.2, 0.1],
                    "activity_skeletons": [[0.2, 0.3], [0.2]],
                    "model_weights": [1.0],
                },
                {"toxicity_limit", "activity_limit", "skeleton", "activity_skeletons", "model_weights"},
            ),
            (
                "wages_tait",
                {
                    "toxicity_limit": 0.3,
                    "activity_limit": 0.2,
                    "skeleton": [0.1, 0.2],
                    "activity_skeletons": [0.1, 0.2],
                    "model_weights": [0, 1],
                    "confidence": 2,
                    "prior_sd": 0,
                },
                {"activity_skeletons", "model_weights", "confidence", "prior_sd"},
            ),
            (
                "boin12",
                {"toxicity_limit": 0.8, "activity_limit": 0, "score_both": 101, "stay_from": 0, "prior_a": 0},
                {"toxicity_limit", "activity_limit", "score_both", "stay_from", "prior_a"},
            ),
            (
                "efftox",
                {
                    "doses": [2, 1],
                    "toxicity_limit": 0,
                    "activity_limit": 1,
                    "hinge_activity": 0.5,
                    "hinge_dlt": 0.6,
                    "hinge_both": [0.4, 0.3],
                    "prior_dlt_intercept": [0, 0],
                    "prior_dlt_slope": 1,
                    "prior_activity_intercept": [0, 11],
                    "prior_activity_slope": [0, 1, 2],
                    "least_probability_safe": 2,
                },
                {
                    "doses",
                    "toxicity_limit",
                    "activity_limit",
                    "hinge_both",
                    "prior_dlt_intercept",
                    "prior_dlt_slope",
                    "prior_activity_intercept",
                    "prior_activity_slope",
                    "least_probability_safe",
                },
            ),
            ("mtpi", {"target_toxicity_rate": 0.2, "margin_below": 0.2}, {"margin_below"}),
            ("mtpi2", {"target_toxicity_rate": 0.2, "margin_above": 0.8, "prior_a": 0}, {"margin_above", "prior_a"}),
            ("keyboard", {"target_toxicity_rate": 0.2, "elimination_n": 0}, {"elimination_n"}),
            ("i3_plus_3", {"target_toxicity_rate": 0.2, "margin_below": 0.2}, {"margin_below"}),
            (
                "tpi",
                {"target_toxicity_rate": 0.2, "sds_above": 0, "leave_excluded": "no"},
                {"sds_above", "leave_excluded"},
            ),
        ],
    )
    def test_bad_parameters_are_all_named(self, name: str, parameters: dict[str, Any], places: set[str]) -> None:
        with pytest.raises(ParameterError) as caught:
            designs.build(name, parameters)
        assert {finding.place for finding in caught.value.findings} == places

    def test_levels_that_do_not_fit_are_named(self) -> None:
        crm = designs.build("crm", {"target_toxicity_rate": 0.2, "skeleton": [0.1, 0.2, 0.3]})
        assert [finding.place for finding in crm.fits(4)] == ["skeleton"]
        rows = {"skeleton": [0.1, 0.2], "activity_skeletons": [[0.1, 0.2, 0.3]]}
        wages_tait = designs.build("wages_tait", {"toxicity_limit": 0.3, "activity_limit": 0.2, **rows})
        assert [finding.place for finding in wages_tait.fits(4)] == ["skeleton", "activity_skeletons"]
        efftox = instances("efftox", None)[0][0]
        assert [finding.place for finding in efftox.fits(4)] == ["doses"]
        blocks = designs.build("fixed_blocks", {"levels": [1, 3], "sizes": [3, 3]})
        assert [finding.place for finding in blocks.fits(2)] == ["levels"]


class TestWhatTheDesignsSay:
    def test_crm_in_both_languages(self) -> None:
        crm = designs.build("crm", {"target_toxicity_rate": 0.2, "skeleton": [0.06, 0.12, 0.2]})
        (note, *_) = [note for note in crm.propose(seen_after("1NNN", 3)).notes if note.where[0]]
        english, french = (note.text.said(language, **note.said_of(0)) for language in ("en", "fr"))
        assert english == (
            "Level 3 has the estimated DLT rate nearest to the target of 20.0%: 6.4% (plug-in: the curve at the "
            "mean of beta; the posterior mean, shown in tables, is 14.3%)."
        )
        assert french.startswith("Le palier 3 a le taux de DLT estimé le plus proche de la cible de 20,0")

    @pytest.mark.parametrize(
        ("slope", "mean", "n", "n_dlt", "levels"),
        [
            ("normal", 1.0, [0, 0, 0, 0, 3, 16], ([0] * 6, [0] * 5 + [1]), [1, 6]),
            ("log-normal", 0.1, [0, 0, 6, 8, 0], ([0] * 5, [0, 0, 1, 0, 0]), [4, 5]),
        ],
    )
    def test_blrm_may_rise_on_a_dlt_and_says_so(
        self, slope: str, mean: float, n: list[int], n_dlt: tuple[list[int], list[int]], levels: list[int]
    ) -> None:
        """The published rule is not monotone in the DLTs; the warning on its page stands for these two states."""
        doses = {5: [10, 20, 50, 100, 200], 6: [1, 2.5, 5, 10, 20, 30]}[len(n)]
        blrm = designs.build(
            "blrm",
            {
                "doses": doses,
                "reference_dose": doses[3],
                "prior_mean": [-1.39, mean],
                "prior_sd": [1.5**0.5, 0.8],
                "prior_correlation": -0.3 / (1.5**0.5 * 0.8),
                "slope": slope,
                "target_interval": [0.2, 0.35],
            },
        )
        assert blrm.propose(Seen.of_counts([n, n], n_dlt, [3, 3])).dose_level.tolist() == levels
        assert "One more DLT can raise the recommended level" in (designs.module("blrm").__doc__ or "")

    def test_a_two_stage_crm_keeps_to_its_sequence_until_the_first_dlt(self) -> None:
        parameters = {"target_toxicity_rate": 0.25, "skeleton": [0.05, 0.12, 0.25, 0.4, 0.55]}
        one_stage = designs.build("crm", parameters)
        crm = designs.build("crm", {**parameters, "initial_sequence": [1, 1, 1, 2, 2, 2, 3, 3]})
        for outcomes, level in {"1N": 1, "1NNN": 2, "1NNN 2NNN 3N": 3}.items():
            proposal = crm.propose(seen_after(outcomes, 5))
            assert proposal.dose_level[0] == level
            assert [note.code for note in proposal.notes if note.where[0]] == ["crm.initial_sequence"]
        for outcomes in ("1NNT", "1NNN 2NNT", "1NNN 2NNN 3NN", "1NN 2N"):  # a DLT, a DLT, its end, off the sequence
            seen = seen_after(outcomes, 5)
            assert crm.propose(seen).dose_level[0] == one_stage.propose(seen).dose_level[0]
            said = [note.code for note in crm.propose(seen).notes if note.where[0]]
            assert ("crm.off_sequence" in said) == (outcomes == "1NN 2N")
        nobody = seen_after("1NNN", 5)
        pending = replace(nobody, n=np.array([[2, 0, 0, 0, 0]]), n_pending=np.array([[1, 0, 0, 0, 0]]))
        assert crm.propose(pending).dose_level[0] == 1
        assert crm.propose(replace(nobody, n=pending.n * 0)).dose_level[0] == 1

    def test_an_incoherent_first_stage_is_refused(self) -> None:
        """references/dfcrm_cohere, case 009: after four without a DLT, one in the fifth would send the sixth up."""
        parameters = {"target_toxicity_rate": 0.25, "skeleton": [0.05, 0.12, 0.25, 0.4, 0.55]}
        with pytest.raises(ParameterError, match="a first DLT in participant 5 would raise the level"):
            designs.build("crm", {**parameters, "initial_sequence": [1] * 5 + [2] * 5})
        for wrong in ([2, 2, 3], [1, 3], [1, 2, 1], [1, 2, 3, 4, 5, 6], [0], 3):
            with pytest.raises(ParameterError, match="initial_sequence"):
                designs.build("crm", {**parameters, "initial_sequence": wrong})

    def test_three_plus_three_waits_for_its_cohort(self) -> None:
        design = designs.build("three_plus_three", {})
        seen = replace(seen_after("1NNN", 3), n=np.array([[2, 0, 0]]), n_pending=np.array([[1, 0, 0]]))
        proposal = design.propose(seen)
        assert (proposal.dose_level[0], proposal.wait[0], proposal.stop[0]) == (1, True, False)

    @pytest.mark.parametrize(("outcomes", "level"), [("1N", 1), ("1NNNN", 2), ("1NNNT", 1), ("1NTT", 0), ("1TT", 0)])
    def test_three_plus_three_answers_every_count(self, outcomes: str, level: int) -> None:
        design = designs.build("three_plus_three", {})
        assert design.propose(seen_after(outcomes, 3)).dose_level[0] == level

    def test_blocks_count_pending_participants_and_close_upwards(self) -> None:
        design = designs.build("fixed_blocks", {"levels": [1, 2], "sizes": [3, 3], "safety_rate": 0.25})
        seen = replace(seen_after("1NN", 2), n_pending=np.array([[1, 0]]))
        assert design.propose(seen).dose_level[0] == 2
        assert design.propose(seen_after("1TT", 2)).stop[0]
        assert design.select(seen_after("1NNN 2TTT", 2))[0] == 1

    def test_without_a_dlt_the_likelihood_alone_runs_to_the_top_and_no_skipping_holds_it(self) -> None:
        crm = designs.build(
            "crm", {"target_toxicity_rate": 0.2, "skeleton": [0.05, 0.1, 0.2, 0.3], "method": "likelihood"}
        )
        seen = seen_after("1NNN", 4)
        proposal = crm.propose(seen)
        assert [note.code for note in proposal.notes if note.where[0]] == ["crm.no_maximum", "crm.closest_to_target"]
        assert proposal.dose_level[0] == 4
        assert rules.build("no_skipping", {})(proposal, seen).dose_level[0] == 2
        assert crm.propose(seen_after("2TTT", 4)).dose_level[0] == 1
        assert crm.select(seen_after("1NNN", 4))[0] == 1

    def test_boin_in_both_languages(self) -> None:
        boin = designs.build("boin", {"target_toxicity_rate": 0.25})
        notes = [note for note in boin.propose(seen_after("1NNN 2TTT", 3)).notes if note.where[0]]
        assert [note.code for note in notes] == ["boin.de_escalate", "boin.closed"]
        english, french = (notes[1].text.said(language, **notes[1].said_of(0)) for language in ("en", "fr"))
        assert english == (
            "Level 2 and every level above are closed: 3 DLT in 3, and the probability that the DLT rate is above "
            "25.0% is 99.6% (threshold 95.0%)."
        )
        assert french.startswith("Le palier 2 et tous les paliers supérieurs sont fermés : 3 DLT sur 3")

    def test_extra_safe_names_the_threshold_it_used(self) -> None:
        boin = designs.build("boin", {"target_toxicity_rate": 0.3, "extra_safe": True, "offset": 0.2})
        (note,) = [note for note in boin.propose(seen_after("1NTT", 3)).notes if note.code == "boin.closed"]
        assert "threshold 75.0%" in note.text.said("en", **note.said_of(0))
        assert designs.build("boin", {"target_toxicity_rate": 0.3}).propose(seen_after("1NTT", 3)).dose_level[0] == 1

    def test_boin_stays_where_the_upper_boundary_times_n_is_a_whole_number(self) -> None:
        boin: Any = designs.build("boin", {"target_toxicity_rate": 0.4, "p_saf": 0.2, "p_tox": 0.6})
        assert boin.lambda_d == pytest.approx(0.5, abs=1e-15)
        assert deescalate_if_at_least(np.array([1, 2, 3, 4]), boin.lambda_d).tolist() == [1, 2, 2, 3]

    def test_mtpi_keeps_an_excluded_level_unless_told_to_leave_it(self) -> None:
        parameters = {"target_toxicity_rate": 0.33, "exclusion_confidence": 0.9}
        seen = seen_after("2NNNNNNTTTTTT", 3)
        kept = designs.build("mtpi", parameters).propose(seen)
        assert [note.code for note in kept.notes if note.where[0]] == ["mtpi.stay", "mtpi.closed", "mtpi.kept"]
        assert kept.dose_level[0] == 2
        left = designs.build("mtpi", {**parameters, "leave_excluded": True}).propose(seen)
        assert left.dose_level[0] == 1
        assert designs.build("mtpi", parameters).propose(seen_after("1NNNNNNTTTTTT", 3)).stop[0]
