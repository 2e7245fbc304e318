"""The sealed list: it cannot be read without its key, one envelope opens nothing else, nothing else knows an arm."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import randomised as rct
from trialwright import workbench
from trialwright.ledger import sealing
from trialwright.ledger.sealing import Key, read_key
from trialwright.vocabulary.errors import NotFound, RecordError, SealBroken, TrialError
from trialwright.workbench import sealed_lists
from trialwright.workbench.sealed_lists import arms_by_number, made_list
from trialwright.workbench.trials import SEALED_FILE, Trial

NOON = datetime(2027, 1, 21, 12, tzinfo=UTC)
METHODS = ("complete", "big stick")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("randomised")
    rct.entered(rct.opened(place))
    return place


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A trial of its own, with the keys beside it, in which everybody is randomised."""
    return shutil.copytree(template, tmp_path / "copy") / "trial"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial whose list is sealed; nobody writes to it."""
    return rct.opened(tmp_path_factory.mktemp("sealed"))


@pytest.fixture
def fresh(sealed: Path, tmp_path: Path) -> Path:
    """A trial of its own whose list is sealed, and in which nobody is randomised yet."""
    return shutil.copytree(sealed.parent, tmp_path / "fresh") / "trial"


@pytest.fixture
def trial(folder: Path) -> Iterator[Trial]:
    with workbench.reach_trial(folder) as reached:
        yield reached


def key_of(trial: Trial, name: str = "list.key") -> Key:
    return read_key(trial.folder.parent / name, passphrase=str)


def codes(trial: Trial) -> dict[str, str]:
    return {one.number: one.code for one in workbench.unblinding_codes(trial, key_of(trial), by="k", at=NOON)}


def shown(trial: Trial, usubjid: str, **how: object) -> str:
    settings = {"reason": "anaphylaxis", "told_to": ["Dr A"], "emergency": True, "by": "site", "at": NOON}
    return workbench.unblind(trial, usubjid, **{**settings, **how}).arm.name  # type: ignore[arg-type]


def numbers(trial: Trial) -> dict[str, str]:
    return {one.usubjid: one.number for one in workbench.randomised(trial)}


class TestWithoutItsKey:
    def test_the_file_tells_nothing_of_arms_sizes_or_secret(self, trial: Trial) -> None:
        content = (trial.folder / SEALED_FILE).read_text(encoding="utf-8")
        told = sealed_lists.opened_list(trial, key_of(trial))
        assert told["sizes"] == [4, 6]
        assert told["seed"] not in content
        assert not [word for word in rct.TOKENS if word in content]
        envelopes = json.loads(content)["envelopes"]
        assert len(envelopes) == 4 * 8
        assert len({len(one) for one in envelopes.values()}) == 1
        assert list(envelopes) == sorted(envelopes)

    def test_two_lists_are_equally_long_whatever_their_blocks(self, trial: Trial) -> None:
        lengths = {len(made_list(trial.study, sizes=sizes).content) for sizes in ((2,), (4, 6), (2, 4, 6, 8, 10, 12))}
        assert len(lengths) == 1

    def test_the_key_of_another_list_opens_nothing(self, trial: Trial, sealed: Path) -> None:
        other = sealed
        before = trial.ledger.head()
        for name in ("list.key", "sites/break-glass-1.key"):
            key = read_key(other.parent / name, passphrase=str)
            with pytest.raises(SealBroken, match="another list"):
                workbench.kit_list(trial, key, by="k", at=NOON)
            with pytest.raises(SealBroken, match="another list"):
                shown(trial, "RCT-01", key=key)
            with pytest.raises(SealBroken, match="another list"):
                workbench.unblinding_codes(trial, key, by="k", at=NOON)
        assert trial.ledger.head() == before

    def test_a_key_that_claims_to_be_of_this_list_opens_nothing(self, trial: Trial) -> None:
        true = key_of(trial)
        forged = Key("list key", true.trial, true.list_digest, "", bytes(32))
        with pytest.raises(SealBroken, match="another list"):
            workbench.kit_list(trial, forged, by="k", at=NOON)
        site = Key("break-glass key", true.trial, true.list_digest, "Paris", bytes(32))
        with pytest.raises(SealBroken, match="does not open"):
            shown(trial, "RCT-01", key=site)
        with pytest.raises(SealBroken, match="of the trial OTHER"):
            shown(trial, "RCT-01", key=Key("list key", "OTHER", true.list_digest, "", true.secret))

    def test_a_break_glass_key_opens_its_site_alone_and_never_the_list(self, trial: Trial) -> None:
        paris, arms = key_of(trial, "sites/break-glass-1.key"), arms_by_number(trial, key_of(trial))
        assert shown(trial, "RCT-01", key=paris) == arms[numbers(trial)["RCT-01"]]
        with pytest.raises(SealBroken, match="of the site 'Paris'"):
            shown(trial, "RCT-02", key=paris)
        for ask in (workbench.kit_list, workbench.unblinding_codes):
            with pytest.raises(TrialError, match="break-glass key"):
                ask(trial, paris, by="k", at=NOON)


class TestChanged:
    @pytest.mark.parametrize("cut", [0, 1, 300, -2])
    def test_a_cut_list_is_refused(self, trial: Trial, cut: int) -> None:
        path = trial.folder / SEALED_FILE
        path.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(SealBroken, match="changed, cut, or is an older one"):
            workbench.kit_list(trial, key_of(trial), by="k", at=NOON)

    def test_every_changed_byte_is_refused_and_named(self, trial: Trial) -> None:
        path, key = trial.folder / SEALED_FILE, key_of(trial)
        whole = path.read_bytes()
        for place in range(0, len(whole), 397):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(SealBroken):
                workbench.kit_list(trial, key, by="k", at=NOON)

    def test_envelopes_exchanged_between_participants_do_not_open(self, trial: Trial) -> None:
        path, all_codes, number = trial.folder / SEALED_FILE, codes(trial), numbers(trial)
        told = json.loads(path.read_text(encoding="utf-8"))
        one, other = number["RCT-03"], number["RCT-05"]
        envelopes = told["envelopes"]
        envelopes[one], envelopes[other] = envelopes[other], envelopes[one]
        path.write_text(json.dumps(told), encoding="utf-8")
        for code in (all_codes[one], all_codes[other]):
            with pytest.raises(SealBroken, match=f"envelope of {one} does not open"):
                shown(trial, "RCT-03", code=code)

    def test_an_envelope_opens_in_an_emergency_though_another_one_is_damaged(self, trial: Trial) -> None:
        path, all_codes, number = trial.folder / SEALED_FILE, codes(trial), numbers(trial)
        arms = arms_by_number(trial, key_of(trial))
        told = json.loads(path.read_text(encoding="utf-8"))
        told["envelopes"][number["RCT-05"]] = "damaged"
        path.write_text(json.dumps(told), encoding="utf-8")
        assert shown(trial, "RCT-03", code=all_codes[number["RCT-03"]]) == arms[number["RCT-03"]]
        with pytest.raises(SealBroken):
            shown(trial, "RCT-05", code=all_codes[number["RCT-05"]])

    def test_an_old_list_put_back_is_refused(self, fresh: Path) -> None:
        folder, tmp_path = fresh, fresh.parent
        old, old_codes = (folder / SEALED_FILE).read_bytes(), tmp_path / "list.key"
        rct.must("seal-list", folder, "--key", tmp_path / "new.key", "--block-sizes", "4", *rct.at(2))
        rct.entered(folder)
        with workbench.reach_trial(folder) as trial:
            new = codes_with(trial, key_of(trial, "new.key"))
            (folder / SEALED_FILE).write_bytes(old)
            with pytest.raises(SealBroken, match="older one"):
                workbench.kit_list(trial, key_of(trial, "new.key"), by="k", at=NOON)
            with pytest.raises(SealBroken, match="another list"):
                workbench.kit_list(trial, read_key(old_codes, passphrase=str), by="k", at=NOON)
            with pytest.raises(SealBroken, match="does not open"):
                shown(trial, "RCT-01", code=new[numbers(trial)["RCT-01"]])

    def test_a_lost_list_says_where_to_find_it(self, trial: Trial) -> None:
        (trial.folder / SEALED_FILE).unlink()
        with pytest.raises(NotFound, match="from a backup"):
            workbench.kit_list(trial, key_of(trial), by="k", at=NOON)


def codes_with(trial: Trial, key: Key) -> dict[str, str]:
    return {one.number: one.code for one in workbench.unblinding_codes(trial, key, by="k", at=NOON)}


class TestOneAtATime:
    def test_a_code_opens_the_envelope_of_its_number_alone(self, trial: Trial) -> None:
        all_codes, arms, number = codes(trial), arms_by_number(trial, key_of(trial)), numbers(trial)
        for usubjid in rct.PEOPLE:
            assert shown(trial, usubjid, code=all_codes[number[usubjid]].lower()) == arms[number[usubjid]]
        for usubjid in rct.PEOPLE[1:]:
            with pytest.raises(SealBroken, match="does not open"):
                shown(trial, usubjid, code=all_codes[number["RCT-01"]])

    def test_the_entry_is_there_before_the_arm_is_shown_and_does_not_hold_it(
        self, trial: Trial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arm = shown(trial, "RCT-01", key=key_of(trial))
        last = list(trial.ledger.read())[-1]
        assert last.event.kind == "treatment-unblinded.1"
        assert arm not in last.entry.canonical()
        full = lambda *_, **__: (_ for _ in ()).throw(TrialError("the disk is full"))  # noqa: E731
        monkeypatch.setattr("trialwright.workbench.unblinding.record_events", full)
        with pytest.raises(TrialError, match="disk is full"):
            shown(trial, "RCT-02", key=key_of(trial))
        with pytest.raises(TrialError, match="disk is full"):
            workbench.kit_list(trial, key_of(trial), by="k", at=NOON)

    def test_two_people_unless_it_is_an_emergency(self, trial: Trial) -> None:
        calm = {"key": key_of(trial), "emergency": False}
        for how, said in (
            ({**calm}, "second person"),
            ({**calm, "witness": "site"}, "is another"),
            ({**calm, "witness": "nurse", "key": key_of(trial, "sites/break-glass-1.key")}, "for an emergency"),
            ({**calm, "witness": "nurse", "told_to": []}, "who is told"),
            ({**calm, "witness": "nurse", "reason": " "}, "is needed"),
        ):
            with pytest.raises(RecordError, match=said):
                shown(trial, "RCT-01", **how)
        assert shown(trial, "RCT-01", **calm, witness="nurse") in rct.ARMS

    def test_nobody_is_unblinded_who_is_not_randomised(self, trial: Trial) -> None:
        with pytest.raises(NotFound, match="is not randomised"):
            shown(trial, "RCT-99", key=key_of(trial))
        with pytest.raises(SealBroken, match="a key or a code is needed"):
            shown(trial, "RCT-01")


class TestNothingElseReadsAnArm:
    def test_randomising_dispensing_and_checking_open_nothing(
        self, fresh: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The path is the same for every arm because no arm is read on it: nothing is opened, the file is away."""
        folder = fresh
        (folder / SEALED_FILE).unlink()

        def never(*_: object, **__: object) -> bytes:
            raise AssertionError("something sealed was opened")

        monkeypatch.setattr(sealing, "unseal", never)
        monkeypatch.setattr(sealed_lists, "unseal", never)
        monkeypatch.setattr(sealed_lists, "sealed_content", never)
        rct.entered(folder)
        rct.treated(folder)

    def test_the_list_is_exhausted(self, trial: Trial) -> None:
        levels = {"site": "Paris", "nephritis": "yes"}
        extra = [f"EX-{number}" for number in range(7)]
        lines = [
            json.dumps(
                {"kind": "participant-enrolled.2", "body": {"usubjid": one, "on": "2027-01-20", "dose_level": 1}}
            )
            for one in extra
        ]
        file = trial.folder.parent / "more.jsonl"
        file.write_text("\n".join(lines), encoding="utf-8")
        workbench.record_file(trial, file, by="site", at=NOON)
        for one in extra[:6]:
            workbench.randomise(trial, one, stratum=levels, by="site", at=NOON)
        with pytest.raises(TrialError, match="exhausted: its 8 numbers are given"):
            workbench.randomise(trial, extra[6], stratum=levels, by="site", at=NOON)


