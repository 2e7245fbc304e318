"""What the tables of somebody else's data share: columns for the arms, rows of counts and of summaries."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from trialwright.analysis.adam.notes import Coercion, FileRead, Note
from trialwright.analysis.adam.results import TOTAL, Answer, Lookup
from trialwright.analysis.adam.summaries import against
from trialwright.analysis.adam.trial import AdamTrial
from trialwright.report.documents.adam_cells import Between, P, Spread
from trialwright.report.model import Cell, Column, Count, Filled, Number, Table, Tally, Value, Words, fill
from trialwright.vocabulary.words import Text

ALL = Text(en="Total", fr="Total")
P_AGAINST = Text(en="P, {arm} v {reference}", fr="P, {arm} contre {reference}")
P_ALL = Text(en="P, all arms", fr="P, tous les bras")
N_ROW = Text(en="n", fr="n")
MISSING = Text(en="Missing", fr="Manquant")
MEAN_SD = Text(en="Mean (SD)", fr="Moyenne (écart type)")
MEDIAN = Text(en="Median", fr="Médiane")
QUARTILES = Text(en="First, third quartile", fr="Premier, troisième quartile")
RANGE = Text(en="Minimum, maximum", fr="Minimum, maximum")
OF_POPULATION = Text(
    en="Population: {flag}; percentages of everybody in it of that arm. Arms by {treatment}.",
    fr="Population : {flag} ; pourcentages de l'ensemble des personnes du bras. Bras selon {treatment}.",
)
EXACT = Text(
    en="P: Fisher's exact test, two-sided, of one arm against {reference}; not adjusted for the number of rows.",
    fr="P : test exact de Fisher bilatéral d'un bras contre {reference} ; non corrigé pour le nombre de lignes.",
)
ABOUT = Text(en="{about}: {note}.", fr="{about} : {note}.")


@final
@dataclass(frozen=True, slots=True)
class Told:
    """All that the report is made of: the trial, the answers of the analyses, and what was read."""

    trial: AdamTrial
    answers: Mapping[str, Answer]
    files: tuple[FileRead, ...] = ()
    coercions: tuple[Coercion, ...] = ()
    not_read: tuple[str, ...] = ()

    def answer(self, table: str) -> Answer | None:
        """The answer of an analysis, if it was asked for."""
        return self.answers.get(table)

    @property
    def digest(self) -> str:
        """One digest of all files that were read: of their names and digests, in order."""
        listed = "".join(f"{one.sha256}  {one.file}\n" for one in self.files)
        return hashlib.sha256(listed.encode()).hexdigest()

    def title_of(self, dataset: str, parameter: str) -> str:
        """What a parameter is called."""
        return self.trial.labels.get(f"{dataset}/{parameter}", "") or parameter


def notes_of(answer: Answer, *first: Words) -> tuple[Words, ...]:
    """The notes below a table: how to read it, then what the analysis noticed."""
    different = {(note.about, note.text, str(note.values)): note for note in answer.notes}
    return (*first, *map(said, different.values()))


def said(note: Note) -> Filled:
    """A note with the data set it is about."""
    return fill(ABOUT, about=note.about, note=note)


def arm_columns(arms: Iterable[str], sizes: Mapping[str, int], *, total: bool = True) -> list[Column]:
    """One column for each arm with its N, and one for all of them."""
    columns = [Column(f"arm_{place}", arm, "right", big_n=sizes.get(arm, 0)) for place, arm in enumerate(arms, 1)]
    return [*columns, Column("total", ALL, "right", big_n=sum(sizes.values()))] if total else columns


def p_columns(trial: AdamTrial) -> list[Column]:
    """One column for each arm compared with the reference arm."""
    return [
        Column(f"p_{place}", fill(P_AGAINST, arm=arm, reference=trial.reference), "right")
        for place, arm in enumerate(trial.arms, 1)
        if arm != trial.reference
    ]


def comparisons(trial: AdamTrial) -> list[str]:
    """How the comparisons with the reference arm are called in the results."""
    return [against(arm, trial.reference) for arm in trial.arms if arm != trial.reference]


def p_of(lookup: Lookup, item: Sequence[str], *, group: str, statistic: str = "p", visit: str = "") -> Value:
    """A p-value as a cell; nothing where there is none."""
    value = lookup.value(item, group, statistic=statistic, visit=visit)
    return P(value) if math.isfinite(value) else None


def counts(lookup: Lookup, item: Sequence[str], *, arms: Iterable[str], visit: str = "") -> list[Cell]:
    """How many of how many, for each arm and in total."""
    return [_count(lookup, item, group=arm, visit=visit) for arm in (*arms, TOTAL)]


def _count(lookup: Lookup, item: Sequence[str], *, group: str, visit: str) -> Cell:
    found = lookup.find(item, group, statistic="people", visit=visit)
    if found is None:
        return Cell(None)
    return Cell(Count(int(found.value), int(lookup.value(item, group, statistic="of", visit=visit))))


def tallies(lookup: Lookup, item: Sequence[str], *, arms: Iterable[str]) -> list[Cell]:
    """People of how many, and their events, for each arm and in total."""
    cells = []
    for group in (*arms, TOTAL):
        people, of, events = (int(lookup.value(item, group, statistic=name)) for name in ("people", "of", "events"))
        cells.append(Cell(Tally(people, of, events)))
    return cells


def summary_rows(lookup: Lookup, item: Sequence[str], *, groups: Sequence[str], further: int) -> list[tuple[Cell, ...]]:
    """The rows of a summary: n, mean (SD), median, quartiles, range; and missing ones where there are any."""
    after = (Cell(None),) * further

    def values(name: str, group: str) -> float:
        return lookup.value(item, group, statistic=name)

    def decimals(group: str) -> int:
        found = lookup.find(item, group, statistic="n")
        return 0 if found is None else found.decimals

    def line(label: Words, make: Callable[[str], Value]) -> tuple[Cell, ...]:
        cells = (Cell(make(group) if values("n", group) > 0 else None) for group in groups)
        return (Cell(label, indent=1), *cells, *after)

    rows = [
        (Cell(N_ROW, indent=1), *(Cell(_whole(values("n", group))) for group in groups), *after),
        line(MEAN_SD, lambda group: Spread(values("mean", group), values("sd", group), decimals(group))),
        line(MEDIAN, lambda group: Number(values("median", group), decimals(group) + 1)),
        line(QUARTILES, lambda group: Between(values("q1", group), values("q3", group), decimals(group) + 1)),
        line(RANGE, lambda group: Between(values("min", group), values("max", group), decimals(group))),
    ]
    if any(values("missing", group) > 0 for group in groups):
        rows.append((Cell(MISSING, indent=1), *(Cell(_whole(values("missing", group))) for group in groups), *after))
    return rows


def _whole(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None


def heading(label: Words, width: int, *last: Value) -> tuple[Cell, ...]:
    """A row that only heads those below it; ``last`` fills its last cells."""
    empty = width - 1 - len(last)
    return (Cell(label, emphasis=True), *(Cell("") for _ in range(empty)), *(Cell(value) for value in last))


def table(
    name: str, title: Words, *, columns: Sequence[Column], rows: Iterable[tuple[Cell, ...]], notes: Sequence[Words],
    empty: Words | None = None,
) -> Table:  # fmt: skip
    """A table; on its side where it has many columns."""
    return Table(name, title, tuple(columns), tuple(rows), notes=tuple(notes), empty=empty, landscape=len(columns) > 6)
