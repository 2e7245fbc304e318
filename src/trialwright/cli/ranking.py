"""The table of a design that ranks every result at a level, on a terminal and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from trialwright.cli.terminal import console, say, show_table

if TYPE_CHECKING:
    from trialwright.report.documents.desirability_tables import Ranked
    from trialwright.report.model import Table
    from trialwright.vocabulary.words import Language


def show_ranked(ranked: Ranked, spoken: Language) -> None:
    """The rule in steps, the limits by number of participants, then ranks and desirability of every result."""
    from trialwright.report.documents.desirability_tables import desirability_grids  # loaded when there is some

    say()
    for step in ranked.steps():
        say(step.said(spoken))
    limits, *grids = desirability_grids(ranked)
    say()
    titled, columns, rows = _said(limits, spoken)
    show_table(titled, columns, rows=rows, right=range(len(columns)))
    say()
    say(ranked.untried().said(spoken))
    for grid in grids:
        say()
        _show_grid(grid, spoken)


def ranked_data(ranked: Ranked, spoken: Language) -> dict[str, object]:
    """The steps in words, the limits, and every result with its desirability, its rank and whether it is open."""
    table = ranked.table
    lower, upper = table.boundaries
    return {
        "rule": [step.said(spoken) for step in ranked.steps()],
        "lambda_e": lower,
        "lambda_d": upper,
        "benchmark": table.benchmark,
        "stay_from": table.stay_from,
        "explore_from": table.explore_from,
        "limits": [asdict(one) for one in table.limits],
        "desirability": [{**asdict(one), "open": one.is_open} for one in table.scored],
    }


def _said(table: Table, spoken: Language) -> tuple[str, list[str], list[list[str]]]:
    """The title, heads and cells of a table in one language."""
    from trialwright.report.cells import (
        say as said,  # loaded when there is something to show
        written,
    )

    columns = [said(column.label, spoken) for column in table.columns]
    return said(table.title, spoken), columns, [[written(cell.value, spoken) for cell in cells] for cells in table.rows]


def _show_grid(table: Table, spoken: Language) -> None:
    """One space between columns: thirteen of them fit into 80 letters; a longer line is better than half a number."""
    from rich.table import Table as Grid  # loaded when there is something to show

    titled, columns, rows = _said(table, spoken)
    say(titled, style="bold")
    grid = Grid(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        grid.add_column(column, justify="right", no_wrap=True)
    for cells in rows:
        grid.add_row(*cells)
    screen = console()
    screen.width = max(screen.width, screen.measure(grid).maximum)
    screen.print(grid, crop=False)
