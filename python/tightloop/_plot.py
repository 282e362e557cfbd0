# The picture of a precision report, by matplotlib, which is imported here alone.
"""Pictures of precision reports."""

import math

from ._report import error_of, is_within, size_text

_BLUE, _GREY, _RED, _INK = "#2166ac", "#8c8c8c", "#b2182b", "#404040"
_LABELS = {"abs": "absolute error", "rel": "relative error", "psnr": "PSNR in dB"}


def draw(report, ax):
    """Draws a line per dtype, widest on top, and returns the axes."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(
            "plot() draws by matplotlib, which is not installed: pip install matplotlib"
        ) from None
    rows = report.rows
    if ax is None:
        height = 1.7 + 0.36 * len(rows)
        _, ax = pyplot.subplots(figsize=(7.2, height), layout="constrained")
    kind = report.tolerance_kind
    spans = [_span(row, kind) for row in rows]
    low, high = _limits(spans, report.tolerance, kind)
    if kind != "psnr":
        ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    if report.tolerance is not None:
        _draw_tolerance(ax, report.tolerance, kind, low, high)
    for y, (row, span) in enumerate(zip(rows, spans, strict=True)):
        _draw_row(ax, y, row, span, report, (low, high))
    _label(ax, report)
    return ax


def _span(row, kind):
    """The typical and the largest error; None where there is none, 0 where all is exact."""
    if not row.fits or not row.compared:
        return None
    error = error_of(row, kind)
    typical = math.sqrt(row.mse) if kind == "abs" and row.mse == row.mse else error
    return None if error != error else (typical, error)


def _limits(spans, tolerance, kind):
    """The range of the axis, with room on the left for what is exact and on the right for words."""
    marks = [v for span in spans if span for v in span if 0 < v < math.inf]
    if tolerance and tolerance < math.inf:
        marks.append(tolerance)
    if kind == "psnr":
        low, high = min(marks, default=0), max(marks, default=100)
        room = max(high - low, 10)
        return low - 0.15 * room, high + 0.35 * room
    low, high = math.log10(min(marks, default=1e-3)), math.log10(max(marks, default=1.0))
    room = max(high - low, 2)
    return 10 ** (low - 0.15 * room), 10 ** (high + 0.25 * room)


def _draw_tolerance(ax, tolerance, kind, low, high):
    bad = (low, tolerance) if kind == "psnr" else (tolerance, high)
    ax.axvspan(*bad, color=_RED, alpha=0.06, linewidth=0)
    ax.axvline(tolerance, color=_RED, linewidth=1.2, linestyle="--")
    unit = " dB" if kind == "psnr" else ""
    ax.annotate(
        f"tolerance {tolerance:g}{unit}",
        (tolerance, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        color=_RED,
        fontsize="small",
    )


def _draw_row(ax, y, row, span, report, limits):
    good = report.tolerance is None or is_within(row, report.tolerance, report.tolerance_kind)
    colour = _BLUE if good else _GREY
    exact = limits[1] if report.tolerance_kind == "psnr" else limits[0]
    words, at, align = "", exact, "left"
    if span is None:
        words, colour = row.reason or "no finite results", _GREY
        at = limits[0]
    else:
        typical, error = (v if 0 < v < math.inf else exact for v in span)
        ax.plot([typical, error], [y, y], color=colour, linewidth=2, solid_capstyle="round")
        ax.plot([typical], [y], "o", color="white", markeredgecolor=colour, markersize=5)
        mark = {"marker": "x", "markeredgewidth": 2} if row.overflows else {"marker": "o"}
        ax.plot([error], [y], color=_RED if row.overflows else colour, clip_on=False, **mark)
        at = error
        if row.overflows:
            words = f"{max(row.overflow, row.result_overflow):,} overflow"
        elif error == exact:
            words = "exact"
            align = "right" if report.tolerance_kind == "psnr" else "left"
    if words:
        ax.annotate(
            words,
            (at, y),
            xytext=(-8 if align == "right" else 8, 0),
            textcoords="offset points",
            ha=align,
            va="center",
            color=_INK,
            fontsize="small",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )


def _label(ax, report):
    rows = report.rows
    names = [f"{row.dtype}  {size_text(row.nbytes)}" for row in rows]
    ax.set_yticks(range(len(rows)), names)
    for label, row in zip(ax.get_yticklabels(), rows, strict=True):
        if row.dtype == report.recommended:
            label.set_fontweight("bold")
    kind = report.tolerance_kind
    how = "\nopen: root mean square, filled: largest" if kind == "abs" else ""
    ax.set_xlabel(f"{_LABELS[kind]}{how}", fontsize="small")
    text = " ".join(report.expression.split())
    title = text if len(text) <= 60 else text[:57] + "..."
    ax.set_title(title, loc="left", pad=18, fontsize="medium", family="monospace")
    ax.grid(axis="x", color="#e0e0e0", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0, pad=8)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
