"""What a terminal shows: the console, options shared by commands, tables, and errors in words."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from trialwright.cli.widths import column_widths
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from rich.console import Console

    from trialwright.report import Block, Document, Section
    from trialwright.vocabulary.words import Language

Lang = Annotated[
    str, typer.Option("--lang", help="Language of the output: en or fr.", envvar="TRIALWRIGHT_LANG", metavar="en|fr")
]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON document for a program instead of text for a person.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="DAY",
        formats=["%Y-%m-%d"],
        help="Show what was known at the end of that day, as 2026-03-02, whatever was corrected since.",
    ),
]
At = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        metavar="MOMENT",
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
        help="In a rehearsal: the moment at which this happens, as 2026-03-02T09:30+01:00.",
    ),
]
On = Annotated[
    datetime | None,
    typer.Option(
        "--on", metavar="DAY", formats=["%Y-%m-%d"], help="The day it happened, as 2026-03-02; today if absent."
    ),
]
LedgerAddress = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="URL",
        help="Keep the record on a PostgreSQL server: postgresql://name@server/database?schema=trial_7; the password "
        "comes from PGPASSWORD or ~/.pgpass. Absent: a file in the folder.",
    ),
]
TrialFolder = Annotated[Path, typer.Argument(metavar="TRIAL", help="Folder of an open trial.")]
ProtocolFile = Annotated[Path, typer.Argument(metavar="PROTOCOL", help="A protocol file (TOML).")]
By = Annotated[
    str, typer.Option("--by", help="Who does this, as it will stand in the record.", envvar="TRIALWRIGHT_USER")
]


def language(given: str) -> Language:
    """The language asked for; a clear refusal of any other."""
    if given == "fr":
        return "fr"
    if given == "en":
        return "en"
    raise typer.BadParameter(f"{given!r} is not a language of this program; choose en or fr", param_hint="--lang")


def moment(given: datetime | None, *, rehearsal: bool) -> datetime | None:
    """The moment of an ``--at``; a clear refusal outside a rehearsal, and of one that names no offset."""
    if given is not None and not rehearsal:
        raise typer.BadParameter("is for a rehearsal only; add --rehearsal, or leave it out", param_hint="--at")
    if given is not None and given.tzinfo is None:
        raise typer.BadParameter("must name its offset, as in 2026-03-02T09:30+01:00", param_hint="--at")
    return given


def day(given: datetime | None) -> date | None:
    """The calendar day of an ``--as-of``."""
    return None if given is None else given.date()


def console() -> Console:
    """Standard output; plain when it is not a terminal."""
    from rich.console import Console  # loaded when there is something to show

    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n")


def show_table(title: str, columns: Sequence[str], *, rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """A table; ``right`` names the columns (from 0) that are aligned to the right."""
    from rich.table import Table  # loaded when there is something to show

    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    screen = console()
    widths = column_widths(columns, rows, right=right, width=screen.width)
    for place, column in enumerate(columns):
        justify: Literal["left", "right"] = "right" if place in right else "left"
        table.add_column(column, justify=justify, overflow="fold", width=widths[place] if widths else None)
    for cells in rows:
        table.add_row(*(escape(cell) for cell in cells))
    screen.print(table)


def show_document(document: Document, spoken: Language) -> None:
    """A document on a terminal: its words and tables; figures are for paper and pages."""
    from trialwright.report.cells import say as said  # loaded when there is something to show

    say(f"{said(document.title, spoken)} · {said(document.subtitle, spoken)}", style="bold")
    for section in document.sections:
        _show_section(section, spoken)


def _show_section(section: Section, spoken: Language) -> None:
    from trialwright.report.cells import say as said  # loaded when there is something to show

    say()
    say(said(section.title, spoken), style="bold underline")
    for block in section.blocks:
        _show_block(block, spoken)
    for inner in section.sections:
        _show_section(inner, spoken)


def _show_block(block: Block, spoken: Language) -> None:
    from trialwright.report.cells import (
        say as said,  # loaded when there is something to show
        written,
    )
    from trialwright.report.model import Bullets, Callout, KeyFacts, Paragraph, Table

    match block:
        case Paragraph() | Callout():
            say(said(block.text, spoken))
        case Bullets():
            for item in block.items:
                say_item(said(item, spoken))
        case KeyFacts():
            facts = [[said(fact.label, spoken), written(fact.value.value, spoken)] for fact in block.rows]
            show_table("", ["", ""], rows=facts)
        case Table():
            say()
            columns = [said(column.label, spoken) for column in block.columns]
            rows = [[written(cell.value, spoken) for cell in cells] for cells in block.rows]
            right = [place for place, column in enumerate(block.columns) if column.align == "right"]
            if block.rows:
                show_table(said(block.title, spoken), columns, rows=rows, right=right)
            elif block.empty is not None:
                say(f"{said(block.title, spoken)}: {said(block.empty, spoken)}")


@contextmanager
def working_on(stages: Mapping[str, str]) -> Iterator[Callable[[str], None]]:
    """A line on standard error that says what is being worked on, where someone is looking."""
    from rich.console import Console  # loaded when there is something to show

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("…") as status:
        yield lambda stage: status.update(f"{stages[stage]} …")


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A line on standard error that fills, with the time left, where someone is looking."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console  # loaded when there is something to show
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # likewise

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, of: bars.update(task, completed=done, total=of)


def whole_numbers(given: str | None, *, option: str) -> tuple[int, ...]:
    """Numbers typed with commas between them."""
    try:
        return () if given is None else tuple(int(part) for part in given.split(","))
    except ValueError as error:
        raise typer.BadParameter("must be whole numbers, as in 3,3,4", param_hint=option) from error


def escape(text: str) -> str:
    """Text from a record, kept from being read as mark-up."""
    from rich.markup import escape as escaped  # loaded when there is something to show

    return escaped(text)


def say(text: str = "", *, style: str | None = None) -> None:
    """A paragraph."""
    console().print(escape(text), style=style)


def say_item(text: str) -> None:
    """One item of a list; where it takes more lines, they stand under its first letter."""
    from rich.table import Table  # loaded when there is something to show
    from rich.text import Text as Plain

    item = Table.grid(padding=(0, 1, 0, 0))
    item.add_row("  ·", Plain(text))
    console().print(item)


def phrase(texts: Mapping[str, Text], key: str, *, spoken: Language, **values: object) -> str:
    """One of a command's own sentences."""
    return texts[key].said(spoken, **values)


