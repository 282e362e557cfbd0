# Properties that hold for any array: found by hypothesis, over all dtypes, layouts and byte orders.
import numpy as np
import pytest

pytest.importorskip("hypothesis")
from arrays import exactly
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from random_arrays import (
    ALL,
    BFLOAT16,
    IN_ORDER,
    WRITABLE,
    cases,
    kind_of,
    layouts,
    pairs,
    same,
)

import tightloop as tl
from tightloop._expression import index_text

# Expressions as text and as Python's functions of arrays or of lazy arrays; for which kinds.
MAPS = {
    "x == y": ("biufc", lambda x, y: x == y),
    "where(x != y, x, y)": ("biufc", lambda x, y: np.where(x != y, x, y)),
    "x * y + x": ("iufc", lambda x, y: x * y + x),
    "x - y": ("iufc", lambda x, y: x - y),
    "(x < y) | (x >= 1)": ("biuf", lambda x, y: (x < y) | (x >= 1)),
    "minimum(x, y) * 2": ("biuf", lambda x, y: np.minimum(x, y) * 2),
    "abs(x)": ("iuf", lambda x, y: np.abs(x)),
    "x / y": ("biuf", lambda x, y: x / y),
    "x // y": ("iu", lambda x, y: x // y),
    "x % 7 + y": ("iu", lambda x, y: x % 7 + y),
    "(x & y) ^ 3": ("biu", lambda x, y: (x & y) ^ 3),
    "sqrt(x) - 0.5": ("f", lambda x, y: np.sqrt(x) - 0.5),
    "isnan(x) | isinf(y)": ("f", lambda x, y: np.isnan(x) | np.isinf(y)),
    "real(x) - imag(y)": ("c", lambda x, y: np.real(x) - np.imag(y)),
}
REDUCTIONS = {
    "sum(x, axis=0)": ("biufc", lambda x: x.sum(axis=0)),
    "mean(x)": ("biuf", lambda x: x.mean()),
    "sum(x * 2)": ("iufc", lambda x: (x * 2).sum()),
    "max(x, axis=-1, initial=0)": ("iuf", lambda x: x.max(axis=-1, initial=0)),
    "any(x != x, axis=-1), count_nonzero(x)": ("biufc", None),
    "x - mean(x, axis=0)": ("iuf", lambda x: x - x.mean(axis=0)),
}


def of_kind(table, dtype):
    return st.sampled_from([t for t, (kinds, _) in table.items() if kind_of(dtype) in kinds])


@st.composite
def maps(draw, **options):
    x, y = draw(pairs(**options))
    return x, y, draw(of_kind(MAPS, x.dtype))


@st.composite
def reductions(draw, least=1, **options):
    shapes = hnp.array_shapes(min_dims=1, max_dims=4, min_side=least, max_side=6)
    x, _ = draw(pairs(**{"shapes": shapes, **options}))
    return x, draw(of_kind(REDUCTIONS, x.dtype))


def results(text, **variables):
    """The results, or the class of the error: for some elements there is none (2^63 - -1)."""
    options = variables.pop("options", {})
    try:
        found = tl.evaluate(text, variables, **options)
    except tl.IntegerOverflowError:
        return "overflow"
    return found if isinstance(found, tuple) else (found,)


def all_same(a, b):
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str)
    return len(a) == len(b) and all(map(same, a, b))


@cases(60)
@given(maps(), st.data())
def test_a_part_of_the_whole_is_the_whole_of_a_part(case, data):
    x, y, text = case
    whole = results(text, x=x, y=y)
    if whole == "overflow":
        return
    y = np.broadcast_to(y, x.shape)
    index = data.draw(hnp.basic_indices(x.shape, allow_ellipsis=True, allow_newaxis=True))
    part = np.asarray(whole[0])[index]
    assert same(results(text, x=x[index], y=y[index])[0], part)
    assert same(results(text, x=x.T, y=y.T)[0], np.asarray(whole[0]).T)
    if index != ():
        assert same(results(f"({text})[{index_text(index)}]", x=x, y=y)[0], part)


@cases(60)
@given(maps(), layouts(), layouts())
def test_layouts_and_byte_orders_change_nothing(case, first, second):
    x, y, text = case
    assert all_same(results(text, x=first(x), y=second(y)), results(text, x=x, y=y))


