"""Dose-transition pathways in words, as a tree, as tables, and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from trialwright.operating.pathways import Pathways, Step
from trialwright.report.model import (
    Cell,
    Column,
    Document,
    Figure as DrawnFigure,
    Filled,
    Joined,
    Paragraph,
    Provenance,
    Section,
    Table,
    Words,
    doses_in_words,
    fill,
    row,
)
from trialwright.report.specifications import Kind, TreeFigure, TreeNode
from trialwright.vocabulary.decisions import ACTIONS, Action
from trialwright.vocabulary.words import Text

TITLE = Text(en="Dose-transition pathways of {id}", fr="Parcours de transition de dose de {id}")
SECTION = Text(en="What will be advised", fr="Ce qui sera préconisé")
DETAIL = Text(en="Step by step", fr="Pas à pas")
TREE = Text(en="Dose-transition pathways, {cohorts} cohorts ahead", fr="Parcours de dose, {cohorts} cohortes à venir")
TREE_1 = Text(en="Dose-transition pathways, one cohort ahead", fr="Parcours de dose, une cohorte à venir")
BRANCH = Text(en="{title}: after {result}", fr="{title} : après {result}")
ALT = Text(
    en="A tree of {paths} courses; each is written out in the table.",
    fr="Un arbre de {paths} parcours ; chacun est écrit dans le tableau.",
)
TODAY = Text(en="Today", fr="Aujourd'hui")
AT_START = Text(en="At the start", fr="Au début")
NOW = Text(en="{at}: {advice}.", fr="{at} : {advice}.")
IF = Text(en="If {result}: {advice}", fr="Si {result} : {advice}")
OF = Text(en="{n_dlt} of {n} have a DLT at level {level}", fr="{n_dlt} sur {n} ont une DLT au palier {level}")
OF_1 = Text(en="1 of {n} has a DLT at level {level}", fr="1 sur {n} a une DLT au palier {level}")
AND = Text(en=" and ", fr=" et ")
IN_ORDER = Text(en="{result} (in this order: {orders})", fr="{result} (dans cet ordre : {orders})")
NEXT = Text(en="{advice} ({size} participants)", fr="{advice} ({size} participants)")
NEXT_1 = Text(en="{advice} (1 participant)", fr="{advice} (1 participant)")
STOPPED = Text(
    en="{advice} ({code}); level {level} would be recommended",
    fr="{advice} ({code}) ; le palier {level} serait recommandé",
)
STOPPED_NONE = Text(
    en="{advice} ({code}); no level would be recommended", fr="{advice} ({code}) ; aucun palier ne serait recommandé"
)
SETTLING = Text(
    en="{count} participants are still in their DLT window; their results come first.",
    fr="{count} participants sont encore dans leur fenêtre de DLT ; leurs résultats viennent d'abord.",
)
SETTLING_1 = Text(
    en="1 participant is still in the DLT window; that result comes first.",
    fr="1 participant est encore dans sa fenêtre de DLT ; son résultat vient d'abord.",
)
RECONSTRUCTION = Text(
    en="This trial was reconstructed from publications: who had which result, and when, may be illustrative.",
    fr="Cet essai est reconstitué à partir de publications : qui a eu quel résultat, et quand, peut être illustratif.",
)
PROMISE = Text(
    en="Each answer is given by the protocol's own design and rules once the whole cohort is settled. In between, ask "
    "“trialwright advise”: it may answer earlier, for example after a first toxicity.",
    fr="Chaque réponse est celle du plan et des règles du protocole, une fois toute la cohorte évaluée. Entre-temps, "
    "demandez « trialwright advise » : la réponse peut venir plus tôt, par exemple après une première toxicité.",
)
ACTIVITY_UNKNOWN = Text(
    en="The design looks at activity too, and that of the participants imagined here is taken to be not known yet; "
    "`trialwright what-if` answers with it.",
    fr="Le plan tient aussi compte de l'activité, et celle des participants imaginés ici est supposée inconnue ; "
    "`trialwright what-if` répond avec elle.",
)
DOSES = Text(en="Dose levels: {levels}.", fr="Paliers de dose : {levels}.")
ONE_DOSE = Text(en="{level}: {dose}", fr="{level} : {dose}")
COURSE = Text(en="Course", fr="Parcours")
ADVICE = Text(en="Advice", fr="Avis")
REASON = Text(en="Last reason", fr="Dernière raison")
RESULTS = Text(
    en="Course: level, then N per participant without a DLT, T with one; the participants of a cohort in any order, "
    "unless the advice depends on it.",
    fr="Parcours : palier, puis N par participant sans DLT, T avec ; l'ordre dans la cohorte est indifférent, sauf "
    "mention contraire.",
)
SOURCE = Text(en="Protocol file; no participant is involved", fr="Fichier de protocole ; aucun participant concerné")
LEDGER = Text(en="Protocol file and the trial's record", fr="Fichier de protocole et registre de l'essai")
NOTHING = Text(en="Nothing here is illustrative.", fr="Rien ici n'est illustratif.")
LEVEL = Text(en="level {level}", fr="palier {level}")
NOBODY, HOLD = Text(en="stop", fr="arrêt"), Text(en="wait", fr="attendre")
PENDING_HEAD = Text(en="Those in their window (DLT/n)", fr="En cours de fenêtre (DLT/n)")
COHORT_HEAD = Text(en="Cohort {number} (DLT/n)", fr="Cohorte {number} (DLT/n)")
AT = Text(en="level {level}: {n_dlt}/{n}", fr="palier {level} : {n_dlt}/{n}")
LONG_TITLE = Text(en="Dose-transition pathways, one step a line", fr="Parcours de dose, une étape par ligne")
KINDS: dict[Action, Kind] = {
    "start": "start",
    "escalate": "up",
    "stay": "same",
    "de-escalate": "down",
    "wait": "hold",
    "stop": "end",
}
KEY: dict[Kind, Text] = {
    "start": Text(en="start", fr="début"),
    "up": Text(en="escalate", fr="escalader"),
    "same": Text(en="stay", fr="rester"),
    "down": Text(en="go down", fr="descendre"),
    "hold": Text(en="wait", fr="attendre"),
    "end": Text(en="treat nobody further", fr="ne plus traiter personne"),
}
MOST_LEAVES = 28  # of one tree on a page


def result_in_words(step: Step) -> Filled | Joined:
    """What was seen on the way to a step: "0 of 3 have a DLT at level 2"."""
    parts = tuple(
        fill(OF_1 if one.n_dlt == 1 else OF, n_dlt=one.n_dlt, n=one.n, level=one.dose_level) for one in step.outcomes
    )
    said = Joined(parts, AND)
    return fill(IN_ORDER, result=said, orders=", ".join(step.orders)) if step.orders else said


def advice_in_words(step: Step) -> Filled:
    """What the protocol says at a step; at an end, what would be recommended, and why."""
    advice = fill(ACTIONS[step.action], level=step.dose_level)
    if step.action == "stop":
        code = step.reasons[-1].code if step.reasons else "design"
        return fill(STOPPED if step.selected else STOPPED_NONE, advice=advice, level=step.selected, code=code)
    if step.next_size and step.dose_level:
        return fill(NEXT_1 if step.next_size == 1 else NEXT, advice=advice, size=step.next_size)
    return advice


def sentence(step: Step) -> Filled:
    """One line of the pathways in words."""
    return fill(IF, result=result_in_words(step), advice=advice_in_words(step))


def opening(found: Pathways) -> tuple[Filled, ...]:
    """What stands before the first result: today's advice, who is pending, and what is promised."""
    pending = sum(found.pending)
    now = replace(found.start, next_size=0) if pending else found.start  # while people settle the number is theirs
    at = AT_START if found.on is None else TODAY
    settling = (fill(SETTLING_1 if pending == 1 else SETTLING, count=pending),) if pending else ()
    rebuilt = found.on is not None and found.study.identity.reconstruction
    remarks = (*settling, *((fill(RECONSTRUCTION),) if rebuilt else ()))
    unknown = (fill(ACTIVITY_UNKNOWN),) if found.study.looks_at_activity else ()
    return (fill(NOW, at=at, advice=advice_in_words(now)), *remarks, fill(PROMISE), *unknown)