class TestSealing:
    def test_the_list_keeps_the_ratio_in_every_stratum(self, trial: Trial) -> None:
        arms = arms_by_number(trial, key_of(trial), all_numbers=True)
        for stratum in ("01", "02", "03", "04"):
            drawn = Counter(arm for number, arm in arms.items() if number.startswith(stratum))
            assert abs(drawn["ZORVEX"] - drawn["QUILTAMB"]) <= 2  # the last block of 6 may be cut after 4

    def test_a_key_is_not_written_where_everybody_reads(self, folder: Path) -> None:
        status, said = rct.run("seal-list", folder, "--key", folder / "list.key", "--block-sizes", "4", *rct.at(20))
        assert (status, "name a place outside it" in said) == (1, True)

    def test_it_is_not_sealed_anew_once_somebody_is_randomised_and_nothing_is_left(self, folder: Path) -> None:
        before = (folder / SEALED_FILE).read_bytes()
        new = folder.parent / "again" / "list.key"
        status, said = rct.run(
            "seal-list", folder, "--key", new, "--break-glass", new.parent, "--block-sizes", "4", *rct.at(20)
        )
        assert (status, "the list is in use" in said) == (2, True)
        assert list(new.parent.iterdir()) == []
        assert (folder / SEALED_FILE).read_bytes() == before
        assert sorted(path.name for path in folder.iterdir() if "sealed" in path.name) == [SEALED_FILE]

    def test_an_earlier_key_is_never_written_over(self, fresh: Path) -> None:
        folder, tmp_path = fresh, fresh.parent
        kept = {path: path.read_bytes() for path in (tmp_path / "sites").iterdir()}
        keys = ("--key", tmp_path / "second.key", "--break-glass", tmp_path / "sites")
        status, said = rct.run("seal-list", folder, *keys, "--block-sizes", "4", *rct.at(2))
        assert (status, "cannot be written" in said) == (1, True)
        assert {path: path.read_bytes() for path in (tmp_path / "sites").iterdir()} == kept
        assert not (tmp_path / "second.key").exists()

    @pytest.mark.parametrize(
        ("method", "sizes", "said"),
        [
            ("permuted blocks", (), "at least one block size"),
            ("permuted blocks", ("--block-sizes", "3"), "multiple of 2"),
            ("complete", ("--block-sizes", "4"), "for permuted blocks"),
            ("minimisation", ("--block-sizes", "4"), "for permuted blocks"),
        ],
    )
    def test_sizes_that_cannot_be_meant(self, tmp_path: Path, method: str, sizes: tuple[str, ...], said: str) -> None:
        file, folder = tmp_path / "protocol.toml", tmp_path / "trial"
        file.write_text(rct.protocol(method), encoding="utf-8")
        rct.must("open", file, "--trial", folder, "--rehearsal", *rct.at(1, 8))
        status, printed = rct.run("seal-list", folder, "--key", tmp_path / "list.key", *sizes, *rct.at(1))
        assert status in (1, 2)
        assert said in printed
        assert not (tmp_path / "list.key").exists()

    def test_the_list_goes_into_the_backup_and_comes_back(self, folder: Path, tmp_path: Path) -> None:
        file, back = tmp_path / "backup.zip", tmp_path / "back"
        rct.must("backup", folder, file)
        rct.must("restore", file, "--trial", back)
        assert (back / SEALED_FILE).read_bytes() == (folder / SEALED_FILE).read_bytes()
        assert "ZORVEX" in rct.must("kit-list", back, "--key", folder.parent / "list.key", *rct.at(22))
        assert b"list.key" not in file.read_bytes()


