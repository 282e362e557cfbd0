# Lazy arrays and jit(): the same values as NumPy's functions of the arrays themselves.
import numpy as np
import pytest
from arrays import values

import tightloop as tl

X = values("float64", (4, 3, 5), seed=1)
Y = values("float64", (3, 5), seed=2)

CASES = {
    "operators": lambda x, y: (x + y) * 2 - x / 3 + (x > y) * 1.0 - (-x) ** 2 + abs(y) // 0.25 % 2,
    "reflected": lambda x, y: (1 - x) + 2 * x + 1 / (x * x + 1) + 2.5**y,
    "ufuncs": lambda x, y: np.sqrt(np.abs(x)) + np.exp(y) + np.hypot(x, y) + np.arctan2(x, y),
    "softmax": lambda x, y: (lambda e: e / e.sum(axis=-1, keepdims=True))(np.exp(x - x.max())),
    "zscore": lambda x, y: (x - x.mean(axis=0)) / x.std(axis=0),
    "where": lambda x, y: np.where(x > y, x, y).sum(axis=(-2, -1)),
    "clip": lambda x, y: np.clip(x, -0.5, 0.5) + np.maximum(x, y) + np.minimum(y, 0),
    "slices": lambda x, y: x[1:, ::2, None, ..., -1] + x[0, 1, 2],
    "stencil": lambda x, y: (x[:-2] + x[1:-1] + x[2:]) / 3,
    "shapes": lambda x, y: x.reshape(12, -1).T.reshape((5, 4, 3)).transpose(1, 2, 0) + y,
    "axes": lambda x, y: np.moveaxis(np.expand_dims(x, 1), 0, -1).squeeze().swapaxes(0, 2),
    "flip": lambda x, y: np.flip(x, axis=(0, -1)) + np.flip(y),
    "reductions": lambda x, y: np.sum(x, axis=0) + x.prod(axis=0) + np.var(x, axis=0, ddof=1),
    "reduce": lambda x, y: np.add.reduce(x) + np.maximum.reduce(x, axis=0),
    "logic": lambda x, y: np.any(x > 2) | np.all(np.isfinite(x)) & ~np.isnan(y).any(),
    "matmul": lambda x, y: x @ y.T + np.matmul(x, np.ones((5, 3))),
    "array first": lambda x, y: np.arange(5.0) * x - np.float64(2) + np.ones((3, 5)) / (y + 5),
    "average": lambda x, y: np.average(x, axis=0) + np.round(y, 1),
    "shared": lambda x, y: (lambda d: d * d + d)(x - y) + (x - y),
    "sizes": lambda x, y: x / x.shape[0] + y * len(y) / x.size + x.ndim,
}


@pytest.mark.parametrize("case", CASES)
def test_as_numpy(case):
    f = CASES[case]
    expected = f(X, Y)
    made = f(tl.lazy(X), tl.lazy(Y))
    assert isinstance(made, tl.Lazy)
    assert made.shape == np.shape(expected)
    assert made.dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(made.compute(), expected, rtol=1e-12, atol=1e-12)
    jitted = tl.jit(f)
    for _ in range(2):
        np.testing.assert_allclose(jitted(X, Y), expected, rtol=1e-12, atol=1e-12)


def test_exact_differences():
    a = values("uint8", (6, 4, 5), seed=3)
    b = values("uint8", (4, 5), seed=4)
    got = np.abs(tl.lazy(a) - b).sum(axis=(-2, -1)).compute()
    assert np.array_equal(got, np.abs(a.astype(int) - b).sum(axis=(-2, -1)))


def test_destinations_and_arrays():
    x = tl.lazy(X, "x")
    out = np.zeros_like(X)
    assert (x + 1).compute(out=out) is out and np.array_equal(out, X + 1)
    out += x
    assert np.array_equal(out, X + 1 + X)
    assert np.add(x, 1, out=out) is out and np.array_equal(out, X + 1)
    assert np.array_equal(np.asarray(x * 2), X * 2)
    assert float(x.max()) == X.max() and int((x > 0).sum()) == (X > 0).sum()
    low, high = tl.compute(x.min(), x.max())
    assert (low, high) == (X.min(), X.max())