def _course(steps: Sequence[Step]) -> str:
    """The usual notation, ``2NNN 3NNT``."""
    return " ".join(_group(step) for step in steps if step.outcomes)


def _group(step: Step) -> str:
    if step.orders and len(step.outcomes) == 1:
        return "|".join(f"{step.outcomes[0].dose_level}{order}" for order in step.orders)
    return "+".join(str(group) for group in step.outcomes)


def tree_figure(found: Pathways, *, after: Step | None = None, name: str = "pathways") -> DrawnFigure:
    """The tree; or, ``after`` one of the first results, the part of it that follows."""
    root = after or found.start
    title: Words = _title(found)
    if after is not None:
        title = fill(BRANCH, title=title, result=result_in_words(after))
    first: Words = "" if after is not None else AT_START if found.on is None else TODAY
    begin = 1 if after is None else 2
    heads = [_head(found, number) for number in range(begin, begin + _depth(root))]
    used = {KINDS[step.action] for _, step in found.steps()}
    key = tuple((kind, words) for kind, words in KEY.items() if kind in used)
    return DrawnFigure(name, title, fill(ALT, paths=root.paths), TreeFigure(_node(root), (first, *heads), key))


def _title(found: Pathways) -> Words:
    return TREE_1 if found.cohorts == 1 else fill(TREE, cohorts=found.cohorts)


