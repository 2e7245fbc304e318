"""A report such as a small phase 1 trial would need; the numbers are made for the tests and belong to no trial."""

from __future__ import annotations

from datetime import date

from trialwright.report import (
    BarFigure,
    BarRow,
    Bullets,
    Callout,
    Cell,
    Column,
    Count,
    Document,
    Estimate,
    Fact,
    Figure,
    IntervalFigure,
    IntervalRow,
    KeyFacts,
    Lane,
    Number,
    Paragraph,
    Provenance,
    ReferenceLine,
    Section,
    Share,
    Table,
    TimelineFigure,
    TimelineMark,
    TimelinePoint,
    TimelineSpan,
    fill,
    row,
)
from trialwright.vocabulary.words import Text

UNIT = "× 10⁶/kg"
LEVEL = Text(en="Level {level} ({amount} {unit})", fr="Niveau {level} ({amount} {unit})")
LEVELS = tuple(fill(LEVEL, level=level, amount=amount, unit=UNIT) for level, amount in ((1, 1), (2, 2), (3, 4)))
TOTAL = Text(en="Total", fr="Total")
PERSON = Text(en="Participant", fr="Participant")
LEVEL_HEAD = Text(en="Dose level", fr="Niveau de dose")


def invented(value: object) -> Cell:
    """A cell whose value was reconstructed."""
    return Cell(value, illustrative=True)  # type: ignore[arg-type]


def sample() -> Document:
    """The whole document."""
    return Document(
        title=Text(
            en="Allogeneic cell product in refractory autoimmune disease: phase 1 dose escalation",
            fr="Produit cellulaire allogénique dans une maladie auto-immune réfractaire : escalade de dose de phase 1",
        ),
        subtitle=Text(
            en="Report to the safety board at the end of enrolment",
            fr="Rapport au comité de surveillance à la fin des inclusions",
        ),
        running_head=Text(en="EXAMPLE-01 · Safety board report", fr="EXAMPLE-01 · Rapport au comité de surveillance"),
        sections=(synopsis(), disposition(), exposure(), toxicity(), decisions(), adverse_events(), deaths()),
        provenance=Provenance(
            source=Text(en="Trial ledger EXAMPLE-01", fr="Registre de l’essai EXAMPLE-01"),
            data_cut=date(2023, 3, 6),
            software="trialwright",
            version="0.1.0",
            protocol_digest="9f2c61d0b7a4e85f3c1d2a6b9e8f70415d3c2b1a09f8e7d6c5b4a39281706f5e",
            ledger_position=1248,
            ledger_digest="1b7e44c9d2aa53f0867be1c4d95f2a3b60c7d8e9f0a1b2c3d4e5f60718293a4b",
        ),
        illustrative_note=Text(
            en="illustrative: not published; reconstructed from published totals to show the method.",
            fr="illustratif : non publié ; reconstitué à partir des totaux publiés pour montrer la méthode.",
        ),
    )


def synopsis() -> Section:
    rows = (
        Fact(
            Text(en="Design", fr="Schéma"),
            Cell(
                Text(
                    en="Continual reassessment, one-parameter power model, target DLT rate 20%, cohorts of three",
                    fr="Réévaluation continue, modèle puissance à un paramètre, cible 20 %, cohortes de trois",
                )
            ),
        ),
        Fact(
            Text(en="Participants", fr="Participants"),
            Cell(Text(en="8 infused of 10 planned", fr="8 perfusés sur 10 prévus")),
        ),
        Fact(
            Text(en="Dose-limiting toxicities", fr="Toxicités limitant la dose"),
            Cell(
                fill(
                    Text(
                        en="{n} of {of}; exact 95% interval {low:percent0} to {high:percent1}",
                        fr="{n} sur {of} ; intervalle exact à 95 % de {low:percent0} à {high:percent1}",
                    ),
                    n=0,
                    of=8,
                    low=0.0,
                    high=0.3694,
                ),
                emphasis=True,
            ),
        ),
        Fact(
            Text(en="Follow-up, median", fr="Suivi médian"),
            Cell(Text(en="12.4 months", fr="12,4 mois")),
        ),
        Fact(Text(en="First infusion", fr="Première perfusion"), invented(date(2019, 9, 11))),
        Fact(
            Text(en="Why it stopped", fr="Motif de l’arrêt"),
            Cell(
                Text(
                    en="Decision of the sponsor, not because of the data",
                    fr="Décision du promoteur, sans lien avec les données",
                )
            ),
        ),
    )
    return Section(
        "synopsis",
        Text(en="Synopsis", fr="Synopsis"),
        (
            Paragraph(
                Text(
                    en="Eight participants received one infusion each. No dose-limiting toxicity occurred. With so few "
                    "participants this is compatible with a true rate of up to 36.9%; “none observed” is not “safe”.",
                    fr="Huit participants ont reçu une perfusion chacun. Aucune toxicité limitant la dose. "
                    "Avec si peu de participants, un taux réel allant jusqu’à 36,9 % reste possible : "
                    "« aucune observée » ne veut pas dire « sans risque ».",
                )
            ),
            KeyFacts(rows),
            Callout(
                "illustrative",
                Text(
                    en="Dates, the order of enrolment and which participant had which event were never published. "
                    "Values marked † are reconstructions.",
                    fr="Les dates, l’ordre des inclusions et l’attribution des événements n’ont jamais été publiés. "
                    "Les valeurs marquées † sont des reconstitutions.",
                ),
            ),
        ),
    )


