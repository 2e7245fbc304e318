"""``seal-list``, ``randomise``, ``dispense``, ``check-kit``, ``randomised``: randomisation as blinded people see it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import (
    AsOf,
    At,
    By,
    Json,
    Lang,
    On,
    TrialFolder,
    day,
    language,
    print_json,
    say,
    show_table,
    whole_numbers,
)
from trialwright.vocabulary.words import Text, day as written_day

if TYPE_CHECKING:
    from trialwright.vocabulary.records import Record
    from trialwright.workbench.randomising import Randomised

Usubjid = Annotated[str, typer.Argument(metavar="USUBJID", help="Pseudonym of the participant, as in RCT-07.")]
KeyFile = Annotated[Path, typer.Option("--key", help="The file of the list key; kept outside the trial's folder.")]
InfusionNumber = Annotated[int, typer.Option("--infusion", help="Number of the infusion.", min=1)]
SEALED = Text(
    en="The list is sealed: {strata} strata of {numbers} numbers (entry {position}). Its key is in {key}; without it "
    "nobody reads the list again, so keep a copy in a safe.",
    fr="La liste est scellée : {strata} strates de {numbers} numéros (entrée {position}). Sa clé est dans {key} ; sans "
    "elle, personne ne relira la liste : gardez-en un double au coffre.",
)
BREAK_GLASS = Text(
    en="Break-glass key of site {place}: {path}; seal it in an envelope at the site.",
    fr="Clé d'urgence du centre {place} : {path} ; à sceller dans une enveloppe au centre.",
)
GUESSED = Text(
    en="Who knew the method and every earlier arm of a stratum would guess {best:percent1} right at best "
    "({by_chance:percent1} by chance), and be certain of {certain:percent1}.",
    fr="Qui connaîtrait la méthode et tous les bras précédents d'une strate en devinerait au mieux {best:percent1} "
    "({by_chance:percent1} au hasard), et serait certain de {certain:percent1}.",
)
RANDOMISED = Text(
    en="{usubjid} is randomised: number {number} (entry {position}).",
    fr="{usubjid} est randomisé(e) : numéro {number} (entrée {position}).",
)
DISPENSED = Text(
    en="Kit {kit} is dispensed for infusion {infusion} of {usubjid} (entry {position}).",
    fr="Kit {kit} remis pour la perfusion {infusion} de {usubjid} (entrée {position}).",
)
CHECKED = Text(
    en="Kit {kit} is checked for infusion {infusion} of {usubjid} (entry {position}).",
    fr="Kit {kit} vérifié pour la perfusion {infusion} de {usubjid} (entrée {position}).",
)
TITLE = Text(en="Participants randomised", fr="Participants randomisés")
COLUMNS = (
    Text(en="participant", fr="participant"),
    Text(en="number", fr="numéro"),
    Text(en="randomised", fr="randomisé le"),
    Text(en="stratum", fr="strate"),
    Text(en="kits", fr="kits"),
    Text(en="unblinded", fr="aveugle levé"),
)
YES, NO = Text(en="yes", fr="oui"), Text(en="no", fr="non")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("seal-list")(seal_list)
    app.command("randomise")(randomise)
    app.command("dispense")(dispense)
    app.command("check-kit")(check_kit)
    app.command("randomised")(randomised)


def seal_list(
    trial: TrialFolder,
    *,
    key: Annotated[Path, typer.Option("--key", help="New file for the list key, outside the trial's folder.")],
    block_sizes: Annotated[
        str | None,
        typer.Option("--block-sizes", help="Sizes of permuted blocks, as 4,6; nowhere but in the sealed list."),
    ] = None,
    break_glass: Annotated[
        Path | None, typer.Option("--break-glass", help="Folder for one emergency key a site, outside the trial's.")
    ] = None,
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Lock the key file with a passphrase.")] = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Make the randomisation list and seal it: encrypted beside the record, its digest in it, its key where you say.

    Nobody sees an arm doing so. It can be sealed anew until the first participant is randomised.
    """
    spoken, sizes = language(lang), whole_numbers(block_sizes, option="--block-sizes")
    with workbench.reach_trial(trial) as reached:
        made = workbench.seal_list(reached, key, sizes=sizes, break_glass=break_glass, locked=passphrase, by=by, at=at)
        section = reached.study.randomisation
        listed = section is not None and section.method != "minimisation"
        game = workbench.guessing_game(reached, sizes=sizes) if listed else None
    if as_json:
        guessed = None if game is None else {"best": game.best, "certain": game.certain, "by_chance": game.by_chance}
        paths = {"key": str(made.key), "break_glass": [str(path) for path in made.break_glass]}
        print_json({"position": made.record.position, "numbers": made.numbers, "guessing": guessed, **paths})
        return
    facts = {"strata": made.strata, "numbers": made.numbers, "position": made.record.position}
    say(SEALED.said(spoken, key=made.key, **facts), style="bold green")
    for place, path in enumerate(made.break_glass, start=1):
        say(BREAK_GLASS.said(spoken, place=place, path=path))
    if game is not None:
        say(GUESSED.said(spoken, best=game.best, by_chance=game.by_chance, certain=game.certain))


