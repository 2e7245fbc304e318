"""A calibration: every setting ranked, what is gained against what it costs, and the block for the protocol."""

from __future__ import annotations

from trialwright.operating.calibration import Calibration, Tried, as_toml
from trialwright.report.documents.foreseeing import GIVEN, before_a_trial, silent_rules
from trialwright.report.model import (
    Bullets,
    Cell,
    Column,
    Document,
    Figure,
    Filled,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    fill,
)
from trialwright.report.specifications import ScatterDot, ScatterFigure
from trialwright.vocabulary.words import Text

TITLE = Text(en="Calibration of the design {design} for {id}", fr="Calibrage du plan {design} pour {id}")
FOUND = Text(en="What was found", fr="Ce qui a été trouvé")
BEST = Text(
    en="Best of {tried} settings: {setting}. Probability of the right selection {score:percent1} ({objective}), of a "
    "level too high {over:percent1} on average.",
    fr="Le meilleur de {tried} réglages : {setting}. Probabilité de la bonne sélection {score:percent1} ({objective}), "
    "d'un palier trop élevé {over:percent1} en moyenne.",
)
NO_BEST = Text(
    en="None of the {tried} settings keeps the limits; the table shows how close they come.",
    fr="Aucun des {tried} réglages ne respecte les limites ; le tableau montre à quelle distance ils en sont.",
)
NONE_JUDGED = Text(en="No setting was judged.", fr="Aucun réglage n'a été évalué.")
OBJECTIVES = {
    "mean": Text(en="mean over the scenarios", fr="moyenne sur les scénarios"),
    "worst": Text(en="in the worst scenario", fr="dans le pire scénario"),
}
STOPPED = Text(
    en="Stopped after {done} of {of} settings; the rest was not judged.",
    fr="Interrompu après {done} réglages sur {of} ; les autres n'ont pas été évalués.",
)
IMPOSSIBLE = Text(en="{setting}: {why}", fr="{setting} : {why}")
IMPOSSIBLE_MORE = Text(en="{setting} and {more} more: {why}", fr="{setting} et {more} autres : {why}")
EXACT = Text(
    en="Exact under {scenarios} scenarios; right is the level closest to {target:percent0}, none where even the lowest "
    "rate is above {too_toxic:percent0}.",
    fr="Exact sous {scenarios} scénarios ; le bon palier est le plus proche de {target:percent0}, aucun lorsque même "
    "le taux le plus bas dépasse {too_toxic:percent0}.",
)
RANKED = Text(en="Settings, the best first", fr="Réglages, le meilleur d'abord")
RANK = Text(en="Rank", fr="Rang")
MEAN = Text(en="Right, mean", fr="Bonne, moyenne")
WORST = Text(en="Right, worst", fr="Bonne, pire")
OVER = Text(en="Too high, mean", fr="Trop élevé, moyenne")
OVER_WORST = Text(en="Too high, worst", fr="Trop élevé, pire")
DLTS = Text(en="DLTs, most", fr="DLT, maximum")
PARTICIPANTS = Text(en="Participants", fr="Participants")
WITHIN = Text(en="Keeps the limits", fr="Respecte les limites")
YES, NO = Text(en="yes", fr="oui"), Text(en="no", fr="non")
TRADE = Text(en="Right selection against overdose", fr="Bonne sélection et surdosage")
X_MEAN = Text(
    en="probability to select too high a level, mean over the scenarios",
    fr="probabilité de sélectionner un palier trop élevé, moyenne sur les scénarios",
)
Y_MEAN = Text(en="probability of the right selection, {objective}", fr="probabilité de la bonne sélection, {objective}")
ALT = Text(
    en="One dot per setting: a good one lies high and to the left. The table holds the numbers.",
    fr="Un point par réglage : un bon réglage est en haut à gauche. Les nombres sont dans le tableau.",
)
HOLLOW = Text(
    en="A hollow square does not keep the limits. The number is the rank in the table.",
    fr="Un carré vide ne respecte pas les limites. Le nombre est le rang dans le tableau.",
)
FOR_PROTOCOL = Text(en="For the protocol file", fr="Pour le fichier de protocole")
LEFT_OUT = Text(en="Settings that cannot be", fr="Réglages impossibles")
NAMED_DOTS = 3


