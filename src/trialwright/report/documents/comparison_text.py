"""The paragraph of a protocol about a design's operating characteristics, with its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialwright.operating.comparison import Compared, Comparison
from trialwright.report.model import Filled, fill
from trialwright.vocabulary.words import Text

NO_TEXT = Text(
    en="The chosen design has no exact characteristics, so there is no text about it; choose another with --choose.",
    fr="Le plan choisi n'a pas de caractéristiques exactes, il n'y a donc pas de texte ; choisissez-en un autre avec "
    "--choose.",
)
NO_RULES = Text(en="none", fr="aucune")
INTRODUCTION = Text(
    en="The operating characteristics of the design ({design}, target DLT rate {target:percent0}, {levels} dose "
    "levels starting at level {start}, cohorts of {size}, at most {n} participants, with the rules {rules}) were "
    "computed exactly, without simulation, under {count} scenarios of true DLT rates.",
    fr="Les caractéristiques opératoires du plan ({design}, taux cible de DLT {target:percent0}, {levels} paliers de "
    "dose en commençant au palier {start}, cohortes de {size}, au plus {n} participants, avec les règles {rules}) ont "
    "été calculées exactement, sans simulation, sous {count} scénarios de taux réels de DLT.",
)
OF_GIVEN = Text(
    en="They take into account that the dose given may not be the dose assigned: participants count at the level of "
    "the dose given, with the probabilities stated, and some not at all.",
    fr="Elles tiennent compte de ce que la dose administrée n'est pas toujours la dose attribuée : les personnes "
    "comptent au palier de la dose administrée, avec les probabilités indiquées, et certaines pas du tout.",
)
OF_RIGHT = Text(
    en="Where a level was right (closest to the target), it was selected with a probability of {low:percent1} "
    "(scenario “{low_name}”) to {high:percent1} (“{high_name}”), {mean:percent1} on average.",
    fr="Lorsqu'un palier était le bon (le plus proche de la cible), il était sélectionné avec une probabilité de "
    "{low:percent1} (scénario « {low_name} ») à {high:percent1} (« {high_name} »), {mean:percent1} en moyenne.",
)
OF_OVERDOSE = Text(
    en="A level above the right one was selected with a probability of at most {high:percent1} (“{high_name}”).",
    fr="Un palier supérieur au bon était sélectionné avec une probabilité d'au plus {high:percent1} (« {high_name} »).",
)
OF_NONE = Text(
    en="Where even the lowest level was too toxic (“{name}”), no level was selected with a probability of "
    "{none:percent1}, after {n:number1} participants and {dlts:number1} DLTs on average.",
    fr="Lorsque même le palier le plus bas était trop toxique (« {name} »), aucun palier n'était sélectionné avec une "
    "probabilité de {none:percent1}, après {n:number1} participants et {dlts:number1} DLT en moyenne.",
)
OF_NUMBERS = Text(
    en="The mean number of participants was {n_low:number1} to {n_high:number1}, the mean number of DLTs "
    "{dlt_low:number1} to {dlt_high:number1}; the trial stopped early with a probability of {stop_low:percent1} to "
    "{stop_high:percent1}.",
    fr="Le nombre moyen de participants était de {n_low:number1} à {n_high:number1}, le nombre moyen de DLT de "
    "{dlt_low:number1} à {dlt_high:number1} ; l'essai s'arrêtait de façon précoce avec une probabilité de "
    "{stop_low:percent1} à {stop_high:percent1}.",
)
OF_WORST = Text(
    en="With every true rate anywhere within {within:percent1} (in absolute terms) of a scenario and none falling from "
    "level to level, the probability of the same selection is at least {bound:percent1}, and that of one above it at "
    "most {over:percent1} (proven bounds; “{name}” is the worst scenario for the former, “{over_name}” for the "
    "latter).",
    fr="Pour tout taux réel à {within:percent1} au plus (en valeur absolue) d'un scénario, sans décroissance d'un "
    "palier à l'autre, la probabilité de la même sélection est d'au moins {bound:percent1}, et celle d'un palier "
    "supérieur d'au plus {over:percent1} (bornes démontrées ; « {name} » est le pire scénario pour la première, "
    "« {over_name} » pour la seconde).",
)


PARTLY = Text(
    en="(Only a part of the order of the levels is known to this design; rates do not fall along that part.)",
    fr="(Ce plan ne connaît l'ordre de ses paliers qu'en partie ; les taux ne décroissent pas le long de "
    "cette partie.)",
)


def protocol_text(found: Comparison) -> tuple[Filled, ...]:
    """Sentences for the protocol about the chosen design, with its numbers; where it is not exact, that alone."""
    if found.chosen is None:
        return (fill(NO_TEXT),)
    one = found.compared[found.chosen]
    names = [scenario.name for scenario in found.scenarios]
    said = [
        fill(
            INTRODUCTION,
            design=one.title,
            target=found.aim.target,
            levels=len(one.study.dosing.amounts),
            start=one.study.dosing.start_level,
            count=len(names),
            **how_it_runs(one),
        )
    ]
    said += [fill(OF_GIVEN)] if found.conditions.given else []
    some = np.flatnonzero(one.right > 0)
    if len(some):
        low, high = some[one.correct[some].argmin()], some[one.correct[some].argmax()]
        mean = float(one.correct[some].mean())
        said.append(
            fill(
                OF_RIGHT,
                low=one.correct[low],
                low_name=names[low],
                high=one.correct[high],
                high_name=names[high],
                mean=mean,
            )
        )
        most = some[one.overdosing[some].argmax()]
        said.append(fill(OF_OVERDOSE, high=one.overdosing[most], high_name=names[most]))
    numbers = one.characteristics
    for place in np.flatnonzero(one.right == 0):
        said.append(
            fill(
                OF_NONE,
                name=names[place],
                none=one.none[place],
                n=numbers.expected_n[place],
                dlts=numbers.expected_dlts[place],
            )
        )
    said.append(
        fill(
            OF_NUMBERS,
            n_low=numbers.expected_n.min(),
            n_high=numbers.expected_n.max(),
            dlt_low=numbers.expected_dlts.min(),
            dlt_high=numbers.expected_dlts.max(),
            stop_low=percent_of(numbers.early.min()),
            stop_high=percent_of(numbers.early.max()),
        )
    )
    return (*said, *_worst_text(found, names))


def _worst_text(found: Comparison, names: Sequence[Text]) -> tuple[Filled, ...]:
    if not found.worst:
        return ()
    low = min(range(len(names)), key=lambda place: found.worst[place][0].bound)
    high = max(range(len(names)), key=lambda place: found.worst[place][1].bound)
    bound, over = percent_of(found.worst[low][0].bound), percent_of(found.worst[high][1].bound)
    said = fill(OF_WORST, within=found.within, bound=bound, over=over, name=names[low], over_name=names[high])
    partly = found.chosen is not None and found.compared[found.chosen].study.order is not None
    return (said, fill(PARTLY)) if partly else (said,)


def percent_of(value: float) -> float:
    """A probability without the last rounding error of a sum."""
    return float(min(max(value, 0.0), 1.0)) + 0.0  # -0.0 is said as 0


def how_it_runs(one: Compared) -> dict[str, object]:
    """How a trial of this design is run, for a sentence."""
    rules = ", ".join(named.name for named in one.study.rule_names)
    most = int(one.ends.assigned.max())
    return {"size": one.study.dosing.cohort_size, "n": most, "rules": rules or NO_RULES}