def _head(found: Pathways, number: int) -> Words:
    """What a column of results is about; the first is about those in their window, where there are any."""
    cohort = number - (1 if any(found.pending) else 0)
    return fill(COHORT_HEAD, number=cohort) if cohort else PENDING_HEAD


def _depth(step: Step) -> int:
    return 1 + max(map(_depth, step.then)) if step.then else 0


def _node(step: Step) -> TreeNode:
    label: Words = fill(LEVEL, level=step.dose_level)
    if step.action in ("stop", "wait"):
        label = NOBODY if step.action == "stop" else HOLD
    return TreeNode(label, KINDS[step.action], _edge(step), tuple(map(_node, step.then)))


def _edge(step: Step) -> Words:
    """What leads to a box: ``1/3``, with the level where there are several."""
    if len(step.outcomes) > 1:
        parts = tuple(fill(AT, level=one.dose_level, n_dlt=one.n_dlt, n=one.n) for one in step.outcomes)
        return Joined(parts, ", ")
    if not step.outcomes:
        return ""
    short = f"{step.outcomes[0].n_dlt}/{step.outcomes[0].n}"
    return f"{short} ({', '.join(step.orders)})" if step.orders else short


def pathways_document(found: Pathways, *, software: str, version: str) -> Document:
    """Trees, words and table in both languages."""
    identity = found.study.identity
    paragraphs = tuple(Paragraph(one) for one in opening(found))
    levels = enumerate(doses_in_words(found.study.dose_levels, found.study.dosing.unit), start=1)
    doses = fill(DOSES, levels=Joined(tuple(fill(ONE_DOSE, level=level, dose=dose) for level, dose in levels), "; "))
    return Document(
        title=fill(TITLE, id=identity.id),
        subtitle=identity.title,
        running_head=identity.id,
        sections=(
            Section("pathways", SECTION, (*paragraphs, Paragraph(doses), *_figures(found))),
            Section("steps", DETAIL, (_table(found),)),
        ),
        provenance=Provenance(
            source=SOURCE if found.on is None else LEDGER,
            data_cut=found.on,
            software=software,
            version=version,
            protocol_digest=found.study.digest,
        ),
        illustrative_note=RECONSTRUCTION if found.on is not None and identity.reconstruction else NOTHING,
    )


def _figures(found: Pathways) -> Iterator[DrawnFigure]:
    """One tree, or one per first result where a page could not hold it."""
    if found.start.paths <= MOST_LEAVES:
        yield tree_figure(found)
        return
    for number, step in enumerate(found.start.then, start=1):
        if step.then:
            yield tree_figure(found, after=step, name=f"pathways-{number}")


def _table(found: Pathways) -> Table:
    columns = (Column("course", COURSE), Column("advice", ADVICE), Column("reason", REASON))
    rows = [
        (
            Cell(_course([*before, step]), indent=max(0, len(before) - 1)),
            Cell(fill(ACTIONS[step.action], level=step.dose_level)),
            Cell(step.reasons[-1] if step.reasons else ""),
        )
        for before, step in found.steps()
        if step.outcomes
    ]
    return Table("pathways", _title(found), columns, tuple(rows), notes=(RESULTS,))


def long_table(found: Pathways) -> Table:
    """Every step, one a line, with stable words for machines."""
    levels = range(1, len(found.study.dosing.amounts) + 1)
    keys = ("step", "course", "action", "next_dose_level", "next_size", "selected_if_stopped_now", "reasons")
    counts = [f"{name}_{level}" for name in ("n", "n_dlt") for level in levels]
    rows = [
        row(
            len([one for one in (*before, step) if one.outcomes]),
            _course([*before, step]),
            step.action,
            step.dose_level,
            step.next_size,
            step.selected,
            " ".join(reason.code for reason in step.reasons),
            *step.n,
            *step.n_dlt,
        )
        for before, step in found.steps()
    ]
    columns = tuple(Column(key, key) for key in (*keys, *counts))
    return Table(name="pathways", title=LONG_TITLE, columns=columns, rows=tuple(rows))
