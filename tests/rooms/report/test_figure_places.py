"""Long words, many rows, one row: every word of a figure is on its sheet, and none lies on another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from trialwright.report import (
    BarFigure,
    BarRow,
    FigureSpec,
    IntervalFigure,
    IntervalRow,
    Lane,
    Panel,
    PanelFigure,
    ReferenceLine,
    ScatterDot,
    ScatterFigure,
    TimelineFigure,
    TimelineMark,
    TimelinePoint,
    TimelineSpan,
    TreeFigure,
    TreeNode,
)
from trialwright.report.figures import sheet_of
from trialwright.report.figures.board import SIZE, Board, text_width

LONG = "palier 3 (4 × 10⁶ cellules/kg, 2 perfusions à 28 jours d'intervalle)"
CLASS = "Troubles généraux et anomalies au site d'administration"
AXIS = "Taux de toxicité limitant la dose : moyenne a posteriori et intervalle de crédibilité à 90 %"
Box = tuple[float, float, float, float, str]


def intervals(count: int) -> FigureSpec:
    rows = tuple(
        IntervalRow(
            LONG if place % 2 else f"palier {place}",
            0.1,
            0.01,
            0.5,
            f"{place} sur {12 * place}",
            "probabilité élevée de dépasser la cible retenue" if place % 3 == 0 else "2 %",
            illustrative=place % 2 == 1,
        )
        for place in range(count)
    )
    heads = ("Palier de dose (reçue)", "Évaluables avec toxicité", "Probabilité de dépasser la cible du protocole")
    return IntervalFigure(rows, AXIS, *heads, reference=ReferenceLine(0.2, "cible du protocole 20 %"))


def timeline(count: int) -> FigureSpec:
    lanes = tuple(
        Lane(
            f"MSC-SLE-{place:02d}" if place else "Décisions du comité de surveillance indépendant",
            (
                TimelinePoint(place * 20 + 10, "perfusion 2 retardée", "diamond", illustrative=place % 3 == 0),
                TimelinePoint(place * 20 + 12, "poussée sévère", "cross", "warning"),
            ),
            (TimelineSpan(place * 20, place * 20 + 200, f"palier {place % 3 + 1}", is_open=place % 5 == 0),),
        )
        for place in range(count)
    )
    words = ((500, "extraction des données"), (510, "inclusions closes par le promoteur"), (800, "gel"))
    return TimelineFigure(lanes, "Jours depuis la première inclusion", tuple(TimelineMark(*one) for one in words))


def bars(count: int, series: int, **how: Any) -> FigureSpec:
    rows = tuple(
        BarRow(
            CLASS if place % 2 else f"Système {place}",
            tuple(float(place * one % 7) if (place + one) % 5 else None for one in range(series)),
            "12 personnes",
            illustrative=place % 3 == 0,
        )
        for place in range(count)
    )
    return BarFigure(tuple(f"série {one} au nom long" for one in range(series)), rows, AXIS, **how)


def panels(count: int, rows: tuple[str, ...]) -> FigureSpec:
    one = Panel("Scénario : la toxicité monte très vite après le palier 2", ((0.1, 0.9), (0.2, None), (0.0, 1.0)), 1)
    return PanelFigure(rows, ("Sélection", "Personnes traitées"), (one,) * count, AXIS, mark="palier à trouver")


def tree() -> FigureSpec:
    ends = tuple(TreeNode("arrêter l'escalade", "end", f"{count} sur 3 avec DLT") for count in range(3))
    steps = tuple(TreeNode(f"passer au palier {n}, après avis", "up", f"{n} sur 3 avec DLT", ends) for n in range(4))
    kinds = (("up", "monter d'un palier"), ("end", "arrêter l'escalade"), ("start", "départ"))
    return TreeFigure(TreeNode("palier 1", "start", "", steps), ("Première cohorte", "Deuxième", "Troisième"), kinds)


FIGURES = {
    "one interval": intervals(1),
    "eight intervals": intervals(8),
    "one lane": timeline(1),
    "thirty lanes": timeline(30),
    "one bar of nothing": bars(1, 1),
    "thirty stacks": bars(30, 5),
    "groups": bars(8, 3, arrangement="grouped"),
    "one panel": panels(1, ("palier 1", "palier 2", "palier 3")),
    "five panels of long rows": panels(5, ("palier 1", LONG, CLASS)),
    "a tree": tree(),
    "one dot": ScatterFigure((ScatterDot(0.9, 0.99, "seul"),), AXIS, "y"),
    "dots": ScatterFigure(
        tuple(ScatterDot(0.1 + 0.001 * n, 0.5 + 0.01 * n, f"boin, cible 25 %, n {n}") for n in range(20)), AXIS, "y"
    ),
}


def placed(spec: FigureSpec, monkeypatch: pytest.MonkeyPatch) -> tuple[Board, list[Box]]:
    """The sheet, and the box of every word on it: left, right, top, bottom of its capitals."""
    boxes: list[Box] = []
    put = Board.text

    def noting(board: Board, at: tuple[float, float], words: str, **style: Any) -> None:
        put(board, at, words, **style)
        size = style.get("size", SIZE)
        width = text_width(words, size, is_bold=style.get("is_bold", False))
        left = at[0] - {"left": 0.0, "center": 0.5, "right": 1.0}[style.get("anchor", "left")] * width
        if words:
            boxes.append((left, left + width, at[1] - 0.36 * size, at[1] + 0.36 * size, words))

    monkeypatch.setattr(Board, "text", noting)
    return sheet_of(spec, "fr"), boxes


@pytest.mark.parametrize("name", FIGURES)
def test_every_word_has_its_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    board, boxes = placed(FIGURES[name], monkeypatch)
    assert boxes
    outside = [box for box in boxes if box[0] < -0.5 or box[1] > board.width + 0.5 or box[3] > board.height]
    assert outside == []
    over = [
        (one[4], other[4])
        for one, other in combinations(boxes, 2)
        if one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
    ]
    assert over == []


def test_nothing_of_a_long_label_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _, boxes = placed(intervals(2), monkeypatch)
    assert "".join(box[4] for box in boxes).replace(" ", "").count(f"{LONG} †".replace(" ", "")) == 1


def test_a_png_is_the_same_every_time_and_says_what_it_shows() -> None:
    board = sheet_of(intervals(2), "fr")
    png = board.png(title="Titre", alt="Ce que l'on voit")
    assert png == sheet_of(intervals(2), "fr").png(title="Titre", alt="Ce que l'on voit")
    again = sheet_of(intervals(2), "fr")
    assert board.svg(title="t", alt="a") == again.svg(title="t", alt="a")
    assert again.png(title="Titre", alt="Ce que l'on voit") == png
    assert png.startswith(b"\x89PNG")
    assert b"Titre" in png
    assert b"tIME" not in png
    assert b"Software" not in png
