"""Simulated operating characteristics of a protocol or of a whole campaign, as documents and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trialwright.operating import Campaign, Conditions, RunAs, simulate
from trialwright.operating.campaign import Results
from trialwright.operating.campaign_file import CampaignFile, parse_campaign
from trialwright.operating.circumstances_file import FIRST, read_circumstances
from trialwright.operating.scenarios import together
from trialwright.operating.simulated import Progress
from trialwright.protocol import Study, read_protocol
from trialwright.report import Document, render_pdf, table_csv
from trialwright.report.documents.campaign import CampaignRun, campaign_document, long_campaign_table
from trialwright.report.documents.simulated import VirtualRun, long_simulated_table, simulated_document
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.words import Language
from trialwright.workbench.campaigns import run_campaign
from trialwright.workbench.choosing import parted, read_value
from trialwright.workbench.files import read_file, write_file
from trialwright.workbench.scenario_files import scenarios_for

SOFTWARE = "trialwright"
AT_ONCE = 1024  # trials run together: a little slower than all at once, but progress is heard of more often
BARE: Mapping[str, tuple[str, ...]] = {  # what parts without a name stand for, in their order
    **{key: (first,) for key, first in FIRST.items()},
    "leavers": ("share", "within_days"),
    "committee": (FIRST["committee"], "instead"),
}


def simulate_protocol(
    path: Path,
    *,
    truths: Sequence[str] = (),
    scenarios: Path | None = None,
    typed: Mapping[str, str] | None = None,
    after_each: bool = False,
    cohorts: Sequence[int] = (),
    at_most: int = 0,
    trials: int = 10_000,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
) -> VirtualRun:
    """Simulated operating characteristics of the protocol in a file.

    ``truths`` and ``scenarios`` as for the exact ones. ``typed``: circumstances as on a command line, in the place of
    those of the scenario file: {"accrual": "7,pattern=fixed", "time_to_dlt": "weibull:first_half=0.3"}. A
    KeyboardInterrupt ends it and keeps what is done. Raises ParameterError with all findings.
    """
    study = read_protocol(path)
    asked, complaints = scenarios_for(study, scenarios, typed=truths), Complaints()
    conditions = Conditions(cohorts=tuple(cohorts), after_each=after_each, at_most=at_most, given=asked.given)
    told = {**asked.circumstances, **{name: _told(name, text) for name, text in (typed or {}).items()}}
    circumstances = read_circumstances(told, complaints=complaints, place="circumstances")
    complaints.unless(workers >= 1, "workers", workers, "must be a whole number of 1 or more")
    complaints.raise_as(ParameterError, f"{study.identity.id} cannot be simulated like this")
    assert circumstances is not None
    run_as = RunAs(circumstances, conditions)
    total = trials * len(asked.scenarios)
    if workers > 1:
        campaign = Campaign(
            studies={study.design_name: study},
            truths={str(place): one.truths for place, one in enumerate(asked.scenarios)},
            settings={"": run_as},
            trials=trials,
            seed=seed,
            at_once=AT_ONCE,
        )
        results = run_campaign(campaign, workers=workers, progress=progress)
        found = results.characteristics(study.design_name, setting="")
        run = [asked.scenarios[int(place)] for place in results.truths_run(study.design_name, setting="")]
        return VirtualRun(study, run_as.conditions, circumstances, tuple(run), found, total, seed)
    found = simulate(
        study,
        together(asked.scenarios),
        circumstances=circumstances,
        conditions=run_as.conditions,
        trials=trials,
        seed=seed,
        at_once=AT_ONCE,
        progress=progress,
    )
    some = asked.scenarios[: len(found.truths)]
    return VirtualRun(study, run_as.conditions, circumstances, some, found, total, seed)


def _told(name: str, text: str) -> Any:
    """One of the circumstances as typed, in the form it has in a scenario file."""
    parts = parted(text.replace(":", ",", 1) if name == "time_to_dlt" else text)
    if name == "infusion_days":
        return [read_value(part.strip()) for part in parts]
    if name not in BARE:
        return text
    table, bare = {}, iter(BARE[name])
    for part in parts:
        key, equals, value = part.partition("=")
        table[key.strip() if equals else next(bare, part)] = read_value((value if equals else part).strip())
    return table


def simulated_as_document(run: VirtualRun) -> Document:
    """The simulated characteristics as a document, ready for every format."""
    return simulated_document(run, software=SOFTWARE, version=version("trialwright"))


def write_simulated(run: VirtualRun, *, csv: Path | None, pdf: Path | None, language: Language) -> tuple[Path, ...]:
    """Every number with its limits, one a line; tables and figures as a PDF."""
    if csv is not None:
        write_file(csv, table_csv(long_simulated_table(run), language=language).encode())
    if pdf is not None:
        write_file(pdf, render_pdf(simulated_as_document(run), language=language))
    return tuple(path for path in (csv, pdf) if path is not None)


def read_campaign(path: Path) -> CampaignFile:
    """The campaign of a file; the protocols it names lie beside it, or where their paths lead from there."""
    read: dict[str, Study] = {}

    def protocol(named: str) -> Study:
        if named not in read:
            read[named] = read_protocol(path.parent / named)
        return read[named]

    return parse_campaign(read_file(path, what="campaign file"), read=protocol, name=str(path))


def run_campaign_file(
    path: Path,
    *,
    folder: Path,
    workers: int = 1,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> CampaignRun:
    """Run the campaign of a file, or what is still missing of it: ``folder`` keeps every finished lot.

    A KeyboardInterrupt ends it and keeps what is done. Raises ParameterError with all findings, Refused where the
    folder belongs to another campaign or Dask is missing.
    """
    complaints = Complaints()
    complaints.unless(workers >= 1, "workers", workers, "must be a whole number of 1 or more")
    complaints.raise_as(ParameterError, "this campaign cannot be run")
    asked = read_campaign(path)
    results = run_campaign(asked.campaign, workers=workers, cluster=cluster, folder=folder, progress=progress)
    write_file(folder / "results.json", results.content())
    runs = {
        (study, setting): _run_of(asked, study, setting=setting, results=results)
        for study in asked.campaign.studies
        for setting in asked.campaign.settings
    }
    return CampaignRun(results, {names: run for names, run in runs.items() if run is not None})


def _run_of(asked: CampaignFile, study: str, *, setting: str, results: Results) -> VirtualRun | None:
    """One design in one setting; None where none of its trials was run."""
    campaign, run = asked.campaign, results.truths_run(study, setting=setting)
    if not run:
        return None
    return VirtualRun(
        study=campaign.studies[study],
        conditions=campaign.settings[setting].conditions,
        circumstances=campaign.settings[setting].circumstances,
        scenarios=tuple(asked.scenarios[truth] for truth in run),
        found=results.characteristics(study, setting=setting),
        wanted=campaign.trials * len(campaign.truths),
        seed=campaign.seed,
    )


def campaign_as_document(run: CampaignRun, *, details: bool = True) -> Document:
    """A campaign as a document, ready for every format; ``details``: also what each design does in each setting."""
    return campaign_document(run, details=details, software=SOFTWARE, version=version("trialwright"))


def write_campaign(run: CampaignRun, *, csv: Path | None, pdf: Path | None, language: Language) -> tuple[Path, ...]:
    """Every number of every cell, one a line; tables and figures as a PDF."""
    if csv is not None:
        write_file(csv, table_csv(long_campaign_table(run), language=language).encode())
    if pdf is not None:
        write_file(pdf, render_pdf(campaign_as_document(run), language=language))
    return tuple(path for path in (csv, pdf) if path is not None)
