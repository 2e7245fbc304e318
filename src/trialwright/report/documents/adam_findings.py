"""Laboratory values, vital signs and scores by visit, and laboratory shifts, laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trialwright.analysis.adam.results import Answer, Lookup
from trialwright.analysis.adam.summaries import ALL_ARMS
from trialwright.analysis.adam.trial import Theme
from trialwright.report.documents.adam_cells import Spread
from trialwright.report.documents.adam_layout import OF_POPULATION, P_ALL, Told, heading, notes_of, p_of, table
from trialwright.report.model import Cell, Column, Section, Table, Words, fill
from trialwright.vocabulary.words import Text

SECTION = Text(en="Laboratory and vital signs", fr="Laboratoire et signes vitaux")
BY_VISIT = Text(en="{dataset} by visit", fr="{dataset} par visite")
SHIFT = Text(
    en="{dataset}: from the category at baseline to the worst on treatment",
    fr="{dataset} : de la catégorie à l'inclusion à la pire sous traitement",
)
VISIT = Text(en="Parameter / visit", fr="Paramètre / visite")
VALUE, CHANGE = Text(en="Value", fr="Valeur"), Text(en="Change", fr="Variation")
ARM_VALUE = Text(en="{arm}: {what}", fr="{arm} : {what}")
CELLS = Text(
    en="Mean (SD) [n]; change from baseline. Median and range of every cell are in results.csv.",
    fr="Moyenne (écart type) [n] ; variation depuis l'inclusion. Médiane et étendue sont dans results.csv.",
)
NOTHING = Text(en="There is no value to show.", fr="Aucune valeur à montrer.")
FROM_TO = Text(en="Baseline → worst", fr="Inclusion → pire")
CATEGORIES: Mapping[str, Text] = {
    "low": Text(en="low", fr="bas"),
    "normal": Text(en="normal", fr="normal"),
    "high": Text(en="high", fr="haut"),
    "low and high": Text(en="low and high", fr="bas et haut"),
    "not known": Text(en="not known", fr="inconnu"),
}
ARROW = Text(en="{start} → {end}", fr="{start} → {end}")
CMH_NOTE = Text(
    en="P: Cochran-Mantel-Haenszel test of mean scores between arms within categories at baseline.",
    fr="P : test de Cochran-Mantel-Haenszel des scores moyens entre bras, stratifié sur la catégorie à l'inclusion.",
)
PEOPLE = Text(en="Numbers of people.", fr="Nombres de personnes.")


class _MeanOf:
    """A mean with its standard deviation and how many values it was made from."""

    def __init__(self, spread: Spread, n: int) -> None:
        self.spread, self.n = spread, n

    def said(self, language: str, /) -> str:
        """All three in the reader's language."""
        return f"{self.spread.said(language)} [{self.n}]"  # type: ignore[arg-type]


def findings_section(told: Told) -> Section | None:
    """By visit and shift tables of laboratory and vital signs; None where there are none."""
    blocks = []
    for name in told.trial.datasets_like("ADLB", "ADVS", "ADEG"):
        answer, shift = told.answer(name.lower()), told.answer(f"{name.lower()}_shift")
        blocks += [visit_table(told, answer, dataset=name, theme="safety")] if answer else []
        blocks += [_shift(told, shift, dataset=name)] if shift else []
    return Section("laboratory", SECTION, tuple(blocks)) if blocks else None