def randomise(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    stratum: Annotated[
        list[str] | None, typer.Option("--stratum", help="Level of a factor, as site=Paris; once for each factor.")
    ] = None,
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Randomise a participant: the next number of the stratum. The arm is shown to nobody, and read by nothing here."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        record = workbench.randomise(reached, usubjid, stratum=levels(stratum), on=day(on), by=by, at=at)
    number = getattr(record.event, "number", "")
    if as_json:
        print_json({"usubjid": usubjid, "number": number, "position": record.position})
        return
    say(RANDOMISED.said(spoken, usubjid=usubjid, number=number, position=record.position), style="bold green")


def levels(given: list[str] | None) -> dict[str, str]:
    """The levels typed as FACTOR=LEVEL."""
    pairs = [one.partition("=") for one in given or ()]
    if not all(equals for _, equals, _ in pairs):
        raise typer.BadParameter("must be FACTOR=LEVEL, as in site=Paris", param_hint="--stratum")
    return {name.strip(): level.strip() for name, _, level in pairs}


def dispense(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    key: KeyFile,
    contents: Annotated[str, typer.Option("--contents", help="What is in the kit: batch and bags, or none; sealed.")],
    infusion: InfusionNumber = 1,
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Hand out the kit of one infusion; its label shows the kit number alone, and what is in it is kept sealed."""
    with workbench.reach_trial(trial) as reached:
        record = workbench.dispense(
            reached,
            usubjid,
            key=workbench.key_from(key),
            contents=contents,
            infusion_number=infusion,
            on=day(on),
            by=by,
            at=at,
        )
    _done(DISPENSED, record, lang=lang, as_json=as_json)


def check_kit(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    kit: Annotated[str, typer.Option("--kit", help="The kit number as it is read off the bag.")],
    infusion: InfusionNumber = 1,
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """A second person's check: the kit number read off the bag is the one dispensed for this participant."""
    with workbench.reach_trial(trial) as reached:
        record = workbench.check_kit(reached, usubjid, kit=kit, infusion_number=infusion, on=day(on), by=by, at=at)
    _done(CHECKED, record, lang=lang, as_json=as_json)


def _done(words: Text, record: Record, *, lang: str, as_json: bool) -> None:
    names = {"usubjid": "usubjid", "kit": "kit", "infusion": "infusion_number"}
    facts = {name: getattr(record.event, field) for name, field in names.items()}
    if as_json:
        print_json({**facts, "position": record.position})
        return
    say(words.said(language(lang), position=record.position, **facts), style="bold green")


def randomised(
    trial: TrialFolder,
    *,
    as_of: AsOf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Everybody who was randomised: number, stratum, kits, and whether they were unblinded. It knows no arm."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        found = workbench.randomised(reached, on=day(as_of))
    if as_json:
        print_json([_as_data(one) for one in found])
        return
    rows = [
        [
            *(one.usubjid, one.number, written_day(one.on, spoken)),
            ", ".join(f"{name}={level}" for name, level in one.stratum.items()),
            ", ".join(one.kits),
            (YES if one.unblinded else NO).said(spoken),
        ]
        for one in found
    ]
    show_table(TITLE.said(spoken), [column.said(spoken) for column in COLUMNS], rows=rows)


def _as_data(one: Randomised) -> dict[str, object]:
    return {
        "usubjid": one.usubjid,
        "on": one.on.isoformat(),
        "number": one.number,
        "stratum": dict(one.stratum),
        "kits": list(one.kits),
        "checked": list(one.checked),
        "unblinded": one.unblinded,
    }
