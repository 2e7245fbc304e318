"""``score`` and ``instruments``: a file of assessments scored and explained; every instrument laid out for review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import Json, Lang, language, print_json, say, show_table
from trialwright.vocabulary.scores import STATUS_WORDS
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.vocabulary.scores import Instrument
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.scoring import Scored

WORDS = {
    "participant": Text(en="participant", fr="participant"),
    "visit": Text(en="visit", fr="visite"),
    "instrument": Text(en="instrument", fr="instrument"),
    "result": Text(en="result", fr="résultat"),
    "between": Text(en="open: {lower} to {upper}", fr="indéterminé : de {lower} à {upper}"),
    "missing": Text(en="not assessed", fr="non évalué"),
    "unverified": Text(en="unverified rules", fr="règles non vérifiées"),
    "scores": Text(en="Scores of {file}", fr="Scores de {file}"),
    "choice": Text(en="Choice that decided here: {choice}", fr="Choix déterminant ici : {choice}"),
    "row": Text(en="{participant} {visit} (row {row}): {title}", fr="{participant} {visit} (ligne {row}) : {title}"),
    "instruments": Text(
        en="Instruments: `trialwright instruments NAME` lays one out",
        fr="Instruments : `trialwright instruments NOM` en détaille un",
    ),
    "name": Text(en="name", fr="nom"),
    "title": Text(en="title", fr="intitulé"),
    "version": Text(en="version", fr="version"),
    "code": Text(en="ADaM code", fr="code ADaM"),
    "asks": Text(en="What it asks", fr="Ce qui est demandé"),
    "answers": Text(en="answers", fr="réponses"),
    "rules": Text(en="Rules", fr="Règles"),
    "choices": Text(en="Choices", fr="Choix"),
    "taken": Text(en="{name} = {taken} — {because}", fr="{name} = {taken} — {because}"),
    "option": Text(en="{value}: {words} ({source})", fr="{value} : {words} ({source})"),
    "as_it_stands": Text(en="the rule as it stands", fr="la règle telle quelle"),
    "sign": Text(
        en="Sign-off sheet: {title}, version {version} ({name})",
        fr="Feuille de validation : {title}, version {version} ({name})",
    ),
    "box": Text(
        en="    [ ] agreed   [ ] to be changed: ______________________",
        fr="    [ ] d'accord   [ ] à modifier : ______________________",
    ),
    "source": Text(en="    source: {source}; status: {status}", fr="    source : {source} ; statut : {status}"),
    "end": Text(
        en="Name: ____________________   Function: ____________________   Day: ______________   Signature:",
        fr="Nom : ____________________   Fonction : ____________________   Date : ______________   Signature :",
    ),
    "count": Text(
        en="{rules} rules: {confirmed} confirmed, {conflict} with sources in disagreement, {unverified} unverified.",
        fr="{rules} règles : {confirmed} confirmées, {conflict} à sources discordantes, {unverified} non vérifiées.",
    ),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("score")(score)
    app.command("instruments")(instruments)


def score(
    disease: Annotated[str, typer.Argument(metavar="DISEASE", help="Name of the disease, as in a protocol.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Excel file; with --template, a file to write.")],
    *,
    names: Annotated[
        list[str], typer.Option("--instrument", metavar="NAME", help="An instrument; may be given more than once.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A choice of the instrument, instead of its default."),
    ] = None,
    from_earlier: Annotated[
        bool,
        typer.Option(
            "--from-earlier-visits",
            help="Take previous and baseline values that are not in the file from the participant's earlier rows.",
        ),
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Write an empty file to fill instead of scoring one.")
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say for every row how each point came about.")] = False,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the scores, with ADaM column names.")] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Score every row of a file by an instrument of a disease, and explain how each point came about.

    Rows carry `usubjid`, `visit` and `visit_date` if they are known, then one column for each question. An empty cell
    was not assessed; that is never read as no. `--template` writes a file with every column, its label and its answers.
    """
    spoken = language(lang)
    if template:
        if len(names) != 1:
            raise typer.BadParameter("a template is for one instrument", param_hint="--instrument")
        workbench.write_template(file, disease, name=names[0], language=spoken)
        say(str(file))
        return
    found = workbench.score_file(file, disease, names=names, settings=settings or (), from_earlier=from_earlier)
    if csv is not None:
        workbench.write_scores(csv, found, language=spoken)
    if as_json:
        print_json([workbench.score_as_data(one, language=spoken, explain=explain) for one in found])
        return
    if explain:
        _explain(found, spoken)
    else:
        _show(file, found, spoken=spoken)
    if csv is not None:
        say(str(csv))


