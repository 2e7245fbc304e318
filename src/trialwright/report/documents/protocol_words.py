"""The sentences of a protocol's section on dose escalation."""

from __future__ import annotations

from trialwright.vocabulary.words import Text

TITLE = Text(en="Dose escalation: text for the protocol", fr="Escalade de dose : texte pour le protocole")
DIGEST = Text(en="Protocol in brief", fr="Protocole en bref")
DESIGN = Text(en="Trial design and doses", fr="Plan de l'essai et doses")
MODEL = Text(en="How the dose is chosen", fr="Comment la dose est choisie")
RULES = Text(en="Rules that hold whatever the design proposes", fr="Règles qui s'appliquent quel que soit le plan")
TOXICITY = Text(en="Dose-limiting toxicity and its window", fr="Toxicité limitant la dose et sa fenêtre")
INTERVALS = Text(en="Intervals between participants", fr="Intervalles entre participants")
STOPPING = Text(en="Sample size and stopping", fr="Effectif et arrêt")
DECIDING = Text(en="Who decides", fr="Qui décide")
POPULATIONS = Text(en="Populations and missing outcomes", fr="Populations et données manquantes")
OPERATING = Text(en="Operating characteristics", fr="Caractéristiques opératoires")

INTRODUCTION = Text(
    en="This is a dose-finding trial (phase {phase}){product}. It has {levels}; the first participants "
    "are treated at level {start}.",
    fr="Il s'agit d'un essai de recherche de dose (phase {phase}){product}. Il comporte {levels} ; les premières "
    "personnes sont traitées au palier {start}.",
)
OF_PRODUCT = Text(en=" of {name}", fr=" portant sur : {name}")
ONE_LEVEL = Text(en="one dose level", fr="un seul palier de dose")
LEVELS = Text(en="{n} dose levels", fr="{n} paliers de dose")
LOWER_HELD = Text(
    en="The levels below level {start} are kept for de-escalation.",
    fr="Les paliers inférieurs au palier {start} sont réservés à une désescalade.",
)
COHORTS = Text(
    en="Participants are treated in cohorts of {size}; a dose decision follows each cohort.",
    fr="Les personnes sont traitées par cohortes de {size} ; une décision de dose suit chaque cohorte.",
)
ONE_BY_ONE = Text(
    en="Participants are treated one at a time; a dose decision follows each of them.",
    fr="Les personnes sont traitées une à une ; une décision de dose suit chacune d'elles.",
)
SEVERAL = Text(
    en="Where a level has several infusions, they are given {days} days apart{window}.",
    fr="Quand un palier comporte plusieurs perfusions, elles sont espacées de {days} jours{window}.",
)
GIVE_OR_TAKE = Text(en=" (give or take {days} days)", fr=" (à {days} jours près)")
GIVEN = Text(
    en="Each participant counts at the declared level nearest to the dose given; a dose further than "
    "{tolerance:percent0} from that level is reported as outside the tolerance.",
    fr="Chaque personne compte au palier déclaré le plus proche de la dose reçue ; une dose à plus de "
    "{tolerance:percent0} de ce palier est signalée hors tolérance.",
)
BY_DOSE_GIVEN = Text(
    en="The model uses the dose given itself, not the level assigned.",
    fr="Le modèle utilise la dose reçue elle-même, et non le palier assigné.",
)
DOSE_TABLE = Text(en="Dose levels", fr="Paliers de dose")
CHOSEN_BY = Text(
    en="The next dose level is proposed by the design “{name}”: {sentence}",
    fr="Le palier suivant est proposé par le plan « {name} » : {sentence}",
)
TARGET = Text(en="It aims at a DLT rate of {target:percent0}.", fr="Il vise un taux de DLT de {target:percent0}.")
NO_TARGET = Text(en="It has no target DLT rate.", fr="Il n'a pas de taux cible de DLT.")
ACTIVITY = Text(
    en="It decides by activity as well as toxicity. Activity: {what}.",
    fr="Il décide selon l'activité et la toxicité. Activité : {what}.",
)
PARAMETERS = Text(en="Parameters of the design", fr="Paramètres du plan")
DEFAULTS = Text(
    en="Parameters that are not in the protocol file have the defaults of the program's version printed below; "
    "they are listed too.",
    fr="Les paramètres absents du fichier de protocole ont les valeurs par défaut de la version du programme imprimée "
    "en bas de page ; elles figurent aussi dans le tableau.",
)
IN_FILE = Text(en="protocol file", fr="fichier de protocole")
DEFAULT = Text(en="default", fr="valeur par défaut")
RULES_LEAD = Text(
    en="After the design has proposed a level, these rules are applied, in this order:",
    fr="Une fois le palier proposé par le plan, ces règles s'appliquent, dans cet ordre :",
)
RULE = Text(en="{sentence} ({name}{parameters})", fr="{sentence} ({name}{parameters})")
NO_RULES = Text(en="The protocol adds no rule to the design.", fr="Le protocole n'ajoute aucune règle au plan.")
DLT = Text(
    en="A dose-limiting toxicity (DLT) is {relation} adverse event of CTCAE grade {grade} or more from day {first} to "
    "day {last} of an infusion; day 0 is the day of the infusion, and both days are included.",
    fr="Une toxicité limitant la dose (DLT) est {relation} de grade CTCAE {grade} ou plus, du jour {first} au jour "
    "{last} d'une perfusion ; le jour 0 est celui de la perfusion, et les deux jours sont inclus.",
)
RELATED = Text(en="a related", fr="un événement indésirable lié au produit")
ANY = Text(en="any", fr="tout événement indésirable")
TERM = Text(en="{term}: from grade {grade} on.", fr="{term} : à partir du grade {grade}.")
EXCLUDED = Text(en="Never dose-limiting: {terms}.", fr="Jamais limitants : {terms}.")
NOT_RELAPSE = Text(
    en="Events ascribed to a relapse of the disease do not count.",
    fr="Les événements attribués à une rechute de la maladie ne comptent pas.",
)
MEANING = Text(
    en="Only where a person judged them clinically meaningful: {terms}.",
    fr="Seulement si une personne les a jugés cliniquement significatifs : {terms}.",
)
SERIOUS = {
    "counts": Text(
        en="A serious event counts whatever its grade.", fr="Un événement grave compte quel que soit son grade."
    ),
    "required": Text(en="Only serious events count.", fr="Seuls les événements graves comptent."),
}
SENTINEL = Text(
    en="The first participant of a cohort is observed alone for {days} days.",
    fr="La première personne d'une cohorte est observée seule pendant {days} jours.",
)
STAGGER = Text(
    en="{days} full days lie between an infusion and the next assignment.",
    fr="{days} jours pleins séparent une perfusion de l'attribution suivante.",
)
NO_INTERVAL = Text(
    en="The protocol file states no interval between participants (no rule “sentinel” or “stagger”).",
    fr="Le fichier de protocole n'indique aucun intervalle entre participants (ni « sentinel » ni « stagger »).",
)
PLANNED = Text(en="{n} participants are planned to be treated.", fr="Il est prévu de traiter {n} personnes.")
NO_STOP = Text(
    en="The protocol file has no stopping rule beside the design and the planned number.",
    fr="Le fichier de protocole n'a pas de règle d'arrêt en dehors du plan et de l'effectif prévu.",
)
NOT_JUSTIFIED = Text(
    en="The operating characteristics behind this number can be added with --operating.",
    fr="Les caractéristiques opératoires à l'appui de cet effectif s'ajoutent avec --operating.",
)
SIGNED_BY = Text(
    en="A dose decision rests on frozen, checked data and counts once signed by: {roles}. A departure from what design "
    "and rules advise needs a written reason and stays visible in every report.",
    fr="Une décision de dose repose sur des données gelées et contrôlées et vaut une fois signée par : {roles}. Un "
    "écart par rapport à l'avis du plan et des règles exige un motif écrit et reste visible dans tous les rapports.",
)
NOT_PUBLISHED = Text(
    en="Written from publications: who decided on the dose, and how it was signed, is not in the protocol file.",
    fr="Rédigé d'après des publications : qui décidait de la dose et comment c'était signé n'est pas dans le fichier "
    "de protocole.",
)
DECIDED_ELSEWHERE = Text(
    en="Dose decisions are documented in another system ({where}).",
    fr="Les décisions de dose sont documentées dans un autre système ({where}).",
)
POPULATION = (
    Text(
        en="Safety: everybody who received any infusion, at the level of the dose given.",
        fr="Tolérance : toute personne ayant reçu une perfusion, au palier de la dose reçue.",
    ),
    Text(
        en="Dose-determining: infused and observed for the whole DLT window, or with a DLT before.",
        fr="Recherche de dose : perfusée et observée pendant toute la fenêtre de DLT, ou ayant une DLT avant sa fin.",
    ),
    Text(
        en="Activity: everybody infused whose endpoint could be assessed; who was not assessed is counted apart, never "
        "as a non-responder.",
        fr="Activité : toute personne perfusée dont le critère a pu être évalué ; les autres sont comptées à part, "
        "jamais comme non-répondeuses.",
    ),
    Text(
        en="An event whose relation has not been judged leaves its participant unsettled until it is.",
        fr="Un événement dont l'imputabilité n'est pas jugée laisse sa personne en suspens jusqu'au jugement.",
    ),
)
REPLACED = Text(
    en="A participant who leaves the window without a DLT, or is never infused, is replaced{most}.",
    fr="Une personne qui quitte la fenêtre sans DLT, ou n'est jamais perfusée, est remplacée{most}.",
)
AT_MOST = Text(en=", {n} of them at most", fr=", au plus {n} fois")
NOT_REPLACED = Text(
    en="Participants who cannot be evaluated are not replaced.",
    fr="Les personnes non évaluables ne sont pas remplacées.",
)
