"""Finding what exists: one file is one design (or rule), its file name is its name in the protocol.

Third parties add theirs through an entry point of the same group; a name is never listed by hand.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, final

from trialwright.vocabulary.errors import MISSING, Complaints, NotFound, ParameterError


@final
@dataclass(frozen=True, slots=True)
class Registry:
    """The modules of one room, by file name, and those that other packages declare."""

    package: str  # "trialwright.designs"
    attribute: str  # the name each module gives to what it offers: "DESIGN"

    @property
    def group(self) -> str:
        """The entry-point group through which other packages add theirs."""
        return self.package

    def available(self) -> tuple[str, ...]:
        """Every registered name, in alphabetical order."""
        return tuple(sorted({name for name, _ in self._places()}))

    def knows(self, name: str) -> bool:
        """Whether something is registered under a name; other packages are asked only where our own files have none."""
        return any(candidate == name for candidate, _ in self._places())

    def module(self, name: str) -> ModuleType:
        """The module that offers ``name``; NotFound with the nearest names otherwise."""
        for candidate, place in self._places():
            if candidate == name:
                return importlib.import_module(place)
        raise NotFound(self.unknown(name))

    def unknown(self, name: str) -> str:
        """What to say when nothing is registered under a name."""
        near = difflib.get_close_matches(name, self.available(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"nothing is registered as {name!r} in {self.package}; there is {', '.join(self.available())}{hint}"

    def sentence(self, name: str) -> str:
        """The first line of the module's docstring: what it is, for a list."""
        return (inspect.getdoc(self.module(name)) or "").splitlines()[0]

    def sentence_in_french(self, name: str) -> str | None:
        """The same in French, where the module says it (``IN_FRENCH``); None where it does not."""
        said: str | None = getattr(self.module(name), "IN_FRENCH", None)
        return said

    def build(self, name: str, parameters: Mapping[str, Any]) -> Any:
        """The thing itself, made from the protocol's parameters; ParameterError with every complaint otherwise."""
        kind = getattr(self.module(name), self.attribute)
        known = {field.name: field for field in fields(kind) if field.init}
        complaints = Complaints()
        for given in parameters:
            near = difflib.get_close_matches(given, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "remove it"
            allowed = f"is not a parameter of {name}; it takes {', '.join(known) or 'none'}"
            complaints.unless(given in known, given, parameters[given], allowed, hint)
        for wanted in inspect.signature(kind).parameters.values():
            missing = wanted.default is inspect.Parameter.empty and wanted.name not in parameters
            complaints.unless(not missing, wanted.name, MISSING, f"is required by {name}", "add it")
        accepted = {given: value for given, value in parameters.items() if given in known}
        if not any(finding.value is MISSING for finding in complaints.findings):
            try:
                thing = kind(**{given: tuple(v) if isinstance(v, list) else v for given, v in accepted.items()})
            except ParameterError as error:
                complaints.add(error.findings)
        complaints.raise_as(ParameterError, f"{name} cannot be built")
        return thing

    def _places(self) -> Iterator[tuple[str, str]]:
        package = importlib.import_module(self.package)
        for module in pkgutil.iter_modules(package.__path__):
            if not module.name.startswith("_"):
                yield module.name, f"{self.package}.{module.name}"
        for entry in entry_points(group=self.group):
            yield entry.name, entry.value
