"""The ranked desirability of every result at a level, as BOIN12 is run on paper: a document, and one long table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import final

from trialwright.operating import DesirabilityTable, Limits, Scored
from trialwright.protocol import Study
from trialwright.report.documents.decision_tables import (
    ALONE,
    ANOTHER,
    DESIGN,
    NAME,
    NO_RULES,
    NOTHING,
    PARTICIPANTS,
    SOURCE,
    SUBTITLE,
    TABLES,
    TITLE,
)
from trialwright.report.model import (
    Cell,
    Column,
    Document,
    Fact,
    Filled,
    KeyFacts,
    Number,
    Paragraph,
    Provenance,
    Section,
    Table,
    Value,
    fill,
    row,
)
from trialwright.vocabulary.words import Text

RULES = Text(en="How to use the tables", fr="Comment utiliser les tables")
SETTLED = Text(
    en="Everybody counted is settled and their activity is known; while it is not, ask the program instead. The tables "
    "hold for every dose level: a level's desirability depends on its own counts alone. Compare ranks of these tables "
    "only.",
    fr="Toutes les personnes comptées sont évaluées et leur activité est connue ; tant qu'elle ne l'est pas, "
    "interrogez plutôt le programme. Les tables valent pour chaque palier de dose : la désirabilité d'un palier ne "
    "dépend que de ses propres résultats. Ne comparez les rangs qu'au sein de ces tables.",
)
DOWN = Text(
    en="1. DLT rate at the current level of {upper:percent1} (lambda_d) or more, or level closed for toxicity: the "
    "nearest open level below follows; at the lowest level, that level while it is open.",
    fr="1. Taux de DLT au palier actuel de {upper:percent1} (lambda_d) ou plus, ou palier fermé pour toxicité : le "
    "palier ouvert inférieur le plus proche suit ; au palier le plus bas, ce palier tant qu'il est ouvert.",
)
EXPLORE = Text(
    en="2. Otherwise, {explore_from} or more settled here, the level above open and never tried: the level above.",
    fr="2. Sinon, {explore_from} évalués ou plus ici, palier au-dessus ouvert et jamais essayé : le palier au-dessus.",
)
TWO = Text(
    en="3. Otherwise, {stay_from} or more settled here and a DLT rate above {lower:percent1} (lambda_e): the higher "
    "rank of this level and the one below; the lower level when equal.",
    fr="3. Sinon, {stay_from} évalués ou plus ici et taux de DLT au-dessus de {lower:percent1} (lambda_e) : le plus "
    "haut rang de ce palier et de celui d'en dessous ; à égalité, le plus bas.",
)
THREE = Text(
    en="4. Otherwise the highest rank of the level below, this one and the one above; the highest level when equal. A "
    "level never tried has the rank of 0 participants.",
    fr="4. Sinon, le plus haut rang du palier d'en dessous, de celui-ci et de celui d'au-dessus ; à égalité, le plus "
    "haut. Un palier jamais essayé a le rang de 0 participant.",
)
CLOSED = Text(
    en="ET: closed for toxicity, with every level above. EA: closed for lack of activity, this level alone. A closed "
    "level is never given; where none that may follow is open, the trial stops.",
    fr="ET : fermé pour toxicité, avec tous les paliers au-dessus. EA : fermé faute d'activité, ce palier seul. Un "
    "palier fermé n'est jamais donné ; si aucun de ceux qui peuvent suivre n'est ouvert, l'essai s'arrête.",
)
UNTRIED = Text(
    en="Level never tried (0 participants): rank {rank:plain}, desirability {share:percent1}.",
    fr="Palier jamais essayé (0 participant) : rang {rank:plain}, désirabilité {share:percent1}.",
)
UNTRIED_CLOSED = Text(
    en="Level never tried (0 participants): closed, by the limits of confidence of this design.",
    fr="Palier jamais essayé (0 participant) : fermé, selon les seuils de confiance de ce plan.",
)
NEVER = Text(en="never", fr="jamais")
LIMITS = Text(en="DLTs and activity at the current level", fr="DLT et activité au palier actuel")
UP_TO = Text(en="up may follow: DLTs up to", fr="montée possible : DLT jusqu'à")
DOWN_FROM = Text(en="go down: DLTs from", fr="descendre : DLT à partir de")
TOXIC_FROM = Text(en="closed, with those above: DLTs from", fr="fermé, avec ceux d'au-dessus : DLT à partir de")
INACTIVE_UP_TO = Text(en="closed alone: active up to", fr="fermé seul : actifs jusqu'à")
RANKS = Text(
    en="{n} participants: rank (rows: DLTs, columns: active)",
    fr="{n} participants : rang (lignes : DLT, colonnes : actifs)",
)
SHARES = Text(
    en="{n} participants: desirability in % (rows: DLTs, columns: active)",
    fr="{n} participants : désirabilité en % (lignes : DLT, colonnes : actifs)",
)
RANKS_BOTH = Text(
    en="{n} participants, {both} of them active with a DLT: rank (rows: DLTs, columns: active)",
    fr="{n} participants, dont {both} actifs avec DLT : rang (lignes : DLT, colonnes : actifs)",
)
SHARES_BOTH = Text(
    en="{n} participants, {both} of them active with a DLT: desirability in % (rows: DLTs, columns: active)",
    fr="{n} participants, dont {both} actifs avec DLT : désirabilité en % (lignes : DLT, colonnes : actifs)",
)
MEANING = Text(
    en="Desirability: probability that the mean score is above {benchmark:number1} of 100. Rank 1 is the least "
    "desirable open result of all these tables; equal ones share the mean of their ranks.",
    fr="Désirabilité : probabilité que le score moyen dépasse {benchmark:number1} sur 100. Le rang 1 est le résultat "
    "ouvert le moins souhaitable de toutes ces tables ; à égalité, la moyenne des rangs.",
)
DLT = Text(en="DLT", fr="DLT")
LONG_TITLE = Text(en="Desirability, one result a line", fr="Désirabilité, un résultat par ligne")


@final
@dataclass(frozen=True, slots=True)
class Ranked:
    """A design that ranks the results at a level, with its parameters and its table in the trial of a protocol."""

    study: Study
    name: str
    sentence: Text
    parameters: Mapping[str, object]
    table: DesirabilityTable

    def caveats(self) -> tuple[Filled, ...]:
        """What must be known to read the tables."""
        names = ", ".join(rule.name for rule in self.study.rule_names)
        alone = fill(ALONE, rules=names) if names else fill(NO_RULES)
        own = self.study.design_name
        another = () if self.name == own else (fill(ANOTHER, own=own, design=self.name),)
        return (alone, *another, fill(SETTLED), fill(MEANING, benchmark=self.table.benchmark))

    def steps(self) -> tuple[Filled, ...]:
        """The rule, step by step, as it is followed with the tables in hand."""
        lower, upper = self.table.boundaries
        return (
            fill(DOWN, upper=upper),
            fill(EXPLORE, explore_from=self.table.explore_from),
            fill(TWO, stay_from=self.table.stay_from, lower=lower),
            fill(THREE),
            fill(CLOSED),
        )

    def untried(self) -> Filled:
        """The rank of a level that nobody was treated at."""
        (none,) = self.table.of_size(0)
        if none.rank is None:
            return fill(UNTRIED_CLOSED)
        return fill(UNTRIED, rank=none.rank, share=none.desirability)


def place_of(one: Scored) -> str | Number:
    """The rank of a result, or the letters of a closed level."""
    if one.rank is None:
        return "ET" if one.too_toxic else "EA"
    return Number(one.rank, 0 if one.rank.is_integer() else 1)


def desirability_grids(ranked: Ranked) -> tuple[Table, ...]:
    """The limits for every number of participants, then ranks and desirability, a row for every number of DLTs."""
    grids: list[Table] = [_limits(ranked.table.limits)]
    for n in ranked.table.sizes[1:]:
        by_both = sorted(ranked.table.of_size(n), key=lambda one: one.n_both or 0)
        for both, results in groupby(by_both, key=lambda one: one.n_both):
            grids += _pair(n, both, results=tuple(results))
    return tuple(grids)


def _limits(limits: Sequence[Limits]) -> Table:
    labels = {"up_to": UP_TO, "down_from": DOWN_FROM, "toxic_from": TOXIC_FROM, "inactive_up_to": INACTIVE_UP_TO}
    columns = [Column("n", PARTICIPANTS, "right"), *(Column(key, label, "right") for key, label in labels.items())]
    rows = [
        row(one.n, one.up_to, one.down_from, *map(_or_never, (one.toxic_from, one.inactive_up_to))) for one in limits
    ]
    return Table(name="limits", title=LIMITS, columns=tuple(columns), rows=tuple(rows))


def _or_never(count: int | None) -> Value:
    return NEVER if count is None else count


def _pair(n: int, both: int | None, *, results: Sequence[Scored]) -> tuple[Table, Table]:
    """Ranks and desirability of the same results."""
    places = {(one.n_dlt, one.n_active): one for one in results}
    ranks: dict[tuple[int, int], Value] = {counts: place_of(one) for counts, one in places.items()}
    shares: dict[tuple[int, int], Value] = {counts: Number(100 * one.desirability, 1) for counts, one in places.items()}
    named = f"{n}" if both is None else f"{n}-{both}"
    said = {"n": n} if both is None else {"n": n, "both": both}
    return (
        _grid(f"ranks-{named}", fill(RANKS if both is None else RANKS_BOTH, **said), values=ranks),
        _grid(f"desirability-{named}", fill(SHARES if both is None else SHARES_BOTH, **said), values=shares),
    )


def _grid(name: str, title: Filled, *, values: Mapping[tuple[int, int], Value]) -> Table:
    dlts, actives = (sorted({counts[place] for counts in values}) for place in (0, 1))
    columns = [Column("n_dlt", DLT)]
    columns += [Column(f"n_active_{active}", str(active), "right") for active in actives]
    rows = [(Cell(dlt), *(Cell(values.get((dlt, active), "")) for active in actives)) for dlt in dlts]
    return Table(name=name, title=title, columns=tuple(columns), rows=tuple(rows), landscape=len(columns) > 11)


def desirability_document(ranked: Ranked, *, software: str, version: str) -> Document:
    """The tables as a document in both languages."""
    study = ranked.study
    facts = [
        Fact(NAME, Cell(ranked.name)),
        *(Fact(name, Cell(str(value))) for name, value in ranked.parameters.items()),
    ]
    caveats = tuple(Paragraph(caveat) for caveat in ranked.caveats())
    return Document(
        title=fill(TITLE, design=ranked.name),
        subtitle=fill(SUBTITLE, id=study.identity.id, trial=study.identity.title),
        running_head=study.identity.id,
        sections=(
            Section("design", DESIGN, (Paragraph(ranked.sentence), KeyFacts(tuple(facts)))),
            Section("use", RULES, (*caveats, *map(Paragraph, ranked.steps()))),
            Section("tables", TABLES, (Paragraph(ranked.untried()), *desirability_grids(ranked))),
        ),
        provenance=Provenance(
            source=SOURCE, data_cut=None, software=software, version=version, protocol_digest=study.digest
        ),
        illustrative_note=NOTHING,
    )


def desirability_long_table(ranked: Ranked) -> Table:
    """Every result, one a line, with stable words for machines; an empty rank is a closed level."""
    keys = ("design", "n", "n_dlt", "n_active", "n_both", "desirability", "rank", "open", "too_toxic", "too_inactive")
    rows = [
        row(
            ranked.name,
            one.n,
            one.n_dlt,
            one.n_active,
            one.n_both,
            Number(one.desirability),
            None if one.rank is None else Number(one.rank),
            *("yes" if said else "no" for said in (one.is_open, one.too_toxic, one.too_inactive)),
        )
        for one in ranked.table.scored
    ]
    columns = tuple(Column(key, key) for key in keys)
    return Table(name="desirability-table", title=LONG_TITLE, columns=columns, rows=tuple(rows))
