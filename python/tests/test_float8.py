# 8-bit floats against ml_dtypes: all codes, and conversions of many numbers.
import ml_dtypes
import numpy as np
import pytest

import tightloop as tl

TYPES = {
    "float8_e4m3fn": ml_dtypes.float8_e4m3fn,
    "float8_e5m2": ml_dtypes.float8_e5m2,
}
FINITE_NAN = "float8_e4m3fn"


def codes(name):
    return np.arange(256, dtype="u1").view(TYPES[name])


def same(got, want):
    nan = np.isnan(want)
    return np.array_equal(np.isnan(got), nan) and np.array_equal(
        np.asarray(got)[~nan].view(f"u{want.itemsize}"), want[~nan].view(f"u{want.itemsize}")
    )


def numbers():
    rng = np.random.default_rng(8)
    bits = rng.integers(0, 2**32, 100_000, dtype="u4").view("f4")
    some = [codes(n).astype("f4") for n in TYPES]
    middles = [(x[1:128] + x[:127]) / 2 for x in some]
    known = np.concatenate([*some, *middles])
    return np.concatenate(
        [bits, known, np.nextafter(known, np.float32(np.inf)), np.nextafter(known, -np.float32(9))]
    )


@pytest.mark.parametrize("name", TYPES)
def test_every_code_has_the_value_of_ml_dtypes(name):
    x = codes(name)
    assert same(tl.evaluate("float32(x)", {"x": x}), x.astype("f4"))
    assert tl.evaluate("x", {"x": x}).dtype == TYPES[name]


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("source", ["f4", "f8", "f2", "i1", "u1", "i2", "i4", "i8", "u8"])
def test_conversions_are_those_of_ml_dtypes(name, source):
    x = numbers()
    with np.errstate(all="ignore"):
        if np.dtype(source).kind in "iu":
            x = np.clip(np.nan_to_num(x), -70000, 70000).astype(source)
        else:
            x = x.astype(source)
        want = x.astype("f8").astype(TYPES[name])
    got = tl.evaluate(f"astype(x, '{name}')", {"x": x})
    assert got.dtype == TYPES[name]
    assert same(got.astype("f4"), want.astype("f4"))


@pytest.mark.parametrize("name", TYPES)
def test_arithmetic_rounds_once(name):
    rng = np.random.default_rng(9)
    x, y = (rng.integers(0, 256, 1001, dtype="u1").view(TYPES[name]) for _ in "xy")
    wide = {"x": x.astype("f4"), "y": y.astype("f4")}
    with np.errstate(all="ignore"):
        for text in ("x * 2 + y", "x / y", "abs(x - y)", "x * y * 0.5"):
            want = np.asarray(eval(text, {**wide, "abs": np.abs}), "f4").astype(TYPES[name])
            got = tl.evaluate(text, {"x": x, "y": y})
            assert got.dtype == TYPES[name] and same(got.astype("f4"), want.astype("f4"))


@pytest.mark.parametrize("name", TYPES)
def test_convert_tells_what_is_too_large(name):
    x = np.array([1.0, 1e6, np.inf, np.nan])
    done = tl.convert(x, dtype=name, allow_loss=True)
    large = [loss.count for loss in done.losses if "too large" in loss.what]
    assert large == [2 if name == FINITE_NAN else 1]
    held = tl.convert(x, dtype=name, saturate=True).array.astype("f4")
    assert held[1] == np.float32(ml_dtypes.finfo(name).max)


def test_precision_has_rows_of_them():
    report = tl.precision(np.linspace(0, 1, 1000))
    assert {"float8_e4m3fn", "float8_e5m2"} <= {row.dtype for row in report.rows}


@pytest.mark.parametrize("name", TYPES)
def test_torch_tensors_come_and_go(name):
    torch = pytest.importorskip("torch")
    x = torch.arange(0, 100, dtype=torch.uint8).view(getattr(torch, name))
    y = tl.evaluate("x * 2", {"x": x})
    assert np.array_equal(
        np.nan_to_num(np.asarray(y.to(torch.float32))),
        np.nan_to_num(np.asarray((x.to(torch.float32) * 2).to(x.dtype).to(torch.float32))),
    )
