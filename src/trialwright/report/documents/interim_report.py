"""A look at a running trial in words: where it stands against its boundaries, what may come, the size again."""

from __future__ import annotations

import math

from trialwright.planning.interim import Blinded, Looked, Promising
from trialwright.report.documents.plan_report import titled
from trialwright.report.model import (
    Block,
    Callout,
    Cell,
    Document,
    Fact,
    Filled,
    KeyFacts,
    Number,
    Paragraph,
    Section,
    Share,
    fill,
)
from trialwright.vocabulary.words import Text

LOOK = Text(en="Analysis {look}", fr="Analyse {look}")
AGAIN = Text(en="The size again, blinded", fr="La taille à nouveau, en aveugle")
FACTS = {
    "z": Text(en="z (high is good)", fr="z (élevé = favorable)"),
    "fraction": Text(en="Information seen", fr="Information vue"),
    "counts": Text(en="Counted", fr="Comptés"),
    "upper": Text(en="Efficacy from", fr="Efficacité à partir de"),
    "lower": Text(en="Futility up to", fr="Futilité jusqu’à"),
    "harm": Text(en="Harm up to", fr="Effet délétère jusqu’à"),
    "trend": Text(en="Conditional power at the trend", fr="Puissance conditionnelle selon la tendance"),
    "planned": Text(en="… with the effect planned", fr="… avec l’effet prévu"),
    "none": Text(en="… without an effect", fr="… sans effet"),
    "predictive": Text(en="Predictive power", fr="Puissance prédictive"),
    "p": Text(en="p-value, one-sided, stage-wise", fr="Valeur p, unilatérale, par étapes"),
    "estimate": Text(en="Effect, as a share of that planned", fr="Effet, en part de celui prévu"),
    "interval": Text(en="… interval", fr="… intervalle"),
    "judged": Text(en="Judged, both arms together", fr="Jugés, deux bras ensemble"),
    "rate_planned": Text(en="Rate of everybody, planned", fr="Taux de l’ensemble, prévu"),
    "rate_found": Text(en="… found", fr="… trouvé"),
    "sd_planned": Text(en="Standard deviation, planned", fr="Écart-type, prévu"),
    "sd_found": Text(en="… found", fr="… trouvé"),
    "total_planned": Text(en="To be randomised, planned", fr="À randomiser, prévu"),
    "total_again": Text(en="… again", fr="… à nouveau"),
}
VERDICTS = {
    "efficacy": Text(en="The efficacy boundary is reached.", fr="La limite d’efficacité est atteinte."),
    "futility": Text(en="The futility boundary is reached.", fr="La limite de futilité est atteinte."),
    "harm": Text(en="The lower boundary is reached.", fr="La limite inférieure est atteinte."),
    "on": Text(en="No boundary is reached: the trial goes on.", fr="Aucune limite n’est atteinte : l’essai continue."),
    "not shown": Text(en="The effect is not shown.", fr="L’effet n’est pas montré."),
}
BETWEEN = Text(en="{low:number2} to {high:number2}", fr="{low:number2} à {high:number2}")
NOT_BINDING = Text(
    en="It is not binding: going on keeps the error.", fr="Elle n’est pas contraignante : continuer respecte l’erreur."
)
ENLARGED = Text(
    en="Promising: conditional power {now:percent1} lies between {least:percent1} and the power planned. The second "
    "stage "
    "may be {times:number2} times as large: {total} in all, conditional power {reached:percent1}. The combined test "
    "with "
    "the weights planned keeps the error; from {least:percent1} on, with the rule as planned, the usual one too.",
    fr="Prometteur : la puissance conditionnelle {now:percent1} se trouve entre {least:percent1} et la puissance "
    "prévue. "
    "La seconde étape peut être {times:number2} fois plus grande : {total} au total, puissance conditionnelle "
    "{reached:percent1}. Le test combiné avec les poids prévus respecte l’erreur ; à partir de {least:percent1}, "
    "avec la "
    "règle telle que prévue, le test habituel aussi.",
)
UNCHANGED = Text(
    en="The size stays: conditional power {now:percent1} lies outside the promising zone, {least:percent1} to the "
    "power "
    "planned.",
    fr="La taille reste : la puissance conditionnelle {now:percent1} est hors de la zone prometteuse, de "
    "{least:percent1} à "
    "la puissance prévue.",
)
NO_ADVICE = Text(
    en="These numbers inform those who decide; they change no boundary.",
    fr="Ces nombres informent ceux qui décident ; ils ne changent aucune limite.",
)
NO_SIZE = Text(
    en="The difference planned does not go with the rate found: no pair of shares gives both.",
    fr="La différence prévue ne va pas avec le taux trouvé : aucune paire de proportions ne donne les deux.",
)
SMALLER = Text(en="The number planned is not lowered for this.", fr="Le nombre prévu n’est pas abaissé pour cela.")