@cases(40)
@given(reductions(), layouts(IN_ORDER), layouts())
def test_reductions_of_one_memory_order_have_the_same_bits(case, layout, other):
    x, text = case
    expected = results(text, x=x)
    assert all_same(results(text, x=layout(x)), expected)
    turned = results(text, x=other(x))  # added in another order
    if expected == "overflow" or kind_of(x.dtype) not in "fc":
        assert all_same(turned, expected)
        return
    with np.errstate(all="ignore"):
        sizes = np.abs(np.where(np.isfinite(x), x, 0).astype("c16")).sum()
    error = (
        1e-3
        if x.dtype.itemsize == 2
        else 1e-5
        if x.dtype.name in ("float32", "complex64")
        else 1e-13
    )
    for got, want in zip(turned, expected, strict=True):
        got, want = np.asarray(got).astype("c16"), np.asarray(want).astype("c16")
        finite = np.isfinite(want)
        assert (np.isfinite(got) == finite).all() or sizes > 1e30
        both = finite & np.isfinite(got)
        assert (np.abs(got[both] - want[both]) <= error * (1 + 4 * sizes)).all()


@cases(60)
@given(maps(), layouts(tuple(WRITABLE)))
def test_out_is_what_is_returned(case, layout):
    x, y, text = case
    expected = results(text, x=x, y=y)
    if expected == "overflow":
        return
    expected = np.asarray(expected[0])
    out = layout(np.zeros(expected.shape, expected.dtype))
    assert tl.evaluate(text, {"x": x, "y": y}, out=out) is out
    assert same(out, expected)
    if x.shape == expected.shape and x.dtype == expected.dtype:  # into one of the inputs
        held = layout(x)
        tl.evaluate(text, {"x": held, "y": y}, out=held)
        assert same(held, expected)


LARGE = st.sampled_from([(70_001,), (3, 40_000), (40_000, 3), (300, 301), (2, 5, 9_000)])


@cases(16)
@given(maps(shapes=LARGE))
def test_threads_change_no_bit_of_a_map(case):
    x, y, text = case
    one = results(text, x=x, y=y, options={"threads": 1})
    assert all_same(results(text, x=x, y=y, options={"threads": 2}), one)


@cases(16)
@given(reductions(shapes=LARGE))
def test_threads_change_no_bit_of_a_reduction(case):
    x, text = case
    one = results(text, x=x, options={"threads": 1})
    for threads in (2, 3):
        assert all_same(results(text, x=x, options={"threads": threads}), one)


@cases(60)
@given(maps(), layouts())
def test_text_lazy_arrays_and_functions_are_one(case, layout):
    x, y, text = case
    x = layout(x)
    expected = results(text, x=x, y=y)
    build = MAPS[text][1]
    dtypes = {name: a for name, a in (("x", x), ("y", y)) if name in tl._core.names_of(text)}
    compiled = tl.compile(text, dtypes)
    ways = [
        lambda: build(tl.lazy(x), tl.lazy(y)).compute(),
        lambda: tl.jit(build)(x, y),
        lambda: compiled(**dtypes),
    ]
    for way in ways:
        if expected == "overflow":
            with pytest.raises(OverflowError):
                way()
        else:
            assert same(way(), expected[0])


@cases(40)
@given(reductions())
def test_reductions_as_text_and_lazy_are_one(case):
    x, text = case
    build = REDUCTIONS[text][1]
    if build is None:
        return
    expected = results(text, x=x)
    assert same(build(tl.lazy(x)).compute(), expected[0])
    assert same(tl.compile(text, x=x)(x), expected[0])


@cases(80)
@given(maps(dtypes=[d for d in ALL if d != BFLOAT16]), layouts())
def test_numpy_promotion_is_numpy(case, layout):
    x, y, text = case
    with np.errstate(all="ignore"):
        expected = MAPS[text][1](x, y)
    got = results(text, x=layout(x), y=y, options={"promotion": "numpy"})[0]
    if x.dtype.kind == "c" and "*" in text:  # one of NumPy's loops contracts a product and a sum
        assert got.dtype == expected.dtype
        finite = np.isfinite(expected) & np.isfinite(got)
        np.testing.assert_allclose(got[finite], expected[finite], rtol=1e-5)
    else:
        assert same(got, expected)


@cases(60)
@given(pairs(dtypes=[d for d in ALL if d.kind in "iu"]), layouts())
def test_integers_are_exact(xy, layout):
    x, y = xy
    expected = exactly(x) * 3 - exactly(y)
    assert np.array_equal(tl.evaluate("x * 3 - y", x=layout(x), y=y), expected)
    total = int(np.sum(expected))
    got = results("sum(x * 3 - y)", x=layout(x), y=y)
    assert got == "overflow" if not -(2**63) <= total < 2**63 else int(got[0]) == total


@cases(40)
@given(pairs(dtypes=[d for d in ALL if kind_of(d) == "f"]), layouts())
def test_halves_are_rounded_once(xy, layout):
    """Of float16 and bfloat16, too: computed in float32, stored once."""
    x, y = xy
    kind = np.float64 if x.dtype == np.float64 else np.float32
    with np.errstate(all="ignore"):
        expected = (x.astype(kind) * y.astype(kind) + kind(1)).astype(x.dtype)
    assert same(tl.evaluate("x * y + 1", x=layout(x), y=y), expected)
