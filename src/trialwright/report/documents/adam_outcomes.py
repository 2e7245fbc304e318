"""Outcomes of somebody else's trial, laid out: scores by visit, ANCOVA, repeated measures, categories, responders."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from trialwright.analysis.adam import ancova, categories, mmrm
from trialwright.analysis.adam.outcomes import datasets_of
from trialwright.analysis.adam.results import Answer, Lookup, Result
from trialwright.analysis.adam.summaries import ALL_ARMS, against
from trialwright.report.documents.adam_cells import P, Spread
from trialwright.report.documents.adam_findings import visit_table
from trialwright.report.documents.adam_layout import EXACT, Told, comparisons, heading, notes_of, table
from trialwright.report.model import Block, Cell, Column, Count, Estimate, Section, Table, Value, Words, fill
from trialwright.vocabulary.words import Text

SECTION = Text(en="Outcomes", fr="Critères de jugement")
ROW = Text(en="Visit / statistic", fr="Visite / statistique")
OF_FLAG = Text(en="Population: {flag}. {method}.", fr="Population : {flag}. {method}.")
ANCOVA = Text(en="{title}: analysis of covariance by visit", fr="{title} : analyse de covariance par visite")
MMRM = Text(en="{title}: repeated measures (MMRM)", fr="{title} : mesures répétées (MMRM)")
CATEGORIES = Text(en="{title}: categories by visit", fr="{title} : catégories par visite")
RESPONDERS = Text(en="Responders", fr="Répondeurs")
UNADJUSTED = Text(
    en="Limits of {level:percent0}; P two-sided, not adjusted for the number of comparisons.",
    fr="Limites à {level:percent0} ; P bilatéral, non corrigé pour le nombre de comparaisons.",
)
ROWS: Mapping[str, Text] = {
    "n": Text(en="n", fr="n"),
    "BASE": Text(en="Baseline, mean (SD)", fr="Inclusion, moyenne (écart type)"),
    "AVAL": Text(en="Value, mean (SD)", fr="Valeur, moyenne (écart type)"),
    "CHG": Text(en="Change, mean (SD)", fr="Variation, moyenne (écart type)"),
    "LS mean": Text(en="LS mean (SE)", fr="Moyenne ajustée (erreur type)"),
    "limits": Text(en="LS mean, limits", fr="Moyenne ajustée, limites"),
    "p": Text(en="P", fr="P"),
}
DIFFERENCE = Text(en="Difference from {other} (limits)", fr="Différence avec {other} (limites)")
P_FROM = Text(en="P, difference from {other}", fr="P, différence avec {other}")
DOSE = Text(en="P, linear dose response", fr="P, dose-réponse linéaire")
CMH = Text(en="P, mean scores (CMH)", fr="P, scores moyens (CMH)")
SHARE = Text(en="{arm}: responders (exact limits)", fr="{arm} : répondeurs (limites exactes)")
GAP = Text(
    en="{arm} v {reference}: difference (limits)",
    fr="{arm} contre {reference} : différence (limites)",
)
MN_NOTE = Text(
    en="Exact limits of each share (Clopper-Pearson); limits of differences after Miettinen and Nurminen.",
    fr="Limites exactes des proportions (Clopper-Pearson) ; limites des différences de Miettinen et Nurminen.",
)
NOTHING = Text(en="There is nothing to model.", fr="Il n'y a rien à modéliser.")
WHICH = Text(en="Responders / visit", fr="Répondeurs / visite")


def outcomes_section(told: Told) -> Section | None:
    """All tables of outcomes; None where none was asked for or there is none."""
    blocks: list[Block] = []
    for name in datasets_of(told.trial):
        answer = told.answer(name.lower())
        blocks += [visit_table(told, answer, dataset=name, theme="efficacy")] if answer else []
    blocks += _models(told, ancova.TABLE, title=ANCOVA)
    blocks += _models(told, mmrm.TABLE, title=MMRM)
    blocks += _categories(told)
    blocks += _responders(told)
    return Section("outcomes", SECTION, tuple(blocks)) if blocks else None


def _models(told: Told, name: str, *, title: Text) -> Iterator[Table]:
    """One table for each parameter; the notes of all stand under the first."""
    answer = told.answer(name)
    if answer is None:
        return
    notes = notes_of(answer)
    for item in answer.items():
        own = [one for one in answer.results if one.item == item]
        told_by = _told_by(told, own)
        rows = [*_rows(told, Lookup(own), item=item, visits=list(dict.fromkeys(one.visit for one in own)))]
        columns = [Column("statistic", ROW), *_arm_columns(told)]
        called = fill(title, title=told.title_of(*item))
        yield table(f"{name}_{item[0]}_{item[1]}".lower(), called, columns=columns, rows=rows, notes=(*told_by, *notes))
        notes = ()
    if notes and not answer.results:
        columns = [Column("statistic", ROW), *_arm_columns(told)]
        yield table(name, fill(title, title="ADaM"), columns=columns, rows=(), notes=notes, empty=NOTHING)


def _arm_columns(told: Told) -> list[Column]:
    sizes = told.trial.population("efficacy").sizes
    return [Column(f"arm_{place}", arm, "right", big_n=sizes[arm]) for place, arm in enumerate(told.trial.arms, 1)]


FRENCH: Mapping[str, str] = {
    "treatment × visit": "traitement × visite",
    " × visit": " × visite",
    "treatment": "traitement",
    "LS means balanced": "moyennes ajustées à poids égaux",
    "LS means observed": "moyennes ajustées aux effectifs observés",
    "imputed rows": "lignes imputées",
    ", with ": ", avec ",
    " covariance, ": ", covariance, ",
    "degrees of freedom": "(degrés de liberté)",
    "test, row mean scores": ", scores moyens",
    "stratified by": "stratifié par",
    ": ": " : ",
    "; ": " ; ",
}


def in_words(method: str) -> Text:
    """A method of the results as both languages write it.

    >>> in_words("ANCOVA: CHG = treatment + BASE; LS means balanced").fr
    'ANCOVA : CHG = traitement + BASE ; moyennes ajustées à poids égaux'
    """
    french = method
    for english, word in FRENCH.items():
        french = french.replace(english, word)
    return Text.literally(method, french)


def _told_by(told: Told, results: Sequence[Result]) -> tuple[Words, ...]:
    method = in_words(next((one.method for one in results if one.method), "—"))
    flag = results[0].population
    return (fill(OF_FLAG, flag=flag, method=method), fill(UNADJUSTED, level=told.trial.settings.confidence))


def _rows(told: Told, lookup: Lookup, *, item: tuple[str, ...], visits: list[str]) -> Iterator[tuple[Cell, ...]]:
    """For each visit: what was observed, adjusted means, and differences below the arm that is compared."""
    arms, width = told.trial.arms, len(told.trial.arms) + 1
    for visit in visits:
        yield heading(visit, width)
        yield _line("n", [_n(lookup, item, arm=arm, visit=visit) for arm in arms])
        for column in ("BASE", "AVAL", "CHG"):
            cells = [
                _spread(lookup, item, arm=arm, visit=visit, names=(column + " mean", column + " sd")) for arm in arms
            ]
            if any(cell is not None for cell in cells):
                yield _line(column, cells)
        means = [_spread(lookup, item, arm=arm, visit=visit, names=("LS mean", "LS mean se")) for arm in arms]
        if any(cell is not None for cell in means):
            yield _line("LS mean", means)
        for other in arms[:1] if len(arms) == 1 else (told.trial.reference, *_others(told)[:-1]):
            yield from _differences(told, lookup, item=item, visit=visit, other=other)
        p = lookup.value(item, ALL_ARMS, statistic="dose response p", visit=visit)
        if math.isfinite(p):
            yield (Cell(DOSE, indent=1), *[Cell("")] * (width - 2), Cell(P(p)))


def _others(told: Told) -> list[str]:
    return [arm for arm in told.trial.arms if arm != told.trial.reference]


def _line(name: str, values: Sequence[Value]) -> tuple[Cell, ...]:
    return (Cell(ROWS[name], indent=1), *map(Cell, values))


def _n(lookup: Lookup, item: tuple[str, ...], *, arm: str, visit: str) -> Value:
    for name in ("n", "CHG n", "AVAL n"):
        found = lookup.find(item, arm, statistic=name, visit=visit)
        if found is not None:
            return int(found.value)
    return 0


def _spread(lookup: Lookup, item: tuple[str, ...], *, arm: str, visit: str, names: tuple[str, str]) -> Value:
    found = lookup.find(item, arm, statistic=names[0], visit=visit)
    if found is None:
        return None
    return Spread(found.value, lookup.value(item, arm, statistic=names[1], visit=visit), found.decimals)


def _differences(
    told: Told, lookup: Lookup, *, item: tuple[str, ...], visit: str, other: str
) -> Iterator[tuple[Cell, ...]]:
    """Two rows: differences from another arm with their limits, and their P."""
    gaps: list[Value] = []
    ps: list[Value] = []
    for arm in told.trial.arms:
        found = lookup.find(item, against(arm, other), statistic="difference", visit=visit)
        if found is None:
            gaps.append("")
            ps.append("")
            continue
        names = ("difference lower", "difference upper", "difference p")
        low, high, p = (lookup.value(item, found.group, statistic=name, visit=visit) for name in names)
        gaps.append(Estimate(found.value, low, high, decimals=found.decimals + 1))
        ps.append(P(p))
    if any(gap != "" for gap in gaps):
        yield (Cell(fill(DIFFERENCE, other=other), indent=1), *map(Cell, gaps))
        yield (Cell(fill(P_FROM, other=other), indent=1), *map(Cell, ps))


def _categories(told: Told) -> Iterator[Table]:
    answer = told.answer(categories.TABLE)
    for item in dict.fromkeys(one.item[:2] for one in answer.results) if answer else ():
        assert answer is not None
        own = [one for one in answer.results if one.item[:2] == item]
        lookup, width = Lookup(own), len(told.trial.arms) + 1
        rows = []
        for visit in dict.fromkeys(one.visit for one in own):
            rows.append(heading(visit, width))
            for row in dict.fromkeys(one.item for one in own if len(one.item) > 2):
                cells = (_count(lookup, row, arm=arm, visit=visit) for arm in told.trial.arms)
                rows.append((Cell(row[2], indent=1), *cells))
            p = lookup.value(item, ALL_ARMS, statistic="p", visit=visit)
            if math.isfinite(p):
                rows.append((Cell(CMH, indent=1), *[Cell("")] * (width - 2), Cell(P(p))))
        columns = [Column("category", ROW), *_arm_columns(told)]
        notes = _told_by(told, [one for one in own if one.method] or own)
        title = fill(CATEGORIES, title=told.title_of(*item))
        yield table(f"categories_{item[0]}_{item[1]}".lower(), title, columns=columns, rows=rows, notes=notes[:1])


def _count(lookup: Lookup, item: tuple[str, ...], *, arm: str, visit: str) -> Cell:
    found = lookup.find(item, arm, statistic="people", visit=visit)
    if found is None:
        return Cell(None)
    return Cell(Count(int(found.value), int(lookup.value(item, arm, statistic="of", visit=visit))))


def _responders(told: Told) -> Iterator[Table]:
    answer = told.answer(categories.RESPONDERS)
    if answer is None or not answer.results:
        return
    lookup, trial = Lookup(answer.results), told.trial
    columns = [Column("visit", WHICH)]
    for place, arm in enumerate(trial.arms, 1):
        columns.append(Column(f"arm_{place}", fill(SHARE, arm=arm), "right"))
    for place, arm in enumerate(_others(told), 1):
        columns.append(Column(f"gap_{place}", fill(GAP, arm=arm, reference=trial.reference), "right"))
        columns += [Column(f"p_{place}", ROWS["p"], "right")] if trial.settings.tests else []
    rows = [*_responder_rows(told, answer, lookup=lookup, width=len(columns))]
    flag = answer.results[0].population
    exact = [fill(EXACT, reference=trial.reference)] if trial.settings.tests else []
    notes = notes_of(answer, fill(OF_FLAG, flag=flag, method=MN_NOTE), *exact)
    yield table("responders", RESPONDERS, columns=columns, rows=rows, notes=notes)


def _responder_rows(told: Told, answer: Answer, *, lookup: Lookup, width: int) -> Iterator[tuple[Cell, ...]]:
    headed: tuple[str, ...] = ()
    for item, visit in dict.fromkeys((one.item, one.visit) for one in answer.results):
        if item != headed:
            headed = item
            yield heading(f"{told.title_of(item[0], item[1])} · {item[2]}", width)
        cells = [Cell(_share(lookup, item, arm=arm, visit=visit)) for arm in told.trial.arms]
        for group in comparisons(told.trial):
            names = ("difference", "difference lower", "difference upper")
            gap, low, high = (lookup.value(item, group, statistic=name, visit=visit) for name in names)
            cells.append(Cell(Estimate(gap, low, high, decimals=1, as_share=True) if math.isfinite(gap) else None))
            if told.trial.settings.tests:
                cells.append(Cell(P(lookup.value(item, group, statistic="p", visit=visit))))
        yield (Cell(visit, indent=1), *cells)


def _share(lookup: Lookup, item: tuple[str, ...], *, arm: str, visit: str) -> Value:
    names = ("people", "of", "share lower", "share upper")
    people, of, low, high = (lookup.value(item, arm, statistic=name, visit=visit) for name in names)
    return Estimate(people / of, low, high, decimals=1, as_share=True) if of > 0 else None
