# How data could be stored: a dtype, and for integers the linear map that makes their range that of
# the data; as texts of the language that store and restore a variable.
"""Dtypes and codings that data can be stored in."""

import math
from dataclasses import dataclass

from . import _core
from ._losses import is_integer

ITEMSIZE = {name: size for name, (_, _, size, *_) in _core.dtypes.items()}
FLOATS = tuple(name for name, (_, is_float, *_) in _core.dtypes.items() if is_float)
SMALLEST_NORMAL = {name: repr(_core.dtypes[name][3]) for name in FLOATS}
_CANDIDATES = tuple(
    name
    for size in (8, 4, 2, 1)
    for name in (*reversed(FLOATS), "int16", "uint16", "int8", "uint8")
    if ITEMSIZE[name] == size
)


@dataclass
class Extent:
    """What the elements of a variable are; least and greatest of the finite ones, exactly."""

    dtype: str
    values: int
    nan: int = 0
    infinite: int = 0
    zero: int = 0
    least: float | int | None = None
    greatest: float | int | None = None


@dataclass
class Coding:
    """How a variable becomes elements of a dtype, and back."""

    kind: str = "plain"
    """"plain": converted. "shifted": less an integer. "scaled": round((x - offset) / scale)."""
    scale: float = 1.0
    offset: float | int = 0
    restored: str | None = None
    """Of scaled: the dtype in which x is computed again."""


class Unfit(Exception):
    """Says why a variable cannot be stored so, as the end of a sentence."""


def limits_of(dtype):
    """The least and the greatest of an integer dtype."""
    bits = 8 * ITEMSIZE[dtype]
    return (0, 2**bits - 1) if dtype.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def literal(value):
    """Writes a number so that the language reads it back, in parentheses where it is negative."""
    return f"({value!r})" if value < 0 or str(value).startswith("-") else repr(value)


def candidates(extents):
    """The dtypes to be compared, widest first; those of the data in front where they are others."""
    own = [x.dtype for x in extents if x.dtype == "bool" or ITEMSIZE[x.dtype] > 2]
    return list(dict.fromkeys([d for d in own if d not in FLOATS] + list(_CANDIDATES)))


def coding_of(dtype, x):
    """Returns how a variable is stored in a dtype. Raises Unfit."""
    if x.dtype == dtype or dtype in FLOATS:
        return Coding()
    if dtype == "bool":
        raise Unfit("only bools are stored in it")
    if ITEMSIZE[dtype] > 2:
        raise Unfit("only variables of that dtype are stored in it")
    if x.nan:
        raise Unfit("the data have NaN")
    if x.infinite:
        raise Unfit("the data have infinities")
    if x.values == 0:
        return Coding()
    least, greatest = limits_of(dtype)
    if x.dtype not in FLOATS:
        if least <= x.least and x.greatest <= greatest:
            return Coding()
        offset = x.least - least
        in_reach = offset < 2**64 if x.dtype.startswith("u") else -(2**63) <= offset < 2**63
        if x.greatest - x.least <= greatest - least and in_reach:
            return Coding("shifted", 1.0, offset)
    return _scaled(float(x.least), float(x.greatest), least, greatest)


def _scaled(low, high, least, greatest):
    if low == high:  # one value: it is the offset, and q is 0
        return Coding("scaled", 1.0, low, "float64")
    steps = greatest - least
    scale = high / steps - low / steps
    offset = low - least * scale
    if scale < 2.2250738585072014e-308:
        raise Unfit("the range is too narrow to divide")
    if not math.isfinite(offset):
        raise Unfit("the range is too wide for a scale")
    # In float32 where its rounding is far below a step, and where its products stay normal.
    largest = max(abs(low), abs(high))
    narrow = largest / 2**22 <= scale / 8 and scale >= 1e-30 and largest <= 1e37
    return Coding("scaled", scale, offset, "float32" if narrow else "float64")


def stored_text(dtype, coding, name):
    """Writes the expression that stores the variable `name`."""
    if coding.kind == "plain":
        return f"{dtype}({name})"
    if coding.kind == "shifted":
        return f"{dtype}({name} - {literal(coding.offset)})"
    least, greatest = limits_of(dtype)
    steps = f"round((float64({name}) - {literal(coding.offset)}) / {literal(coding.scale)})"
    return f"{dtype}(clip({steps}, {least}, {greatest}))"


def restored_text(coding, stored):
    """Writes the expression that restores what `stored` names."""
    if coding.kind == "plain":
        return stored
    if coding.kind == "shifted":
        return f"{stored} + {literal(coding.offset)}"
    return f"{coding.restored}({stored}) * {literal(coding.scale)} + {literal(coding.offset)}"


def extent_texts(dtype, name):
    """The expressions whose values extent_of() takes."""
    if dtype not in FLOATS:
        v = f"uint8({name})" if dtype == "bool" else name
        return [f"min({v})", f"max({v})", f"count_nonzero({v} == 0)"]
    finite = f"isfinite({name})"
    return [
        f"min({name}, where={finite}, initial=inf)",
        f"max({name}, where={finite}, initial=-inf)",
        f"count_nonzero({name} == 0)",
        f"count_nonzero(isnan({name}))",
        f"count_nonzero(isinf({name}))",
    ]


def extent_of(dtype, values, answers):
    """What the elements are, by the values of extent_texts(); none where there are no elements."""
    if not answers:
        return Extent(dtype, values)
    number = float if dtype in FLOATS else int
    least, greatest = (number(v) for v in answers[:2])
    zero, nan, infinite = [int(n) for n in answers[2:]] + [0] * (5 - len(answers))
    if nan + infinite == values:
        least = greatest = None
    return Extent(dtype, values, nan, infinite, zero, least, greatest)


def is_whole(dtype):
    return is_integer(dtype) or dtype == "bool"