def disposition() -> Section:
    columns = (
        Column("step", Text(en="Step", fr="Étape")),
        *(Column(f"level_{level}", LEVELS[level - 1], "right", big_n=n) for level, n in ((1, 0), (2, 5), (3, 3))),
        Column("total", TOTAL, "right", big_n=8),
    )
    rows = (
        row(Cell(Text(en="Assigned", fr="Affectés"), emphasis=True), 0, 5, 3, 8),
        row(Cell(Text(en="Infused", fr="Perfusés"), indent=1), None, Count(5, 5), Count(3, 3), Count(8, 8)),
        row(
            Cell(Text(en="DLT-evaluable", fr="Évaluables pour la DLT"), indent=1),
            None,
            Count(5, 5),
            Count(3, 3),
            Count(8, 8),
        ),
        row(Cell(Text(en="Replaced", fr="Remplacés"), indent=1), None, Count(0, 5), Count(0, 3), Count(0, 8)),
        row(
            Cell(Text(en="Completed 12 months", fr="12 mois achevés"), indent=1),
            None,
            invented(Count(4, 5)),
            invented(Count(3, 3)),
            Count(7, 8),
        ),
    )
    bars = BarFigure(
        series=(
            Text(en="Completed", fr="Achevé"),
            Text(en="In follow-up", fr="En suivi"),
            Text(en="Withdrawn", fr="Sorti"),
        ),
        rows=(
            BarRow(LEVELS[0], (None, None, None), Text(en="not used", fr="non utilisé")),
            BarRow(LEVELS[1], (4, 0, 1)),
            BarRow(LEVELS[2], (2, 1, 0), illustrative=True),
        ),
        axis_label=Text(en="Participants", fr="Participants"),
    )
    return Section(
        "disposition",
        Text(en="Disposition", fr="Devenir des participants"),
        (
            Table(
                "disposition",
                Text(en="Participants by assigned dose level", fr="Participants par niveau de dose affecté"),
                columns,
                rows,
                notes=(
                    Text(
                        en="Percentages are of the participants infused at the level. Rounded half up.",
                        fr="Pourcentages sur les participants perfusés au niveau. Arrondi arithmétique.",
                    ),
                ),
                source=Text(en="ledger entries 1–1,248; ICH E3 10.1", fr="entrées 1 à 1 248 du registre ; ICH E3 10.1"),
            ),
            Figure(
                "disposition",
                Text(
                    en="Where the participants stand at the data cut",
                    fr="Situation des participants au gel des données",
                ),
                Text(
                    en="Stacked bars by dose level: level 2, four completed and one withdrawn; level 3, two completed.",
                    fr="Barres empilées par niveau : niveau 2, quatre achevés et un sorti ; niveau 3, deux achevés.",
                ),
                bars,
            ),
        ),
        sections=(
            Section(
                "early-end",
                Text(en="Early end of enrolment", fr="Fin anticipée des inclusions"),
                (
                    Bullets(
                        (
                            Text(
                                en="Eight of ten planned participants were infused.",
                                fr="Huit des dix participants prévus ont été perfusés.",
                            ),
                            Text(
                                en="The decision was taken without knowledge of the results.",
                                fr="La décision a été prise sans connaître les résultats.",
                            ),
                        )
                    ),
                ),
            ),
        ),
    )


