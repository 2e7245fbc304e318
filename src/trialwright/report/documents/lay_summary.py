"""The summary for those who took part and everybody else: plain words, the trial's own numbers, what is not known."""

from __future__ import annotations

from trialwright.analysis.adverse_events import OverviewRow
from trialwright.report.documents import lay_words as words
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.framing import trial_document
from trialwright.report.model import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Filled,
    Joined,
    Paragraph,
    Sayable,
    Section,
    Table,
    Words,
    fill,
)
from trialwright.vocabulary.doses import DoseLevel
from trialwright.vocabulary.words import Text

ALOUD = 1_000_000  # from here on an amount is said in millions


def lay_summary(findings: Findings, *, software: str, version: str) -> Document:
    """The summary in both languages; same case, same document. Nothing in it but the trial's own numbers."""
    case = findings.case
    sections = (
        Section("about", words.ABOUT, (*_warnings(findings), *_about(findings))),
        Section("done", words.DONE, _done(findings)),
        Section("who", words.WHO, _who(findings)),
        Section("seen", words.SEEN, _seen(findings)),
        Section("effects", words.EFFECTS, _effects(findings)),
        Section("unknown", words.UNKNOWN, _unknown(findings)),
        Section("more", words.MORE, _more(findings)),
    )
    title = fill(words.TITLE, title=case.study.identity.title)
    return trial_document(case, sections, title=title, subtitle=words.SUBTITLE, software=software, version=version)


def people(count: int) -> Text | Filled:
    """So many people."""
    return words.PERSON if count == 1 else fill(words.PEOPLE, n=count)


def aloud(level: DoseLevel, unit: Text) -> Filled:
    """A dose as it is said aloud: ``2 million cells``, and how many times."""
    large = level.amount >= ALOUD
    count = level.amount / ALOUD if large else level.amount
    said = words.AMOUNT if not large else words.MILLION if count < 2 else words.MILLIONS  # French: 1,5 million
    dose = fill(said, n=count, unit=unit)
    return dose if level.infusions == 1 else fill(words.TIMES, dose=dose, n=level.infusions)


def _warnings(findings: Findings) -> tuple[Block, ...]:
    if findings.case.state.is_rehearsal:
        return (Callout("warning", words.PRACTICE),)
    return (Callout("illustrative", words.MADE_UP),) if findings.invented else ()


def _about(findings: Findings) -> tuple[Block, ...]:
    study = findings.case.study
    said: list[Words] = []
    if study.disease is not None:
        said.append(fill(words.DISEASE, disease=study.disease.title))
    if study.product is not None:
        said.append(fill(words.PRODUCT, product=study.product.name))
    return tuple(map(Paragraph, (*said, words.FIRST_STEP)))


def _done(findings: Findings) -> tuple[Block, ...]:
    study = findings.case.study
    doses = tuple(aloud(level, study.dosing.unit) for level in study.dose_levels)
    if len(doses) == 1:
        listed: tuple[Words, ...] = (fill(words.ONE_DOSE, dose=doses[0]),)
    else:
        listed = (fill(words.DOSES, n=len(doses), doses=Joined(doses, Text(en="; ", fr=" ; "))), words.STEPS)
    watched = fill(words.WATCHED, days=study.dlt.last_day)
    return tuple(map(Paragraph, (words.EVERYBODY, *listed, watched, words.LIMIT)))


def _who(findings: Findings) -> tuple[Block, ...]:
    case, rows = findings.case, findings.disposition
    if not case.state.participants:
        return (Paragraph(words.NOBODY),)
    planned, treated = case.study.identity.planned_n, len(case.infused)
    said: list[Words] = [
        fill(words.JOINED, n=people(len(case.state.participants))),
        fill(words.PLANNED, planned=people(planned), treated=people(treated)),
    ]
    outside = sum(one.not_infused for one in rows)
    counted = (
        (words.NOT_TREATED, outside),
        (words.STAYED, sum(one.completed for one in rows)),
        (words.LEFT, sum(one.left_early for one in rows)),
        (words.STILL, sum(one.in_follow_up for one in rows)),
    )
    said += [fill(text, n=people(count)) for text, count in counted if count]
    return (*map(Paragraph, said), _by_dose(findings), *map(Paragraph, _closing(findings)))


