"""Simulated operating characteristics under some scenarios, as a document: no number without its error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialwright.numerics.intervals import wilson
from trialwright.operating import Aim, Circumstances, Conditions, Simulated
from trialwright.operating.ends import PLANNED
from trialwright.operating.scenarios import Scenario
from trialwright.protocol import Study
from trialwright.report.documents import foreseeing as words
from trialwright.report.documents.circumstances_text import circumstances_facts
from trialwright.report.documents.foreseeing import scenario_column
from trialwright.report.model import (
    Block,
    Callout,
    Cell,
    Column,
    Document,
    Estimate,
    Fact,
    Figure,
    KeyFacts,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    Value,
    Words,
    fill,
    row,
)
from trialwright.vocabulary.seen import Floats
from trialwright.vocabulary.words import Text

TITLE = Text(en="Simulated operating characteristics", fr="Caractéristiques opératoires par simulation")
SIMULATED = Text(
    en="Simulated: {trials} virtual trials under each scenario, seed {seed}. In brackets: 95% Monte "
    "Carlo limits. They say how far a number may be from that of endlessly many trials under the same truth and "
    "circumstances; they do not say whether these are right.",
    fr="Simulation : {trials} essais virtuels sous chaque scénario, graine {seed}. Entre "
    "parenthèses : limites de Monte-Carlo à 95 %. Elles disent à quelle distance un nombre peut se trouver de celui "
    "d'une infinité d'essais sous la même vérité et dans les mêmes circonstances ; elles ne disent pas si celles-ci "
    "sont justes.",
)
FROM_TO = Text(en="{least} to {most}", fr="{least} à {most}")
STOPPED = Text(
    en="Interrupted: {done} of {wanted} trials were run. What is shown comes from them, and the limits are as wide "
    "as so many trials leave them; scenarios without any trial are not shown.",
    fr="Interrompu : {done} essais sur {wanted} ont été simulés. Les résultats viennent d'eux, et les limites sont "
    "aussi larges que ce nombre d'essais le veut ; les scénarios sans aucun essai ne sont pas montrés.",
)
AS_THEY_COME = Text(
    en="Whenever the next person could be enrolled, on what is known on that day",
    fr="Dès que la personne suivante pourrait être incluse, selon ce que l'on sait ce jour-là",
)
SETTLED = Text(
    en="After each complete cohort, once everybody in it is settled",
    fr="Après chaque cohorte complète, une fois tous ses membres évalués",
)
SETTLED_EACH = Text(en="After each participant, once settled", fr="Après chaque participant, une fois évalué")
DURATION = Text(
    en="Days run from the opening of the trial to the end of the last participant's DLT window. People who come while "
    "enrolment is closed wait.",
    fr="Les jours vont de l'ouverture de l'essai à la fin de la fenêtre de DLT de la dernière personne. Les personnes "
    "qui arrivent pendant que les inclusions sont fermées patientent.",
)
WHOLE = Text(en="Selection, and how trials end", fr="Sélection, et fin des essais")
BY_LEVEL = Text(en="By dose level", fr="Par palier de dose")
CALENDAR = Text(en="Participants and calendar", fr="Participants et calendrier")
AT_LEVEL = Text(en="Dose level", fr="Palier")
TRUE_RATE = Text(en="True DLT rate", fr="Taux réel de DLT")
SELECTED = Text(en="Selected", fr="Retenu")
PARTICIPANTS = Text(en="Participants", fr="Participants")
ACTIVE = Text(en="With activity", fr="Avec activité")
MEAN_DAYS = Text(en="Days, mean", fr="Jours, moyenne")
HALF = Text(en="Half are over by day", fr="La moitié finie au jour")
MOST = Text(en="90% are over by day", fr="90 % finis au jour")
REASON = Text(en="Reason", fr="Raison")
TRIALS = Text(en="Share of trials", fr="Part des essais")
RUN = Text(en="Trials", fr="Essais")


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """Some numbers with their 95 % Monte Carlo limits; ``[T]``, or ``[T, …]``."""

    value: Floats
    lower: Floats
    upper: Floats

    def cell(self, *place: int, as_share: bool, decimals: int = 1) -> Estimate:
        """One of them, as it is written."""
        value, lower, upper = (float(column[place]) for column in (self.value, self.lower, self.upper))
        return Estimate(value, lower, upper, decimals, as_share)


@final
@dataclass(frozen=True, slots=True)
class VirtualRun:
    """Simulated trials of a protocol under some scenarios, and how they were run."""

    study: Study
    conditions: Conditions
    circumstances: Circumstances
    scenarios: tuple[Scenario, ...]  # those under which trials were run
    found: Simulated
    wanted: int  # trials asked for, all scenarios together
    seed: int

    @property
    def aim(self) -> Aim:
        """What is looked for; around 25 % for a design without a target."""
        return words.aim_of(self.study)

    @property
    def numbers(self) -> Mapping[str, Limits]:
        """Every number with its limits, by name; shapes as in ``Simulated``."""
        found = self.found
        by_name = {name: Limits(getattr(found, mine), *found.interval(mine)) for name, mine in NAMES.items()}
        for name, share in (("correct_selection", words.share_right), ("selection_above", words.share_above)):
            value = share(found, self.aim)
            by_name[name] = Limits(value, *wilson(value * found.trials, found.trials))
        for name, part in (("days_half", 0.5), ("days_nine_tenths", 0.9)):
            by_name[name] = Limits(found.duration_quantile(part), *found.duration_quantile_interval(part))
        if found.truths.cells.shape[2] > 2:
            by_name["n_active"] = Limits(found.n_active, *found.interval("n_active"))
        return by_name


LONG = ("scenario", "quantity", "at", "value", "lower", "upper", "trials")
NAMES = {
    "selection": "selection",
    "n": "n",
    "n_dlt": "n_dlt",
    "stopped_early_at": "stopped_at",
    "ended": "ended",
    "early": "early",
    "expected_n": "expected_n",
    "expected_dlts": "expected_dlts",
    "mean_days": "duration_days",
}


def simulated_document(run: VirtualRun, *, software: str, version: str) -> Document:
    """The whole document, in both languages."""
    study, sections = run.study, (_trial_section(run), _results_section(run))
    subtitle = words.trial_and_id(study)
    return words.before_a_trial(study, sections, title=TITLE, subtitle=subtitle, software=software, version=version)


def _trial_section(run: VirtualRun) -> Section:
    study, conditions = run.study, run.conditions
    settled = SETTLED_EACH if conditions.after_each else SETTLED
    live = run.circumstances.decisions == "as_they_come"
    facts = (
        Fact(words.DESIGN, Cell(study.design_name)),
        Fact(words.RULES, Cell(", ".join(rule.name for rule in study.rule_names) or None)),
        Fact(words.LIMIT, Cell(conditions.limit(study, leaving=run.circumstances.leaving > 0))),
        Fact(words.DECISIONS, Cell(AS_THEY_COME if live else settled)),
        *circumstances_facts(run.circumstances),
    )
    aim, counts = run.aim, run.found.trials.astype(int)
    blocks: list[Block] = [KeyFacts(facts)]
    if not run.found.complete:
        blocks.append(Callout("warning", fill(STOPPED, done=int(run.found.trials.sum()), wanted=run.wanted)))
    blocks.append(Paragraph(fill(SIMULATED, trials=trials_in_words(counts.tolist()), seed=run.seed)))
    blocks.append(Paragraph(fill(words.MEANING, target=aim.target, too_toxic=aim.too_toxic)))
    blocks += [] if live else [Paragraph(said) for said in words.silent_rules(study)]
    blocks += [Paragraph(words.GIVEN)] if conditions.given else []
    return Section("trial", words.THE_TRIAL, (*blocks, Paragraph(DURATION)))


def trials_in_words(counts: Sequence[int]) -> Words:
    """How many trials were run under each scenario: one number, or the fewest and the most."""
    least, most = min(counts), max(counts)
    return str(most) if least == most else fill(FROM_TO, least=least, most=most)


def _results_section(run: VirtualRun) -> Section:
    return Section("results", words.RESULTS, result_blocks(run))


def result_blocks(run: VirtualRun, *, prefix: str = "") -> tuple[Block, ...]:
    """Tables and the figure of one run; ``prefix`` tells their names from those of another one."""
    blocks: tuple[Table | Figure, ...] = (
        *words.truth_tables(run.study, run.scenarios, found=run.found),
        _whole_table(run),
        words.selection_figure(run.scenarios, run.found),
        _level_table(run),
        _calendar_table(run),
        _ending_table(run),
    )
    return tuple(replace(block, name=f"{prefix}{block.name}") for block in blocks)


def _whole_table(run: VirtualRun) -> Table:
    """The right selection, one too high, none, an early end."""
    numbers = run.numbers
    rows = [
        row(
            scenario.name,
            numbers["correct_selection"].cell(place, as_share=True),
            numbers["selection_above"].cell(place, as_share=True),
            numbers["selection"].cell(place, 0, as_share=True),
            numbers["early"].cell(place, as_share=True),
        )
        for place, scenario in enumerate(run.scenarios)
    ]
    labels = (("right", words.RIGHT), ("above", words.ABOVE), ("none", words.NONE), ("early", words.EARLY))
    columns = (scenario_column(), *(Column(key, label, align="right") for key, label in labels))
    return Table("selection", WHOLE, columns, tuple(rows))


def _level_table(run: VirtualRun) -> Table:
    """One row per scenario and level; the right one stands out."""
    numbers, right = run.numbers, run.aim.right(run.found.truths)
    counted = [name for name in ("n", "n_dlt", "n_active") if name in numbers]
    rows = []
    for place, scenario in enumerate(run.scenarios):
        for level in range(run.found.selection.shape[1]):
            name: Words = fill(words.LEVEL, level=level) if level else words.NONE
            selected = numbers["selection"].cell(place, level, as_share=True)
            rate = Share(float(run.found.truths.dlt[place, level - 1])) if level else None
            means: list[Value] = [
                numbers[key].cell(place, level - 1, as_share=False) if level else None for key in counted
            ]
            cells = (scenario.name if level == 0 else "", Cell(name, emphasis=bool(level == right[place])))
            rows.append(row(*cells, rate, Cell(selected, emphasis=bool(level == right[place])), *means))
    labels = {"n": PARTICIPANTS, "n_dlt": words.DLTS, "n_active": ACTIVE}
    columns = (
        scenario_column(),
        Column("level", AT_LEVEL),
        Column("rate", TRUE_RATE, align="right"),
        Column("selected", SELECTED, align="right"),
        *(Column(key, labels[key], align="right") for key in counted),
    )
    return Table("levels", BY_LEVEL, columns, tuple(rows))


def _calendar_table(run: VirtualRun) -> Table:
    numbers = run.numbers
    names = {
        "expected_n": PARTICIPANTS,
        "expected_dlts": words.DLTS,
        "mean_days": MEAN_DAYS,
        "days_half": HALF,
        "days_nine_tenths": MOST,
    }
    rows = [
        row(
            scenario.name,
            *(numbers[key].cell(place, as_share=False, decimals=0 if "days" in key else 1) for key in names),
        )
        for place, scenario in enumerate(run.scenarios)
    ]
    columns = (scenario_column(), *(Column(key, label, align="right") for key, label in names.items()))
    return Table("calendar", CALENDAR, columns, tuple(rows))


def _ending_table(run: VirtualRun) -> Table:
    """One row per scenario and reason that occurred."""
    ended, rows = run.numbers["ended"], []
    for place, scenario in enumerate(run.scenarios):
        some = [column for column in range(len(run.found.reasons)) if run.found.ended[place, column] > 0]
        for number, column in enumerate(some):
            code = run.found.reasons[column]
            said: Words = words.PLANNED_NUMBER if code == PLANNED else code
            rows.append(row("" if number else scenario.name, said, ended.cell(place, column, as_share=True)))
    columns = (scenario_column(), Column("reason", REASON), Column("share", TRIALS, align="right"))
    return Table("ending", words.ENDING, columns, tuple(rows))


def long_simulated_table(run: VirtualRun) -> Table:
    """Every number with its limits, one a line, with stable words for machines; level 0 of the selection: none."""
    columns = tuple(Column(key, key) for key in LONG)
    return Table("simulated-characteristics", TITLE, columns, tuple(row(*values) for values in long_rows(run)))


def long_rows(run: VirtualRun) -> Iterator[tuple[Value, ...]]:
    """Its rows: scenario, quantity, level or reason, number, its limits, and out of how many trials."""
    for place, scenario in enumerate(run.scenarios):
        trials = int(run.found.trials[place])
        for name, numbers in run.numbers.items():
            for where in np.ndindex(numbers.value.shape[1:]):
                at = None if not where else run.found.reasons[where[0]] if name == "ended" else _level(name, where[0])
                three = (column[(place, *where)] for column in (numbers.value, numbers.lower, numbers.upper))
                yield (scenario.name, name, at, *map(_number, three), trials)


def _level(name: str, column: int) -> int:
    return column if name == "selection" else column + 1


def _number(value: float) -> Number:
    return Number(float(value), 9)
