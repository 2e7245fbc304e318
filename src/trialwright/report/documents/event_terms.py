"""Adverse events by system organ class and preferred term: people and events, worst grades, and a figure of both."""

from __future__ import annotations

from trialwright.analysis.terms import TermRow, WorstGrades
from trialwright.report.documents.event_kinds import level_columns, level_sizes, tally_cell
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Block, Cell, Column, Count, Figure, Filled, Paragraph, Table, Words, fill
from trialwright.report.specifications import ButterflyFigure, ButterflyRow
from trialwright.vocabulary.words import Language, Text

SHOWN = 20  # terms in the figure, in the order of the table
NOT_CODED = Text(en="Not coded", fr="Non codé")
AS_REPORTED = Text(en="{term} (as reported)", fr="{term} (tel que rapporté)")
LEVEL = Text(en="level {level}", fr="palier {level}")
NONE = Text(
    en="No treatment-emergent adverse event has been recorded.",
    fr="Aucun événement indésirable survenu sous traitement n'a été enregistré.",
)
ORDER = Text(
    en="Classes by people (most first), then events, then name; terms likewise within their class; without a class "
    "last.",
    fr="Classes par nombre de personnes (décroissant), puis d'événements, puis nom ; de même pour les termes ; "
    "événements non classés en dernier.",
)
COUNTED = Text(
    en="Treatment-emergent events. Participants with at least one such event, share of those infused, events in "
    "brackets.",
    fr="Événements survenus sous traitement. Personnes ayant au moins un tel événement, part des personnes perfusées, "
    "nombre d'événements entre crochets.",
)
UNCODED = Text(
    en="Terms that nobody coded stand as reported, under the class that was reported with them or under “Not coded”.",
    fr="Les termes non codés figurent tels que rapportés, sous la classe rapportée ou sous « Non codé ».",
)
WORST = Text(
    en="Each participant counts once per row, by the worst grade of any such event.",
    fr="Chaque personne compte une fois par ligne, selon le grade maximal de ses événements.",
)


def term_blocks(findings: Findings) -> tuple[Block, ...]:
    """The table by term, the table of worst grades, and the figure; a sentence where there is nothing to show."""
    if not findings.terms:
        return (Paragraph(NONE),)
    return (_term_table(findings), _grade_table(findings), _figure(findings))


def _name(row: TermRow) -> Words:
    if not row.pt:
        return row.soc or NOT_CODED
    return row.pt if row.coded or not row.soc else fill(AS_REPORTED, term=row.pt)


def _label(row: TermRow) -> Cell:
    return Cell(_name(row), emphasis=not row.pt, indent=1 if row.pt else 0)


def _term_table(findings: Findings) -> Table:
    split = findings.invented and len(findings.case.study.dose_levels) > 1
    rows = tuple(
        (
            _label(row),
            *(Cell(tally_cell(one), illustrative=split and one.of > 0) for one in row.levels),
            Cell(tally_cell(row.total), emphasis=not row.pt),
        )
        for row in findings.terms
    )
    return Table(
        name="adverse-events-by-term",
        title=Text(
            en="Adverse events by system organ class and preferred term",
            fr="Événements indésirables par classe de systèmes d'organes et terme préférentiel",
        ),
        columns=(
            Column("term", Text(en="Class and term", fr="Classe et terme")),
            *level_columns(findings, level_sizes(findings), total=len(findings.case.infused)),
        ),
        rows=rows,
        notes=(COUNTED, ORDER, *_uncoded(findings)),
    )


def _uncoded(findings: Findings) -> tuple[Text, ...]:
    return () if all(row.coded for row in findings.terms) else (UNCODED,)


