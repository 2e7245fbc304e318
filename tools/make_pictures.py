"""Draws the pictures of the README from worked trials and examples of this repository; the same every time.

Run it as `make pictures`. Each picture is made of figures that a report holds as PNG, one below the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from trialwright import workbench

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH, MARGIN, BETWEEN = 1200, 28, 34  # in pixels
COLORS = 128


def main() -> None:
    """Write every picture into `docs/images/`."""
    with TemporaryDirectory() as folder:
        for name, figures in _figures(Path(folder)).items():
            _stack(figures).save(IMAGES / f"{name}.png", optimize=True)


def _figures(folder: Path) -> dict[str, list[Path]]:
    trial = folder / "trial"
    workbench.demonstrate("msc-sle", trial, language="en", progress=_in_silence)
    workbench.demonstrate_plan("msc-sle-rct", folder / "plan", language="en", progress=_in_silence)
    workbench.analyse_data(
        ROOT / "docs" / "examples" / "adam", folder / "adam", wishes=workbench.Wishes(), language="en"
    )
    report, plan, adam = (one / "figures" for one in (trial / "report", folder / "plan" / "report", folder / "adam"))
    return {
        "flow-and-posterior": [report / "01-flow.png", report / "02-posterior.png"],
        "time-to-event": [adam / "01-adtte-ttde-curves.png"],
        "power-and-assurance": [plan / "02-power.png", plan / "03-assurance.png"],
    }


def _in_silence(*_: object) -> None:
    """Progress that nobody watches."""


def _stack(figures: Sequence[Path]) -> Image.Image:
    """Figures one below the other on white paper, in few colours."""
    drawn = [_fitted(Image.open(figure).convert("RGB")) for figure in figures]
    height = sum(one.height for one in drawn) + BETWEEN * (len(drawn) - 1) + 2 * MARGIN
    sheet = Image.new("RGB", (WIDTH, height), "white")
    top = MARGIN
    for one in drawn:
        sheet.paste(one, (MARGIN, top))
        top += one.height + BETWEEN
    return sheet.quantize(COLORS, dither=Image.Dither.NONE)


def _fitted(figure: Image.Image) -> Image.Image:
    room = WIDTH - 2 * MARGIN
    return figure.resize((room, round(figure.height * room / figure.width)), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