def interim_document(found: Looked, *, software: str, version: str) -> Document:
    """A look against its boundaries."""
    section = Section("interim", fill(LOOK, look=found.look), look_blocks(found))
    return titled(found.sized.plan, (section,), software=software, version=version)


def look_blocks(found: Looked) -> tuple[Block, ...]:
    """The same without a document around it."""
    return (*_where(found), *_chances(found), Paragraph(NO_ADVICE))


def blinded_document(found: Blinded, *, software: str, version: str) -> Document:
    """The size again."""
    is_rate = found.sized.plan.endpoint.kind == "binary"
    kind = "rate" if is_rate else "sd"
    rows = [
        Fact(FACTS["judged"], Cell(found.judged)),
        Fact(FACTS[f"{kind}_planned"], Cell(Share(found.planned) if is_rate else Number(found.planned))),
        Fact(FACTS[f"{kind}_found"], Cell(Share(found.found) if is_rate else Number(found.found))),
        Fact(FACTS["total_planned"], Cell(found.sized.total)),
    ]
    blocks: list[Block] = []
    if found.again is None:
        blocks.append(Callout("warning", NO_SIZE))
    else:
        rows.append(Fact(FACTS["total_again"], Cell(found.again.total, emphasis=True)))
        if found.again.total < found.sized.total:
            blocks.append(Paragraph(SMALLER))
    section = Section("blinded", AGAIN, (KeyFacts(tuple(rows)), *blocks))
    return titled(found.sized.plan, (section,), software=software, version=version)


def _where(found: Looked) -> tuple[Block, ...]:
    upper, lower = (float(side[found.look - 1]) for side in (found.boundaries.upper, found.boundaries.lower))
    rows = [
        Fact(FACTS["z"], Cell(Number(found.seen.z, 3))),
        Fact(FACTS["fraction"], Cell(Share(found.seen.fraction))),
        Fact(FACTS["upper"], Cell(Number(upper, 3))),
    ]
    if found.seen.counts:
        rows.insert(2, Fact(FACTS["counts"], Cell(_counted(found.seen.counts))))
    if math.isfinite(lower) and found.look < len(found.boundaries.lower):
        side = "harm" if found.sized.plan.errors.sides == 2 else "lower"
        rows.append(Fact(FACTS[side], Cell(Number(lower, 3))))
    verdict: list[Block] = [Callout("info", VERDICTS[found.verdict])]
    if found.verdict == "futility" and not found.sized.looks.binding:
        verdict.append(Paragraph(NOT_BINDING))
    return (KeyFacts(tuple(rows)), *verdict)


def _counted(counts: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts)


def _chances(found: Looked) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if found.chances is not None:
        chances = found.chances
        values = (("trend", chances.under_the_trend), ("planned", chances.as_planned),
                  ("none", chances.without_effect), ("predictive", chances.predictive))  # fmt: skip
        blocks.append(KeyFacts(tuple(Fact(FACTS[name], Cell(Share(value))) for name, value in values)))
    if found.ended is not None:
        estimate, low, high = found.ended.of_planned
        rows = (
            Fact(FACTS["p"], Cell(Number(found.ended.p_value, 4))),
            Fact(FACTS["estimate"], Cell(Number(estimate))),
            Fact(FACTS["interval"], Cell(fill(BETWEEN, low=low, high=high))),
        )
        blocks.append(KeyFacts(rows))
    if found.promising is not None:
        blocks.append(Paragraph(_zone(found.promising)))
    return tuple(blocks)


def _zone(found: Promising) -> Filled:
    stage = found.stage
    told = {"now": stage.conditional_power, "least": found.least}
    if stage.enlarged <= 1:
        return fill(UNCHANGED, **told)
    return fill(ENLARGED, times=stage.enlarged, total=found.total, reached=stage.reached, **told)
