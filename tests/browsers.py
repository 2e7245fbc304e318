"""The browser of this machine, without a window and without a network of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


class NoBrowser(Exception):
    """There is none on this machine; the words say where it was looked for."""


@contextmanager
def browser() -> Iterator[Browser]:
    """One browser for as long as the block lasts: the machine's own, or the one that playwright has installed."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as driver:
        own = next(filter(None, map(shutil.which, NAMES)), None)
        try:
            opened = driver.chromium.launch(executable_path=own, args=list(FLAGS))
        except Error as error:
            raise NoBrowser(f"no {', '.join(NAMES)} on PATH, and {error.message.strip().splitlines()[0]}") from error
        try:
            yield opened
        finally:
            opened.close()
