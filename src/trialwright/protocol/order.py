"""Whether the rules of a protocol stand in an order in which none undoes another.

A rule's file may say ``COMES_AFTER`` (names of rules that would undo it if they stood after it), ``COMES_BEFORE``
(names of rules that it would undo if they stood before it) and ``ONCE`` (a second one would contradict the first).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialwright import rules
from trialwright.vocabulary.errors import Finding


def misplaced(names: Sequence[str]) -> Iterable[Finding]:
    """Every complaint about the order of the rules, by their registered names; unknown names are passed over."""
    for place, name in enumerate(names):
        if not rules.REGISTRY.knows(name):
            continue
        module, before, after = rules.module(name), names[:place], names[place + 1 :]
        where = f"rules[{place + 1}].name"
        late = [other for other in getattr(module, "COMES_AFTER", ()) if other in after]
        early = [other for other in getattr(module, "COMES_BEFORE", ()) if other in before]
        if late:
            allowed = f"must come after {', '.join(late)}, which would undo it"
            yield Finding(where, name, allowed, f"put {name} below")
        if early:
            allowed = f"must come before {', '.join(early)}, which it would undo"
            yield Finding(where, name, allowed, f"put {name} above")
        if getattr(module, "ONCE", False) and name in before:
            yield Finding(where, name, "may stand once only", "remove one of the two")
