"""How a trial stands, on a terminal: people and doses, toxicity, the advice with its reasons, where the files lie."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from trialwright.cli.terminal import say, say_item, show_table
from trialwright.vocabulary.decisions import ACTIONS
from trialwright.vocabulary.words import NOT_AVAILABLE, Text, day, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.analysis import Case
    from trialwright.analysis.exposure import Exposure
    from trialwright.analysis.toxicity import Rate, Toxicity
    from trialwright.protocol import Study
    from trialwright.report import Written
    from trialwright.vocabulary.decisions import Decision, LevelEvidence
    from trialwright.vocabulary.records import Head
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.asking import Status

DAGGER = "†"
WORDS = {
    "people": Text(
        en="Who was infused, and with what dose ({unit})", fr="Qui a été perfusé, et à quelle dose ({unit})"
    ),
    "participant": Text(en="participant", fr="personne"),
    "infused": Text(en="infused", fr="perfusion"),
    "assigned": Text(en="assigned", fr="assignée"),
    "released": Text(en="released", fr="libérée"),
    "given": Text(en="given", fr="reçue"),
    "counts": Text(en="counts at level", fr="compte au palier"),
    "window": Text(en="DLT window", fr="fenêtre de DLT"),
    "open": Text(en="open until {on}", fr="ouverte jusqu'au {on}"),
    "passed": Text(en="complete", fr="terminée"),
    "dlt": Text(en="DLT", fr="DLT"),
    "unsettled": Text(en="not settled", fr="non tranchée"),
    "backfill": Text(en="backfill", fr="backfill"),
    "not_evaluable": Text(en="not evaluable", fr="non évaluable"),
    "not_infused": Text(en="not infused yet", fr="pas encore perfusée"),
    "never_infused": Text(en="never infused", fr="jamais perfusée"),
    "to_come": Text(en="{given} of {planned} infusions", fr="{given} des {planned} perfusions"),
    "outside": Text(en="outside tolerance", fr="hors tolérance"),
    "nobody": Text(en="Nobody has been enrolled yet.", fr="Personne n'a encore été inclus."),
    "toxicity": Text(en="Dose-limiting toxicity (DLT) by dose level", fr="Toxicité limitant la dose (DLT) par palier"),
    "level": Text(en="level", fr="palier"),
    "amount": Text(en="dose", fr="dose"),
    "evaluable": Text(en="evaluable", fr="évaluables"),
    "pending": Text(en="in window", fr="en fenêtre"),
    "activity": Text(en="activity / known", fr="activité / connue"),
    "posterior": Text(en="posterior DLT rate (90% interval)", fr="taux de DLT a posteriori (intervalle à 90 %)"),
    "above": Text(en="P(above target)", fr="P(au-dessus de la cible)"),
    "overall": Text(
        en="All levels together: {count} of {of}, exact 95% interval {lower:percent1} to {upper:percent1}.",
        fr="Tous paliers : {count} sur {of}, intervalle exact à 95 % {lower:percent1} à {upper:percent1}.",
    ),
    "exceedance": Text(
        en="With a Beta({a:g}, {b:g}) prior: P(DLT rate > {rate:percent0}) = {probability:number3}.",
        fr="Avec un a priori Beta({a:g}, {b:g}) : P(taux de DLT > {rate:percent0}) = {probability:number3}.",
    ),
    "responses": Text(
        en="{title}, {visit}: {count} of {of} = {share:percent1}, exact 95% interval {lower:percent1} to "
        "{upper:percent1}.",
        fr="{title}, {visit} : {count} sur {of} = {share:percent1}, intervalle exact à 95 % {lower:percent1} à "
        "{upper:percent1}.",
    ),
    "reconstructed": Text(
        en="Reconstructed from published aggregates; what is marked † is illustrative, not published.",
        fr="Reconstitué à partir d'agrégats publiés ; ce qui est marqué † est illustratif, non publié.",
    ),
    "rehearsed": Text(en="A rehearsal: none of this happened.", fr="Une répétition : rien de ceci n'a eu lieu."),
    "advice": Text(en="Advice on {on}: {action}", fr="Avis au {on} : {action}"),
    "advice_if": Text(en="Advice: {action}", fr="Avis : {action}"),
    "evidence": Text(en="What the design computed", fr="Ce que le plan d'escalade a calculé"),
    "report": Text(en="Report: {path}", fr="Rapport : {path}"),
    "also": Text(en="In the other language: {path}", fr="Dans l'autre langue : {path}"),
    "ledger": Text(en="Ledger: {count} entries, head {digest}", fr="Registre : {count} entrées, empreinte {digest}"),
    "manifest": Text(en="Manifest: {path} (SHA-256 {digest})", fr="Manifeste : {path} (SHA-256 {digest})"),
}


def words(key: str, spoken: Language, **values: object) -> str:
    """One of the sentences above."""
    return WORDS[key].said(spoken, **values)


def show_reconstruction(case: Case, spoken: Language) -> None:
    """The trial's title, and a warning where the record was rebuilt from publications."""
    say(f"{case.study.identity.id} — {case.study.identity.title.said(spoken)}", style="bold")
    if case.state.is_reconstruction:
        say(words("reconstructed", spoken), style="yellow")
    if case.state.is_rehearsal:
        say(words("rehearsed", spoken), style="yellow")
    say()


