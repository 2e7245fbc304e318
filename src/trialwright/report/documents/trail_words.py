"""How the trail names kinds of entries, fields and values; a kind or field not listed here is named by itself.

English comes from the stored name of a kind (``adverse-event-reported`` → "Adverse event reported") and of a field
(``dose_level`` → "dose level"), so a new kind appears without a change here; its French is one line below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from trialwright.vocabulary.words import Language, Text

KINDS_IN_FRENCH: Mapping[str, str] = {
    "trial-opened": "Essai ouvert",
    "enrolment-closed": "Inclusions closes",
    "data-cut-frozen": "Gel des données",
    "dose-decided": "Dose décidée",
    "signed": "Signé",
    "query-raised": "Question posée",
    "query-answered": "Question : réponse",
    "query-closed": "Question close",
    "deviation-recorded": "Écart au protocole",
    "data-locked": "Données verrouillées",
    "data-unlocked": "Données déverrouillées",
    "trail-reviewed": "Piste d'audit revue",
    "corrected": "Corrigé",
    "account-opened": "Compte ouvert",
    "account-closed": "Compte clos",
    "account-locked": "Compte bloqué",
    "account-unlocked": "Compte débloqué",
    "credentials-changed": "Moyens d'accès changés",
    "role-delegated": "Rôle délégué",
    "delegation-ended": "Fin de délégation",
    "participant-screened": "Participant présélectionné",
    "screening-recorded": "Présélection : données",
    "waiver-granted": "Dérogation accordée",
    "eligibility-confirmed": "Éligibilité confirmée",
    "participant-enrolled": "Participant inclus",
    "baseline-recorded": "Caractéristique initiale",
    "consent-withdrawn": "Consentement retiré",
    "follow-up-ended": "Fin de suivi",
    "donation-registered": "Don enregistré",
    "batch-made": "Lot fabriqué",
    "bag-filled": "Poche remplie",
    "release-tested": "Test de libération",
    "batch-released": "Lot libéré",
    "storage-recorded": "Conservation",
    "product-released": "Produit libéré",
    "identity-confirmed": "Identité confirmée",
    "infusion-given": "Perfusion administrée",
    "visit-held": "Visite effectuée",
    "visit-missed": "Visite manquée",
    "measurements-recorded": "Mesures",
    "laboratory-range-set": "Valeurs de référence",
    "assessment-recorded": "Évaluation",
    "response-assessed": "Réponse évaluée",
    "adverse-event-reported": "Événement indésirable déclaré",
    "adverse-event-followed": "Événement indésirable suivi",
    "causality-assessed": "Imputabilité évaluée",
    "expectedness-assessed": "Caractère attendu évalué",
    "adverse-event-coded": "Événement indésirable codé",
    "dlt-adjudicated": "DLT jugée",
    "safety-report-sent": "Déclaration de sécurité envoyée",
}
FIELDS_IN_FRENCH: Mapping[str, str] = {
    "account": "compte",
    "action": "action",
    "advised_action": "action conseillée",
    "advised_dose_level": "palier conseillé",
    "ae": "événement indésirable",
    "after_relapse": "après une rechute",
    "age_below": "âge inférieur à",
    "age_from": "âge à partir de",
    "assessor": "évaluateur",
    "at": "moment",
    "aware_on": "connu le",
    "backfill": "hors cohorte",
    "bag": "poche",
    "bags": "poches",
    "batch": "lot",
    "began": "début",
    "by": "par",
    "category": "catégorie",
    "causality": "imputabilité",
    "cells": "cellules",
    "characteristic": "caractéristique",
    "clock": "délai",
    "code": "code",
    "complete": "achevé",
    "completed": "achevé",
    "computed": "calculé",
    "consent_version": "version du consentement",
    "consented_on": "consentement du",
    "counted": "dénombré",
    "counts": "nature du compte",
    "criterion": "critère",
    "ctcae_term": "terme CTCAE",
    "cut": "gel des données",
    "data_digest": "empreinte des données",
    "decided_by": "décidé par",
    "description": "description",
    "deviation": "écart",
    "dictionary": "dictionnaire",
    "dlt": "DLT",
    "dmso_percent": "DMSO (%)",
    "donation": "don",
    "donations": "dons",
    "donor": "donneur",
    "dose_given": "dose administrée",
    "dose_level": "palier de dose",
    "dose_released": "dose libérée",
    "eligible": "éligible",
    "ended": "fin",
    "ended_on": "fin le",
    "endorsed": "avis suivi",
    "endpoint": "critère de jugement",
    "event_digest": "empreinte de l'entrée",
    "expected": "attendu",
    "expires_on": "péremption",
    "facts": "faits",
    "failed": "hors spécification",
    "field": "champ",
    "findings": "constats",
    "first_day": "premier jour",
    "grade": "grade",
    "hlgt": "HLGT",
    "hlt": "HLT",
    "how": "comment",
    "identifier": "identifiant",
    "in_specification": "conforme",
    "informative": "lié aux données",
    "infusion_number": "perfusion numéro",
    "instrument": "instrument",
    "interruptions": "interruptions",
    "items": "items",
    "justification": "justification",
    "laboratory": "laboratoire",
    "last_day": "dernier jour",
    "ledger_digest": "empreinte du registre",
    "llt": "LLT",
    "lower": "limite inférieure",
    "major": "majeur",
    "meaning": "signification",
    "meaningful": "cliniquement significatif",
    "met": "atteint",
    "minutes": "minutes",
    "naranjo": "Naranjo",
    "narrative": "récit",
    "note": "remarque",
    "on": "jour",
    "outcome": "évolution",
    "pathways_digest": "empreinte des chemins",
    "place": "lieu",
    "points": "points",
    "position": "entrée",
    "preexisting": "préexistant",
    "printed_name": "nom imprimé",
    "product_code": "code du produit",
    "protocol_digest": "empreinte du protocole",
    "pt": "PT",
    "query": "question",
    "reason": "motif",
    "recipient": "destinataire",
    "reconstruction": "reconstitution",
    "reference": "référence",
    "rehearsal": "répétition",
    "related": "lié au produit",
    "replacement": "remplacement",
    "replacement_kind": "nature du remplacement",
    "results": "résultats",
    "role": "rôle",
    "sample": "échantillon",
    "scope": "portée",
    "second_factor": "second facteur",
    "seen_digest": "empreinte vue",
    "serious": "grave",
    "seriousness": "critères de gravité",
    "sex": "sexe",
    "soc": "SOC",
    "sponsor_aware_on": "connu du promoteur le",
    "temperature_c": "température (°C)",
    "term": "terme",
    "test": "test",
    "text": "texte",
    "thawed_at": "décongelé à",
    "tissue": "tissu",
    "treatments": "traitements",
    "trial": "essai",
    "unit": "unité",
    "upper": "limite supérieure",
    "upto": "jusqu'à l'entrée",
    "usubjid": "participant",
    "value": "valeur",
    "version": "version",
    "viability": "viabilité",
    "visit": "visite",
    "volume_ml": "volume (ml)",
    "waived": "dérogations",
    "weight_kg": "poids (kg)",
    "what": "quoi",
}
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
            changes = " · ".join(self._change(*change, language=language) for change in self.changes)
        changes = changes or UNCHANGED.said(language)
        return CORRECTION.said(language, position=position, kind=kind_in_words(kind, language), changes=changes)

    @staticmethod
    def _change(name: str, old: Any, new: Any, *, language: Language) -> str:
        before, after = (value_in_words(one, language) for one in (old, new))
        return f"{field_in_words(name, language)}{_colon(language)}{before} → {after}"
