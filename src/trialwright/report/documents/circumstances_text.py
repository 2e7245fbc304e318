"""What simulated trials meet, in words."""

from __future__ import annotations

from trialwright.operating import Accrual, Circumstances, Committee, LateTiming, WeibullTiming
from trialwright.report.model import Cell, Fact, Words, fill
from trialwright.vocabulary.words import Text

ACCRUAL = Text(en="People come", fr="Arrivée des personnes")
POISSON = Text(
    en="one every {days:number1} days on average, at random",
    fr="une tous les {days:number1} jours en moyenne, au hasard",
)
FIXED = Text(en="one every {days:number1} days", fr="une tous les {days:number1} jours")
RAMP = Text(
    en="{speed}; at first at {share:percent0} of that speed, which is reached after {days:number0} days",
    fr="{speed} ; d'abord à {share:percent0} de cette vitesse, atteinte après {days:number0} jours",
)
TIMING = Text(en="DLTs show", fr="Apparition des DLT")
UNIFORM = Text(en="on every day of the DLT window alike", fr="uniformément sur la fenêtre de DLT")
WEIBULL_HALF = Text(
    en="by a Weibull law, {share:percent0} of them in the first half of the window",
    fr="selon une loi de Weibull, {share:percent0} dans la première moitié de la fenêtre",
)
WEIBULL_SHAPE = Text(
    en="by a Weibull law of shape {shape:number2}", fr="selon une loi de Weibull de forme {shape:number2}"
)
LATE = Text(
    en="{share:percent0} of them in the last {part:percent0} of the window",
    fr="{share:percent0} dans les derniers {part:percent0} de la fenêtre",
)
LEAVERS = Text(en="Leave before the end", fr="Sorties prématurées")
SOME_LEAVE = Text(
    en="{share:percent1} within {days} days of enrolment", fr="{share:percent1} dans les {days} jours après l'inclusion"
)
NOBODY = Text(en="nobody", fr="personne")
INFUSION = Text(en="Infusion", fr="Perfusion")
SAME_DAY = Text(en="on the day of enrolment", fr="le jour de l'inclusion")
LATER = Text(en="{least} to {most} days after enrolment", fr="{least} à {most} jours après l'inclusion")
COMMITTEE = Text(en="Committee", fr="Comité")
FOLLOWS = Text(en="follows the advice", fr="suit l'avis")
STAYS = Text(
    en="with a probability of {rate:percent1} it stays where the advice is to go up",
    fr="avec une probabilité de {rate:percent1}, il reste au palier quand l'avis est de monter",
)
LOWER = Text(
    en="with a probability of {rate:percent1} it treats one level lower than advised",
    fr="avec une probabilité de {rate:percent1}, il traite un palier plus bas que l'avis",
)


def circumstances_facts(circumstances: Circumstances) -> tuple[Fact, ...]:
    """Everything that is neither in the protocol nor in the truth, one line each."""
    leaving = circumstances.leaving
    some = fill(SOME_LEAVE, share=leaving, days=circumstances.leaving_days)
    least, most = circumstances.infusion_days
    return (
        Fact(ACCRUAL, Cell(_accrual(circumstances.accrual))),
        Fact(TIMING, Cell(_timing(circumstances))),
        Fact(LEAVERS, Cell(some if leaving > 0 else NOBODY)),
        Fact(INFUSION, Cell(SAME_DAY if most == 0 else fill(LATER, least=least, most=most))),
        Fact(COMMITTEE, Cell(_committee(circumstances.committee))),
    )


def _accrual(accrual: Accrual) -> Words:
    speed = fill(POISSON if accrual.pattern == "poisson" else FIXED, days=accrual.mean_gap_days)
    if accrual.ramp_days == 0:
        return speed
    return fill(RAMP, speed=speed, share=accrual.start_share, days=accrual.ramp_days)


def _timing(circumstances: Circumstances) -> Words:
    match circumstances.timing:
        case WeibullTiming(first_half=share) if share is not None:
            return fill(WEIBULL_HALF, share=share)
        case WeibullTiming(shape=shape):
            return fill(WEIBULL_SHAPE, shape=shape)
        case LateTiming(share=share, part=part):
            return fill(LATE, share=share, part=part)
        case _:
            return UNIFORM


def _committee(committee: Committee | None) -> Words:
    if committee is None or committee.rate == 0:
        return FOLLOWS
    return fill(STAYS if committee.instead == "stay" else LOWER, rate=committee.rate)
