"""Listings of what was given, assessed and measured: one row per infusion, response, score and laboratory value."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.analysis.exposure import Exposure
from trialwright.conduct.known import Known
from trialwright.conduct.laboratory import Result, range_for, suggestions
from trialwright.conduct.state import TrialState
from trialwright.report.documents.findings import NO, UNKNOWN, YES, Findings
from trialwright.report.model import Amount, Cell, Column, Number, Table, Value, fill
from trialwright.vocabulary.events import InfusionGiven, LaboratoryRangeSet, ProductReleased
from trialwright.vocabulary.words import Text

PARTICIPANT = Text(en="Participant", fr="Personne")
VISIT, DAY = Text(en="Visit", fr="Visite"), Text(en="Day", fr="Jour")
MET = {True: YES, False: NO, None: Text(en="cannot be assessed", fr="non évaluable")}
RANGE = Text(en="{lower} to {upper} {unit}", fr="{lower} à {upper} {unit}")
PLAIN = Text(en="{value:plain}", fr="{value:plain}")
LIMITED = Text(en="{sign} {value:plain}", fr="{sign} {value:plain}")


def exposure_table(findings: Findings) -> Table:
    """16.2.5: every infusion with its three doses, weight, volume, batch and bags."""
    unit = findings.case.study.dosing.unit
    columns = (
        Column("usubjid", PARTICIPANT),
        Column("infusion", Text(en="Infusion", fr="Perfusion"), "right"),
        Column("on", DAY),
        Column("weight", Text(en="Weight", fr="Poids"), "right", sub="kg"),
        Column("assigned", Text(en="Assigned", fr="Assignée"), "right", sub=unit),
        Column("released", Text(en="Released", fr="Libérée"), "right", sub=unit),
        Column("given", Text(en="Given", fr="Reçue"), "right", sub=unit),
        Column("counted", Text(en="Counts at level", fr="Compte au palier"), "right"),
        Column("within", Text(en="Within tolerance", fr="Dans la tolérance")),
        Column("volume", Text(en="Volume", fr="Volume"), "right", sub="mL"),
        Column("batch", Text(en="Batch", fr="Lot")),
        Column("bags", Text(en="Bags", fr="Poches")),
        Column("specification", Text(en="Batch in specification", fr="Lot conforme")),
    )
    ordered = sorted(findings.exposures, key=lambda one: (one.usubjid, one.infusion_number))
    return Table(
        name="exposure",
        title=Text(en="Exposure, product and batch", fr="Exposition, produit et lot"),
        columns=columns,
        rows=tuple(_given(findings, one) for one in ordered),
        empty=Text(en="Nobody has been infused.", fr="Personne n'a été perfusé."),
        landscape=bool(ordered),
    )


def _given(findings: Findings, one: Exposure) -> tuple[Cell, ...]:
    person = findings.case.state.participants[one.usubjid]
    infusion: Known[InfusionGiven] = person.infusions[one.infusion_number - 1]
    release = person.release_for(one.infusion_number)
    released: ProductReleased | None = None if release is None else release.event
    bags = infusion.event.bags or (released.bags if released else ())
    volume = infusion.event.volume_ml if infusion.event.volume_ml is not None else released and released.volume_ml
    doubt = one.illustrative
    return (
        Cell(one.usubjid, illustrative="usubjid" in doubt),
        Cell(one.infusion_number),
        Cell(one.on, illustrative="on" in doubt),
        Cell(plain(released.weight_kg) if released else None),
        Cell(Amount(one.assigned)),
        Cell(None if one.released is None else Amount(one.released), illustrative="released" in doubt),
        Cell(Amount(one.given), illustrative="given" in doubt),
        Cell(one.counted_level),
        Cell(YES if one.within_tolerance else NO, emphasis=not one.within_tolerance),
        Cell(None if volume is None else Number(volume, 1)),
        Cell(one.batch or None, illustrative="batch" in doubt and bool(one.batch)),
        Cell(", ".join(bags) or None),
        Cell(_in_specification(findings.case.state, one.batch)),
    )


def _in_specification(state: TrialState, batch: str) -> Value:
    known = state.logs.product.releases.get(batch)
    return None if known is None else YES if known.event.in_specification else NO


def response_tables(findings: Findings) -> tuple[Table, ...]:
    """16.2.6: every response of the protocol's endpoints, and every score."""
    return _responses(findings), _scores(findings)


