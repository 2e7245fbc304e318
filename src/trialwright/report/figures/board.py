"""A sheet of paper measured in points, y downwards; everything put on it ends up in one reproducible SVG or PNG.

The same bytes on every run: fonts are the ones matplotlib ships (never the machine's), text becomes outlines, ids are
salted with a constant, and no date is written. Marks are collected first, so a drawing may find its height as it goes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, final

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

# Okabe & Ito (2008): told apart with every common kind of colour vision.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)
DARK_TEXT_ON = frozenset({ORANGE, SKY, PURPLE})
INK, SOFT, RULE, FAINT, PAPER = "#1b1f24", "#59636e", "#c9cfd6", "#eceff2", "#ffffff"

WIDTH = 480.0  # points: the text width of an A4 page
SIZE, SMALL = 8.5, 7.5  # of letters, in points
LEADING = 1.3
PIXELS_PER_INCH = 200  # of the PNG: sharp when printed

Anchor = Literal["left", "center", "right"]
Put = Callable[[], "Artist"]


@final
@dataclass(slots=True)
class Board:
    """The sheet; `height` may grow while drawing."""

    height: float
    width: float = WIDTH
    _marks: list[Put] = field(default_factory=list)
    _paper: Figure | None = None  # once painted, for the SVG and the PNG alike

    def line(self, start: tuple[float, float], end: tuple[float, float], **style: Any) -> None:
        """A straight line; by default thin and grey."""
        xs, ys = zip(start, end, strict=True)
        look: dict[str, Any] = {"color": RULE, "linewidth": 0.7, "solid_capstyle": "butt", "zorder": 1} | style
        self._marks.append(lambda: _lines(xs, ys, look=look))

    def dot(self, x: float, y: float, **style: Any) -> None:
        """A marker; `marker`, `color`, `edge`, `size`, `is_hollow`."""
        color, is_hollow = style.get("color", BLUE), style.get("is_hollow", False)
        look: dict[str, Any] = {
            "marker": style.get("marker", "o"),
            "markersize": style.get("size", 6.5),
            "markerfacecolor": PAPER if is_hollow else color,
            "markeredgecolor": color if is_hollow else style.get("edge", PAPER),
            "markeredgewidth": 1.3 if is_hollow else 0.8,
            "linestyle": "none",
            "zorder": 4,
        }
        self._marks.append(lambda: _lines([x], [y], look=look))

    def box(self, corner: tuple[float, float], size: tuple[float, float], **style: Any) -> None:
        """A filled rectangle; `hatch` and `edgecolor` as in matplotlib."""
        (x, y), (width, height) = corner, size
        look: dict[str, Any] = {"facecolor": FAINT, "edgecolor": "none", "linewidth": 0.7, "zorder": 2} | style
        self._marks.append(lambda: _rectangle((x, y), (width, height), look=look))

    def path(self, points: Sequence[tuple[float, float]], **style: Any) -> None:
        """A line through several points; by default thin and grey."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        look: dict[str, Any] = {"color": RULE, "linewidth": 0.7, "solid_joinstyle": "round", "zorder": 1} | style
        self._marks.append(lambda: _lines(xs, ys, look=look))

    def area(self, points: Sequence[tuple[float, float]], **style: Any) -> None:
        """The surface inside an outline; `facecolor`, `alpha`, `hatch` as in matplotlib."""
        look: dict[str, Any] = {"facecolor": FAINT, "edgecolor": "none", "linewidth": 0.0, "zorder": 1.2} | style
        self._marks.append(lambda: _polygon(points, look))

    def upright(self, at: tuple[float, float], words: str, **style: Any) -> None:
        """A line of text from bottom to top that ends at this height; `size`, `color`."""
        x, y = at
        size, color = style.get("size", SIZE), style.get("color", INK)
        shown, right = printable(words), x + size * 0.36
        self._marks.append(
            lambda: _words((right, y), shown, size=size, color=color, ha="right", rotation=90, rotation_mode="anchor")
        )

    def text(self, at: tuple[float, float], words: str, **style: Any) -> None:
        """One line of text, its middle at this height; `anchor`, `size`, `color`, `is_bold`, `is_clear`."""
        x, y = at
        if style.get("is_clear") and words:
            self._clear(at, words, **style)
        size, is_bold = style.get("size", SIZE), style.get("is_bold", False)
        color, anchor = style.get("color", INK), style.get("anchor", "left")
        # centred on the height of a capital, not on the box, so that lines with and without descenders align
        baseline = y + size * 0.36
        shown = printable(words)
        self._marks.append(lambda: _words((x, baseline), shown, size=size, color=color, ha=anchor, is_bold=is_bold))

    def _clear(self, at: tuple[float, float], words: str, **style: Any) -> None:
        """Paper behind a text, so that no line runs through it."""
        x, y = at
        size = style.get("size", SIZE)
        width = text_width(words, size, is_bold=style.get("is_bold", False))
        left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[style.get("anchor", "left")] * width
        self.box((left - 1.5, y - size * 0.6), (width + 3, size * 1.2), facecolor=PAPER, zorder=4.5)

    def lines(self, at: tuple[float, float], rows: Sequence[str], **style: Any) -> None:
        """Several lines of text around a height."""
        x, y = at
        step = style.get("size", SIZE) * LEADING
        top = y - step * (len(rows) - 1) / 2
        for number, words in enumerate(rows):
            self.text((x, top + number * step), words, **style)

    def svg(self, *, title: str, alt: str) -> str:
        """The sheet as an SVG document that says what it shows."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        with _plain_settings():
            sheet = StringIO()
            FigureCanvasSVG(self._painted()).print_svg(sheet, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call, unused-ignore]
        return _described(sheet.getvalue(), title=title, alt=alt)

    def png(self, *, title: str, alt: str) -> bytes:
        """The sheet as pixels, sharp in print, with its title and description inside."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        words = {"Software": None, "Title": title, "Description": alt}
        with _plain_settings():
            canvas = FigureCanvasAgg(self._painted())
            canvas.figure.set_dpi(PIXELS_PER_INCH)
            sheet = BytesIO()
            canvas.print_png(sheet, metadata=words, pil_kwargs={"compress_level": 3})  # type: ignore[no-untyped-call, unused-ignore]
        return sheet.getvalue()

    def _painted(self) -> Figure:
        """Everything collected, on matplotlib's own sheet."""
        from matplotlib.figure import Figure as Paper

        if self._paper is not None:
            return self._paper
        figure = Paper(figsize=(self.width / 72, self.height / 72), facecolor=PAPER)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, self.width), ylim=(self.height, 0), autoscale_on=False)
        axes.set_axis_off()
        for made in self._marks:
            axes.add_artist(made())
        self._paper = figure
        return figure


