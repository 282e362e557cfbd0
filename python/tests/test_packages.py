# Arrays of other packages, each skipped where it is not installed.
import numpy as np
import pytest

import tightloop as tl

NUMBERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
           "float32", "float64"]  # fmt: skip


class Exporter:
    """Has nothing but DLPack, of an array of NumPy's."""

    def __init__(self, array, device=(1, 0)):
        self.array = array
        self.device = device

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.device


@pytest.mark.parametrize("dtype", [*NUMBERS, "float16", "bool", "complex64", "complex128"])
def test_dlpack(dtype):
    a = np.arange(24).reshape(4, 6).astype(dtype)
    for array in [a, a[::2, ::-3], a.T]:
        got = tl.evaluate("x", x=Exporter(array))
        assert got.dtype == a.dtype and np.array_equal(got, array)
    out = np.zeros((4, 6), dtype)
    held = Exporter(out)
    assert tl.evaluate("a", out=held) is held and np.array_equal(out, a)


def test_dlpack_refused():
    with pytest.raises(TypeError, match=r"'x' is not in the memory of the processor.*\.cpu\(\)"):
        tl.evaluate("x", x=Exporter(np.zeros(3), (2, 0)))
    frozen = np.zeros(3)
    frozen.flags.writeable = False
    with pytest.raises((ValueError, TypeError)):
        tl.evaluate("1.0", out=Exporter(frozen))


def test_torch():
    torch = pytest.importorskip("torch")
    a = torch.arange(12.0).reshape(3, 4)
    b = np.ones(4, "float32")
    both = tl.evaluate("a * 2 + b")
    assert isinstance(both, np.ndarray) and np.array_equal(both, a.numpy() * 2 + b)
    only = tl.evaluate("a * 2, sum(a)")
    assert all(isinstance(t, torch.Tensor) for t in only)
    assert torch.equal(only[0], a * 2) and only[1] == 66
    h = a.to(torch.bfloat16)
    got = tl.evaluate("h + h")
    assert got.dtype == torch.bfloat16 and torch.equal(got, h + h)
    out = torch.zeros(3, 4)
    assert tl.evaluate("a.T.T + 1", out=out) is out and torch.equal(out, a + 1)
    f = tl.compile("x + 1", x=a.dtype)
    assert torch.equal(f(a), a + 1)
    with pytest.raises(TypeError, match="'g' cannot be read"):
        tl.evaluate("g + 1", g=torch.zeros(3, requires_grad=True))


@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8", "bfloat16", "float16", "bool"])
def test_jax(dtype):
    jax = pytest.importorskip("jax")
    a = jax.numpy.arange(12).reshape(3, 4).astype(dtype)
    got = tl.evaluate("a == a, a")
    assert got[0].all() and np.array_equal(np.asarray(got[1]), np.asarray(a))
    with pytest.raises((TypeError, ValueError)):
        tl.evaluate("a", out=a)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_arrow(dtype):
    pa = pytest.importorskip("pyarrow")
    a = np.arange(20).astype(dtype)
    column = pa.array(a)
    assert np.array_equal(tl.evaluate("x", x=column), a)
    assert np.array_equal(tl.evaluate("x", x=column.slice(3, 9)), a[3:12])
    assert tl.evaluate("x", x=column).dtype == a.dtype
    chunks = pa.chunked_array([a[:5], a[5:]])
    assert np.array_equal(tl.evaluate("x", x=chunks), a)
    assert np.array_equal(tl.evaluate("x", x=pa.chunked_array([a])), a)


def test_arrow_bools_and_refusals():
    pa = pytest.importorskip("pyarrow")
    bools = pa.array([True, False, True] * 5)
    assert np.array_equal(tl.evaluate("x", x=bools.slice(1)), ([True, False, True] * 5)[1:])
    with pytest.raises(TypeError, match="'x' has 1 nulls.*fill_null"):
        tl.evaluate("x", x=pa.array([1.0, None]))
    with pytest.raises(TypeError, match="no number"):
        tl.evaluate("x", x=pa.array(["text"]))
    assert tl.evaluate("sum(x)", x=pa.array([1.0, None, 2.0]).slice(2)) == 2


@pytest.mark.parametrize("dtype", NUMBERS)
def test_polars(dtype):
    pl = pytest.importorskip("polars")
    a = np.arange(20).astype(dtype)
    frame = pl.DataFrame({"x": a})
    assert np.array_equal(tl.evaluate("x * 1", x=frame["x"]), a)
    assert np.array_equal(tl.evaluate("x", vars=frame.to_dict()), a)
    two = pl.concat([frame["x"], frame["x"]], rechunk=False)
    assert np.array_equal(tl.evaluate("x", x=two), np.concatenate([a, a]))
    with pytest.raises(TypeError, match="nulls"):
        tl.evaluate("x", x=pl.Series([1, None]))
    with pytest.raises(TypeError, match="no number"):
        tl.evaluate("x", x=pl.Series(["text"]))


@pytest.mark.parametrize("dtype", [*NUMBERS, "bool"])
def test_pandas(dtype):
    pd = pytest.importorskip("pandas")
    a = np.arange(20).astype(dtype)
    frame = pd.DataFrame({"x": a, "y": a})
    assert np.array_equal(tl.evaluate("x", x=frame["x"]), a)
    assert np.array_equal(tl.evaluate("x == y", vars=frame), [True] * 20)
    assert np.array_equal(tl.evaluate("sum(f, axis=0) * 1", f=frame), [a.sum(), a.sum()])
    nullable = frame["x"].astype({"bool": "boolean"}.get(dtype, dtype.capitalize()
                                  if dtype[0] != "u" else "UI" + dtype[2:]))
    assert np.array_equal(tl.evaluate("x", x=nullable), a)


def test_pandas_refused():
    pd = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match="missing values.*fillna"):
        tl.evaluate("x", x=pd.Series([1, None], dtype="Int64"))
    with pytest.raises(TypeError, match="no numbers|is of type|dtype"):
        tl.evaluate("x", x=pd.Series(["text"]))
