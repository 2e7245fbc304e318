"""``batch`` and ``store``: donations, batches, bags and tests from a file, the release of a batch, bags in store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from trialwright import workbench
from trialwright.cli.terminal import AsOf, At, By, Json, Lang, TrialFolder, day, language, print_json, say, show_table
from trialwright.vocabulary.words import NOT_AVAILABLE, Text, amount, plain

if TYPE_CHECKING:
    from trialwright.conduct.product import Bag, Tested
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.product import BatchStanding

RECORDED = Text(en="Entries recorded: {count}.", fr="Entrées enregistrées : {count}.")
BATCH = Text(
    en="Batch {batch}, made {made}, expires {expiry}: {state}",
    fr="Lot {batch}, fabriqué le {made}, péremption {expiry} : {state}",
)
NOT_RELEASED = Text(en="not released", fr="non libéré")
RELEASED = Text(en="released {on}, in specification", fr="libéré le {on}, conforme aux spécifications")
RELEASED_OUT = Text(
    en="released {on} OUT OF SPECIFICATION ({failed}): {justification}",
    fr="libéré le {on} HORS SPÉCIFICATIONS ({failed}) : {justification}",
)
TO_SIGN = Text(
    en="It may be used once entry {position} is signed by: {roles}.",
    fr="Il pourra être utilisé une fois l'entrée {position} signée par : {roles}.",
)
NO_BATCH = Text(en="No batch is recorded yet.", fr="Aucun lot n'est enregistré.")
TESTS = Text(en="Release tests", fr="Tests de libération")
TEST_COLUMNS = (
    Text(en="Test", fr="Test"),
    Text(en="Passes when", fr="Conforme si"),
    Text(en="Found", fr="Résultat"),
    Text(en="Verdict", fr="Conclusion"),
)
VERDICTS = {
    "met": Text(en="met", fr="conforme"),
    "not met": Text(en="NOT MET", fr="NON CONFORME"),
    "cannot be assessed": Text(en="cannot be assessed", fr="non évaluable"),
}
BAGS = Text(en="Bags", fr="Poches")
BAG_COLUMNS = (
    Text(en="Bag", fr="Poche"),
    Text(en="mL", fr="mL"),
    Text(en="Cells", fr="Cellules"),
    Text(en="Counts", fr="Comptage"),
    Text(en="May be used", fr="Utilisable"),
)
YES = Text(en="yes", fr="oui")
COUNTS = {
    "viable": Text(en="viable", fr="viables"),
    "total": Text(en="total", fr="totales"),
    "pre-freeze": Text(en="pre-freeze", fr="avant congélation"),
    "post-thaw": Text(en="post-thaw", fr="après décongélation"),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("batch")(batch)
    app.command("store")(store)


def batch(
    trial: TrialFolder,
    number: Annotated[str | None, typer.Argument(metavar="[BATCH]", help="Only this batch.")] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Record donations, batches, bags, tests, storage, releases: TOML, JSON or CSV."),
    ] = None,
    template: Annotated[
        str | None, typer.Option("--template", metavar="toml|csv", help="Print a file to fill in, with the tests.")
    ] = None,
    release: Annotated[bool, typer.Option("--release", help="Release the batch named for use.")] = False,
    justification: Annotated[
        str, typer.Option("--justification", help="A physician's reason, for a batch out of specification.")
    ] = "",
    as_of: AsOf = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show batches with their tests and bags; record them from a file; release one.

    A test without a result is not a pass. A file is recorded whole, or not at all with every finding at once.
    """
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        if template is not None:
            if template not in ("toml", "csv"):
                raise typer.BadParameter(f"{template!r} is not known; choose toml or csv", param_hint="--template")
            typer.echo(workbench.batch_template(reached.study, cast("Literal['toml', 'csv']", template)), nl=False)
        elif file is not None:
            written = workbench.record_batches(reached, file, by=by, at=at)
            if as_json:
                print_json({"recorded": [{"position": one.position, "kind": one.event.kind} for one in written]})
            else:
                say(RECORDED.said(spoken, count=len(written)), style="bold green")
        elif release:
            _release(reached, number, justification=justification, by=by, at=at, spoken=spoken, as_json=as_json)
        else:
            found = [one for one in workbench.batches(reached, on=day(as_of)) if number in (None, one.made.batch)]
            _show_all(found, number, spoken=spoken, as_json=as_json)


def _release(trial: Any, number: str | None, *, spoken: Language, as_json: bool, **more: Any) -> None:
    if number is None:
        raise typer.BadParameter("needs the number of the batch", param_hint="--release")
    record, event, roles = workbench.release_batch(trial, number, **more)
    if as_json:
        facts = {"in_specification": event.in_specification, "failed": list(event.failed)}
        print_json({"position": record.position, "batch": event.batch, "to_sign": list(roles), **facts})
        return
    state = _state(event, spoken)
    say(f"{event.batch}: {state}", style="bold green" if event.in_specification else "bold yellow")
    if roles:
        say(TO_SIGN.said(spoken, position=record.position, roles=", ".join(roles)))


