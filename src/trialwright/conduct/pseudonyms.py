"""Pseudonyms only: an identifier that looks like a person's name is refused, and so is a name in free text.

The check is a heuristic and says so; it reads no list of names. An identifier of a participant or a donor

* holds a digit: ``MSC-07``, ``P-1``; ``Dupont`` and ``Jean.Dupont`` do not
* holds no word of three letters or more in small letters (``dupont-1``), or of more than five in capitals
  (``MARTIN-3``), other than those of the trial's own name and the words `participant`, `donor` and the like

In free text, a title before a capitalised word is taken for a name: ``Mrs Smith``, ``M. Dupont``, ``Mme Durand``. It
cannot find every name: who writes a record stays responsible for leaving names out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from trialwright.conduct.logs import StaffLog
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import (
    DonationRegistered,
    Event,
    ParticipantEnrolled,
    ParticipantScreened,
    Signed,
)
from trialwright.vocabulary.records import body_of

ORDINARY = {
    *("participant", "patient", "patiente", "subject", "sujet", "person", "personne", "screening", "screened"),
    *("donor", "donneur", "donneuse", "cord", "site", "centre", "center", "hospital"),
    *("trial", "study", "cohort", "level", "arm", "test", "virtual"),
}
TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|M|Mme|Mlle|Monsieur|Madame|Mademoiselle)\b\.?\s+[A-ZÀ-Þ][a-zß-ÿ'’-]+")
STAFF = (*StaffLog.TAKES, Signed)  # those who work on the trial are named
WORKING = ("decided_by", "told_to")  # fields that name people who work on the trial
SMALL, CAPITALS = 3, 6  # letters from which a word is taken for a name


def unmasked(study: Study, event: Event) -> Iterable[Finding]:
    """What in an event looks like the name of a participant or a donor."""
    match event:
        case ParticipantScreened(usubjid=identifier) | ParticipantEnrolled(usubjid=identifier):
            yield from _identifier(study, "usubjid", identifier=identifier)
        case DonationRegistered(donor=identifier):
            yield from _identifier(study, "donor", identifier=identifier)
    if not isinstance(event, STAFF):
        for place, text in _texts(body_of(event)):
            if place.partition(".")[0] not in WORKING and (found := TITLED.search(text)):
                allowed = "looks like a person's name; participants and donors are known by their pseudonyms alone"
                yield Finding(place, found[0], allowed, "write the pseudonym instead")


def looks_like_a_name(identifier: str, *, trial: str = "") -> bool:
    """Whether an identifier looks like a person's name; words of the trial's own name are none.

    >>> [looks_like_a_name(one) for one in ("Dupont", "Jean.Dupont", "MARTIN-3", "MSC-07", "donor-1")]
    [True, True, True, False, False]
    """
    if not any(one.isdigit() for one in identifier):
        return True
    own = {word.casefold() for word in re.findall(r"[A-Za-z]+", trial)}
    words = [word for word in re.findall(r"[A-Za-z]+", identifier) if word.casefold() not in ORDINARY | own]
    return any(len(word) >= (CAPITALS if word.isupper() else SMALL) for word in words)


def _identifier(study: Study, place: str, *, identifier: str) -> Iterable[Finding]:
    if looks_like_a_name(identifier, trial=study.identity.id):
        allowed = "looks like a person's name; only a pseudonym is recorded here"
        yield Finding(place, identifier, allowed, "use letters of the trial or site and a number, as in MSC-07")


def _texts(body: object, place: str = "") -> Iterable[tuple[str, str]]:
    """Every text of an event's facts, with its place."""
    if isinstance(body, str):
        yield place, body
    inner = body.items() if isinstance(body, dict) else enumerate(body, start=1) if isinstance(body, list) else ()
    for name, value in inner:
        yield from _texts(value, f"{place}.{name}" if place else str(name))
