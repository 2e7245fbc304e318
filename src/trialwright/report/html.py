"""The report as one HTML file that needs nothing else: no network, no fonts, no second file."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from trialwright.report.catalogue import catalogue
from trialwright.report.edition import Edition, edition_of
from trialwright.report.figures.board import inline
from trialwright.report.model import Document
from trialwright.vocabulary.words import Language

if TYPE_CHECKING:
    from jinja2 import Template


def render_html(document: Document, *, language: Language) -> str:
    """The whole report in one language as one page."""
    return lay_out_html(edition_of(document, language), language=language)


def lay_out_html(edition: Edition, *, language: Language) -> str:
    """An edition as one page; only the script named by its digest may run in it."""
    script = _part("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = _template().render(
        **edition.words,
        figures={name: inline(svg, prefix=name) for name, svg in edition.figures.items()},
        style=_part("report.css"),
        script=script,
        policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:",
        _=catalogue(language),
    )
    return page.strip() + "\n"


@cache
def _template() -> Template:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_part), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html.jinja")


def _part(name: str) -> str:
    return files("trialwright.report").joinpath("templates", name).read_text("utf-8")
