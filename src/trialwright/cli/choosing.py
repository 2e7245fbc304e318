"""``designs`` and ``rules``: what there is to choose from, and what a design advises in the trial of a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.ranking import ranked_data, show_ranked
from trialwright.cli.terminal import (
    Json,
    Lang,
    console,
    language,
    print_json,
    say,
    say_item,
    show_table,
    whole_numbers,
)
from trialwright.vocabulary.decisions import LEGEND, LETTERS
from trialwright.vocabulary.parameters import as_toml
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.operating import Advised, DecisionTable
    from trialwright.report.documents.decision_tables import Chosen
    from trialwright.report.documents.desirability_tables import Ranked
    from trialwright.vocabulary.decisions import Action
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.choosing import Described, Kind

WORDS = {
    "designs": Text(
        en="Designs: `trialwright designs NAME` explains one", fr="Plans : `trialwright designs NOM` explique"
    ),
    "rules": Text(en="Rules: `trialwright rules NAME` explains one", fr="Règles : `trialwright rules NOM` explique"),
    "name": Text(en="name", fr="nom"),
    "sentence": Text(en="in one sentence", fr="en une phrase"),
    "parameters": Text(en="Parameters", fr="Paramètres"),
    "parameter": Text(en="parameter", fr="paramètre"),
    "takes": Text(en="takes", fr="valeur"),
    "default": Text(en="default", fr="par défaut"),
    "meaning": Text(en="meaning", fr="sens (en anglais)"),
    "chosen": Text(en="{name} in {trial}", fr="{name} dans {trial}"),
    "english": Text(en="", fr="La description détaillée n'existe qu'en anglais."),
    "try": Text(
        en="`trialwright designs {name} PROTOCOL` shows what it advises in a trial.",
        fr="`trialwright designs {name} PROTOCOLE` montre ce qu'il préconise dans un essai.",
    ),
    "participants": Text(en="participants", fr="participants"),
    "dlt": Text(en="{n} DLT", fr="{n} DLT"),
    "more": Text(en="{n}+ DLT", fr="{n}+ DLT"),
}
FIRST_COLUMN, COLUMN = 16, 9  # letters that a column of a decision table needs, at most
COLOURS: Mapping[Action, str] = {  # never the only sign: each place of a table holds a letter
    "escalate": "green",
    "stay": "default",
    "de-escalate": "yellow",
    "wait": "cyan",
    "stop": "bold red",
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("designs")(designs)
    app.command("rules")(rules)


def designs(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A design, to have it explained.")] = None,
    protocol: Annotated[
        Path | None, typer.Argument(metavar="PROTOCOL", help="A protocol file, to see what the design advises there.")
    ] = None,
    *,
    up_to: Annotated[
        int | None,
        typer.Option("--up-to", help="Participants at a level; the planned number, at most 12, if absent."),
    ] = None,
    level: Annotated[int | None, typer.Option("--level", help="One dose level only.")] = None,
    sizes: Annotated[
        str | None,
        typer.Option("--n", metavar="N,N,…", help="boin12: numbers of participants; whole cohorts if absent."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the design, instead of the protocol's."),
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write every state to this CSV file.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the decision tables to this PDF file.")] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """List every design, explain one, or show its decision table for a protocol.

    The table shows what the design alone advises, before the protocol's rules. A design that is not the protocol's own
    takes its target DLT rate from there; give its other parameters with --set. For boin12, the table is the rank-based
    desirability score of every result at a level, with which the trial can be run on paper.
    """
    spoken = language(lang)
    if name is None or protocol is None:
        _needs_a_protocol(up_to=up_to, level=level, n=sizes, settings=settings, csv=csv, pdf=pdf)
        _describe("designs", name, spoken=spoken, as_json=as_json)
        return
    wanted = whole_numbers(sizes, option="--n")
    chosen = workbench.decision_tables(protocol, name, up_to=up_to, level=level, sizes=wanted, settings=settings or ())
    if csv is not None:
        workbench.write_decision_csv(chosen, csv, language=spoken)
    if pdf is not None:
        workbench.write_decision_pdf(chosen, pdf, language=spoken)
    if as_json:
        print_json({**_head_data(chosen, spoken), **_tables_data(chosen, spoken)})
        return
    _show_described(workbench.describe("designs", name), spoken)
    _show_tables(chosen, spoken)
    for written in filter(None, (csv, pdf)):
        say(str(written))


def rules(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A rule, to have it explained.")] = None,
    *,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """List every rule with what it does, or explain one."""
    _describe("rules", name, spoken=language(lang), as_json=as_json)


def _needs_a_protocol(**options: object) -> None:
    """Options about a decision table are refused where there is none to draw up."""
    names = {"settings": "set"}
    given = [f"--{names.get(option, option).replace('_', '-')}" for option, value in options.items() if value]
    if given:
        raise typer.BadParameter("needs NAME and PROTOCOL before it", param_hint=", ".join(given))


def _describe(kind: Kind, name: str | None, *, spoken: Language, as_json: bool) -> None:
    """Everything of a kind in one table, or one of them in full."""
    if name is None:
        everything = workbench.describe_all(kind)
        if as_json:
            print_json([{"name": one.name, "sentence": one.sentence.said(spoken)} for one in everything])
            return
        rows = [[one.name, one.sentence.said(spoken)] for one in everything]
        show_table(_word(kind, spoken), [_word("name", spoken), _word("sentence", spoken)], rows=rows)
        return
    described = workbench.describe(kind, name)
    if as_json:
        print_json(_described_data(described, spoken))
        return
    _show_described(described, spoken)
    if kind == "designs":
        say(_word("try", spoken, name=name))


def _word(key: str, spoken: Language, **values: object) -> str:
    return WORDS[key].said(spoken, **values)


def _show_described(described: Described, spoken: Language) -> None:
    """Name, sentence, chapters, parameters."""
    say(described.name, style="bold")
    say(described.sentence.said(spoken))
    say()
    if english := _word("english", spoken):
        say(english, style="italic")
        say()
    for chapter in described.chapters:
        say(chapter)
        say()
    if not described.parameters:
        return
    rows = [[one.name, one.takes.said(spoken), one.default.said(spoken), one.meaning] for one in described.parameters]
    columns = [_word(key, spoken) for key in ("parameter", "takes", "default", "meaning")]
    show_table(_word("parameters", spoken), columns, rows=rows)
    say()


def _show_tables(chosen: Chosen | Ranked, spoken: Language) -> None:
    """Every table with the course it assumes, the legend before them; or the table of a design that ranks."""
    from trialwright.report.documents.desirability_tables import Ranked  # loaded when there is something to show

    say(_word("chosen", spoken, name=chosen.name, trial=chosen.study.identity.id), style="bold")
    if chosen.parameters:
        say(", ".join(f"{name} = {as_toml(value)}" for name, value in chosen.parameters.items()))
    for caveat in chosen.caveats():
        say_item(caveat.said(spoken))
    if isinstance(chosen, Ranked):
        show_ranked(chosen, spoken)
        return
    say_item(LEGEND.said(spoken))
    for table in chosen.tables:
        say()
        _show_grid(chosen, table, spoken=spoken)
        say(chosen.assumption(table).said(spoken), style=None if table.reached else "bold yellow")


def _show_grid(chosen: Chosen, table: DecisionTable, *, spoken: Language) -> None:
    """A row for every number of participants, a column for every number of DLTs that changes something."""
    from rich.table import Table  # loaded when there is something to show
    from rich.text import Text as Styled

    last = table.last_dlt_that_matters
    say(chosen.title(table).said(spoken), style="bold")
    grid = Table(box=None, header_style="bold")
    grid.add_column(_word("participants", spoken), justify="right")
    for n in range(last + 1):
        grid.add_column(_word("more" if n == last else "dlt", spoken, n=n), justify="center")
    for n in range(1, table.up_to + 1):
        places = [Styled(_said(one, spoken), style=COLOURS[one.action]) for one in table.row(n)[: last + 1]]
        grid.add_row(str(n), *places)
    screen = console()
    screen.width = max(screen.width, FIRST_COLUMN + COLUMN * (last + 1))  # a long line is better than half a letter
    screen.print(grid, crop=False)


def _said(advised: Advised, spoken: Language) -> str:
    """A letter and the level, ``E3``."""
    return LETTERS[advised.action].said(spoken) + (str(advised.dose_level) if advised.dose_level else "")


def _described_data(described: Described, spoken: Language) -> dict[str, object]:
    return {
        "name": described.name,
        "sentence": described.sentence.said(spoken),
        "chapters": list(described.chapters),
        "parameters": {one.name: None if one.required else one.default.en for one in described.parameters},
        "about_parameters": [
            {
                "name": one.name,
                "required": one.required,
                "takes": one.takes.said(spoken),
                "default": one.default.said(spoken),
                "meaning": one.meaning,
            }
            for one in described.parameters
        ],
    }


def _head_data(chosen: Chosen | Ranked, spoken: Language) -> dict[str, object]:
    return {
        "design": chosen.name,
        "design_of_protocol": chosen.study.design_name,
        "trial": chosen.study.identity.id,
        "protocol_digest": chosen.study.digest,
        "parameters": dict(chosen.parameters),
        "caveats": [caveat.said(spoken) for caveat in chosen.caveats()],
    }


def _tables_data(chosen: Chosen | Ranked, spoken: Language) -> dict[str, object]:
    from trialwright.report.documents.desirability_tables import Ranked  # loaded when there is something to show

    if isinstance(chosen, Ranked):
        return ranked_data(chosen, spoken)
    return {
        "tables": [
            {
                "dose_level": table.dose_level,
                "assumed_before": [str(group) for group in table.before],
                "reached": table.reached,
                "assumption": chosen.assumption(table).said(spoken),
                "advised": [
                    {"n": one.n, "n_dlt": one.n_dlt, "action": one.action, "dose_level": one.dose_level}
                    for one in table.advised
                ],
            }
            for table in chosen.tables
        ],
    }
