"""Draws times of packages as bars of ratios to the library's time: an SVG without scripts, for light
and dark backgrounds."""
import math
from xml.sax.saxutils import escape

ORDER = ["Tightloop", "NumPy", "numexpr", "Numba", "JAX", "PyTorch"]
# Colours that differ in lightness too, and stand out from white as from black.
COLOURS = {"Tightloop": "#d9480f", "NumPy": "#7d8ea3", "numexpr": "#3b8ea5", "Numba": "#5a9e4b",
           "JAX": "#a06cb4", "PyTorch": "#c2a02c"}
LEFT, WIDTH, BAR, GAP, TOP = 320, 820, 13, 14, 64
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .small { font-size: 11px; }
  .strong { font-weight: 600; }
  .line { stroke: #8c959f; stroke-opacity: .45; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }
"""


def names_in(rows):
    present = set().union(*(set(times) for times in rows.values()))
    return [name for name in ORDER if name in present]


def label(row):
    """Splits "W6 2*x + 3*y, float64, out of cache" into the expression and the rest."""
    text = row.split(" ", 1)[1]
    parts = text.rsplit(", ", 2)
    return parts[0], ", ".join(parts[1:])


def draw(rows):
    names = names_in(rows)
    most = max(t / times["Tightloop"] for times in rows.values() for t in times.values())
    decades = max(1.0, math.ceil(2 * math.log10(most)) / 2)
    unit = (WIDTH - LEFT - 60) / (decades + 0.3)

    def place(ratio):  # 0.5 times the library's time is at the left edge
        return LEFT + unit * (math.log10(max(ratio, 0.51)) + 0.3)

    height = TOP + sum(BAR * len(times) + GAP for times in rows.values()) + 24
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" '
           'aria-label="Times of packages as multiples of the time of Tightloop">' % (WIDTH, height),
           "<style>%s</style>" % STYLE,
           '<text class="strong" x="8" y="20">Time as a multiple of Tightloop\'s '
           '(shorter is faster; logarithmic)</text>']
    x = 8
    for name in names:
        out.append('<rect x="%d" y="34" width="12" height="12" fill="%s"/>' % (x, COLOURS[name]))
        out.append('<text x="%d" y="45">%s</text>' % (x + 17, name))
        x += 40 + 8 * len(name)
    for tick in [0.5, 1, 2, 5, 10, 20, 50, 100]:
        if tick > 1.05 * 10**decades:
            continue
        at = place(tick)
        out.append('<line class="line" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>'
                   % (at, TOP - 8, at, height - 22))
        out.append('<text class="small" text-anchor="middle" x="%.1f" y="%d">%g</text>'
                   % (at, height - 8, tick))
    y = TOP
    for row, times in rows.items():
        expression, rest = label(row)
        middle = y + BAR * len(times) / 2
        out.append('<text x="8" y="%.1f">%s</text>' % (middle - 2, escape(expression)))
        out.append('<text class="small" x="8" y="%.1f">%s</text>' % (middle + 12, escape(rest)))
        for name in names:
            if name not in times:
                continue
            ratio = times[name] / times["Tightloop"]
            out.append('<rect x="%d" y="%.1f" width="%.1f" height="%d" rx="2" fill="%s"/>'
                       % (LEFT, y, place(ratio) - LEFT, BAR - 2, COLOURS[name]))
            text = "%.1f ms" % (1e3 * times[name]) if name == "Tightloop" else "%.1f" % ratio
            out.append('<text class="small" x="%.1f" y="%.1f">%s</text>'
                       % (place(ratio) + 5, y + BAR - 3, text))
            y += BAR
        y += GAP
    out.append("</svg>\n")
    return "\n".join(out)
