"""The sealed list of a trial: made, read with its key, one envelope opened. Nothing else in the house knows an arm.

The file beside the record holds the list for holders of its key, and one envelope for each number. Of a minimisation
the list holds the secret alone: who gets which arm follows from it and from the participants in the record, and each
envelope is sealed into the record afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from trialwright.conduct.logs.randomisation import RandomisationLog
from trialwright.conduct.randomisation import levels_of, numbers_of
from trialwright.ledger.sealing import (
    CIPHER,
    KEY_BYTES,
    Key,
    code_of,
    derived,
    envelope_key,
    fresh,
    key_digest,
    seal,
    site_key,
    unseal,
)
from trialwright.planning import BigStick, Complete, Method, Minimisation, PermutedBlocks, SecretStream
from trialwright.protocol import Study
from trialwright.protocol.randomisation import Randomisation
from trialwright.vocabulary.errors import NotFound, SealBroken, TrialError
from trialwright.workbench.trials import SEALED_FILE, Trial

FORMAT = "trialwright-sealed-list.1"
ENVELOPE_BYTES, CONTENTS_BYTES = 128, 1024
LIST_BYTES, BYTES_A_NUMBER = 1024, 4  # of the list: what is left for its secret and sizes, and what a number may take
AT_MOST = 1 << 24


def section_of(study: Study) -> Randomisation:
    """How this trial is randomised; TrialError where it has no arms."""
    if study.randomisation is None:
        raise TrialError("this trial has no arms; a protocol with [randomisation] has")
    return study.randomisation


def planned_numbers(study: Study) -> int:
    """How many randomisation numbers each stratum holds."""
    return section_of(study).numbers or min(study.identity.planned_n, 999)


def method_of(section: Randomisation, *, sizes: tuple[int, ...]) -> Method:
    """The method of a list; ParameterError where block sizes are missing, or have no meaning."""
    if section.method == "permuted blocks":
        return PermutedBlocks(section.ratio, sizes)
    if sizes:
        raise TrialError(f"block sizes are for permuted blocks; this protocol says {section.method}")
    return Complete(section.ratio) if section.method == "complete" else BigStick(section.ratio, section.tolerated)


def minimisation_of(section: Randomisation) -> Minimisation:
    """The minimisation a protocol describes."""
    weights = tuple(one.weight for one in section.factors)
    return Minimisation(section.ratio, weights, favoured=section.favoured, imbalance=section.imbalance)


@final
@dataclass(frozen=True, slots=True)
class Sealed:
    """A list that was made: the bytes of its file, its key, and the digests that go into the record."""

    content: bytes
    key: Key
    sealed_digest: str


def made_list(study: Study, *, sizes: tuple[int, ...]) -> Sealed:
    """A new list from a new secret. Two lists of one protocol are equally long, whatever is in them."""
    section, count = section_of(study), planned_numbers(study)
    secret = fresh(KEY_BYTES)
    key = Key("list key", study.identity.id, key_digest(secret), "", secret)
    seed = fresh(KEY_BYTES)
    arms = _drawn(section, seed=seed, sizes=sizes, count=count)
    told = {"seed": seed.hex(), "sizes": list(sizes), "arms": list(arms.values())}
    length = LIST_BYTES + BYTES_A_NUMBER * count * len(section.strata)
    plain = json.dumps(told, separators=(",", ":")).encode()
    content = {
        "format": FORMAT,
        "trial": study.identity.id,
        "protocol": study.digest,
        "cipher": CIPHER,
        "list": seal(derived_list_key(key), plain, about=_about(study, key.list_digest, what="list"), length=length),
        "envelopes": {
            number: _enveloped(study, key, number=number, site=_site_of(section, number), arm=section.arms[arm].name)
            for number, arm in arms.items()
        },
    }
    written = (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
    return Sealed(written, key, hashlib.sha256(written).hexdigest())


def derived_list_key(key: Key) -> bytes:
    """What opens the list itself."""
    return derived(key.secret, "list")


def _drawn(section: Randomisation, *, seed: bytes, sizes: tuple[int, ...], count: int) -> dict[str, int]:
    """The arm of each number, stratum by stratum; none of a minimisation."""
    if section.method == "minimisation":
        if sizes:
            raise TrialError("block sizes are for permuted blocks; this protocol says minimisation")
        minimisation_of(section)  # its parameters are refused now, not when somebody waits
        return {}
    method = method_of(section, sizes=sizes)
    arms: dict[str, int] = {}
    for stratum in range(1, len(section.strata) + 1):
        drawn = method.sequence(SecretStream(seed, f"stratum {stratum}"), length=count)
        arms.update(zip(numbers_of(section, stratum, count=count), drawn, strict=True))
    return arms


def _site_of(section: Randomisation, number: str) -> str:
    return section.site_of(section.strata[int(number[:2]) - 1]) if section.site else ""


def _about(study: Study, list_digest: str, *, what: str) -> str:
    return "|".join((study.identity.id, study.digest, list_digest, what))


def _enveloped(study: Study, key: Key, *, number: str, site: str, arm: str) -> str:
    code = code_of(site_key(key.secret, site), number)
    about = _about(study, key.list_digest, what=f"envelope {number}")
    return seal(envelope_key(code), arm.encode(), about=about, length=ENVELOPE_BYTES)


def envelope_for(trial: Trial, key: Key, *, number: str, arm: str) -> str:
    """The envelope of a number whose arm was found when it was given."""
    return _enveloped(trial.study, key, number=number, site=site_of(trial, number), arm=arm)


def site_of(trial: Trial, number: str) -> str:
    """The site of the participant who has this number; empty where one key serves all."""
    section, log = section_of(trial.study), trial.state().logs.randomisation
    known = log.randomised[log.numbers[number]]
    return section.site_of(levels_of(section, known.event.stratum))


# Opening


def checked_key(trial: Trial, key: Key) -> Key:
    """The key, where it is one of the list in force; SealBroken says what it is of otherwise."""
    sealed = in_force(trial.state().logs.randomisation)
    if key.trial != trial.study.identity.id:
        raise SealBroken(f"this key is of the trial {key.trial}, not of {trial.study.identity.id}")
    fits = key.holds == "break-glass key" or key_digest(key.secret) == sealed.key_digest
    if key.list_digest != sealed.key_digest or not fits:
        raise SealBroken("this key is of another list than the one in force; nothing was shown")
    return key


def in_force(log: RandomisationLog) -> Any:
    """The event of the list in force; NotFound where none is sealed."""
    if log.sealed is None:
        raise NotFound("no randomisation list is sealed; `trialwright seal-list` makes one")
    return log.sealed.event


def sealed_content(trial: Trial, *, whole: bool) -> Mapping[str, Any]:
    """What stands in the sealed file; ``whole``: only when it is, byte by byte, the one whose digest is on record."""
    path = trial.folder / SEALED_FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotFound(f"the sealed list is not at {path} ({error.strerror}); put it back from a backup") from error
    if whole and hashlib.sha256(content).hexdigest() != in_force(trial.state().logs.randomisation).sealed_digest:
        raise SealBroken(
            f"{path} is not the list that was sealed: it was changed, cut, or is an older one. "
            "Put it back from a backup"
        )
    try:
        told = json.loads(content.decode())
        if told["format"] != FORMAT or not isinstance(told["envelopes"], dict):
            raise ValueError("another format")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SealBroken(f"{path} cannot be read as a sealed list; put it back from a backup") from error
    return dict(told)


def opened_list(trial: Trial, key: Key) -> Mapping[str, Any]:
    """What the list holds: its secret, the block sizes, the arm of each number."""
    if key.holds != "list key":
        raise SealBroken("a break-glass key opens one envelope at a time, in an emergency; it does not open the list")
    content = sealed_content(trial, whole=True)
    about = _about(trial.study, key.list_digest, what="list")
    return dict(json.loads(unseal(derived_list_key(key), str(content["list"]), about=about, what="the sealed list")))


def arms_by_number(trial: Trial, key: Key, *, all_numbers: bool = False) -> dict[str, str]:
    """The arm of every number that was given, or that is on the list (``all_numbers``), by the name of the arm."""
    section, log = section_of(trial.study), trial.state().logs.randomisation
    told = opened_list(trial, checked_key(trial, key))
    if section.method == "minimisation":
        return _minimised(trial, key, seed=bytes.fromhex(told["seed"]))
    count = in_force(log).numbers
    numbers = [each for place in range(1, len(section.strata) + 1) for each in numbers_of(section, place, count=count)]
    arms = {number: section.arms[arm].name for number, arm in zip(numbers, told["arms"], strict=True)}
    return arms if all_numbers else {number: arms[number] for number in log.numbers}


def _minimised(trial: Trial, key: Key, *, seed: bytes) -> dict[str, str]:
    """The arms of a minimisation, in the order in which people were randomised.

    What an envelope says was so when it was sealed; the arm of who has none yet is found from everybody before.
    """
    section, log = section_of(trial.study), trial.state().logs.randomisation
    method, names = minimisation_of(section), section.arm_names
    past: list[tuple[tuple[str, ...], int]] = []
    arms: dict[str, str] = {}
    for known in log.randomised.values():
        number, levels = known.event.number, levels_of(section, known.event.stratum)
        if number in log.envelopes:
            code = code_of(site_key(key.secret, section.site_of(levels)), number)
            arm = names.index(_in_envelope(trial, key.list_digest, number=number, code=code))
        else:
            arm = method.next(SecretStream(seed, f"number {number}"), past=past, levels=levels)
        past.append((levels, arm))
        arms[number] = names[arm]
    return arms


def arm_of(trial: Trial, number: str, *, key: Key | None, code: bytes | None) -> str:
    """The arm of one number, from its envelope alone: by its code, its site's break-glass key, or the list key.

    The envelope is bound to the list on record, so it needs no other part of the file to be whole.
    """
    list_digest = in_force(trial.state().logs.randomisation).key_digest
    if code is None:
        if key is None:
            raise SealBroken("a key or a code is needed to open an envelope: --key FILE, or --code")
        code = code_of(_site_key(trial, checked_key(trial, key), number=number), number)
    return _in_envelope(trial, list_digest, number=number, code=code)


def _site_key(trial: Trial, key: Key, *, number: str) -> bytes:
    site = site_of(trial, number)
    if key.holds == "list key":
        return site_key(key.secret, site)
    if key.site != site:
        raise SealBroken(f"this break-glass key is of the site {key.site!r}; {number} is of {site!r}")
    return key.secret


def _in_envelope(trial: Trial, list_digest: str, *, number: str, code: bytes) -> str:
    recorded = trial.state().logs.randomisation.envelopes.get(number)
    envelope = recorded.event.envelope if recorded else sealed_content(trial, whole=False)["envelopes"].get(number)
    if envelope is None:
        raise SealBroken(
            f"there is no envelope of {number}; a holder of the list key seals it: `trialwright seal-envelopes`"
        )
    about = _about(trial.study, list_digest, what=f"envelope {number}")
    arm = unseal(envelope_key(code), str(envelope), about=about, what=f"the envelope of {number}").decode()
    if arm not in section_of(trial.study).arm_names:
        raise SealBroken(f"the envelope of {number} names an arm that the protocol does not have")
    return arm


def sealed_contents(trial: Trial, key: Key, *, kit: str, contents: str) -> str:
    """What is in a kit, sealed for the trace of the product; equally long whatever it is."""
    about = _about(trial.study, key.list_digest, what=f"kit {kit}")
    return seal(_contents_key(key), contents.encode(), about=about, length=CONTENTS_BYTES)


def opened_contents(trial: Trial, key: Key, *, kit: str, sealed: str) -> str:
    """What was in a kit."""
    about = _about(trial.study, key.list_digest, what=f"kit {kit}")
    return unseal(_contents_key(key), sealed, about=about, what=f"the contents of kit {kit}").decode()


def _contents_key(key: Key) -> bytes:
    return derived(key.secret, "contents")
