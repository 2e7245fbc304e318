"""Randomising: the list sealed, participants randomised, kits dispensed and checked. Nothing here reads an arm.

``seal_list`` makes the list and forgets it; the other use cases need neither the sealed file nor a key, but for
``dispense``, which seals what is in a kit with one. What opens something is in ``unblinding``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import final

from trialwright.conduct.randomisation import kit_of, lacks_of, next_number, stratum_of
from trialwright.ledger.sealing import CIPHER, Key, site_key, write_key
from trialwright.planning import Complete, Guessable, PermutedBlocks, SecretStream, guessable
from trialwright.vocabulary.errors import Finding, RecordError, TrialError
from trialwright.vocabulary.events import (
    KitChecked,
    KitDispensed,
    ParticipantRandomised,
    RandomisationListSealed,
)
from trialwright.vocabulary.records import Record
from trialwright.workbench.asker import asker
from trialwright.workbench.files import write_file
from trialwright.workbench.recording import record_events
from trialwright.workbench.sealed_lists import (
    Sealed,
    checked_key,
    in_force,
    made_list,
    method_of,
    planned_numbers,
    sealed_contents,
    section_of,
)
from trialwright.workbench.trials import SEALED_FILE, Trial

GAMES, LONGEST_GAME = 40, 48  # lists from which it is said how well the next arm could be guessed


@final
@dataclass(frozen=True, slots=True)
class SealedList:
    """What was made: where the keys are, and what the record says of the list."""

    record: Record
    strata: int
    numbers: int
    key: Path
    break_glass: tuple[Path, ...]


def seal_list(
    trial: Trial,
    key_file: Path,
    *,
    sizes: Sequence[int] = (),
    break_glass: Path | None = None,
    locked: bool = False,
    by: str,
    at: datetime | None = None,
) -> SealedList:
    """Make the list, seal it beside the record, and write its keys where they are told to lie: outside the trial.

    ``sizes`` of permuted blocks are nowhere but in the sealed list. ``break_glass`` is a folder for the keys of the
    sites, one file each. ``locked``: a passphrase for the list key is asked for. Nothing is left when it is refused.
    """
    section = section_of(trial.study)
    for place in (key_file, *([break_glass] if break_glass else [])):
        outside(trial, place)
    made = made_list(trial.study, sizes=tuple(sizes))
    sites = next((one.levels for one in section.factors if one.name == section.site), ("",))
    event = RandomisationListSealed(
        on=trial.day_of(at),
        method=section.method,
        strata=len(section.strata),
        numbers=planned_numbers(trial.study),
        cipher=CIPHER,
        sealed_digest=made.sealed_digest,
        key_digest=made.key.list_digest,
    )
    keys = {key_file: made.key}
    for count, site in enumerate(sites if break_glass is not None else (), start=1):
        secret = site_key(made.key.secret, site)
        held = Key("break-glass key", made.key.trial, made.key.list_digest, site, secret)
        keys[(break_glass or key_file) / f"break-glass-{count}.key"] = held
    passphrase = asker().new_password(f"the key {key_file.name}") if locked else ""
    with _written(trial, made, keys=keys, passphrase=passphrase) as aside:
        record = record_events(trial, [event], by=by, at=at, computed=True)[0]
        aside.replace(trial.folder / SEALED_FILE)
    return SealedList(record, event.strata, event.numbers, key_file, tuple(keys)[1:])


@contextmanager
def _written(trial: Trial, made: Sealed, *, keys: Mapping[Path, Key], passphrase: str) -> Iterator[Path]:
    """The keys, which replace no file, and the sealed list under another name; nothing is left when the block fails.

    The passphrase locks the list key; a break-glass key is opened when nobody is there to ask.
    """
    aside, left = trial.folder / f"{SEALED_FILE}.part", []
    try:
        for path, key in keys.items():
            write_key(key, path, passphrase=passphrase if key.holds == "list key" else "")
            left.append(path)
        left.append(aside)
        write_file(aside, made.content)
        yield aside
    except BaseException:
        for path in left:
            path.unlink(missing_ok=True)
        raise


def outside(trial: Trial, place: Path) -> None:
    """TrialError for a place in the trial's folder: what tells arms is not kept where everybody reads."""
    if place.resolve().is_relative_to(trial.folder.resolve()):
        raise TrialError(f"{place} is in the trial's folder, which blinded people read; name a place outside it")


