# convert(): arrays and files in another dtype, and what is lost by that.
"""Conversion with an account of what it loses."""

import contextlib
import os
from dataclasses import dataclass, field
from typing import Any

import numpy

from . import _core
from ._errors import ArgumentError
from ._lazy import Lazy
from ._losses import Loss, converted, inexact, is_complex, is_integer, tests
from ._streams import Source, open, save, shown


@dataclass(frozen=True)
class Conversion:
    """What convert() has made."""

    array: Any
    """The converted elements; None where they went to a file."""
    dtype: str
    """The dtype that was written."""
    inexact: int = 0
    """How many elements have another value now, by rounding too; NaN are not counted."""
    losses: tuple = ()
    """The losses that were allowed or clipped, each a Loss."""
    scale: float | None = None
    """Of scaled integers q, for which x is scale * q + offset; else None."""
    offset: float | int | None = None
    """As above."""
    restored: str | None = field(default=None)
    """The dtype in which scale * q + offset is to be computed; None where it is exact."""

    def __repr__(self):
        text = f"<conversion to {self.dtype}"
        if self.scale is not None:
            text += f", x = {self.scale!r} * q + {self.offset!r}"
        text += f": {_counted(self.inexact)} changed"
        return text + "".join(f"\n  {_told(loss)}" for loss in self.losses) + ">"


def convert(
    source,
    target=None,
    dtype=None,
    *,
    saturate=False,
    round=False,
    allow_loss=False,
    scale=False,
    tolerance=None,
    tolerance_kind="abs",
    progress=None,
):
    """Converts an array or a file to another dtype or another format.

    Refuses with ArgumentError, which has the counts and the first index, where elements would be
    lost: out of range, too small for the digits of a float (0, or a subnormal number that has lost
    some), NaN or a fraction to integers, imaginary parts. Rounding to a normal float is no loss.

    Args:
        source: an array, as evaluate() takes it; a path (see open()), or a Source.
        target: a path, whose end names the format, an array to write to, or None for a new array.
            From file to .npy or .raw memory is bounded; the file appears whole or not at all.
        dtype: what to write; that of the target array, or of the source, where it is left out.
        saturate: clip what is out of range.
        round: round floats to integers, halves to even.
        allow_loss: convert all the same.
        scale: store integers q of 8 or 16 bits with x = scale * q + offset, over the range of x. An
            .npz file holds both numbers beside the array.
        tolerance: store the dtype of fewest bytes whose error is within it (see precision()).
        tolerance_kind: what it limits: "abs", "rel" or "psnr".
        progress: True for a bar (where tqdm is installed), or a function of (bytes done, of all).

    Returns a Conversion: the array, the dtype, counts of what has changed, scale and offset.
    """
    _check(dtype, saturate, round, scale, tolerance)
    if isinstance(source, (str, os.PathLike)):
        source = open(source)
    elif isinstance(source, Lazy):
        source = source.compute()
    elif isinstance(source, (bool, int, float, complex, list, tuple)):
        source = numpy.asarray(source)
    if scale or tolerance is not None:
        from ._scaled import convert_scaled

        plain, done = convert_scaled(source, target, dtype, tolerance, tolerance_kind)
        if done is not None:
            return done
        dtype, allow_loss = plain, True  # within the tolerance
    job = _Job(source, target, dtype, saturate, round, allow_loss)
    return job.run_file(progress) if isinstance(source, Source) else job.run_array()


def _check(dtype, saturate, round, scale, tolerance):
    if tolerance is not None and (dtype is not None or scale):
        raise TypeError("tolerance= chooses the dtype: it goes with neither dtype= nor scale=")
    if scale and dtype is None:
        raise TypeError("scale=True needs a dtype=: int8, int16, uint8 or uint16")
    if (scale or tolerance is not None) and (saturate or round):
        raise TypeError("scale= and tolerance= go with neither saturate= nor round=")


