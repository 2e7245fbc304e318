"""The sentences of a plan's report and of its protocol text, in English and French."""

from __future__ import annotations

from trialwright.vocabulary.words import Text

TITLE = Text(en="Plan of {id}", fr="Plan de {id}")
RUNNING = Text(en="Plan of {id}", fr="Plan de {id}")
SOURCE = Text(en="plan file of {id}", fr="fichier de plan de {id}")
ILLUSTRATIVE = Text(
    en="A worked example: nobody has registered this trial, and its assumptions are ours.",
    fr="Un exemple : personne n’a enregistré cet essai, et ses hypothèses sont les nôtres.",
)
CONTINUES = Text(en="Continues {trial}.", fr="Fait suite à {trial}.")
SECTIONS = {
    "planned": Text(en="What is planned", fr="Ce qui est prévu"),
    "size": Text(en="How many participants", fr="Combien de participants"),
    "looks": Text(en="When it is looked at, where it stops", fr="Quand on regarde, où l’on arrête"),
    "power": Text(en="Power", fr="Puissance"),
    "assurance": Text(
        en="Assurance: what is believed before the trial", fr="Assurance : ce que l’on croit avant l’essai"
    ),
    "text": Text(en="Text for the protocol", fr="Texte pour le protocole"),
    "about": Text(en="Where this comes from", fr="D’où cela vient"),
}
FACTS = {
    "endpoint": Text(en="Primary endpoint", fr="Critère principal"),
    "effect": Text(en="Effect assumed", fr="Effet supposé"),
    "null": Text(en="Aim", fr="Objectif"),
    "test": Text(en="Test", fr="Test"),
    "level": Text(en="Level", fr="Niveau"),
    "power": Text(en="Power", fr="Puissance"),
    "evaluable": Text(en="Evaluable", fr="Évaluables"),
    "randomised": Text(en="To be randomised", fr="À randomiser"),
    "events": Text(en="Events", fr="Événements"),
    "fixed": Text(en="With one look only", fr="Avec une seule analyse"),
    "expected_none": Text(en="Expected without an effect", fr="Attendus sans effet"),
    "expected": Text(en="Expected with the effect", fr="Attendus avec l’effet"),
    "detectable": Text(en="Shown with the power asked for", fr="Montré avec la puissance demandée"),
    "any": Text(en="At least one treatment shown", fr="Au moins un traitement montré"),
    "all": Text(en="Every treatment shown", fr="Tous les traitements montrés"),
    "clusters": Text(en="Design effect of clusters", fr="Effet de grappe"),
}
NONE_DETECTABLE = Text(
    en="none: not even the best outcome possible is shown that often",
    fr="aucun : même le meilleur résultat possible n’est pas montré aussi souvent",
)
AT_BEST = Text(
    en="If everybody on {arm} responded, the test would show it with probability {best:percent1}; for what is assumed, "
    "with {power:percent1}.",
    fr="Si tout le monde répondait sous {arm}, le test le montrerait avec une probabilité de {best:percent1} ; pour ce "
    "qui est supposé, de {power:percent1}.",
)
EVENTS_UNIT = Text(en="events", fr="événements")
WITH_UNIT = Text(en="{value} {unit}", fr="{value} {unit}")
ONE_SIDED = Text(en="{alpha:percent2}, one-sided", fr="{alpha:percent2}, unilatéral")
TWO_SIDED = Text(en="{alpha:percent2}, two-sided", fr="{alpha:percent2}, bilatéral")
SHARED = {
    "bonferroni": Text(
        en="Each treatment is tested at {each:percent2} (Bonferroni).",
        fr="Chaque traitement est testé à {each:percent2} (Bonferroni).",
    ),
    "dunnett": Text(
        en="Each treatment is tested at {each:percent2} (Dunnett).",
        fr="Chaque traitement est testé à {each:percent2} (Dunnett).",
    ),
    "hierarchical": Text(
        en="One treatment is tested after the other, in the order of the table, each at the whole level and only "
        "when the "
        "one before is shown.",
        fr="Les traitements sont testés l’un après l’autre, dans l’ordre du tableau, chacun au niveau entier et "
        "seulement "
        "si le précédent est montré.",
    ),
}
TESTS = {
    "risk difference": Text(
        en="score test of the difference of shares", fr="test du score de la différence de proportions"
    ),
    "risk ratio": Text(en="score test of the ratio of shares", fr="test du score du rapport de proportions"),
    "odds ratio": Text(en="Wald test of the odds ratio", fr="test de Wald du rapport de cotes"),
    "fisher": Text(en="Fisher’s exact test", fr="test exact de Fisher"),
    "unconditional": Text(en="exact unconditional test", fr="test exact inconditionnel"),
    "continuous": Text(en="t test", fr="test t"),
    "ancova": Text(en="analysis of covariance with the baseline", fr="analyse de covariance avec la valeur initiale"),
    "repeated measures": Text(
        en="mixed model for repeated measures, last visit", fr="modèle mixte pour mesures répétées, dernière visite"
    ),
    "time to event": Text(en="log-rank test", fr="test du log-rank"),
    "recurrent events": Text(en="negative binomial regression", fr="régression binomiale négative"),
}
EFFECTS = {
    "risk difference": Text(en="difference of shares", fr="différence de proportions"),
    "risk ratio": Text(en="ratio of shares", fr="rapport de proportions"),
    "odds ratio": Text(en="odds ratio", fr="rapport de cotes"),
    "continuous": Text(en="difference of means", fr="différence de moyennes"),
    "repeated measures": Text(en="difference of means", fr="différence de moyennes"),
    "time to event": Text(en="hazard ratio", fr="rapport de risques instantanés"),
    "recurrent events": Text(en="rate ratio", fr="rapport de taux"),
}
ASSUMED = {
    "binary": Text(en="share responding", fr="proportion de réponse"),
    "continuous": Text(en="mean", fr="moyenne"),
    "repeated measures": Text(en="mean", fr="moyenne"),
    "time to event": Text(en="median time", fr="temps médian"),
    "recurrent events": Text(en="rate", fr="taux"),
}
ARMS = Text(en="Arms and what is assumed of them", fr="Bras et hypothèses")
COLUMNS = {
    "arm": Text(en="Arm", fr="Bras"),
    "days": Text(en="Infusions on day", fr="Perfusions au jour"),
    "source": Text(en="Source", fr="Source"),
    "look": Text(en="Look", fr="Analyse"),
    "fraction": Text(en="Information", fr="Information"),
    "n": Text(en="Participants", fr="Participants"),
    "upper_z": Text(en="Efficacy, z", fr="Efficacité, z"),
    "upper_p": Text(en="p", fr="p"),
    "upper_effect": Text(en="as effect", fr="en effet"),
    "lower_z": Text(en="Futility, z", fr="Futilité, z"),
    "lower_effect": Text(en="as effect", fr="en effet"),
    "spent": Text(en="Error spent", fr="Erreur dépensée"),
    "stop_none": Text(en="Stops without effect", fr="Arrêt sans effet"),
    "stop_effect": Text(en="Stops with effect", fr="Arrêt avec effet"),
    "futile_none": Text(en="Futile without effect", fr="Futile sans effet"),
    "futile_effect": Text(en="Futile with effect", fr="Futile avec effet"),
    "harm_z": Text(en="Harm, z", fr="Effet délétère, z"),
    "harm_none": Text(en="Harm without effect", fr="Délétère sans effet"),
    "harm_effect": Text(en="Harm with effect", fr="Délétère avec effet"),
    "control": Text(en="Control", fr="Contrôle"),
    "treatment": Text(en="Treatment", fr="Traitement"),
    "total": Text(en="To randomise", fr="À randomiser"),
    "power": Text(en="Power of this plan", fr="Puissance de ce plan"),
    "target": Text(en="Assurance asked for", fr="Assurance demandée"),
    "needed": Text(en="Evaluable in the control", fr="Évaluables du contrôle"),
}
LOOKS = Text(en="Boundaries and stopping probabilities", fr="Limites et probabilités d’arrêt")
NOT_BINDING = Text(
    en="Futility is not binding: the efficacy boundary and the error spent do not rely on it. Stopping probabilities "
    "follow it.",
    fr="La futilité n’est pas contraignante : la limite d’efficacité et l’erreur dépensée n’en dépendent pas. Les "
    "probabilités d’arrêt la suivent.",
)
BINDING = Text(
    en="Futility is binding: going on beyond it would increase the error.",
    fr="La futilité est contraignante : continuer au-delà augmenterait l’erreur.",
)
EFFECT_NOTE = Text(
    en="Bounds as effects hold for the information planned, and the variance assumed.",
    fr="Les limites en effet valent pour l’information prévue et la variance supposée.",
)
BOUNDS = Text(en="Boundaries by information", fr="Limites selon l’information")
BOUNDS_ALT = Text(
    en="z value at which each look stops the trial: above for efficacy, below for futility. The table holds the "
    "numbers.",
    fr="Valeur z à laquelle chaque analyse arrête l’essai : au-dessus pour efficacité, en dessous pour futilité. Les "
    "nombres sont dans le tableau.",
)
X_INFORMATION = Text(en="share of the information", fr="part de l’information")
Y_Z = Text(en="z value", fr="valeur z")
EFFICACY, FUTILITY = Text(en="efficacy", fr="efficacité"), Text(en="futility", fr="futilité")
HARM = Text(en="harm", fr="effet délétère")
POWER_CURVE = Text(
    en="Power while the treatment differs from what is assumed", fr="Puissance si le traitement diffère de l’hypothèse"
)
POWER_ALT = Text(
    en="Probability to show the effect, by {what} of {arm}, with {control} as assumed.",
    fr="Probabilité de montrer l’effet, selon {what} sous {arm}, {control} étant comme supposé.",
)
Y_POWER = Text(en="probability to show the effect", fr="probabilité de montrer l’effet")
OF_ARM = Text(en="{what}, {arm}", fr="{what}, {arm}")
ASSUMED_LINE = Text(en="assumed", fr="supposé")
WANTED_LINE = Text(en="asked for", fr="demandé")
SENSITIVITY = Text(
    en="Other assumptions: the size, and the power of this plan",
    fr="Autres hypothèses : la taille, et la puissance de ce plan",
)
NO_NUMBER = Text(en="none found", fr="aucun trouvé")
NO_NUMBER_NOTE = Text(
    en="None found: the treatment is not better there, or the exact test would need more than {most} in an arm.",
    fr="Aucun trouvé : le traitement n’y est pas meilleur, ou le test exact demanderait plus de {most} par bras.",
)
CURVE_NOTE = Text(
    en="By the formula of the plan, its normal approximation at every value.",
    fr="Par la formule du plan, son approximation normale à chaque valeur.",
)
EXACT_NOTE = Text(
    en="Exact: the sum over all tables that reject.", fr="Exact : somme sur tous les tableaux qui rejettent."
)
ASSURANCE = {
    "record": Text(
        en="Record of {trial} ({label}): {responders} of {of} responded, {missing} not judged; {dlt} DLTs among "
        "{dlt_of}. "
        "Ledger entry {position}.",
        fr="Enregistrement de {trial} ({label}) : {responders} sur {of} ont répondu, {missing} non jugés ; {dlt} DLT "
        "parmi {dlt_of}. Entrée {position} du registre.",
    ),
    "empty": Text(
        en="The record of {trial} says nothing of the response ({label}); {missing} participants were not judged. "
        "What is "
        "believed of the treatment comes from the plan alone. It holds {dlt} DLTs among {dlt_of}. Ledger entry "
        "{position}.",
        fr="L’enregistrement de {trial} ne dit rien de la réponse ({label}) ; {missing} personnes n’ont pas été "
        "jugées. Ce "
        "que l’on croit du traitement vient du plan seul. Il contient {dlt} DLT parmi {dlt_of}. Entrée {position} du "
        "registre.",
    ),
    "twice": Text(
        en="The plan names sources of its own for the treatment: the same people must not be counted twice.",
        fr="Le plan nomme ses propres sources pour le traitement : les mêmes personnes ne doivent pas être comptées "
        "deux fois.",
    ),
    "rebuilt": Text(
        en="That record is rebuilt from publications.",
        fr="Cet enregistrement est reconstruit d’après des publications.",
    ),
    "source": Text(
        en="{arm}: {responders} of {of}, each counted as {weight:plain} ({source})",
        fr="{arm} : {responders} sur {of}, chacun compté pour {weight:plain} ({source})",
    ),
    "beta": Text(
        en="{arm}: Beta({a:plain}, {b:plain}), mean {mean:percent1}, 95% between {low:percent1} and {high:percent1}",
        fr="{arm} : Bêta({a:plain} ; {b:plain}), moyenne {mean:percent1}, 95 % entre {low:percent1} et {high:percent1}",
    ),
    "at_plan": Text(
        en="As planned, the trial shows the effect of {arm} with probability {assurance:percent1}, averaged over "
        "that belief "
        "(power "
        "for what is assumed: {power:percent1}). However large, it cannot pass {ceiling:percent1}, the belief that the "
        "treatment is better at all.",
        fr="Tel que prévu, l’essai montre l’effet de {arm} avec une probabilité de {assurance:percent1}, en moyenne "
        "sur cette "
        "croyance (puissance pour l’hypothèse : {power:percent1}). Si grand soit-il, il ne peut dépasser "
        "{ceiling:percent1}, la croyance que le traitement est meilleur, si peu que ce soit.",
    ),
    "reached": Text(
        en="{target:percent0}: {control} evaluable in the control, {total} to randomise",
        fr="{target:percent0} : {control} évaluables dans le contrôle, {total} à randomiser",
    ),
    "beyond": Text(
        en="{target:percent0}: not with {most} in the control; more might reach it",
        fr="{target:percent0} : pas avec {most} dans le contrôle ; davantage pourrait l’atteindre",
    ),
    "never": Text(
        en="{target:percent0}: no number reaches it, since the ceiling is {ceiling:percent1}",
        fr="{target:percent0} : aucun nombre ne l’atteint, le plafond étant de {ceiling:percent1}",
    ),
    "safety": Text(
        en="{event}: Beta({a:plain}, {b:plain}) now, above {limit:percent0} with probability {above:percent1}. Among "
        "{treated} treated, {from_on} or more would count as exceeding it ({confidence:percent0} sure); predicted "
        "probability {stopped:percent1}.",
        fr="{event} : Bêta({a:plain} ; {b:plain}) à présent, au-dessus de {limit:percent0} avec une probabilité de "
        "{above:percent1}. Parmi {treated} personnes traitées, {from_on} ou plus compteraient comme un dépassement "
        "(certitude de {confidence:percent0}) ; probabilité prédite {stopped:percent1}.",
    ),
    "curve": Text(en="Assurance by size", fr="Assurance selon la taille"),
    "alt": Text(
        en="Assurance and power by evaluable participants of the control, with the ceiling.",
        fr="Assurance et puissance selon les participants évaluables du contrôle, avec le plafond.",
    ),
    "x": Text(en="evaluable participants of the control", fr="participants évaluables du contrôle"),
    "y": Text(en="assurance", fr="assurance"),
    "ceiling": Text(en="ceiling", fr="plafond"),
    "planned": Text(en="planned", fr="prévu"),
}
PROTOCOL = {
    "binary": Text(
        en="The primary endpoint is {endpoint}{at}. Assuming a share of responders of {control} on {control_arm} and "
        "of "
        "{treatment} on {arm}, {evaluable} evaluable participants ({per_arm}) are needed to show {goal} with a power "
        "of "
        "{power:percent0} at {level}, by the {test}.",
        fr="Le critère de jugement principal est : {endpoint}{at}. En supposant une proportion de répondeurs de "
        "{control} "
        "sous {control_arm} et de {treatment} sous {arm}, {evaluable} participants évaluables ({per_arm}) sont "
        "nécessaires pour montrer {goal} avec une puissance de {power:percent0} au niveau {level} ({test}).",
    ),
    "other": Text(
        en="The primary endpoint is {endpoint}{at}. Assuming a {what} of {control} on {control_arm} and of "
        "{treatment} on "
        "{arm}{spread}, {evaluable} evaluable participants ({per_arm}) are needed to show {goal} with a power of "
        "{power:percent0} at {level}, by: {test}.",
        fr="Le critère de jugement principal est : {endpoint}{at}. En supposant, pour « {what} », {control} sous "
        "{control_arm} et {treatment} sous {arm}{spread}, {evaluable} participants évaluables ({per_arm}) sont "
        "nécessaires pour montrer {goal} avec une puissance de {power:percent0} au niveau {level} ({test}).",
    ),
    "given": Text(
        en="The primary endpoint is {endpoint}{at}. The size is given: {evaluable} evaluable participants ({per_arm}). "
        "Assuming {control} on {control_arm} and {treatment} on {arm}, they show {goal} with a power of "
        "{power:percent1} at "
        "{level}, by: {test}.",
        fr="Le critère de jugement principal est : {endpoint}{at}. La taille est donnée : {evaluable} participants "
        "évaluables ({per_arm}). En supposant {control} sous {control_arm} et {treatment} sous {arm}, ils montrent "
        "{goal} "
        "avec une puissance de {power:percent1} au niveau {level} ({test}).",
    ),
    "at": Text(en=" at {at}", fr=" ({at})"),
    "sd": Text(en=" and a standard deviation of {sd:plain}", fr=" et un écart-type de {sd:plain}"),
    "baseline": Text(
        en=" (correlation with the baseline {rho:plain})", fr=" (corrélation avec la valeur initiale : {rho:plain})"
    ),
    "superiority": Text(en="superiority", fr="la supériorité"),
    "non-inferiority": Text(
        en="non-inferiority with a margin of {margin:plain} ({scale})",
        fr="la non-infériorité avec une marge de {margin:plain} ({scale})",
    ),
    "events": Text(
        en="About {events:number0} events are needed.", fr="Environ {events:number0} événements sont nécessaires."
    ),
    "others": Text(
        en="Assuming {treatment} on {arm}, its power is {power:percent1}.",
        fr="En supposant {treatment} sous {arm}, sa puissance est de {power:percent1}.",
    ),
    "dropout": Text(
        en="With {share:percent0} who cannot be evaluated, {total} participants will be randomised ({per_arm}).",
        fr="Avec {share:percent0} de participants non évaluables, {total} participants seront randomisés ({per_arm}).",
    ),
    "counted": Text(
        en="{share:percent0} are expected to leave; they count as in the assumptions, so that {total} participants "
        "will be "
        "randomised ({per_arm}).",
        fr="{share:percent0} de sorties sont attendues ; elles comptent comme dans les hypothèses, de sorte que "
        "{total} "
        "participants seront randomisés ({per_arm}).",
    ),
    "randomised": Text(
        en="{total} participants will be randomised ({per_arm}).",
        fr="{total} participants seront randomisés ({per_arm}).",
    ),
    "clusters": Text(
        en="The number includes a design effect of {effect:number2} for clusters of {size:plain} with an intracluster "
        "correlation of {icc:plain}.",
        fr="Ce nombre comprend un effet de grappe de {effect:number2} pour des grappes de {size:plain} avec une "
        "corrélation intraclasse de {icc:plain}.",
    ),
    "one_look": Text(
        en="There is no interim analysis for efficacy.", fr="Aucune analyse intermédiaire d’efficacité n’est prévue."
    ),
    "looks": Text(
        en="{count} interim analyses are planned at {fractions} of the information, with the boundary {shape}.",
        fr="{count} analyses intermédiaires sont prévues à {fractions} de l’information, avec la limite {shape}.",
    ),
    "look": Text(
        en="One interim analysis is planned at {fractions} of the information, with the boundary {shape}.",
        fr="Une analyse intermédiaire est prévue à {fractions} de l’information, avec la limite {shape}.",
    ),
    "efficacy": Text(
        en="Analysis {look}: the trial stops for efficacy at z of {z:number3} or more (p of {p:number4} or less).",
        fr="Analyse {look} : l’essai s’arrête pour efficacité à partir de z = {z:number3} (p de {p:number4} ou moins).",
    ),
    "final": Text(
        en="Analysis {look}, the last: the effect is shown at z of {z:number3} or more (p of {p:number4} or less).",
        fr="Analyse {look}, la dernière : l’effet est montré à partir de z = {z:number3} (p de {p:number4} ou moins).",
    ),
    "futility": Text(
        en="At analysis {look} it may stop for futility at z of {z:number3} or less.",
        fr="À l’analyse {look}, il peut s’arrêter pour futilité à z = {z:number3} ou moins.",
    ),
    "estimand": Text(
        en="Estimand (ICH E9(R1)). Population: {population}. Treatment: {treatment}. Variable: {variable}. Summary: "
        "{summary}.",
        fr="Estimand (ICH E9(R1)). Population : {population}. Traitement : {treatment}. Variable : {variable}. Mesure "
        "résumée : {summary}.",
    ),
    "intercurrent": Text(en="{event}: {strategy} strategy{how}.", fr="{event} : stratégie {strategy}{how}."),
    "how": Text(en=" ({how})", fr=" ({how})"),
    "per_arm": Text(en="{n} on {arm}", fr="{n} sous {arm}"),
}
STRATEGIES = {
    "treatment policy": Text(en="treatment policy", fr="« politique de traitement »"),
    "hypothetical": Text(en="hypothetical", fr="hypothétique"),
    "composite": Text(en="composite", fr="composite"),
    "while on treatment": Text(en="while on treatment", fr="« sous traitement »"),
    "principal stratum": Text(en="principal stratum", fr="« strate principale »"),
}
SHAPES = {
    "OF": Text(en="of O’Brien and Fleming", fr="d’O’Brien et Fleming"),
    "P": Text(en="of Pocock", fr="de Pocock"),
    "WT": Text(en="of Wang and Tsiatis", fr="de Wang et Tsiatis"),
    "HP": Text(en="of Haybittle and Peto", fr="de Haybittle et Peto"),
    "asOF": Text(en="of Lan and DeMets, O’Brien–Fleming type", fr="de Lan et DeMets, type O’Brien–Fleming"),
    "asP": Text(en="of Lan and DeMets, Pocock type", fr="de Lan et DeMets, type Pocock"),
    "asHSD": Text(en="of Hwang, Shih and DeCani", fr="de Hwang, Shih et DeCani"),
    "asKD": Text(en="of Kim and DeMets", fr="de Kim et DeMets"),
}
ABOUT = Text(en="{place} [{status}]: {note}{source}", fr="{place} [{status}] : {note}{source}")
