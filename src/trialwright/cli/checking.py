"""``check-data``, ``consistency``: what does not go together, in tables from elsewhere or in a trial's own record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import AsOf, Json, Lang, TrialFolder, day, language, print_json, say
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.vocabulary.events import CutPoint
    from trialwright.vocabulary.words import Language

READ = Text(
    en="{happenings} happenings of {people} people were read.",
    fr="{happenings} faits de {people} personnes ont été lus.",
)
NOTHING = Text(en="Nothing was found that does not go together.", fr="Aucune incohérence trouvée.")
FOUND = Text(en="{count} things do not go together:", fr="{count} incohérences :")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("check-data")(check_data)
    app.command("consistency")(consistency)


def check_data(
    map_file: Annotated[
        Path,
        typer.Argument(metavar="MAP", help="TOML map of CSV tables beside it; see docs/consistency.md."),
    ],
    *,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Check CSV tables from elsewhere for what does not go together, as a response after a death.

    Nothing is recorded. Exit status 2 where something is found.
    """
    spoken = language(lang)
    checked = workbench.check_data(map_file)
    if as_json:
        print_json({"people": checked.people, "happenings": checked.happenings, **_as_data(checked.points, spoken)})
    else:
        say(READ.said(spoken, people=checked.people, happenings=checked.happenings))
        _show(checked.points, spoken)
    raise typer.Exit(2 if checked.points else 0)


def consistency(trial: TrialFolder, *, as_of: AsOf = None, lang: Lang = "en", as_json: Json = False) -> None:
    """Show what does not go together in a trial's record, as an assessment after a death.

    It forbids nothing: somebody looks, and corrects or explains. Exit status 2 where something is found.
    """
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        points = workbench.inconsistencies(reached, on=day(as_of))
    if as_json:
        print_json(_as_data(points, spoken))
    else:
        _show(points, spoken)
    raise typer.Exit(2 if points else 0)


def _show(points: Sequence[CutPoint], spoken: Language) -> None:
    from trialwright.conduct.cuts import said  # loaded when there is something to show

    if not points:
        say(NOTHING.said(spoken), style="bold green")
        return
    say(FOUND.said(spoken, count=len(points)), style="bold")
    say("\n".join(f"  · {said(point, spoken)}" for point in points))


def _as_data(points: Sequence[CutPoint], spoken: Language) -> dict[str, object]:
    from trialwright.conduct.cuts import said  # loaded when there is something to show

    found = [
        {"code": point.code, "about": point.about, "values": dict(point.values), "text": said(point, spoken)}
        for point in points
    ]
    return {"found": found}
