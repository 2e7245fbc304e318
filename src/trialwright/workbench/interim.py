"""A look at a running trial that was planned by a file."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trialwright.planning.interim import Blinded, Looked, Seen, blinded_size, look_at, read_columns, seen_in
from trialwright.planning.sizing import size_plan
from trialwright.report import Document
from trialwright.report.documents.interim_report import blinded_document, interim_document
from trialwright.vocabulary.errors import Complaints, NotFound, ParameterError
from trialwright.workbench.files import read_file
from trialwright.workbench.planning import read_plan
from trialwright.workbench.tables import lines_of


def look_at_plan(
    path: Path,
    *,
    look: int = 1,
    data: Path | None = None,
    z: float | None = None,
    fraction: float | None = None,
    earlier: Sequence[float] = (),
    most: float | None = None,
) -> Looked | Blinded:
    """A look by data or by its z value; data without arms give the size again.

    ``earlier``: shares of the information at the looks before, where they were not those planned.
    ``most``: the largest whole trial over the planned one, to ask for the promising zone. ParameterError names what
    cannot be meant, Refused what the plan has no rule for.
    """
    sized = size_plan(read_plan(path))
    _check(look=look, looks=len(sized.looks.fractions), fraction=fraction, most=most, data=data)
    if data is not None:
        columns, arms = read_columns(sized.plan, _rows(data))
        if not arms:
            return blinded_size(sized, columns)
        return look_at(sized, look, seen=seen_in(sized, columns, arms=arms), earlier=earlier, most=most)
    planned = sized.looks.fractions[look - 1]
    return look_at(sized, look, seen=Seen(float(z or 0.0), fraction or planned), earlier=earlier, most=most)


def interim_as_document(found: Looked | Blinded) -> Document:
    """A look as a document, ready for every format."""
    told = {"software": "trialwright", "version": version("trialwright")}
    return interim_document(found, **told) if isinstance(found, Looked) else blinded_document(found, **told)


def interim_data(found: Looked | Blinded) -> dict[str, Any]:
    """A look at full precision, for a program."""
    plan = {"plan": found.sized.plan.identity.id, "plan_digest": found.sized.plan.digest}
    if isinstance(found, Blinded):
        again = None if found.again is None else found.again.total
        told = {"judged": found.judged, "planned": found.planned, "found": found.found}
        return {**plan, "blinded": True, **told, "total": found.sized.total, "total_again": again}
    at = found.look - 1
    return {
        **plan,
        "blinded": False,
        "look": found.look,
        "z": found.seen.z,
        "fraction": found.seen.fraction,
        "counts": dict(found.seen.counts),
        "upper": float(found.boundaries.upper[at]),
        "lower": float(found.boundaries.lower[at]) if found.boundaries.lower[at] > float("-inf") else None,
        "verdict": found.verdict,
        "chances": None if found.chances is None else dataclasses.asdict(found.chances),
        "ended": None if found.ended is None else dataclasses.asdict(found.ended),
        "promising": None
        if found.promising is None
        else {
            "least": found.promising.least,
            "most": found.promising.most,
            "total": found.promising.total,
            **found.promising.stage._asdict(),
        },
    }


def _check(*, look: int, looks: int, fraction: float | None, most: float | None, data: Path | None) -> None:
    complaints = Complaints()
    complaints.unless(1 <= look <= looks, "look", look, f"must be the number of a look, 1 to {looks}")
    complaints.unless(most is None or most >= 1, "most", most, "must be 1 or more", "1.5 allows half as many again")
    fine = fraction is None or (data is None and 0 < fraction <= 1)
    allowed = "goes with --z, above 0 and at most 1; data say it themselves"
    complaints.unless(fine, "fraction", fraction, allowed)
    complaints.raise_as(ParameterError, "this look cannot be judged")


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        lines = lines_of(read_file(path, what="table").decode("utf-8-sig"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotFound(f"{path} cannot be read as CSV in UTF-8 ({error})") from error
    if not lines:
        return []
    names = [name.strip() for name in lines[0][1]]
    return [
        dict(zip(names, [cell.strip() for cell in cells] + [""] * len(names), strict=False))
        for _, cells in lines[1:]
        if any(cell.strip() for cell in cells)
    ]
