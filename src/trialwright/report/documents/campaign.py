"""A campaign of simulations as a document: every design in every setting under every scenario, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

from trialwright.operating.campaign import Results
from trialwright.report.documents import foreseeing as words
from trialwright.report.documents.circumstances_text import circumstances_facts
from trialwright.report.documents.simulated import (
    DURATION,
    LONG,
    MEAN_DAYS,
    MOST,
    PARTICIPANTS,
    SIMULATED,
    STOPPED,
    VirtualRun,
    long_rows,
    result_blocks,
    trials_in_words,
)
from trialwright.report.model import Block, Callout, Column, Document, KeyFacts, Paragraph, Section, Table, fill, row
from trialwright.vocabulary.words import Text

TITLE = Text(en="A campaign of simulations", fr="Une campagne de simulations")
SUBTITLE = Text(
    en="{studies} designs, {settings} settings, {truths} scenarios",
    fr="{studies} plans, {settings} cadres, {truths} scénarios",
)
ALL = Text(en="All together", fr="Vue d'ensemble")
SETTING = Text(en="Setting: {setting}", fr="Cadre : {setting}")
CELL = Text(en="{study}, {setting}", fr="{study}, {setting}")
STUDY = Text(en="Design, setting", fr="Plan, cadre")
SELECTION = Text(en="Selection", fr="Sélection")
PEOPLE = Text(en="Participants and calendar", fr="Participants et calendrier")


@final
@dataclass(frozen=True, slots=True)
class CampaignRun:
    """What a campaign found; one run for each design and setting of which any trial was run."""

    results: Results
    runs: Mapping[tuple[str, str], VirtualRun]


def campaign_document(run: CampaignRun, *, details: bool = True, software: str, version: str) -> Document:
    """The whole campaign, in both languages; ``details``: with a section for each design in each setting."""
    campaign = run.results.campaign
    subtitle = fill(
        SUBTITLE, studies=len(campaign.studies), settings=len(campaign.settings), truths=len(campaign.truths)
    )
    cells = [
        Section(f"cell-{number}", fill(CELL, study=study, setting=setting), result_blocks(one, prefix=f"{number}-"))
        for number, ((study, setting), one) in enumerate(run.runs.items(), start=1)
    ]
    first = next(iter(campaign.studies.values()))
    sections = [Section("all", ALL, tuple(_overview(run))), *_settings(run), *(cells if details else ())]
    return words.before_a_trial(first, sections, title=TITLE, subtitle=subtitle, software=software, version=version)


def _overview(run: CampaignRun) -> Iterator[Block]:
    campaign = run.results.campaign
    if not run.results.complete:
        done = sum(tally.trials for tally in run.results.lots.values())
        yield Callout("warning", fill(STOPPED, done=done, wanted=campaign.trials * len(campaign.cells)))
    counts = [int(count) for one in run.runs.values() for count in one.found.trials]
    yield Paragraph(fill(SIMULATED, trials=trials_in_words(counts), seed=campaign.seed))
    for aim in dict.fromkeys(one.aim for one in run.runs.values()):
        yield Paragraph(fill(words.MEANING, target=aim.target, too_toxic=aim.too_toxic))
    if any(one.conditions.given for one in run.runs.values()):
        yield Paragraph(words.GIVEN)
    yield Paragraph(DURATION)
    yield from overview_tables(run)


def overview_tables(run: CampaignRun) -> tuple[Table, Table]:
    """The right selection, too high a one, none; participants, DLTs and days: one row per scenario and cell."""
    shares = {"correct_selection": words.RIGHT, "selection_above": words.ABOVE, "early": words.EARLY}
    means = {"expected_n": PARTICIPANTS, "expected_dlts": words.DLTS, "mean_days": MEAN_DAYS, "days_nine_tenths": MOST}
    return (
        _table(run, "selection", title=SELECTION, labels=shares),
        _table(run, "people", title=PEOPLE, labels=means),
    )


def _table(run: CampaignRun, name: str, *, title: Text, labels: Mapping[str, Text]) -> Table:
    numbers = {cell: one.numbers for cell, one in run.runs.items()}
    rows = []
    for truth in run.results.campaign.truths:
        here = [cell for cell in run.runs if truth in run.results.truths_run(cell[0], setting=cell[1])]
        for number, cell in enumerate(here):
            place = run.results.truths_run(cell[0], setting=cell[1]).index(truth)
            cells = [
                numbers[cell][key].cell(place, as_share=name == "selection", decimals=0 if "days" in key else 1)
                for key in labels
            ]
            scenario = "" if number else run.runs[cell].scenarios[place].name
            rows.append(row(scenario, fill(CELL, study=cell[0], setting=cell[1]), *cells))
    columns = (Column(key, label, align="right") for key, label in labels.items())
    return Table(name, title, (words.scenario_column(), Column("cell", STUDY), *columns), tuple(rows))


def _settings(run: CampaignRun) -> Iterator[Section]:
    for number, (name, how) in enumerate(run.results.campaign.settings.items(), start=1):
        facts = KeyFacts(circumstances_facts(how.circumstances))
        yield Section(f"setting-{number}", fill(SETTING, setting=name), (facts,))


def long_campaign_table(run: CampaignRun) -> Table:
    """Every number of every design and setting with its limits, one a line."""
    rows = [row(study, setting, *values) for (study, setting), one in run.runs.items() for values in long_rows(one)]
    columns = tuple(Column(key, key) for key in ("study", "setting", *LONG))
    return Table("campaign", TITLE, columns, tuple(rows))
