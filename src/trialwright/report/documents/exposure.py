"""Exposure: the doses of every infusion, what each dose level received, and how the infusions went."""

from __future__ import annotations

from trialwright.analysis.exposure import Exposure, LevelExposure
from trialwright.report.documents.findings import NO, UNKNOWN, YES, Findings
from trialwright.report.model import (
    Amount,
    Block,
    Callout,
    Cell,
    Column,
    Filled,
    Number,
    Paragraph,
    Section,
    Table,
    Value,
    fill,
)
from trialwright.vocabulary.words import Text


def exposure_section(findings: Findings) -> Section:
    """What each level received, and the doses and the course of every infusion."""
    if not findings.exposures:
        return Section("exposure", TITLE, (Paragraph(NOBODY),))
    unit = findings.case.study.dosing.unit
    columns = (
        Column("usubjid", Text(en="Participant", fr="Personne")),
        Column("infusion", Text(en="Infusion", fr="Perfusion"), "right"),
        Column("on", Text(en="Day of infusion", fr="Jour de perfusion")),
        Column("assigned", Text(en="Assigned", fr="Assignée"), "right", sub=unit),
        Column("released", Text(en="Released", fr="Libérée"), "right", sub=unit),
        Column("given", Text(en="Given", fr="Reçue"), "right", sub=unit),
        Column("counted", Text(en="Counts at level", fr="Compte au palier"), "right"),
        Column("within", Text(en="Within tolerance", fr="Dans la tolérance")),
        Column("follow_up", Text(en="Follow-up (days)", fr="Suivi (jours)"), "right"),
    )
    note = Text(
        en="The dose design counts a participant at the declared level nearest to the dose given; a dose further than "
        "{tolerance:percent0} from that level is marked as outside the tolerance.",
        fr="L'escalade compte chaque personne au palier déclaré le plus proche de la dose reçue ; une dose à plus de "
        "{tolerance:percent0} de ce palier est signalée hors tolérance.",
    )
    table = Table(
        name="exposure",
        title=Text(en="Dose assigned, released and given", fr="Dose assignée, libérée et reçue"),
        columns=columns,
        rows=tuple(_exposure_row(one) for one in findings.exposures),
        notes=(fill(note, tolerance=findings.case.study.dosing.tolerance),),
    )
    outside = [one for one in findings.exposures if not one.within_tolerance]
    blocks: list[Block] = [
        _by_level(findings),
        table,
        _infusions(findings),
        *(Callout("warning", _outside(one)) for one in outside),
    ]
    return Section("exposure", TITLE, tuple(blocks))


def _exposure_row(one: Exposure) -> tuple[Cell, ...]:
    def cell(name: str, value: Value) -> Cell:
        return Cell(value, illustrative=name in one.illustrative)

    return (
        cell("usubjid", one.usubjid),
        Cell(one.infusion_number),
        cell("on", one.on),
        Cell(Amount(one.assigned)),
        cell("released", None if one.released is None else Amount(one.released)),
        cell("given", Amount(one.given)),
        Cell(one.counted_level),
        Cell(YES if one.within_tolerance else NO, emphasis=not one.within_tolerance),
        cell("follow_up_days", one.follow_up_days),
    )


def _outside(one: Exposure) -> Filled:
    words = Text(
        en="{who} was assigned {assigned} and given {given}: outside the tolerance, counted at level {level}.",
        fr="{who} : dose assignée {assigned}, reçue {given}, hors tolérance, comptée au palier {level}.",
    )
    return fill(
        words,
        who=one.usubjid,
        assigned=Amount(one.assigned),
        given=Amount(one.given),
        level=one.counted_level,
    )


def _by_level(findings: Findings) -> Table:
    """What each dose level received."""
    columns = (
        Column("level", Text(en="Dose level (as given)", fr="Palier de dose (reçue)")),
        Column("people", Text(en="Infused", fr="Perfusées"), "right"),
        Column("infusions", Text(en="Infusions given / planned", fr="Perfusions reçues / prévues"), "right"),
        Column("ratio", Text(en="Given, of assigned", fr="Reçue, de l'assignée"), "right", sub=MEDIAN_RANGE),
        Column("minutes", Text(en="Minutes per infusion", fr="Minutes par perfusion"), "right", sub=MEDIAN_RANGE),
        Column("timed", Text(en="Duration known", fr="Durée connue"), "right"),
        Column("outside", Text(en="Out of specification", fr="Hors spécification"), "right"),
        Column("unknown", Text(en="Not recorded", fr="Non enregistré"), "right", sub=SPECIFICATION),
    )
    return Table(
        name="exposure-by-level",
        title=Text(en="Exposure by dose level", fr="Exposition par palier de dose"),
        columns=columns,
        rows=tuple(_level_row(findings, one) for one in findings.exposure_by_level),
        notes=(FOLLOWS_FIRST, OUT_NOTE),
    )


