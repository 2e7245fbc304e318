"""Dose by number of infusions: no new type, only a dose set and a design that knows part of its order."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from trials import PROTOCOLS, on, protocol_text, state_of
from trialwright.analysis import case_of
from trialwright.cli import main
from trialwright.conduct import advise
from trialwright.operating import Truths, every_end
from trialwright.protocol import parse_protocol
from trialwright.report import render_html
from trialwright.report.documents.trial_report import trial_report
from trialwright.vocabulary.errors import ProtocolError
from trialwright.vocabulary.events import InfusionGiven, ParticipantEnrolled
from trialwright.vocabulary.words import Language

PO_CRM = (
    'name = "po_crm"\ntarget_toxicity_rate = 0.25\nskeleton = [0.05, 0.10, 0.16, 0.25, 0.35, 0.45]\n'
    'orderings = "default"\nrows = 3\ncolumns = 2'
)
BOIN = 'name = "boin_comb"\ntarget_toxicity_rate = 0.25\nrows = 3\ncolumns = 2'
SAFE = ('name = "coherence"\nlast = 3', 'name = "complete_cohort"', 'name = "wait_for_pending"')
SET = "amounts = [1e6, 1e6, 2e6, 2e6, 4e6, 4e6]\ninfusions = [1, 2, 1, 2, 1, 2]\ninterval_days = 28"


def text(design: str = PO_CRM, rules: tuple[str, ...] = SAFE, doses: str = SET) -> str:
    """Three amounts, each once or twice: 1 × 10⁶ once is level 1, 4 × 10⁶ twice is level 6."""
    written = protocol_text(design=design, rules=rules).replace("amounts = [1.0, 2.0, 4.0]", doses)
    return written.replace('unit = "units"', 'unit = { en = "cells", fr = "cellules" }')


def findings(written: str) -> dict[str, str]:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(written.encode())
    return {finding.place: finding.line() for finding in caught.value.findings}


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    path = tmp_path / "protocol.toml"
    path.write_text(text(), "utf-8")
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    assert end.value.code in (0, None)
    return " ".join(capsys.readouterr().out.split())


class TestReading:
    @pytest.mark.parametrize("design", [PO_CRM, BOIN])
    def test_a_grid_of_amounts_and_infusions(self, design: str) -> None:
        study = parse_protocol(text(design).encode())
        assert [(one.amount, one.infusions, one.interval_days) for one in study.dose_levels[:3]] == [
            (1e6, 1, None),
            (1e6, 2, 28),
            (2e6, 1, None),
        ]
        assert study.order is not None

    def test_every_rule_that_needs_one_order_is_named_at_once(self) -> None:
        rules = ('name = "no_skipping"', 'name = "coherence"', 'name = "cap_level"\nlevel = 4')
        found = findings(text(rules=rules))
        assert set(found) == {"rules[1]", "rules[3]"}
        assert "needs dose levels in one order" in found["rules[1]"]
        assert parse_protocol(text('name = "boin"\ntarget_toxicity_rate = 0.25', rules).encode())

    def test_a_set_that_is_not_listed_from_low_to_high(self) -> None:
        wrong = SET.replace("1e6, 1e6, 2e6", "1e6, 2e6, 1e6").replace("[1, 2, 1,", "[1, 2, 2,")
        assert set(findings(text(doses=wrong))) == {"dose, level 3", "dose, level 4", "design"}
        twice = SET.replace("infusions = [1, 2, 1, 2", "infusions = [1, 1, 1, 2")
        assert "dose, level 2" in findings(text(doses=twice))

    def test_orderings_against_the_doses(self) -> None:
        """Three amounts by two, read as two by three: level 3 would not be known to be below level 5."""
        mistaken = PO_CRM.replace("rows = 3\ncolumns = 2", "rows = 2\ncolumns = 3")
        line = findings(text(mistaken))["design"]
        assert "must put level 3 below level 5: it gives no more at an infusion, and no more infusions" in line

    def test_amounts_alone_must_still_rise(self) -> None:
        assert "dose.amounts" in findings(text(doses="amounts = [1e6, 1e6, 2e6, 2e6, 4e6, 4e6]"))


class TestConduct:
    def test_one_infusion_of_two_counts_at_the_level_of_two(self) -> None:
        """Nearest amount alone would put both participants at level 1."""
        study = parse_protocol(text().encode())
        state = state_of(
            study,
            ParticipantEnrolled(usubjid="A", on=on(1), dose_level=1),
            ParticipantEnrolled(usubjid="B", on=on(1), dose_level=2),
            InfusionGiven(usubjid="A", on=on(2), dose_given=1.05e6),
            InfusionGiven(usubjid="B", on=on(2), dose_given=1.05e6),
            InfusionGiven(usubjid="B", on=on(30), dose_given=1e6, infusion_number=2),
        )
        levels = advise(study, state, on(60)).levels
        assert [one.n for one in levels] == [1, 1, 0, 0, 0, 0]
        assert study.placed(1.9e6, assigned=2).level == 4
        assert study.placed(1.9e6, assigned=1).level == 3


class TestWords:
    def test_check_names_every_dose(self, protocol: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert "4: 2 × 10⁶ cells, 2 infusions, 28 days apart" in printed(capsys, "check", str(protocol))
        french = printed(capsys, "check", str(protocol), "--lang", "fr")
        assert "3: 2 × 10⁶ cellules, 1 perfusion" in french
        assert "4: 2 × 10⁶ cellules, 2 perfusions à 28 jours d'intervalle" in french

    def test_what_if(self, protocol: Path, capsys: pytest.CaptureFixture[str]) -> None:
        answer = json.loads(printed(capsys, "what-if", str(protocol), "--outcomes", "1NNN 3NNT", "--json"))
        assert sum(answer["evidence"]["ordering_probability"]) == pytest.approx(1)
        assert answer["dose_level"] in range(1, 7)
        said = printed(capsys, "what-if", str(protocol), "--outcomes", "1NNN 3NNT")
        assert "is the most probable" in said

    def test_a_sideways_step_is_told_as_an_escalation(self, protocol: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Nobody knows whether 2 (1 × 10⁶ twice) is less toxic than 3 (2 × 10⁶ once)."""
        protocol.write_text(text(rules=()), "utf-8")
        answer = json.loads(printed(capsys, "what-if", str(protocol), "--outcomes", "1NNN 3NTT", "--json"))
        assert (answer["dose_level"], answer["action"]) == (2, "escalate")
        protocol.write_text(text(), "utf-8")
        answer = json.loads(printed(capsys, "what-if", str(protocol), "--outcomes", "1NNN 3NTT", "--json"))
        assert (answer["dose_level"], answer["action"]) == (3, "stay")

    @pytest.mark.parametrize(
        ("lang", "words"),
        [
            (
                "en",
                ("level 4 (2 × 10⁶ cells, 2 infusions, 28 days apart)", "1 × 10⁶ cells, 1 infusion; 1 × 10⁶ cells, 2"),
            ),
            (
                "fr",
                ("palier 4 (2 × 10⁶ cellules, 2 perfusions à 28 jours d’intervalle)", "1 × 10⁶ cellules, 1 perfusion;"),
            ),
        ],
    )
    def test_the_report_names_every_dose(self, lang: Language, words: tuple[str, ...]) -> None:
        study = parse_protocol(text().encode())
        state = state_of(
            study,
            ParticipantEnrolled(usubjid="A", on=on(1), dose_level=1),
            InfusionGiven(usubjid="A", on=on(2), dose_given=1e6),
        )
        document = trial_report(case_of(study, state, on=on(60)), software="trialwright", version="0")
        page = re.sub("<[^>]*>", "", html.unescape(render_html(document, language=lang)))
        page = " ".join(page.replace("\u00a0", " ").split())
        assert [one for one in words if one not in page] == []


