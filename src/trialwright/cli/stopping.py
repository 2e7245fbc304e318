"""The stopping tables of a protocol, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.stopping import StoppingTable

HEADING = Text(
    en="Stopping table of rule {place}, stop_at_boundary ({origin}; {whose})",
    fr="Table d'arrêt de la règle {place}, stop_at_boundary ({origin} ; {whose})",
)
ORIGIN = {
    True: Text(en="derived from its probabilities", fr="déduite de ses probabilités"),
    False: Text(en="as given", fr="telle que donnée"),
}
WHOSE = {
    "all": Text(en="all levels together", fr="tous paliers confondus"),
    "any": Text(en="each level by itself", fr="chaque palier séparément"),
}
ONE_LEVEL = Text(en="level {level}", fr="palier {level}")
AT = Text(
    en="{settled} settled: {dlts} DLT or more",
    fr="{settled} évalués : {dlts} DLT ou plus",
)
NEVER = Text(en="{settled} settled: no number of DLTs", fr="{settled} évalués : aucun nombre de DLT")
CROSSED = Text(
    en="reached with probability {chance:percent1} if the DLT rate is {rate:percent1}",
    fr="atteinte avec une probabilité de {chance:percent1} si le taux de DLT est de {rate:percent1}",
)


def heading(table: StoppingTable, spoken: Language) -> str:
    """Which rule it belongs to, where it comes from, and whose DLTs count."""
    whose = WHOSE[table.level].said(spoken) if table.level in WHOSE else ONE_LEVEL.said(spoken, level=table.level)
    return HEADING.said(spoken, place=table.place, origin=ORIGIN[table.derived].said(spoken), whose=whose)


def lines(table: StoppingTable, spoken: Language) -> list[str]:
    """What stops at each number of settled participants, and how probably the boundary is ever reached."""
    steps = [
        (AT if dlts is not None else NEVER).said(spoken, settled=settled, dlts=dlts) for settled, dlts in table.steps
    ]
    return steps + [CROSSED.said(spoken, rate=rate, chance=chance) for rate, chance in table.crossed]