def exposure() -> Section:
    given = (2.0, 2.0, 2.0, 2.1, 2.0, 4.0, 3.2, 4.0)
    columns = (
        Column("usubjid", PERSON),
        Column("dose_level", LEVEL_HEAD, "right"),
        *(
            Column(key, label, "right", sub=UNIT)
            for key, label in (
                ("assigned", Text(en="Assigned", fr="Affectée")),
                ("released", Text(en="Released", fr="Libérée")),
                ("given", Text(en="Given", fr="Administrée")),
            )
        ),
        Column("viability", Text(en="Viability", fr="Viabilité"), "right"),
        Column("remark", Text(en="Remark", fr="Remarque")),
    )
    low = Text(
        en="Released below target; used after discussion", fr="Libérée sous la cible ; utilisée après discussion"
    )
    rows = tuple(
        row(
            f"EX-{index:03d}",
            2 if index < 6 else 3,
            Number(2.0 if index < 6 else 4.0, 1),
            Number(amount, 1),
            invented(Number(amount, 1)),
            Share(0.90 + index / 125, 1) if index != 4 else None,
            low if amount == 3.2 else None,
        )
        for index, amount in enumerate(given, 1)
    )
    return Section(
        "exposure",
        Text(en="Product and exposure", fr="Produit et exposition"),
        (
            Table(
                "exposure",
                Text(en="Dose assigned, released and given", fr="Dose affectée, libérée et administrée"),
                columns,
                rows,
            ),
        ),
    )


def toxicity() -> Section:
    estimates = ((0.031, 0.001, 0.142), (0.062, 0.006, 0.215), (0.121, 0.019, 0.338))
    counts = ((0, 0), (0, 5), (0, 3))
    table = Table(
        "dlt",
        Text(
            en="Dose-limiting toxicities and posterior DLT probability",
            fr="Toxicités limitant la dose et probabilité a posteriori",
        ),
        (
            Column("dose_level", LEVEL_HEAD),
            Column("n_dlt", Text(en="DLT", fr="DLT"), "right"),
            Column(
                "posterior",
                Text(en="Posterior mean (90% interval)", fr="Moyenne a posteriori (intervalle à 90 %)"),
                "right",
            ),
            Column("above", Text(en="P(above target)", fr="P(au-dessus de la cible)"), "right"),
        ),
        tuple(
            row(label, Count(n, of) if of else None, Estimate(*estimate, 1, True), Number(above, 3))
            for label, (n, of), estimate, above in zip(LEVELS, counts, estimates, (0.021, 0.061, 0.1745), strict=True)
        ),
        notes=(Text(en="DLT window: day 0 to day 10.", fr="Fenêtre de DLT : du jour 0 au jour 10."),),
    )
    figure = Figure(
        "dlt-posterior",
        Text(
            en="Posterior probability of a dose-limiting toxicity by dose level",
            fr="Probabilité a posteriori d’une toxicité limitant la dose, par niveau de dose",
        ),
        Text(
            en="All three 90% intervals overlap the target of 20%, except at level 1; means 3.1%, 6.2% and 12.1%.",
            fr="Les intervalles à 90 % incluent la cible de 20 % sauf au niveau 1 ; moyennes 3,1 %, 6,2 % et 12,1 %.",
        ),
        IntervalFigure(
            tuple(
                IntervalRow(
                    label,
                    *estimate,
                    count=f"{n}/{of}",
                    annotation=fill(
                        Text(en="P(> 20%) = {above:number3}", fr="P(> 20 %) = {above:number3}"), above=above
                    ),
                )
                for label, (n, of), estimate, above in zip(
                    LEVELS, counts, estimates, (0.021, 0.061, 0.1745), strict=True
                )
            ),
            axis_label=Text(
                en="Probability of a DLT, mean and 90% credible interval",
                fr="Probabilité d’une DLT, moyenne et intervalle de crédibilité à 90 %",
            ),
            row_label=LEVEL_HEAD,
            count_label=Text(en="DLT / n", fr="DLT / n"),
            annotation_label=Text(en="Above target", fr="Au-dessus de la cible"),
            reference=ReferenceLine(0.2, Text(en="target 20%", fr="cible 20 %")),
        ),
        notes=(
            Text(
                en="No participant was treated at level 1; its estimate comes from the model alone.",
                fr="Aucun participant au niveau 1 ; son estimation vient du modèle seul.",
            ),
        ),
    )
    return Section("dlt", Text(en="Dose-limiting toxicity", fr="Toxicité limitant la dose"), (table, figure))


