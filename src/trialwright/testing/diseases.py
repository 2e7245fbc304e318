"""The contract of a disease: what every instrument promises, whoever wrote it.

``check_disease(disease)`` is silent when all promises are kept, and names every broken one otherwise. To be probed, an
instrument says which questions make a full assessment in ``scale``: each with its answers, absent first and worst last
(the score is then held to rise with each of them). An instrument without a ``scale`` asks yes-or-no questions only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.scores import Disease, Instrument, Items, Point, Score
from trialwright.vocabulary.words import LANGUAGES, Text

Answer = bool | float | str
Scale = Mapping[str, Sequence[Answer]]
PARAMCD_LENGTH = 8  # ADaM: a parameter code is a SAS name of at most eight characters
STATUSES = ("confirmed", "conflict", "unverified")


def check_disease(disease: Disease) -> None:
    """Nothing, when the disease keeps its promises; AssertionError naming every broken one otherwise."""
    broken = list(broken_promises(disease))
    if broken:
        raise AssertionError("\n".join([f"{getattr(disease, 'name', disease)}: {len(broken)} broken", *broken]))


def broken_promises(disease: Disease) -> Iterator[str]:
    """One sentence for each promise of the disease or of one of its instruments that does not hold."""
    if not isinstance(disease, Disease):
        yield f"{disease!r} is not a Disease: it needs name, title and instruments()"
        return
    yield from (f"the {why}" for why in _unsaid("title", disease.title))
    instruments = disease.instruments()
    if not instruments:
        yield "there are no instruments"
    codes = [getattr(instrument, "paramcd", None) for instrument in instruments.values()]
    yield from (
        f"PARAMCD {code} is given twice" for code in sorted({code for code in codes if code and codes.count(code) > 1})
    )
    for name, instrument in instruments.items():
        yield from (f"{name}: {why}" for why in _of_instrument(name, instrument))


def scale_of(instrument: Instrument) -> Scale:
    """The questions that make a full assessment, each with its answers, absent first and worst last."""
    scale: Scale = getattr(instrument, "scale", dict.fromkeys(instrument.items, (False, True)))
    return scale


def absent(instrument: Instrument) -> dict[str, Answer]:
    """A full assessment that found nothing."""
    return {item: answers[0] for item, answers in scale_of(instrument).items()}


def worst(instrument: Instrument) -> dict[str, Answer]:
    """A full assessment in which everything is as bad as it can be."""
    return {item: answers[-1] for item, answers in scale_of(instrument).items()}


def _of_instrument(name: str, instrument: Instrument) -> Iterator[str]:
    if not isinstance(instrument, Instrument):
        yield "is not an Instrument: it needs name, title, version, paramcd, items and score()"
        return
    yield from _names(name, instrument)
    for check in CHECKS:
        try:
            yield from check(instrument)
        except Exception as error:
            yield f"{check.__name__.strip('_')} raised {type(error).__name__}: {error}"


def _names(name: str, instrument: Instrument) -> Iterator[str]:
    code = instrument.paramcd
    if instrument.name != name:
        yield f"calls itself {instrument.name}"
    if not (0 < len(code) <= PARAMCD_LENGTH and code.isascii() and code.isalnum() and code.isupper()):
        yield f"PARAMCD {code!r} must be 1 to {PARAMCD_LENGTH} capital letters and digits"
    if not instrument.version:
        yield "has no version"
    if len(set(instrument.items)) != len(instrument.items) or not instrument.items:
        yield "items must be there, and each once"
    yield from (
        f"scale speaks of {item}, which is not an item" for item in scale_of(instrument).keys() - {*instrument.items}
    )
    yield from _unsaid("title", instrument.title)


def _unsaid(what: str, text: Text) -> Iterator[str]:
    for language in LANGUAGES:
        said = getattr(text, language)
        if not said.strip() or "{" in said:
            yield f"{what} says {said!r} in {language}"


def _explains_every_point(instrument: Instrument) -> Iterator[str]:
    for items in (absent(instrument), worst(instrument), {}):
        score = instrument.score(items)
        for point in score.points:
            yield from _of_point(point)
        for language in LANGUAGES:
            if not all(line.strip() for line in score.explained(language)):
                yield f"has an empty line of explanation in {language}"


def _of_point(point: Point) -> Iterator[str]:
    yield from _unsaid(f"label of {point.item}", point.label)
    yield from _unsaid(f"rule of {point.item}", point.rule)
    if not point.source.strip():
        yield f"{point.item} has no source"
    if point.status not in STATUSES:
        yield f"{point.item} has status {point.status!r}; there is {', '.join(STATUSES)}"


@final
@dataclass(frozen=True, slots=True)
class _Remembering:
    """An instrument whose answers are kept: the same assessment is asked for by several checks."""

    asked: Instrument
    kept: dict[tuple[tuple[str, object], ...], Score] = field(default_factory=dict)

    def score(self, items: Items) -> Score:
        """The score of an assessment, computed once."""
        key = tuple(sorted(items.items()))
        if key not in self.kept:
            self.kept[key] = self.asked.score(items)
        return self.kept[key]


def _grows_with_what_is_found(instrument: Instrument) -> Iterator[str]:
    """Missing is not absent, bounds hold what may come, and a worse answer never lowers the score."""
    remembering = _Remembering(instrument)
    for check in (_missing_is_not_absent, _bounds_hold_what_may_come, _rises_with_each_item):
        try:
            yield from check(remembering)
        except Exception as error:
            yield f"{check.__name__.strip('_')} raised {type(error).__name__}: {error}"


def _missing_is_not_absent(remembering: _Remembering) -> Iterator[str]:
    instrument = remembering.asked
    full = absent(instrument)
    for item in full:
        without = instrument.score({key: value for key, value in full.items() if key != item})
        if without.value is not None and item not in without.not_assessed:
            yield f"{item} left out counts as absent"
        if without != remembering.score({**full, item: None}):
            yield f"{item} left out and {item} = None give different scores"
    nothing = instrument.score({})
    if nothing.value is not None:
        yield f"an empty assessment scores {nothing.value:g}"


def _bounds_hold_what_may_come(remembering: _Remembering) -> Iterator[str]:
    instrument = remembering.asked
    for full in (absent(instrument), worst(instrument)):
        for item, answers in scale_of(instrument).items():
            known = [_certain(remembering, {**full, item: answer}) for answer in answers]
            yet = remembering.score({**full, item: None})
            if not yet.lower <= min(known) <= max(known) <= yet.upper:
                yield f"{item} may score {known}, outside the bounds {yet.lower:g} to {yet.upper:g}"


def _order_does_not_matter(instrument: Instrument) -> Iterator[str]:
    items = _mixed(instrument)
    if instrument.score(items) != instrument.score(dict(reversed(items.items()))):
        yield "the order of the items changes the score"


def _same_again(instrument: Instrument) -> Iterator[str]:
    items = _mixed(instrument)
    before = dict(items)
    if instrument.score(items) != instrument.score(items):
        yield "the same assessment does not score the same twice"
    if items != before:
        yield "score() changes the assessment it was given"


def _rises_with_each_item(remembering: _Remembering) -> Iterator[str]:
    instrument = remembering.asked
    least = _certain(remembering, absent(instrument))
    for full in (absent(instrument), _mixed(instrument), worst(instrument)):
        for item, answers in scale_of(instrument).items():
            values = [_certain(remembering, {**full, item: answer}) for answer in answers]
            if values != sorted(values):
                yield f"falls as {item} gets worse: {values}"
            if min(values) < least:
                yield f"{item} takes the score below that of nothing found"


def _unknown_keys_are_refused(instrument: Instrument) -> Iterator[str]:
    known = max(instrument.items, key=len)
    typed = known[:-2] + known[-1] + known[-2] + "x"
    try:
        instrument.score({typed: True})
    except ParameterError as error:
        if not any(finding.place == typed and known in finding.remedy for finding in error.findings):
            yield f"does not say that {typed!r} may mean {known!r}"
    else:
        yield f"takes the unknown key {typed!r} without a word"


def _certain(remembering: _Remembering, items: Items) -> float:
    value = remembering.score(items).value
    if value is None:
        raise ValueError("a full assessment by its scale has no certain score")
    return value


def _mixed(instrument: Instrument) -> dict[str, Answer]:
    """A full assessment in which every other item is at its worst."""
    scale = scale_of(instrument)
    return {item: answers[-1 if place % 2 else 0] for place, (item, answers) in enumerate(scale.items())}


CHECKS: tuple[Callable[[Instrument], Iterator[str]], ...] = (
    _explains_every_point,
    _grows_with_what_is_found,
    _order_does_not_matter,
    _same_again,
    _unknown_keys_are_refused,
)
