"""The listings of ICH E3 16.2: one row per record, by participant and day, units shown; an appendix of the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from trialwright.analysis.adverse_events import ListedEvent
from trialwright.analysis.populations import populations
from trialwright.conduct.state import Participant
from trialwright.report.documents.findings import NO, YES, Findings
from trialwright.report.documents.flow import HOW
from trialwright.report.documents.framing import trial_document
from trialwright.report.documents.listed_events import answer, event_columns, event_row
from trialwright.report.documents.listed_records import exposure_table, laboratory_table, response_tables
from trialwright.report.documents.narratives import narrative
from trialwright.report.documents.populations import TITLES
from trialwright.report.model import Block, Callout, Cell, Column, Document, Paragraph, Section, Table, Value, fill
from trialwright.vocabulary.events.trial import DeviationRecorded
from trialwright.vocabulary.words import Text

TITLE = Text(en="Listings 16.2: {title}", fr="Listings 16.2 : {title}")
SUBTITLE = Text(en="{id} — data cut of {on}", fr="{id} — date d'extraction du {on}")
PARTICIPANT = Text(en="Participant", fr="Personne")
LEVEL = Text(en="Level", fr="Palier")
NUMBERS = Text(
    en="Numbers 16.2.1 to 16.2.8 are those of ICH E3; deaths and narratives stand in its 14.3.2 and 14.3.3 and are "
    "added here as 16.2.9.",
    fr="Les numéros 16.2.1 à 16.2.8 sont ceux d'ICH E3 ; décès et récits y figurent en 14.3.2 et 14.3.3 et sont "
    "ajoutés ici comme 16.2.9.",
)
CATEGORIES: dict[str, Text] = {
    "eligibility": Text(en="eligibility", fr="éligibilité"),
    "consent": Text(en="consent", fr="consentement"),
    "product": Text(en="product", fr="produit"),
    "dose": Text(en="dose", fr="dose"),
    "visit": Text(en="visit", fr="visite"),
    "safety": Text(en="safety", fr="sécurité"),
    "procedure": Text(en="procedure", fr="procédure"),
    "other": Text(en="other", fr="autre"),
}
WAIVED = Text(en="criterion {id} waived: {why}", fr="dérogation au critère {id} : {why}")
CHARACTERISTICS = {
    "sex": Text(en="Sex", fr="Sexe"),
    "age": Text(en="Age (years)", fr="Âge (ans)"),
    "weight": Text(en="Weight (kg)", fr="Poids (kg)"),
    "weight_kg": Text(en="Weight (kg)", fr="Poids (kg)"),
}


def listings_document(findings: Findings, *, software: str, version: str) -> Document:
    """Every listing as a document in both languages; same case, same document."""
    sections = (
        _section("1", Text(en="Discontinued participants", fr="Sorties prématurées"), _discontinued(findings)),
        _section("2", Text(en="Protocol deviations", fr="Écarts au protocole"), _deviations(findings)),
        _section("3", Text(en="Excluded from an analysis", fr="Exclusions des analyses"), _excluded(findings)),
        _section("4", Text(en="Demographic data", fr="Données démographiques"), _demographics(findings)),
        _section("5", Text(en="Exposure and product", fr="Exposition et produit"), exposure_table(findings)),
        _section("6", Text(en="Individual responses", fr="Réponses individuelles"), *response_tables(findings)),
        _section("7", Text(en="Adverse events", fr="Événements indésirables"), _events(findings)),
        _section("8", Text(en="Laboratory values", fr="Valeurs de laboratoire"), laboratory_table(findings)),
        _section("9", Text(en="Deaths and serious events", fr="Décès et événements graves"), *_serious(findings)),
    )
    case = findings.case
    title = fill(TITLE, title=case.study.identity.title)
    return trial_document(case, sections, title=title, subtitle=SUBTITLE, software=software, version=version)


SECTION = Text(en="16.2.{number} {title}", fr="16.2.{number} {title}")


def _section(number: str, title: Text, *blocks: Block) -> Section:
    first = (Paragraph(NUMBERS),) if number == "1" else ()
    return Section(f"l-16-2-{number}", fill(SECTION, number=number, title=title), (*first, *blocks))


def people_of(findings: Findings) -> list[Participant]:
    """Everybody enrolled, by pseudonym."""
    return sorted(findings.case.state.participants.values(), key=lambda one: one.usubjid)


def _discontinued(findings: Findings) -> Table:
    rows = []
    for one in people_of(findings):
        if one.ended is None or one.ended.event.completed:
            continue
        event, first = one.ended.event, one.infusions[0].event.on if one.infusions else None
        how: Value = HOW[event.how] if event.how is not None else None
        days = None if first is None else (event.on - first).days
        withdrew = findings.case.state.logs.screening.withdrew(one.usubjid)
        rows.append(
            (
                Cell(one.usubjid),
                Cell(one.enrolled.event.dose_level),
                Cell(one.enrolled.event.on, illustrative=one.enrolled.illustrative("on")),
                Cell(len(one.infusions)),
                Cell(event.on, illustrative=one.ended.illustrative("on")),
                Cell(days),
                Cell(how),
                Cell(event.reason or None),
                Cell(None if withdrew is None else withdrew.event.on),
            )
        )
    columns = (
        Column("usubjid", PARTICIPANT),
        Column("level", LEVEL, "right"),
        Column("enrolled", Text(en="Enrolled", fr="Inclusion")),
        Column("infusions", Text(en="Infusions", fr="Perfusions"), "right"),
        Column("ended", Text(en="Left on", fr="Sortie le")),
        Column("days", Text(en="Days from first infusion", fr="Jours depuis la première perfusion"), "right"),
        Column("how", Text(en="Classified", fr="Classement")),
        Column("reason", Text(en="Reason", fr="Motif")),
        Column("withdrew", Text(en="Consent withdrawn on", fr="Consentement retiré le")),
    )
    empty = Text(en="Nobody left early.", fr="Aucune sortie prématurée.")
    return _listing(
        "discontinued",
        Text(en="Discontinued participants", fr="Sorties prématurées"),
        columns=columns,
        rows=rows,
        empty=empty,
    )


def _listing(
    name: str, title: Text, *, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], empty: Text
) -> Table:
    return Table(name=name, title=title, columns=tuple(columns), rows=tuple(rows), empty=empty, landscape=bool(rows))


def _deviations(findings: Findings) -> Table:
    oversight, screening = findings.case.state.logs.oversight, findings.case.state.logs.screening
    found = [_deviation(known.event) for known in oversight.deviations.values()]
    for who, granted in screening.waivers.items():
        for known in granted:
            said = fill(WAIVED, id=known.event.criterion, why=known.event.reason)
            found.append(_written_off(who, on=known.event.on, said=said))
    columns = (
        Column("usubjid", PARTICIPANT),
        Column("on", Text(en="Day", fr="Jour")),
        Column("number", Text(en="No.", fr="N°")),
        Column("category", Text(en="Category", fr="Catégorie")),
        Column("description", Text(en="What happened", fr="Ce qui s'est passé")),
        Column("major", Text(en="Major", fr="Majeur")),
        Column("action", Text(en="Action", fr="Action")),
    )
    rows = [cells for *_, cells in sorted(found, key=lambda one: one[:3])]
    empty = Text(en="No deviation is recorded.", fr="Aucun écart enregistré.")
    title = Text(en="Protocol deviations", fr="Écarts au protocole")
    return _listing("deviations", title, columns=columns, rows=rows, empty=empty)


Deviation = tuple[str, str, str, tuple[Cell, ...]]  # participant, day and number to sort by, and the row


def _deviation(event: DeviationRecorded) -> Deviation:
    cells = (
        Cell(event.usubjid or None),
        Cell(event.on),
        Cell(event.deviation),
        Cell(CATEGORIES[event.category]),
        Cell(event.description),
        Cell(YES if event.major else NO, emphasis=event.major),
        Cell(event.action or None),
    )
    return event.usubjid, event.on.isoformat(), event.deviation, cells


def _written_off(who: str, *, on: date, said: Value) -> Deviation:
    """A waiver: something the protocol asks for that was set aside."""
    cells = (Cell(who), Cell(on), Cell(None), Cell(CATEGORIES["eligibility"]), Cell(said), Cell(None), Cell(None))
    return who, on.isoformat(), "", cells


def _excluded(findings: Findings) -> Table:
    columns = (
        Column("usubjid", PARTICIPANT),
        Column("level", LEVEL, "right"),
        Column("population", Text(en="Population", fr="Population")),
        Column("why", Text(en="Why not in it", fr="Motif d'exclusion")),
    )
    out = [one for population in populations(findings.case) for one in population.excluded]
    rows = [
        (Cell(one.usubjid), Cell(one.dose_level), Cell(TITLES[one.population]), Cell(fill(one.why, **one.values)))
        for one in sorted(out, key=lambda one: one.usubjid)
    ]
    empty = Text(en="Everybody is in every population.", fr="Toutes les personnes sont dans toutes les populations.")
    title = Text(en="Excluded from an analysis", fr="Exclusions des analyses")
    return _listing("excluded", title, columns=columns, rows=rows, empty=empty)


def _demographics(findings: Findings) -> Table:
    columns = (
        Column("usubjid", PARTICIPANT),
        Column("level", LEVEL, "right"),
        Column("characteristic", Text(en="Characteristic", fr="Caractéristique")),
        Column("value", Text(en="Value", fr="Valeur"), "right"),
        Column("unit", Text(en="Unit", fr="Unité")),
        Column("on", Text(en="Day", fr="Jour")),
        Column("from", Text(en="Recorded at", fr="Recueilli à")),
    )
    rows = [cells for one in people_of(findings) for cells in _person(findings, one)]
    title = Text(en="Demographic data and findings at screening", fr="Données démographiques et de sélection")
    empty = Text(en="No characteristic is recorded.", fr="Aucune caractéristique recueillie.")
    return _listing("demographics", title, columns=columns, rows=rows, empty=empty)


BASELINE, SCREENING = Text(en="baseline", fr="inclusion"), Text(en="screening", fr="sélection")


def _person(findings: Findings, one: Participant) -> list[tuple[Cell, ...]]:
    who, level = Cell(one.usubjid), Cell(one.enrolled.event.dose_level)
    rows: list[tuple[Cell, ...]] = []
    for name, known in one.baseline.items():
        doubt = known.illustrative("value")
        value = Cell(plain_of(known.event.value), illustrative=doubt)
        label = CHARACTERISTICS.get(name, name)
        rows.append((who, level, Cell(label), value, Cell(None), Cell(known.event.on), Cell(BASELINE)))
    for recorded in findings.case.state.logs.screening.findings.get(one.usubjid, ()):
        event = recorded.event
        facts = [(name, fact.value, fact.unit, fact.on or event.on) for name, fact in event.facts.items()]
        if event.weight_kg is not None:
            facts.append(("weight", event.weight_kg, "kg", event.on))
        for name, raw, unit, on in facts:
            label = CHARACTERISTICS["weight"] if name == "weight" else name
            value = Cell(plain_of(raw))
            rows.append((who, level, Cell(label), value, Cell(unit or None), Cell(on), Cell(SCREENING)))
    return rows


def plain_of(value: bool | float | str | None) -> Value:
    """A recorded value as it is; a number with the decimals it has."""
    if isinstance(value, bool):
        return YES if value else NO
    return fill(PLAIN, value=value) if isinstance(value, int | float) else value


PLAIN = Text(en="{value:plain}", fr="{value:plain}")


def _events(findings: Findings) -> Table:
    columns = (
        *event_columns(),
        Column("causality", Text(en="Investigator / sponsor", fr="Investigateur / promoteur")),
        Column("coded", Text(en="Coded as", fr="Codé")),
    )
    ordered = sorted(findings.listing, key=_by_person_and_day)
    rows = [(*event_row(one), Cell(_judged(one)), Cell(_coded(one))) for one in ordered]
    empty = Text(en="No adverse event is recorded.", fr="Aucun événement indésirable enregistré.")
    return _listing(
        "adverse-events",
        Text(en="Adverse events", fr="Événements indésirables"),
        columns=columns,
        rows=rows,
        empty=empty,
    )


def _by_person_and_day(one: ListedEvent) -> tuple[str, date, int]:
    return one.known.event.usubjid, one.known.event.on, one.known.position


JUDGED = Text(en="{investigator} / {sponsor}", fr="{investigator} / {sponsor}")


def _judged(one: ListedEvent) -> Value:
    relation = one.course.relation
    return fill(JUDGED, investigator=answer(relation.investigator), sponsor=answer(relation.sponsor))


def _coded(one: ListedEvent) -> str | None:
    coding = one.course.coding
    if coding is not None:
        return f"{coding.event.pt}; {coding.event.soc} ({coding.event.dictionary} {coding.event.version})"
    return one.known.event.soc or None


def _serious(findings: Findings) -> tuple[Block, ...]:
    serious = [one for one in findings.listing if one.course.serious is True or one.course.is_fatal]
    serious.sort(key=_by_person_and_day)
    unknown = sum(one.course.serious is None for one in findings.listing)
    table = _listing(
        "serious",
        Text(en="Deaths and serious adverse events", fr="Décès et événements indésirables graves"),
        columns=event_columns(),
        rows=[event_row(one) for one in serious],
        empty=Text(en="No death and no serious event is recorded.", fr="Aucun décès ni événement grave enregistré."),
    )
    died = [one.usubjid for one in people_of(findings) if one.ended is not None and one.ended.event.how == "died"]
    blocks: list[Block] = [table]
    if unknown:
        blocks.append(Callout("warning", fill(UNKNOWN_SERIOUS, n=unknown)))
    if died:
        blocks.append(Paragraph(fill(DIED, who=", ".join(died))))
    return (*blocks, *(Paragraph(narrative(findings, one)) for one in serious))


DIED = Text(en="Left the trial by death: {who}.", fr="Sorties par décès : {who}.")
UNKNOWN_SERIOUS = Text(
    en="Of {n} further events it is not known whether they were serious; they stand in listing 16.2.7.",
    fr="Pour {n} autres événements, la gravité n'est pas connue ; ils figurent au listing 16.2.7.",
)