def _grade_table(findings: Findings) -> Table:
    columns = [
        Column("term", Text(en="Class and term", fr="Classe et terme")),
        Column("level", Text(en="Dose level (as given)", fr="Palier de dose (reçue)")),
        Column("n", "N", "right"),
    ]
    columns += [
        Column(f"grade_{grade}", Text(en=f"Grade {grade}", fr=f"Grade {grade}"), "right") for grade in range(1, 6)
    ]
    columns.append(Column("severe", Text(en="Grade 3 or more", fr="Grade 3 ou plus"), "right"))
    rows = tuple(cells for row in findings.terms for cells in _grade_rows(findings, row))
    return Table(
        name="adverse-event-worst-grades",
        title=Text(
            en="Worst grade of each participant, by class, term and dose level",
            fr="Grade maximal de chaque personne, par classe, terme et palier de dose",
        ),
        columns=tuple(columns),
        rows=rows,
        notes=(WORST, *_uncoded(findings)),
    )


def _grade_rows(findings: Findings, row: TermRow) -> list[tuple[Cell, ...]]:
    """A line for every dose level where the event came, and one for all levels where there are several.

    Who had which event decides the worst grades; where that is not published, all of them are illustrative.
    """
    unsure = any(one.known.illustrative("usubjid") for one in findings.listing)
    lines: list[tuple[Text | Filled, WorstGrades]] = [
        (fill(LEVEL, level=place), one) for place, one in enumerate(row.grades, start=1) if one.any
    ]
    if len(level_sizes(findings)) > 1:
        lines.append((Text(en="all levels", fr="tous paliers"), row.total_grades))
    return [
        (_label(row) if place == 0 else Cell(""), *_grade_cells(group, grades, illustrative=unsure))
        for place, (group, grades) in enumerate(lines)
    ]


def _grade_cells(group: Text | Filled, grades: WorstGrades, *, illustrative: bool) -> tuple[Cell, ...]:
    counts = (*grades.people, grades.severe)
    return (
        Cell(group),
        Cell(grades.of),
        *(Cell(Count(n, grades.of), illustrative=illustrative and n > 0) for n in counts),
    )


class _Alt:
    """The figure in words: how many terms, and the most frequent one."""

    def __init__(self, rows: tuple[TermRow, ...]) -> None:
        self.rows = rows

    def said(self, language: Language, /) -> str:
        """One sentence for every term shown."""
        words = Text(
            en="{term}: {people} of {of}, grade 3 or more {severe}.",
            fr="{term} : {people} sur {of}, grade 3 ou plus {severe}.",
        )
        return " ".join(
            words.said(language, term=row.pt, people=row.total.people, of=row.total.of, severe=row.total_grades.severe)
            for row in self.rows
        )


def _figure(findings: Findings) -> Figure:
    """Any grade to the left, grade 3 or more to the right, for the terms of the table."""
    rows = tuple(sorted((row for row in findings.terms if row.pt), key=lambda row: -row.total.people)[:SHOWN])
    return Figure(
        name="adverse-event-butterfly",
        title=Text(
            en="Adverse events by term: any grade, and grade 3 or more",
            fr="Événements indésirables par terme : tout grade, et grade 3 ou plus",
        ),
        alt=_Alt(rows),
        spec=ButterflyFigure(
            rows=tuple(
                ButterflyRow(row.pt, (row.total.people, row.total.of), (row.total_grades.severe, row.total_grades.of))
                for row in rows
            ),
            left_label=Text(en="Any grade", fr="Tout grade"),
            right_label=Text(en="Grade 3 or more", fr="Grade 3 ou plus"),
            axis_label=fill(AXIS, n=len(findings.case.infused)),
        ),
        notes=(fill(MORE, shown=SHOWN),) if sum(bool(row.pt) for row in findings.terms) > SHOWN else (),
    )


AXIS = Text(en="Share of the {n} participants infused", fr="Part des {n} personnes perfusées")
MORE = Text(
    en="The {shown} terms with the most participants; all of them are in the table.",
    fr="Les {shown} termes touchant le plus de personnes ; tous figurent dans le tableau.",
)
