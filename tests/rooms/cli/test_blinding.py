"""A blinded user cannot learn an arm through any command, file, export, report, error or length.

Two rehearsals of one protocol are run by the same command lines at the same moments, with different secrets, so that
people are in different arms. Then every command that takes a trial is run in both, as a blinded user would who has
found some other key. Whatever is printed or written must be equal but for digests and ciphertexts, and those equally
long; and no word of an arm may occur anywhere but in the protocol.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
import typer.main

import randomised as rct
from trialwright.cli import app
from trialwright.ledger import sealing
from trialwright.ledger.sealing import read_key
from trialwright.planning import SecretStream
from trialwright.workbench import reach_trial, sealed_lists
from trialwright.workbench.sealed_lists import arms_by_number
from trialwright.workbench.trials import LEDGER_FILE, PROTOCOL_FILE, SEALED_FILE

DIGEST = re.compile(r"(?<![0-9A-Za-z])(?=[0-9a-f]*[0-9])[0-9a-f]{8,64}(?![0-9A-Za-z])")
CIPHERTEXT = re.compile(r"[A-Za-z0-9_-]{80,}={0,2}")
FACTS = {  # what stands for an argument or option that has to be there, by its name
    "account": "anna", "reason": "because", "role": "investigator", "name": "Anna Example", "who": "sponsor",
    "informative": None, "weight": "70", "batch": "B-1", "bag": "B-1-1", "description": "late", "category": "visit",
    "major": None, "contents": "batch B-1", "query": "1", "text": "why?", "position": "3", "meaning": "review",
    "bags": "B-1-1", "what": "thawed", "number": "B-1", "usubjid": "RCT-01", "participant": "RCT-01", "told": "Dr A",
    "criterion": "age", "scope": "infusions", "how": "died", "kit": "02-001-4/1", "by": "anna",
}  # fmt: skip
ALSO = {  # what a command needs to do more than refuse
    "unblind": ("--emergency",), "infuse": ("--infusion", "1"), "visits": (), "ae list": (), "trail": (),
    "verify": (), "withdraw": (), "randomise": rct.stratum(1),
}  # fmt: skip
LAST = ("unblind", "lock", "unlock", "close", "withdraw", "leave")  # what ends something comes after the rest


def commands() -> list[tuple[str, typer.main.click.Command]]:  # type: ignore[name-defined]
    """Every command that takes a trial, with its name."""

    def inside(group, before: str = ""):  # type: ignore[no-untyped-def]
        for name, command in sorted(group.commands.items()):
            if hasattr(command, "commands"):
                yield from inside(command, f"{before}{name} ")
            elif any((one.metavar or "") == "TRIAL" for one in command.params):
                yield f"{before}{name}", command

    found = list(inside(typer.main.get_command(app)))
    return sorted(found, key=lambda pair: (pair[0] in LAST, pair[0]))


def line(name: str, command, place: Path, *, variant: str) -> list[str]:  # type: ignore[no-untyped-def]
    """A command line as somebody would type it who has not the key of this list."""
    words = [*name.split()]
    options = {option for one in command.params for option in one.opts}
    for one in command.params:
        if (one.metavar or "") == "TRIAL":
            words.append(str(place / "trial"))
        elif one.name in ("out", "file"):
            written = place / f"{name.replace(' ', '-')}-{variant}{'.csv' if name == 'trail' else ''}"
            words += [str(written)] if one.param_type_name == "argument" else [one.opts[0], str(written)]
        elif one.required or (one.name in ("by", "usubjid") and name != "trail"):
            value = str(place / "other.key") if one.name == "key" else FACTS[one.name]
            words += [] if one.param_type_name == "argument" else [one.opts[0]]
            words += [] if value is None else [value]
    words += [*ALSO.get(name, ()), *(("--key", str(place / "other.key")) if name == "unblind" else ())]
    words += ["--json"] if variant == "json" and "--json" in options else ["--lang", "fr"]
    return words + (["--at", "2027-01-28T09:00+00:00"] if "--at" in options else [])


def walked(place: Path) -> dict[str, str]:
    """What every command answers, by its name and variant."""
    said = {}
    for name, command in commands():
        for variant in ("fr",) if name in ("report", "open-report") else ("fr", "json"):
            status, printed = rct.run(*line(name, command, place, variant=variant))
            said[f"{name} {variant}"] = f"{status}\n{printed}"
            if status:
                break  # a refusal is said in words, whatever was asked for
    return said


def plain(text: str, place: Path) -> str:
    """The text with digests, ciphertexts and its own place named alike, each with its length."""
    text = re.sub(re.escape(str(place)).replace("/", r"/\s*"), "PLACE", text)
    text = CIPHERTEXT.sub(lambda found: f"<sealed {len(found[0])}>", text)
    return DIGEST.sub(lambda found: f"<digest {len(found[0])}>", text)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The two rehearsals, in folders whose names are equally long, and a key that is of neither."""
    other = tmp_path_factory.mktemp("other")
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for secret in (b"a", b"b", b"c"):
            stream = SecretStream(secret * 32, "everything random")
            for module in (sealing, sealed_lists):
                patch.setattr(module, "fresh", lambda count=32, stream=stream: stream.take(count))
            place = other if secret == b"c" else tmp_path_factory.mktemp(f"trial-{secret.decode()}")
            folder = rct.opened(place)
            if place is not other:
                rct.entered(folder)
                rct.treated(folder)
                found.append(place)
    for place in found:
        (place / "other.key").write_bytes((other / "list.key").read_bytes())
    return found[0], found[1]


