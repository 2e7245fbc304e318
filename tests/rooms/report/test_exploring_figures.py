"""Trees, panels and scatters: any numbers and words make a figure, and no sign is a colour alone."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

from trialwright.report import Panel, PanelFigure, ReferenceLine, ScatterDot, ScatterFigure, TreeFigure, TreeNode
from trialwright.report.figures import draw_svg, trees
from trialwright.report.figures.board import WIDTH
from trialwright.report.specifications import FigureSpec

WORDS = st.text(max_size=30)
SHARES = st.floats(0, 1)
KINDS = tuple((kind, kind) for kind in trees.LOOKS)
NODES = st.recursive(
    st.builds(TreeNode, WORDS, st.sampled_from(list(trees.LOOKS)), WORDS),
    lambda inner: st.builds(
        TreeNode, WORDS, st.sampled_from(list(trees.LOOKS)), WORDS, st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


def drawn(spec: FigureSpec) -> ElementTree.Element:
    return ElementTree.fromstring(draw_svg(spec, title="t", alt="a", language="en"))


@settings(max_examples=25)
@given(NODES, st.lists(WORDS, max_size=4).map(tuple))
def test_any_tree_is_drawn(root: TreeNode, heads: tuple[str, ...]) -> None:
    sheet = drawn(TreeFigure(root, heads, KINDS))
    assert float(sheet.attrib["width"].removesuffix("pt")) >= WIDTH - 0.01


@settings(max_examples=25)
@given(st.lists(st.lists(st.none() | SHARES, min_size=2, max_size=2).map(tuple), min_size=3, max_size=3), WORDS)
def test_any_panels_are_drawn(values: list[tuple[float | None, ...]], words: str) -> None:
    panels = tuple(Panel(words, tuple(values), marked) for marked in (None, 0, 1, 2))
    drawn(PanelFigure(("a", "b", words), ("x", words), panels, words, mark=words))


@settings(max_examples=25)
@given(st.lists(st.builds(ScatterDot, SHARES, SHARES, WORDS, st.booleans()), min_size=1, max_size=12))
def test_any_dots_are_drawn(dots: list[ScatterDot]) -> None:
    drawn(ScatterFigure(tuple(dots), "x", "y", ReferenceLine(0.2, "limit")))


def test_every_kind_has_a_sign_of_its_own() -> None:
    assert len({sign for sign, _ in trees.LOOKS.values()}) == len(trees.LOOKS)


def test_boxes_of_a_tree_do_not_touch() -> None:
    leaves = tuple(TreeNode("level 2", "up", f"{n}/3") for n in range(4))
    root = TreeNode("level 1", "start", "", tuple(TreeNode("level 1", "same", f"{n}/3", leaves) for n in range(4)))
    placed, bottom = trees._placed(root, column=0, top=0.0)
    heights = sorted(one.y for one in placed.all() if one.column == 2)
    assert len(heights) == 16
    assert min(high - low for low, high in pairwise(heights)) >= trees.BOX
    assert math.isclose(placed.y, (heights[0] + heights[-1]) / 2, abs_tol=1.0)
    assert bottom >= heights[-1] + trees.BOX / 2


@pytest.mark.parametrize("spec", [PanelFigure((), (), (), ""), ScatterFigure((), "", "")])
def test_nothing_to_draw_is_known(spec: PanelFigure | ScatterFigure) -> None:
    assert spec.is_empty
    assert not spec.is_illustrative
