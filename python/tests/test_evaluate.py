# evaluate(): where names come from, results, destinations, options.
import numpy as np
import pytest
from arrays import DTYPES, INTEGERS, LAYOUTS, SHAPE, values

import tightloop as tl

module_level = np.array([1.0, 2.0])


def test_names_of_the_caller():
    x = np.arange(3.0)
    y = 10
    inner = lambda: y  # noqa: E731 - y is a cell now
    assert inner() == 10
    assert np.array_equal(tl.evaluate("x * y + module_level[0]"), x * 10 + 1)
    assert [tl.evaluate("x[1] + i") for i in range(3)] == [1, 2, 3]

    def nested():
        return tl.evaluate("x + 1", x=y), tl.evaluate("module_level * 2")

    assert nested()[0] == 11
    exec("z = 5; result = tl.evaluate('z + 1')", scope := {"tl": tl})
    assert scope["result"] == 6


def test_a_name_of_a_class_body():
    class Holder:
        inside = 3
        result = tl.evaluate("inside * 2")

    assert Holder.result == 6


def test_keywords_and_mappings():
    x = 1  # noqa: F841 - not the one that is meant
    assert tl.evaluate("x + 1", x=5) == 6
    assert tl.evaluate("x + 1", {"x": 7}) == 8
    assert tl.evaluate("x + 1", vars={"x": 7, "unused": "text"}) == 8
    assert tl.evaluate("x + y", {"x": 7}, y=1) == 8
    assert tl.evaluate("x + y", local_dict={"x": 7}, global_dict={"y": 1}) == 8
    with pytest.raises(tl.UnknownNameError):
        tl.evaluate("x + 1", {})
    names = "+".join(f"n{i}" for i in range(40))
    assert tl.evaluate(names, {f"n{i}": i for i in range(40)}) == sum(range(40))
    assert tl.evaluate(names, **{f"n{i}": i for i in range(40)}) == sum(range(40))


def test_names_with_another_meaning():
    x = np.array([4.0])
    assert tl.evaluate("np.sqrt(x)") == 2  # np is the module here
    assert tl.evaluate("d = x - 1; d * d") == 9
    assert tl.evaluate("astype(x, float32)").dtype == np.float32
    e = 3  # variables come before constants
    assert tl.evaluate("e * 2") == 6 and e == 3
    pi = "no number"  # noqa: F841
    assert tl.evaluate("pi") == np.pi
    assert tl.evaluate("sum(x, axis=0)") == 4


def test_unknown_keywords():
    with pytest.raises(TypeError, match="did you mean 'threads'"):
        tl.evaluate("1 + 1", thread=2)
    with pytest.raises(TypeError, match="neither an option nor in the expression"):
        tl.evaluate("1 + 1", zzzzz=2)
    with pytest.raises(TypeError, match="must be a str, not int"):
        tl.evaluate(3)
    with pytest.raises(TypeError, match="must be a mapping"):
        tl.evaluate("x", 3)
    with pytest.raises(TypeError, match="takes an expression"):
        tl.evaluate()


def test_exact_promotion():
    a = np.array([3, 200], "uint8")
    b = np.array([5, 100], "uint8")
    difference = tl.evaluate("a - b")
    assert difference.dtype == np.int16 and np.array_equal(difference, [-2, 100])
    assert tl.evaluate("abs(a - b)").dtype == np.uint8
    wrapped = tl.evaluate("a - b", promotion="numpy")
    assert wrapped.dtype == np.uint8 and np.array_equal(wrapped, a - b)


def test_results():
    a = values("float64")
    total, largest = tl.evaluate("d = a - 1; sum(d), max(d)")
    assert largest == (a - 1).max() and abs(total - (a - 1).sum()) < 1e-9
    assert type(total) is np.float64
    assert type(tl.evaluate("mean(a, axis=0)")) is np.ndarray
    large = tl.evaluate("broadcast_to(a, (100, 4, 3, 6))")
    assert large.flags.writeable and large.flags.c_contiguous and large.flags.aligned
    large[0] = 0  # is nobody else's
    assert np.array_equal(large[1], a)


