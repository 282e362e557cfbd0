# The special cases of the array API standard, through evaluate() and through lazy arrays and NumPy's
# functions of the standard's names. What differs is listed here and in docs/python.md.
import itertools
import math

import numpy as np
import pytest

import tightloop as tl
from array_api_cases import CLASSES, COMPLEX, ODD, PARTS, REAL, REALS

try:
    from ml_dtypes import bfloat16

    BFLOATS = [np.dtype(bfloat16)]
except ImportError:
    BFLOATS = []

FLOATS = [np.dtype(name) for name in ("float16", "float32", "float64")] + BFLOATS
COMPLEXES = [np.dtype("complex64"), np.dtype("complex128")]
PIS = {"pi": 1, "pi/2": 0.5, "pi/4": 0.25, "3pi/4": 0.75}

# Operands whose results are others than the standard's; docs/python.md has a row for each.
DIFFERENT = {
    # Python's: the standard allows it.
    ("floor_divide", "real"): [
        "infinite, positive", "infinite, negative", "positive, -inf", "negative, inf",
    ],
    # C's and NumPy's: the imaginary part is a zero with the sign of sin(2*b).
    ("tanh", "complex"): ["infinite, 3", "infinite, -3"],
}  # fmt: skip


def number(text):
    sign = -1 if text.startswith("-") else 1
    bare = text.lstrip("+-")
    if bare in PIS:
        return sign * PIS[bare] * math.pi
    if bare in ("True", "False"):
        return bare == "True"
    return math.copysign(float(bare), sign)


def rows(table, count):
    """The cases of a table: operands as numbers, and the result's text. The first that fits holds."""
    done = set()
    for row in table.split(";"):
        operands, _, result = row.partition(":")
        result, _, but = result.partition(" except ")
        left_out = CLASSES.get(but.strip(), [but.strip()])
        classes = [CLASSES.get(o.strip(), [o.strip()]) for o in operands.split(",")]
        assert len(classes) == count, row
        for texts in itertools.product(*classes):
            if texts not in done and not (but and left_out_of(texts, left_out)):
                done.add(texts)
                yield texts, [number(t) for t in texts], result.strip()


def left_out_of(texts, left_out):
    return any(t in left_out for t in texts)


def wanted(result, operands):
    """(value, whether its sign counts) of a result's text."""
    x, y = operands[0], operands[-1]
    if result == "y if equal":
        return (y, True) if x == y and math.copysign(1, x) == math.copysign(1, y) else (None, True)
    named = {"x": x, "y": y, "|x|": abs(x), "-|x|": -abs(x), "|y|": abs(y), "|a|": abs(x), "|b|": abs(y)}
    if result in named:
        return named[result], True
    return (number(result[1:]), False) if result.startswith("~") else (number(result), True)


def same(got, want, signed, eps, exact_nan=False):
    got = float(got)
    if math.isnan(want):
        return math.isnan(got) and (not exact_nan or math.copysign(1, got) == math.copysign(1, want))
    if not signed:
        got, want = abs(got), abs(want)
    if want == 0 or math.isinf(want):
        return got == want and math.copysign(1, got) == math.copysign(1, want)
    return abs(got - want) <= 4 * eps * abs(want)


def eps_of(dtype):
    return {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "complex64": 2.0**-23}.get(
        dtype.name, 2.0**-52
    )


def both_ways(name, operands):
    """The results of evaluate() and of NumPy's function over lazy arrays."""
    letters = "xyz"[: len(operands)]
    text = f"{name}({', '.join(letters)})"
    yield tl.evaluate(text, dict(zip(letters, operands)))
    function = getattr(np, name)
    yield function(*[tl.lazy(o) for o in operands]).compute()


def array(values, dtype):
    return np.array(values, "float64").astype(dtype)


def check_real(name, table, count, dtype):
    cases = [c for c in rows(table, count) if wanted(c[2], c[1])[0] is not None]
    operands = [array([c[1][k] for c in cases], dtype) for k in range(count)]
    wrong = set()
    for got in both_ways(name, operands):
        assert got.shape == (len(cases),)
        for (texts, values, result), value in zip(cases, got):
            want, signed = wanted(result, values)
            if not same(value, want, signed, eps_of(dtype), name == "copysign"):
                wrong.add((texts, result, str(value)))
    return wrong


def unexplained(name, kind, wrong):
    """What is wrong and not listed, and what is listed and not wrong."""
    listed = DIFFERENT.get((name, kind), [])
    idle = [row for row in listed if not any(fits(row, w[0]) for w in wrong)]
    return idle + sorted(w for w in wrong if not any(fits(row, w[0]) for row in listed))


def fits(row, texts):
    classes = [CLASSES.get(c, [c]) for c in row.split(", ")]
    return len(classes) == len(texts) and all(
        number(t) in map(number, c) for t, c in zip(texts, classes)
    )


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("name", REAL)
def test_one_real_argument(name, dtype):
    assert not unexplained(name, "real", check_real(name, REAL[name], 1, dtype))


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("name", REALS)
def test_several_real_arguments(name, dtype):
    count = 3 if name == "clip" else 2
    assert not unexplained(name, "real", check_real(name, REALS[name], count, dtype))


