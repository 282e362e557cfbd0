# pandas with this package: engine=tl.jit of map() and apply(), and query() and eval() over the drop-in for
# numexpr, against pandas' own loops.
import subprocess
import sys

import numpy as np
import pytest

import tightloop as tl

pd = pytest.importorskip("pandas", minversion="3.0")

NUMBERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
           "float32", "float64"]  # fmt: skip


def frame(dtype="float64", rows=50):
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {name: rng.integers(0, 10, rows).astype(dtype) for name in "abc"},
        index=[f"r{i}" for i in range(rows)],
    )


def same(got, want):
    assert type(got) is type(want)
    assert got.index.equals(want.index)
    if isinstance(got, pd.DataFrame):
        assert got.columns.equals(want.columns)
    np.testing.assert_allclose(got.to_numpy("float64"), want.to_numpy("float64"), 3e-6, 1e-6)


@pytest.mark.parametrize("dtype", [*NUMBERS, "complex128"])
def test_map(dtype):
    column = frame(dtype)["a"]

    def f(x):
        return 3 * x + 1

    got, want = column.map(f, engine=tl.jit), column.map(f)
    assert got.name == "a" and got.index.equals(want.index)
    np.testing.assert_allclose(got, want.to_numpy(got.dtype), 1e-6)
    # uint8 200 * 3 does not wrap, as it does not for the Python numbers that pandas passes.
    large = pd.Series([200, 100], dtype="uint8").map(f, engine=tl.jit)
    assert large.tolist() == [601, 301]


def test_map_of_ufuncs_missing_values_and_options():
    column = pd.Series([1.0, np.nan, 4.0], name="z")
    same(column.map(np.sqrt, engine=tl.jit), column.map(np.sqrt))
    same(column.map(lambda x: x * 2, engine=tl.jit(threads=1)), column * 2)
    kept = column.map(lambda x: np.where(x > 2, 1.0, 0.0), na_action="ignore", engine=tl.jit)
    assert np.array_equal(kept, [0, np.nan, 1], equal_nan=True)
    assert column.map(lambda x: 7, engine=tl.jit).tolist() == [7, 7, 7]
    assert column.map(lambda x, k: x * k, k=3, engine=tl.jit)[2] == 12
    assert column[:1].map(lambda x: x + 1, engine=tl.jit).tolist() == [2]


def test_map_refuses():
    column = pd.Series([1.0, 2.0, 4.0])
    for f in (lambda x: x - x.mean(), lambda x: x.sum(), lambda x: x[::-1]):
        with pytest.raises(TypeError, match="another value for an element alone"):
            column.map(f, engine=tl.jit)
    for other in (["a", "b"], pd.array([1, None], "Int64"), pd.to_datetime(["2020-01-01"])):
        with pytest.raises(TypeError, match="takes columns of NumPy's numbers"):
            pd.Series(other).map(lambda x: x, engine=tl.jit)
    with pytest.raises(TypeError, match="no truth value"):
        column.map(lambda x: 1 if x > 2 else 0, engine=tl.jit)


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_apply_to_columns(dtype, raw):
    data = frame(dtype)
    for f in (lambda c: c * 2 + 1, lambda c: (c - c.mean()) / c.std(), lambda c: c.sum(),
              lambda c: np.sqrt(c).max()):  # fmt: skip
        want = data.apply(lambda c, f=f: f(c.to_numpy()))
        same(data.apply(f, engine=tl.jit, raw=raw), want)
    same(data.apply(lambda c, k: c + k, args=(2.5,), engine=tl.jit, raw=raw), data + 2.5)


def test_apply_to_columns_of_several_dtypes():
    data = pd.DataFrame({"x": np.uint8([250, 7]), "y": [0.5, 2.5], "z": [True, False]}, index=[5, 3])
    got = data.apply(lambda c: c + 10, engine=tl.jit)
    assert got.to_numpy().tolist() == [[260, 10.5, 11], [17, 12.5, 10]]
    assert got.index.tolist() == [5, 3]
    twice = pd.DataFrame([[1, 2], [3, 4]], columns=["x", "x"])
    same(twice.apply(lambda c: c * 2, engine=tl.jit), twice * 2)
    with pytest.raises(TypeError, match="'s' is of type"):
        data.assign(s="text").apply(lambda c: c, engine=tl.jit)
    with pytest.raises(ValueError, match="shape .1,. for a column of 2"):
        data.apply(lambda c: c[:1], engine=tl.jit)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_apply_to_rows(dtype):
    data = frame(dtype)

    def f(row):
        return np.where(row["a"] > row.b, row["a"] * 2, row["c"] + 0.5)

    def plain(row):
        return row["a"] * 2.0 if row["a"] > row.b else row["c"] + 0.5

    same(data.apply(f, axis=1, engine=tl.jit), data.astype("float64").apply(plain, axis=1))
    same(data.apply(lambda r: r.sum(), axis=1, raw=True, engine=tl.jit), data.sum(axis=1))
    same(data.apply(lambda r: r * 2 + 1, axis=1, raw=True, engine=tl.jit), data.astype("int64") * 2 + 1)


