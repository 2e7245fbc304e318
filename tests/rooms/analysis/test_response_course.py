"""Endpoints over the visits: both rules for the missing, the posterior with its prior, and what is sustained."""

from __future__ import annotations

import pytest
from scipy.stats import beta

from followed import SECTION, followed_case, followed_text
from trialwright.analysis.response_course import EndpointCourse, VisitResponse, endpoint_courses, posterior
from trialwright.analysis.responses import responders
from trialwright.protocol import parse_protocol
from trialwright.vocabulary.errors import FindingsError


def course(name: str) -> EndpointCourse:
    return next(one for one in endpoint_courses(followed_case()) if one.endpoint.name == name)


def row(name: str, visit: str, *, level: int | None = None) -> VisitResponse:
    return next(one for one in course(name).rows if one.when.name == visit and one.dose_level == level)


def test_no_answer_is_left_out_or_counts_as_not_met_and_both_are_shown() -> None:
    month_6 = row("better", "Month 6")
    assert (month_6.observed.count, month_6.observed.of, month_6.missing) == (5, 5, 2)
    assert month_6.imputed is not None
    assert (month_6.imputed.count, month_6.imputed.of) == (5, 7)
    level_1 = row("better", "Month 6", level=1)
    assert level_1.imputed is not None
    assert (level_1.observed.count, level_1.observed.of, level_1.imputed.of) == (2, 2, 3)


def test_nobody_is_imputed_as_free_of_flare() -> None:
    assert all(one.imputed is None for one in course("flare").rows)


def test_the_posterior_is_that_of_the_protocol_s_prior() -> None:
    month_6 = row("better", "Month 6").posterior
    assert month_6.mean == pytest.approx(5.5 / 6)
    assert (month_6.lower, month_6.upper) == pytest.approx(beta(5.5, 0.5).ppf([0.025, 0.975]))
    uniform = row("quiet", "Month 6").posterior
    assert uniform.mean == pytest.approx(4 / 7)
    assert posterior(0, 0, prior=(1.0, 1.0)).mean == 0.5


def test_the_score_answers_where_nobody_did() -> None:
    month_3 = row("quiet", "Month 3")
    assert (month_3.observed.count, month_3.observed.of) == (4, 7)  # 0.5, 0.0, 0.5 and 0.5 of the seven
    assert all(one.by_score for person in course("quiet").people for one in person.answers)
    quiet = next(one for one in responders(followed_case()) if one.endpoint.name == "quiet")
    assert (quiet.rate.count, quiet.rate.of, quiet.not_assessed) == (3, 5, 2)
    assert "flare" not in {one.endpoint.name for one in responders(followed_case())}


def test_sustained_is_what_the_protocol_says_and_what_may_still_come_is_open() -> None:
    kept = course("better").sustained
    assert kept is not None
    assert kept.days == 80
    assert kept.sustained == ("P-1", "P-2", "P-4", "P-5", "P-7")
    assert kept.not_sustained == ("P-3",)
    assert kept.open == ("P-6",), "with it from day 30 to 90, then dead: 60 days were seen"
    assert (kept.rate.count, kept.rate.of) == (5, 6)
    assert course("quiet").sustained is None, "the protocol does not say"


def test_a_visit_whose_day_has_not_come_is_not_missing() -> None:
    early = next(one for one in endpoint_courses(followed_case((), day=10)) if one.endpoint.name == "better")
    assert early.rows == ()


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('instrument = "sri"', "endpoints[2].instrument"),
        ('operator = "~"', "endpoints[2].operator"),
        ("", "endpoints[2].operator"),
        ("prior = [0, 1]", "endpoints[2].prior"),
    ],
)
def test_an_endpoint_that_cannot_be_judged_is_refused_by_name(line: str, place: str) -> None:
    old = {"instrument": 'instrument = "pga"\noperator', "operator": 'operator = "<="\n', "": 'operator = "<="\n'}
    key = line.split(" ", maxsplit=1)[0]
    if key == "prior":
        section = SECTION.replace("value = 0.5\n", f"value = 0.5\n{line}\n")
    elif key == "instrument":
        section = SECTION.replace(old[key], f"{line}\noperator")
    else:
        section = SECTION.replace(old[key], f"{line}\n")
    with pytest.raises(FindingsError) as error:
        parse_protocol(followed_text(section=section).encode())
    assert place in {finding.place for finding in error.value.findings}
