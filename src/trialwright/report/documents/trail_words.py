"""How the trail names kinds of entries, fields and values; a kind or field not listed here is named by itself.

English comes from the stored name of a kind (``adverse-event-reported`` → "Adverse event reported") and of a field
(``dose_level`` → "dose level"), so a new kind appears without a change here; its French is a line in
``trail_words_fr``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from trialwright.report.documents.trail_words_fr import FIELDS_IN_FRENCH, KINDS_IN_FRENCH
from trialwright.vocabulary.words import Language, Text

FIELDS_IN_ENGLISH: Mapping[str, str] = {
    **{name: name.upper() for name in ("dlt", "hlgt", "hlt", "llt", "pt", "soc")},
    "ae": "adverse event",
    "ctcae_term": "CTCAE term",
    "dmso_percent": "DMSO (%)",
    "naranjo": "Naranjo",
    "on": "day",
    "temperature_c": "temperature (°C)",
    "upto": "up to entry",
    "usubjid": "participant",
    "volume_ml": "volume (ml)",
    "weight_kg": "weight (kg)",
}
NOT_KNOWN = Text(en="not known", fr="inconnu")
YES, NO = Text(en="yes", fr="oui"), Text(en="no", fr="non")
NOTHING = Text(en="none", fr="aucun")
CORRECTION = Text(en="Entry {position} ({kind}): {changes}", fr="Entrée {position} ({kind}) : {changes}")
WITHDRAWN = Text(en="withdrawn. It said: {facts}", fr="retirée. Elle disait : {facts}")
UNCHANGED = Text(en="nothing changed", fr="rien n'a changé")
REASON = Text(en="reason: {reason}", fr="motif : {reason}")
SOURCE = Text(en="source: {source}", fr="source : {source}")
ILLUSTRATIVE = Text(en="illustrative: {fields}", fr="illustratif : {fields}")

Facts = Sequence[tuple[str, Any]]


def stem_of(kind: str) -> str:
    """The name of a kind without its version."""
    return kind.rpartition(".")[0] or kind


def kind_in_words(kind: str, language: Language) -> str:
    """What a kind of entry is called.

    >>> kind_in_words("adverse-event-reported.2", "en"), kind_in_words("moon-seen.1", "fr")
    ('Adverse event reported', 'Moon seen')
    """
    itself = stem_of(kind).replace("-", " ").capitalize()
    return KINDS_IN_FRENCH.get(stem_of(kind), itself) if language == "fr" else itself


def field_in_words(name: str, language: Language) -> str:
    """What a field is called.

    >>> field_in_words("dose_level", "en"), field_in_words("dose_level", "fr"), field_in_words("moon_seen", "fr")
    ('dose level', 'palier de dose', 'moon seen')
    """
    itself = name.replace("_", " ")
    if language == "fr":
        return FIELDS_IN_FRENCH.get(name, itself)
    return FIELDS_IN_ENGLISH.get(name, itself)


def value_in_words(value: Any, language: Language) -> str:
    """A stored value: exact, in the reader's way of writing it.

    >>> value_in_words([True, None, 0.5, {"a": "x"}], "fr")
    'oui ; inconnu ; 0,5 ; a : x'
    """
    match value:
        case None:
            return NOT_KNOWN.said(language)
        case bool():
            return (YES if value else NO).said(language)
        case float():
            text = f"{value:.17g}" if float(f"{value:.15g}") != value else f"{value:.15g}"
            return text.replace(".", ",") if language == "fr" else text
        case Mapping():
            return _joined(
                (f"{name}{_colon(language)}{value_in_words(one, language)}" for name, one in value.items()), language
            )
        case list() | tuple():
            return _joined((value_in_words(one, language) for one in value), language)
        case _:
            return str(value)


def _joined(parts: Iterable[str], language: Language) -> str:
    return (" ; " if language == "fr" else "; ").join(parts) or NOTHING.said(language)


def _colon(language: Language) -> str:
    return " : " if language == "fr" else ": "


@final
@dataclass(frozen=True, slots=True)
class Told:
    """Facts of an entry, or what a correction changed in them, ready to be said in any language."""

    facts: Facts = ()
    changes: Sequence[tuple[str, Any, Any]] | None = None  # name, old, new
    corrects: tuple[int, str] | None = None  # position and kind of the entry corrected
    source: str = ""
    illustrative: tuple[str, ...] = ()

    def said(self, language: Language, /) -> str:
        """The facts in one language."""
        sentences = [self._correction(language)] if self.corrects else [self._facts(language)]
        if self.source:
            sentences.append(SOURCE.said(language, source=self.source))
        if self.illustrative:
            names = ", ".join(field_in_words(name, language) for name in self.illustrative)
            sentences.append(ILLUSTRATIVE.said(language, fields=names))
        return " · ".join(one for one in sentences if one)

    def _facts(self, language: Language) -> str:
        colon = _colon(language)
        return " · ".join(
            f"{field_in_words(name, language)}{colon}{value_in_words(value, language)}" for name, value in self.facts
        )

    def _correction(self, language: Language) -> str:
        assert self.corrects is not None
        position, kind = self.corrects
        if self.changes is None:
            changes = WITHDRAWN.said(language, facts=self._facts(language))
        else:
            changes = " · ".join(_change(change, language) for change in self.changes)
        changes = changes or UNCHANGED.said(language)
        return CORRECTION.said(language, position=position, kind=kind_in_words(kind, language), changes=changes)


def _change(change: tuple[str, Any, Any], language: Language) -> str:
    name, *values = change
    before, after = (value_in_words(one, language) for one in values)
    return f"{field_in_words(name, language)}{_colon(language)}{before} → {after}"
