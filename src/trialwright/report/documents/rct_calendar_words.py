"""The words of the calendar of a simulated trial."""

from __future__ import annotations

from trialwright.vocabulary.words import Text

SECTION = Text(en="When: accrual, looks and the end", fr="Quand : recrutement, analyses et fin")
COUNTED = Text(
    en="Months of 30.44 days from the planned opening of the first site. A look sees the first people randomised and "
    "falls on the day when the last of them is due at the visit; people go on being randomised until its decision. "
    "Visits count from week 0, at the end of the wait for the infusion; nobody's disease is followed during it.",
    fr="Mois de 30,44 jours depuis l'ouverture prévue du premier centre. Une analyse porte sur les premières personnes "
    "randomisées et tombe le jour où la dernière d'entre elles est attendue à la visite ; la randomisation continue "
    "jusqu'à sa décision. Les visites se comptent depuis la semaine 0, à la fin de l'attente de la perfusion ; la "
    "maladie n'est pas suivie pendant cette attente.",
)
TOO_LATE = Text(
    en="Look {look} ({people} people) comes too late to spare anybody in {share:percent0} of the trials: by its "
    "decision everybody has been randomised.",
    fr="L'analyse {look} ({people} personnes) arrive trop tard pour épargner quiconque dans {share:percent0} des "
    "essais : à sa décision, tout le monde est déjà randomisé.",
)
MILESTONES = Text(en="Calendar of the trial", fr="Calendrier de l'essai")
COLUMNS = {
    "milestone": Text(en="Milestone", fr="Étape"),
    "month": Text(en="Month", fr="Mois"),
    "decision": Text(en="Decision, month", fr="Décision, mois"),
    "randomised": Text(en="Randomised by the decision", fr="Randomisés à la décision"),
    "infused": Text(en="Infused by the decision", fr="Perfusés à la décision"),
    "overrun": Text(en="Overrun", fr="Dépassement"),
}
LOOK = Text(
    en="Look {look}: {people} people at week {week}", fr="Analyse {look} : {people} personnes à la semaine {week}"
)
FINAL = Text(
    en="Primary analysis: {people} people at week {week}",
    fr="Analyse principale : {people} personnes à la semaine {week}",
)
LAST_RANDOMISED = Text(en="Last person randomised", fr="Dernière personne randomisée")
LAST_VISIT = Text(en="Last visit of the last person", fr="Dernière visite de la dernière personne")
SPREAD = Text(
    en="Median (5% to 95% of the trials), were no look to stop the trial:",
    fr="Médiane (5 % à 95 % des essais), si aucune analyse n'arrêtait l'essai :",
)
OVERRUN = Text(
    en="Overrun: randomised by the decision beyond those the look sees. Infused: product or placebo.",
    fr="Dépassement : randomisés à la décision au-delà de ceux que l'analyse voit. Perfusés : produit ou placebo.",
)
EXPECTED_TITLE = Text(en="What early stopping saves", fr="Ce qu'épargne un arrêt précoce")
EXPECTED = Text(en="Mean over the trials", fr="Moyenne des essais")
WITH_STOPPING = Text(en="Looks may stop it", fr="Arrêt possible")
WITHOUT_STOPPING = Text(en="It always goes on", fr="Sans arrêt")
LAST_VISIT_MONTH = Text(en="Last visit, month", fr="Dernière visite, mois")
EARLY = Text(
    en="Under the effect that is simulated {share:percent1} of the trials end at an interim look. Means over the "
    "trials, with 95% Monte Carlo limits:",
    fr="Sous l'effet simulé, {share:percent1} des essais s'arrêtent à une analyse intermédiaire. Moyennes des essais, "
    "avec leurs limites de Monte-Carlo à 95 % :",
)
FOLLOWED = Text(
    en="Whoever is randomised by the decision is infused and followed to the last visit. With several treatments a "
    "trial ends when all are judged.",
    fr="Quiconque est randomisé avant la décision est perfusé et suivi jusqu'à la dernière visite. Avec plusieurs "
    "traitements, l'essai finit quand tous sont jugés.",
)
CURVE = Text(en="People randomised over time", fr="Personnes randomisées au fil du temps")
CURVE_ALT = Text(
    en="A rising curve of people randomised by month with its band, and vertical lines at the decisions of the looks.",
    fr="Courbe croissante des personnes randomisées par mois avec sa bande, et lignes verticales aux décisions.",
)
CURVE_NOTE = Text(
    en="Were no look to stop the trial. Lines: median month of each decision.",
    fr="Si aucune analyse n'arrêtait l'essai. Lignes : mois médian de chaque décision.",
)
RANDOMISED = Text(en="randomised", fr="randomisés")
MONTH = Text(en="month from the planned opening", fr="mois depuis l'ouverture prévue")
PEOPLE_AXIS = Text(en="people", fr="personnes")
BAND = Text(en="5% to 95% of the trials", fr="5 % à 95 % des essais")
LOOK_MARK = Text(en="look {look}", fr="analyse {look}")
FINAL_MARK = Text(en="primary analysis", fr="analyse principale")