@pytest.fixture(scope="module")
def answers(places: tuple[Path, Path]) -> tuple[dict[str, str], dict[str, str]]:
    return walked(places[0]), walked(places[1])


def arms(place: Path) -> dict[str, str]:
    with reach_trial(place / "trial") as trial:
        return arms_by_number(trial, read_key(place / "list.key", passphrase=str))


def files(place: Path) -> dict[str, bytes]:
    """Everything a blinded user can read: the trial's folder and what commands wrote, without keys and the protocol."""
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.suffix not in (".key", ".jsonl") and path.name != PROTOCOL_FILE
    }


def test_people_are_in_other_arms(places: tuple[Path, Path]) -> None:
    one, other = (arms(place) for place in places)
    assert list(one) == list(other)
    assert sum(one[number] != other[number] for number in one) >= 2
    assert set(one.values()) == set(other.values()) == set(rct.ARMS)


def test_every_command_answers_the_same_in_both(
    places: tuple[Path, Path], answers: tuple[dict[str, str], dict[str, str]]
) -> None:
    assert len(answers[0]) > 70
    different = [
        name for name in answers[0] if plain(answers[0][name], places[0]) != plain(answers[1][name], places[1])
    ]
    assert different == []


def test_commands_that_show_something_did(answers: tuple[dict[str, str], dict[str, str]]) -> None:
    """The walk is no walk over refusals alone."""
    did = {name.rpartition(" ")[0] for name, said in answers[0].items() if said.startswith("0\n")}
    shows = {"status", "randomised", "trail", "advise", "ae list", "visits", "report", "open-report", "backup",
             "verify", "consistency", "gate", "signatures", "query list", "cut", "clocks", "randomise"}  # fmt: skip
    assert shows - {"randomise"} <= did
    refused = {"kit-list", "closed-report", "unblinding-codes", "unblind", "seal-envelopes", "dispense"}
    assert not refused & did
    for name in ("kit-list fr", "unblind fr", "unblinding-codes fr"):
        assert "d'une autre liste" in answers[0][name]
    mistakes = [name for name, said in answers[0].items() if said.startswith("70\n")]
    assert mistakes == []


def test_no_command_names_an_arm(answers: tuple[dict[str, str], dict[str, str]]) -> None:
    naming = {name for each in answers for name, said in each.items() if any(word in said for word in rct.TOKENS)}
    assert naming == set()


def parts(content: bytes) -> dict[str, bytes]:
    """What is in a packed file (a backup, a Word file), without the protocol; a file of another kind is one part."""
    if not content.startswith(b"PK"):
        return {"": content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {one: archive.read(one) for one in archive.namelist() if one != PROTOCOL_FILE}


def comparable(name: str, content: bytes, *, place: Path) -> object:
    """A part of a file without digests and ciphertexts; how well digests pack decides how long a packed file is."""
    try:
        text = plain(content.decode(), place)
    except UnicodeDecodeError:
        return content  # a picture: equal to the byte
    return re.sub(r'"bytes": \d+,(\s*"path": "report.(?:pdf|docx)")', r"\1", text) if name.endswith(".json") else text


def test_every_file_is_the_same_but_for_digests_and_ciphertexts(
    places: tuple[Path, Path], answers: tuple[dict[str, str], dict[str, str]]
) -> None:
    one, other = (files(place) for place in places)
    assert list(one) == list(other)
    assert len(one) > 20
    for name in one:
        if name.endswith(".pdf") or LEDGER_FILE in name:
            continue  # what is in a PDF is what is in the page; the record is compared as text
        opened = [parts(each[name]) for each in (one, other)]
        assert list(opened[0]) == list(opened[1])
        for part in opened[0]:
            found = [comparable(name, each[part], place=at) for each, at in zip(opened, places, strict=True)]
            assert found[0] == found[1], f"{name} {part}"
    assert len(one[f"trial/{LEDGER_FILE}"]) == len(other[f"trial/{LEDGER_FILE}"])
    assert len(one[f"trial/{SEALED_FILE}"]) == len(other[f"trial/{SEALED_FILE}"])


def test_no_file_holds_a_word_of_an_arm(places: tuple[Path, Path], answers: tuple[dict[str, str], ...]) -> None:
    for place in places:
        for name, content in files(place).items():
            held = b"".join(parts(content).values())
            assert not [word for word in rct.TOKENS if word.encode() in held], name


def test_the_record_line_by_line(places: tuple[Path, Path], answers: tuple[dict[str, str], ...]) -> None:
    lines = []
    for place in places:
        with zipfile.ZipFile(next(place.glob("backup-*"))) as archive:
            lines.append([plain(one, place) for one in archive.read("ledger.jsonl").decode().splitlines()])
    assert lines[0] == lines[1]
    kinds = {json.loads(json.loads(one)["canonical"])["kind"] if "canonical" in one else one for one in lines[0]}
    assert len(lines[0]) > 30
    assert kinds