def _responses(findings: Findings) -> Table:
    study = findings.case.study
    titles: Mapping[str, Text] = {one.name: one.title for one in study.endpoints}
    known = [one for person in findings.case.state.participants.values() for one in person.responses]
    known.sort(key=lambda one: (one.event.usubjid, one.event.on, one.position))
    rows = [
        (
            Cell(one.event.usubjid, illustrative=one.illustrative("usubjid")),
            Cell(one.event.on, illustrative=one.illustrative("on")),
            Cell(study.visit_name(one.event.visit)),
            Cell(titles.get(one.event.endpoint, one.event.endpoint)),
            Cell(MET[one.event.met], illustrative=one.illustrative("met")),
            Cell(one.event.reason or None),
        )
        for one in known
    ]
    return Table(
        name="responses",
        title=Text(en="Responses", fr="Réponses"),
        columns=(
            Column("usubjid", PARTICIPANT),
            Column("on", DAY),
            Column("visit", VISIT),
            Column("endpoint", Text(en="Endpoint", fr="Critère")),
            Column("met", Text(en="Met", fr="Atteint")),
            Column("reason", Text(en="Remark", fr="Remarque")),
        ),
        rows=tuple(rows),
        empty=Text(en="No response is recorded.", fr="Aucune réponse enregistrée."),
        landscape=bool(rows),
    )


def _scores(findings: Findings) -> Table:
    study = findings.case.study
    known = [one for person in findings.case.state.participants.values() for one in person.assessments]
    known.sort(key=lambda one: (one.event.usubjid, one.event.on, one.position))
    rows = []
    for one in known:
        instrument = study.instrument(one.event.instrument)
        value = None if instrument is None else instrument.score(one.event.items).value
        rows.append(
            (
                Cell(one.event.usubjid, illustrative=one.illustrative("usubjid")),
                Cell(one.event.on, illustrative=one.illustrative("on")),
                Cell(study.visit_name(one.event.visit)),
                Cell(instrument.title if instrument is not None else one.event.instrument),
                Cell(UNKNOWN if value is None else plain(value), illustrative=one.illustrative("items")),
            )
        )
    return Table(
        name="scores",
        title=Text(en="Scores of disease activity", fr="Scores d'activité de la maladie"),
        columns=(
            Column("usubjid", PARTICIPANT),
            Column("on", DAY),
            Column("visit", VISIT),
            Column("instrument", Text(en="Instrument", fr="Instrument")),
            Column("score", Text(en="Score (points)", fr="Score (points)"), "right"),
        ),
        rows=tuple(rows),
        empty=Text(en="No assessment is recorded.", fr="Aucune évaluation enregistrée."),
        landscape=bool(rows),
    )


def laboratory_table(findings: Findings) -> Table:
    """16.2.8: every value with its unit, the range of its laboratory, and the CTCAE grade it suggests."""
    study, state = findings.case.study, findings.case.state
    rows = []
    for who in sorted(state.logs.visits.measurements):
        grades = {(one.result.position, one.result.test): one.grade for one in suggestions(study, state, usubjid=who)}
        known = sorted(state.logs.visits.measurements[who], key=lambda one: (one.event.on, one.position))
        for one in known:
            event = one.event
            for test, measured in event.results.items():
                result = Result(who, event.on, event.visit, test, measured, event.laboratory, one.position)
                rows.append(_value(state, result, grade=grades.get((one.position, test))))
    return Table(
        name="laboratory",
        title=Text(en="Laboratory values and vital signs", fr="Valeurs de laboratoire et signes vitaux"),
        columns=(
            Column("usubjid", PARTICIPANT),
            Column("on", DAY),
            Column("visit", VISIT),
            Column("test", Text(en="Test", fr="Test")),
            Column("value", Text(en="Value", fr="Valeur"), "right"),
            Column("unit", Text(en="Unit", fr="Unité")),
            Column("range", Text(en="Range", fr="Intervalle normal")),
            Column("grade", Text(en="CTCAE grade suggested", fr="Grade CTCAE suggéré"), "right"),
        ),
        rows=tuple(rows),
        empty=Text(en="No laboratory value is recorded.", fr="Aucune valeur de laboratoire enregistrée."),
        landscape=bool(rows),
    )


def _value(state: TrialState, result: Result, *, grade: int | None) -> tuple[Cell, ...]:
    measured, held = result.measured, range_for(state, result)
    value: Value = (
        measured.value if isinstance(measured.value, str) or measured.value is None else plain(measured.value)
    )
    if measured.limit and isinstance(measured.value, int | float):
        value = fill(LIMITED, sign=measured.limit, value=measured.value)
    return (
        Cell(result.usubjid),
        Cell(result.on),
        Cell(result.visit),
        Cell(result.test),
        Cell(value),
        Cell(measured.unit or None),
        Cell(None if held is None else _range(held)),
        Cell(grade),
    )


def _range(held: LaboratoryRangeSet) -> Value:
    ends = [UNLIMITED if end is None else fill(PLAIN, value=end) for end in (held.lower, held.upper)]
    return fill(RANGE, lower=ends[0], upper=ends[1], unit=held.unit)


UNLIMITED = Text(en="…", fr="…")


def plain(value: float | None) -> Value:
    """A number with the decimals it has."""
    return None if value is None else fill(PLAIN, value=value)
