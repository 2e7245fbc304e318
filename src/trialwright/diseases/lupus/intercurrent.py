"""Intercurrent events by estimand strategy: what rescue, withdrawal, death or a further infusion do to a result.

The strategy is an argument for each kind of event (ICH E9 (R1)), never a rule hidden in an endpoint:

* treatment policy    the result counts as observed, whatever happened before it
* composite           the event itself is the result: no response; for a time to an unfavourable event, an event
* while on treatment  what was known before the event counts
* hypothetical        what would have been without the event is not known: open, for imputation; a time is censored

After a death there is nothing to observe or to imagine: only composite and while on treatment apply to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, final, get_args

from trialwright.diseases.lupus.course import Seen, Time, time_to_first
from trialwright.vocabulary.errors import MISSING, Complaints, ParameterError
from trialwright.vocabulary.words import Text

Strategy = Literal["treatment policy", "composite", "while on treatment", "hypothetical"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
OF_DEATH = ("composite", "while on treatment")
DEATH = "death"

OBSERVED = Text(en="as observed on day {day}", fr="tel qu'observé au jour {day}")
NOT_OBSERVED = Text(en="nothing was observed at this visit", fr="rien n'a été observé à cette visite")
FAILED = Text(
    en="no response: {kind} on day {day} counts as failure (composite)",
    fr="pas de réponse : {kind} au jour {day} compte comme un échec (composite)",
)
BEFORE = Text(
    en="as last known before {kind} on day {day} (while on treatment)",
    fr="dernier état connu avant {kind} au jour {day} (sous traitement)",
)
OPEN = Text(
    en="open: what would have been without {kind} on day {day} is not known (hypothetical)",
    fr="indéterminé : ce qu'il en aurait été sans {kind} au jour {day} n'est pas connu (hypothétique)",
)


@final
@dataclass(frozen=True, slots=True)
class IntercurrentEvent:
    """Something that happened after the first infusion and changes what a result means."""

    day: int
    kind: str  # "rescue", "withdrawal", "death", "second infusion", … as the protocol names it


@final
@dataclass(frozen=True, slots=True)
class Judged:
    """A response at a visit under a set of strategies, with the reason; None: open."""

    response: bool | None
    because: Text


def response_at(
    visits: Sequence[Seen],
    *,
    day: int,
    events: Sequence[IntercurrentEvent],
    strategies: Mapping[str, Strategy],
) -> Judged:
    """Whether there is a response on a day. Of several events, composite ones decide first, then the earliest.

    ``visits`` hold the response as assessed; ``day`` is the day of the visit that is judged. Events after it do not
    matter. ParameterError for an event without a strategy, or a death under one that does not apply.
    """
    check_strategies(events, strategies)
    before = sorted((event for event in events if event.day <= day), key=lambda event: event.day)
    for event in before:
        if strategies[event.kind] == "composite":
            return Judged(False, _said(FAILED, event))
    for event in before:
        if strategies[event.kind] == "hypothetical":
            return Judged(None, _said(OPEN, event))
        if strategies[event.kind] == "while on treatment":
            known = [seen.present for seen in visits if seen.day < event.day and seen.present is not None]
            return Judged(known[-1] if known else None, _said(BEFORE, event))
    here = [seen.present for seen in visits if seen.day == day]
    if not here:
        return Judged(None, NOT_OBSERVED)
    return Judged(here[-1], Text(en=OBSERVED.said("en", day=day), fr=OBSERVED.said("fr", day=day)))


def time_to_unfavourable(
    visits: Sequence[Seen],
    *,
    events: Sequence[IntercurrentEvent],
    strategies: Mapping[str, Strategy],
    from_day: int = 0,
) -> Time | None:
    """The time to an unfavourable state (a flare, the loss of remission) under a set of strategies.

    Treatment policy ignores the event, composite makes it an event on its day, the other two censor on its day. A flare
    found on that same day came first (it may be why the rescue was given). None where nothing was observed and nothing
    happened.
    """
    check_strategies(events, strategies)
    later = sorted((event for event in events if event.day > from_day), key=lambda event: event.day)
    deciding = next((event for event in later if strategies[event.kind] != "treatment policy"), None)
    if deciding is None:
        return time_to_first(visits, from_day=from_day)
    seen = time_to_first([one for one in visits if one.day <= deciding.day], from_day=from_day)
    if seen is not None and seen.is_event:
        return seen
    after = None if seen is None else seen.after
    return Time(deciding.day - from_day, is_event=strategies[deciding.kind] == "composite", after=after)


def check_strategies(events: Sequence[IntercurrentEvent], strategies: Mapping[str, Strategy]) -> None:
    """Nothing, when every event has a strategy that applies to it; ParameterError with every complaint otherwise."""
    complaints = Complaints()
    for kind in dict.fromkeys(event.kind for event in events):
        there = ", ".join(STRATEGIES)
        complaints.unless(kind in strategies, kind, MISSING, "happened and has no strategy", f"Choose one of {there}")
    for kind, strategy in strategies.items():
        complaints.unless(strategy in STRATEGIES, kind, strategy, f"must be one of {', '.join(STRATEGIES)}")
        fine = kind != DEATH or strategy in OF_DEATH or strategy not in STRATEGIES
        allowed = f"does not apply after a death; there is {', '.join(OF_DEATH)}"
        complaints.unless(fine, kind, strategy, allowed)
    complaints.raise_as(ParameterError, "these intercurrent events cannot be judged")


def _said(text: Text, event: IntercurrentEvent) -> Text:
    return Text(en=text.said("en", kind=event.kind, day=event.day), fr=text.said("fr", kind=event.kind, day=event.day))
