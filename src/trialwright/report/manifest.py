"""The manifest of a report: what it was made from and the digest of every file; no clock, so it can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from trialwright.report.model import Provenance
from trialwright.vocabulary.words import Language

MANIFEST = "manifest.json"


def manifest_json(contents: Mapping[str, bytes], *, origin: Provenance, language: Language) -> str:
    """The manifest of these files as canonical JSON: keys sorted, one newline at the end."""
    manifest = {
        "data_cut": None if origin.data_cut is None else origin.data_cut.isoformat(),
        "files": [
            {"bytes": len(content), "path": path, "sha256": hashlib.sha256(content).hexdigest()}
            for path, content in sorted(contents.items())
        ],
        "languages": [language],
        "ledger_head": {"digest": origin.ledger_digest, "position": origin.ledger_position},
        "protocol_digest": origin.protocol_digest,
        **({"data_digest": origin.data_digest} if origin.data_digest else {}),
        "software": {"name": origin.software, "version": origin.version},
    }
    return json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def files_listed(folder: Path) -> list[str]:
    """Files of the report that stands in a folder, as its manifest lists them; none without a readable manifest."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_text("utf-8"))
        paths = [str(entry["path"]) for entry in manifest["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [path for path in paths if _stays_inside(path)]


def _stays_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts and "\\" not in path
