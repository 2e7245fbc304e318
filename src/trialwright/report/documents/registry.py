"""The results of a registry as a document to read: flow, baseline, outcomes, three tables of events, what lacks."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.analysis.registry import ONGOING, THRESHOLD, EventTables, RegistryResults, Sex, TermRow
from trialwright.report.documents.flow import HOW
from trialwright.report.documents.framing import trial_document
from trialwright.report.model import (
    Bullets,
    Cell,
    Column,
    Count,
    Document,
    Estimate,
    Filled,
    Section,
    Table,
    Tally,
    Value,
    Words,
    doses_in_words,
    fill,
    row,
)
from trialwright.vocabulary.words import Text

TITLE = Text(en="Results for registries: {title}", fr="Résultats pour les registres : {title}")
SUBTITLE = Text(en="{id} — data cut of {on}", fr="{id} — date d'extraction du {on}")
LEVEL = Text(en="Level {level}", fr="Palier {level}")
TOTAL = Text(en="Total", fr="Total")
STILL = Text(en="still in follow-up", fr="encore suivies")
SEX: dict[Sex, Text] = {
    "female": Text(en="Female", fr="Femmes"),
    "male": Text(en="Male", fr="Hommes"),
    "unknown": Text(en="Sex not recorded", fr="Sexe non recueilli"),
}
DLT = Text(en="Dose-limiting toxicity (primary)", fr="Toxicité limitant la dose (principal)")
ABOVE = Text(
    en="Other adverse events, above {threshold:percent0} in any group",
    fr="Autres événements indésirables, au-dessus de {threshold:percent0} dans un groupe",
)
LACKS = (
    Text(
        en="Race and ethnicity, contacts, certain agreements, and limitations are not in this record.",
        fr="Origine, contacts, accords et limites ne figurent pas dans ce registre.",
    ),
    Text(
        en="The JSON of ClinicalTrials.gov has the names of its public record; what its entry form accepts word by "
        "word was not checked, and its upload format is another one.",
        fr="Le JSON de ClinicalTrials.gov porte les noms de sa fiche publique ; ce que son formulaire accepte "
        "exactement n'a pas été vérifié, et son format de dépôt est différent.",
    ),
    Text(
        en="The JSON for EudraCT has its sections with names of our own, which are not verified; EudraCT takes XML, "
        "and CTIS a document.",
        fr="Le JSON pour EudraCT suit ses sections avec nos propres noms, non vérifiés ; EudraCT attend du XML et CTIS "
        "un document.",
    ),
)
NOT_CODED = Text(
    en="Some events are not coded: their terms are those of the record, and organ systems may be missing.",
    fr="Des événements ne sont pas codés : termes du registre, classes de systèmes d'organes parfois absentes.",
)
UNKNOWN = Text(
    en="{n} events of unknown seriousness are counted among the others.",
    fr="{n} événements de gravité inconnue sont comptés parmi les autres.",
)
EARLIER = Text(
    en="{n} events that began before the first infusion are left out.",
    fr="{n} événements survenus avant la première perfusion ne sont pas comptés.",
)


def registry_document(results: RegistryResults, *, software: str, version: str) -> Document:
    """The results in both languages; same case, same document."""
    case = results.case
    sections = (
        Section("flow", Text(en="Participant flow", fr="Flux des participants"), (_flow(results),)),
        Section("baseline", Text(en="Baseline", fr="Caractéristiques initiales"), (_baseline(results),)),
        Section("outcomes", Text(en="Outcomes", fr="Critères"), (_outcomes(results),)),
        Section("events", Text(en="Adverse events", fr="Événements indésirables"), _events(results)),
        Section("lacks", Text(en="Not covered, or not verified", fr="Non couvert ou non vérifié"), (Bullets(LACKS),)),
    )
    title = fill(TITLE, title=case.study.identity.title)
    return trial_document(case, sections, title=title, subtitle=SUBTITLE, software=software, version=version)


def _levels(results: RegistryResults, levels: Sequence[int], *, counts: Sequence[int]) -> list[Column]:
    study = results.case.study
    doses = doses_in_words(study.dose_levels, study.dosing.unit)
    return [
        Column(f"level_{level}", fill(LEVEL, level=level), "right", sub=doses[level - 1], big_n=count)
        for level, count in zip(levels, counts, strict=True)
    ]


def _flow(results: RegistryResults) -> Table:
    groups = results.flow
    rows = [
        row(label, *(getattr(one, name) for one in groups))
        for name, label in (
            ("started", Text(en="Started", fr="Débuté")),
            ("infused", Text(en="Infused", fr="Perfusées")),
            ("evaluable", Text(en="Evaluable for DLT", fr="Évaluables pour la DLT")),
            ("completed", Text(en="Completed", fr="Terminé")),
        )
    ]
    kinds = sorted({kind for one in groups for kind, _ in one.reasons})
    for kind in kinds:
        label = STILL if kind == ONGOING else {str(name): said for name, said in HOW.items()}[kind]
        rows.append((Cell(label, indent=1), *(Cell(dict(one.reasons).get(kind, 0)) for one in groups)))
    columns = _levels(results, [one.dose_level for one in groups], counts=[one.started for one in groups])
    return Table(
        name="flow",
        title=Text(en="Participant flow by dose level assigned", fr="Flux des participants par palier assigné"),
        columns=(Column("what", Text(en="Milestone", fr="Étape")), *columns),
        rows=tuple(rows) if groups else (),
        empty=Text(en="Nobody has been enrolled.", fr="Personne n'a été inclus."),
    )


def _baseline(results: RegistryResults) -> Table:
    groups = results.baseline
    rows = []
    for kind, label in SEX.items():
        counts = [dict(one.sexes).get(kind, 0) for one in groups]
        if kind != "unknown" or any(counts):
            doubt = results.split_is_illustrative
            cells = [
                Cell(Count(n, one.n) if one.n else None, illustrative=doubt and one.dose_level > 0)
                for n, one in zip(counts, groups, strict=True)
            ]
            rows.append(row(label, *cells))
    ages = [_quartiles(one.age.median, one.age.lower_quartile, one.age.upper_quartile) for one in groups]
    rows.append(row(Text(en="Age, median (quartiles), years", fr="Âge, médiane (quartiles), ans"), *ages))
    known = [one.age.n for one in groups]
    rows.append(row(Text(en="Age known", fr="Âge connu"), *known))
    columns = _levels(results, [one.dose_level for one in groups[:-1]], counts=[one.n for one in groups[:-1]])
    return Table(
        name="baseline",
        title=Text(en="Baseline by dose level assigned", fr="Caractéristiques initiales par palier assigné"),
        columns=(
            Column("what", Text(en="Characteristic", fr="Caractéristique")),
            *columns,
            Column("total", TOTAL, "right", big_n=groups[-1].n),
        ),
        rows=tuple(rows),
    )


def _quartiles(median: float | None, *ends: float | None) -> Value:
    lower, upper = ends
    return None if median is None or lower is None or upper is None else Estimate(median, lower, upper, 1)


def _outcomes(results: RegistryResults) -> Table:
    rows = []
    for one in results.outcomes:
        label: Words = DLT if one.endpoint is None else one.endpoint.title
        counts = (Count(n, of) if of else None for _, n, of in one.groups)
        overall = one.overall
        total: Value = None
        if overall.lower is not None and overall.upper is not None:
            total = Estimate(overall.count / overall.of, overall.lower, overall.upper, 1, as_share=True)
        rows.append(row(label, *counts, total))
    tables = results.events
    return Table(
        name="outcomes",
        title=Text(en="Outcomes by level of the dose given", fr="Critères par palier de la dose reçue"),
        columns=(
            Column("what", Text(en="Outcome", fr="Critère")),
            *_levels(results, tables.levels, counts=tables.at_risk),
            Column("total", Text(en="All (exact 95%)", fr="Total (exact, 95 %)"), "right"),
        ),
        rows=tuple(rows),
        notes=(Text(en="People of those assessed.", fr="Personnes parmi celles évaluées."),),
    )


def _events(results: RegistryResults) -> tuple[Table, ...]:
    tables = results.events
    columns = _levels(results, tables.levels, counts=tables.at_risk)
    term = (Column("term", Text(en="Term", fr="Terme")), Column("soc", Text(en="Organ system", fr="Classe d'organes")))
    none = Text(en="There is none.", fr="Il n'y en a pas.")
    died = row(
        Text(en="Deaths from any cause", fr="Décès, toutes causes"),
        *(Count(n, of) for n, of in zip(tables.deaths, tables.at_risk, strict=True)),
    )
    mortality = Table(
        name="mortality",
        title=Text(en="All-cause mortality", fr="Mortalité toutes causes"),
        columns=(Column("what", Text(en="", fr="")), *columns),
        rows=(died,) if tables.levels else (),
        empty=Text(en="Nobody has been infused.", fr="Personne n'a été perfusé."),
    )
    serious = Table(
        name="serious",
        title=Text(en="Serious adverse events", fr="Événements indésirables graves"),
        columns=(*term, *columns),
        rows=_terms(tables.serious, results),
        empty=none,
    )
    other = Table(
        name="other",
        title=fill(ABOVE, threshold=THRESHOLD),
        columns=(*term, *columns),
        rows=_terms(tables.other, results),
        empty=none,
        notes=_notes(tables),
    )
    return mortality, serious, other


def _terms(rows: Sequence[TermRow], results: RegistryResults) -> tuple[tuple[Cell, ...], ...]:
    at_risk, split = results.events.at_risk, results.split_is_illustrative
    return tuple(
        row(
            one.term,
            one.organ_system or None,
            *(
                Cell(Tally(people, of, events), illustrative=split)
                for people, of, events in zip(one.affected, at_risk, one.events, strict=True)
            ),
        )
        for one in rows
    )


def _notes(tables: EventTables) -> tuple[Filled | Text, ...]:
    notes: list[Filled | Text] = [] if tables.coded else [NOT_CODED]
    if tables.seriousness_unknown:
        notes.append(fill(UNKNOWN, n=tables.seriousness_unknown))
    if tables.before_infusion:
        notes.append(fill(EARLIER, n=tables.before_infusion))
    return tuple(notes)
