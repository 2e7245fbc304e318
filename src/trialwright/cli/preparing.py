"""``prepare``, ``confirm-identity``, ``infuse``: from the weight on the day to the dose given."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright import workbench
from trialwright.cli.terminal import At, By, Json, Lang, TrialFolder, language, print_json, say
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.conduct.preparation import Prepared
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.product import Infused

TIMES = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]
TITLE = Text(
    en="{usubjid}, infusion {infusion}, dose level {level}",
    fr="{usubjid}, perfusion {infusion}, palier de dose {level}",
)
REFUSED = Text(en="Bags that may not be used", fr="Poches qui ne peuvent être utilisées")
AGAINST = Text(en="Against releasing this dose", fr="Contre la libération de cette dose")
REMARKS = Text(en="To be known", fr="À savoir")
NOT_RECORDED = Text(
    en="Nothing is recorded. Check the lines by hand, then add --release.",
    fr="Rien n'est enregistré. Vérifiez chaque ligne à la main, puis ajoutez --release.",
)
RELEASED = Text(
    en="Released as entry {position}. A second person now confirms participant, weight, batch and bags "
    "(`trialwright confirm-identity`).",
    fr="Libéré à l'entrée {position}. Une seconde personne confirme maintenant personne, poids, lot et poches "
    "(`trialwright confirm-identity`).",
)
CONFIRMED = Text(
    en="Confirmed as entry {position}: participant, weight, batch and bags are those of the release.",
    fr="Confirmé à l'entrée {position} : personne, poids, lot et poches sont ceux de la libération.",
)
INFUSED = Text(
    en="Recorded as entry {position}: infusion {infusion} of {usubjid}, {dose:amount} {unit} given.",
    fr="Enregistré à l'entrée {position} : perfusion {infusion} de {usubjid}, {dose:amount} {unit} données.",
)
DOSES = Text(
    en="Assigned {assigned:amount}, released {released:amount}, given {given:amount} {unit}.",
    fr="Assignée {assigned:amount}, libérée {released:amount}, donnée {given:amount} {unit}.",
)
RATE = Text(
    en="Mean rate {rate:amount} {unit}; limit {limit:amount} {unit}.",
    fr="Débit moyen {rate:amount} {unit} ; limite {limit:amount} {unit}.",
)

Participant = Annotated[str, typer.Argument(metavar="PARTICIPANT", help="Pseudonym of an enrolled participant.")]
Weight = Annotated[float, typer.Option("--weight", help="Weight on the day, in kg.", min=0)]
InfusionNumber = Annotated[
    int | None, typer.Option("--infusion", help="Number of the infusion; the next one if absent.", min=1)
]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("prepare")(prepare)
    app.command("confirm-identity")(confirm_identity)
    app.command("infuse")(infuse)


def prepare(
    trial: TrialFolder,
    participant: Participant,
    *,
    weight: Weight,
    infusion: InfusionNumber = None,
    bag: Annotated[
        list[str] | None, typer.Option("--bag", help="Use this bag; repeat it for several. Absent: bags are suggested.")
    ] = None,
    release: Annotated[bool, typer.Option("--release", help="Record the release of this dose.")] = False,
    thawed_at: Annotated[
        datetime | None, typer.Option("--thawed-at", formats=TIMES, help="With --release: when the bags were thawed.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="With --release: anything else.")] = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Work out a dose, line by line, from the weight on the day; suggest bags; with --release, record it.

    Bags are suggested from one batch: the one that expires first, then the one made first, then by number.
    """
    spoken = language(lang)
    position = None
    with workbench.reach_trial(trial) as reached:
        prepared = workbench.prepare_dose(
            reached, participant, weight_kg=weight, infusion_number=infusion, bags=bag or (), at=at
        )
        if not as_json:
            _show(prepared, spoken)
        if release:
            record = workbench.release_dose(reached, prepared, thawed_at=thawed_at, note=note, by=by, at=at)
            position = record.position
    if as_json:
        print_json({**_data(prepared, spoken), "position": position})
        return
    said = NOT_RECORDED.said(spoken) if position is None else RELEASED.said(spoken, position=position)
    say(said, style=None if position is None else "bold green")


def _show(prepared: Prepared, spoken: Language) -> None:
    names = {"usubjid": prepared.usubjid, "infusion": prepared.infusion_number, "level": prepared.level}
    say(TITLE.said(spoken, **names), style="bold")
    for line in prepared.lines:
        say(f"  {line.said(spoken)}")
    if prepared.refused:
        say(REFUSED.said(spoken), style="bold")
        for bag, reasons in prepared.refused.items():
            say(f"  · {bag}: {'; '.join(reason.said(spoken) for reason in reasons)}")
    for title, reasons in ((REMARKS, prepared.notes), (AGAINST, prepared.against)):
        if reasons:
            say(title.said(spoken), style="bold")
            for reason in reasons:
                say(f"  · {reason.said(spoken)}", style="red" if title is AGAINST else "yellow")


