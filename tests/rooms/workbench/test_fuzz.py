"""Whatever a file holds, its reader answers or refuses in words: no traceback, and nothing recorded in part.

A hundred inputs for each reader here; ``HYPOTHESIS_PROFILE=explore`` makes it two thousand each, other ones every time.
"""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from damaged import damaged
from trials import PROTOCOLS
from trialwright.conduct.offers import read_offers
from trialwright.ledger import DatabaseLedger, MemoryLedger
from trialwright.ledger.chain import UNREADABLE
from trialwright.operating.scenarios import parse_scenarios
from trialwright.protocol import parse_protocol
from trialwright.vocabulary.errors import LedgerError, NotFound, ProtocolError, TrialError
from trialwright.vocabulary.records import GENESIS, chained
from trialwright.workbench import Trial, back_up, check_backup, open_trial, record_file, verify_trial
from trialwright.workbench.keeping import read_anchor
from trialwright.workbench.recording import record_offers
from trialwright.workbench.trials import ledger_place

WORKED = PROTOCOLS / "kamen-2022"
PROTOCOL = (WORKED / "protocol.toml").read_bytes()
RICH = (PROTOCOLS / "msc-sle" / "protocol.toml").read_bytes()
EVENTS = (WORKED / "events.jsonl").read_bytes()
SOME = b"\n".join(EVENTS.split(b"\n")[:12]) + b"\n"
SCENARIOS = b"""
[[scenario]]
name = "first"
true_dlt_rate = [0.1, 0.2, 0.3]

[[scenario]]
name = "second"
true_dlt_rate = [0.05, 0.1, 0.25]
"""
ANCHOR = json.dumps({"digest": GENESIS, "position": 12, "written_at": "2024-01-01T10:00:00+00:00"}).encode()
ADDRESS = b'# where\naddress = "postgresql://name@server:5432/database?schema=trial_7&sslmode=require"\n'

relaxed = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
)


@relaxed
@given(content=damaged(PROTOCOL) | damaged(RICH))
def test_a_protocol(content: bytes) -> None:
    with suppress(ProtocolError):
        assert len(parse_protocol(content).digest) == 64


@cache
def opened() -> tuple[Trial, Path]:
    """A worked trial, opened; what is offered to it is recorded in a ledger in memory."""
    folder = Path(mkdtemp()) / "trial"
    trial = open_trial(WORKED / "protocol.toml", folder, by="tester", at=read_offers(EVENTS.decode())[0].at)
    trial.ledger.close()
    return trial, folder


@pytest.fixture(scope="module", autouse=True)
def _gone_afterwards() -> object:
    yield
    if opened.cache_info().currsize:
        shutil.rmtree(opened()[1].parent)


@relaxed
@given(content=damaged(SOME))
def test_events(content: bytes) -> None:
    trial, folder = opened()
    file = folder.parent / "events.jsonl"
    file.write_bytes(content)
    with closing(DatabaseLedger.open(ledger_place(folder))) as kept:
        first = [record.entry for record in kept.read()]
    ledger = MemoryLedger()
    ledger.append(first)
    before = ledger.head()
    offered = Trial(trial.folder, trial.study, ledger)
    try:
        written = record_file(offered, file, by="tester")
    except TrialError:
        assert ledger.verify() == before
    else:
        assert ledger.verify().position == before.position + len(written)
        offered.state()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "trial"
    offers = read_offers(SOME.decode())
    trial = open_trial(WORKED / "protocol.toml", folder, by="tester", at=offers[0].at)
    record_offers(trial, offers, by="tester")
    trial.ledger.close()
    return folder


@relaxed
@given(data=st.data(), position=st.integers(1, 13))
def test_a_row_of_the_ledger(whole: Path, data: st.DataObject, position: int) -> None:
    """Changed by somebody who knows how to make the digest fit: whatever it says is told in words."""
    path = Path(shutil.copy(whole / "ledger.sqlite", whole.parent / "changed.sqlite"))
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER entries_are_never_changed")
        rows = dict(raw.execute("SELECT position, canonical FROM entries"))
        text = data.draw(damaged(rows[position].encode())).decode("utf-8", "surrogateescape")
        before = raw.execute("SELECT digest FROM entries WHERE position = ?", [position - 1]).fetchone()
        with suppress(UnicodeEncodeError):
            digest = chained(before[0] if before else GENESIS, position, text)
            raw.execute("UPDATE entries SET canonical = ?, digest = ? WHERE position = ?", [text, digest, position])
            with suppress(*UNREADABLE, OverflowError, sqlite3.Error):
                stored = json.loads(text)
                columns = [stored["kind"], stored["body"].get("usubjid"), stored["at"], position]
                raw.execute("UPDATE entries SET (kind, usubjid, recorded_at) = (?, ?, ?) WHERE position = ?", columns)
    with suppress(LedgerError), closing(DatabaseLedger.open(path)) as ledger:
        ledger.verify()
    with suppress(TrialError), closing(DatabaseLedger.open(path)) as ledger:
        ledger.append([])


@pytest.fixture(scope="module")
def backup(whole: Path) -> bytes:
    back_up(whole, whole.parent / "whole.backup")
    return (whole.parent / "whole.backup").read_bytes()


@relaxed
@given(data=st.data())
def test_the_bytes_of_a_backup(whole: Path, backup: bytes, data: st.DataObject) -> None:
    file = whole.parent / "damaged.backup"
    file.write_bytes(data.draw(damaged(backup)))
    with suppress(TrialError):
        assert check_backup(file).head == verify_trial(whole)


@relaxed
@given(data=st.data(), name=st.sampled_from(["manifest.json", "anchor.json", "ledger.jsonl", "protocol.toml"]))
def test_a_file_inside_a_backup(whole: Path, backup: bytes, data: st.DataObject, name: str) -> None:
    """Put together anew, so that the frame of the archive fits."""
    file = whole.parent / "changed.backup"
    with zipfile.ZipFile(io.BytesIO(backup)) as old, zipfile.ZipFile(file, "w") as new:
        for one in old.namelist():
            content = old.read(one)
            new.writestr(one, data.draw(damaged(content)) if one == name else content)
    with suppress(TrialError):
        assert check_backup(file).head == verify_trial(whole)


@relaxed
@given(content=damaged(ANCHOR))
def test_an_anchor(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "anchor.json"
    file.write_bytes(content)
    with suppress(NotFound):
        noted = read_anchor(file)
        assert noted.head.position >= 0
        assert noted.written_at is None or noted.written_at.tzinfo is not None


@relaxed
@given(content=damaged(SCENARIOS))
def test_a_scenario_file(content: bytes) -> None:
    with suppress(TrialError):
        assert all(len(one.true_dlt_rate) == 3 for one in parse_scenarios(content, levels=3, name="scenarios.toml"))


@relaxed
@given(content=damaged(ADDRESS))
def test_where_a_ledger_is(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "addressed"
    folder.mkdir(exist_ok=True)
    (folder / "ledger.toml").write_bytes(content)
    with suppress(TrialError):
        assert "password" not in str(ledger_place(folder))