def complex_wanted(result, a, b):
    """((real, signed), (imaginary, signed)) of a result's text."""
    if result.startswith("cis"):
        _, factor, *rest = result.split()
        less = 1.0 if rest else 0.0
        r = number(factor)
        return (r * math.cos(b) - less, True), (r * math.sin(b), True)
    real, imaginary = (part.strip() for part in result.split(","))
    return wanted(real, [a]), wanted(imaginary, [b])


def mirrored(name, cases):
    """The cases, and those that follow by symmetry."""
    for texts, (a, b), result in cases:
        (re, re_signed), (im, im_signed) = complex_wanted(result, a, b)
        yield texts, a, b, (re, re_signed), (im, im_signed)
        # Of a NaN there is no conjugate to tell apart; what is real is its own where +0 and -0 meet.
        yield texts, a, -b, (re, re_signed), (-im, im_signed)
        if name in ODD:
            s = ODD[name]
            yield texts, -a, -b, (s * re, re_signed), (s * im, im_signed)
            yield texts, -a, b, (s * re, re_signed), (-s * im, im_signed)


@pytest.mark.parametrize("dtype", COMPLEXES, ids=str)
@pytest.mark.parametrize("name", COMPLEX)
def test_complex_arguments(name, dtype):
    # Where a row has both signs already, it goes before what is mirrored.
    own = {}
    for texts, a, b, re, im in mirrored(name, rows(COMPLEX[name], 2)):
        key = (str(a), str(b))
        own.setdefault(key, (texts, a, b, re, im))
    cases = list(own.values())
    x = np.zeros(len(cases), dtype)
    x.real = [c[1] for c in cases]
    x.imag = [c[2] for c in cases]
    wrong = set()
    for got in both_ways(name, [x]):
        assert got.dtype == dtype
        for (texts, a, b, re, im), value in zip(cases, got):
            ok = same(value.real, *re, eps_of(dtype)) and same(value.imag, *im, eps_of(dtype))
            if not ok:
                wrong.add(((str(a), str(b)), f"{re[0]}, {im[0]}", str(value)))
    assert not unexplained(name, "complex", wrong)


@pytest.mark.parametrize("dtype", COMPLEXES, ids=str)
@pytest.mark.parametrize("name", PARTS)
def test_parts_of_complex_arguments(name, dtype):
    cases = list(rows(PARTS[name], 2))
    x = np.zeros(len(cases), dtype)
    x.real = [c[1][0] for c in cases]
    x.imag = [c[1][1] for c in cases]
    wrong = set()
    for got in both_ways(name, [x]):
        for (texts, values, result), value in zip(cases, got):
            want, signed = wanted(result, values)
            if not same(value, want, signed, eps_of(dtype)):
                wrong.add((texts, result, str(value)))
    assert not unexplained(name, "complex", wrong)


# Functions that the standard defines by others, of complex operands.
@pytest.mark.parametrize("dtype", COMPLEXES, ids=str)
@pytest.mark.parametrize(
    "name, other, before, after",
    [
        ("asin", "asinh", 1j, -1j),
        ("atan", "atanh", 1j, -1j),
        ("sin", "sinh", 1j, -1j),
        ("tan", "tanh", 1j, -1j),
        ("cos", "cosh", 1j, 1),
    ],
)
def test_functions_of_the_product_with_i(name, other, before, after, dtype):
    parts = [number(t) for t in CLASSES["any"]]
    pairs = list(itertools.product(parts, parts))
    x = np.zeros(len(pairs), dtype)
    x.real, x.imag = zip(*pairs)
    turned = np.zeros_like(x)
    turned.real, turned.imag = -x.imag, x.real  # times 1j, with the signs of zeros
    reference = tl.evaluate(f"{other}(x)", x=turned)
    if after == -1j:
        want = np.zeros_like(x)
        want.real, want.imag = reference.imag, -reference.real
    else:
        want = reference
    wrong = set()
    for got in both_ways(name, [x]):
        for (a, b), value, w in zip(pairs, got, want):
            # The signs of infinities and zeros that come with a NaN are not specified.
            loose = math.isnan(a) or math.isnan(b) or math.isnan(w.real) or math.isnan(w.imag)
            ok = same(value.real, float(w.real), not loose, eps_of(dtype)) and same(
                value.imag, float(w.imag), not loose, eps_of(dtype)
            )
            if not ok:
                wrong.add(((str(a), str(b)), str(w), str(value)))
    assert not unexplained(name, "complex", wrong)


def test_complex_numbers_are_not_rounded():
    with pytest.raises(tl.ExpressionTypeError, match="round is not defined for complex128"):
        tl.evaluate("round(x)", x=np.array([1.5 + 2.5j]))


def test_every_function_of_the_standard_is_there():
    names = {name for function in tl.functions() for name in function.names}
    others = """bitwise_and bitwise_invert bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor conj
        equal greater greater_equal imag less less_equal logical_and logical_not logical_or logical_xor
        negative not_equal positive real"""
    wanted = {*REAL, *REALS, *COMPLEX, *others.split()}
    assert wanted <= names and len(wanted) == 67
    for name in wanted:
        assert callable(getattr(np, name))
