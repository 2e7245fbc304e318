"""The words of a simulated randomised trial."""

from __future__ import annotations

from trialwright.vocabulary.words import Text

TITLE = Text(en="Simulated trial {id}", fr="Essai simulé {id}")
RUNNING = Text(en="{id} — simulated", fr="{id} — simulé")
SOURCE = Text(en="plan {id}", fr="plan {id}")
ILLUSTRATIVE = Text(
    en="Simulated from a model of the course; what infusions do is assumed.",
    fr="Simulé à partir d'un modèle de l'évolution ; l'effet des perfusions est supposé.",
)
CAUTION = Text(
    en="Every number here comes from simulated people. What infusions do to flares and remission is an assumption: no "
    "randomised trial has estimated it. The limits shown are those of the simulation; they say nothing about whether "
    "the assumption is right.",
    fr="Tous les nombres viennent de personnes simulées. L'effet des perfusions sur les poussées et la rémission est "
    "une hypothèse : aucun essai randomisé ne l'a estimé. Les limites indiquées sont celles de la simulation ; elles "
    "ne disent pas si l'hypothèse est juste.",
)
STOPPED = Text(
    en="Stopped: {done} of {wanted} trials were simulated; what was not run is missing below.",
    fr="Interrompu : {done} essais sur {wanted} ont été simulés ; le reste manque ci-dessous.",
)
SECTIONS = {
    "trial": Text(en="What the trial finds", fr="Ce que l'essai trouve"),
    "schedule": Text(
        en="One infusion, two, every three months, or on relapse?",
        fr="Une perfusion, deux, tous les trois mois ou à la rechute ?",
    ),
    "endpoint": Text(
        en="Which endpoint and time separates best?", fr="Quel critère et quel moment séparent le mieux ?"
    ),
    "size": Text(en="How many people?", fr="Combien de personnes ?"),
    "taper": Text(en="What does a mandatory taper do?", fr="Que fait une décroissance obligatoire ?"),
    "waning": Text(en="What if the effect wanes?", fr="Et si l'effet s'estompe ?"),
    "choice": Text(en="Schedule, size and endpoint within the budget", fr="Schéma, taille et critère dans le budget"),
    "course": Text(en="The course behind it", fr="L'évolution sous-jacente"),
}
SIMULATED = Text(
    en="{trials} trials of {people} participants, seed {seed}; entry: index of {entry:number0} or more at screening. "
    "Missing and leaving count as no response.",
    fr="{trials} essais de {people} participants, graine {seed} ; entrée : index d'au moins {entry:number0} à la "
    "sélection. Une donnée manquante ou une sortie compte comme absence de réponse.",
)
DRAWN = {
    "nothing": Text(en="Every parameter at its centre.", fr="Chaque paramètre à son centre."),
    "effect": Text(
        en="The effect of infusions is drawn from its prior in each trial: power becomes assurance.",
        fr="L'effet des perfusions est tiré de son a priori dans chaque essai : la puissance devient assurance.",
    ),
    "all": Text(
        en="All parameters are drawn from what calibration left open, the effect for each trial, the course once for "
        "every 20 trials: power becomes assurance.",
        fr="Tous les paramètres sont tirés de ce que le calibrage a laissé ouvert, l'effet pour chaque essai, "
        "l'évolution une fois pour 20 essais : la puissance devient assurance.",
    ),
}
PRIMARY = Text(en="Primary analysis, by arm and look", fr="Analyse principale, par bras et analyse")
OTHERS = Text(en="Other analyses, at the end", fr="Autres analyses, à la fin")
COLUMNS = {
    "arm": Text(en="Arm", fr="Bras"),
    "analysis": Text(en="Analysis", fr="Analyse"),
    "control": Text(en="Control", fr="Contrôle"),
    "treatment": Text(en="Treatment", fr="Traitement"),
    "power": Text(en="Found better", fr="Trouvé meilleur"),
    "early": Text(en="At an interim look", fr="À une analyse intermédiaire"),
    "people": Text(en="Participants", fr="Participants"),
    "infusions": Text(en="Infusions each", fr="Perfusions par personne"),
    "reactions": Text(en="Reactions each", fr="Réactions par personne"),
    "left": Text(en="Left", fr="Sortis"),
    "schedule": Text(en="Schedule", fr="Schéma"),
    "mean_z": Text(en="Mean z", fr="z moyen"),
    "assurance": Text(en="Assurance", fr="Assurance"),
    "rule": Text(en="Taper and rule", fr="Décroissance et règle"),
    "half_life": Text(en="Half-life, weeks", fr="Demi-vie, semaines"),
    "total_infusions": Text(en="Infusions of product", fr="Perfusions de produit"),
    "product": Text(en="Product", fr="Produit"),
    "front": Text(en="Pareto front", fr="Front de Pareto"),
    "within": Text(en="In the budget", fr="Dans le budget"),
    "target": Text(en="Published number", fr="Nombre publié"),
    "published": Text(en="Published", fr="Publié"),
    "tolerance": Text(en="± weight", fr="± poids"),
    "simulated": Text(en="Simulated", fr="Simulé"),
    "source": Text(en="Source", fr="Source"),
    "status": Text(en="Status", fr="Statut"),
    "parameter": Text(en="Parameter", fr="Paramètre"),
    "value": Text(en="Value", fr="Valeur"),
    "prior": Text(en="Prior, 95%", fr="A priori, 95 %"),
    "open": Text(en="Left of the prior sd", fr="Reste de l'écart-type a priori"),
    "unit": Text(en="Unit", fr="Unité"),
}
SCHEDULES = {
    "one": Text(en="one", fr="une"),
    "two": Text(en="two, 4 weeks apart", fr="deux, à 4 semaines"),
    "quarterly": Text(en="every 12 weeks", fr="toutes les 12 semaines"),
    "relapse": Text(en="on relapse", fr="à la rechute"),
}
YES, NO = Text(en="yes", fr="oui"), Text(en="no", fr="non")
AT_WEEK = Text(en="{endpoint}, week {week}", fr="{endpoint}, semaine {week}")
BY_MMRM = Text(en="{endpoint}, week {week}, MMRM", fr="{endpoint}, semaine {week}, MMRM")
MMRM = Text(
    en="MMRM: changes at every visit up to that week on arm and baseline, each by visit; unstructured covariance, "
    "REML, Kenward–Roger. Values after rescue are {rescue}. The changes shown are plain means of those observed.",
    fr="MMRM : variations à chaque visite jusqu'à cette semaine selon le bras et la valeur initiale, chacun par "
    "visite ; covariance non structurée, REML, Kenward–Roger. Valeurs après traitement de secours : {rescue}. Les "
    "variations affichées sont les moyennes simples des valeurs observées.",
)
AFTER_RESCUE = Text(en="{analysis}, after rescue {rescue}", fr="{analysis}, valeurs après secours {rescue}")
RESCUE = {
    True: Text(en="left out", fr="exclues"),
    False: Text(en="kept", fr="gardées"),
}
WITH_DOSE = Text(
    en="{endpoint}, week {week}, dose at most {dose:number1}",
    fr="{endpoint}, semaine {week}, dose au plus {dose:number1}",
)
WEEK = Text(en="week", fr="semaine")
MEAN_Z = Text(en="mean z of the difference", fr="z moyen de la différence")
FOUND = Text(
    en="share of trials that find the treatment better", fr="part des essais qui trouvent le traitement meilleur"
)
PEOPLE_AXIS = Text(en="participants in both arms", fr="participants dans les deux bras")
POWER = Text(en="power (effect as assumed)", fr="puissance (effet supposé)")
ASSURANCE = Text(en="assurance (effect drawn)", fr="assurance (effet tiré)")
RESPONSES = Text(en="share of responses", fr="part de réponses")
CRITICAL = Text(en="found", fr="trouvé")
SAME_PEOPLE = Text(
    en="All schedules meet the same virtual people; the placebo arm is infused on the same schedule.",
    fr="Tous les schémas concernent les mêmes personnes virtuelles ; le bras placebo est perfusé selon le même schéma.",
)
BEST = Text(
    en="{analysis} has the largest mean z ({z:number2}); it is found in {power:percent0} of the trials. A mean z is "
    "comparable between endpoints, a share of responses is not.",
    fr="{analysis} a le plus grand z moyen ({z:number2}) ; trouvé dans {power:percent0} des essais. Un z moyen se "
    "compare entre critères, pas une part de réponses.",
)
NEEDED = Text(
    en="{power:percent0}: {fixed} participants where the effect is as assumed, {drawn} where it is drawn.",
    fr="{power:percent0} : {fixed} participants si l'effet est celui supposé, {drawn} s'il est tiré de son a priori.",
)
NOT_REACHED = Text(en="more than {most} (or never)", fr="plus de {most} (ou jamais)")
TAPER_ROWS = {
    "none": Text(en="no taper", fr="sans décroissance"),
    "mandatory": Text(en="mandatory taper", fr="décroissance obligatoire"),
    "strict": Text(
        en="mandatory taper, failing it is no response", fr="décroissance obligatoire, échec = pas de réponse"
    ),
}
WANED = Text(
    en="Share of responses by half-life of the effect, after one infusion and after one every 12 weeks.",
    fr="Part de réponses selon la demi-vie de l'effet, après une perfusion et après une toutes les 12 semaines.",
)
FRONT = Text(
    en="On the front are those that no other choice within the budget matches in power, people and infusions at once.",
    fr="Sur le front : ceux qu'aucun autre choix du budget n'égale à la fois en puissance, personnes et perfusions.",
)
FIT = Text(en="Published placebo arms and the calibrated course", fr="Bras placebo publiés et évolution calibrée")
FIT_NOTE = Text(
    en="The weight is one standard deviation of sampling and of the difference between trials together, used in the "
    "calibration only. Where the simulated number lies more than two weights away, the model does not reproduce it. "
    "Where the published arm had a mandatory taper, so has the simulated one; the calibration did without.",
    fr="Le poids est un écart-type, échantillonnage et différence entre essais ensemble, pour le calibrage seulement. "
    "Si le nombre simulé s'en écarte de plus de deux poids, le modèle ne le reproduit pas. Si le bras publié avait une "
    "décroissance obligatoire, le bras simulé l'a aussi ; le calibrage s'en passait.",
)
DISTANCE = Text(en="distance from the published number, in weights", fr="écart au nombre publié, en poids")
NUMBERS = Text(en="Every number of the model", fr="Tous les nombres du modèle")
OPEN_NOTE = Text(
    en="A share near 1 says that the published numbers did not identify the parameter: it says what its prior says. "
    "“–”: not calibrated.",
    fr="Une part proche de 1 dit que les nombres publiés n'ont pas identifié le paramètre : il dit ce que dit son a "
    "priori. « – » : non calibré.",
)
NOT_IDENTIFIED = Text(
    en="Not identified by the published numbers (80% or more of the prior left): {names}.",
    fr="Non identifiés par les nombres publiés (au moins 80 % de l'a priori demeure) : {names}.",
)
POOR = Text(en="Not reproduced within two weights: {names}.", fr="Non reproduits à deux poids près : {names}.")
WELL = Text(
    en="All published numbers are reproduced within two weights.",
    fr="Tous les nombres publiés sont reproduits à deux poids près.",
)
SEE_TABLE = Text(en="The table holds the numbers.", fr="Le tableau contient les nombres.")
BESIDE_LABEL = Text(en="simulated (published)", fr="simulé (publié)")
BESIDE = {
    "share": Text(en="{simulated:percent1} ({published:percent1})", fr="{simulated:percent1} ({published:percent1})"),
    "number": Text(en="{simulated:number2} ({published:number2})", fr="{simulated:number2} ({published:number2})"),
}
CONTROL_TO_TREATMENT = Text(
    en="share of responses: control (point) to treatment (end of the line)",
    fr="part de réponses : contrôle (point) à traitement (bout de la ligne)",
)
SCHEDULE_AT = Text(en="{schedule}; week {week}", fr="{schedule} ; semaine {week}")
PLANNED = Text(en="planned power", fr="puissance prévue")
PLACEBO = Text(en="placebo", fr="placebo")
ASSUMED = Text(
    en="The plan assumes {assumed:percent0} in {arm}; the simulated course gives {simulated:percent1}.",
    fr="Le plan suppose {assumed:percent0} dans {arm} ; l'évolution simulée donne {simulated:percent1}.",
)
BEST_ENDPOINT = Text(
    en="At each size the endpoint that finds it most often, within the budget or not.",
    fr="À chaque taille, le critère qui le trouve le plus souvent, dans le budget ou non.",
)
REGRESSION = Text(
    en="The control falls because people enter at a high moment (regression to the mean) and are treated as usual.",
    fr="Le contrôle baisse parce que l'on entre à un moment d'activité élevée (régression vers la moyenne), sous "
    "traitement usuel.",
)
