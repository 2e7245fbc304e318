"""Exploring a protocol: what it will say, how designs compare, which setting is best, where a skeleton comes from."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

from trialwright.operating.pathways import Pathways, pathways
from trialwright.protocol import read_protocol
from trialwright.report import Document, Figure, Table, render_pdf, table_csv
from trialwright.report.cells import say
from trialwright.report.documents.pathways import long_table, pathways_document, tree_figure
from trialwright.report.figures import draw_svg
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.words import Language
from trialwright.workbench.choosing import write_file
from trialwright.workbench.trials import reach_trial

SOFTWARE = "trialwright"


def follow_pathways(place: Path, *, cohorts: int = 2, size: int | None = None, on: date | None = None) -> Pathways:
    """What will be advised after every result of the next cohorts.

    ``place``: a protocol file, then from its start; or the folder of an open trial, then from its record as known on
    a day (today, where none is given). Raises as ``operating.pathways`` does.
    """
    if not place.is_dir():
        complaints = Complaints()
        allowed = "needs the folder of an open trial, not a protocol file"
        complaints.unless(on is None, "as-of", on, allowed, "leave it out")
        complaints.raise_as(ParameterError, "these pathways cannot be followed")
        return pathways(read_protocol(place), cohorts=cohorts, size=size)
    with reach_trial(place) as trial:
        day = on or trial.today()
        return pathways(trial.study, cohorts=cohorts, size=size, state=trial.state(on=day), on=day)


def write_pathways(
    found: Pathways, *, csv: Path | None, pdf: Path | None, svg: Path | None, language: Language
) -> tuple[Path, ...]:
    """The pathways as files: every step one a line, a document, the tree."""
    document = pathways_document(found, software=SOFTWARE, version=version("trialwright"))
    return write_all(long_table(found), document, figure=tree_figure(found), to=(csv, pdf, svg), language=language)


def write_all(
    table: Table,
    document: Document,
    *,
    figure: Figure,
    to: tuple[Path | None, Path | None, Path | None],
    language: Language,
) -> tuple[Path, ...]:
    """A table as CSV, a document as PDF and a figure as SVG, each where a place is given for it."""
    csv, pdf, svg = to
    if csv is not None:
        write_file(csv, table_csv(table, language=language).encode())
    if pdf is not None:
        write_file(pdf, render_pdf(document, language=language))
    if svg is not None:
        drawn = draw_svg(
            figure.spec, title=say(figure.title, language), alt=say(figure.alt, language), language=language
        )
        write_file(svg, drawn.encode())
    return tuple(path for path in to if path is not None)
