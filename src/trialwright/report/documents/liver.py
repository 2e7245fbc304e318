"""Hy's law: the table of peaks, and the figure of both limits against each other."""

from __future__ import annotations

from trialwright.analysis.liver import LiverRow, Peak, limits
from trialwright.report.documents.findings import NO, UNKNOWN, YES, Findings
from trialwright.report.model import Block, Cell, Column, Figure, Filled, Table, fill
from trialwright.report.specifications import ReferenceLine, ScatterDot, ScatterFigure
from trialwright.vocabulary.scores import STATUS_WORDS
from trialwright.vocabulary.words import Text

NAMED = 8  # people of whom everybody above the normal range is named; of more, those beyond a limit
TITLE = Text(en="Liver: Hy's law after the first infusion", fr="Foie : loi de Hy après la première perfusion")
RULE = Text(
    en="Candidate: ALT or AST {enzyme_is} {enzyme:plain} × ULN, bilirubin {bilirubin_is} {bilirubin:plain} × ULN, at "
    "any time of each other after the first infusion, and the last alkaline phosphatase by then {alp_is} {alp:plain} × "
    "ULN (ULN: upper limit of the laboratory's range). A signal for the investigator, not a diagnosis.",
    fr="Candidat : ALAT ou ASAT {enzyme_is} {enzyme:plain} × LSN, bilirubine {bilirubin_is} {bilirubin:plain} × LSN, à "
    "tout moment après la première perfusion, et dernières phosphatases alcalines alors {alp_is} {alp:plain} × LSN "
    "(LSN : limite supérieure de référence du laboratoire). Un signal pour l'investigateur, non un diagnostic.",
)
SIDES = {
    ">": Text(en="above", fr="au-dessus de"),
    ">=": Text(en="at least", fr="d'au moins"),
    "<": Text(en="below", fr="en dessous de"),
    "<=": Text(en="at most", fr="d'au plus"),
}
SOURCE = Text(en="Limit of {what}: {source}; status: {status}.", fr="Limite ({what}) : {source} ; statut : {status}.")
ROLES = {
    "aminotransferase": Text(en="ALT and AST", fr="ALAT et ASAT"),
    "bilirubin": Text(en="bilirubin", fr="bilirubine"),
    "cholestasis": Text(en="alkaline phosphatase", fr="phosphatases alcalines"),
}
STATUS = {**STATUS_WORDS, "unverified": Text(en="not checked against the text", fr="non vérifié sur le texte")}
PEAK = Text(en="{times:number2} × (day {day})", fr="{times:number2} × (jour {day})")
BEYOND = Text(en="beyond both limits", fr="au-delà des deux limites")
TIMES = Text(en="{times:plain} × ULN", fr="{times:plain} × LSN")
FIGURE = Text(
    en="Highest bilirubin against highest ALT or AST of each participant",
    fr="Bilirubine maximale selon l'ALAT ou l'ASAT maximale de chaque personne",
)
ALT = Text(
    en="{n} participants; beyond both limits: {beyond}.", fr="{n} personnes ; au-delà des deux limites : {beyond}."
)
EMPTY = Text(
    en="Nobody has both an aminotransferase and a bilirubin with the laboratory's range known.",
    fr="Personne n'a à la fois une aminotransférase et une bilirubine avec valeurs de référence connues.",
)


def liver_blocks(findings: Findings) -> tuple[Block, ...]:
    """Table and figure; nothing where no aminotransferase or bilirubin was measured."""
    return (_table(findings), _figure(findings)) if findings.liver else ()


def _notes() -> tuple[Filled, ...]:
    rule = limits()
    named = {"enzyme": rule["alt"], "bilirubin": rule["bilirubin"], "alp": rule["alp"]}
    multiples = {name: one.multiple for name, one in named.items()}
    sides = {f"{name}_is": SIDES[one.operator] for name, one in named.items()}
    sources = dict.fromkeys((one.role, one.source, one.status) for one in rule.values())
    said = (fill(SOURCE, what=ROLES[role], source=source, status=STATUS[status]) for role, source, status in sources)
    return (fill(RULE, **multiples, **sides), *said)


