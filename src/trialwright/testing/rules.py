"""What every rule promises, as one named check per promise.

``check_rule("no_skipping")`` runs them all with the rule's example parameters; a rule of one's own is passed as it is:
``check_rule(MyRule(…))``. Proposals and states are drawn once and for all from a fixed seed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from trialwright import rules
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.testing.designs import (
    broken_by,
    nonsense_is_named,
    promise,
    sayable,
    stops_are_consistent,
    untouched,
)
from trialwright.testing.states import people_of, row_of, seen_of
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Note, Proposal, Rule, Seen
from trialwright.vocabulary.words import Text

EARLIER = Text(en="An earlier reason.", fr="Un motif antérieur.")


def check_rule(rule: Rule | str, *, levels: int = 3) -> None:
    """Run every check on one rule; an ExceptionGroup holds each promise that was broken."""
    built = rules.build(rule, rules.module(rule).EXAMPLE) if isinstance(rule, str) else rule
    broken = [error for check in RULE_CHECKS for error in broken_by(check, built, levels)]
    if broken:
        raise ExceptionGroup(f"{rule} breaks {len(broken)} promises", broken)


def proposals_of(seen: Seen, *, seed: int = 20_260_102) -> Proposal:
    """Every kind of proposal, with an earlier reason and a posterior."""
    draw = np.random.default_rng(seed)
    level = draw.integers(NO_LEVEL, seen.levels + 1, seen.batch)
    stop = level == NO_LEVEL
    wait = ~stop & (draw.random(seen.batch) < 0.2)
    earlier = Note("earlier", EARLIER, np.ones(seen.batch, np.bool_), {})
    backfill = ~stop & ~wait & (level < seen.current) & (draw.random(seen.batch) < 0.3)
    return Proposal(level, wait, stop, (earlier,), _posterior(seen), backfill=backfill)


# The checks


def a_stop_is_never_undone(rule: Rule, levels: int) -> None:
    """A proposal to stop stays one, at level 0, and is not put on hold."""
    seen = seen_of(people_of(levels), levels)
    before = proposals_of(seen)
    after = rule(before, seen)
    promise(bool(after.stop[before.stop].all()), "a stop is final")
    stops_are_consistent(after)
    promise(bool(((after.dose_level >= NO_LEVEL) & (after.dose_level <= levels)).all()), "every level exists")


def a_reason_stands_where_it_changed_something(rule: Rule, levels: int) -> None:
    """The rule's reason is noted exactly where it changed the proposal, in every language; earlier reasons stay."""
    seen = seen_of(people_of(levels), levels)
    before = proposals_of(seen)
    after = rule(before, seen)
    promise(after.notes[: len(before.notes)] == before.notes, "earlier reasons are kept")
    noted = np.zeros(seen.batch, np.bool_)
    for note in after.notes[len(before.notes) :]:
        sayable(note, seen.batch)
        noted |= note.where
    apart = noted != _changed(before, after)
    promise(not apart.any(), f"reasons and changes go together; not in trials {np.flatnonzero(apart)[:5].tolist()}")


def the_same_alone_as_in_a_batch(rule: Rule, levels: int) -> None:
    """Asked twice, or about one trial alone, the rule answers the same."""
    seen = seen_of(people_of(levels), levels)
    before = proposals_of(seen)
    together, again = rule(before, seen), rule(before, seen)
    promise(not _changed(together, again).any(), "the same answer twice")
    for trial in range(0, seen.batch, 7):
        one, here = row_of(seen, trial), slice(trial, trial + 1)
        notes = tuple(replace(note, where=note.where[here]) for note in before.notes)
        asked = (before.dose_level[here], before.wait[here], before.stop[here])
        alone = Proposal(*asked, notes, _posterior(one), backfill=before.backfilled[here])
        answered = (together.dose_level[here], together.wait[here], together.stop[here])
        among = Proposal(*answered, backfill=together.backfilled[here])
        promise(not _changed(rule(alone, one), among).any(), f"trial {trial}: the same answer alone")


def what_it_was_given_is_untouched(rule: Rule, levels: int) -> None:
    """The arrays of the proposal and of what was seen are left as they were."""
    seen = seen_of(people_of(levels), levels)
    before = proposals_of(seen)
    seen_copy, before_copy = copy.deepcopy(seen), copy.deepcopy(before)
    rule(before, seen)
    untouched(seen_copy, seen)
    untouched(before_copy, before)


def it_fits_its_levels(rule: Rule, levels: int) -> None:
    """The rule has no complaint about the number of levels it is checked with."""
    promise(list(rule.fits(levels)) == [], f"the rule fits {levels} levels")


def bad_parameters_are_all_named(rule: Rule, levels: int) -> None:
    """Nonsense in every parameter gives one error with a finding for each of them."""
    nonsense_is_named(type(rule))


RULE_CHECKS: tuple[Callable[[Rule, int], None], ...] = (
    a_stop_is_never_undone,
    a_reason_stands_where_it_changed_something,
    the_same_alone_as_in_a_batch,
    what_it_was_given_is_untouched,
    it_fits_its_levels,
    bad_parameters_are_all_named,
)


def _posterior(seen: Seen) -> BetaPosterior:
    return BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)


def _changed(before: Proposal, after: Proposal) -> Bools:
    level, wait, stop = (getattr(before, name) != getattr(after, name) for name in ("dose_level", "wait", "stop"))
    return np.asarray(level | wait | stop | (before.backfilled != after.backfilled), np.bool_)
