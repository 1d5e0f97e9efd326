"""Results as a picture: how many times faster than 27.3.0, on a logarithmic scale, as SVG.

Written by hand, for what plotting libraries do not do: the same bytes from the same figures, text that stays text, and
colours that follow the reader's choice of light or dark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from harness.results import BEFORE, OURS, Results
from harness.table import TIMES, amount, multiple
from harness.targets import Case

_STYLE = """
    text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
    .title { font-size: 17px; font-weight: 600; }
    .quiet { fill: #59636e; font-size: 12px; }
    .factor { font-weight: 600; font-size: 12px; }
    .grid { stroke: #d1d9e0; stroke-width: 1; }
    .one { stroke: #59636e; stroke-width: 1.5; }
    .ours { fill: #0a7ea4; }
    .slower { fill: #bc4c00; }
    .c { fill: #ffffff; stroke: #1f2328; stroke-width: 1.5; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .quiet { fill: #9198a1; }
      .grid { stroke: #3d444d; }
      .one { stroke: #9198a1; }
      .ours { fill: #3fb6dc; }
      .slower { fill: #f0883e; }
      .c { fill: #0d1117; stroke: #e6edf3; }
    }
"""

_PLOT, _RIGHT = 420, 236
_TOP, _ROW, _BAR, _BOTTOM = 78, 24, 14, 34
# What a letter takes of the titles before the bars, in the widest of the fonts.
_LETTER = 7.5
# Beyond so many powers of ten there is no room for ticks between them.
_DENSE = 2.5


@dataclass(frozen=True)
class Bar:
    """A row of the picture: gains over 27.3.0, ours and C's, and the figures behind them."""

    title: str
    ours: float
    c: float | None
    figures: str


def bars(results: Results, cases: Sequence[Case]) -> list[Bar]:
    """Return a bar for each case that both pyzmq and 27.3.0 have figures of."""
    found = []
    for case in cases:
        gain = results.ratio(case.name, BEFORE, OURS)
        before, ours = results.cost(case.name, BEFORE), results.cost(case.name, OURS)
        if gain is None or before is None or ours is None:
            continue
        figures = f"{amount(case.to_unit(before), case.unit)} → {amount(case.to_unit(ours), case.unit)}"
        found.append(Bar(case.title, gain, results.ratio(case.name, BEFORE, "c"), figures))
    return found


def scale(found: Sequence[Bar]) -> tuple[float, float, list[float]]:
    """Return the ends of the axis and its ticks: powers of ten, and where there is room twice and five times these."""
    gains = [gain for bar in found for gain in (bar.ours, bar.c or bar.ours)]
    low, high = min([*gains, 0.8]), max([*gains, 2.0])
    digits = (1, 2, 5) if math.log10(high / low) < _DENSE else (1,)
    ticks = [
        digit * 10.0**power
        for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for digit in digits
    ]
    return low * 0.95, high * 1.05, [tick for tick in ticks if low <= tick <= high]


def svg(results: Results, cases: Sequence[Case], subtitle: str) -> str:
    """Return the picture.

    :param subtitle: says where and with what was measured.
    """
    found = bars(results, cases)
    low, high, ticks = scale(found)
    left = math.ceil(_LETTER * max((len(bar.title) for bar in found), default=0)) + 28
    width = left + _PLOT + _RIGHT
    height = _TOP + _ROW * len(found) + _BOTTOM
    bottom = height - _BOTTOM

    def x(gain: float) -> float:
        return left + _PLOT * (math.log(gain) - math.log(low)) / (math.log(high) - math.log(low))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
        "  <title>How many times faster than pyzmq 27.3.0</title>",
        f"  <style>{_STYLE}  </style>",
        '  <text x="16" y="28" class="title">How many times faster than pyzmq 27.3.0</text>',
        f'  <text x="16" y="48" class="quiet">{escape(subtitle)}</text>',
        f'  <rect x="{left + _PLOT + 16}" y="18" width="22" height="{_BAR - 2}" rx="2" class="ours"/>',
        f'  <text x="{left + _PLOT + 46}" y="29" class="quiet">this pyzmq</text>',
        _diamond(left + _PLOT + 27, 45),
        f'  <text x="{left + _PLOT + 46}" y="49" class="quiet">C, the same libzmq</text>',
    ]
    for tick in ticks:
        kind = "one" if tick == 1 else "grid"
        parts.append(f'  <line x1="{x(tick):.1f}" y1="{_TOP - 6}" x2="{x(tick):.1f}" y2="{bottom}" class="{kind}"/>')
        place = f'x="{x(tick):.1f}" y="{bottom + 18}"'
        parts.append(f'  <text {place} text-anchor="middle" class="quiet">{tick:g}{TIMES}</text>')
    for index, bar in enumerate(found):
        middle = _TOP + _ROW * index + _ROW / 2
        start, end = sorted((x(1), x(bar.ours)))
        kind = "ours" if bar.ours >= 1 else "slower"
        base = f"{middle + 4:.1f}"
        place = f'x="{start:.1f}" y="{middle - _BAR / 2:.1f}" width="{max(end - start, 1):.1f}" height="{_BAR}"'
        parts += [
            f'  <text x="{left - 12}" y="{base}" text-anchor="end">{escape(bar.title)}</text>',
            f'  <rect {place} rx="2" class="{kind}"/>',
        ]
        if bar.c:
            parts.append(_diamond(x(bar.c), middle))
        parts += [
            f'  <text x="{left + _PLOT + 56}" y="{base}" text-anchor="end" class="factor">{multiple(bar.ours)}</text>',
            f'  <text x="{width - 16}" y="{base}" text-anchor="end" class="quiet">{escape(bar.figures)}</text>',
        ]
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _diamond(x: float, y: float) -> str:
    return f'  <path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z" class="c"/>'
