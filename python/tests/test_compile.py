# compile(): compiled functions.
import pickle

import numpy as np
import pytest
from arrays import DTYPES, LAYOUTS, values

import tightloop as tl


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(dtype):
    f = tl.compile("x == y", x=dtype, y=np.dtype(dtype))
    a = values(dtype)
    for layout in LAYOUTS.values():
        assert np.array_equal(f(layout(a), a[0]), a == a[0])


def test_calls():
    f = tl.compile("2*x + 3*y", x="float64", y="float64")
    x, y = np.arange(4.0), np.ones((3, 1))
    expected = 2 * x + 3 * y
    assert np.array_equal(f(x, y), expected)
    assert np.array_equal(f(y=y, x=x), expected)
    assert np.array_equal(f(x, y=y), expected)
    assert f(1.0, 2) == 8
    out = np.zeros((3, 4))
    assert f(x, y, out=out) is out and np.array_equal(out, expected)
    assert f.text == "2*x + 3*y" and f.parameters == ("x", "y")
    assert f.dtypes == ("float64", "float64")
    assert "x: float64" in repr(f)


def test_wrong_calls():
    f = tl.compile("x + y", x="float64", y=float)
    with pytest.raises(TypeError, match="'y' is missing"):
        f(np.zeros(2))
    with pytest.raises(TypeError, match="takes 2 arguments, 3 given"):
        f(1, 2, 3)
    with pytest.raises(TypeError, match="'z' is no parameter"):
        f(1, 2, z=3)
    with pytest.raises(TypeError, match="'x' is given twice"):
        f(1, 2, x=3)
    with pytest.raises(TypeError, match="compiled for float64"):
        f(np.zeros(2, "float32"), 1.0)
    with pytest.raises(TypeError, match="must be a scalar"):
        f(np.zeros(2), np.zeros(2))


def test_types_of_parameters():
    x = np.ones(3, "float32")
    assert tl.compile("x * k", x="float32", k=float)(x, 2.0).dtype == np.float32
    assert tl.compile("x * k", x=x, k="float64")(x, 2.0).dtype == np.float64
    assert tl.compile("x * k", {"x": np.float32, "k": int})(x, 3).dtype == np.float32
    with pytest.raises(TypeError, match="names no dtype"):
        tl.compile("x", x="nothing")
    with pytest.raises(TypeError, match="takes no out="):
        tl.compile("x", x="float32", out=x)
    with pytest.raises(tl.UnknownNameError):
        tl.compile("x + y", x="float32")


def test_options_and_pickling():
    f = tl.compile("x - y", x="uint8", y="uint8", promotion="numpy")
    g = pickle.loads(pickle.dumps(f))
    a, b = np.array([3], "uint8"), np.array([5], "uint8")
    assert f(a, b) == g(a, b) == 254
    halved = tl.compile("x / 2", x="float64", dtype="float16")
    assert pickle.loads(pickle.dumps(halved))(np.ones(2)).dtype == np.float16
    many = tl.compile("+".join(f"n{i}" for i in range(200)), {f"n{i}": "int32" for i in range(200)})
    assert many(*range(200)) == sum(range(200))


def test_several_results():
    f = tl.compile("min(x), max(x)", x="int32")
    low, high = f(np.arange(5, dtype="int32"))
    assert (low, high) == (0, 4)
    outs = [np.zeros((), "int32"), np.zeros((), "int32")]
    assert f(np.arange(5, dtype="int32"), out=outs) is outs and outs[1] == 4


def test_changing_shapes():
    f = tl.compile("x * 2 + y", x="int16", y="int16")
    g = tl.compile("sum(x)", x="float16")
    for _ in range(3):
        for shape in [(3,), (3,), (2, 3), (), (0,), (1, 1, 1), (600,), (3,)]:
            x, y = values("int16", shape), values("int16", shape[-1:])
            for _ in range(2):
                got = f(x, y)
                assert got.shape == shape and got.dtype == np.int32
                assert np.array_equal(got, x.astype("i4") * 2 + y)
                assert g(np.ones(shape, "float16")) == x.size
        with pytest.raises(tl.ShapeError):
            f(np.zeros(3, "int16"), np.zeros(4, "int16"))
        assert f(1, np.zeros(3, "int16")).tolist() == [2, 2, 2]
    first = f(x, y)
    second = f(y, y)
    assert first is not second and np.array_equal(first, f(x, y))