def _closing(findings: Findings) -> tuple[Words, ...]:
    closed = findings.case.state.closed
    if closed is None:
        return (words.OPEN,)
    why = words.RESULTS if closed.event.informative else words.NOT_RESULTS
    return (fill(words.CLOSED, on=closed.event.on, reason=closed.event.reason), why)


def _by_dose(findings: Findings) -> Table:
    """People by the dose they got, nearest declared level; those with a result yet, and a strong side effect."""
    case = findings.case
    infused = [case.level_of(one.usubjid) for one in case.infused]
    rows = []
    for level, seen in zip(case.study.dose_levels, findings.toxicity.levels, strict=True):
        dose = Cell(aloud(level, case.study.dosing.unit))
        rows.append((dose, Cell(infused.count(level.level)), Cell(seen.evidence.n), Cell(seen.evidence.n_dlt)))
    return Table(
        name="by-dose",
        title=words.BY_DOSE,
        columns=(
            Column("dose", Text(en="Dose", fr="Dose")),
            Column("people", Text(en="People who got it", fr="Personnes l'ayant reçue"), "right"),
            Column("watched", Text(en="Watched long enough", fr="Suivies assez longtemps"), "right"),
            Column("strong", Text(en="With a strong side effect", fr="Avec un effet fort"), "right"),
        ),
        rows=tuple(rows),
    )


def _seen(findings: Findings) -> tuple[Block, ...]:
    rate = findings.toxicity.overall
    said: list[Words] = [fill(words.STRONG, count=rate.count, of=rate.of) if rate.of else words.NO_JUDGED]
    judged = [one for one in findings.responders if one.rate.of]
    for one in judged:
        visit = findings.case.study.visit_name(one.endpoint.visit)
        said.append(fill(words.ENDPOINT, count=one.rate.count, of=one.rate.of, title=one.endpoint.title, visit=visit))
        if one.not_assessed:
            said.append(fill(words.NOT_ASSESSED, n=people(one.not_assessed)))
    if not judged:
        said.append(words.NO_ENDPOINT)
    return tuple(map(Paragraph, said))


def _effects(findings: Findings) -> tuple[Block, ...]:
    rows: dict[str, OverviewRow] = {one.kind: one for one in findings.overview}
    if not findings.case.infused:
        return (Paragraph(words.NOBODY_TREATED),)
    any_event, deaths = rows["any"].total, _deaths(findings)
    died = fill(words.DIED, count=people(deaths)) if deaths else words.NO_DEATH
    if not any_event.events:
        return (Paragraph(words.NO_EVENT), Paragraph(died))
    said: list[Words] = [
        fill(words.ANY, count=any_event.people, of=any_event.of),
        fill(words.LINKED, count=rows["related"].total.people),
    ]
    if rows["not_judged"].total.events:
        said.append(words.NOT_JUDGED)
    serious = rows["serious"].total.people
    said.append(fill(words.SERIOUS, count=people(serious)) if serious else words.NO_SERIOUS)
    if rows["serious_unknown"].total.events:
        said.append(words.SERIOUS_UNKNOWN)
    said.append(died)
    related = [one.known.event.term for one in findings.listing if one.course.relation.counts is True]
    if related:
        said.append(fill(words.RELATED_TERMS, terms=", ".join(dict.fromkeys(related))))
    return (Bullets(tuple(said)),)


def _deaths(findings: Findings) -> int:
    """People who died, as an event says or as the end of their follow-up does."""
    people = findings.case.state.participants.values()
    died = {one.usubjid for one in people if one.ended is not None and one.ended.event.how == "died"}
    return len(died | {one.known.event.usubjid for one in findings.listing if one.course.is_fatal})


def _unknown(findings: Findings) -> tuple[Block, ...]:
    upper = findings.toxicity.overall.upper
    said: list[Sayable] = [words.FEW]
    if upper is not None:
        # Rounded up: the sentence says what cannot be ruled out.
        said.append(fill(words.UP_TO, n=-int(-100 * upper // 1)))
    return (Bullets((*said, words.NO_COMPARISON, words.LATER, words.NEXT)),)


def _more(findings: Findings) -> tuple[Block, ...]:
    identity = findings.case.study.identity
    said: list[Words] = []
    if identity.registry:
        said.append(fill(words.REGISTERED, numbers=", ".join(identity.registry)))
    return tuple(map(Paragraph, (*said, fill(words.SPONSOR, sponsor=identity.sponsor), words.THANKS)))