def _show_all(found: list[BatchStanding], number: str | None, *, spoken: Language, as_json: bool) -> None:
    from trialwright.vocabulary.errors import NotFound  # loaded when there is something to show

    if number is not None and not found:
        raise NotFound(f"batch {number} is not recorded; `trialwright batch TRIAL` lists those that are")
    if as_json:
        print_json({"batches": [_data(one) for one in found]})
        return
    if not found:
        say(NO_BATCH.said(spoken))
    for one in found:
        _show(one, spoken)


def _state(event: Any, spoken: Language) -> str:
    if event is None:
        return NOT_RELEASED.said(spoken)
    words = RELEASED if event.in_specification else RELEASED_OUT
    return words.said(spoken, on=event.on, failed=", ".join(event.failed), justification=event.justification)


def _show(one: BatchStanding, spoken: Language) -> None:
    made = one.made
    words = {"batch": made.batch, "made": made.on, "expiry": made.expires_on, "state": _state(one.released, spoken)}
    say(BATCH.said(spoken, **words), style="bold")
    if one.specification.tested:
        rows = [_test_row(tested, spoken) for tested in one.specification.tested]
        show_table(TESTS.said(spoken), [column.said(spoken) for column in TEST_COLUMNS], rows=rows)
    if one.bags:
        columns = [column.said(spoken) for column in BAG_COLUMNS]
        show_table(BAGS.said(spoken), columns, rows=[_bag_row(bag, spoken) for bag in one.bags], right=(1, 2))


def _test_row(tested: Tested, spoken: Language) -> list[str]:
    found = [_result(one.value, tested.test.unit, spoken=spoken) for one in tested.results]
    title = tested.test.title.said(spoken)
    said = tested.test.said(spoken)
    return [title, said, "; ".join(found) or NOT_AVAILABLE, VERDICTS[tested.verdict].said(spoken)]


def _result(value: Any, unit: str, *, spoken: Language) -> str:
    if isinstance(value, bool):
        return (YES if value else Text(en="no", fr="non")).said(spoken)
    if isinstance(value, int | float):
        return f"{plain(value, spoken)} {unit}".strip()
    return value or NOT_AVAILABLE


def _bag_row(bag: Bag, spoken: Language) -> list[str]:
    filled = bag.filled
    counts = f"{COUNTS[filled.counts].said(spoken)}, {COUNTS[filled.counted].said(spoken)}"
    usable = "; ".join(reason.said(spoken) for reason in bag.against) or YES.said(spoken)
    return [filled.bag, plain(filled.volume_ml, spoken), amount(filled.cells, spoken), counts, usable]


def _data(one: BatchStanding) -> dict[str, Any]:
    released = one.released
    return {
        "batch": one.made.batch,
        "expires_on": one.made.expires_on,
        "released_on": released.on if released else None,
        "in_specification": released.in_specification if released else None,
        "verdict": one.specification.verdict,
        "tests": [
            {
                "test": tested.test.test,
                "verdict": tested.verdict,
                "results": [result.value for result in tested.results],
            }
            for tested in one.specification.tested
        ],
        "bags": [
            {
                "bag": bag.filled.bag,
                "usable": bag.usable,
                "against": [{"code": reason.code, "said": reason.said("en")} for reason in bag.against],
            }
            for bag in one.bags
        ],
    }


def store(
    trial: TrialFolder,
    bags: Annotated[list[str], typer.Argument(metavar="BAG…", help="One bag or several.")],
    *,
    what: Annotated[
        str,
        typer.Option("--what", metavar="received|moved|thawed|excursion|destroyed|returned", help="What happened."),
    ],
    place: Annotated[str, typer.Option("--place", help="Where.")] = "",
    temperature: Annotated[float | None, typer.Option("--temperature", help="Of an excursion: warmest, in °C.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", help="Of an excursion: how long.", min=0)] = None,
    note: Annotated[str, typer.Option("--note", help="Anything else.")] = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record that something happened just now to bags in store; earlier things go through `batch --file`."""
    spoken = language(lang)
    facts = {"what": what, "place": place, "temperature_c": temperature, "minutes": minutes, "note": note}
    with workbench.reach_trial(trial) as reached:
        written = workbench.store_bags(reached, bags, facts=facts, by=by, at=at)
    if as_json:
        print_json({"recorded": [{"position": one.position, "kind": one.event.kind} for one in written]})
        return
    say(RECORDED.said(spoken, count=len(written)), style="bold green")