def test_texts():
    x = tl.lazy(X, "x")
    assert ((x - 1) * 2).text == "(x - 1) * 2"
    assert np.abs(x - Y).sum(axis=(-2, -1)).text == "sum(abs(x - x1), axis=(-2, -1))"
    assert "float64 (4, 3, 5)" in repr(x + 1)
    assert "<table>" in (x < 1)._repr_html_() and "&lt;" in (x < 1)._repr_html_()
    assert "loop" in (x + 1).explain() or "pass" in (x + 1).explain()
    y = x
    for _ in range(60):  # a tree would have 2^60 leaves
        y = y * y + 1
    assert len(y.text) < 3000
    z = x
    for _ in range(3000):
        z = z + 1.5
    assert np.allclose(z.compute(), X + 4500)


@pytest.mark.parametrize(
    ("f", "says"),
    [
        (lambda x: bool(x), "no truth value"),
        (lambda x: list(x), "not iterated"),
        (lambda x: 1 in x, "any()"),
        (lambda x: np.sort(x), "no counterpart"),
        (lambda x: np.frexp(x), "no counterpart"),
        (lambda x: x[x > 0], "where="),
        (lambda x: x[[0, 1]], "where="),
        (lambda x: x.sum(axis="a"), "unexpected|axis"),
        (lambda x: np.add(x, 1, where=np.array(True)), "takes no where="),
        (lambda x: np.asarray(x, copy=False), "copy=False"),
    ],
)
def test_refused(f, says):
    with pytest.raises((TypeError, ValueError)) as caught:
        made = f(tl.lazy(X))
        made.compute()
    assert any(part in str(caught.value) for part in says.split("|"))
    with pytest.raises(AttributeError, match="has no 'nothing'"):
        tl.lazy(X).nothing  # noqa: B018


def test_jit_traces_once():
    runs = []

    @tl.jit
    def f(a, b, power=2, scale=1.0):
        runs.append(1)
        return ((a - b) ** power).sum(axis=-1) * scale

    a, b = X, Y
    assert np.allclose(f(a, b), ((a - b) ** 2).sum(-1))
    assert np.allclose(f(a[:2], b, scale=3.0), ((a[:2] - b) ** 2).sum(-1) * 3)
    assert np.allclose(f(a[:2], b, scale=4.0), ((a[:2] - b) ** 2).sum(-1) * 4)
    assert len(runs) == 2  # with scale and without
    f(a, b, power=4)
    f(a.astype("f4"), b)
    f(a[0], b)
    assert len(runs) == 5
    assert f.__name__ == "f"


def test_jit_and_shapes():
    runs = []

    @tl.jit
    def mean(a):
        runs.append(1)
        return a.sum() / a.size

    assert mean(np.ones(3)) == 1 and mean(np.ones(5)) == 1 and mean(np.zeros(5)) == 0
    assert len(runs) == 2


def test_jit_forms():
    @tl.jit
    def several(a, k):
        return {"low": a.min() * k, "high": a.max() * k}

    got = several(X, 2.0)
    assert got["low"] == X.min() * 2 and got["high"] == X.max() * 2

    @tl.jit(static=("flag",), promotion="numpy")
    def chosen(a, flag):
        return (a + a, a) if flag > 0.5 else [a - a]

    a = np.array([200], "uint8")
    assert chosen(a, flag=1.0)[0] == 144 and chosen(a, 0.0) == [0]
    assert tl.jit(lambda *all_of: all_of[0] + all_of[1] * 2)(a, a) == 600

    class Scaled:
        factor = 3

        @tl.jit
        def times(self, x):
            return x * self.factor

    assert Scaled().times(a) == 600

    @tl.jit
    def outer(a):
        return inner(a) + 1

    @tl.jit
    def inner(a):
        return a * 2

    assert np.array_equal(outer(X), X * 2 + 1)
    captured = np.arange(5.0)
    assert np.array_equal(tl.jit(lambda a: a * captured + 0.5)(X), X * captured + 0.5)
    assert np.array_equal(tl.jit(lambda a: a + 1)([1, 2]), [2, 3])
    assert tl.jit(lambda a: 5)(X) == 5
    with pytest.raises(TypeError, match="takes no out="):
        tl.jit(lambda a: a + 1, out=X)(X)
    same = tl.jit(lambda a, b: a - b)
    assert np.array_equal(same(X, X), X - X)
    assert np.array_equal(same(X, X + 1), X - (X + 1))
    with pytest.raises(TypeError, match="truth value"):
        tl.jit(lambda a: a if a.sum() > 0 else -a)(X)
    with pytest.raises(TypeError, match="needs elements"):
        tl.jit(lambda a: a * float(a.sum()))(X)