def decisions() -> Section:
    columns = (
        Column("on", Text(en="Date", fr="Date")),
        Column("seen", Text(en="Seen", fr="Vu"), "right"),
        Column("advised", Text(en="Advised", fr="Recommandé")),
        Column("decided", Text(en="Decided", fr="Décidé")),
        Column("reason", Text(en="Reason", fr="Motif")),
        Column("signed", Text(en="Signed", fr="Signé")),
    )
    stay, up = (
        Text(en="Stay at level 2", fr="Rester au niveau 2"),
        Text(en="Escalate to level 3", fr="Passer au niveau 3"),
    )
    why = Text(
        en="Posterior DLT rate 6.2% at level 2 is closest below the target; one participant still inside the window",
        fr="Taux a posteriori de 6,2 % au niveau 2, le plus proche de la cible ; une personne encore dans la fenêtre",
    )
    rows = (
        row(
            invented(date(2019, 9, 1)),
            "0/0",
            Text(en="Start at level 2", fr="Débuter au niveau 2"),
            Text(en="Start at level 2", fr="Débuter au niveau 2"),
            Text(en="Starting level of the protocol", fr="Niveau de départ du protocole"),
            "A. Martin",
        ),
        row(invented(date(2020, 2, 3)), "0/3", up, stay, why, "A. Martin"),
        row(
            invented(date(2021, 6, 14)),
            "0/5",
            up,
            up,
            Text(en="No DLT in five participants", fr="Aucune DLT chez cinq participants"),
            "A. Martin, J. Roux",
        ),
        row(
            invented(date(2023, 3, 6)),
            "0/8",
            stay,
            Text(en="Stop", fr="Arrêt"),
            Text(en="Enrolment closed by the sponsor", fr="Inclusions closes par le promoteur"),
            "J. Roux",
        ),
    )
    person = Text(en="Level {level}, EX-{number}", fr="Niveau {level}, EX-{number}")
    infused = Text(en="infusion", fr="perfusion")
    lanes = (
        Lane(
            Text(en="Decisions", fr="Décisions"),
            points=(
                TimelinePoint(0, Text(en="start at 2", fr="début à 2"), "diamond", "neutral"),
                TimelinePoint(155, Text(en="stay at 2", fr="rester à 2"), "diamond", "neutral", illustrative=True),
                TimelinePoint(
                    180, Text(en="advice repeated", fr="avis répété"), "diamond", "neutral", illustrative=True
                ),
                TimelinePoint(652, Text(en="escalate to 3", fr="passer à 3"), "diamond", illustrative=True),
                TimelinePoint(1282, Text(en="stop", fr="arrêt"), "cross", "warning"),
            ),
        ),
        *(
            Lane(
                fill(person, level=level, number=f"{number:03d}"),
                points=(TimelinePoint(start, infused if number == 1 else "", illustrative=True),),
                spans=(
                    TimelineSpan(
                        start,
                        start + 365,
                        Text(en="12 months", fr="12 mois") if number == 1 else "",
                        "accent" if number < 3 else "neutral",
                        is_open=number == 4,
                        illustrative=number == 3,
                    ),
                ),
            )
            for number, level, start in ((1, 2, 10), (2, 2, 60), (3, 3, 700), (4, 3, 900))
        ),
    )
    return Section(
        "decisions",
        Text(en="Dose decisions", fr="Décisions de dose"),
        (
            Table(
                "decisions", Text(en="Every decision with its reason", fr="Chaque décision et son motif"), columns, rows
            ),
            Figure(
                "timeline",
                Text(en="Decisions and infusions over time", fr="Décisions et perfusions au cours du temps"),
                Text(
                    en="Timeline of five decisions and four infusions from day 0 to day 1,282.",
                    fr="Frise de cinq décisions et quatre perfusions du jour 0 au jour 1 282.",
                ),
                TimelineFigure(
                    lanes,
                    Text(en="Days since the first decision", fr="Jours depuis la première décision"),
                    marks=(TimelineMark(1282, Text(en="data cut", fr="gel des données")),),
                ),
            ),
        ),
    )


