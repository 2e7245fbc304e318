"""From donor to participant and back: one question, both directions, with what is missing named.

A number may be that of a donor, a donation, a batch, a bag, a participant, or an infusion (``P-01/2``). The answer
leads forward to every participant and infusion, and back to every bag, batch, donation and donor, together with the
date until which the chain has to be kept: the expiry of the product and the protocol's years after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, final

from trialwright.conduct.known import Known
from trialwright.conduct.state import Participant, TrialState
from trialwright.protocol.product import Retention, usual_retention
from trialwright.protocol.study import Study
from trialwright.vocabulary.decisions import Reason
from trialwright.vocabulary.errors import NotFound
from trialwright.vocabulary.events import InfusionGiven, ProductReleased
from trialwright.vocabulary.words import Text

Kind = Literal["donor", "donation", "batch", "bag", "infusion", "participant"]
KINDS: tuple[Kind, ...] = ("donor", "donation", "batch", "bag", "infusion", "participant")

NO_BATCH = Text(
    en="infusion {infusion} of {usubjid} names no batch: the way back ends there",
    fr="la perfusion {infusion} de {usubjid} ne nomme aucun lot : la trace s'arrête là",
)
NO_BAG = Text(
    en="infusion {infusion} of {usubjid} names no bag of batch {batch}",
    fr="la perfusion {infusion} de {usubjid} ne nomme aucune poche du lot {batch}",
)
UNKNOWN_BATCH = Text(
    en="batch {batch}, named for infusion {infusion} of {usubjid}, is not recorded: its donor and expiry are not known",
    fr="le lot {batch}, nommé pour la perfusion {infusion} de {usubjid}, n'est pas enregistré : donneur et péremption "
    "inconnus",
)
UNKNOWN_BAG = Text(
    en="bag {bag}, named for infusion {infusion} of {usubjid}, is not recorded",
    fr="la poche {bag}, nommée pour la perfusion {infusion} de {usubjid}, n'est pas enregistrée",
)
NEVER_RELEASED = Text(
    en="infusion {infusion} of {usubjid} was given, and no release is recorded for it",
    fr="la perfusion {infusion} de {usubjid} a été faite, sans libération enregistrée",
)
BATCH_NOT_RELEASED = Text(
    en="no release of batch {batch} is recorded", fr="aucune libération du lot {batch} n'est enregistrée"
)
NOTHING_GIVEN = Text(en="no infusion of {usubjid} is recorded", fr="aucune perfusion de {usubjid} n'est enregistrée")


@final
@dataclass(frozen=True, slots=True)
class Node:
    """One station of the chain with what is known of it, and the stations that follow in this direction."""

    kind: Kind
    number: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    then: tuple[Node, ...] = ()

    def everything(self) -> Iterable[Node]:
        """This station and all that follow."""
        yield self
        for one in self.then:
            yield from one.everything()


@final
@dataclass(frozen=True, slots=True)
class Kept:
    """How long the record of a batch or a participant is kept; None where no expiry is known."""

    kind: Kind
    number: str
    expires_on: date | None
    until: date | None


@final
@dataclass(frozen=True, slots=True)
class Trace:
    """The answer: from each thing of that number back to its donors and forward to its participants."""

    number: str
    back: tuple[Node, ...]
    forward: tuple[Node, ...]
    missing: tuple[Reason, ...]
    kept: tuple[Kept, ...]
    rule: Retention

    def reached(self, kind: Kind) -> tuple[str, ...]:
        """The numbers of one kind in the answer, in its order."""
        nodes = (node for root in (*self.back, *self.forward) for node in root.everything())
        return tuple(dict.fromkeys(node.number for node in nodes if node.kind == kind))


def trace(study: Study, state: TrialState, *, number: str) -> Trace:
    """Everything before and after a number in the chain; NotFound when nothing in the record has it."""
    chain = Chain.of(state)
    found = [kind for kind in KINDS if chain.has(kind, number)]
    if not found:
        raise NotFound(
            f"no donor, donation, batch, bag, participant or infusion of this trial has the number {number}; "
            "an infusion is named by its participant and number, as in P-01/2"
        )
    back = tuple(chain.back(kind, number) for kind in found)
    forward = tuple(chain.forward(kind, number) for kind in found)
    rule = study.product.kept_for if study.product else usual_retention()
    nodes = [node for root in (*back, *forward) for node in root.everything()]
    missing: list[Reason] = []
    for reason in chain.missing(nodes):
        missing += [] if reason in missing else [reason]
    return Trace(number, back, forward, tuple(missing), tuple(chain.kept(nodes, years=rule.years)), rule)


def years_later(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 1 March, so that nothing is thrown away a day early.

    >>> years_later(date(2028, 2, 29), 30)
    datetime.date(2058, 3, 1)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


SHOWN = ("usubjid", "batch", "bags", "on", "dose_released", "dose_given")  # fields an answer shows


@final
@dataclass(frozen=True, slots=True)
class Use:
    """One infusion of one participant, released or given, with the batch and bags it names."""

    usubjid: str
    infusion: int
    released: Known[ProductReleased] | None
    given: Known[InfusionGiven] | None

    @property
    def number(self) -> str:
        """How the infusion is asked for: ``P-01/2``."""
        return f"{self.usubjid}/{self.infusion}"

    @property
    def batches(self) -> tuple[str, ...]:
        """The batches named, those given first."""
        named = [one.event.batch for one in (self.given, self.released) if one is not None and one.event.batch]
        return tuple(dict.fromkeys(named))

    @property
    def bags(self) -> tuple[str, ...]:
        """The bags named, those given first."""
        named = [bag for one in (self.given, self.released) if one is not None for bag in one.event.bags]
        return tuple(dict.fromkeys(named))

    def facts(self) -> dict[str, Any]:
        """What is known of it."""
        known: dict[str, Any] = {"usubjid": self.usubjid, "infusion": self.infusion}
        if self.released is not None:
            known |= {"released_on": self.released.event.on, "dose_released": self.released.event.dose_released}
        if self.given is not None:
            known |= {"given_on": self.given.event.on, "dose_given": self.given.event.dose_given}
        made_up = [name for name in SHOWN for one in (self.released, self.given) if one and one.illustrative(name)]
        return {**known, "illustrative": list(dict.fromkeys(made_up))} if made_up else known


def _uses(one: Participant) -> Iterable[Use]:
    numbers = {known.event.infusion_number for known in one.releases}
    numbers |= {known.event.infusion_number for known in one.infusions}
    for number in sorted(numbers):
        given = next((known for known in one.infusions if known.event.infusion_number == number), None)
        yield Use(one.usubjid, number, one.release_for(number), given)


@final
@dataclass(frozen=True, slots=True)
class Chain:
    """The whole chain of a trial, ready to be followed."""

    state: TrialState
    uses: Mapping[str, Use]  # by number

    @classmethod
    def of(cls, state: TrialState) -> Chain:
        """The chain as the record has it."""
        return cls(state, {use.number: use for one in state.participants.values() for use in _uses(one)})

    def has(self, kind: Kind, number: str) -> bool:
        """Whether something of that kind has that number, in the store or in a release or infusion."""
        log, uses = self.state.logs.product, self.uses.values()
        match kind:
            case "donor":
                return any(known.event.donor == number for known in log.donations.values())
            case "donation":
                return number in log.donations
            case "batch":
                return number in log.batches or any(number in use.batches for use in uses)
            case "bag":
                return number in log.bags or any(number in use.bags for use in uses)
            case "infusion":
                return number in self.uses
            case "participant":
                return number in self.state.participants

    def back(self, kind: Kind, number: str) -> Node:
        """From a station to the donors behind it."""
        log = self.state.logs.product
        before: list[Node] = []
        match kind:
            case "donation":
                before = [self.back("donor", log.donations[number].event.donor)]
            case "batch" if number in log.batches:
                before = [self.back("donation", one) for one in log.batches[number].event.donations]
            case "bag" if number in log.bags:
                before = [self.back("batch", log.bags[number].event.batch)]
            case "bag":
                named = [batch for use in self.uses.values() if number in use.bags for batch in use.batches]
                before = [self.back("batch", one) for one in dict.fromkeys(named)]
            case "infusion":
                use = self.uses[number]
                before = [self.back("bag", one) for one in use.bags]
                behind = {node.number for one in before for node in one.everything() if node.kind == "batch"}
                before += [self.back("batch", one) for one in use.batches if one not in behind]
            case "participant":
                before = [self.back("infusion", use.number) for use in self.uses.values() if use.usubjid == number]
        return Node(kind, number, self.facts(kind, number), tuple(before))

    def forward(self, kind: Kind, number: str) -> Node:
        """From a station to the infusions and participants after it."""
        log, uses = self.state.logs.product, self.uses.values()
        after: list[Node] = []
        match kind:
            case "donor":
                mine = [one for one, known in log.donations.items() if known.event.donor == number]
                after = [self.forward("donation", one) for one in mine]
            case "donation":
                mine = [one for one, known in log.batches.items() if number in known.event.donations]
                after = [self.forward("batch", one) for one in mine]
            case "batch":
                bags = [one for one, known in log.bags.items() if known.event.batch == number]
                after = [self.forward("bag", one) for one in bags]
                without = [use for use in uses if number in use.batches and not set(use.bags) & set(bags)]
                after += [self.forward("infusion", use.number) for use in without]
            case "bag":
                after = [self.forward("infusion", use.number) for use in uses if number in use.bags]
            case "infusion":
                after = [self.forward("participant", self.uses[number].usubjid)]
        return Node(kind, number, self.facts(kind, number), tuple(after))

    def facts(self, kind: Kind, number: str) -> dict[str, Any]:
        """What is known of a station."""
        log = self.state.logs.product
        if kind == "donation":
            return {"on": log.donations[number].event.on, "tissue": log.donations[number].event.tissue}
        if kind == "batch" and number in log.batches:
            made, release = log.batches[number].event, log.releases.get(number)
            freed = release.event if release else None
            in_specification = freed.in_specification if freed else None
            known = {"made_on": made.on, "expires_on": made.expires_on, "released_on": freed and freed.on}
            return {**known, "in_specification": in_specification}
        if kind == "bag" and number in log.bags:
            last = log.storage.get(number, [])
            return {"last": last[-1].event.what, "last_on": last[-1].event.on} if last else {}
        if kind == "infusion":
            return self.uses[number].facts()
        if kind == "participant":
            return {"dose_level": self.state.participants[number].enrolled.event.dose_level}
        return {}

    def missing(self, nodes: Iterable[Node]) -> Iterable[Reason]:
        """What the chain lacks among these stations."""
        for node in nodes:
            match node.kind:
                case "infusion":
                    yield from self._missing_of(self.uses[node.number])
                case "batch" if node.number in self.state.logs.product.batches:
                    if node.facts["released_on"] is None:
                        yield Reason("batch-release", BATCH_NOT_RELEASED, {"batch": node.number})
                case "participant":
                    given = self.state.participants[node.number].infusions
                    if not given:
                        yield Reason("nothing-given", NOTHING_GIVEN, {"usubjid": node.number})

    def _missing_of(self, use: Use) -> Iterable[Reason]:
        log, who = self.state.logs.product, {"infusion": use.infusion, "usubjid": use.usubjid}
        if use.given is not None and use.released is None:
            yield Reason("no-release", NEVER_RELEASED, who)
        if not use.batches and not use.bags:
            yield Reason("no-batch", NO_BATCH, who)
        elif not use.bags:
            yield Reason("no-bag", NO_BAG, {**who, "batch": ", ".join(use.batches)})
        for batch in use.batches:
            if batch not in log.batches:
                yield Reason("unknown-batch", UNKNOWN_BATCH, {**who, "batch": batch})
        for bag in use.bags:
            if bag not in log.bags:
                yield Reason("unknown-bag", UNKNOWN_BAG, {**who, "bag": bag})

    def kept(self, nodes: Iterable[Node], *, years: int) -> Iterable[Kept]:
        """The date of each batch and participant among these stations; a participant's is that of the last batch."""
        stations = list(dict.fromkeys((node.kind, node.number) for node in nodes))
        for kind, number in stations:
            if kind == "batch":
                yield _kept(kind, number, expires_on=self._expiry([number]), years=years)
        for kind, number in stations:
            if kind == "participant":
                batches = [self._batches(use) for use in self.uses.values() if use.usubjid == number]
                known = self._expiry([one for named in batches for one in named]) if all(batches) else None
                yield _kept(kind, number, expires_on=known, years=years)

    def _batches(self, use: Use) -> tuple[str, ...]:
        bags = self.state.logs.product.bags
        return (*use.batches, *(bags[bag].event.batch for bag in use.bags if bag in bags))

    def _expiry(self, batches: Iterable[str]) -> date | None:
        """The latest expiry; None where that of one of them is not known."""
        log = self.state.logs.product.batches
        days = [log[batch].event.expires_on if batch in log else None for batch in batches]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None


def _kept(kind: Kind, number: str, *, expires_on: date | None, years: int) -> Kept:
    return Kept(kind, number, expires_on, None if expires_on is None else years_later(expires_on, years))