@pytest.mark.parametrize("design", [PO_CRM.replace("rows = 3", "rows = 2"), BOIN.replace("rows = 3", "rows = 2")])
def test_every_end_of_a_small_trial_of_combinations(design: str) -> None:
    """The exact engine walks over combinations as over any set: the probabilities of all ends add up to 1."""
    doses = SET.replace(", 4e6, 4e6", "").replace("2, 1, 2, 1, 2]", "2, 1, 2]")
    shorter = design.replace("[0.05, 0.10, 0.16, 0.25, 0.35, 0.45]", "[0.05, 0.12, 0.25, 0.40]")
    rules = ('name = "coherence"\nlast = 3', 'name = "complete_cohort"', 'name = "stop_at_n"\nn = 9')
    ends = every_end(parse_protocol(text(shorter, rules, doses).encode()))
    assert ends.probabilities(Truths.of_dlt([0.05, 0.2, 0.3, 0.5])).sum() == pytest.approx(1)
    assert ends.n.shape[1] == 4


def test_the_example_of_the_docs_can_be_read() -> None:
    page = (PROTOCOLS.parent / "docs" / "combinations.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    rest = protocol_text().partition("[dose]")
    dlt = "[dlt]" + rest[2].partition("[dlt]")[2]
    study = parse_protocol(f"{rest[0]}{example}\n{dlt}".encode())
    assert (study.design_name, len(study.dose_levels), len(study.rules)) == ("po_crm", 6, 3)
