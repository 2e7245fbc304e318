"""Documentation is part of the house: what is not explained, or is explained as it no longer is, fails here."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import generate_docs  # noqa: E402 - found beside the docs it writes

from trialwright import designs, rules  # noqa: E402 - likewise
from trialwright.cli import main  # noqa: E402 - likewise
from trialwright.vocabulary.registry import Registry  # noqa: E402 - likewise

PAGES = generate_docs.pages()
WRITTEN = [
    path for pattern in ("docs/**/*.md", "*.md", "decisions/*.md", "protocols/**/*.md") for path in ROOT.glob(pattern)
]
TEXTS = {path: path.read_text(encoding="utf-8") for path in sorted(WRITTEN)}


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_pages_are_what_the_code_says(name: str) -> None:
    kept = (generate_docs.REFERENCE / name).read_text(encoding="utf-8")
    assert kept == PAGES[name], "run `make reference`"


@pytest.mark.parametrize("name", ["cli.md", "protocol.md", "events.md", "designs.md", "rules.md"])
def test_nothing_in_the_reference_is_left_unexplained(name: str) -> None:
    empty = [line for line in PAGES["cli.md"].splitlines() if re.fullmatch(r"\| `[^`]+` \|  \|", line)]
    headings = re.findall(r"^## .*\n\n(.*)", PAGES[name], flags=re.MULTILINE)
    assert not empty
    assert headings
    assert all(text and not text.startswith("|") for text in headings)


@pytest.mark.parametrize("registry", [designs.REGISTRY, rules.REGISTRY], ids=["designs", "rules"])
def test_every_design_and_rule_is_named_in_french_too(registry: Registry) -> None:
    silent = [name for name in registry.available() if not getattr(registry.module(name), "IN_FRENCH", "")]
    assert not silent


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_house_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", TEXTS[path])
    missing = [link for link in links if not (path.parent / link).exists()]
    assert not missing


class TestFirstTrial:
    """The page that newcomers follow, followed: its files are written, its commands are run, in its order."""

    page = (ROOT / "docs" / "first-trial.md").read_text(encoding="utf-8")

    def test_every_command_of_the_page_works(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        files = {"toml": "protocol.toml", "json": "monday.jsonl"}
        ran = 0
        for kind, block in re.findall(r"```(\w+)\n(.*?)```", self.page, flags=re.DOTALL):
            if kind in files:
                (tmp_path / files[kind]).write_text(block, encoding="utf-8")
                continue
            for line in block.splitlines():
                words = shlex.split(line.removeprefix("$ "))
                assert words[0] == "trialwright"
                with pytest.raises(SystemExit) as end:
                    main(words[1:])
                assert not end.value.code, line
                ran += 1
        assert ran == line_count(self.page)
        assert (tmp_path / "report" / "report.pdf").exists()


class TestExploring:
    """The page on exploring a protocol: its files are written, and every command answers as printed there."""

    page = (ROOT / "docs" / "exploring.md").read_text(encoding="utf-8")

    def test_every_command_answers_as_printed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        files = iter(["protocol.toml", "scenarios.toml"])
        ran = 0
        for kind, block in re.findall(r"```(\w+)\n(.*?)```", self.page, flags=re.DOTALL):
            if kind == "toml":
                (tmp_path / next(files)).write_text(block, encoding="utf-8")
            if kind != "console":
                continue
            command, *printed = block.rstrip().splitlines()
            with pytest.raises(SystemExit) as end:
                main(shlex.split(command.removeprefix("$ trialwright ")))
            answered = [line.rstrip() for line in capsys.readouterr().out.rstrip().splitlines()]
            assert not end.value.code, command
            assert answered == [line.rstrip() for line in printed], command
            ran += 1
        assert ran == line_count(self.page) > 3


class TestProduct:
    """The page on the product: a dose from the donor to the vein, and back, as printed there."""

    page = (ROOT / "docs" / "product.md").read_text(encoding="utf-8")

    def test_every_command_answers_as_printed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        example = (ROOT / "docs" / "examples" / "product.toml").read_text(encoding="utf-8")
        (tmp_path / "product.toml").write_text(example, encoding="utf-8")
        files = {"toml": "batch.toml", "json": "enrolled.jsonl"}
        ran = 0
        for kind, block in re.findall(r"```(\w+)\n(.*?)```", self.page, flags=re.DOTALL):
            if kind in files:
                (tmp_path / files[kind]).write_text(block, encoding="utf-8")
                continue
            command, _, printed = block.partition("\n")
            with pytest.raises(SystemExit) as end:
                main(shlex.split(command.removeprefix("$ trialwright ")))
            assert not end.value.code, command
            said = capsys.readouterr().out
            if printed.strip():
                assert_shown(printed, said)
            ran += 1
        assert ran == line_count(self.page) > 6


class TestRandomisation:
    """The page on randomisation and blinding, followed: an arm is shown where somebody has the key."""

    page = (ROOT / "docs" / "randomisation.md").read_text(encoding="utf-8")

    def test_every_command_answers_as_printed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        files = {"toml": "protocol.toml", "json": "enrolled.jsonl"}
        said: list[str] = []
        for kind, block in re.findall(r"```(\w+)\n(.*?)```", self.page, flags=re.DOTALL):
            if kind in files:
                (tmp_path / files[kind]).write_text(block, encoding="utf-8")
                continue
            command, _, printed = block.partition("\n")
            with pytest.raises(SystemExit) as end:
                main(shlex.split(command.removeprefix("$ trialwright ")))
            said.append(capsys.readouterr().out)
            assert not end.value.code, command
            if printed.strip():
                assert_shown(printed, said[-1])
        assert len(said) == line_count(self.page) > 8
        assert sum("UNBLINDED" in one for one in said) == 2


class TestAnalyse:
    """The page on data from elsewhere: its commands answer as printed, over the data sets that come with it."""

    page = (ROOT / "docs" / "analyse.md").read_text(encoding="utf-8")

    def test_every_command_answers_as_printed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        shutil.copytree(ROOT / "docs" / "examples" / "adam", tmp_path / "adam")
        ran = 0
        for kind, block in re.findall(r"```(\w+)\n(.*?)```", self.page, flags=re.DOTALL):
            if kind == "toml":
                (tmp_path / "map.toml").write_text(block, encoding="utf-8")
                continue
            command, _, printed = block.partition("\n")
            with pytest.raises(SystemExit) as end:
                main(shlex.split(command.removeprefix("$ trialwright ")))
            assert not end.value.code, command
            assert_shown(printed, capsys.readouterr().out)
            ran += 1
        assert ran == line_count(self.page) == 4
        assert (tmp_path / "report" / "report.pdf").exists()
        assert "ancova" in (tmp_path / "report" / "results.csv").read_text(encoding="utf-8")


def line_count(page: str) -> int:
    """Lines that show a command."""
    return sum(line.startswith("$ ") for line in page.splitlines())


def prepared(text: str) -> list[str]:
    """Lines without blanks at their ends; empty ones left out."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def assert_shown(shown: str, said: str) -> None:
    """Every line of an example was said, in its order; “…” stands for any number of lines."""
    lines, place, free = prepared(said), 0, False
    for wanted in prepared(shown):
        if wanted == "…":
            free = True
            continue
        assert wanted in lines[place:], f"not said any more, or not in this place: {wanted}"
        found = lines.index(wanted, place)
        assert free or found == place, f"said before it, and not shown: {lines[place]}"
        place, free = found + 1, False


CONSOLES = [
    pytest.param(command, shown, id=f"{path.stem}-{place}")
    for path, text in TEXTS.items()
    if path.stem not in ("first-trial", "exploring", "product", "analyse", "randomisation")  # followed above
    for place, (command, shown) in enumerate(
        re.findall(r"```console\n\$ (trialwright [^\n]*)\n((?!\$).+?)```", text, flags=re.DOTALL)
    )
]


@pytest.mark.parametrize(("command", "shown"), CONSOLES)
def test_what_a_page_shows_is_what_a_command_says(
    command: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    if "--folder" in command:  # it writes: into a copy
        shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
        monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(shlex.split(command)[1:])
    assert not end.value.code
    assert_shown(shown, capsys.readouterr().out)


PYTHON = [path for path, text in TEXTS.items() if "```python\n>>>" in text]


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.stem)
def test_python_on_a_page_answers_as_shown(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    result = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


def test_the_example_of_the_simulation_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = TEXTS[ROOT / "docs" / "simulating.md"]
    known: dict[str, object] = {}
    for block in re.findall(r"^```python\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE):
        exec(block, known)
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) == 5
    assert "nan" not in shown
