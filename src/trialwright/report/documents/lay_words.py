"""The sentences of the lay summary: short, in everyday words, one thought each."""

from __future__ import annotations

from trialwright.vocabulary.words import Text

TITLE = Text(en="Summary in plain words: {title}", fr="Résumé en mots simples : {title}")
SUBTITLE = Text(en="{id} — what was known on {on}", fr="{id} — ce que l'on savait le {on}")
MADE_UP = Text(
    en="This text was made from numbers that were published. It does not come from the files of the hospital.",
    fr="Ce texte est fait à partir de chiffres publiés. Il ne vient pas des dossiers de l'hôpital.",
)
PRACTICE = Text(en="This is practice. None of it happened.", fr="Ceci est un exercice. Rien de tout cela n'a eu lieu.")
ABOUT = Text(en="What was this trial about?", fr="De quoi parle cet essai ?")
DONE = Text(en="What was done?", fr="Qu'a-t-on fait ?")
WHO = Text(en="Who took part?", fr="Qui a participé ?")
SEEN = Text(en="What was seen?", fr="Qu'a-t-on observé ?")
EFFECTS = Text(en="Were there side effects?", fr="Y a-t-il eu des effets indésirables ?")
UNKNOWN = Text(en="What do we not know yet?", fr="Que ne sait-on pas encore ?")
MORE = Text(en="Where can I read more?", fr="Où en lire plus ?")

