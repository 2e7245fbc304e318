"""How what was recorded is found again: by the key, the English or the French name of what a criterion asks for.

Two names are the same when they agree without regard to capitals, accents and repeated blanks. Nothing is guessed
beyond that: a name that is merely near is a finding, with the name that was probably meant.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from trialwright.protocol.eligibility import All, AnyOf, AnyRule, Comparison, Statement, Treatment
from trialwright.protocol.sections import EligibilitySection
from trialwright.vocabulary.words import Text

INJECTED = frozenset(("iv", "im", "sc"))
# Words of a drug's name that say how it is given, and which routes they stand for.
ROUTES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("iv", "intravenous", "intraveineux", "intraveineuse"), frozenset(("iv",))),
    **dict.fromkeys(("im", "intramuscular", "intramusculaire"), frozenset(("im",))),
    **dict.fromkeys(("sc", "subcutaneous", "sous-cutane", "sous-cutanee"), frozenset(("sc",))),
    **dict.fromkeys(("oral", "orale", "po"), frozenset(("oral",))),
    **dict.fromkeys(("parenteral", "parenterale", "injection"), INJECTED),
}
BETWEEN_ROUTES = ("or", "ou")
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


def drug_and_routes(name: str) -> tuple[str, frozenset[str]]:
    """A drug without the words that say how it is given, and the routes those stand for.

    >>> drug_and_routes("methotrexate oral or parenteral")[0]
    'methotrexate'
    """
    bare = same(name)
    for end in EQUIVALENT:
        bare = bare.removesuffix(end)
    words = bare.split()
    routes = frozenset(route for word in words for route in ROUTES.get(word, ()))
    spoken = [word for word in words if word not in ROUTES and not (routes and word in BETWEEN_ROUTES)]
    return " ".join(spoken), routes


def is_drug(rule: Treatment, drug: str, *, route: str = "") -> bool | None:
    """Whether a drug is the one of a rule; None where that hangs on how it was given, and nobody said so."""
    if same(drug) in drug_names(rule):
        return True
    given, by = drug_and_routes(f"{drug} {route}")
    answers = []
    for name in drug_names(rule):
        asked_for, routes = drug_and_routes(name)
        if given == asked_for:
            answers.append(True if not routes or by & routes else None if not by else False)
    return True if True in answers else None if None in answers else False


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