def guessing_game(trial: Trial, *, sizes: Sequence[int] = ()) -> Guessable:
    """How well the next arm could be guessed by somebody who knew the method and every earlier arm of a stratum.

    Over lists of a fixed seed, which are not those of the trial. TrialError for a minimisation, whose favoured arm has
    the probability that the protocol states.
    """
    section = section_of(trial.study)
    if section.method == "minimisation":
        raise TrialError("of a minimisation the protocol says it: the favoured arm comes with that probability")
    method = method_of(section, sizes=tuple(sizes))
    games = 1 if isinstance(method, Complete) else GAMES
    length = min(LONGEST_GAME, 6 * max(method.sizes)) if isinstance(method, PermutedBlocks) else LONGEST_GAME
    streams = (SecretStream(bytes(32), f"game {number}") for number in range(games))
    return guessable(method, [method.sequence(stream, length=length) for stream in streams])


# Participants and kits


def randomise(
    trial: Trial,
    usubjid: str,
    *,
    stratum: Mapping[str, str] | None = None,
    on: date | None = None,
    by: str,
    at: datetime | None = None,
) -> Record:
    """Give a participant the next randomisation number of the stratum. Which arm that is, nobody sees here."""
    section, log, levels = section_of(trial.study), trial.state().logs.randomisation, dict(stratum or {})
    lacks = lacks_of(section, levels)
    if lacks:
        findings = [Finding(f"stratum.{name}", levels.get(name, ""), said) for name, said in lacks]
        raise RecordError("the stratum is not complete; nothing was recorded", findings)
    sealed = in_force(log)
    number = next_number(section, log, stratum=levels)
    if number is None:
        place = stratum_of(section, levels)
        raise TrialError(
            f"the list of stratum {place} is exhausted: its {sealed.numbers} numbers are given. Nobody else of it is "
            "randomised; ask the unblinded statistician"
        )
    event = ParticipantRandomised(
        usubjid=usubjid,
        on=on or trial.day_of(at),
        number=number,
        stratum={one.name: levels[one.name] for one in section.factors},
        sealed_digest=sealed.sealed_digest,
    )
    return record_events(trial, [event], by=by, at=at, computed=True)[0]


def dispense(
    trial: Trial,
    usubjid: str,
    *,
    key: Key,
    contents: str,
    infusion_number: int = 1,
    on: date | None = None,
    by: str,
    at: datetime | None = None,
) -> Record:
    """Hand out the kit of one infusion; what is in it (batch, bags, or none) is sealed with the list key.

    The key seals the contents and opens nothing: no arm is read.
    """
    if checked_key(trial, key).holds != "list key":
        raise TrialError("the contents of a kit are sealed with the list key, not with a break-glass key")
    kit = kit_of(_number(trial, usubjid), infusion_number)
    event = KitDispensed(
        usubjid=usubjid,
        on=on or trial.day_of(at),
        infusion_number=infusion_number,
        kit=kit,
        contents=sealed_contents(trial, key, kit=kit, contents=contents),
    )
    return record_events(trial, [event], by=by, at=at, computed=True)[0]


def check_kit(
    trial: Trial,
    usubjid: str,
    *,
    kit: str,
    infusion_number: int = 1,
    on: date | None = None,
    by: str,
    at: datetime | None = None,
) -> Record:
    """A second person's check: the kit number as read off the bag, against what was dispensed, which is not shown."""
    day = on or trial.day_of(at)
    event = KitChecked(usubjid=usubjid, on=day, infusion_number=infusion_number, kit=kit.strip())
    return record_events(trial, [event], by=by, at=at, computed=True)[0]


def _number(trial: Trial, usubjid: str) -> str:
    known = trial.state().logs.randomisation.randomised.get(usubjid)
    if known is None:
        raise TrialError(f"{usubjid} is not randomised: `trialwright randomise`")
    return known.event.number


@final
@dataclass(frozen=True, slots=True)
class Randomised:
    """One participant as a blinded person may see it."""

    usubjid: str
    on: date
    number: str
    stratum: Mapping[str, str]
    kits: tuple[str, ...]
    checked: tuple[str, ...]
    unblinded: bool


def randomised(trial: Trial, *, on: date | None = None) -> tuple[Randomised, ...]:
    """Everybody who was randomised, with kits; the labels of the bags are these kit numbers and nothing else."""
    log = trial.state(on=on).logs.randomisation
    return tuple(
        Randomised(
            usubjid,
            known.event.on,
            known.event.number,
            known.event.stratum,
            tuple(one.event.kit for one in log.kits.get(usubjid, [])),
            tuple(one.event.kit for one in log.checks.get(usubjid, [])),
            usubjid in log.unblindings,
        )
        for usubjid, known in log.randomised.items()
    )
