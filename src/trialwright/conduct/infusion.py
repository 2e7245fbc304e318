"""An infusion as it was given: how long it ran, how fast, how long after thawing, how long after the one before.

What a protocol limits is compared with what happened. A limit that was passed, or cannot be assessed, is a deviation:
the infusion is recorded once the deviation is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import final

from trialwright.conduct.sheet import is_above
from trialwright.conduct.state import Participant, TrialState
from trialwright.protocol.product import RateLimit
from trialwright.protocol.study import Study
from trialwright.vocabulary.decisions import Reason
from trialwright.vocabulary.events import InfusionGiven, ProductReleased
from trialwright.vocabulary.words import Text

ABOVE_RELEASED = Text(
    en="the dose given, {given:amount}, is above the dose released, {released:amount}, by more than the protocol's "
    "{tolerance:percent1}",
    fr="la dose donnée, {given:amount}, dépasse la dose libérée, {released:amount}, de plus que les "
    "{tolerance:percent1} du protocole",
)
TOO_LATE = Text(
    en="bag {bag} was thawed {hours:number2} hours before the {until} of the infusion; the protocol allows "
    "{limit:plain}",
    fr="la poche {bag} était décongelée {hours:number2} heures avant {until} de la perfusion ; le protocole en permet "
    "{limit:plain}",
)
UNTIL = {"start": Text(en="start", fr="le début"), "end": Text(en="end", fr="la fin")}
THAW_UNKNOWN = Text(
    en="the hours after thawing of bag {bag} cannot be assessed: the time of thawing or of the infusion is not known",
    fr="les heures après décongélation de la poche {bag} ne peuvent être évaluées : l'heure de la décongélation ou de "
    "la perfusion est inconnue",
)
TOO_FAST = Text(
    en="the infusion ran at {rate:amount} {unit} on average; the protocol allows {limit:amount} {unit}",
    fr="la perfusion a coulé à {rate:amount} {unit} en moyenne ; le protocole permet {limit:amount} {unit}",
)
RATE_UNKNOWN = Text(
    en="the rate cannot be assessed: its start, its end or what was given is not known",
    fr="le débit ne peut être évalué : le début, la fin ou la quantité donnée est inconnu",
)
TOO_SOON = Text(
    en="infusion {number} came {days} days after the one before; the protocol says {planned} days or more{window}",
    fr="la perfusion {number} est venue {days} jours après la précédente ; le protocole demande {planned} jours ou "
    "plus{window}",
)
OUTSIDE = Text(
    en="infusion {number} came {days} days after the one before; the protocol says {planned} days{window}",
    fr="la perfusion {number} est venue {days} jours après la précédente ; le protocole demande {planned} "
    "jours{window}",
)
WINDOW = Text(en=", {window} either way", fr=", à {window} jours près")
NO_WINDOW = Text(en="", fr="")
BEYOND_PLAN = Text(
    en="infusion {number} is beyond the {planned} that level {level} plans",
    fr="la perfusion {number} dépasse les {planned} que prévoit le palier {level}",
)


@final
@dataclass(frozen=True, slots=True)
class Rate:
    """The mean rate of an infusion while it ran, in the unit of the protocol's limit; None: cannot be assessed."""

    value: float | None
    limit: RateLimit

    @property
    def too_fast(self) -> bool | None:
        """Whether it is above the limit."""
        return None if self.value is None else is_above(self.value, self.limit.value, tolerance=0.0)


def minutes_running(infusion: InfusionGiven) -> float | None:
    """Minutes during which the product ran: from start to end, without the interruptions; None where not known.

    An interruption that was never resumed ended the infusion.
    """
    if infusion.began is None or infusion.ended is None:
        return None
    ended = min([infusion.ended, *(one.began for one in infusion.interruptions if one.resumed is None)])
    paused = 0.0
    reached = infusion.began
    for one in sorted(infusion.interruptions, key=lambda one: one.began):
        if one.resumed is not None:
            start, stop = max(one.began, reached), min(one.resumed, ended)
            paused += max((stop - start).total_seconds(), 0.0)
            reached = max(reached, stop)
    return max((ended - infusion.began).total_seconds() - paused, 0.0) / 60