def _level_row(findings: Findings, one: LevelExposure) -> tuple[Cell, ...]:
    def given(value: Value) -> Cell:
        return Cell(value, illustrative=findings.invented and value is not None)

    ratio, minutes = one.ratio, one.minutes
    return (
        Cell(fill(LEVEL, level=one.dose_level) if one.dose_level else ALL, emphasis=not one.dose_level),
        Cell(one.people),
        Cell(f"{one.infusions} / {one.planned}"),
        given(fill(SHARES, middle=ratio.median, low=ratio.lowest, high=ratio.highest) if ratio.n else None),
        Cell(fill(MINUTES, middle=minutes.median, low=minutes.lowest, high=minutes.highest) if minutes.n else None),
        Cell(f"{minutes.n} / {one.infusions}"),
        Cell(one.out_of_specification, emphasis=one.out_of_specification > 0),
        Cell(one.specification_unknown),
    )


def _infusions(findings: Findings) -> Table:
    """Every infusion with its batch, volume and duration."""
    columns = (
        Column("usubjid", Text(en="Participant", fr="Personne")),
        Column("infusion", Text(en="Infusion", fr="Perfusion"), "right"),
        Column("batch", Text(en="Batch", fr="Lot")),
        Column("specification", Text(en="Batch in specification", fr="Lot conforme aux spécifications")),
        Column("volume", Text(en="Volume", fr="Volume"), "right", sub="mL"),
        Column("minutes", Text(en="Duration", fr="Durée"), "right", sub="min"),
        Column("interruptions", Text(en="Interruptions", fr="Interruptions"), "right"),
    )
    rows = tuple(_infusion_row(one) for one in findings.exposures)
    measured = {"volume", "minutes", "interruptions"}
    shown = [
        place
        for place, column in enumerate(columns)
        if column.key not in measured or any(cells[place].value is not None for cells in rows)
    ]
    absent = measured - {columns[place].key for place in shown}
    notes = (DURATION,) if "minutes" not in absent else (NOT_TIMED,) if "volume" not in absent else (NOT_MEASURED,)
    return Table(
        name="infusions",
        title=Text(en="Infusions: batch, volume and duration", fr="Perfusions : lot, volume et durée"),
        columns=tuple(columns[place] for place in shown),
        rows=tuple(tuple(cells[place] for place in shown) for cells in rows),
        notes=notes,
    )


def _infusion_row(one: Exposure) -> tuple[Cell, ...]:
    conforms = UNKNOWN if one.in_specification is None else YES if one.in_specification else NO
    return (
        Cell(one.usubjid, illustrative="usubjid" in one.illustrative),
        Cell(one.infusion_number),
        Cell(one.batch or None, illustrative="batch" in one.illustrative and bool(one.batch)),
        Cell(conforms, emphasis=one.in_specification is False),
        Cell(None if one.volume_ml is None else Number(one.volume_ml, 1)),
        Cell(None if one.minutes is None else Number(one.minutes, 0)),
        Cell(one.interruptions if one.minutes is not None else None),
    )


TITLE = Text(en="Exposure", fr="Exposition")
LEVEL = Text(en="level {level}", fr="palier {level}")
ALL = Text(en="All levels", fr="Tous paliers")
NOBODY = Text(en="Nobody has been infused.", fr="Personne n'a été perfusé.")
MEDIAN_RANGE = Text(en="median (range)", fr="médiane (étendue)")
SHARES = Text(
    en="{middle:percent0} ({low:percent0} to {high:percent0})",
    fr="{middle:percent0} ({low:percent0} à {high:percent0})",
)
MINUTES = Text(
    en="{middle:number0} ({low:number0} to {high:number0})", fr="{middle:number0} ({low:number0} à {high:number0})"
)
SPECIFICATION = Text(en="specification", fr="spécification")
FOLLOWS_FIRST = Text(
    en="A participant counts at one level only, by the dose given at the first infusion, whatever was given later.",
    fr="Chaque personne compte à un seul palier, selon la dose reçue à la première perfusion, quelle que soit la "
    "suite.",
)
OUT_NOTE = Text(
    en="Infusions, not people: given of those planned at the assigned level, and those of a batch released out of "
    "specification.",
    fr="Perfusions, et non personnes : reçues sur celles prévues au palier assigné, et celles d'un lot libéré hors "
    "spécification.",
)
DURATION = Text(
    en="Duration: minutes during which the product ran, interruptions left out; a dash where start or end is not "
    "recorded.",
    fr="Durée : minutes de perfusion effective, sans les interruptions ; un tiret si le début ou la fin manque.",
)
NOT_TIMED = Text(
    en="No duration and no interruption is recorded of any infusion.",
    fr="Aucune durée ni interruption n'est recueillie, pour aucune perfusion.",
)
NOT_MEASURED = Text(
    en="No volume, duration or interruption is recorded of any infusion.",
    fr="Ni volume, ni durée, ni interruption ne sont recueillis, pour aucune perfusion.",
)
