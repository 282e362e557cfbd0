# convert(): what becomes of elements in another dtype, against NumPy's conversions and exact
# integers; arrays and files give the same.
import os
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from arrays import DTYPES

import tightloop as tl

ALL = [*DTYPES, "bfloat16"]


def numpy_dtype(name):
    return np.dtype(ml_dtypes.bfloat16) if name == "bfloat16" else np.dtype(name)


def elements(name):
    """Values at which a conversion can go wrong, of one dtype."""
    dtype = numpy_dtype(name)
    if name == "bool":
        return np.array([False, True, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        edges = [0, 1, 2, 127, 128, 255, 256, -1, -128, -129, 2**15, 65504, 65520, 2**24 + 1]
        edges += [2**31, 2**53 + 1, 2**63 - 1, 2**63, info.min, info.max]
        return np.array([v for v in edges if info.min <= v <= info.max], dtype)
    reals = [0, -0.0, 1, 0.5, -1.5, 2.5, 127.5, 128, -129, 255.9, 65504, 65520, 7e4, 1e-5, 1e-9]
    reals += [1e30, -1e30, np.inf, -np.inf, np.nan, 2.0**63, -(2.0**63), 2.0**64, 3e-41, 1e300]
    with np.errstate(over="ignore"):
        array = np.array(reals).astype(dtype)
    if dtype.kind == "c":
        array.imag = np.resize([0, 0, 0.25, 1e-9, 1e30], array.shape)
    return array


def lost(x, source, to):
    """How many elements are lost, by kind of loss, in another way than the library's."""
    if source == to:
        return {}
    out = {}
    if np.iscomplexobj(x) and not to.startswith("complex"):
        out["imaginary part"] = int((x.imag != 0).sum())
        x = x.real
    if to == "bool":
        return {**out, "neither 0 nor 1": int(((x != 0) & (x != 1)).sum())}
    if np.dtype(numpy_dtype(to)).kind in "iu":
        return {**out, **_lost_in_integers(x, np.iinfo(to))}
    out.update(_lost_in_floats(x, numpy_dtype(to)))
    return out


def _lost_in_integers(x, info):
    if x.dtype.kind in "biu":
        return {"out of the range": sum(not info.min <= int(v) <= info.max for v in x)}
    values = x.astype("f8")
    finite = values[np.isfinite(values)]
    outside = sum(not info.min <= int(v) <= info.max for v in finite) + np.isinf(values).sum()
    fractions = sum(v != int(v) for v in finite.tolist())
    return {"out of the range": int(outside), "NaN": int(np.isnan(values).sum()),
            "fraction": fractions}  # fmt: skip


def _lost_in_floats(x, to):
    """Of each part of a complex number."""
    if to.kind == "c":
        part = np.dtype(f"f{to.itemsize // 2}")
        parts = [x.real, x.imag] if np.iscomplexobj(x) else [x]
        large = np.zeros(x.shape, bool)
        small = []
        for p in parts:
            with np.errstate(over="ignore"):
                large |= np.isfinite(x) & ~np.isfinite(p.astype(part))
            small.append(_small(p, part))
        return {"too large": int(large.sum()), "would be 0": sum(a for a, _ in small),
                "fewer digits": sum(b for _, b in small)}  # fmt: skip
    with np.errstate(over="ignore"):
        large = np.isfinite(x.astype("f8")) & ~np.isfinite(x.astype(to).astype("f8"))
    zero, few = _small(x, to)
    return {"too large": int(large.sum()), "would be 0": zero, "fewer digits": few}


def _small(x, to):
    with np.errstate(over="ignore", under="ignore"):
        held, exact = x.astype(to).astype("f8"), x.astype("f8")
    least = float(ml_dtypes.finfo(to).smallest_normal)
    zero = (exact != 0) & (held == 0)
    return int(zero.sum()), int(((held != exact) & (held != 0) & (np.abs(exact) < least)).sum())


def told(losses):
    out = {}
    for loss in losses:
        for kind in ("imaginary part", "neither 0 nor 1", "out of the range", "NaN", "fraction",
                     "too large", "would be 0", "fewer digits"):  # fmt: skip
            if kind in loss.what:
                out[kind] = out.get(kind, 0) + loss.count
    return out


@pytest.mark.parametrize("to", ALL)
@pytest.mark.parametrize("source", ALL)
def test_losses(source, to):
    x = elements(source)
    made = tl.convert(x, dtype=to, allow_loss=True)
    expected = {k: n for k, n in lost(x, source, to).items() if n > 0}
    assert told(made.losses) == expected
    assert made.dtype == to and made.array.dtype == numpy_dtype(to)
    for loss in made.losses:
        value = x[loss.index]
        assert value == loss.value or (value != value and loss.value != loss.value)
    if not expected:
        assert same(tl.convert(x, dtype=to).array, made.array)
        if not (np.iscomplexobj(x) and numpy_dtype(to).kind != "c"):
            assert same(made.array, x.astype(numpy_dtype(to)))
    else:
        with pytest.raises(tl.ArgumentError, match=f"the array does not fit {to}:\n  ") as caught:
            tl.convert(x, dtype=to)
        assert "allow_loss=True converts all the same" in caught.value.hint


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.mark.parametrize("to", ALL)
@pytest.mark.parametrize("source", DTYPES)
def test_files(tmp_path, source, to):
    x = np.resize(elements(source), (7, 5))
    for name, held in [
        ("c", x),
        ("f", np.asfortranarray(x)),
        ("s", x.astype(x.dtype.newbyteorder())),
    ]:
        path = tmp_path / f"{name}.npy"
        np.save(path, held)
        expected = tl.convert(x, dtype=to, allow_loss=True)
        in_memory = tl.convert(path, dtype=to, allow_loss=True)
        assert same(np.ascontiguousarray(in_memory.array), expected.array)
        assert told(in_memory.losses) == told(expected.losses)
        assert in_memory.inexact == expected.inexact
        done = tl.convert(path, tmp_path / "out.npy", to, allow_loss=True)
        assert done.array is None and done.dtype == to
        assert (
            same(np.ascontiguousarray(tl.load(tmp_path / "out.npy")), expected.array)
            or to == "bfloat16"
        )
        if not expected.losses:
            continue
        os.remove(tmp_path / "out.npy")
        with pytest.raises(tl.ArgumentError, match=f"{name}.npy' does not fit {to}"):
            tl.convert(path, tmp_path / "out.npy", to)
        assert not (tmp_path / "out.npy").exists()


def test_inexact():
    for to in ("float64", "float32", "float16", "bfloat16", "complex128", "complex64"):
        for dtype in ("int64", "uint64"):
            x = elements(dtype)
            made = tl.convert(x, dtype=to, allow_loss=True)
            held = made.array.real.astype("f8")
            expected = sum(not np.isfinite(h) or int(h) != int(v) for h, v in zip(held, x, strict=True))
            assert made.inexact == expected, (to, dtype)
    x = np.array([0.1, 0.5, np.nan, 3])
    assert tl.convert(x, dtype="float32").inexact == 1
    assert tl.convert(x, dtype="int8", allow_loss=True).inexact == 2
    assert tl.convert(x).inexact == 0


def test_saturate_and_round():
    x = np.array([300.0, -7.5, 2.5, 3.5])
    made = tl.convert(x, dtype="uint8", saturate=True, round=True)
    assert made.array.tolist() == [255, 0, 2, 4]
    assert [(loss.count, loss.clipped) for loss in made.losses] == [(2, True)]
    with pytest.raises(tl.ArgumentError, match="2 elements: out of the range of uint8") as caught:
        tl.convert(x, dtype="uint8")
    assert "saturate=True clips" in caught.value.hint and "round=True rounds" in caught.value.hint
    huge = np.array([1e9, np.inf])
    assert tl.convert(huge, dtype="float16", saturate=True).array.tolist() == [65504, np.inf]
    with pytest.raises(ValueError, match="round=True makes integers"):
        tl.convert(x, dtype="float32", round=True)
    with pytest.raises(ValueError, match="complex numbers cannot be clipped"):
        tl.convert(x + 1j, dtype="complex64", saturate=True)


def test_into_an_array():
    x = np.array([[1.0, 2.0], [3.0, 400.0]])
    for dtype in ("float32", ">f4", "int16"):
        out = np.zeros((2, 2), dtype)[:, ::-1]
        made = tl.convert(x, out)
        assert made.array is out and np.array_equal(out, x)
    out = np.full((2, 2), 7, "int8")
    with pytest.raises(tl.ArgumentError, match=r"1 element: .*, the first at \(1, 1\): 400.0"):
        tl.convert(x, out)
    assert (out == 7).all()
    tl.convert(x, out, saturate=True)
    assert out[1, 1] == 127
    with pytest.raises(ValueError, match="shape"):
        tl.convert(x, np.zeros(3))
    with pytest.raises(TypeError, match="dtype= is float32"):
        tl.convert(x, out, "float32")


def test_what_goes_in():
    import pyarrow

    for value in ([1.0, 2.0], (1, 2), pyarrow.array([1.0, 2.0]), memoryview(np.array([1.0, 2.0])),
                  tl.lazy(np.array([0.0, 1.0])) + 1):  # fmt: skip
        assert tl.convert(value, dtype="int16").array.tolist() == [1, 2]
    assert tl.convert(3.0, dtype="int8").array == 3
    assert tl.convert(np.zeros((0, 3)), dtype="int8").array.shape == (0, 3)
    with pytest.raises(TypeError, match="names no dtype"):
        tl.convert([1.0], dtype="float7")
    with pytest.raises(TypeError, match="is of type str|'x'"):
        tl.convert(np.array(["a"]), dtype="int8")
    with pytest.raises(tl.FileError, match="nothing.npy"):
        tl.convert("nothing.npy", dtype="int8")


def test_formats(tmp_path):
    x = np.arange(12.0).reshape(3, 4)
    tl.save(tmp_path / "x.csv", x)
    tl.convert(tmp_path / "x.csv", tmp_path / "x.png", "uint8")
    assert np.array_equal(tl.load(tmp_path / "x.png"), x)
    tl.convert(tmp_path / "x.png", f"{tmp_path}/f.npz:x", "float16")
    assert np.load(tmp_path / "f.npz")["x"].dtype == np.float16
    tl.convert(x, tmp_path / "x.raw", "int16")
    assert np.array_equal(np.fromfile(tmp_path / "x.raw", "i2"), np.arange(12))
    np.save(tmp_path / "f.npy", np.asfortranarray(x))
    tl.convert(tmp_path / "f.npy", tmp_path / "f.csv", "int8")
    assert np.array_equal(tl.load(tmp_path / "f.csv"), x)
    tl.convert(f"{tmp_path}/x.raw:int16:3x4", tmp_path / "y.npy")
    assert np.load(tmp_path / "y.npy").dtype == np.int16


def test_a_source_is_free_after_a_refusal(tmp_path):
    np.save(tmp_path / "x.npy", np.array([1.0, 1e9]))
    source = tl.open(tmp_path / "x.npy")
    with pytest.raises(tl.ArgumentError):
        tl.convert(source, tmp_path / "y.npy", "float16")
    assert sorted(os.listdir(tmp_path)) == ["x.npy"]
    try:
        tl.convert(source, tmp_path / "y.npy", "float16")
    except tl.ArgumentError as error:
        assert "allow_loss=True" in error.hint
        tl.convert(source, tmp_path / "y.npy", "float16", allow_loss=True)
    assert np.array_equal(np.load(tmp_path / "y.npy"), [1, np.inf])


def test_scale(tmp_path):
    x = np.random.default_rng(1).normal(20, 5, (40, 50))
    np.save(tmp_path / "x.npy", x)
    for dtype in ("int16", "uint16", "int8", "uint8"):
        made = tl.convert(x, dtype=dtype, scale=True)
        assert made.array.dtype == dtype and made.inexact > 0
        error = np.abs(made.scale * made.array.astype("f8") + made.offset - x).max()
        assert error <= made.scale * 0.5001
        tl.convert(tmp_path / "x.npy", tmp_path / "q.npz", dtype, scale=True)
        with np.load(tmp_path / "q.npz") as q:
            assert np.array_equal(q["x"], made.array)
            assert (q["scale"], q["offset"]) == (made.scale, made.offset)
    shifted = tl.convert(np.array([1000, 1255]), dtype="uint8", scale=True)
    assert (shifted.array.tolist(), shifted.scale, shifted.offset) == ([0, 255], 1.0, 1000)
    assert shifted.restored is None and shifted.inexact == 0
    with pytest.raises(tl.ArgumentError, match="cannot be scaled to int8: the data have NaN"):
        tl.convert(np.array([np.nan]), dtype="int8", scale=True)
    with pytest.raises(TypeError, match="needs a dtype"):
        tl.convert(x, scale=True)
    with pytest.raises(TypeError, match="makes integers"):
        tl.convert(x, dtype="float16", scale=True)


def test_tolerance(tmp_path):
    x = np.random.default_rng(2).normal(20, 5, (40, 50))
    loose = tl.convert(x, tolerance=0.02)
    assert loose.dtype == "float16" and np.abs(loose.array - x).max() <= 0.02
    tight = tl.convert(x, tolerance=1e-3)
    assert tight.dtype in ("int16", "uint16") and tight.scale is not None
    tl.convert(x, tmp_path / "x.npy", tolerance=1e-5)
    assert np.load(tmp_path / "x.npy").dtype == np.float32
    with pytest.raises(tl.ArgumentError, match="the array: There are no finite results"):
        tl.convert(np.array([np.nan]), tolerance=1)
    with pytest.raises(TypeError, match="neither dtype= nor scale="):
        tl.convert(x, dtype="int8", tolerance=1)


def test_bounded_memory(tmp_path):
    path = tmp_path / "large.npy"
    large = np.lib.format.open_memmap(path, "w+", "float64", (40_000_000,))
    large[:: 1 << 20] = 1.5
    del large
    script = (
        "import resource, sys, tightloop as tl\n"
        "tl.convert(sys.argv[1], sys.argv[2], 'float16')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "tl.convert(sys.argv[3], sys.argv[2], 'float16')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    np.save(tmp_path / "small.npy", np.ones(1 << 20))
    out = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "small.npy", tmp_path / "out.npy", path],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert int(out.stdout) < 40 << 10  # KiB; the file has 320 MB
    assert np.load(tmp_path / "out.npy", mmap_mode="r")[1 << 20] == 1.5


def test_progress_and_pipes(tmp_path):
    x = np.ones(4 << 20)
    np.save(tmp_path / "x.npy", x)
    heard = []

    def stop(done, total):
        heard.append((done, total))
        raise KeyboardInterrupt

    tl.convert(tmp_path / "x.npy", tmp_path / "y.npy", "int8", progress=lambda *a: heard.append(a))
    assert all(0 < done <= total == x.nbytes for done, total in heard)
    if heard:
        with pytest.raises(KeyboardInterrupt):
            tl.convert(tmp_path / "x.npy", tmp_path / "z.npy", "int16", progress=stop)
        assert not (tmp_path / "z.npy").exists()
    script = "import sys, tightloop as tl; tl.convert('-', sys.argv[1], 'float32')"
    with open(tmp_path / "x.npy", "rb") as file:
        cat = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
        command = [sys.executable, "-c", script, tmp_path / "p.npy"]
        assert subprocess.run(command, stdin=cat.stdout, timeout=60, check=False).returncode == 0
        cat.wait()
    assert np.array_equal(np.load(tmp_path / "p.npy"), x)


def test_shown():
    made = tl.convert(np.array([1e5, 0.1]), dtype="float16", allow_loss=True)
    assert repr(made) == (
        "<conversion to float16: 2 elements changed\n"
        "  1 element: too large for float16, the first at (0,): 100000.0>"
    )