DISEASE = Text(
    en="The trial was for people with this disease: {disease}.", fr="L'essai concernait cette maladie : {disease}."
)
PRODUCT = Text(en="The treatment was: {product}.", fr="Le traitement était : {product}.")
FIRST_STEP = Text(
    en="It was an early trial. Its main question was how safe the treatment is, and which dose to use.",
    fr="C'était un essai précoce. Sa question principale : ce traitement est-il sûr, et à quelle dose ?",
)
EVERYBODY = Text(
    en="Everybody in the trial was to get the treatment. Nobody was given a fake one.",
    fr="Tous devaient recevoir le traitement. Personne ne recevait de faux traitement.",
)
ONE_DOSE = Text(en="There was one dose: {dose}.", fr="Il y avait une seule dose : {dose}.")
DOSES = Text(
    en="There were {n} doses, from low to high: {doses}.",
    fr="Il y avait {n} doses, de la plus faible à la plus forte : {doses}.",
)
STEPS = Text(
    en="A few people got a dose first. Then a team looked at how they were. Only then did they choose the next dose.",
    fr="Quelques personnes recevaient d'abord une dose. Puis une équipe regardait comment elles allaient. La dose "
    "suivante n'était choisie qu'ensuite.",
)
WATCHED = Text(
    en="Doctors watched each person closely for {days} days after the treatment.",
    fr="Les médecins surveillaient chaque personne de près pendant {days} jours après le traitement.",
)
LIMIT = Text(
    en="They looked above all for strong side effects. The plan said in advance which ones count against a higher "
    "dose.",
    fr="Ils cherchaient surtout des effets indésirables forts. Le plan disait d'avance lesquels comptent contre une "
    "dose plus forte.",
)
PLANNED = Text(
    en="The plan was to treat {planned}. {treated} had been treated.",
    fr="Le plan était de traiter {planned}. Au total, {treated} avaient été traitées.",
)
NOBODY = Text(en="Nobody has taken part yet.", fr="Personne n'a encore participé.")
NOBODY_TREATED = Text(en="Nobody has had the treatment yet.", fr="Personne n'a encore reçu le traitement.")
JOINED = Text(en="{n} joined the trial.", fr="L'essai a accueilli {n}.")
NOT_TREATED = Text(en="{n} joined but did not get the treatment.", fr="{n} sans recevoir le traitement.")
STAYED = Text(en="{n} stayed until the planned end.", fr="Restées jusqu'à la fin prévue : {n}.")
STILL = Text(en="{n} are still being followed.", fr="Encore suivies : {n}.")
LEFT = Text(en="{n} left earlier.", fr="Parties plus tôt : {n}.")
CLOSED = Text(
    en="The trial stopped taking in people on {on}. The reason given was: “{reason}”.",
    fr="L'essai n'a plus accueilli personne à partir du {on}. La raison donnée : « {reason} ».",
)
NOT_RESULTS = Text(en="This had nothing to do with the results.", fr="Cela n'avait rien à voir avec les résultats.")
RESULTS = Text(en="This had to do with the results.", fr="Cela était lié aux résultats.")
OPEN = Text(en="The trial is still taking in people.", fr="L'essai accueille encore des personnes.")
BY_DOSE = Text(en="People by dose", fr="Personnes par dose")
STRONG = Text(
    en="{count} of {of} people had a strong side effect of the kind that counts against a higher dose.",
    fr="Effet indésirable fort, qui compte contre une dose plus forte : {count} sur {of} personnes.",
)
NO_JUDGED = Text(
    en="Nobody has been watched long enough yet to answer the main question.",
    fr="Personne n'a encore été suivi assez longtemps pour répondre à la question principale.",
)
ENDPOINT = Text(
    en="Doctors also looked at the disease. {count} of {of} people reached this goal: {title} ({visit}).",
    fr="Les médecins ont aussi regardé la maladie. Ce but a été atteint par {count} personnes sur {of} : {title} "
    "({visit}).",
)
NOT_ASSESSED = Text(en="For {n} more, it could not be told.", fr="Pour {n} de plus, on n'a pas pu le dire.")
NO_ENDPOINT = Text(
    en="This text has no numbers on whether the disease got better.",
    fr="Ce texte n'a pas de chiffres sur l'amélioration de la maladie.",
)
ANY = Text(
    en="{count} of {of} treated people had at least one health problem during the trial, from whatever cause.",
    fr="Au moins un problème de santé pendant l'essai, quelle qu'en soit la cause : {count} sur {of} personnes "
    "traitées.",
)
NO_EVENT = Text(
    en="No health problem has been written down so far.", fr="Aucun problème de santé n'a été noté à ce jour."
)
LINKED = Text(
    en="In {count} of them, doctors thought the treatment may have caused it.",
    fr="Pour {count} d'entre elles, les médecins ont pensé que le traitement pouvait en être la cause.",
)
SERIOUS = Text(
    en="{count} had a serious problem, such as one that needs a stay in hospital.",
    fr="Problème grave, par exemple un séjour à l'hôpital : {count}.",
)
NO_SERIOUS = Text(
    en="Nobody is known to have had a serious problem, such as one that needs a stay in hospital.",
    fr="On ne connaît aucun problème grave, comme un séjour à l'hôpital.",
)
NOT_JUDGED = Text(
    en="For some problems, doctors have not yet said what the cause may be.",
    fr="Pour certains problèmes, les médecins n'ont pas encore dit quelle peut être la cause.",
)
SERIOUS_UNKNOWN = Text(
    en="For some problems we do not know if they were serious.",
    fr="Pour certains problèmes, on ne sait pas s'ils étaient graves.",
)
DIED = Text(en="{count} died during the trial.", fr="Décès pendant l'essai : {count}.")
NO_DEATH = Text(en="Nobody died during the trial.", fr="Personne n'est mort pendant l'essai.")
RELATED_TERMS = Text(
    en="Problems that may come from the treatment: {terms}.",
    fr="Problèmes qui peuvent venir du traitement : {terms}.",
)
FEW = Text(
    en="Very few people took part. So the results may be due to chance.",
    fr="Très peu de personnes ont participé. Les résultats peuvent donc être dus au hasard.",
)
UP_TO = Text(
    en="Strong side effects could still happen to as many as {n} in 100 people. This trial is too small to rule that "
    "out.",
    fr="Des effets forts pourraient encore toucher jusqu'à {n} personnes sur 100. Cet essai est trop petit pour "
    "l'exclure.",
)
NO_COMPARISON = Text(
    en="There was no group without the treatment. So we cannot say that the treatment made people better.",
    fr="Il n'y avait pas de groupe sans traitement. On ne peut donc pas dire que le traitement a amélioré leur état.",
)
LATER = Text(en="We do not know what happens in the long run.", fr="On ne sait pas ce qui se passe à long terme.")
NEXT = Text(
    en="Larger trials are needed. Talk to your doctor before you draw any conclusion for yourself.",
    fr="De plus grands essais sont nécessaires. Parlez à votre médecin avant d'en tirer une conclusion pour vous.",
)
REGISTERED = Text(en="The trial is registered as: {numbers}.", fr="L'essai est enregistré sous : {numbers}.")
SPONSOR = Text(en="It is run by: {sponsor}.", fr="Il est mené par : {sponsor}.")
THANKS = Text(en="We thank everybody who took part.", fr="Merci à toutes les personnes qui ont participé.")
PERSON = Text(en="1 person", fr="1 personne")
PEOPLE = Text(en="{n} people", fr="{n} personnes")
MILLION = Text(en="{n:plain} million {unit}", fr="{n:plain} million de {unit}")
MILLIONS = Text(en="{n:plain} million {unit}", fr="{n:plain} millions de {unit}")
AMOUNT = Text(en="{n:plain} {unit}", fr="{n:plain} {unit}")
TIMES = Text(en="{dose}, {n} times", fr="{dose}, {n} fois")
