"""Running a campaign of simulations: in this process, in several, or on a Dask cluster; a folder keeps what is done."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, final

from trialwright.operating.campaign import Campaign, Finished, Lot, Plain, Pool, Results, one_process, run_lot
from trialwright.operating.simulated import Progress
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

OTHER_CAMPAIGN = Text(
    en="{folder} keeps lots of another campaign, or of another version; give this one a folder of its own, or remove "
    "that",
    fr="{folder} garde des lots d'une autre campagne, ou d'une autre version ; donnez à celle-ci un dossier à elle, ou "
    "supprimez celui-là",
)
NO_DASK = Text(
    en="a cluster needs Dask, which is not installed here: pip install 'trialwright[cluster]'",
    fr="une grappe de calcul demande Dask, qui n'est pas installé ici : pip install 'trialwright[cluster]'",
)
ATTEMPTS = 5  # workers that may be lost under one lot before it is given up


def run_campaign(
    campaign: Campaign,
    *,
    workers: int = 1,
    cluster: str | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Results:
    """Run a campaign; the bytes of the results do not depend on where.

    ``workers``: processes of this machine. ``cluster``: the address of a Dask scheduler ("tcp://host:8786"), or
    "local" for a cluster of so many workers on this machine. ``folder``: keeps every finished lot, so that a campaign
    that was stopped goes on from there; Refused where it belongs to another campaign.
    """
    kept = None if folder is None else ResultsFolder(folder, campaign.digest)
    with pool_for(run_lot, workers=workers, cluster=cluster) as pool:
        return campaign.run(pool or one_process, kept=kept, progress=progress)


@contextmanager
def pool_for(run: Any, *, workers: int, cluster: str | None) -> Iterator[Any]:
    """Who runs lots of any kind: None is this process. ``run``: what a worker is asked to do with a lot."""
    if cluster is None and workers == 1:
        yield None
    elif cluster is None:
        with processes(workers, run=run) as pool:
            yield pool
    else:
        with dask_cluster(cluster, workers=workers, run=run) as pool:
            yield pool


@contextmanager
def processes(workers: int, *, run: Any = run_lot) -> Iterator[Pool]:
    """Lots are run by several processes of this machine. ``run``: what is done with a lot."""
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_left_to_the_parent) as executor:

        def run_all(lots: Sequence[Lot]) -> Iterator[Finished]:
            waiting = {executor.submit(run, lot): lot for lot in lots}
            try:
                for future in as_completed(waiting):
                    yield waiting[future], future.result()
            finally:
                for future in waiting:
                    future.cancel()  # those not begun; the executor stays for the next campaign

        yield run_all


def _left_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; who is in the middle of a lot finishes it, the parent decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def dask_cluster(address: str, *, workers: int = 2, run: Any = run_lot) -> Iterator[Pool]:
    """Lots are run by the workers of a Dask cluster; those of a worker that is lost are run by another one."""
    try:
        from dask.distributed import Client, LocalCluster
    except ImportError as error:
        raise Refused(NO_DASK) from error
    if address != "local":
        with Client(address) as client:
            yield dask_pool(client, run=run)
        return
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0") as own,
        Client(own) as client,
    ):
        yield dask_pool(client, run=run)


def dask_pool(client: Any, *, run: Any = run_lot) -> Pool:
    """Lots are run through a Dask client that is open already."""
    from dask.distributed import as_completed as as_dask_completes

    def run_all(lots: Sequence[Lot]) -> Iterable[Finished]:
        waiting = {client.submit(run, lot, key=f"lot-{lot.key}", retries=ATTEMPTS, pure=False): lot for lot in lots}
        try:
            for future in as_dask_completes(list(waiting)):
                yield waiting[future], future.result()
        finally:
            client.cancel(list(waiting))

    return run_all


@final
class ResultsFolder(MutableMapping[str, Plain]):
    """Finished lots in a folder, one JSON file each, whole or not at all."""

    def __init__(self, folder: Path, digest: str) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        mine = json.dumps({"campaign": digest, "software": f"trialwright {version('trialwright')}"})
        note = folder / "campaign.json"
        if not note.exists():
            if any(folder.glob("*.json")):
                raise Refused(OTHER_CAMPAIGN, {"folder": folder})
            _write(note, mine)
        elif note.read_text("utf-8") != mine:
            raise Refused(OTHER_CAMPAIGN, {"folder": folder})

    def __getitem__(self, key: str) -> Plain:
        try:
            found: Plain = json.loads(self._file(key).read_text("utf-8"))
        except FileNotFoundError:
            raise KeyError(key) from None
        return found

    def __contains__(self, key: object) -> bool:
        return self._file(str(key)).exists()

    def __setitem__(self, key: str, found: Plain) -> None:
        _write(self._file(key), json.dumps(found))

    def __delitem__(self, key: str) -> None:
        self._file(key).unlink()

    def __iter__(self) -> Iterator[str]:
        return (file.stem.removeprefix("lot-") for file in sorted(self._folder.glob("lot-*.json")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _file(self, key: str) -> Path:
        return self._folder / f"lot-{key}.json"


def _write(file: Path, text: str) -> None:
    """Under another name first: a file that is there is whole."""
    part = file.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(file)
