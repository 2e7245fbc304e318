"""How what was recorded is found again: by the key, the English or the French name of what a criterion asks for.

Two names are the same when they agree without regard to capitals, accents and repeated blanks. Nothing is guessed
beyond that: a name that is merely near is a finding, with the name that was probably meant.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from trialwright.protocol.eligibility import All, AnyOf, AnyRule, Comparison, Statement, Treatment
from trialwright.protocol.sections import EligibilitySection
from trialwright.vocabulary.words import Text

EQUIVALENT = (" or equivalent", " ou equivalent")
HEIGHT = Text(en="height", fr="taille")
SURFACE = Text(en="body surface area", fr="surface corporelle")
BESIDE_THE_CRITERIA = {HEIGHT: "cm", SURFACE: "m²"}  # needed for doses per m², whatever the criteria ask


def same(name: str) -> str:
    """A name without what does not tell it from another: capitals, accents, repeated blanks.

    >>> same("  Âge "), same("Time  at stable DOSES")
    ('age', 'time at stable doses')
    """
    bare = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return " ".join(bare.casefold().split())


def names_of(rule: Comparison | Statement | Treatment) -> tuple[str, ...]:
    """Every name under which the answer to a rule may be recorded."""
    text = title_of(rule)
    return tuple(dict.fromkeys(same(name) for name in (rule.key, text.en, text.fr) if name))


def title_of(rule: Comparison | Statement | Treatment) -> Text:
    """What a rule speaks of, for a person."""
    match rule:
        case Comparison():
            return rule.quantity
        case Statement():
            return rule.statement
        case Treatment():
            return rule.drug


def drug_names(rule: Treatment) -> tuple[str, ...]:
    """The names of a drug; ``prednisone or equivalent`` is prednisone too."""
    found = names_of(rule)
    bare = [name.removesuffix(end) for name in found for end in EQUIVALENT if name.endswith(end)]
    return tuple(dict.fromkeys((*found, *bare)))


def leaves(rule: AnyRule) -> Iterator[Comparison | Statement | Treatment]:
    """The rules that ask for something, in the order of the protocol."""
    match rule:
        case All(all=inner) | AnyOf(any=inner):
            for one in inner:
                yield from leaves(one)
        case _:
            yield rule


def known_as(rule: Comparison | Statement | Treatment, section: EligibilitySection) -> frozenset[str]:
    """Every name of what a rule asks for, with those that other criteria use for the same thing."""
    found = set(names_of(rule))
    for other in every_leaf(section):
        if type(other) is type(rule) and found & set(names_of(other)):
            found |= set(names_of(other))
    return frozenset(found)


def every_leaf(section: EligibilitySection) -> tuple[Comparison | Statement | Treatment, ...]:
    """Every rule of the criteria that asks for something."""
    return tuple(leaf for one in (*section.inclusion, *section.exclusion) for leaf in leaves(one.rule))


def asked(section: EligibilitySection) -> tuple[Comparison | Statement | Treatment, ...]:
    """Everything the criteria ask for, each once, in the order of the protocol."""
    found: list[Comparison | Statement | Treatment] = []
    for rule in every_leaf(section):
        seen = {name for one in found if type(one) is type(rule) for name in known_as(one, section)}
        found += [] if seen & set(names_of(rule)) else [rule]
    return tuple(found)
