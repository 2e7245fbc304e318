"""A campaign gives the same bytes wherever it is run, and goes on where it was stopped."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from trials import study_with
from trialwright import designs
from trialwright.operating import Accrual, Campaign, Circumstances, RunAs, Truths, simulate
from trialwright.operating.campaign import Finished, Lot, one_process, run_lot
from trialwright.operating.simulated import SLICE
from trialwright.vocabulary.errors import ParameterError, Refused
from trialwright.workbench import run_campaign
from trialwright.workbench.campaigns import ResultsFolder, dask_cluster, dask_pool

SKELETON = [0.08, 0.16, 0.25]
STUDIES = {
    name: study_with(designs.build(name, {"target_toxicity_rate": 0.25, **more}), levels=3, planned=6)
    for name, more in (("tite_crm", {"skeleton": SKELETON}), ("boin", {}))
}
TRUTHS = {"low": Truths.of_dlt([0.05, 0.1, 0.2]), "high": Truths.of_dlt([0.25, 0.4, 0.5])}
SETTINGS = {
    "live": RunAs(Circumstances(accrual=Accrual(5), leaving=0.1, leaving_days=5)),
    "settled": RunAs(Circumstances(accrual=Accrual(5), decisions="when_settled")),
}


def campaign(trials: int = SLICE + 300) -> Campaign:
    return Campaign(STUDIES, TRUTHS, SETTINGS, trials=trials, seed=6)


@pytest.fixture(scope="module")
def whole() -> bytes:
    results = campaign().run()
    assert results.complete
    return results.content()


def test_each_cell_is_what_it_is_alone(whole: bytes) -> None:
    results = campaign().run()
    assert results.content() == whole
    for study, setting in (("tite_crm", "live"), ("boin", "settled")):
        found = results.characteristics(study, setting=setting)
        together = Truths(np.concatenate([truth.cells for truth in TRUTHS.values()]))
        circumstances = SETTINGS[setting].circumstances
        alone = simulate(STUDIES[study], together, circumstances=circumstances, trials=SLICE + 300, seed=6)
        assert found.tallies == alone.tallies
        assert np.array_equal(found.truths.cells, alone.truths.cells)


def test_in_two_processes(whole: bytes) -> None:
    assert run_campaign(campaign(), workers=2).content() == whole


def test_on_a_cluster_of_two(whole: bytes) -> None:
    assert run_campaign(campaign(), workers=2, cluster="local").content() == whole


def test_on_a_cluster_that_loses_a_worker(whole: bytes) -> None:
    """The worker is killed by its process number after the first lot; its lots are run again elsewhere."""
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        numbers = client.run(os.getpid)
        assert len(set(numbers.values()) - {os.getpid()}) == 2
        killed: list[int] = []

        def kill(done: int, total: int) -> None:
            if not killed:
                killed.append(next(iter(numbers.values())))
                os.kill(killed[0], signal.SIGKILL)

        assert campaign().run(dask_pool(client), progress=kill).content() == whole
        assert killed


def test_on_a_scheduler_that_runs_already(whole: bytes) -> None:
    from dask.distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        found = run_campaign(campaign(), cluster=cluster.scheduler_address)
    assert found.content() == whole


class TestFolder:
    def test_a_stopped_campaign_goes_on(self, tmp_path: Path, whole: bytes) -> None:
        def stop(done: int, total: int) -> None:
            if done >= 3 * SLICE:
                raise KeyboardInterrupt

        first = run_campaign(campaign(), folder=tmp_path, progress=stop)
        assert not first.complete
        assert json.loads(first.content())["complete"] is False
        assert len(first.lots) == 3
        with pytest.raises(Refused, match="nothing has been run"):
            first.characteristics("boin", setting="settled")
        ran: list[str] = []

        def noted(lots: Sequence[Lot]) -> Iterator[Finished]:
            for lot in lots:
                ran.append(lot.key)
                yield lot, run_lot(lot)

        again = campaign().run(noted, kept=ResultsFolder(tmp_path, campaign().digest))
        assert again.content() == whole
        assert len(ran) == len(campaign().lots) - 3
        assert not set(ran) & set(first.lots)
        third = run_campaign(campaign(), folder=tmp_path, progress=stop)
        assert third.content() == whole

    def test_a_folder_belongs_to_one_campaign(self, tmp_path: Path) -> None:
        run_campaign(campaign(50), folder=tmp_path)
        for other in (campaign(51), Campaign(STUDIES, TRUTHS, SETTINGS, trials=50, seed=7)):
            with pytest.raises(Refused, match="another campaign"):
                run_campaign(other, folder=tmp_path)

    def test_a_folder_of_something_else_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "notes.json").write_text("{}", "utf-8")
        with pytest.raises(Refused, match="another campaign"):
            run_campaign(campaign(50), folder=tmp_path)

    def test_it_is_a_mapping(self, tmp_path: Path) -> None:
        folder = ResultsFolder(tmp_path / "new", "0")
        folder["1"] = {"trials": 3}
        assert dict(folder) == {"1": {"trials": 3}}
        assert "2" not in folder
        del folder["1"]
        assert len(folder) == 0
        with pytest.raises(KeyError):
            folder["1"]


def test_the_digest_tells_campaigns_apart() -> None:
    plain = campaign()
    others = [
        Campaign({"boin": STUDIES["boin"]}, TRUTHS, SETTINGS, trials=plain.trials, seed=6),
        Campaign(STUDIES, {**TRUTHS, "low": Truths.of_dlt([0.05, 0.1, 0.21])}, SETTINGS, trials=plain.trials, seed=6),
        Campaign(STUDIES, TRUTHS, {"live": SETTINGS["live"]}, trials=plain.trials, seed=6),
        Campaign(STUDIES, TRUTHS, SETTINGS, trials=plain.trials, seed=7),
    ]
    digests = {one.digest for one in [plain, *others]}
    assert len(digests) == 5
    assert campaign().digest == plain.digest


def test_what_cannot_be_run_is_said_before_anything_runs() -> None:
    with pytest.raises(ParameterError, match="3 findings"):
        Campaign({}, TRUTHS, SETTINGS, trials=0, seed=-1)
    with pytest.raises(ParameterError, match="levels"):
        Campaign(STUDIES, {"short": Truths.of_dlt([0.1])}, SETTINGS, trials=5, seed=1)


def test_without_dask_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "dask.distributed", None)
    with pytest.raises(Refused, match="cluster"), dask_cluster("local"):
        pass


def test_one_process_runs_in_order() -> None:
    lots = campaign(20).lots
    assert [lot for lot, _ in one_process(lots)] == list(lots)
