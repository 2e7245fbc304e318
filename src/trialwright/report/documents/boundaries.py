"""The safety boundaries of the protocol, beside what was seen."""

from __future__ import annotations

from trialwright.analysis.boundaries import Boundary
from trialwright.report.documents.findings import NO, UNKNOWN, YES, Findings
from trialwright.report.model import Cell, Column, Share, Table, Value, fill
from trialwright.vocabulary.words import Text

TITLE = Text(
    en="Safety boundaries of the protocol at the data cut",
    fr="Limites de sécurité du protocole à la date d'extraction",
)
NOTE = Text(
    en="DLTs that reach it: the least number with so many evaluable; none where no number does yet, or where the "
    "boundary is a probability of the design's posterior, which rests on all levels.",
    fr="DLT qui l'atteignent : le plus petit nombre pour cet effectif évaluable ; aucun si aucun nombre ne l'atteint "
    "encore, ou si la limite est une probabilité a posteriori du plan, qui dépend de tous les paliers.",
)
LEVEL = Text(en="level {level}", fr="palier {level}")
ALL = Text(en="all levels together", fr="tous paliers confondus")
ABOVE = Text(
    en="P(rate > {limit:percent0}) above {confidence:percent0}",
    fr="P(taux > {limit:percent0}) au-delà de {confidence:percent0}",
)
COUNT = Text(en="number of DLTs", fr="nombre de DLT")


def boundary_table(findings: Findings) -> Table:
    """One row for each rule and each group of people it judges."""
    return Table(
        name="safety-boundaries",
        title=TITLE,
        columns=(
            Column("rule", Text(en="Rule", fr="Règle")),
            Column("judged", Text(en="Judged", fr="Jugé")),
            Column("asked", Text(en="Boundary", fr="Limite")),
            Column("n", Text(en="Evaluable", fr="Évaluables"), "right"),
            Column("dlt", Text(en="DLT", fr="DLT"), "right"),
            Column("stop_at", Text(en="DLTs that reach it", fr="DLT qui l'atteignent"), "right"),
            Column("probability", Text(en="Probability now", fr="Probabilité actuelle"), "right"),
            Column("reached", Text(en="Reached", fr="Atteinte")),
        ),
        rows=tuple(_row(one) for one in findings.toxicity.boundaries),
        notes=(NOTE,),
    )


def _row(one: Boundary) -> tuple[Cell, ...]:
    asked: Value = COUNT
    if one.limit is not None:
        asked = fill(ABOVE, limit=one.limit, confidence=one.confidence)
    return (
        Cell(one.rule),
        Cell(fill(LEVEL, level=one.dose_level) if one.dose_level else ALL),
        Cell(asked),
        Cell(one.n),
        Cell(one.n_dlt),
        Cell(one.stop_at),
        Cell(None if one.exceedance is None else Share(one.exceedance)),
        Cell(UNKNOWN if one.reached is None else YES if one.reached else NO, emphasis=one.reached is True),
    )