def instruments(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="An instrument, to have it laid out.")] = None,
    *,
    sign_off_sheet: Annotated[
        bool, typer.Option("--sign-off-sheet", help="Print every rule with its source and status, with room to sign.")
    ] = False,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """List every instrument, or lay one out: what it asks, its rules with source and status, its choices."""
    spoken = language(lang)
    if name is None:
        if sign_off_sheet:
            raise typer.BadParameter("needs the NAME of an instrument", param_hint="--sign-off-sheet")
        _list(spoken, as_json=as_json)
        return
    instrument = workbench.find_instrument(name)
    if as_json:
        print_json(workbench.review_as_data(instrument, language=spoken))
    elif sign_off_sheet:
        _sign_off(instrument, spoken)
    else:
        _lay_out(instrument, spoken)


def _show(file: Path, found: Sequence[Scored], *, spoken: Language) -> None:
    head = [_word(key, spoken) for key in ("participant", "visit", "instrument", "result", "missing", "unverified")]
    rows = [
        [
            one.usubjid,
            one.visit or one.visit_date,
            one.instrument.name,
            _result(one, spoken),
            ", ".join(one.score.not_assessed) if one.score.value is None else "",
            ", ".join(one.score.unverified),
        ]
        for one in found
    ]
    show_table(_word("scores", spoken, file=file), head, rows=rows)


def _result(one: Scored, spoken: Language) -> str:
    score = one.score
    if score.value is None:
        ends = [end.said(spoken) for end in score.levels] or [f"{end:g}" for end in (score.lower, score.upper)]
        return _word("between", spoken, lower=ends[0], upper=ends[-1])
    word = score.level or score.band
    if word is None:
        return f"{score.value:g}"
    return word.said(spoken) if score.level is not None else f"{score.value:g} ({word.said(spoken)})"


def _explain(found: Sequence[Scored], spoken: Language) -> None:
    for one in found:
        title = one.instrument.title
        say(_word("row", spoken, participant=one.usubjid, visit=one.visit, row=one.row, title=title), style="bold")
        for line in one.score.explained(spoken):
            say(f"  {line}")
        for choice in one.score.conflicts:
            say("  " + _word("choice", spoken, choice=choice))
        say()


def _list(spoken: Language, *, as_json: bool) -> None:
    every = workbench.all_instruments()
    if as_json:
        print_json(
            [
                {"name": name, "title": one.title.said(spoken), "version": one.version, "paramcd": one.paramcd}
                for name, one in every.items()
            ]
        )
        return
    rows = [[name, one.title.said(spoken), one.version, one.paramcd] for name, one in every.items()]
    head = [_word(key, spoken) for key in ("name", "title", "version", "code")]
    show_table(_word("instruments", spoken), head, rows=rows)


def _lay_out(instrument: Instrument, spoken: Language) -> None:
    laid = workbench.documented(instrument)
    say(f"{instrument.title.said(spoken)} ({instrument.name} {instrument.version}, {instrument.paramcd})", style="bold")
    say()
    rows = [[each.key, each.label.said(spoken), workbench.allowed(each, spoken)] for each in laid.questions]
    show_table(_word("asks", spoken), [_word("name", spoken), "", _word("answers", spoken)], rows=rows)
    say()
    say(_word("rules", spoken), style="bold")
    for rule in laid.rules:
        say(f"  {rule.label.said(spoken)} — {rule.rule.said(spoken)}")
        say(_word("source", spoken, source=rule.source, status=STATUS_WORDS[rule.status]))
    _choices(instrument, spoken)


def _choices(instrument: Instrument, spoken: Language) -> None:
    for place, choice in enumerate(workbench.documented(instrument).choices):
        if not place:
            say()
            say(_word("choices", spoken), style="bold")
        taken = str(choice.taken).lower()
        say("  " + _word("taken", spoken, name=choice.name, taken=taken, because=choice.because))
        for value, words, source in choice.options:
            said = words.said(spoken).strip(" ,") or _word("as_it_stands", spoken)
            say("      " + _word("option", spoken, value=str(value).lower(), words=said, source=source))


def _sign_off(instrument: Instrument, spoken: Language) -> None:
    laid = workbench.documented(instrument)
    title = {"title": instrument.title, "version": instrument.version, "name": instrument.name}
    say(_word("sign", spoken, **title), style="bold")
    counts = {status: sum(rule.status == status for rule in laid.rules) for status in STATUS_WORDS}
    say(_word("count", spoken, rules=len(laid.rules), **counts))
    say()
    for place, rule in enumerate(laid.rules, start=1):
        say(f"{place}. {rule.label.said(spoken)} — {rule.rule.said(spoken)}")
        if rule.note is not None:
            say(f"    {rule.note.said(spoken)}")
        say(_word("source", spoken, source=rule.source, status=STATUS_WORDS[rule.status]))
        say(_word("box", spoken))
    _choices(instrument, spoken)
    say()
    say(_word("end", spoken))


def _word(key: str, spoken: Language, **values: object) -> str:
    return WORDS[key].said(spoken, **values)