def visit_table(told: Told, answer: Answer, *, dataset: str, theme: Theme) -> Table:
    """Every parameter and visit: the value and its change, by arm."""
    lookup, population = Lookup(answer.results), told.trial.population(theme)
    changes = any(one.statistic == "CHG n" and one.value for one in answer.results)
    columns = [Column("visit", VISIT)]
    for place, arm in enumerate(told.trial.arms, 1):
        n = population.sizes[arm]
        columns.append(Column(f"value_{place}", fill(ARM_VALUE, arm=arm, what=VALUE), "right", big_n=n))
        columns += [Column(f"change_{place}", fill(ARM_VALUE, arm=arm, what=CHANGE), "right")] if changes else []
    rows: list[tuple[Cell, ...]] = []
    headed: tuple[str, ...] = ()
    for item, visit in dict.fromkeys((one.item, one.visit) for one in answer.results):
        if item != headed:
            headed = item
            title = told.title_of(dataset, item[0])
            rows.append(heading(" · ".join((title, *item[1:])), len(columns)))
        cells = _cells(lookup, item, arms=told.trial.arms, visit=visit, kinds=("AVAL", "CHG") if changes else ("AVAL",))
        rows.append((Cell(visit, indent=1), *cells))
    first = fill(OF_POPULATION, flag=population.flag, treatment=population.treatment)
    notes = notes_of(answer, first, CELLS)
    name = f"{dataset.lower()}_by_visit"
    return table(name, fill(BY_VISIT, dataset=_called(dataset)), columns=columns, rows=rows, notes=notes, empty=NOTHING)


NAMES: Mapping[str, Text] = {
    "ADLBC": Text(en="Blood chemistry (ADLBC)", fr="Biochimie sanguine (ADLBC)"),
    "ADLBH": Text(en="Haematology (ADLBH)", fr="Hématologie (ADLBH)"),
    "ADLB": Text(en="Laboratory values (ADLB)", fr="Valeurs de laboratoire (ADLB)"),
    "ADVS": Text(en="Vital signs (ADVS)", fr="Signes vitaux (ADVS)"),
    "ADEG": Text(en="Electrocardiogram (ADEG)", fr="Électrocardiogramme (ADEG)"),
}


def _called(dataset: str) -> Words:
    return NAMES.get(dataset, dataset)


def _cells(
    lookup: Lookup, item: tuple[str, ...], *, arms: Iterable[str], visit: str, kinds: tuple[str, ...]
) -> list[Cell]:
    cells = []
    for arm in arms:
        for kind in kinds:
            found = lookup.find(item, arm, statistic=f"{kind} n", visit=visit)
            if found is None or not found.value:
                cells.append(Cell(None))
                continue
            mean, sd = (lookup.value(item, arm, statistic=f"{kind} {one}", visit=visit) for one in ("mean", "sd"))
            cells.append(Cell(_MeanOf(Spread(mean, sd, found.decimals), int(found.value))))
    return cells


def _shift(told: Told, answer: Answer, *, dataset: str) -> Table:
    """Every pair of categories that anybody has, by arm."""
    lookup, population, tested = Lookup(answer.results), told.trial.population("safety"), told.trial.settings.tests
    columns = [Column("shift", FROM_TO)]
    columns += [
        Column(f"arm_{place}", arm, "right", big_n=population.sizes[arm])
        for place, arm in enumerate(told.trial.arms, 1)
    ]
    columns += [Column("p", P_ALL, "right")] if tested else []
    rows, headed = [], ""
    for item in answer.items():
        if item[0] != headed:
            headed = item[0]
            p = [p_of(lookup, item[:1], group=ALL_ARMS)] if tested else []
            rows.append(heading(told.title_of(dataset, headed), len(columns), *p))
        if len(item) == 1:
            continue
        people = [int(lookup.value(item, arm, statistic="people")) for arm in told.trial.arms]
        if any(people):
            label = fill(ARROW, start=CATEGORIES[item[1]], end=CATEGORIES[item[2]])
            rows.append((Cell(label, indent=1), *map(Cell, people), *[Cell("")] * int(tested)))
    first = fill(OF_POPULATION, flag=population.flag, treatment=population.treatment)
    notes = notes_of(answer, first, PEOPLE, *([CMH_NOTE] if tested else []))
    title = fill(SHIFT, dataset=_called(dataset))
    return table(f"{dataset.lower()}_shift", title, columns=columns, rows=rows, notes=notes, empty=NOTHING)
