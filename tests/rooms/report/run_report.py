"""Writes the sample report in both languages and prints the digest of its manifests; run as a program by the tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from trialwright.report import write_report


def sample_module() -> ModuleType:
    """`sample.py` beside this file."""
    spec = importlib.util.spec_from_file_location("report_sample", Path(__file__).with_name("sample.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    for language in ("en", "fr"):
        print(write_report(sample_module().sample(), Path(sys.argv[1], language), language=language).manifest_sha256)