def show_exposure(status: Status, spoken: Language) -> None:
    """One line per participant: the three doses, and where the DLT window stands."""
    case = status.case
    if not case.observed:
        say(words("nobody", spoken))
        return
    given = {one.usubjid: one for one in status.exposures if one.infusion_number == 1}
    rows = [_person(case, usubjid, exposure=given.get(usubjid), spoken=spoken) for usubjid in case.observed]
    columns = [
        words(key, spoken) for key in ("participant", "infused", "assigned", "released", "given", "counts", "window")
    ]
    show_table(words("people", spoken, unit=case.study.dosing.unit), columns, rows=rows, right=(2, 3, 4, 5))
    say()


def _person(case: Case, usubjid: str, *, exposure: Exposure | None, spoken: Language) -> list[str]:
    seen = case.observed[usubjid]
    assigned = amount(case.study.dosing.amounts[seen.assigned - 1], spoken)
    assigned += f" ({words('backfill', spoken)})" if seen.backfill else ""
    if exposure is None:
        return [
            usubjid,
            words("not_infused" if seen.evaluable else "never_infused", spoken),
            assigned,
            NOT_AVAILABLE,
            NOT_AVAILABLE,
            NOT_AVAILABLE,
            NOT_AVAILABLE if seen.evaluable else words("not_evaluable", spoken),
        ]
    counted = str(seen.dose_level) + ("" if seen.within_tolerance else f" ({words('outside', spoken)})")
    return [
        _marked(usubjid, exposure, name="usubjid"),
        _marked(day(exposure.on, spoken), exposure, name="on"),
        assigned,
        _marked(
            NOT_AVAILABLE if exposure.released is None else amount(exposure.released, spoken), exposure, name="released"
        ),
        _marked(amount(exposure.given, spoken), exposure, name="given"),
        counted,
        _window(case, usubjid, spoken=spoken),
    ]


def _marked(text: str, exposure: Exposure, *, name: str) -> str:
    return text + DAGGER if name in exposure.illustrative else text


def _window(case: Case, usubjid: str, *, spoken: Language) -> str:
    seen = case.observed[usubjid]
    if seen.dlt:
        return words("dlt", spoken)
    if not seen.evaluable:
        return words("not_evaluable", spoken)
    if seen.complete:
        return words("passed", spoken)
    if seen.window_ends is None:
        given = len(case.state.participants[usubjid].infusions)
        planned = case.study.dose_levels[seen.assigned - 1].infusions
        return words("to_come", spoken, given=given, planned=planned)
    if case.on <= seen.window_ends:
        return words("open", spoken, on=seen.window_ends)
    return words("unsettled", spoken)


def show_toxicity(toxicity: Toxicity, advice: Decision, *, study: Study, spoken: Language) -> None:
    """DLTs and the posterior by level, and what a handful of people cannot exclude."""
    show_levels(advice.levels, study=study, spoken=spoken)
    rate = toxicity.overall
    if rate.lower is not None:
        say(words("overall", spoken, count=rate.count, of=rate.of, lower=rate.lower, upper=rate.upper))
    a, b = toxicity.prior
    for asked, probability in toxicity.exceedance:
        say(words("exceedance", spoken, a=a, b=b, rate=asked, probability=probability))
    say()