OUR_MISTAKE = 70  # EX_SOFTWARE of sysexits.h
MISTAKE = Text(
    en="trialwright made a mistake ({kind}: {error}). Nothing that was acknowledged is lost. Run the command again "
    "with TRIALWRIGHT_DEBUG=1 to see where, and report it.",
    fr="trialwright a commis une erreur ({kind} : {error}). Rien de ce qui a été confirmé n'est perdu. Relancer la "
    "commande avec TRIALWRIGHT_DEBUG=1 pour voir où, et la signaler.",
)


def asked_in(arguments: Sequence[str]) -> Language:
    """The language of a command line that ended in an error: its ``--lang``, else the environment's, else English."""
    wanted = os.environ.get("TRIALWRIGHT_LANG", "en")
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            wanted = value if equals else next(iter(arguments[place + 1 :]), wanted)
    return "fr" if wanted == "fr" else "en"


def complain(error: Exception, spoken: Language = "en") -> int:
    """Explain an error on standard error in its reader's language; the answer is the exit status."""
    from rich.console import Console  # loaded when something went wrong

    from trialwright.vocabulary.errors import FindingsError, TrialError  # loaded when something went wrong

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if isinstance(error, TrialError):
        console.print(escape(error.said(spoken)), style="red")
        return 2 if isinstance(error, FindingsError) else 1
    console.print(escape(MISTAKE.said(spoken, kind=type(error).__name__, error=str(error))), style="red")
    return OUR_MISTAKE
