"""``trace``: from a donor, donation, batch or bag to every participant, and from a participant back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright import workbench
from trialwright.cli.terminal import AsOf, Json, Lang, TrialFolder, day, language, print_json, say
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.conduct.trace import Kept, Node, Trace
    from trialwright.protocol import Study
    from trialwright.vocabulary.words import Language

BACK = Text(en="Back to the donor", fr="Vers le donneur")
FORWARD = Text(en="Forward to participants", fr="Vers les personnes")
MISSING = Text(en="Missing", fr="Manque")
KEPT = Text(en="To be kept until", fr="À conserver jusqu'au")
NOBODY = Text(en="no participant so far", fr="aucune personne à ce jour")
KEPT_UNTIL = Text(
    en="{until}  {what} (expiry {expiry} + {years} years)", fr="{until}  {what} (péremption {expiry} + {years} ans)"
)
KEPT_UNKNOWN = Text(
    en="not known  {what} (no expiry date on record)", fr="inconnu  {what} (aucune date de péremption enregistrée)"
)
RULE = Text(en="Rule [{status}]: {source}", fr="Règle [{status}] : {source}")
STATUS = {
    "confirmed": Text(en="confirmed", fr="confirmé"),
    "conflict": Text(en="sources disagree", fr="sources discordantes"),
    "unverified": Text(en="not verified", fr="non vérifié"),
    "choice": Text(en="our choice", fr="notre choix"),
}
NAMED = {
    "donor": Text(en="donor {number}", fr="donneur {number}"),
    "donation": Text(en="donation {number}", fr="don {number}"),
    "batch": Text(en="batch {number}", fr="lot {number}"),
    "bag": Text(en="bag {number}", fr="poche {number}"),
    "infusion": Text(en="infusion {number}", fr="perfusion {number}"),
    "participant": Text(en="participant {number}", fr="personne {number}"),
}
FACTS = {
    "on": Text(en="on {value}", fr="le {value}"),
    "tissue": Text(en="{value}", fr="{value}"),
    "made_on": Text(en="made {value}", fr="fabriqué le {value}"),
    "expires_on": Text(en="expires {value}", fr="péremption {value}"),
    "released_on": Text(en="released {value}", fr="libération {value}"),
    "dose_released": Text(en="{value:amount}", fr="{value:amount}"),
    "given_on": Text(en="given {value}", fr="perfusion du {value}"),
    "dose_given": Text(en="{value:amount} {unit}", fr="{value:amount} {unit}"),
    "dose_level": Text(en="dose level {value}", fr="palier de dose {value}"),
}
IN_SPECIFICATION = Text(en="in specification", fr="conforme aux spécifications")
OUT_OF_SPECIFICATION = Text(en="OUT OF SPECIFICATION", fr="HORS SPÉCIFICATIONS")
ILLUSTRATIVE = Text(en="[illustrative, not published: {fields}]", fr="[illustratif, non publié : {fields}]")
LAST = {
    "received": Text(en="received {value}", fr="reçue le {value}"),
    "moved": Text(en="moved {value}", fr="déplacée le {value}"),
    "thawed": Text(en="thawed {value}", fr="décongelée le {value}"),
    "excursion": Text(en="out of temperature {value}", fr="hors température le {value}"),
    "destroyed": Text(en="destroyed {value}", fr="détruite le {value}"),
    "returned": Text(en="returned {value}", fr="retournée le {value}"),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("trace")(trace)


def trace(
    trial: TrialFolder,
    number: Annotated[
        str,
        typer.Argument(
            metavar="NUMBER",
            help="Of a donor, donation, batch, bag or participant; an infusion is named P-01/2.",
        ),
    ],
    *,
    as_of: AsOf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Follow the chain both ways from any number: donor, donation, batch, bag, infusion, participant.

    The answer names what is missing from the chain, and the date until which it has to be kept.
    """
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        found = workbench.trace_trial(reached, number, on=day(as_of))
        study = reached.study
    if as_json:
        print_json(_data(found))
        return
    for back, forward in zip(found.back, found.forward, strict=True):
        say(_line(back, study, spoken=spoken), style="bold")
        _show(BACK, back, study=study, spoken=spoken)
        _show(FORWARD, forward, study=study, spoken=spoken)
        if not forward.then and back.kind not in ("participant", "infusion"):
            say(f"{FORWARD.said(spoken)}: {NOBODY.said(spoken)}")
    if found.missing:
        say(MISSING.said(spoken), style="bold")
        for reason in found.missing:
            say(f"  · {reason.said(spoken)}", style="red")
    say(KEPT.said(spoken), style="bold")
    for one in found.kept:
        say(f"  {_kept(one, found, spoken=spoken)}")
    say(f"  {RULE.said(spoken, status=STATUS[found.rule.status], source=found.rule.source)}")


def _show(title: Text, root: Node, *, study: Study, spoken: Language) -> None:
    if root.then:
        say(title.said(spoken), style="bold")
        for line in _tree(root.then, study, spoken=spoken):
            say(line)


def _tree(nodes: tuple[Node, ...], study: Study, *, spoken: Language, indent: str = "  ") -> Iterator[str]:
    for node in nodes:
        last = node is nodes[-1]
        yield f"{indent}{'└─' if last else '├─'} {_line(node, study, spoken=spoken)}"
        yield from _tree(node.then, study, spoken=spoken, indent=indent + ("   " if last else "│  "))


def _line(node: Node, study: Study, *, spoken: Language) -> str:
    parts = [NAMED[node.kind].said(spoken, number=node.number)]
    facts = node.facts
    for name, text in FACTS.items():
        if facts.get(name):
            parts.append(text.said(spoken, value=facts[name], unit=study.dosing.unit))
    if facts.get("in_specification") is not None:
        parts.append((IN_SPECIFICATION if facts["in_specification"] else OUT_OF_SPECIFICATION).said(spoken))
    if facts.get("last"):
        parts.append(LAST[facts["last"]].said(spoken, value=facts["last_on"]))
    if facts.get("illustrative"):
        parts.append(ILLUSTRATIVE.said(spoken, fields=", ".join(facts["illustrative"])))
    return " · ".join(parts)


def _kept(one: Kept, found: Trace, *, spoken: Language) -> str:
    what = NAMED[one.kind].said(spoken, number=one.number)
    if one.until is None:
        return KEPT_UNKNOWN.said(spoken, what=what)
    return KEPT_UNTIL.said(spoken, until=one.until, what=what, expiry=one.expires_on, years=found.rule.years)


def _data(found: Trace) -> dict[str, Any]:
    return {
        "number": found.number,
        "back": [_node(one) for one in found.back],
        "forward": [_node(one) for one in found.forward],
        "missing": [{"code": one.code, "said": one.said("en")} for one in found.missing],
        "kept": [
            {"kind": one.kind, "number": one.number, "expires_on": one.expires_on, "until": one.until}
            for one in found.kept
        ],
        "rule": {"years": found.rule.years, "source": found.rule.source, "status": found.rule.status},
    }


def _node(node: Node) -> dict[str, Any]:
    return {"kind": node.kind, "number": node.number, **node.facts, "then": [_node(one) for one in node.then]}