def _data(prepared: Prepared, spoken: Language) -> dict[str, Any]:
    return {
        "usubjid": prepared.usubjid,
        "infusion_number": prepared.infusion_number,
        "on": prepared.on,
        "dose_level": prepared.level,
        "weight_kg": prepared.weight_kg,
        "dose_assigned": prepared.dose_assigned,
        "dose_released": prepared.dose_released,
        "cells_needed": prepared.cells_needed,
        "cells": prepared.cells,
        "volume_ml": prepared.volume_ml,
        "batch": prepared.batch,
        "bags": [{"bag": part.bag.bag, "volume_ml": part.volume_ml, "cells": part.cells} for part in prepared.portions],
        "lines": [line.said(spoken) for line in prepared.lines],
        "notes": [reason.said(spoken) for reason in prepared.notes],
        "against": [{"code": reason.code, "said": reason.said(spoken)} for reason in prepared.against],
        "refused": {
            bag: [{"code": reason.code, "said": reason.said(spoken)} for reason in reasons]
            for bag, reasons in prepared.refused.items()
        },
        "stands": prepared.stands,
    }


def confirm_identity(
    trial: TrialFolder,
    participant: Participant,
    *,
    weight: Weight,
    batch: Annotated[str, typer.Option("--batch", help="As the label reads.")],
    bag: Annotated[list[str], typer.Option("--bag", help="As the label reads; repeat it for several.")],
    infusion: Annotated[int, typer.Option("--infusion", help="Number of the infusion.", min=1)] = 1,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Confirm, as a second person, who is infused with what: everything is read off again, not copied.

    Refused when anything is not as released, or by the person who released the dose.
    """
    spoken = language(lang)
    facts = {"weight_kg": weight, "batch": batch, "bags": bag, "infusion_number": infusion}
    with workbench.reach_trial(trial) as reached:
        record = workbench.confirm_identity(reached, participant, facts=facts, by=by, at=at)
    if as_json:
        print_json({"position": record.position, "usubjid": participant, "infusion_number": infusion})
        return
    say(CONFIRMED.said(spoken, position=record.position), style="bold green")


def infuse(
    trial: TrialFolder,
    participant: Participant,
    *,
    began: Annotated[
        datetime | None, typer.Option("--began", formats=TIMES, help="Start, as 2026-03-02T09:30.")
    ] = None,
    ended: Annotated[datetime | None, typer.Option("--ended", formats=TIMES, help="End.")] = None,
    interruption: Annotated[
        list[str] | None,
        typer.Option("--interruption", metavar="BEGAN/RESUMED/REASON", help="A pause; RESUMED is empty if never."),
    ] = None,
    volume: Annotated[
        float | None, typer.Option("--volume", help="Given, in mL; all that was prepared if absent.", min=0)
    ] = None,
    dose: Annotated[
        float | None,
        typer.Option("--dose", help="Given, in the protocol's unit; from the volume if absent.", min=0),
    ] = None,
    batch: Annotated[str | None, typer.Option("--batch", help="As released if absent.")] = None,
    bag: Annotated[list[str] | None, typer.Option("--bag", help="As released if absent; repeat for several.")] = None,
    infusion: InfusionNumber = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record an infusion that was given; its rate is computed and compared with the protocol's limit.

    Refused unless a dose was released for it and a second person has confirmed identity. A limit that was passed is
    recorded as a deviation first.
    """
    spoken = language(lang)
    facts = {
        "began": began,
        "ended": ended,
        "interruptions": [_interruption(one) for one in interruption or ()],
        "volume_ml": volume,
        "dose_given": dose,
        "batch": batch,
        "bags": bag or None,
        "infusion_number": infusion,
    }
    with workbench.reach_trial(trial) as reached:
        infused = workbench.infuse(reached, participant, facts=facts, by=by, at=at)
        unit = reached.study.dosing.unit.said(spoken)
    if as_json:
        print_json(_infused(infused))
        return
    event = infused.event
    words = {"position": infused.record.position, "infusion": event.infusion_number, "usubjid": event.usubjid}
    say(INFUSED.said(spoken, **words, dose=event.dose_given, unit=unit), style="bold green")
    if infused.released is not None:
        doses = {"assigned": infused.assigned, "released": infused.released, "given": event.dose_given}
        say(DOSES.said(spoken, **doses, unit=unit))
    if infused.rate is not None and infused.rate.value is not None:
        limit = infused.rate.limit
        say(RATE.said(spoken, rate=infused.rate.value, unit=limit.unit, limit=limit.value))


def _interruption(text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split("/", 2)]
    try:
        began, resumed = (datetime.fromisoformat(part) if part else None for part in [*parts, ""][:2])
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} cannot be read: {error}", param_hint="--interruption") from error
    if began is None:
        raise typer.BadParameter(f"{text!r} does not say when it began", param_hint="--interruption")
    return {"began": began, "resumed": resumed, "reason": parts[2] if len(parts) > 2 else ""}


def _infused(infused: Infused) -> dict[str, Any]:
    event, ran = infused.event, infused.rate
    return {
        "position": infused.record.position,
        "usubjid": event.usubjid,
        "infusion_number": event.infusion_number,
        "dose_assigned": infused.assigned,
        "dose_released": infused.released,
        "dose_given": event.dose_given,
        "volume_ml": event.volume_ml,
        "rate": None if ran is None else {"value": ran.value, "unit": ran.limit.unit, "limit": ran.limit.value},
    }
