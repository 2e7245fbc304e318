"""Results in the shape of ClinicalTrials.gov: the names and nesting of the study record of its public interface, v2.

Checked against a copy of the documentation of ``GET /studies/{nctId}``: the four modules of ``resultsSection``, their
groups, denominators, classes, categories, event groups and event statistics, all with these names; numbers of the
first three modules are texts there, those of adverse events are numbers. Not checked: which values the registry's own
entry form accepts (the wording of milestones and reasons, organ systems), and its upload format, which is another one.
Whether events were asked for systematically is not in the record, and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trialwright.analysis.registry import ONGOING, THRESHOLD, Outcome, RegistryResults, Sex, TermRow
from trialwright.report.model import doses_in_words
from trialwright.vocabulary.words import number

# The registry's own words for why somebody did not complete.
REASONS: Mapping[str, str] = {
    "consent withdrawn": "Withdrawal by Subject",
    "adverse event": "Adverse Event",
    "died": "Death",
    "lost to follow-up": "Lost to Follow-up",
    "investigator": "Physician Decision",
    "sponsor": "Study Terminated by Sponsor",
    "no product": "Product not available",
    "other": "Other",
    ONGOING: "Still in follow-up at the data cut",
}
SEX: Mapping[Sex, str] = {"female": "Female", "male": "Male", "unknown": "Unknown"}
ASSIGNED = "Dose levels were assigned by the dose-escalation design of the protocol."
MADE_UP = "Reconstructed from publications: who belongs to which dose level is illustrative, totals are published."
Json = dict[str, Any]


def clinicaltrials_gov(results: RegistryResults) -> Json:
    """The record with its results section; what this program does not hold is left out, never filled in."""
    identity = results.case.study.identity
    nct = next((one for one in identity.registry if one.startswith("NCT")), "")
    identification: Json = {"orgStudyIdInfo": {"id": identity.id}, "officialTitle": identity.title.said("en")}
    if nct:
        identification = {"nctId": nct, **identification}
    return {
        "protocolSection": {
            "identificationModule": identification,
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": identity.sponsor}},
        },
        "resultsSection": {
            "participantFlowModule": _flow(results),
            "baselineCharacteristicsModule": _baseline(results),
            "outcomeMeasuresModule": {"outcomeMeasures": [_outcome(results, one) for one in results.outcomes]},
            "adverseEventsModule": _events(results),
        },
    }


def level_title(results: RegistryResults, level: int) -> str:
    """A dose level as the title of a group."""
    study = results.case.study
    dose = doses_in_words(study.dose_levels, study.dosing.unit)[level - 1]
    return f"Dose level {level}: {dose.said('en')}"


def _groups(results: RegistryResults, levels: Sequence[int], *, prefix: str) -> list[Json]:
    return [{"id": f"{prefix}{place:03d}", "title": level_title(results, level)} for place, level in enumerate(levels)]


def _flow(results: RegistryResults) -> Json:
    groups = _groups(results, [one.dose_level for one in results.flow], prefix="FG")
    milestones = (
        ("STARTED", [one.started for one in results.flow]),
        ("Infused", [one.infused for one in results.flow]),
        ("Evaluable for dose-limiting toxicity", [one.evaluable for one in results.flow]),
        ("COMPLETED", [one.completed for one in results.flow]),
        ("NOT COMPLETED", [one.started - one.completed for one in results.flow]),
    )
    kinds = sorted({kind for one in results.flow for kind, _ in one.reasons})
    return {
        "preAssignmentDetails": ASSIGNED + (f" {MADE_UP}" if results.split_is_illustrative else ""),
        "groups": groups,
        "periods": [
            {
                "title": "Overall Study",
                "milestones": [
                    {"type": kind, "achievements": _counts(groups, counts, key="numSubjects")}
                    for kind, counts in milestones
                ],
                "dropWithdraws": [
                    {
                        "type": REASONS.get(kind, kind),
                        "reasons": _counts(
                            groups, [dict(one.reasons).get(kind, 0) for one in results.flow], key="numSubjects"
                        ),
                    }
                    for kind in kinds
                ],
            }
        ],
    }


def _counts(groups: Sequence[Json], counts: Sequence[int], *, key: str) -> list[Json]:
    return [{"groupId": group["id"], key: str(count)} for group, count in zip(groups, counts, strict=True)]


def _baseline(results: RegistryResults) -> Json:
    levels = [one.dose_level for one in results.baseline[:-1]]
    groups = [*_groups(results, levels, prefix="BG"), {"id": f"BG{len(levels):03d}", "title": "Total"}]
    numbers = [one.n for one in results.baseline]
    sexes = [dict(one.sexes) for one in results.baseline]
    kinds = [kind for kind in SEX if any(kind in one for one in sexes)]
    measures = [
        {
            "title": "Sex: Female, Male",
            "paramType": "COUNT_OF_PARTICIPANTS",
            "unitOfMeasure": "Participants",
            "classes": [
                {
                    "categories": [
                        {
                            "title": SEX[kind],
                            "measurements": _counts(groups, [one.get(kind, 0) for one in sexes], key="value"),
                        }
                        for kind in kinds
                    ]
                }
            ],
        }
    ]
    if any(one.age.n for one in results.baseline):
        measures.append(_age(results, groups))
    return {
        "groups": groups,
        "denoms": [{"units": "Participants", "counts": _counts(groups, numbers, key="value")}],
        "measures": measures,
    }


def _age(results: RegistryResults, groups: Sequence[Json]) -> Json:
    measured = []
    for group, one in zip(groups, results.baseline, strict=True):
        age = one.age
        if age.median is None or age.lower_quartile is None or age.upper_quartile is None:
            continue
        low, high = number(age.lower_quartile, 1), number(age.upper_quartile, 1)
        measured.append({"groupId": group["id"], "value": number(age.median, 1), "lowerLimit": low, "upperLimit": high})
    known = [one.age.n for one in results.baseline]
    return {
        "title": "Age, Continuous",
        "paramType": "MEDIAN",
        "dispersionType": "INTER_QUARTILE_RANGE",
        "unitOfMeasure": "years",
        "denoms": [{"units": "Participants", "counts": _counts(groups, known, key="value")}],
        "classes": [{"categories": [{"measurements": measured}]}],
    }


def _outcome(results: RegistryResults, one: Outcome) -> Json:
    study, dlt = results.case.study, results.case.study.dlt
    groups = _groups(results, [level for level, *_ in one.groups], prefix="OG")
    if one.endpoint is None:
        title = "Participants with a dose-limiting toxicity"
        frame = f"day {dlt.first_day} to day {dlt.last_day} of an infusion"
        about = f"{dlt.relation} adverse event of CTCAE grade {dlt.min_grade} or more"
        population = "Infused and observed for the whole window, or with a dose-limiting toxicity"
    else:
        title, frame = one.endpoint.title.said("en"), study.visit_name(one.endpoint.visit).said("en")
        about, population = one.endpoint.definition.said("en"), "Infused, and assessed for this endpoint"
    return {
        "type": "PRIMARY" if one.endpoint is None else "SECONDARY",
        "title": title,
        "description": about,
        "populationDescription": population,
        "reportingStatus": "POSTED",
        "paramType": "COUNT_OF_PARTICIPANTS",
        "unitOfMeasure": "Participants",
        "timeFrame": frame,
        "groups": groups,
        "denoms": [{"units": "Participants", "counts": _counts(groups, [of for *_, of in one.groups], key="value")}],
        "classes": [
            {"categories": [{"measurements": _counts(groups, [n for _, n, _ in one.groups], key="value")}]},
        ],
        "analyses": _analyses(one, groups),
    }


def _analyses(one: Outcome, groups: Sequence[Json]) -> list[Json]:
    """The exact interval over all levels together; none of nobody."""
    overall = one.overall
    if overall.lower is None or overall.upper is None:
        return []
    return [
        {
            "groupIds": [group["id"] for group in groups],
            "groupDescription": "All dose levels together; descriptive",
            "paramType": "Proportion of participants",
            "paramValue": number(overall.count / overall.of, 3),
            "ciNumSides": "TWO_SIDED",
            "ciPctValue": "95",
            "ciLowerLimit": number(overall.lower, 3),
            "ciUpperLimit": number(overall.upper, 3),
            "statisticalMethod": "Clopper-Pearson",
        }
    ]


def _events(results: RegistryResults) -> Json:
    tables = results.events
    groups = _groups(results, tables.levels, prefix="EG")
    for place, group in enumerate(groups):
        group |= {
            "deathsNumAffected": tables.deaths[place],
            "deathsNumAtRisk": tables.at_risk[place],
            "seriousNumAffected": tables.serious_people[place],
            "seriousNumAtRisk": tables.at_risk[place],
            "otherNumAffected": tables.other_people[place],
            "otherNumAtRisk": tables.at_risk[place],
        }
    said = "Events that began on or after the day of the first infusion, by the level of the dose given."
    if tables.seriousness_unknown:
        said += f" {tables.seriousness_unknown} events of unknown seriousness are among the others."
    return {
        "frequencyThreshold": number(100 * THRESHOLD, 0),
        "timeFrame": "From the first infusion to the end of follow-up or the data cut",
        "description": said,
        "eventGroups": groups,
        "seriousEvents": [_event(row, groups, at_risk=tables.at_risk) for row in tables.serious],
        "otherEvents": [_event(row, groups, at_risk=tables.at_risk) for row in tables.other],
    }


def _event(row: TermRow, groups: Sequence[Json], *, at_risk: Sequence[int]) -> Json:
    return {
        "term": row.term,
        "organSystem": row.organ_system,
        "stats": [
            {"groupId": group["id"], "numEvents": events, "numAffected": affected, "numAtRisk": of}
            for group, events, affected, of in zip(groups, row.events, row.affected, at_risk, strict=True)
        ],
    }