@pytest.mark.parametrize("layout", [k for k in LAYOUTS if k != "readonly"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_out(dtype, layout):
    a = values(dtype)
    out = LAYOUTS[layout](np.zeros(SHAPE, dtype))
    assert tl.evaluate("a", out=out) is out
    assert np.array_equal(out, a)
    assert out.dtype == np.dtype(dtype) or layout == "swapped"


def test_out_of_several_and_overlap():
    a = np.arange(5.0)
    low, high = np.zeros(()), np.zeros(1)
    outs = (low, high)
    assert tl.evaluate("min(a), max(a)", out=outs) is outs
    assert low == 0 and high[0] == 4
    tl.evaluate("a[::-1]", out=a)
    assert np.array_equal(a, [4, 3, 2, 1, 0])
    into = bytearray(5)
    assert tl.evaluate("uint8(a)", out=memoryview(into)) is not None
    assert into == bytes([4, 3, 2, 1, 0])


def test_out_refused():
    a = np.arange(5.0)
    frozen = np.zeros(5)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        tl.evaluate("a + 1", out=frozen)
    with pytest.raises(tl.ShapeError):
        tl.evaluate("a + 1", out=np.zeros(4))
    with pytest.raises(TypeError, match="'out' is of type int"):
        tl.evaluate("a + 1", out=3)
    with pytest.raises(TypeError, match="read-only|'out'|out"):
        tl.evaluate("a + 1", out="text")


@pytest.mark.parametrize("dtype", INTEGERS)
def test_casting(dtype):
    a = np.array([1.0, 300.0, -5.0])
    info = np.iinfo(dtype)
    saturated = tl.evaluate("a", dtype=dtype, casting="saturate")
    assert np.array_equal(saturated, np.clip(a, info.min, info.max).astype(dtype))
    if info.min == 0 or info.max < 300:
        with pytest.raises(OverflowError):
            tl.evaluate("a", dtype=dtype, casting="same_value")
    with pytest.raises(TypeError):
        tl.evaluate("a", dtype=dtype, casting="safe")
    i = np.array([1, 300, -5])
    wrapped = np.zeros(3, dtype)
    assert tl.evaluate("i", out=wrapped, casting="wrap") is wrapped
    assert np.array_equal(wrapped, i.astype(dtype))


def test_dtype_takes_what_names_one():
    a = np.arange(3.0)
    for name in ["float32", "f4", np.float32, np.dtype("f4")]:
        assert tl.evaluate("a", dtype=name).dtype == np.float32
    assert tl.evaluate("a", dtype=complex).dtype == np.complex128
    with pytest.raises(TypeError, match="names no dtype"):
        tl.evaluate("a", dtype="float7")


def test_options():
    a = np.array([2**62, 1], "int64")
    assert tl.evaluate("a * 4", overflow="wrap")[0] == 0
    with pytest.raises(OverflowError):
        tl.evaluate("a * 4")
    x = values("float32", (1000, 100))
    one = tl.evaluate("sum(x), mean(exp(x), axis=0)", threads=1)
    many = tl.evaluate("sum(x), mean(exp(x), axis=0)", threads=4)
    assert one[0] == many[0] and np.array_equal(one[1], many[1])
    assert np.allclose(tl.evaluate("sum(x*x)", fp="fast"), np.sum(x * x, dtype="f8"), rtol=1e-5)
    with pytest.raises(tl.LimitError):
        tl.evaluate("x + 1", most_elements=10)
    with pytest.raises(tl.LimitError):
        tl.evaluate("x + 1", most_bytes=10)
    for option, value in [("promotion", "c"), ("fp", 3), ("threads", -1), ("most_bytes", "1")]:
        with pytest.raises((ValueError, TypeError), match=option):
            tl.evaluate("x", **{option: value})


def test_events():
    x = np.array([1.0, 0.0, -1.0])
    events = []
    tl.evaluate("1 / x + sqrt(x)", events=events)
    kinds = {event.kind: event for event in events}
    assert kinds["divide"].index == (1,) and kinds["invalid"].index == (2,)
    begin, end = kinds["divide"].span
    assert "1 / x + sqrt(x)"[begin:end] == "1 / x"
    with pytest.raises(FloatingPointError):
        tl.evaluate("1 / x", raise_="divide")
    with pytest.raises(FloatingPointError):
        tl.evaluate("1 / x", raise_=["invalid", "divide"])


def test_what_tells():
    a = np.zeros((3, 4), "uint8")
    assert tl.result_types("a - a, mean(a, axis=0)") == (("int16", (3, 4)), ("float64", (4,)))
    assert "uint8" in tl.explain("abs(a - 1)")
    info = tl.cache_info()
    assert info.backend in ("jit", "reference")
    tl.clear_cache()
    assert any("sum" in f.names for f in tl.functions())


def test_definitions():
    tl.define("# The length.\npy_length(x, y=2) = sqrt(x*x + y*y)")
    try:
        assert tl.evaluate("py_length(3, 4)") == 5
        (found,) = [d for d in tl.definitions() if d.name == "py_length"]
        assert found.signature == "py_length(x, y=2)" and found.doc == "The length."
    finally:
        assert tl.undefine("py_length")
    assert not tl.undefine("py_length")
    with pytest.raises(tl.ExpressionSyntaxError):
        tl.define("f(x) = ")