def _table(findings: Findings) -> Table:
    times = Text(en="highest, × ULN (day)", fr="maximum, × LSN (jour)")
    return Table(
        name="hys-law",
        title=TITLE,
        columns=(
            Column("usubjid", Text(en="Participant", fr="Personne")),
            Column("level", Text(en="Level", fr="Palier"), "right"),
            Column("alt", Text(en="ALT", fr="ALAT"), "right", sub=times),
            Column("ast", Text(en="AST", fr="ASAT"), "right", sub=times),
            Column("bilirubin", Text(en="Bilirubin", fr="Bilirubine"), "right", sub=times),
            Column(
                "alp",
                Text(en="Alkaline phosphatase", fr="Phosphatases alcalines"),
                "right",
                sub=Text(en="× ULN (day)", fr="× LSN (jour)"),
            ),
            Column("candidate", Text(en="Candidate", fr="Candidat")),
        ),
        rows=tuple(_row(findings, one) for one in findings.liver),
        notes=_notes(),
    )


def _row(findings: Findings, one: LiverRow) -> tuple[Cell, ...]:
    invented = findings.case.state.participants[one.usubjid].enrolled.illustrative("usubjid")
    answer = UNKNOWN if one.candidate is None else YES if one.candidate else NO
    return (
        Cell(one.usubjid, illustrative=invented),
        Cell(one.dose_level),
        *(Cell(_peak(peak)) for peak in (one.alt, one.ast, one.bilirubin, one.alp)),
        Cell(answer, emphasis=one.candidate is True),
    )


def _peak(one: Peak | None) -> Filled | None:
    return None if one is None else fill(PEAK, times=one.multiple, day=one.day)


def _is_named(x: Peak, y: Peak, *, among: int) -> bool:
    return any(_reached(x, y)) or (among <= NAMED and max(x.multiple, y.multiple) > 1)


def _reached(x: Peak, y: Peak) -> tuple[bool, bool]:
    """Whether the higher aminotransferase and the bilirubin are known to have met their limits."""
    rule = limits()
    return x.meets(rule["alt"]) is True, y.meets(rule["bilirubin"]) is True


def _figure(findings: Findings) -> Figure:
    rule = limits()
    x_limit, y_limit = float(rule["alt"].multiple), float(rule["bilirubin"].multiple)
    pairs = [(one, one.aminotransferase, one.bilirubin) for one in findings.liver]
    known = [(one, x, y) for one, x, y in pairs if x is not None and y is not None]
    dots = tuple(
        ScatterDot(
            x.multiple,
            y.multiple,
            name=one.usubjid if _is_named(x, y, among=len(known)) else "",
            hollow=one.candidate is True,
        )
        for one, x, y in known
    )
    beyond = sum(all(_reached(x, y)) for _, x, y in known)
    return Figure(
        name="liver",
        title=FIGURE,
        alt=fill(ALT, n=len(known), beyond=beyond),
        spec=ScatterFigure(
            dots=dots,
            x_label=fill(AXIS_X, n=len(known)),
            y_label=Text(en="Highest bilirubin, × ULN", fr="Bilirubine maximale, × LSN"),
            x_limit=ReferenceLine(x_limit, fill(TIMES, times=x_limit)),
            y_limit=ReferenceLine(y_limit, fill(TIMES, times=y_limit)),
            corner=BEYOND,
            scale="multiple",
        ),
        notes=(Text(en="Orange squares: candidates.", fr="Carrés orange : candidats."),)
        if any(one.candidate for one in findings.liver)
        else (),
        empty=EMPTY,
    )


AXIS_X = Text(en="Highest ALT or AST, × ULN (n = {n})", fr="ALAT ou ASAT maximale, × LSN (n = {n})")
