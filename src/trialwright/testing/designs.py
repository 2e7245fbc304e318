"""What every design promises, as one named check per promise.

``check_design("crm")`` runs them all, with the parameters of every published decision; a design of one's own is passed
as it is: ``check_design(MyDesign(…), levels=4)``. The states it is asked about are drawn once and for all from a fixed
seed: trials of cohorts of three that wander over the levels, with pending and non-evaluable participants.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from trialwright import designs
from trialwright.designs import Published
from trialwright.testing.states import WINDOW, needs_activity, people_of, row_of, seen_after, seen_for, seen_of
from trialwright.vocabulary.errors import ParameterError, Refused
from trialwright.vocabulary.orders import order_of
from trialwright.vocabulary.seen import (
    NO_LEVEL,
    Bools,
    Design,
    Floats,
    Ints,
    Note,
    People,
    Posterior,
    Proposal,
    Seen,
)
from trialwright.vocabulary.words import LANGUAGES

SAME = 1e-9  # how far evidence computed in another batch may be away


def check_design(design: Design | str, *, levels: int | None = None) -> None:
    """Run every check on one design; an ExceptionGroup holds each promise that was broken."""
    broken: list[Exception] = []
    for built, count in instances(design, levels):
        for check in DESIGN_CHECKS:
            if check.__name__ not in breaks(design):
                broken += broken_by(check, built, count)
    if isinstance(design, str):
        broken += broken_by(published_decisions_are_repeated, design)
    if broken:
        raise ExceptionGroup(
            f"{design if isinstance(design, str) else type(design).__name__} breaks {len(broken)} promises", broken
        )


def breaks(design: Design | str) -> tuple[str, ...]:
    """The promises that a design says it breaks, because its publication does (decisions/0006)."""
    if isinstance(design, str):
        return tuple(getattr(designs.module(design), "BREAKS", ()))
    return tuple(getattr(sys.modules[type(design).__module__], "BREAKS", ()))


def broken_by(check: Callable[..., None], *arguments: Any) -> list[Exception]:
    """What a check raised, with the promise noted; nothing when it is kept."""
    try:
        check(*arguments)
    except Exception as error:
        error.add_note(f"promise: {check.__doc__}")
        return [error]
    return []


def instances(design: Design | str, levels: int | None) -> list[tuple[Design, int]]:
    """The designs to be asked, each with a number of dose levels."""
    if not isinstance(design, str):
        return [(design, 3 if levels is None else levels)]
    cases: tuple[Published, ...] = designs.module(design).PUBLISHED
    different = {repr((sorted(case.parameters.items()), case.levels)): case for case in cases}
    return [(designs.build(design, case.parameters), case.levels) for case in different.values()]


# The checks


def answers_are_in_range(design: Design, levels: int) -> None:
    """Levels lie between 0 and the number of dose levels, and every array has one entry per trial."""
    seen = seen_for(design, people_of(levels), levels=levels)
    proposal, selected = design.propose(seen), design.select(seen)
    for name, answer in {"dose_level": proposal.dose_level, "selected": selected}.items():
        promise(answer.shape == (seen.batch,), f"{name} has one entry per trial")
        promise(bool(((answer >= NO_LEVEL) & (answer <= levels)).all()), f"{name} is a level or 0")
    for name, flags in {"wait": proposal.wait, "stop": proposal.stop}.items():
        promise(flags.shape == (seen.batch,) and flags.dtype == np.bool_, f"{name} has one truth value per trial")
    promise(list(design.fits(levels)) == [], f"the design fits the {levels} levels it was given")


def a_stop_is_level_zero(design: Design, levels: int) -> None:
    """A stop has no level, no level is a stop, and a stop does not wait."""
    proposal = design.propose(seen_for(design, people_of(levels), levels=levels))
    stops_are_consistent(proposal)


def same_state_same_answer(design: Design, levels: int) -> None:
    """The same state gives the same answer, and the arrays it was given are untouched."""
    seen = seen_for(design, people_of(levels), levels=levels)
    before = copy.deepcopy(seen)
    first, second = design.propose(seen), design.propose(seen)
    for trial in range(seen.batch):
        _same_row(first, second, trial=trial, at=trial)
    promise(np.array_equal(design.select(seen), design.select(seen)), "the same selection twice")
    untouched(before, seen)


def one_trial_is_answered_as_in_a_batch(design: Design, levels: int) -> None:
    """A trial asked about alone gets the answer it gets among others."""
    seen = seen_for(design, people_of(levels), levels=levels)
    together, selected = design.propose(seen), design.select(seen)
    for trial in range(0, seen.batch, 7):
        alone = row_of(seen, trial)
        _same_row(design.propose(alone), together, trial=0, at=trial)
        promise(int(design.select(alone)[0]) == int(selected[trial]), f"trial {trial}: the same selection alone")


def a_selection_by_the_posterior_is_the_selection(design: Design, levels: int) -> None:
    """A design that offers ``select_by`` selects with the posterior of its own proposal what it selects by itself."""
    select_by = getattr(design, "select_by", None)
    if select_by is None:
        return
    seen = seen_for(design, people_of(levels), levels=levels)
    posterior = design.propose(seen).posterior
    if posterior is not None:
        promise(np.array_equal(select_by(seen, posterior), design.select(seen)), "the same selection by its posterior")


def more_dlts_never_raise_the_dose(design: Design, levels: int) -> None:
    """One more DLT at the current level never raises the proposal or the selection, nor undoes a stop for toxicity.

    Where the order of the levels is partial, to raise is to answer with one known to be above. Whenever in the window
    it came: a design that looks at participants sees the day. A design that looks at activity
    may leave a level that became less desirable for a higher one, and its stop may be for want of activity: it promises
    this of the levels that toxicity leaves open (see the next check) instead.
    """
    if needs_activity(design):
        return
    for day in (0, WINDOW // 2, WINDOW - 1):
        seen, worse, asked = one_more_dlt(design, levels, day=day)
        before, after = design.propose(seen), design.propose(worse)
        selected, selected_after = design.select(seen), design.select(worse)
        raised = asked & ~before.stop & ~after.stop & rose(design, after.dose_level, before=before.dose_level)
        promise(not raised.any(), f"more DLTs raised the dose in trials {_some(raised)}")
        revived = asked & before.stop & (selected == NO_LEVEL) & ~after.stop
        promise(not revived.any(), f"more DLTs undid a stop in trials {_some(revived)}")
        higher = asked & rose(design, selected_after, before=selected)
        promise(not higher.any(), f"more DLTs raised the selection in trials {_some(higher)}")


def rose(design: Design, level: Ints, *, before: Ints) -> Bools:
    """Where a level is above the one before, or there was none; known to be above, where the order is partial."""
    order = order_of(design)
    if order is None:
        return np.asarray(level > before, np.bool_)
    known = order.below[np.maximum(before, 1) - 1, np.maximum(level, 1) - 1] & (before > NO_LEVEL)
    return np.asarray((level > NO_LEVEL) & (known | (before == NO_LEVEL)), np.bool_)


def more_dlts_never_open_a_level(design: Design, levels: int) -> None:
    """Where activity counts too: toxicity alone sets a ceiling, which one more DLT at the current level never raises.

    The evidence names it twice: "tolerable" ``[B, D]``, 1 where toxicity leaves a level open, and "ceiling" ``[B]``,
    the highest level that may follow the current one (0: stop). No proposal and no selection lies outside.
    """
    if not needs_activity(design):
        return
    seen, worse, asked = one_more_dlt(design, levels)
    before, after = within_tolerable(design, seen), within_tolerable(design, worse)
    opened = asked & (after["tolerable"] > before["tolerable"]).any(axis=1)
    promise(not opened.any(), f"more DLTs opened a level in trials {_some(opened)}")
    raised = asked & (after["ceiling"] > before["ceiling"])
    promise(not raised.any(), f"more DLTs raised the ceiling in trials {_some(raised)}")


def within_tolerable(design: Design, seen: Seen) -> Mapping[str, Floats]:
    """The evidence of the design, once its proposal and selection are found inside what toxicity leaves open."""
    proposal = design.propose(seen)
    evidence = proposal.evidence or {}
    promise({"tolerable", "ceiling"} <= evidence.keys(), "the evidence holds tolerable and ceiling")
    above = ~proposal.stop & (proposal.dose_level > evidence["ceiling"])
    promise(not above.any(), f"the proposal lies above the ceiling in trials {_some(above)}")
    open_or_none = np.concatenate([np.ones((seen.batch, 1)), evidence["tolerable"]], axis=1) > 0
    for name, level in {"proposal": proposal.dose_level, "selection": design.select(seen)}.items():
        closed = ~open_or_none[np.arange(seen.batch), level]
        promise(not closed.any(), f"the {name} is a level closed for toxicity in trials {_some(closed)}")
    return evidence


def one_more_dlt(design: Design, levels: int, *, day: int = 0) -> tuple[Seen, Seen, Bools]:
    """Trials as they are, with a DLT more on a day in someone spared at the current level, and where there is one."""
    people = people_of(levels)
    seen = seen_for(design, people, levels=levels)
    spared = people.evaluable & people.complete & ~people.dlt & (people.dose_level == seen.current[:, None])
    first = spared & (spared.cumsum(axis=1) == 1)
    dlt_after = np.where(first, day, people.dlt_after)
    worse = replace(people, dlt=people.dlt | first, complete=people.complete & ~first, dlt_after=dlt_after)
    return seen, seen_for(design, worse, levels=levels), np.asarray(first.any(axis=1), np.bool_)


def activity_not_observed_is_refused(design: Design, levels: int) -> None:
    """A design that looks at activity refuses a trial without, and says the way out; the others never ask for it."""
    seen = seen_of(people_of(levels), levels)
    for ask in (design.propose, design.select):
        try:
            ask(seen)
        except Refused as refusal:
            promise(needs_activity(design), "only a design that looks at activity refuses a trial without")
            promise("looks at DLTs alone" in str(refusal), "the refusal names the way out")
        else:
            promise(not needs_activity(design), "a trial without activity is refused")


def every_decision_has_its_reason(design: Design, levels: int) -> None:
    """Every trial gets at least one reason, and each can be said in every language of the trial."""
    seen = seen_for(design, people_of(levels), levels=levels)
    proposal = design.propose(seen)
    said = np.zeros(seen.batch, np.bool_)
    for note in proposal.notes:
        sayable(note, seen.batch)
        said |= note.where
    promise(bool(said.all()), f"no reason is given in trials {_some(~said)}")


def the_posterior_is_one(design: Design, levels: int) -> None:
    """Where there is a posterior, its mean, quantiles and exceedances have a place for every level and agree."""
    seen = row_of(seen_for(design, people_of(levels), levels=levels), 5)
    believed = design.propose(seen).posterior
    if believed is None:
        return
    promise(isinstance(believed, Posterior), "the posterior has mean, quantile and exceedance")
    lower, median, upper = (believed.quantile(share) for share in (0.05, 0.5, 0.95))
    shapes = {lower.shape, median.shape, upper.shape, believed.mean().shape, believed.exceedance(0.3).shape}
    promise(shapes == {(1, levels)}, "every answer is [trials, levels]")
    promise(bool(((lower <= median) & (median <= upper)).all()), "quantiles rise with their probability")
    for level in range(levels):
        share = believed.exceedance(float(upper[0, level]))[0, level]
        promise(abs(share - 0.05) < 1e-5, f"level {level + 1}: 5% lie above the 95% quantile, not {share}")


def bad_parameters_are_all_named(design: Design, levels: int) -> None:
    """Nonsense in every parameter gives one error with a finding for each of them."""
    nonsense_is_named(type(design))


DESIGN_CHECKS: tuple[Callable[[Design, int], None], ...] = (
    answers_are_in_range,
    a_stop_is_level_zero,
    a_selection_by_the_posterior_is_the_selection,
    same_state_same_answer,
    one_trial_is_answered_as_in_a_batch,
    more_dlts_never_raise_the_dose,
    more_dlts_never_open_a_level,
    activity_not_observed_is_refused,
    every_decision_has_its_reason,
    the_posterior_is_one,
    bad_parameters_are_all_named,
)


def published_decisions_are_repeated(name: str) -> None:
    """Every published decision of the design is repeated, level by level."""
    cases: tuple[Published, ...] = designs.module(name).PUBLISHED
    promise(len(cases) > 0, "at least one published decision is listed")
    for case in cases:
        design = designs.build(name, case.parameters)
        seen = seen_after(case.outcomes, case.levels, activity=needs_activity(design))
        proposed = int(design.propose(seen).dose_level[0])
        promise(
            proposed == case.next_level, f"{case.outcomes}: {proposed} instead of {case.next_level} ({case.source})"
        )
        selected = int(design.select(seen)[0])
        fine = case.selected is None or selected == case.selected
        promise(fine, f"{case.outcomes}: {selected} selected instead of {case.selected} ({case.source})")


# What the checks of rules need too


def promise(kept: bool, what: str) -> None:
    """Raise when a promise is not kept."""
    if not kept:
        raise AssertionError(f"not kept: {what}")


def stops_are_consistent(proposal: Proposal) -> None:
    """Raise unless stop and level 0 are the same trials, none of them waits, and a backfill does neither."""
    apart = proposal.stop != (proposal.dose_level == NO_LEVEL)
    promise(not apart.any(), f"stop and level 0 go together; not in trials {_some(apart)}")
    both = proposal.stop & proposal.wait
    promise(not both.any(), f"a stop does not wait; it does in trials {_some(both)}")
    nobody = proposal.backfilled & (proposal.stop | proposal.wait)
    promise(not nobody.any(), f"who stops or waits backfills nobody; not in trials {_some(nobody)}")


def sayable(note: Note, batch: int) -> None:
    """Raise unless the note can be said of every trial it is about, in every language."""
    promise(
        note.where.shape == (batch,) and note.where.dtype == np.bool_, f"{note.code}: where has one entry per trial"
    )
    for name, given in note.values.items():
        value = given() if callable(given) else given
        fits = not isinstance(value, np.ndarray) or value.shape == (batch,)
        promise(fits, f"{note.code}: {name} is one value, or has one entry per trial")
    for trial in np.flatnonzero(note.where):
        sentences = {note.text.said(language, **note.said_of(int(trial))) for language in LANGUAGES}
        promise(len(sentences) == len(LANGUAGES), f"{note.code}: a sentence of its own in every language")
        promise(all(sentences), f"{note.code}: no sentence is empty")


def untouched(before: object, after: object) -> None:
    """Raise when an array of a value was changed in place."""
    for field in fields(before):  # type: ignore[arg-type]
        was, now = getattr(before, field.name), getattr(after, field.name)
        if isinstance(was, People):
            untouched(was, now)
        elif isinstance(was, np.ndarray):
            same = np.array_equal(was, now, equal_nan=was.dtype.kind == "f")
            promise(same, f"{field.name} is left as it was given")


def nonsense_is_named(kind: type) -> None:
    """Raise unless nonsense in every parameter is answered with one finding for each."""
    wanted = {field.name for field in fields(kind) if field.init}
    if not wanted:
        return
    try:
        kind(**{name: object() for name in wanted})
    except ParameterError as error:
        missing = wanted - {finding.place for finding in error.findings}
        promise(not missing, f"findings about {', '.join(sorted(missing))} too")
    else:
        promise(False, "nonsense parameters are refused")


def _same_row(one: Proposal, other: Proposal, *, trial: int, at: int) -> None:
    for name in ("dose_level", "wait", "stop"):
        same = getattr(one, name)[trial] == getattr(other, name)[at]
        promise(bool(same), f"trial {at}: the same {name}")
    codes = [{note.code for note in told.notes if note.where[place]} for told, place in ((one, trial), (other, at))]
    promise(codes[0] == codes[1], f"trial {at}: the same reasons")
    mine, theirs = one.evidence or {}, other.evidence or {}
    promise(mine.keys() == theirs.keys(), "the same evidence")
    for name, values in mine.items():
        close = np.allclose(values[trial], theirs[name][at], rtol=0, atol=SAME, equal_nan=True)
        promise(close, f"trial {at}: the same {name}")


def _some(trials: Bools | Ints) -> list[int]:
    return [int(trial) for trial in np.flatnonzero(trials)[:5]]
