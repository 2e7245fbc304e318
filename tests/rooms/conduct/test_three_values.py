"""Three-valued criteria: what was certain with some facts missing stays so when they become known."""

from __future__ import annotations

from hypothesis import given, strategies as st

from trials import study_of
from trialwright.conduct.eligibility import assessed
from trialwright.conduct.findings import Findings, Found
from trialwright.protocol.eligibility import All, AnyOf, AnyRule, Statement
from trialwright.vocabulary.events import Fact
from trialwright.vocabulary.words import Text

NAMES = tuple("abcdef")
STUDY = study_of()


def statement(name: str) -> Statement:
    return Statement(statement=Text(en=name, fr=name))


RULES = st.recursive(
    st.sampled_from(NAMES).map(statement),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda rules: st.sampled_from([All(all=tuple(rules)), AnyOf(any=tuple(rules))])
    ),
    max_leaves=10,
)


def truth(rule: AnyRule, answers: dict[str, bool | None]) -> bool | None:
    facts = {name: Found(Fact(value=value), 1) for name, value in answers.items()}
    return assessed(rule, Findings(facts=facts), study=STUDY)[0]


def plainly(rule: AnyRule, answers: dict[str, bool]) -> bool:
    if isinstance(rule, All):
        return all(plainly(one, answers) for one in rule.all)
    if isinstance(rule, AnyOf):
        return any(plainly(one, answers) for one in rule.any)
    assert isinstance(rule, Statement)
    return answers[rule.statement.en]


@given(RULES, st.fixed_dictionaries({name: st.booleans() for name in NAMES}))
def test_with_everything_known_it_is_plain_logic(rule: AnyRule, answers: dict[str, bool]) -> None:
    assert truth(rule, dict(answers)) is plainly(rule, answers)


@given(RULES, st.fixed_dictionaries({name: st.booleans() for name in NAMES}), st.sets(st.sampled_from(NAMES)))
def test_what_is_certain_early_stays(rule: AnyRule, answers: dict[str, bool], hidden: set[str]) -> None:
    known: dict[str, bool | None] = {name: value for name, value in answers.items() if name not in hidden}
    early = truth(rule, known)
    assert early is None or early is plainly(rule, answers)
    assert early is truth(rule, known | dict.fromkeys(hidden, None)), "not known is not recorded"
