# How elements are lost when they become another dtype: tests in the language, and the conversion.
"""Losses of conversions, as expressions of x."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from . import _core

_BITS = {f"{s}int{b}": b - (s == "") for s in ("", "u") for b in (8, 16, 32, 64)}
_PART = {"complex64": "float32", "complex128": "float64"}


@dataclass(frozen=True)
class Loss:
    """One way in which elements were lost, or would have been."""

    what: str
    """"out of the range of int8", for instance."""
    count: int
    """Of elements."""
    index: tuple
    """Of the first such element."""
    value: Any
    """Of the first such element."""
    clipped: bool
    """Whether `saturate` has clipped them, or would have."""


class Test(NamedTuple):
    """A way in which a conversion can lose elements."""

    what: str
    text: str
    """True where an element is lost so."""
    clips: bool = False
    """Whether saturating clips these instead."""


def is_integer(dtype):
    return dtype in _BITS


def is_complex(dtype):
    return dtype in _PART


def _part(dtype):
    """The type of one part of a complex number; any other as it is."""
    return _PART.get(dtype, dtype)


def _cast(x, to):
    return f"astype({x}, '{to}')"


def tests(source, to, rounds):
    """Returns the ways in which elements can be lost; none where `to` holds all of `source`."""
    if source == to:
        return []
    if is_complex(source) and not is_complex(to):
        imaginary = Test("with an imaginary part", "imag(x) != 0")
        return [imaginary, *_real_tests("real(x)", _part(source), to, rounds)]
    return _real_tests("x", source, to, rounds)


def _real_tests(x, source, to, rounds):
    if to == "bool":
        return [] if source == to else [Test("neither 0 nor 1", f"({x} != 0) and ({x} != 1)")]
    if is_integer(to):
        return _integer_tests(x, source, to, rounds)
    if not _may_overflow(source, to):
        return []
    found = [Test(f"too large for {to}", _too_large(x, to), True)]
    if is_integer(source):
        return found
    if is_complex(source):
        return found + _underflow("real(x)", to) + _underflow("imag(x)", to)
    return found + _underflow(x, to)


def _integer_tests(x, source, to, rounds):
    what = f"out of the range of {to}"
    if is_integer(source) or source == "bool":
        return [] if _covers(to, source) else [Test(what, _outside(x, source, to), True)]
    found = [
        Test(what, _outside(f"round({x})" if rounds else x, source, to), True),
        Test("NaN, which no integer is", f"isnan({x})"),
    ]
    if not rounds:
        fraction = f"(trunc({x}) != {x}) and not isnan({x})"
        found.append(Test("with a fraction, which would be lost", fraction))
    return found


def _covers(to, source):
    if source == "bool":
        return True
    if to.startswith("u") and not source.startswith("u"):
        return False
    return _BITS[to] >= _BITS[source]


def _outside(x, source, to):
    """That an integer, or the integer part of a float, is outside; in numbers every float holds."""
    half = 1 << (_BITS[to] - 1)
    low = "0" if to.startswith("u") else f"-{half} * 2"
    if is_integer(source):
        return f"({x} < {low}) or ({x} > {2 * half - 1})"
    return f"(trunc({x}) < {low}.0) or ({x} >= {half}.0 * 2.0) or isinf({x})"


def _may_overflow(source, to):
    """True where some finite value of one type is past the finite range of a float type."""
    if source == "bool":
        return False
    limit = _largest(_part(to))
    return 2.0 ** _BITS[source] > limit if is_integer(source) else _largest(_part(source)) > limit


def _largest(dtype):
    return _core.dtypes[dtype][4]


def _has_infinity(dtype):
    return _core.dtypes[dtype][5]


def _too_large(x, to):
    """What a float type cannot hold, but for NaN; an infinity is held where the type has one."""
    if _has_infinity(to):
        return f"isfinite({x}) and not isfinite({_cast(x, to)})"
    return f"isnan({_cast(x, to)}) and not isnan({x})"


def _underflow(x, to):
    """What becomes 0, or a subnormal number that has fewer digits than any other of its type."""
    held = _cast(x, _part(to))
    small = f"abs({x}) < {_core.dtypes[_part(to)][3]!r}"
    return [
        Test(f"too small for {to}, which would be 0", f"({x} != 0) and ({held} == 0)"),
        Test(
            f"so small that {to} holds fewer digits",
            f"({held} != {x}) and ({held} != 0) and ({small})",
        ),
    ]


def converted(source, to, saturate, rounds):
    """Returns the expression of x that converts it."""
    x = "real(x)" if is_complex(source) and not is_complex(to) else "x"
    if rounds and not is_integer(source) and source != "bool":
        x = f"round({x})"
    plain = _cast(x, to)
    if not saturate or to == "bool":
        return plain
    clipped = f"saturate({x}, '{_part(to)}')"
    if is_complex(to):
        clipped = _cast(clipped, to)
    # An infinity that the type holds is no loss.
    if is_integer(to) or is_integer(source) or source == "bool" or not _has_infinity(to):
        return clipped
    return f"where(isinf({x}), {plain}, {clipped})"


def inexact(source, to, text):
    """Returns the test of elements whose value a conversion changes; NaN is not one."""
    if _BITS.get(source, 0) < 63 or is_integer(to) or to == "bool":
        return f"(({text}) != x) and (x == x)"
    # From an integer of 64 bits a float is subtracted in two parts, each exact.
    held = f"float64(real({text}))" if is_complex(to) else f"float64({text})"
    return f"({held} - float64(x >> 32) * 4294967296.0) != float64(x & 4294967295)"
