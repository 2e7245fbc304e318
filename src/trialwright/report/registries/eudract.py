"""Results with the content that EudraCT asks for, and CTIS after it: disposition, baseline, end points, adverse events.

JSON of our own with the sections of EudraCT, for somebody to enter or to convert. EudraCT itself takes XML; of its
schema only the outer names of the file of adverse events were seen (``reportingGroups``, ``seriousAdverseEvents``,
``nonSeriousAdverseEvents``, ``nonSeriousEventFrequencyThreshold``), in a public style sheet, and nothing of the rest:
names here are unverified. CTIS takes a summary of results as a document; the readable one serves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trialwright.analysis.registry import THRESHOLD, EventTables, RegistryResults, TermRow
from trialwright.report.registries.clinicaltrials_gov import level_title

Json = dict[str, Any]


def eudract(results: RegistryResults) -> Json:
    """The same numbers as for ClinicalTrials.gov, in the sections of EudraCT."""
    identity = results.case.study.identity
    number = next((one.split()[-1] for one in identity.registry if "eudract" in one.lower()), None)
    return {
        "trialInformation": {
            "eudractNumber": number,
            "sponsorProtocolCode": identity.id,
            "fullTitle": identity.title.said("en"),
            "sponsor": identity.sponsor,
            "dataCut": results.case.on.isoformat(),
            "plannedSubjects": identity.planned_n,
        },
        "subjectDisposition": {
            "arms": [
                {
                    "title": level_title(results, one.dose_level),
                    "started": one.started,
                    "infused": one.infused,
                    "evaluable": one.evaluable,
                    "completed": one.completed,
                    "notCompleted": one.started - one.completed,
                    "reasons": dict(one.reasons),
                }
                for one in results.flow
            ]
        },
        "baselineCharacteristics": [
            {
                "title": level_title(results, one.dose_level) if one.dose_level else "Overall trial",
                "subjects": one.n,
                "sex": dict(one.sexes),
                "age": {
                    "unit": "years",
                    "known": one.age.n,
                    "median": one.age.median,
                    "lowerQuartile": one.age.lower_quartile,
                    "upperQuartile": one.age.upper_quartile,
                },
            }
            for one in results.baseline
        ],
        "endPoints": [
            {
                "type": "PRIMARY" if one.endpoint is None else "SECONDARY",
                "title": "Dose-limiting toxicity" if one.endpoint is None else one.endpoint.title.said("en"),
                "arms": [
                    {"title": level_title(results, level), "subjects": n, "analysed": of} for level, n, of in one.groups
                ],
            }
            for one in results.outcomes
        ],
        "adverseEvents": _events(results),
    }


def _events(results: RegistryResults) -> Json:
    tables = results.events
    return {
        "nonSeriousEventFrequencyThreshold": 100 * THRESHOLD,
        "timeFrame": "From the first infusion to the end of follow-up or the data cut",
        "reportingGroups": [
            {
                "title": level_title(results, level),
                "subjectsExposed": tables.at_risk[place],
                "deathsAllCauses": tables.deaths[place],
                "subjectsAffectedBySeriousAdverseEvents": tables.serious_people[place],
                "subjectsAffectedByNonSeriousAdverseEvents": tables.other_people[place],
            }
            for place, level in enumerate(tables.levels)
        ],
        "seriousAdverseEvents": _rows(tables.serious, tables),
        "nonSeriousAdverseEvents": _rows(tables.other, tables),
    }


def _rows(rows: Sequence[TermRow], tables: EventTables) -> list[Json]:
    return [
        {
            "term": row.term,
            "organSystem": row.organ_system or None,
            "values": [
                {"doseLevel": level, "occurrences": events, "subjectsAffected": affected, "subjectsExposed": of}
                for level, events, affected, of in zip(
                    tables.levels, row.events, row.affected, tables.at_risk, strict=True
                )
            ],
        }
        for row in rows
    ]