def conclusions(found: Calibration) -> tuple[Filled, ...]:
    """The best setting in a sentence, whether the search was finished, and how it was judged."""
    best = found.best
    if best is not None:
        said = fill(
            BEST,
            tried=len(found.tried),
            setting=setting_in_words(best),
            score=best.score,
            objective=OBJECTIVES[found.wanted.objective],
            over=best.mean_overdosing,
        )
    else:
        said = fill(NO_BEST, tried=len(found.tried)) if found.tried else fill(NONE_JUDGED)
    done = len(found.tried) + len(found.impossible)
    stopped = () if found.is_complete else (fill(STOPPED, done=done, of=found.settings),)
    judged = fill(EXACT, scenarios=len(found.scenarios), target=found.aim.target, too_toxic=found.aim.too_toxic)
    given = (fill(GIVEN),) if found.conditions.given else ()
    return (said, *stopped, judged, *given, *silent_rules(found.study))


def setting_in_words(one: Tried) -> str:
    """The parameters that vary, as on the command line."""
    return ", ".join(f"{name}={value}" for name, value in one.setting.items())


def impossible_in_words(found: Calibration) -> tuple[Filled, ...]:
    """The settings that could not be judged, one of them for each reason, and how many share it."""
    first: dict[Text, str] = {}
    count: dict[Text, int] = {}
    for one in found.impossible:
        first.setdefault(one.why, ", ".join(f"{name}={value}" for name, value in one.setting.items()))
        count[one.why] = count.get(one.why, 0) + 1
    return tuple(
        fill(IMPOSSIBLE if count[why] == 1 else IMPOSSIBLE_MORE, setting=setting, why=why, more=count[why] - 1)
        for why, setting in first.items()
    )


def ranking_table(found: Calibration, *, most: int | None = None) -> Table:
    """Every setting, or the first few, the best first."""
    columns = (
        Column("rank", RANK, align="right"),
        *(Column(name, name, align="right") for name in found.varied),
        Column("p_right_mean", MEAN, align="right"),
        Column("p_right_worst", WORST, align="right"),
        Column("p_too_high_mean", OVER, align="right"),
        Column("p_too_high_worst", OVER_WORST, align="right"),
        Column("mean_dlts_most", DLTS, align="right"),
        Column("mean_n", PARTICIPANTS, align="right"),
        Column("within_limits", WITHIN),
    )
    rows = [
        (
            Cell(rank),
            *(Cell(str(one.setting[name])) for name in found.varied),
            Cell(Share(sum(one.correct) / len(one.correct))),
            Cell(Share(min(one.correct))),
            Cell(Share(one.mean_overdosing)),
            Cell(Share(max(one.overdosing))),
            Cell(Number(max(one.expected_dlts), 1)),
            Cell(Number(sum(one.expected_n) / len(one.expected_n), 1)),
            Cell(YES if one.within else NO),
        )
        for rank, one in enumerate(found.tried[:most], start=1)
    ]
    return Table("ranking", RANKED, columns, tuple(rows), landscape=len(columns) > 11)


def trade_off_figure(found: Calibration) -> Figure:
    """What is gained against what it costs, one dot per setting, the first few with their rank."""
    dots = tuple(
        ScatterDot(one.mean_overdosing, one.score, f"{rank}" if rank <= NAMED_DOTS else "", hollow=not one.within)
        for rank, one in enumerate(found.tried, start=1)
    )
    label = fill(Y_MEAN, objective=OBJECTIVES[found.wanted.objective])
    return Figure("trade-off", TRADE, ALT, ScatterFigure(dots, X_MEAN, label), notes=(HOLLOW,))


def calibration_document(found: Calibration, *, software: str, version: str) -> Document:
    """The whole calibration in both languages."""
    study, best = found.study, found.best
    said = tuple(Paragraph(one) for one in conclusions(found))
    sections = [Section("found", FOUND, (*said, trade_off_figure(found), ranking_table(found)))]
    if best is not None:
        lines = tuple(Paragraph(line) for line in as_toml(found, best).splitlines())
        sections.append(Section("block", FOR_PROTOCOL, lines))
    if found.impossible:
        sections.append(Section("impossible", LEFT_OUT, (Bullets(impossible_in_words(found)),)))
    title = fill(TITLE, design=found.design, id=study.identity.id)
    return before_a_trial(
        study, sections, title=title, subtitle=study.identity.title, software=software, version=version
    )