class _Job:
    """A conversion that is asked for, checked."""

    def __init__(self, source, target, dtype, saturate, round, allow_loss):
        self.source = source
        self.target = os.fspath(target) if isinstance(target, (str, os.PathLike)) else target
        self.into_array = self.target is not None and not isinstance(self.target, str)
        if isinstance(source, Source):
            self.name, self.from_, self.shape = f"'{source.name}'", source.dtype, source.shape
        else:
            self.name = "the array"
            self.from_, self.shape = _core.result_types("x", {"x": source})[0]
        self.to = self._target_dtype(dtype)
        self.saturate, self.round, self.allow_loss = bool(saturate), bool(round), bool(allow_loss)
        if self.saturate and is_complex(self.from_) and is_complex(self.to):
            raise ValueError("saturate=True: complex numbers cannot be clipped")
        if self.round and not is_integer(self.to):
            raise ValueError(f"round=True makes integers, and the dtype to write is {self.to}")
        self.tests = tests(self.from_, self.to, self.round)
        self.text = converted(self.from_, self.to, self.saturate, self.round)
        changes = self.from_ != self.to
        self.all_tests = [t.text for t in self.tests] + [
            inexact(self.from_, self.to, self.text)
        ] * changes

    def _target_dtype(self, dtype):
        wanted = None if dtype is None else _core.dtype_name(dtype)
        if not self.into_array:
            return wanted or self.from_
        held = _core.result_types("x", {"x": self.target})[0]
        if wanted not in (None, held.dtype):
            raise TypeError(f"dtype= is {wanted}, and the array to write to is {held.dtype}")
        if held.shape != self.shape:
            raise ValueError(
                f"the array to write to has the shape {held.shape}, the source {self.shape}"
            )
        return held.dtype

    def run_file(self, progress):
        path = None if self.into_array else self.target
        converter = _core.Converter(self.source, path, self.to, self.text, self.all_tests)
        with contextlib.closing(converter):
            with shown(progress) as bar:
                found = converter.run(bar)
            made = self._account(found)
            if path is not None:
                converter.commit()
                return Conversion(None, *made)
            array = converter.array()
        if self.into_array:
            array = _core.evaluate("x", {"x": array}, out=self.target)
        return Conversion(array, *made)

    def run_array(self):
        counts = [f"count_nonzero({test})" for test in self.all_tests]
        # What is refused leaves the caller's array as it is: it is written to when all is known.
        texts = counts if self.into_array else [self.text, *counts]
        results = _core.evaluate(", ".join(texts), {"x": self.source}) if texts else ()
        results = list(results) if isinstance(results, tuple) else [results]
        array = None if self.into_array else results.pop(0)
        made = self._account(
            [self._first(*found) for found in zip(results, self.all_tests, strict=True)]
        )
        if self.into_array:
            array = _core.evaluate(self.text, {"x": self.source}, out=self.target)
        elif self.target is not None:
            save(self.target, array)
            array = None
        return Conversion(array, *made)

    def _first(self, count, test):
        if count == 0:
            return 0, None, None
        count = int(count)
        number = int(_core.evaluate(f"argmax({test})", {"x": self.source}))
        index = tuple(int(i) for i in numpy.unravel_index(number, self.shape))
        part = f"x[{', '.join(map(str, index))}]" if index else "x"
        in_numpy = _core.dtypes[self.from_][0]
        text = part if in_numpy else f"float32({part})"
        return count, index, _core.evaluate(text, {"x": self.source})

    def _account(self, found):
        """Refuses what is lost, or returns the rest of a Conversion."""
        losses = [
            Loss(test.what, n, index, value, test.clips)
            for test, (n, index, value) in zip(self.tests, found, strict=False)
            if n > 0
        ]
        refused = [x for x in losses if not (self.allow_loss or (x.clipped and self.saturate))]
        if refused:
            self._refuse(refused)
        changed = found[-1][0] if len(found) > len(self.tests) else 0
        return self.to, int(changed), tuple(losses)

    def _refuse(self, losses):
        hint = ""
        if any(loss.clipped for loss in losses):
            hint = "saturate=True clips what is out of range, "
        if any("fraction" in loss.what for loss in losses):
            hint += "round=True rounds fractions, "
        lines = "".join(f"\n  {_told(loss)}" for loss in losses)
        refuse(
            f"{self.name} does not fit {self.to}:{lines}",
            f"{hint}allow_loss=True converts all the same",
        )


def refuse(message, hint=""):
    """Raises ArgumentError."""
    picture = f"error: {message}" + (f"\nhint: {hint}" if hint else "")
    raise ArgumentError(message, hint, picture=picture)


def _counted(count):
    return f"{count} element{'' if count == 1 else 's'}"


def _told(loss):
    """ "12 elements: out of the range of int8, the first at (0, 3): 300.0" """
    return f"{_counted(loss.count)}: {loss.what}, the first at {loss.index}: {loss.value}"
