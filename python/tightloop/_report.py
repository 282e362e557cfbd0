# A precision report: its rows, the dtype that it recommends, and how it is shown.
"""Precision reports."""

import html
import math
import textwrap
from dataclasses import dataclass
from typing import NamedTuple

_ERRORS = {
    "abs": ("max_absolute_error", "max absolute error"),
    "rel": ("max_relative_error", "max relative error"),
    "psnr": ("psnr", "PSNR"),
}


class PrecisionRow(NamedTuple):
    """A dtype and what it costs. Errors are NaN where no result is finite both ways."""

    dtype: str
    nbytes: int
    """Of all data in that dtype."""
    reason: str
    """Why the data do not fit; empty where they do."""
    codings: dict = {}
    """How each variable is stored: kind ("plain", "shifted" or "scaled"), scale, offset, restored."""
    result_dtype: str | None = None
    compared: int = 0
    """Results that are finite both ways."""
    mse: float = math.nan
    psnr: float = math.nan
    """In dB."""
    max_absolute_error: float = math.nan
    max_absolute_error_at: tuple | None = None
    """The index of the first result that errs so."""
    max_relative_error: float = math.nan
    """Of results that are not zero."""
    overflow: int = 0
    """Finite values of the data that are infinite in the dtype."""
    underflow: int = 0
    """Values that are not zero, but are in the dtype."""
    subnormal: int = 0
    """Values that are subnormal in the dtype."""
    result_overflow: int = 0
    """Finite exact results whose counterpart is infinite or NaN."""
    lost: int = 0
    """Results whose relative error is 1 or more."""

    @property
    def fits(self):
        """Whether the data can be stored so."""
        return not self.reason

    @property
    def scaled(self):
        """Whether some variable needs a scale or an offset."""
        return any(c.kind != "plain" for c in self.codings.values())

    @property
    def overflows(self):
        """Whether a value or a result overflows."""
        return self.overflow > 0 or self.result_overflow > 0


def check_tolerance(tolerance, kind):
    if kind not in _ERRORS:
        raise ValueError(f"tolerance_kind is {kind!r}; it is one of 'abs', 'rel', 'psnr'")
    if tolerance is not None and not tolerance >= 0:
        raise ValueError(f"tolerance is {tolerance!r}; it must be a number from 0 on")


def recommend(tolerance, kind, rows):
    """Returns the dtype of fewest bytes within the tolerance, or None, and why."""
    if not any(row.compared for row in rows):
        return None, "There are no finite results to compare."
    good = [row for row in rows if is_within(row, tolerance, kind)]
    bound = f">= {_number(tolerance)} dB" if kind == "psnr" else f"<= {_number(tolerance)}"
    if not good:
        faults = ", ".join(_fault(row, kind) for row in rows)
        return None, f"No dtype has a {_ERRORS[kind][1]} {bound}: {faults}."
    sign = -1 if kind == "psnr" else 1
    best = min(good, key=lambda row: (row.nbytes, row.scaled, sign * error_of(row, kind)))
    smaller = [_fault(row, kind) for row in rows if row.nbytes < best.nbytes]
    text = f"{best.dtype}{', with a scale and an offset,' if best.scaled else ''} has a "
    text += f"{_ERRORS[kind][1]} of {_number(error_of(best, kind))}, and nothing overflows; of the "
    text += f"dtypes with {bound} it takes the fewest bytes."
    if smaller:
        text += f" Smaller ones are not: {', '.join(smaller)}."
    if best.underflow:
        text += f" {best.underflow:,} values become zero."
    if best.lost:
        text += f" {best.lost:,} results have a relative error of 1 or more."
    return best.dtype, text


def error_of(row, kind):
    """What a tolerance of that kind limits."""
    return getattr(row, _ERRORS[kind][0])


def is_within(row, tolerance, kind):
    if not row.fits or row.overflows:
        return False
    error = error_of(row, kind)
    return error >= tolerance if kind == "psnr" else error <= tolerance


def _fault(row, kind):
    if not row.fits:
        return f"{row.dtype} does not fit ({row.reason})"
    if row.overflows:
        times = max(row.overflow, row.result_overflow)
        return f"{row.dtype} overflows {'once' if times == 1 else f'{times:,} times'}"
    error = _number(error_of(row, kind))
    return f"{row.dtype} has {error} dB" if kind == "psnr" else f"{row.dtype} errs by {error}"