def show_levels(levels: Sequence[LevelEvidence], *, study: Study, spoken: Language) -> None:
    """One line per dose level."""
    keys = ["level", "amount", "evaluable", "dlt", "pending"]
    keys += ["activity"] if any(level.n_judged is not None for level in levels) else []
    keys += ["posterior", "above"] if any(level.mean is not None for level in levels) else []
    rows = [[cells[key] for key in keys] for cells in (_level(level, spoken) for level in levels)]
    title = f"{words('toxicity', spoken)} ({study.dosing.unit.said(spoken)})"
    if any(level.infusions > 1 for level in study.dose_levels):
        title = words("toxicity", spoken)
        for row, dose in zip(rows, doses(study, spoken), strict=True):
            row[1] = dose
    show_table(title, [words(key, spoken) for key in keys], rows=rows, right=range(8))
    say()


def _level(level: LevelEvidence, spoken: Language) -> dict[str, str]:
    posterior = above = NOT_AVAILABLE
    if level.mean is not None and level.lower is not None and level.upper is not None:
        mean, low, high = (percent(value, 1, spoken) for value in (level.mean, level.lower, level.upper))
        posterior = f"{mean} ({low} – {high})"
    if level.above_target is not None:
        above = percent(level.above_target, 1, spoken)
    judged = NOT_AVAILABLE if level.n_judged is None else f"{level.n_active} / {level.n_judged}"
    return {
        "level": str(level.dose_level),
        "amount": amount(level.dose_amount, spoken),
        "evaluable": str(level.n),
        "dlt": str(level.n_dlt),
        "pending": str(level.n_pending),
        "activity": judged,
        "posterior": posterior,
        "above": above,
    }


def show_responses(status: Status, spoken: Language) -> None:
    """One sentence per endpoint."""
    study = status.case.study
    for one in status.responders:
        rate: Rate = one.rate
        if rate.lower is None or rate.upper is None:
            continue
        bounds = {"lower": rate.lower, "upper": rate.upper, "share": rate.count / rate.of}
        title = one.endpoint.title.said(spoken)
        say(
            words(
                "responses",
                spoken,
                title=title,
                visit=study.visit_name(one.endpoint.visit),
                count=rate.count,
                of=rate.of,
                **bounds,
            )
        )
    if status.responders:
        say()


def show_advice(decision: Decision, spoken: Language, *, hypothetical: bool = False) -> None:
    """The advice in one line, then its reasons."""
    action = ACTIONS[decision.action].said(spoken, level=decision.dose_level)
    heading = (
        words("advice_if", spoken, action=action)
        if hypothetical
        else words("advice", spoken, on=decision.on, action=action)
    )
    say(heading, style="bold green")
    for reason in decision.reasons:
        say_item(reason.said(spoken))
    say()


def show_evidence(decision: Decision, spoken: Language) -> None:
    """What the design computed, to four decimals; ``--json`` has every digit."""
    rows = []
    for name, value in decision.evidence.items():
        values = value if isinstance(value, list) else [value]
        shown = [number(one, 4, spoken) if isinstance(one, float) and isfinite(one) else str(one) for one in values]
        rows.append([name, "  ".join(shown)])
    show_table(words("evidence", spoken), ["", ""], rows=rows)


def show_files(written: Written, others: Sequence[Written], *, head: Head, spoken: Language) -> None:
    """Where the report lies, and what proves it."""
    show_report(written, others, spoken=spoken)
    say(words("ledger", spoken, count=head.position, digest=head.digest[:16] + "…"))
    say(words("manifest", spoken, path=written.manifest, digest=written.manifest_sha256[:16] + "…"))


def show_report(written: Written, others: Sequence[Written], *, spoken: Language) -> None:
    """Where the report lies, in every language."""
    say(words("report", spoken, path=f"{written.html}, {written.pdf.name}, {written.docx.name}"), style="bold")
    for other in others:
        say(words("also", spoken, path=other.html))


def doses(study: Study, spoken: Language) -> list[str]:
    """Every dose level in words, level 1 first: ``2 × 10⁶ cells/kg, 2 infusions, 28 days apart``."""
    from trialwright.report.model import doses_in_words  # loaded when there is something to show

    return [dose.said(spoken) for dose in doses_in_words(study.dose_levels, study.dosing.unit)]


def amount(value: float, spoken: Language) -> str:
    """A dose amount on a terminal: ``2 × 10⁶``."""
    from trialwright.report.model import Amount  # loaded when there is something to show

    return Amount(value).said(spoken)


__all__ = [
    "show_advice",
    "show_evidence",
    "show_exposure",
    "show_files",
    "show_levels",
    "show_reconstruction",
    "show_report",
    "show_responses",
    "show_toxicity",
]