def rate(study: Study, infusion: InfusionGiven, *, weight_kg: float | None) -> Rate | None:
    """The mean rate beside the protocol's limit; None where the protocol sets none."""
    limit = study.product.infusion.max_rate if study.product else None
    if limit is None:
        return None
    minutes = minutes_running(infusion)
    quantity = infusion.dose_given if limit.unit.startswith("dose") else infusion.volume_ml
    if limit.unit == "mL/kg/h" and quantity is not None:
        quantity = None if not weight_kg else quantity / weight_kg
    if not minutes or quantity is None:
        return Rate(None, limit)
    return Rate(quantity / minutes * (60.0 if limit.unit.endswith("/h") else 1.0), limit)


def dose_of_volume(release: ProductReleased, volume_ml: float) -> float | None:
    """The dose in a part of the volume prepared: dose released × volume given ÷ volume prepared."""
    if not release.volume_ml:
        return None
    return release.dose_released * volume_ml / release.volume_ml


def deviations(
    study: Study, state: TrialState, *, infusion: InfusionGiven, release: ProductReleased
) -> Iterable[Reason]:
    """Every limit an infusion passed, or for which that cannot be said; the code is the field of the event."""
    tolerance = study.dosing.tolerance
    if is_above(infusion.dose_given, release.dose_released, tolerance=tolerance):
        values = {"given": infusion.dose_given, "released": release.dose_released, "tolerance": tolerance}
        yield Reason("dose_given", ABOVE_RELEASED, values)
    yield from _thawing(study, state, infusion=infusion, release=release)
    ran = rate(study, infusion, weight_kg=release.weight_kg)
    if ran is not None and ran.value is None:
        yield Reason("ended", RATE_UNKNOWN)
    elif ran is not None and ran.too_fast:
        yield Reason("ended", TOO_FAST, {"rate": ran.value, "unit": ran.limit.unit, "limit": ran.limit.value})
    yield from _interval(study, infusion, one=state.participants[infusion.usubjid])


def _thawing(study: Study, state: TrialState, *, infusion: InfusionGiven, release: ProductReleased) -> Iterable[Reason]:
    rules = study.product.infusion if study.product else None
    if rules is None or rules.hours_after_thaw is None:
        return
    reference = infusion.began if rules.thaw_until == "start" else infusion.ended
    for bag in infusion.bags:
        thawed = _thawed_at(state, bag, release=release)
        if thawed is None or reference is None:
            yield Reason("bags", THAW_UNKNOWN, {"bag": bag})
            continue
        hours = (reference - thawed).total_seconds() / 3600
        if hours > rules.hours_after_thaw:
            values = {"bag": bag, "hours": hours, "until": UNTIL[rules.thaw_until], "limit": rules.hours_after_thaw}
            yield Reason("bags", TOO_LATE, values)


def _thawed_at(state: TrialState, bag: str, *, release: ProductReleased) -> datetime | None:
    """When a bag was thawed: the earlier of what the store and the release say."""
    stored = [known.event.at for known in state.logs.product.storage.get(bag, ()) if known.event.what == "thawed"]
    said = [at for at in (*stored, release.thawed_at) if at is not None]
    return min(said, default=None) if None not in stored else None


def _interval(study: Study, infusion: InfusionGiven, *, one: Participant) -> Iterable[Reason]:
    """The days since the infusion before, and whether the level plans this one at all."""
    level = study.dose_levels[one.enrolled.event.dose_level - 1]
    number = infusion.infusion_number
    if number > level.infusions:
        plan = {"number": number, "planned": level.infusions, "level": level.level}
        yield Reason("infusion_number", BEYOND_PLAN, plan)
    before = next((known.event for known in one.infusions if known.event.infusion_number == number - 1), None)
    if before is None or level.interval_days is None:
        return
    days, window = (infusion.on - before.on).days, study.dosing.interval_window_days
    values: dict[str, object] = {
        "number": number,
        "days": days,
        "planned": level.interval_days,
        "window": NO_WINDOW if window is None else Reason("window", WINDOW, {"window": window}),
    }
    if window is None and days < level.interval_days:
        yield Reason("on", TOO_SOON, values)
    elif window is not None and abs(days - level.interval_days) > window:
        yield Reason("on", OUTSIDE, values)