def _number(value):
    if value is None or value != value:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


def size_text(count):
    """A number of bytes with its unit."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} B" if unit == "B" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


_COSTS = {
    "MSE": "mse",
    "PSNR dB": "psnr",
    "max abs err": "max_absolute_error",
    "max rel err": "max_relative_error",
}
_DAMAGES = {
    "overflow": "overflow",
    "become zero": "underflow",
    "subnormal": "subnormal",
    "result overflows": "result_overflow",
    "all digits lost": "lost",
}


@dataclass(frozen=True, repr=False)
class PrecisionReport:
    """What precision() has measured; prints as a table."""

    expression: str
    data: dict
    """Per variable: dtype, values, nan, infinite, zero, least, greatest."""
    nbytes: int
    """Of the data as they are."""
    result_dtype: str
    """Of the exact results."""
    result_shape: tuple
    peak: float
    """Of PSNR."""
    rows: tuple
    """A PrecisionRow per dtype, widest first."""
    tolerance: float | None = None
    tolerance_kind: str = "abs"
    recommended: str | None = None
    """The dtype of fewest bytes within the tolerance; None where there is none, or no tolerance."""
    reason: str = ""
    """Of the recommendation, in a sentence or more."""

    def __getitem__(self, dtype):
        """The row of a dtype."""
        for row in self.rows:
            if row.dtype == str(dtype):
                return row
        raise KeyError(dtype)

    def table(self):
        """The table as a list of lines, each a list of cells; the first has the names."""
        fitting = [row for row in self.rows if row.fits]
        damages = {k: v for k, v in _DAMAGES.items() if any(getattr(r, v) for r in fitting)}
        columns = {**_COSTS, **damages}
        lines = [["stored as", "bytes", "of now", *columns]]
        for row in fitting:
            share = f"{100 * row.nbytes / self.nbytes:.3g}%" if self.nbytes else "-"
            numbers = [_number(getattr(row, name)) for name in columns.values()]
            lines.append([row.dtype, size_text(row.nbytes), share, *numbers])
        return lines

    def _head(self):
        for name, x in self.data.items():
            text = f"{name}: {x.dtype}, {x.values:,} values"
            if x.least is not None:
                text += f", from {_number(x.least)} to {_number(x.greatest)}"
            yield f"{text}; {x.zero:,} zeros, {x.nan:,} NaN, {x.infinite:,} infinities"
        yield f"expression {self.expression}: {self.result_dtype} {self.result_shape}"

    def _notes(self):
        for row in self.rows:
            if not row.fits:
                yield f"{row.dtype} does not fit: {row.reason}"
            for name, c in row.codings.items():
                plus = f"{'-' if c.offset < 0 else '+'} {abs(c.offset)!r}"
                if c.kind == "shifted":
                    yield f"{row.dtype} q: {name} = q {plus}"
                elif c.kind == "scaled":
                    yield f"{row.dtype} q: {name} = {c.scale!r} q {plus} in {c.restored}"
        if self.tolerance is not None:
            yield f"Recommended: {self.reason}" if self.recommended else self.reason

    def __repr__(self):
        lines = self.table()
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        text = [*self._head(), ""]
        for line in lines:
            first, *others = zip(line, widths, strict=True)
            cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
            text.append("  ".join(cells).rstrip())
        notes = [textwrap.fill(n, 100, subsequent_indent="  ") for n in self._notes()]
        return "\n".join([*text, "", *notes] if notes else text)

    def _repr_html_(self):
        first, *lines = self.table()
        escape = html.escape
        head = "".join(f"<th>{escape(cell)}</th>" for cell in first)
        body = []
        for line in lines:
            chosen = line[0] == self.recommended
            kind = "th" if chosen else "td"
            cells = "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in line)
            body.append(f"<tr>{cells}</tr>")
        caption = "<br>".join(escape(text) for text in self._head())
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return (
            f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{''.join(body)}</tbody></table>{notes}"
        )

    def plot(self, ax=None):
        """Draws the error and the bytes of each dtype, by matplotlib; returns the axes.

        One line per dtype, from the root of the mean squared error to the largest error, and the
        tolerance where there is one. `ax` is where to draw; a new figure where it is left out.
        """
        from ._plot import draw

        return draw(self, ax)