class TestMinimisation:
    def test_arms_follow_from_the_secret_and_everybody_before_and_stay_as_sealed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = rct.opened(tmp_path, method="minimisation")
        rct.entered(folder)
        with workbench.reach_trial(folder) as trial:
            found = arms_by_number(trial, key_of(trial))
            assert set(found.values()) <= set(rct.ARMS)
            with pytest.raises(RecordError, match="could not be unblinded in an emergency"):
                workbench.dispense(trial, "RCT-01", key=key_of(trial), contents="-", by="k", at=NOON)
            sealed = workbench.seal_envelopes(trial, key_of(trial), by="k", at=NOON)
            assert len(sealed) == len(rct.PEOPLE)
            assert len({len(one.event.envelope) for one in sealed}) == 1  # type: ignore[attr-defined]
            assert workbench.seal_envelopes(trial, key_of(trial), by="k", at=NOON) == ()
            never: Callable[..., int] = lambda *_, **__: pytest.fail("minimised again")  # noqa: E731
            monkeypatch.setattr(sealed_lists.Minimisation, "next", never)
            assert arms_by_number(trial, key_of(trial)) == found
            assert shown(trial, "RCT-01", key=key_of(trial, "sites/break-glass-1.key")) == found["01-001-3"]

    def test_an_envelope_is_only_added_where_there_is_none(self, trial: Trial) -> None:
        with pytest.raises(TrialError, match="has its envelope already"):
            workbench.seal_envelopes(trial, key_of(trial), by="k", at=NOON)


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_are_sealed_and_allocate(tmp_path: Path, method: str) -> None:
    folder = rct.opened(tmp_path, method=method)
    rct.entered(folder, rct.PEOPLE[:2])
    kits = json.loads(rct.must("kit-list", folder, "--key", tmp_path / "list.key", *rct.at(5), "--json"))["kits"]
    assert [one["usubjid"] for one in kits] == list(rct.PEOPLE[:2])
    assert {one["arm"] for one in kits} <= set(rct.ARMS)