# The library's own ways to draw a line or a bar look after axes that we do not have, and take most of the time.


def _lines(xs: Sequence[float], ys: Sequence[float], *, look: Mapping[str, Any]) -> Artist:
    from matplotlib.lines import Line2D

    return Line2D(xs, ys, **look)


def _rectangle(corner: tuple[float, float], size: tuple[float, float], *, look: Mapping[str, Any]) -> Artist:
    from matplotlib.patches import Rectangle

    return Rectangle(corner, *size, **look)


def _polygon(points: Sequence[tuple[float, float]], look: Mapping[str, Any]) -> Artist:
    from matplotlib.patches import Polygon

    return Polygon(points, closed=True, **look)


def _words(at: tuple[float, float], words: str, *, size: float, is_bold: bool = False, **look: Any) -> Artist:
    from matplotlib.text import Text

    return Text(*at, words, va="baseline", zorder=5, fontproperties=_font(size, is_bold=is_bold), **look)


def text_width(words: str, size: float = SIZE, *, is_bold: bool = False) -> float:
    """How wide a line of text will be, in points."""
    return _width_at_100(printable(words), is_bold=is_bold) * size / 100


@cache
def _width_at_100(words: str, *, is_bold: bool) -> float:
    from matplotlib.ft2font import FT2Font, LoadFlags

    font = FT2Font(str(_font_file(is_bold=is_bold)))
    font.set_size(100, 72)
    font.set_text(words, 0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64


def wrapped(words: str, width: float, *, size: float = SIZE, is_bold: bool = False) -> list[str]:
    """The words in lines no wider than asked; a word longer than that is cut with an ellipsis."""
    lines: list[str] = []
    for word in words.replace("\n", " ").split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, is_bold=is_bold) <= width:
            lines[-1] = longer
        else:
            lines.append(_cut(word, width, size=size, is_bold=is_bold))
    return lines or [""]


def printable(words: str) -> str:
    """The text with letters that the figures' font lacks spelt out by their number."""
    known = _letters()
    line = " ".join(words.split("\n"))
    return "".join(letter if ord(letter) in known else f"[U+{ord(letter):04X}]" for letter in line)


def _cut(word: str, width: float, *, size: float, is_bold: bool) -> str:
    if text_width(word, size, is_bold=is_bold) <= width:
        return word
    kept = word
    while len(kept) > 1 and text_width(kept + "…", size, is_bold=is_bold) > width:
        kept = kept[:-1]
    return kept + "…"


def _font_file(*, is_bold: bool) -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf")


def _font(size: float, *, is_bold: bool) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=_font_file(is_bold=is_bold), size=size)


@cache
def _letters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(_font_file(is_bold=False))).get_charmap())


@contextmanager
def _plain_settings() -> Iterator[None]:
    """Matplotlib as it is delivered, whatever the machine or the caller has set, for the time of one drawing."""
    import matplotlib

    fixed: dict[Any, Any] = {
        "svg.hashsalt": "trialwright",
        "svg.fonttype": "path",
        "text.parse_math": False,
        "text.usetex": False,
    }
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**fixed, "hatch.linewidth": 0.6, "path.simplify": False})
        yield


def _described(svg: str, *, title: str, alt: str) -> str:
    """The bare drawing with a title and a description, without the library's preamble and metadata."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    head, rest = body.split(">", 1)
    words = f"\n <title>{escape(title)}</title>\n <desc>{escape(alt)}</desc>"
    return f'<?xml version="1.0" encoding="utf-8"?>\n{head} role="img">{words}{rest.rstrip()}\n'


def inline(svg: str, *, prefix: str) -> str:
    """An SVG to stand inside a page: ids that no other figure has, no preamble, no namespace addresses."""
    body = svg[svg.index("<svg") :].strip()
    body = re.sub(r' xmlns(:xlink)?="[^"]*"| version="1\.1"', "", body)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", body)
    body = re.sub(r'(?:xlink:)?href="#([^"]+)"', rf'href="#{prefix}-\1"', body)
    head, rest = body.split(">", 1)
    rest = rest.replace("<title>", f'<title id="{prefix}-title">', 1)
    rest = rest.replace("<desc>", f'<desc id="{prefix}-desc">', 1)
    return f'{head} aria-labelledby="{prefix}-title {prefix}-desc">{rest}'
