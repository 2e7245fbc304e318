"""``query`` and ``deviation``: questions about the data, and what was not done as the protocol says."""

from __future__ import annotations

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
)
from trialwright.vocabulary.words import Text, day as written_day

if TYPE_CHECKING:
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.querying import QueryState

QUERY = Text(en="Query {query}: {state} (entry {position}).", fr="Question {query} : {state} (entrée {position}).")
STATES = {
    "open": Text(en="open", fr="ouverte"),
    "answered": Text(en="answered", fr="répondue"),
    "closed": Text(en="closed", fr="close"),
}
QUERIES = Text(en="Queries", fr="Questions")
COLUMNS = (
    Text(en="query", fr="question"),
    Text(en="raised", fr="posée"),
    Text(en="about", fr="sujet"),
    Text(en="text", fr="texte"),
    Text(en="state", fr="état"),
    Text(en="last answer", fr="dernière réponse"),
)
DEVIATION = Text(
    en="Deviation {deviation} recorded as entry {position}.",
    fr="Déviation {deviation} enregistrée à l'entrée {position}.",
)
TO_SIGN = Text(en="To be signed by: {roles}.", fr="À signer par : {roles}.")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    queries = typer.Typer(no_args_is_help=True, help="Questions about the data: raise, answer, close, list.")
    queries.command("raise")(raise_query)
    queries.command("answer")(answer)
    queries.command("close")(close)
    queries.command("list")(listed)
    app.add_typer(queries, name="query")
    app.command("deviation")(deviation)


def raise_query(
    trial: TrialFolder,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The question.")],
    *,
    participant: Annotated[str, typer.Option("--participant", help="The participant it is about.")] = "",
    position: Annotated[int | None, typer.Option("--entry", help="The entry it is about.", min=1)] = None,
    field: Annotated[str, typer.Option("--field", help="The field of that entry.")] = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Raise a query; it gets the next number."""
    with workbench.reach_trial(trial) as reached:
        asked = workbench.raise_query(
            reached, text=text, usubjid=participant, position=position, field=field, by=by, at=at
        )
    _done(asked, lang, as_json=as_json)


def answer(
    trial: TrialFolder,
    *,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The query's number.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The answer.")],
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Answer a query; it stays open until whoever raised it closes it."""
    with workbench.reach_trial(trial) as reached:
        asked = workbench.answer_query(reached, query=query, text=text, by=by, at=at)
    _done(asked, lang, as_json=as_json)


def close(
    trial: TrialFolder,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The query's number.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="How it was settled.")] = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Close a query."""
    with workbench.reach_trial(trial) as reached:
        asked = workbench.close_query(reached, query=query, reason=reason, by=by, at=at)
    _done(asked, lang, as_json=as_json)


def listed(
    trial: TrialFolder,
    *,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are not closed.")] = False,
    as_of: AsOf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Every query with its state and last answer."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        found = [one for one in workbench.queries(reached, on=day(as_of)) if one.state != "closed" or not only_open]
    if as_json:
        print_json([one.as_data() for one in found])
        return
    rows = [
        [one.query, written_day(one.on, spoken), one.about, one.text, STATES[one.state].said(spoken), one.answer]
        for one in found
    ]
    show_table(QUERIES.said(spoken), [column.said(spoken) for column in COLUMNS], rows=rows)


def deviation(
    trial: TrialFolder,
    description: Annotated[str, typer.Argument(metavar="DESCRIPTION", help="What was not done as the protocol says.")],
    *,
    category: Annotated[
        str,
        typer.Option("--category", help="eligibility, consent, product, dose, visit, safety, procedure or other."),
    ],
    major: Annotated[bool, typer.Option("--major/--minor", help="Whether it may affect rights, safety or the data.")],
    on: On = None,
    participant: Annotated[str, typer.Option("--participant", help="The participant it concerns.")] = "",
    action: Annotated[str, typer.Option("--action", help="What was done about it.")] = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record a deviation. A major one, signed, lets what was done in breach of a guard be recorded."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.record_deviation(
            reached,
            category=category,
            description=description,
            major=major,
            usubjid=participant,
            action=action,
            on=day(on),
            by=by,
            at=at,
        )
        roles = workbench.still_to_sign(reached, written.position)
    number = getattr(written.event, "deviation", "")
    if as_json:
        print_json({"deviation": number, "position": written.position, "to_be_signed_by": list(roles)})
        return
    say(DEVIATION.said(spoken, deviation=number, position=written.position), style="bold green")
    if roles:
        say(TO_SIGN.said(spoken, roles=", ".join(roles)))


def _done(asked: QueryState, lang: str, *, as_json: bool) -> None:
    spoken: Language = language(lang)
    if as_json:
        print_json(asked.as_data())
        return
    facts = {"query": asked.query, "state": STATES[asked.state], "position": asked.position}
    say(QUERY.said(spoken, **facts), style="bold green")
