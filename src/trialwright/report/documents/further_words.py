"""The sentences on Bayesian monitoring, borrowing, single-arm steps, dropped arms and adaptive allocation."""

from __future__ import annotations

from trialwright.vocabulary.words import Text

SECTIONS = {
    "monitoring": Text(en="Monitoring by posterior probability", fr="Suivi par probabilité a posteriori"),
    "borrowing": Text(en="Borrowing from earlier placebo arms", fr="Emprunt à des bras placebo antérieurs"),
    "single": Text(en="A step with one arm", fr="Une étape à un seul bras"),
    "dropped": Text(en="Dropping treatments half-way", fr="Abandon de traitements en cours d’essai"),
    "adaptive": Text(en="Adaptive allocation, and its cost", fr="Allocation adaptative, et son coût"),
}
MONITORING = {
    "rule": Text(
        en="The effect is shown when the posterior probability that {arm} is better than {control}{margin} is above "
        "{cut:percent2}. A look stops the trial for futility when the predictive probability of that at the end is "
        "below {futility:percent1}.",
        fr="L’effet est montré si la probabilité a posteriori que {arm} soit meilleur que {control}{margin} dépasse "
        "{cut:percent2}. Une analyse arrête l’essai pour futilité si la probabilité prédictive d’y parvenir à la fin "
        "est inférieure à {futility:percent1}.",
    ),
    "margin": Text(en=" by more than {margin:percent1}", fr=" de plus de {margin:percent1}"),
    "calibrated": Text(
        en="The cut-off is the least that keeps an error of {alpha:percent2} for every true share of the control from "
        "{low:percent0} to {high:percent0}, nothing borrowed and nobody stopping for futility.",
        fr="Ce seuil est le plus bas qui respecte une erreur de {alpha:percent2} pour toute proportion vraie du "
        "contrôle de {low:percent0} à {high:percent0}, sans emprunt et sans arrêt pour futilité.",
    ),
    "calibrated_effect": Text(
        en="The cut-off is the least that keeps an error of {alpha:percent2} at these looks, nobody stopping for "
        "futility.",
        fr="Ce seuil est le plus bas qui respecte une erreur de {alpha:percent2} à ces analyses, sans arrêt pour "
        "futilité.",
    ),
    "given": Text(
        en="The cut-off is given in the plan; it is not calibrated to the level.",
        fr="Le seuil est donné par le plan ; il n’est pas calibré sur le niveau.",
    ),
    "borrowed": Text(
        en="The control’s prior is the borrowed one, made robust: see the next section for its error.",
        fr="L’a priori du contrôle est celui emprunté, rendu robuste : son erreur est dans la section suivante.",
    ),
    "above": Text(
        en="The largest error is {error:percent2}, above the level of {alpha:percent2}.",
        fr="La plus grande erreur est de {error:percent2}, au-dessus du niveau de {alpha:percent2}.",
    ),
    "exact": Text(
        en="Exact: the sum over every pair of counts, no simulation. The first treatment against the control.",
        fr="Exact : somme sur toutes les paires d’effectifs, sans simulation. Premier traitement contre contrôle.",
    ),
    "counts": Text(
        en="Counts hold when the control shows the number in the column before; other counts have other bounds.",
        fr="Les nombres valent si le contrôle montre celui de la colonne précédente ; d’autres en ont d’autres.",
    ),
}
FACTS = {
    "cut": Text(en="Posterior probability from which it is shown", fr="Probabilité a posteriori requise"),
    "error": Text(en="Largest error", fr="Plus grande erreur"),
    "power": Text(en="Power for what is assumed", fr="Puissance pour l’hypothèse"),
    "none": Text(en="Expected without an effect", fr="Attendus sans effet"),
    "effect": Text(en="Expected with the effect", fr="Attendus avec l’effet"),
}
COLUMNS = {
    "look": Text(en="Look", fr="Analyse"),
    "treated": Text(en="On treatment", fr="Sous traitement"),
    "control": Text(en="On control", fr="Sous contrôle"),
    "at": Text(en="Doing well on control", fr="Succès sous contrôle"),
    "needed": Text(en="Shown from, on treatment", fr="Montré à partir de"),
    "futile": Text(en="Futile up to, on treatment", fr="Futile jusqu’à"),
    "upper": Text(en="Efficacy, z", fr="Efficacité, z"),
    "lower": Text(en="Futility, z", fr="Futilité, z"),
    "stop_none": Text(en="Shown without effect", fr="Montré sans effet"),
    "stop_effect": Text(en="Shown with effect", fr="Montré avec effet"),
    "futile_none": Text(en="Futile without effect", fr="Futile sans effet"),
    "futile_effect": Text(en="Futile with effect", fr="Futile avec effet"),
    "trial": Text(en="Trial", fr="Essai"),
    "responders": Text(en="Responders", fr="Répondeurs"),
    "source": Text(en="Source", fr="Source"),
    "status": Text(en="Status", fr="Statut"),
    "kind": Text(en="Prior", fr="A priori"),
    "mean": Text(en="Mean", fr="Moyenne"),
    "moments": Text(en="Worth, by moments", fr="Valeur, par moments"),
    "information": Text(en="Worth, by information", fr="Valeur, par information"),
    "worst": Text(en="Largest error", fr="Plus grande erreur"),
    "worst_at": Text(en="At a true share of", fr="Pour une proportion vraie de"),
    "share": Text(en="True share of the control", fr="Proportion vraie du contrôle"),
    "error_none": Text(en="Error, nothing borrowed", fr="Erreur, sans emprunt"),
    "error_robust": Text(en="Error, robust", fr="Erreur, robuste"),
    "error_full": Text(en="Error, as it is", fr="Erreur, tel quel"),
    "power_none": Text(en="Power, nothing borrowed", fr="Puissance, sans emprunt"),
    "power_robust": Text(en="Power, robust", fr="Puissance, robuste"),
    "weight": Text(en="Weight left to the earlier arms", fr="Poids laissé aux bras antérieurs"),
    "tail": Text(en="How surprising", fr="Degré de surprise"),
    "design": Text(en="Design", fr="Plan"),
    "first": Text(en="Stop at, of the first", fr="Arrêt jusqu’à, des premiers"),
    "second": Text(en="Not promising at, of all", fr="Non prometteur jusqu’à, de tous"),
    "expected": Text(en="Expected people", fr="Personnes attendues"),
    "alpha": Text(en="Error", fr="Erreur"),
    "power": Text(en="Power", fr="Puissance"),
    "n": Text(en="Participants", fr="Participants"),
    "stop_first": Text(en="Stop: responses at most", fr="Arrêt : réponses au plus"),
    "stop_toxic": Text(en="Stop: toxicities at least", fr="Arrêt : toxicités au moins"),
    "stop_second": Text(en="Second activity at most", fr="Deuxième activité au plus"),
    "truth": Text(en="Truth", fr="Vérité"),
    "rate": Text(en="Response rate", fr="Taux de réponse"),
    "rate_second": Text(en="Second rate", fr="Deuxième taux"),
    "declared": Text(en="Declared promising", fr="Déclaré prometteur"),
    "early": Text(en="Stopped early", fr="Arrêté tôt"),
    "any": Text(en="Any treatment shown", fr="Au moins un montré"),
    "wrong": Text(en="One shown that is no better", fr="Un montré sans être meilleur"),
    "best": Text(en="Best one goes on", fr="Le meilleur continue"),
    "together": Text(en="Any shown, nobody dropped", fr="Au moins un, sans abandon"),
    "naive": Text(en="Wrongly shown by a plain test", fr="Montré à tort par un test simple"),
    "allocation": Text(en="Allocation", fr="Allocation"),
    "shown": Text(en="Shown", fr="Montré"),
    "stratified": Text(en="Shown, stratified by block", fr="Montré, stratifié par bloc"),
    "mean_share": Text(en="Share on the best treatment", fr="Part sous le meilleur"),
    "spread": Text(en="5% to 95% of trials", fr="5 % à 95 % des essais"),
    "fewer": Text(en="Fewer there than by equal shares", fr="Moins qu’à parts égales"),
    "failures": Text(en="People who do not do well", fr="Personnes en échec"),
}
TABLES = {
    "rule": Text(en="What stops the trial at each look", fr="Ce qui arrête l’essai à chaque analyse"),
    "arms": Text(en="The earlier arms", fr="Les bras antérieurs"),
    "worth": Text(
        en="What the prior is worth, and its largest error",
        fr="Ce que vaut l’a priori, et sa plus grande erreur",
    ),
    "shares": Text(
        en="Error and power by the true share of the control",
        fr="Erreur et puissance selon la proportion vraie",
    ),
    "simon": Text(en="Two stages (Simon 1989)", fr="Deux étapes (Simon 1989)"),
    "stops": Text(en="Counts that stop the step (BOP2)", fr="Effectifs qui arrêtent l’étape (BOP2)"),
    "truths": Text(en="What monitoring does", fr="Ce que fait le suivi"),
    "dropped": Text(en="Dropping treatments: simulated trials", fr="Abandon de traitements : essais simulés"),
    "adaptive": Text(en="Adaptive allocation beside equal shares", fr="Allocation adaptative et parts égales"),
}
KINDS = {
    "none": Text(en="nothing borrowed", fr="sans emprunt"),
    "robust": Text(en="made robust", fr="rendu robuste"),
    "full": Text(en="as it is", fr="tel quel"),
}
BORROWING = {
    "prior": Text(
        en="The earlier arms say {mean:percent1} for a further trial, 95% between {low:percent1} and {high:percent1}; "
        "log-odds differ between trials by {spread:number2} (posterior mean; half-normal prior of scale "
        "{scale:plain}). As a mixture of betas: {mixture} (divergence {divergence:number4}).",
        fr="Pour un essai de plus, les bras antérieurs disent {mean:percent1}, 95 % entre {low:percent1} et "
        "{high:percent1} ; les log-cotes diffèrent entre essais de {spread:number2} (moyenne a posteriori ; a priori "
        "demi-normal d’échelle {scale:plain}). En mélange de bêtas : {mixture} (divergence {divergence:number4}).",
    ),
    "part": Text(
        en="{weight:percent0} Beta({a:number1}, {b:number1})",
        fr="{weight:percent0} Bêta({a:number1} ; {b:number1})",
    ),
    "robust": Text(
        en="{weight:percent0} of the prior is vague: where this trial’s placebo arm disagrees, the earlier ones lose "
        "their weight, but not at once.",
        fr="{weight:percent0} de l’a priori est vague : si le bras placebo de cet essai s’en écarte, les antérieurs "
        "perdent leur poids, mais pas d’un coup.",
    ),
    "cost": Text(
        en="Borrowing does not keep the level: with the robust prior the error reaches {robust:percent1} at a true "
        "share of {at:percent0}, with the prior as it is {full:percent1} at {full_at:percent0}; without borrowing at "
        "most {none:percent1}. Where the control of this trial truly does better than the earlier ones, the error "
        "rises; where it does worse, power is lost.",
        fr="L’emprunt ne respecte pas le niveau : avec l’a priori robuste l’erreur atteint {robust:percent1} pour une "
        "proportion vraie de {at:percent0}, tel quel {full:percent1} à {full_at:percent0} ; sans emprunt au plus "
        "{none:percent1}. Si le contrôle de cet essai fait vraiment mieux que les antérieurs, l’erreur monte ; s’il "
        "fait moins bien, de la puissance est perdue.",
    ),
    "there": Text(en="earlier arms", fr="bras antérieurs"),
    "alt": Text(
        en="Error by the true share of the control, with nothing borrowed, with the robust prior and as it is.",
        fr="Erreur selon la proportion vraie du contrôle, sans emprunt, avec l’a priori robuste et tel quel.",
    ),
    "figure": Text(en="What borrowing does to the error", fr="Ce que l’emprunt fait à l’erreur"),
    "power_figure": Text(en="What borrowing does to the power", fr="Ce que l’emprunt fait à la puissance"),
    "power_alt": Text(
        en="Power for the difference assumed by the true share of the control.",
        fr="Puissance pour la différence supposée selon la proportion vraie du contrôle.",
    ),
    "y": Text(en="shown without an effect", fr="montré sans effet"),
    "y_power": Text(en="shown with the effect", fr="montré avec l’effet"),
    "level": Text(en="level", fr="niveau"),
    "tail": Text(
        en="How surprising: the predictive probability of a count as improbable or more, were the earlier arms right.",
        fr="Degré de surprise : probabilité prédictive d’un nombre aussi improbable ou plus, si les antérieurs "
        "avaient raison.",
    ),
    "worth": Text(
        en="People it is worth: by moments, the one beta with its mean and variance; by information, the expected "
        "local information ratio. A robust prior can be worth few by the first and many by the second.",
        fr="Personnes qu’il vaut : par moments, la bêta de mêmes moyenne et variance ; par information, le rapport "
        "d’information local attendu. Un a priori robuste peut valoir peu selon l’un et beaucoup selon l’autre.",
    ),
}
SINGLE = {
    "simon": Text(
        en="A rate of {poor:percent0} is not worth pursuing, {good:percent0} is. Error {alpha:percent0}, power "
        "{power:percent0}, exact.",
        fr="Un taux de {poor:percent0} ne mérite pas d’être poursuivi, {good:percent0} oui. Erreur {alpha:percent0}, "
        "puissance {power:percent0}, exactes.",
    ),
    "cut": Text(
        en="Monitoring after {looks}: the step stops when the posterior probability of a good enough rate is below "
        "{level:plain} (n / {most})^{gamma:plain}, which has the most power ({power:percent1}) with an error of at "
        "most {error:percent1}.",
        fr="Suivi après {looks} : l’étape s’arrête si la probabilité a posteriori d’un taux suffisant est inférieure "
        "à {level:plain} (n / {most})^{gamma:plain}, ce qui a la plus grande puissance ({power:percent1}) avec une "
        "erreur d’au plus {error:percent1}.",
    ),
    "either": Text(
        en="It stops when either fails: too few responses, or too many toxicities.",
        fr="Elle s’arrête si l’un échoue : trop peu de réponses, ou trop de toxicités.",
    ),
    "both": Text(en="It stops when both fail.", fr="Elle s’arrête si les deux échouent."),
    "global": Text(
        en="The error is kept where both rates are poor only: one that is active but toxic may pass far more often.",
        fr="L’erreur n’est respectée que si les deux taux sont mauvais : un produit actif mais toxique peut passer "
        "bien plus souvent.",
    ),
    "independent": Text(
        en="Truths with one poor rate take the two endpoints as independent.",
        fr="Les vérités à un seul mauvais taux supposent les deux critères indépendants.",
    ),
}
DESIGNS = {
    "optimal": Text(en="optimal", fr="optimal"),
    "minimax": Text(en="minimax", fr="minimax"),
    "admissible": Text(en="admissible", fr="admissible"),
}
TRUTHS = {
    "null": Text(en="poor", fr="mauvais"),
    "second poor": Text(en="good, but the second poor", fr="bon, mais le second mauvais"),
    "first poor": Text(en="poor, but the second good", fr="mauvais, mais le second bon"),
    "good": Text(en="good", fr="bon"),
}
DROPPING = {
    "rule": Text(
        en="After {first} on the control and as many for each treatment by its ratio, the best go on, at most "
        "{keep}{futile}. What is left is tested with both stages by the closed test of the weighted inverse normal "
        "combination, Dunnett’s test in each intersection: the familywise error of {alpha:percent2} is kept for "
        "whatever is dropped.",
        fr="Après {first} sous contrôle et autant par traitement selon son ratio, les {keep} meilleurs "
        "continuent{futile}. Le reste est testé avec les deux étapes par le test fermé de la combinaison pondérée de "
        "normales inverses, test de Dunnett dans chaque intersection : l’erreur globale de {alpha:percent2} est "
        "respectée quoi qu’on abandonne.",
    ),
    "futile": Text(en=", if their z is {z:number2} or more", fr=", si leur z est de {z:number2} ou plus"),
    "cost": Text(
        en="Picking the best and testing it plainly would be wrong in {naive:percent1} of the trials without an "
        "effect.",
        fr="Choisir le meilleur et le tester simplement aurait tort dans {naive:percent1} des essais sans effet.",
    ),
    "saves": Text(
        en="Expected participants fall from {all} to {people:number0}; power as assumed is {power:percent1} instead "
        "of {together:percent1} with nobody dropped.",
        fr="Le nombre attendu de participants passe de {all} à {people:number0} ; la puissance supposée est de "
        "{power:percent1} au lieu de {together:percent1} sans abandon.",
    ),
    "note": Text(
        en="{trials} simulated trials of each truth, seed {seed}; limits are those of the simulation (95%). For "
        "shares the score test is a normal approximation in each stage.",
        fr="{trials} essais simulés par vérité, graine {seed} ; les limites sont celles de la simulation (95 %). Pour "
        "des proportions, le test du score est une approximation normale à chaque étape.",
    ),
}
CASES = {
    "null": Text(en="no effect", fr="aucun effet"),
    "one": Text(en="only the best has one", fr="seul le meilleur en a un"),
    "assumed": Text(en="as assumed", fr="comme supposé"),
    "drift": Text(en="no effect, rates drift", fr="aucun effet, taux dérivants"),
}
ADAPTIVE = {
    "rule": Text(
        en="After {burn_in} with equal shares, each block of {block} is allocated by P(best)^c, c {power}, with at "
        "least {least:percent0} for an arm (Thall & Wathen 2007); outcomes are known {delay} participants later.",
        fr="Après {burn_in} à parts égales, chaque bloc de {block} est alloué selon P(meilleur)^c, c {power}, avec au "
        "moins {least:percent0} par bras (Thall et Wathen 2007) ; les résultats sont connus {delay} participants plus "
        "tard.",
    ),
    "rising": Text(en="= n / (2N)", fr="= n / (2N)"),
    "fixed": Text(en="= {c:plain}", fr="= {c:plain}"),
    "cost": Text(
        en="What it costs: the effect assumed is shown in {power:percent1} of the trials instead of {equal:percent1} "
        "with equal shares ({stratified:percent1} when tested by block, as a drift demands); where the rates drift by "
        "{drift:plain} on the log-odds scale and nothing works, the usual test is wrong in {wrong:percent1} instead of "
        "{wrong_equal:percent1}; and the share of the best treatment varies from {low:percent0} to {high:percent0} "
        "between trials. What it gains: {gain:number1} people fewer who do not do well, among {people}.",
        fr="Ce qu’elle coûte : l’effet supposé est montré dans {power:percent1} des essais au lieu de "
        "{equal:percent1} à parts égales ({stratified:percent1} si l’on teste par bloc, comme l’exige une dérive) ; si "
        "les taux dérivent de {drift:plain} en log-cote et que rien n’agit, le test usuel a tort dans {wrong:percent1} "
        "au lieu de {wrong_equal:percent1} ; et la part du meilleur traitement varie de {low:percent0} à "
        "{high:percent0} d’un essai à l’autre. Ce qu’elle gagne : {gain:number1} personnes en échec de moins, sur "
        "{people}.",
    ),
    "note": Text(
        en="{trials} simulated trials of each truth, seed {seed}; limits are those of the simulation (95%).",
        fr="{trials} essais simulés par vérité, graine {seed} ; les limites sont celles de la simulation (95 %).",
    ),
    "yes": Text(en="adaptive", fr="adaptative"),
    "no": Text(en="equal shares", fr="parts égales"),
}
RANGE = Text(en="{low:percent0} to {high:percent0}", fr="{low:percent0} à {high:percent0}")
INSTEAD = {
    "monitoring": Text(
        en="Where the trial is monitored by posterior probability, this stands in place of the boundaries above:",
        fr="Si l’essai est suivi par probabilité a posteriori, ceci remplace les limites ci-dessus :",
    ),
    "single": Text(en="If a step with one arm comes first:", fr="Si une étape à un seul bras précède :"),
    "dropped": Text(
        en="Where treatments are dropped, this stands in place of the test above:",
        fr="Si des traitements sont abandonnés, ceci remplace le test ci-dessus :",
    ),
}
