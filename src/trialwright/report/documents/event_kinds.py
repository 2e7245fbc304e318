"""Kinds of adverse events in words, and people with events as a cell."""

from __future__ import annotations

from trialwright.analysis.adverse_events import Tally
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Column, Tally as TallyCell, Value
from trialwright.vocabulary.words import Text

KINDS = {
    "any": Text(en="Any adverse event", fr="Tout événement indésirable"),
    "emergent": Text(en="Treatment-emergent", fr="Survenu sous traitement"),
    "related": Text(en="Related to the product", fr="Lié au produit"),
    "not_judged": Text(en="Relation not judged yet", fr="Imputabilité non encore jugée"),
    "grade_1": Text(en="Grade 1", fr="Grade 1"),
    "grade_2": Text(en="Grade 2", fr="Grade 2"),
    "grade_3_or_more": Text(en="Grade 3 or more", fr="Grade 3 ou plus"),
    "serious": Text(en="Serious", fr="Grave"),
    "serious_unknown": Text(en="Seriousness not published or not known", fr="Gravité non publiée ou inconnue"),
    "fatal": Text(en="Fatal", fr="Mortel"),
    "dlt": Text(en="Dose-limiting", fr="Limitant la dose"),
    "after_relapse": Text(en="After a relapse", fr="Après une rechute"),
}


def kind_words(findings: Findings, kind: str) -> Text:
    """A kind of event in words: one of ours, or one of the protocol's special interest."""
    named = {f"interest:{one.name}": one.title for one in findings.case.study.safety.special_interest}
    return named.get(kind) or KINDS[kind]


def tally_cell(tally: Tally) -> Value:
    """People, their share and their events; missing of nobody."""
    return TallyCell(tally.people, tally.of, tally.events)


def level_columns(findings: Findings, sizes: tuple[int, ...], *, total: int) -> list[Column]:
    """A column for every dose level and one for the total, with the number of people as big N."""
    columns = [
        Column(f"level_{place}", findings.dose(place), "right", big_n=size) for place, size in enumerate(sizes, start=1)
    ]
    return [*columns, Column("total", Text(en="Total", fr="Total"), "right", big_n=total)]


def level_sizes(findings: Findings) -> tuple[int, ...]:
    """How many people were infused at every dose level, by the dose given."""
    return tuple(one.of for one in findings.overview[0].levels)
