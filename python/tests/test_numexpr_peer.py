# tightloop.numexpr against numexpr itself, where that is installed: every operation over every dtype, with
# the list of what differs. numexpr's own tests are run by tools/foreign-suites.
import itertools
import warnings

import numpy as np
import pytest

import tightloop.numexpr as ours
from arrays import DTYPES

numexpr = pytest.importorskip("numexpr", minversion="2.14")

UNARY = (
    "a -a ~a +a a+1 a-1 1-a a*2.5 a*2**40 a/2 a//3 a%3 2%a a**2 a**3 a**0.5 a**-1 a**-1.0 a**0 a**2.3 "
    "2**a a<<2 a>>1 a*True a+2j a.real a.imag a==True where(True,a,2.5) where(a==1,2,3.5) sum(a) "
    "prod(a) min(a) max(a) a<3 3.5>=a a&3 a|1 ~(a>1) (a>1)&(a<3) a>2**33"
).split()
BINARY = (
    "a+b a-b a*b a/b a//b a%b a<b a<=b a==b a!=b a&b a|b a^b where(a>b,a,b) where(a==b,a,1) a**b "
    "arctan2(a,b) fmod(a,b) hypot(a,b) nextafter(a,b) copysign(a,b) maximum(a,b) minimum(a,b) complex(a,b)"
).split()
ALONE = set(ours.expressions.functions) - {"contains", "where", "sum", "prod", "min", "max"}
ALONE -= {text.partition("(")[0] for text in BINARY}


def small(dtype, seed):
    """Small values, of the second array none that is zero or, where it is an exponent, negative."""
    rng = np.random.default_rng(seed)
    low = 1 if seed else -9
    x = rng.integers(0 if np.dtype(dtype).kind == "u" and not seed else low, 10, 40)
    if np.dtype(dtype).kind in "biu":
        return x.astype(dtype)
    x = x / 4
    return (x + 1j * rng.integers(-9, 10, 40) / 4 if np.dtype(dtype).kind == "c" else x).astype(dtype)


def result(package, text, names):
    try:
        return package.evaluate(text, names)
    except Exception as e:
        return type(e)


def differs(text, names):
    """None, or how this package's result differs from numexpr's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, mine = result(numexpr, text, names), result(ours, text, names)
    if isinstance(theirs, type):
        return None if theirs is mine else f"{theirs.__name__} there"
    if isinstance(mine, type):
        return f"{mine.__name__} here"
    if theirs.dtype != mine.dtype or theirs.shape != mine.shape:
        return f"{theirs.dtype} there, {mine.dtype} here"
    near = 3e-5 if theirs.dtype == "float32" else 1e-12
    same = np.allclose(theirs, mine, near, near, equal_nan=True)
    return None if same else "values"


# Differences on purpose; docs/numexpr.md has a row for each.
def intended(text, dtypes, how):
    if "uint64" in dtypes and how in ("int64 there, uint64 here", "int64 there, float64 here"):
        return True  # uint64 stays unsigned; its powers with a signed exponent are floats
    if "uint64" in dtypes and how in ("int32 there, uint64 here", "int32 there, int64 here"):
        return True  # where(c, uint64, 1) with a condition
    if text in ("sum(a)", "prod(a)") and how in ("int32 there, int64 here", "int64 there, uint64 here"):
        return True
    if how in ("NotImplementedError there", "SystemError there"):
        return text.split("(")[0] in ("sum", "prod", "min", "max", "complex") or "**" in text
    if text in ("arcsin(a)", "arccos(a)", "arcsinh(a)", "arctanh(a)", "a**b"):
        return how == "values" and "complex" in dtypes[0] + dtypes[-1]
    return False


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_operation(dtype):
    a = small(dtype, 0)
    wrong = [
        (text, how)
        for text in (*UNARY, *(f"{name}(a)" for name in sorted(ALONE)))
        if (how := differs(text, {"a": a})) and not intended(text, [dtype], how)
    ]
    assert not wrong


@pytest.mark.parametrize("text", BINARY)
def test_every_pair(text):
    wrong = []
    for x, y in itertools.product(DTYPES, DTYPES):
        how = differs(text, {"a": small(x, 0), "b": small(y, 1)})
        if how and not intended(text, [x, y], how):
            wrong.append((x, y, how))
    assert not wrong
