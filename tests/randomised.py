"""A small blinded trial of two arms, for tests: its protocol, and a rehearsal of it through the command line.

The arms are named by words that occur nowhere else, so that any trace of them is found.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from trials import THREE, protocol_text
from trialwright.cli import main

ARMS = ("ZORVEX", "QUILTAMB")  # neither is part of any other word, in English, French, Base64 of a test or code
TITLES = ("zorvexine infusion", "perfusion de zorvexine", "quiltambol saline", "quiltambol salé")
TOKENS = (*ARMS, *TITLES)
SIZES = "4,6"
PEOPLE = tuple(f"RCT-{number:02d}" for number in range(1, 7))
SITES = ("Paris", "Lyon")

RANDOMISATION = """
[conduct]
elsewhere = ["accounts", "eligibility", "decision", "product"]
where = "another system"

[randomisation]
method = "{method}"
site = "site"
numbers = 8
blinded = ["participant", "investigator", "assessor", "statistician", "sponsor"]

[[randomisation.arms]]
name = "ZORVEX"
title = {{ en = "zorvexine infusion", fr = "perfusion de zorvexine" }}
ratio = 1

[[randomisation.arms]]
name = "QUILTAMB"
title = {{ en = "quiltambol saline", fr = "quiltambol salé" }}
ratio = 1

[[randomisation.factors]]
name = "site"
title = "site"
levels = ["Paris", "Lyon"]

[[randomisation.factors]]
name = "nephritis"
title = {{ en = "nephritis", fr = "néphrite" }}
levels = ["yes", "no"]
weight = 2.0

[[visits]]
name = {{ en = "Day 10", fr = "Jour 10" }}
day = 10

[disease]
name = "lupus"
instruments = ["pga"]

[[endpoints]]
name = "better"
title = {{ en = "Better", fr = "Mieux" }}
visit = "Day 10"
definition = {{ en = "made up", fr = "inventé" }}

[[endpoints]]
name = "worse"
title = {{ en = "Worse", fr = "Pire" }}
visit = "Day 10"
kind = "flare"
definition = {{ en = "made up", fr = "inventé" }}
"""


def run(*arguments: object) -> tuple[int, str]:
    """Run one command line here: its exit status, and everything it printed."""
    said, status = io.StringIO(), 0
    with redirect_stdout(said), redirect_stderr(said):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
    return status, said.getvalue()


def protocol(method: str = "permuted blocks") -> str:
    """The text of the protocol file."""
    return protocol_text(design=THREE, cohort_size=3, extra=RANDOMISATION.format(method=method))


def stratum(number: int) -> tuple[str, ...]:
    """The stratum of a participant as options of the command."""
    return ("--stratum", f"site={SITES[number % 2]}", "--stratum", f"nephritis={'yes' if number % 3 else 'no'}")


def at(day: int, hour: int = 9) -> tuple[str, str]:
    """The moment at which a command is run."""
    return ("--at", f"2027-01-{day:02d}T{hour:02d}:00+00:00")


def opened(place: Path, *, method: str = "permuted blocks") -> Path:
    """A trial that is open as a rehearsal, its list sealed; the keys lie beside its folder."""
    folder, file = place / "trial", place / "protocol.toml"
    place.mkdir(parents=True, exist_ok=True)
    file.write_text(protocol(method), encoding="utf-8")
    must("open", file, "--trial", folder, "--rehearsal", *at(1, 8))
    sizes = ("--block-sizes", SIZES) if method == "permuted blocks" else ()
    keys = ("--key", place / "list.key", "--break-glass", place / "sites")
    must("seal-list", folder, *keys, *sizes, "--by", "key.holder", *at(1))
    return folder


def entered(folder: Path, people: Sequence[str] = PEOPLE) -> None:
    """Everybody enrolled and randomised."""
    lines = folder.parent / "enrolled.jsonl"
    kinds = (
        f'{{"kind": "participant-enrolled.2", "body": {{"usubjid": "{who}", "on": "2027-01-02", "dose_level": 1}}}}'
        for who in people
    )
    lines.write_text("\n".join(kinds), encoding="utf-8")
    must("record", folder, lines, "--by", "site", *at(2))
    for number, who in enumerate(people):
        must("randomise", folder, who, *stratum(number), "--by", "site", *at(3))


def treated(folder: Path, people: Sequence[str] = PEOPLE) -> None:
    """Everybody's kit dispensed, checked by a second person and infused; some had an adverse event, one left."""
    key = ("--key", folder.parent / "list.key")
    for who in people:
        must("dispense", folder, who, *key, "--contents", "as made up", "--by", "key.holder", *at(4))
        kit = next(one["kits"][0] for one in json.loads(must("randomised", folder, "--json")) if one["usubjid"] == who)
        must("check-kit", folder, who, "--kit", kit, "--by", "nurse", *at(4))
    body = '{{"usubjid": "{who}", "on": "2027-01-04", "dose_given": 1.0}}'
    lines = ['{"kind": "infusion-given.2", "body": ' + body.format(who=who) + "}" for who in people]
    reported = (
        '{{"usubjid": "{who}", "ae": "{ae}", "term": "Pyrexia", "on": "2027-01-05", "grade": 1, "related": true}}'
    )
    lines += [
        '{"kind": "adverse-event-reported.2", "body": ' + reported.format(who=who, ae=ae) + "}"
        for ae, who in enumerate(people[:3], start=1)
    ]
    lines += seen(people)
    file = folder.parent / "given.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    must("record", folder, file, "--by", "site", *at(15))
    must("leave", folder, people[-1], "--how", "lost to follow-up", "--by", "site", *at(16))
    must("cut", folder, "--by", "data", *at(20))


def seen(people: Sequence[str]) -> list[str]:
    """What was seen of everybody but the last at the one visit, and before."""
    lines = []
    for place, who in enumerate(people[:-1]):
        for visit, on, value in (("Screening", "02", 2.0), ("Day 10", "14", float(place % 3))):
            body = {"usubjid": who, "on": f"2027-01-{on}", "visit": visit, "instrument": "pga", "items": {"pga": value}}
            lines.append(json.dumps({"kind": "assessment-recorded.2", "body": body}))
        for endpoint, met in (("better", place % 3 == 0), ("worse", place % 3 == 2)):
            body = {"usubjid": who, "on": "2027-01-14", "endpoint": endpoint, "visit": "Day 10", "met": met}
            lines.append(json.dumps({"kind": "response-assessed.1", "body": body}))
    return lines


def must(*arguments: object) -> str:
    """What a command printed; it must succeed."""
    status, said = run(*arguments)
    assert status == 0, f"{arguments}\n{said}"
    return said
