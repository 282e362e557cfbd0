# Inputs: every dtype in every layout, numbers, and what is refused.
import ml_dtypes
import numpy as np
import pytest
from arrays import DTYPES, FLOATS, LAYOUTS, SHAPE, exactly, values

import tightloop as tl


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_layouts(dtype, layout):
    a = LAYOUTS[layout](values(dtype, seed=1))
    b = values(dtype, seed=2)
    got = tl.evaluate("a + b")
    expected = exactly(a) + exactly(b) if dtype != "bool" else a.astype(int) + b.astype(int)
    assert got.shape == SHAPE
    assert np.array_equal(got, expected)
    assert np.array_equal(tl.evaluate("a[1:, ::2]"), a[1:, ::2])
    assert np.array_equal(tl.evaluate("sum(a)"), np.sum(a, dtype=None)) or dtype in (
        *FLOATS,
        "complex64",
        "complex128",
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_broadcasting_and_zero_strides(dtype):
    a = values(dtype)
    row = np.broadcast_to(values(dtype, (1, 1, 6), seed=3), SHAPE)
    assert 0 in row.strides
    assert np.array_equal(tl.evaluate("a == row"), a == row)
    assert np.array_equal(tl.evaluate("a == row[0, 0]"), a == row[0, 0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_empty_and_without_dimensions(dtype):
    for shape in [(0,), (3, 0), (0, 2, 5)]:
        empty = np.zeros(shape, dtype)
        assert tl.evaluate("empty * 2").shape == shape
        assert tl.evaluate("sum(empty)") == 0
    spread = np.lib.stride_tricks.as_strided(np.zeros(1, dtype), (0, 4), (0, 0))
    assert tl.evaluate("spread + 1").shape == (0, 4)
    point = np.array(1, dtype)
    got = tl.evaluate("point")
    assert got == point and type(got) is point.dtype.type


def test_bfloat16():
    h = values("float32").astype(ml_dtypes.bfloat16)
    got = tl.evaluate("h + h")
    assert got.dtype == ml_dtypes.bfloat16
    assert np.array_equal(got.astype("f4"), (h + h).astype("f4"))
    assert tl.evaluate("max(h)") == h.max()
    assert tl.evaluate("h * 1", dtype="float32").dtype == np.float32


def test_numbers():
    x = values("float32")
    assert tl.evaluate("x * k", k=0.5).dtype == np.float32  # a Python number widens nothing
    assert tl.evaluate("x * k", k=np.float64(0.5)).dtype == np.float64  # NumPy's has a dtype
    assert tl.evaluate("k + 1", k=np.float32(2)) == np.float32(3)
    assert tl.evaluate("k + 1", k=True) == 2
    assert tl.evaluate("k", k=2**64 - 1) == 2**64 - 1
    assert tl.evaluate("k", k=-(2**63)) == -(2**63)
    assert tl.evaluate("k * 1j", k=1 + 2j) == (1 + 2j) * 1j
    u = np.array([3, 200], "uint8")
    assert np.array_equal(tl.evaluate("u - k", k=np.uint8(5)), [-2, 195])


def test_sequences_and_buffers(tmp_path):
    assert tl.evaluate("sum(x)", x=[1, 2, 3]) == 6
    assert np.array_equal(tl.evaluate("x * 2", x=memoryview(b"abc")), [194, 196, 198])
    assert np.array_equal(tl.evaluate("x + 1", x=range(3)), [1, 2, 3])
    import array

    assert np.array_equal(tl.evaluate("x * 2", x=array.array("d", [1, 2])), [2, 4])
    file = np.memmap(tmp_path / "m", "int16", "w+", shape=(5,))
    file[:] = range(5)
    assert tl.evaluate("sum(file)") == 10


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.array(["a"]), "'v' is <U1"),
        (np.array([1, None]), "'v' holds Python objects"),
        (np.array([1], "M8[s]"), "view('int64')"),
        (np.ma.array([1]), "'v' is a masked array"),
        (np.zeros(3, "longdouble"), "astype('float64')"),
        (np.zeros(3, ml_dtypes.float8_e4m3), "float8_e4m3"),
        (np.zeros(2, [("a", "f4")]), "'v' is [('a', '<f4')]"),
        ({}, "'v' is of type dict"),
        (None, "'v' is of type NoneType"),
        ("text", "'v' is of type str"),
        (b"bytes", "'v' is of type bytes"),
        (object(), "'v' is of type object"),
    ],
)
def test_refused(value, says):
    with pytest.raises(TypeError) as caught:
        tl.evaluate("v + 1", v=value)
    assert says in str(caught.value)


def test_limits():
    deep = np.zeros((1,) * 16 + (3,)).T
    for text in ["sum(v, axis=0)", "v[0]", "softmax(v)", "sum(v, keepdims=True)"]:
        with pytest.raises(ValueError, match="'v' has 17 dimensions; at most 16"):
            tl.evaluate(text, v=deep)
    with pytest.raises(ValueError, match="'x' has 17 dimensions; at most 16"):
        tl.compile("x + 1", x="float64")(deep)
    apart = np.zeros((3,) * 17, "int8")[tuple([slice(None, None, 2)] * 17)]
    with pytest.raises(ValueError, match="'v' has 17 dimensions; at most 16"):
        tl.evaluate("v + 1", v=apart)
    with pytest.raises(OverflowError, match="'v' is an integer of more than 64 bits"):
        tl.evaluate("v + 1", v=10**30)


def test_many_dimensions():
    v = values("int16", (2, 1) * 10 + (3, 4))
    w = v[..., ::-1]
    row = values("int16", (4,), seed=5)
    block = values("int16", (2, 1) * 10 + (1, 1), seed=6)
    for text in ["v + 1", "v - w", "v * row", "v + block", "where(v > w, v, block)"]:
        expected = eval(text, {"v": v.astype("i8"), "w": w, "row": row, "block": block,
                               "where": np.where})  # fmt: skip
        got = tl.evaluate(text)
        assert got.shape == v.shape and np.array_equal(got, expected)
    first, second = tl.evaluate("v + 1, block * 2")
    assert np.array_equal(first, v + 1) and np.array_equal(second, block * 2)
    assert tl.evaluate("sum(v), max(block)") == (v.sum(), block.max())
    assert np.array_equal(tl.evaluate("block * 2"), block * 2)
    with pytest.raises(ValueError, match="do not broadcast"):
        tl.evaluate("v + x", x=np.zeros((3, 5)))
    assert tl.evaluate("v + 1", v=np.zeros((1,) * 20 + (0, 3))).shape == (1,) * 20 + (0, 3)
    out = np.zeros_like(v)
    assert tl.evaluate("v + w", out=out) is out and np.array_equal(out, v + w)
    assert tl.evaluate("sum(v)", {"v": v.reshape((1,) * 40 + v.shape)}) == v.sum()


def test_subclasses():
    assert np.array_equal(tl.evaluate("m * m", m=np.matrix([[1, 2]])), [[1, 4]])

    class Marked(np.ndarray):
        pass

    assert type(tl.evaluate("x + 1", x=np.zeros(2).view(Marked))) is np.ndarray
