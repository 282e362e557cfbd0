# precision(): what an expression gives of data that are stored otherwise, against what it gives of
# the data as they are: bytes, counts and errors for every dtype.
"""The precision report's measurements."""

import math
import os
import re

import numpy

from . import _core
from ._comparison import compare
from ._lazy import Lazy
from ._losses import is_complex
from ._report import PrecisionReport, check_tolerance, recommend
from ._storage import FLOATS, ITEMSIZE, extent_of, extent_texts
from ._streams import Source, bytes_of, open, stream


def precision(
    x=None,
    expr="x",
    *,
    tolerance=None,
    tolerance_kind="abs",
    peak=None,
    memory=None,
    threads=0,
    **variables,
):
    """Tells what it costs to store data in another dtype: bytes, and the error of an expression.

    precision(x); precision(x, "mean(exp(x), axis=0)", tolerance=1e-3); precision(None,
    "sum(abs(a - b))", a=a, b="b.npy"). The exact results are those of the expression over the data
    as they are, in float64 where they are floats; the others come of the data stored in the dtype.

    Args:
        x: the data, which `expr` calls x: an array, as evaluate() takes it, a path or a Source.
        expr: an expression of one result, in real numbers.
        tolerance: recommend the dtype of fewest bytes whose error is within it.
        tolerance_kind: what it limits: the largest error, absolute ("abs") or relative ("rel"), or
            "psnr" in dB, from below.
        peak: of PSNR; the largest exact result minus the smallest where it is left out.
        memory: read files in parts and hold no more of them than this: a number, or "256M".
        threads: at most so many; 0: all that are allowed.
        variables: data under names of their own, and numbers.

    Returns a PrecisionReport, which prints and draws itself.
    """
    check_tolerance(tolerance, tolerance_kind)
    if peak is not None and not peak > 0:
        raise ValueError(f"peak is {peak!r}; it must be positive")
    if x is not None:
        variables = {"x": x, **variables}
    data = _Data(expr, variables, memory, threads)
    peak, rows = compare(data, peak)
    advice = (None, "") if tolerance is None else recommend(tolerance, tolerance_kind, rows)
    return PrecisionReport(
        expression=expr,
        data=data.extents,
        nbytes=data.nbytes(),
        result_dtype=data.exact.dtype,
        result_shape=data.exact.shape,
        peak=peak,
        tolerance=tolerance,
        tolerance_kind=tolerance_kind,
        rows=tuple(rows),
        recommended=advice[0],
        reason=advice[1],
    )


class _Data:
    """The variables of an expression, the expression, and evaluations over both."""

    def __init__(self, expr, variables, memory, threads):
        self.names = _core.names_of(expr)
        unknown = [name for name in variables if name not in self.names]
        if unknown:
            raise TypeError(f"precision() got {unknown[0]!r}, which is not in the expression")
        self.memory = None if memory is None else bytes_of(memory)
        self.options = {"threads": threads}
        self.values = {name: _opened(value, memory) for name, value in variables.items()}
        weak = (bool, int, float, complex)
        self.arrays = [n for n, v in self.values.items() if type(v) not in weak]
        if not self.arrays:
            raise TypeError("precision() compares data, and none of the variables is an array")
        # Names of our own, which the expression does not have.
        self.prefix = "p_"
        while any(word.startswith(self.prefix) for word in re.findall(r"\w+", expr)):
            self.prefix += "_"
        self.bindings, self.last = _last_statement(expr)
        self._check(expr)
        self.extents = self._measure_extents()

    def _check(self, expr):
        plain = {name: self._imagined(name) for name in self.values}
        results = _core.result_types(expr, plain)
        if len(results) != 1:
            raise TypeError(f"precision compares one result, and the expression has {len(results)}")
        for name in self.arrays:
            dtype = self.type_of(name).dtype
            if is_complex(dtype):
                raise TypeError(
                    f"'{name}' is {dtype}; precision compares real dtypes: ask for its real and "
                    "imag parts"
                )
        self.exact_call = self.calls("exact", {n: self._exact_text(n) for n in self.arrays})
        self.exact = self.result_type(self.exact_call, "exact")
        if is_complex(self.exact.dtype):
            raise TypeError(
                f"the result is {self.exact.dtype}; precision compares real dtypes: take abs, real "
                "or imag of it"
            )

    def type_of(self, name):
        value = self.values[name]
        return value if isinstance(value, Source) else _core.result_types("x", {"x": value})[0]

    def _imagined(self, name):
        """A value of the same type, for what reads no elements."""
        value = self.values[name]
        if not isinstance(value, Source):
            return value
        zero = numpy.asarray(_core.evaluate(f"astype(0, '{value.dtype}')"))
        return numpy.broadcast_to(zero, value.shape)

    def name(self, text):
        return f"{self.prefix}{text}"

    def result_type(self, text, result):
        """The type of what a text binds."""
        values = {self.name(name): self._imagined(name) for name in self.values}
        return _core.result_types(f"{text}; {self.name(result)}", values)[0]

    def _exact_text(self, name):
        dtype = self.type_of(name).dtype
        own = self.name(name)
        return f"float64({own})" if dtype in FLOATS[:-1] else own

    def calls(self, result, texts):
        """Binds the result of the expression, with texts in place of the arrays."""
        names = [f"{n} = {texts.get(n, self.name(n))}" for n in self.values]
        return "; ".join([*names, *self.bindings, f"{self.name(result)} = {self.last}"])

    def evaluate(self, text):
        """The values of a text over the variables under our names, as a list."""
        values = {self.name(name): value for name, value in self.values.items()}
        if any(isinstance(v, Source) for v in values.values()):
            return _as_list(stream(text, values, memory=self.memory, **self.options))
        return _as_list(_core.evaluate(text, values, **self.options))

    def nbytes(self, dtype=None):
        return sum(x.values * ITEMSIZE[dtype or x.dtype] for x in self.extents.values())

    def _measure_extents(self):
        held = {name: self.type_of(name) for name in self.arrays}
        texts, counts = [], {}
        for name, kind in held.items():
            values = math.prod(kind.shape)
            asked = extent_texts(kind.dtype, self.name(name)) if values else []
            counts[name] = values, len(asked)
            texts += asked
        answers = iter(self.evaluate(", ".join(texts)) if texts else [])
        out = {}
        for name, (values, asked) in counts.items():
            out[name] = extent_of(held[name].dtype, values, [next(answers) for _ in range(asked)])
        return out


def _as_list(results):
    return list(results) if isinstance(results, tuple) else [results]


def _opened(value, memory):
    if isinstance(value, Lazy):
        return value.compute()
    if isinstance(value, (list, tuple)):
        return numpy.asarray(value)
    if isinstance(value, (str, os.PathLike)):
        value = open(value)
    if isinstance(value, Source):
        if not value.rewindable:
            raise ValueError(f"'{value.name}' can be read only once, and precision reads it again")
        if memory is None:
            return _core.load(value.spec)
    return value


def _last_statement(text):
    """Returns the statements before the last one, and the last."""
    pieces, depth, quote, at = [""], 0, "", 0
    while at < len(text):
        letter = text[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#":
            at = text.find("\n", at)
            if at < 0:
                break
            continue
        depth += not quote and (letter in "([") - (letter in ")]")
        if not quote and depth == 0 and letter in ";\n":
            pieces.append("")
        else:
            pieces[-1] += letter
        at += 1
    statements = [p.strip() for p in pieces if p.strip()]
    return statements[:-1], statements[-1] if statements else ""