TERMS = (
    (Text(en="Headache", fr="Céphalée"), 1),
    (Text(en="Chills", fr="Frissons"), 1),
    (Text(en="Nausea", fr="Nausée"), 2),
    (Text(en="Herpes zoster", fr="Zona"), 3),
    (Text(en="Acute kidney injury on relapse", fr="Insuffisance rénale aiguë lors d’une rechute"), 3),
    (Text(en="Pericarditis", fr="Péricardite"), 3),
)


def adverse_events() -> Section:
    overview = Table(
        "ae-overview",
        Text(en="Adverse events by dose level", fr="Événements indésirables par niveau de dose"),
        (
            Column("kind", Text(en="Participants with at least one", fr="Participants ayant au moins un")),
            Column("level_2", LEVELS[1], "right", big_n=5),
            Column("level_3", LEVELS[2], "right", big_n=3),
            Column("total", TOTAL, "right", big_n=8),
        ),
        (
            row(
                Text(en="Related event by day 10", fr="Événement lié au jour 10"),
                invented(Count(1, 5)),
                invented(Count(1, 3)),
                Count(2, 8),
            ),
            row(
                Text(en="Grade 3 or higher, related", fr="Grade 3 ou plus, lié"), Count(0, 5), Count(0, 3), Count(0, 8)
            ),
            row(
                Text(en="Severe, unrelated, after relapse", fr="Sévère, non lié, après rechute"),
                invented(Count(1, 5)),
                invented(Count(0, 3)),
                Count(1, 8),
            ),
            row(Text(en="Fatal", fr="Mortel"), Count(0, 5), Count(0, 3), Count(0, 8)),
        ),
    )
    listing = Table(
        "ae-listing",
        Text(en="Listing of adverse events (ICH E3 16.2.7)", fr="Liste des événements indésirables (ICH E3 16.2.7)"),
        (
            Column("usubjid", PERSON),
            Column("aedecod", Text(en="Preferred term", fr="Terme préféré")),
            Column("grade", Text(en="Grade", fr="Grade"), "right"),
            Column("start", Text(en="Start", fr="Début")),
            Column("day", Text(en="Day", fr="Jour"), "right"),
            Column("related", Text(en="Related", fr="Lié")),
            Column("serious", Text(en="Serious", fr="Grave")),
            Column("outcome", Text(en="Outcome", fr="Évolution")),
            Column("story", Text(en="Narrative", fr="Narratif")),
        ),
        tuple(listing_row(index) for index in range(36)),
        landscape=True,
    )
    return Section(
        "adverse-events",
        Text(en="Adverse events", fr="Événements indésirables"),
        sections=(
            Section("ae-overview", Text(en="Overview", fr="Vue d’ensemble"), (overview,)),
            Section("ae-listing", Text(en="Listing", fr="Liste"), (listing,)),
        ),
    )


def listing_row(index: int) -> tuple[Cell, ...]:
    term, grade = TERMS[index % len(TERMS)]
    yes, no = Text(en="Yes", fr="Oui"), Text(en="No", fr="Non")
    story = Text(
        en="Began during the infusion; rate halved; resolved without treatment the same evening",
        fr="Début pendant la perfusion ; débit réduit de moitié ; résolu sans traitement le soir même",
    )
    return row(
        invented(f"EX-{index % 8 + 1:03d}"),
        term,
        grade,
        invented(date(2019, 9, 11 + index % 15)),
        index % 15,
        yes if grade < 3 else no,
        no if grade < 3 else yes,
        Text(en="Resolved", fr="Résolu") if index % 5 else None,
        story if index % 3 == 0 else None,
    )


def deaths() -> Section:
    return Section(
        "deaths",
        Text(en="Deaths", fr="Décès"),
        (
            Table(
                "deaths",
                Text(en="Deaths", fr="Décès"),
                (Column("usubjid", PERSON), Column("cause", Text(en="Cause", fr="Cause"))),
                (),
                empty=Text(en="No participant died.", fr="Aucun participant n’est décédé."),
            ),
        ),
    )