def test_apply_to_rows_refuses():
    data = frame()
    with pytest.raises(TypeError, match="asks a row for 'd', which is no column"):
        data.apply(lambda row: row["d"], axis=1, engine=tl.jit)
    with pytest.raises(TypeError, match="asks a row for 'sum'.*raw=True"):
        data.apply(lambda row: row.sum(), axis=1, engine=tl.jit)
    with pytest.raises(TypeError, match="a row alone than among others"):
        data.apply(lambda row: row["a"] - row["a"].mean(), axis=1, engine=tl.jit)
    with pytest.raises(TypeError, match="takes nothing of a row"):
        data.apply(lambda row: 1, axis=1, engine=tl.jit)
    with pytest.raises(TypeError, match="several columns of that name"):
        data.set_axis(["a", "a", "c"], axis=1).apply(lambda r: r["a"], axis=1, engine=tl.jit)


QUERIES = r"""
import numpy as np, pandas as pd, warnings
import tightloop.numexpr
tightloop.numexpr.install()
from pandas.core.computation import expressions
from pandas.core.computation.check import NUMEXPR_INSTALLED
import numexpr
assert NUMEXPR_INSTALLED and numexpr is tightloop.numexpr
count = [0]
real = numexpr.evaluate
def counted(text, *args, **kwargs):
    count[0] += 1
    return real(text, *args, **kwargs)
numexpr.evaluate = counted
expressions._MIN_ELEMENTS = 0
rng = np.random.default_rng(5)
dtypes = "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 bool".split()
edges = {"int8": [-128, 127, 0], "uint8": [255, 0, 1], "uint32": [2**32 - 1, 0, 5],
         "uint64": [2**64 - 1, 0, 2**53 + 1], "int64": [-2**63, 2**53 + 1, 2**63 - 1]}
def column(dtype, seed):
    x = rng.integers(-100 if np.dtype(dtype).kind in "if" else 0, 100, 60).astype(dtype)
    x[:3] = np.array(edges.get(dtype, [0, 1, 2]), dtype)
    return x
texts = ("a > b", "a == b", "a >= 3 and b < 50", "not (a > b)", "a != b or c", "a in [1, 2, 3]",
         "a < @limit", "(a > b) & ~c", "abs(f) > 2.5", "sqrt(abs(f)) < 3 and a > 0", "index > 20",
         "a > f")
sums = ("a + f", "f * 2 - a", "a > b", "f / 3", "(f > 0) & c", "sin(f) + cos(f)", "d = f + 1\ne = d * 2")
limit = 7
for x in dtypes:
    for y in dtypes:
        data = pd.DataFrame({"a": column(x, 0), "b": column(y, 1), "c": column("bool", 2),
                             "f": rng.normal(size=60) * 4})
        data.loc[5, "f"] = np.nan
        for text in texts:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                plain = data.query(text, engine="python")
                got = data.query(text, engine="numexpr")
                assert got.equals(plain), (x, y, text)
        for text in sums:
            plain, got = data.eval(text, engine="python"), data.eval(text, engine="numexpr")
            assert type(plain) is type(got) and plain.index.equals(got.index)
            np.testing.assert_allclose(np.asarray(got, "float64"), np.asarray(plain, "float64"),
                                       1e-6, err_msg=str((x, y, text)))
assert count[0] > 1000, count
print("the same rows", count[0])
"""


def test_query_and_eval_give_the_rows_of_the_plain_engine():
    run = subprocess.run([sys.executable, "-B", "-c", QUERIES], capture_output=True, text=True)
    assert run.returncode == 0 and "the same rows" in run.stdout, run.stderr[-3000:]
