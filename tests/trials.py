"""Small studies and trials for tests, written as a team would write them: a protocol file, events, a ledger."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from trialwright.conduct import fold
from trialwright.conduct.state import TrialState
from trialwright.ledger import MemoryLedger
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.events import Event, TrialOpened
from trialwright.vocabulary.records import Entry, Record
from trialwright.vocabulary.seen import Design, Rule

PROTOCOLS = Path(__file__).parents[1] / "protocols"
DAY_0 = date(2024, 1, 1)

BASIC = """
[identity]
id = "TEST-1"
title = { en = "A trial for tests", fr = "Un essai pour les tests" }
phase = "1"
sponsor = "nobody"
planned_n = 30

[dose]
unit = "units"
amounts = [1.0, 2.0, 4.0]
start_level = {start_level}
cohort_size = {cohort_size}
tolerance = 0.1

[design]
{design}

{rules}

[dlt]
min_grade = 3
relation = "{relation}"
last_day = {last_day}

{extra}
"""
ELSEWHERE = """
[conduct]
elsewhere = ["accounts", "eligibility", "decision", "product", "identity"]
where = "another system"
"""
CRM = 'name = "crm"\ntarget_toxicity_rate = 0.25\nskeleton = [0.08, 0.16, 0.25]'
THREE = 'name = "three_plus_three"'


def protocol_text(
    *,
    design: str = CRM,
    rules: Iterable[str] = (),
    start_level: int = 1,
    cohort_size: int = 3,
    relation: str = "related",
    last_day: int = 10,
    extra: str = ELSEWHERE,
) -> str:
    """The text of a small protocol file; ``extra`` adds sections, by default one that takes every guard away."""
    tables = "\n".join(f"[[rules]]\n{rule}\n" for rule in rules)
    filled = BASIC.replace("{design}", design).replace("{rules}", tables).replace("{relation}", relation)
    filled = filled.replace("{extra}", extra)
    for name, value in (("start_level", start_level), ("cohort_size", cohort_size), ("last_day", last_day)):
        filled = filled.replace("{" + name + "}", str(value))
    return filled


def study_of(**settings: object) -> Study:
    """A small study; settings as in ``protocol_text``."""
    return parse_protocol(protocol_text(**settings).encode())  # type: ignore[arg-type]


def on(day: int) -> date:
    """A day of the trial, counted from its opening."""
    return DAY_0 + timedelta(days=day)


def recorded(*events: Event | tuple[int, Event]) -> tuple[Record, ...]:
    """Events in a ledger; each is recorded on its own day, or on the day given beside it."""
    ledger = MemoryLedger()
    opened = TrialOpened(trial="TEST-1", protocol_digest="0", on=DAY_0)
    entries = [Entry(opened, "tester", datetime.combine(DAY_0, time(6), UTC))]
    hours = itertools.count(1)
    for event in events:
        day, fact = event if isinstance(event, tuple) else ((event.on - DAY_0).days, event)
        moment = datetime.combine(on(day), time(7), UTC) + timedelta(seconds=next(hours))
        entries.append(Entry(fact, "tester", moment))
    return ledger.append(entries)


def state_of(study: Study, *events: Event | tuple[int, Event]) -> TrialState:
    """The state after these events."""
    return fold(recorded(*events), zone=study.identity.zone)


def study_with(
    design: Design,
    *,
    levels: int,
    rules: Iterable[Rule] = (),
    planned: int = 30,
    cohort_size: int = 3,
    start_level: int = 1,
) -> Study:
    """A study of any number of levels around a design and rules that are built already."""
    study = study_of(design=THREE, cohort_size=cohort_size)
    dosing = study.dosing.model_copy(
        update={"amounts": tuple(float(level) for level in range(1, levels + 1)), "start_level": start_level}
    )
    identity = study.identity.model_copy(update={"planned_n": planned})
    return replace(study, identity=identity, dosing=dosing, design=design, design_name="tested", rules=tuple(rules))
