# tightloop.numexpr: names, lookup, casting, orders, refusals. Values are checked against NumPy.
import gc
import os
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest

import tightloop.numexpr as ne
from arrays import DTYPES, LAYOUTS, values

KIND = {"float16": "float32", "complex64": "complex128", "uint32": "int64", "uint64": "uint64"}
KIND.update({d: "int32" for d in ("int8", "int16", "uint8", "uint16")})


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes_layouts_and_byte_orders(dtype, layout):
    a = LAYOUTS[layout](values(dtype))
    wide = a.astype(KIND.get(dtype, dtype))
    got = ne.evaluate("a")
    assert got.dtype == wide.dtype and np.array_equal(got, wide)
    got = ne.evaluate("where(a == b, a, a)", {"a": a, "b": a[0]})
    assert got.dtype == wide.dtype and np.array_equal(got, wide)
    if dtype != "bool":
        out = np.zeros(a.shape, wide.dtype)
        assert ne.evaluate("a + a", out=out, casting="unsafe") is out
        assert np.array_equal(out, wide + wide)


def test_results_are_arrays():
    three = 3
    for got, dtype, value in [
        (ne.evaluate("1"), "int32", 1),
        (ne.evaluate("2**40"), "int64", 2**40),
        (ne.evaluate("three + 1"), "int64", 4),
        (ne.evaluate("sum(x)", {"x": np.ones(3)}), "float64", 3),
        (ne.evaluate("~True"), "int32", -2),
        (ne.evaluate("sign(3)"), "int64", 1),
        (ne.evaluate("1.5j"), "complex128", 1.5j),
    ]:
        assert type(got) is np.ndarray and got.shape == () and got.dtype == dtype and got == value


def test_names():
    a, b = np.arange(3.0), np.ones(3)
    assert ne.evaluate("a + b")[2] == 3
    assert ne.evaluate("a + b", {"a": b}, {"b": b})[2] == 2
    with pytest.raises(KeyError, match="missing"):
        ne.evaluate("a + missing")
    with pytest.raises(KeyError):
        ne.evaluate("b", {"a": a}, {})
    été, t0, pi, lerp = np.full(3, 2), np.full(3, 10), np.full(3, 100), np.full(3, 1000)
    assert ne.evaluate("été + t0 + pi + lerp")[0] == 1112


def test_variables_are_not_kept_and_not_lost():
    def inner():
        big = np.arange(10.0)
        ne.evaluate("big + 1")
        held = weakref.ref(big)
        del big
        gc.collect()
        return held()

    assert inner() is None
    local = {"a": np.arange(3.0), "other": 5}
    code = "import tightloop.numexpr as ne\nb = ne.evaluate('a + 1')\nc = other"
    exec(code, {}, local)
    assert local["c"] == 5 and local["b"][2] == 3

    class Body:
        a = np.arange(3.0)
        b = ne.evaluate("a + 1")
        c = a

    assert Body.b[2] == 3


def test_out_is_returned_and_not_kept():
    a = np.arange(3.0)
    out = np.zeros(3)
    assert ne.evaluate("a + 1", out=out) is out
    a = a + 5
    assert ne.re_evaluate() is out and out[0] == 6
    held = weakref.ref(out)
    del out
    gc.collect()
    assert held() is None
    with pytest.raises(TypeError, match="NumPy array"):
        ne.evaluate("a", out=[1, 2, 3])
    one = np.empty(1)
    assert ne.evaluate("3", out=one) is one and one[0] == 3


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
@pytest.mark.parametrize("text", ["a + 1", "a", "a == b'1'"])
def test_orders(order, text):
    a = np.arange(6.0).reshape(2, 3) if "b'" not in text else np.full((2, 3), b"1")
    for a in (a, np.asfortranarray(a)):
        got = ne.evaluate(text, order=order)
        is_fortran = order == "F" or (order in "AK" and a.flags.f_contiguous)
        assert got.flags.f_contiguous == is_fortran and got.flags.c_contiguous != is_fortran
    with pytest.raises(ValueError, match="order"):
        ne.evaluate("a + 1", {"a": np.asfortranarray(np.ones((2, 2)))}, order="Z")


def test_casting_holds_for_inputs_and_out():
    u, i, d = np.ones(2, "uint64"), np.ones(2, "int8"), np.ones(2)
    assert ne.evaluate("u + 1").dtype == "uint64"
    with pytest.raises(TypeError, match=r"dtype\('uint64'\) to dtype\('int64'\).*'safe'"):
        ne.evaluate("u + 1", casting="safe")
    with pytest.raises(TypeError, match="'no'"):
        ne.evaluate("i + 1", casting="no")
    out = np.zeros(2, "float32")
    assert ne.evaluate("d + 1", out=out)[0] == 2
    with pytest.raises(TypeError, match="according to the rule 'safe'"):
        ne.evaluate("d + 1", out=out, casting="safe")
    with pytest.raises(TypeError, match="according to the rule 'same_kind'"):
        ne.evaluate("d + 1", out=np.zeros(2, "int64"))


def test_integers_are_exact_where_numexpr_wraps():
    i = np.full(3, 2**31 - 1, "int32")
    assert ne.evaluate("sum(i)") == 3 * (2**31 - 1) and ne.evaluate("prod(i)", {"i": i[:2]}) > 2**61
    assert ne.evaluate("sum(i * i)", {"i": i[:2]}) == 2 * (2**31 - 1) ** 2
    assert ne.evaluate("sum(where(f * 0.1 > 0.3, i, 0))", {"i": i, "f": np.float32([1, 2, 4])}) > 0
    with pytest.raises(OverflowError):
        ne.evaluate("sum(x)", {"x": np.full(4, 2**62)})
    u = np.array([2**64 - 1, 1], "uint64")
    assert ne.evaluate("u > 1").tolist() == [True, False]
    assert ne.evaluate("sum(u)", {"u": u[:1]}) == 2**64 - 1
    with pytest.raises(OverflowError):
        ne.evaluate("u + 1")
    assert ne.evaluate("i + 1")[0] == -(2**31)  # outside reductions int32 wraps, as in NumPy
    assert ne.evaluate("sum(u > 1)") == 1


@pytest.mark.parametrize("name", ["sum", "prod", "min", "max"])
@pytest.mark.parametrize("dtype", ["int64", "float64", "complex128"])
def test_reductions(name, dtype):
    y = values(dtype, (3, 4))
    y = y % 5 if dtype == "int64" else y
    if dtype == "complex128" and name in ("min", "max"):
        with pytest.raises(NotImplementedError, match=f"'{name}_ccn'"):
            ne.evaluate(f"{name}(y)")
        return
    for axis in (None, 0, 1):
        got = ne.evaluate(f"{name}(y*y - 2, axis={axis})")
        expected = getattr(np, name)(y * y - 2, axis=axis)
        assert got.shape == expected.shape and got.dtype == expected.dtype
        assert np.allclose(got, expected, rtol=1e-12)
    with pytest.raises(ValueError, match="axis 2"):
        ne.evaluate(f"{name}(y, axis=2)")


def test_validate_and_re_evaluate():
    a = np.arange(3)
    assert ne.validate("a + 1") is None
    assert ne.re_evaluate().tolist() == [1, 2, 3]
    for text, kind in [("a +", SyntaxError), ("q", KeyError), (5, ValueError), ("-(a>1)", TypeError)]:
        got = ne.validate(text)
        assert isinstance(got, kind if kind is not TypeError else NotImplementedError)
    seen = []

    def other():
        try:
            ne.re_evaluate()
        except RuntimeError as e:
            seen.append(e)
        b = np.ones(2)
        ne.evaluate("b * 3")
        seen.append(ne.re_evaluate({"b": np.full(2, 2.0)}).tolist())

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert isinstance(seen[0], RuntimeError) and seen[1] == [6, 6]
    assert ne.re_evaluate({"a": np.array([7])}).tolist() == [8]
    with pytest.raises(TypeError, match="int"):  # compiled for integers
        ne.re_evaluate({"a": np.array([7.5])})


def test_trees():
    E = ne.E
    f = ne.NumExpr((E.a + 2.0 * E.b) / (1 + E.a**2))
    a, b = np.arange(4.0), np.ones(4)
    assert np.array_equal(f(a, b), (a + 2 * b) / (1 + a * a)) and f.input_names == ("a", "b")
    g = ne.NumExpr("2*b - a", [("b", np.int32), ("a", np.double)])
    assert np.array_equal(g(np.arange(4, dtype="int16"), a), 2 * np.arange(4) - a)
    with pytest.raises(TypeError, match="safe"):
        g(np.arange(4.0), a)
    with pytest.raises(ValueError, match="number of inputs"):
        g(a)
    with pytest.raises(ValueError, match="input names"):
        ne.NumExpr("a + b", [("a", float)])
    twice = np.float64(2) * E.x
    for _ in range(60):  # shared parts are computed once, and written once
        twice = twice + twice
    assert ne.NumExpr(twice)(np.ones(1))[0] == 2.0**61
    c = ne.NumExpr(ne.expressions.ConstantNode(np.float32(1.5))).run()
    assert c.dtype == "float32" and c == 1.5
    assert ne.NumExpr("(a + 1) * (a - 1)", [("a", np.int32)]).constants == (1,)


def test_strings():
    s, t = np.array([b"ab", b"b:", b""]), np.array([b"a", b"b", b""])
    assert ne.evaluate("s == 'b:'").tolist() == [False, True, False]
    assert ne.evaluate("contains(s, t) & (s > t)").tolist() == [True, True, False]
    assert ne.evaluate("contains(b'xaby', s)").tolist() == [True, False, True]
    assert ne.evaluate("where(s != t, x, 2)", {"s": s, "t": t, "x": np.ones(3)}).tolist() == [1, 1, 2]
    assert np.array_equal(ne.evaluate("s"), s) and ne.evaluate("s") is not s
    with pytest.raises(NotImplementedError, match="'add_sss'"):
        ne.evaluate("s + t")
    with pytest.raises(NotImplementedError, match="'ge_bsl'"):
        ne.evaluate("s >= n", {"s": s, "n": np.arange(3)})
    with pytest.raises(ValueError, match="Unicode"):
        ne.evaluate("u == 1", {"u": np.array(["a"])})


@pytest.mark.parametrize(
    "text, kind, match",
    [
        ("-(a > 1)", NotImplementedError, "couldn't find matching opcode for 'neg_bb'"),
        ("~x", NotImplementedError, "couldn't find matching opcode for 'invert_dd'"),
        ("(a > 1) - (a > 2)", NotImplementedError, "'sub_bbb'"),
        ("a > 1 and a < 2", TypeError, "'&'"),
        ("0 < a < 2", TypeError, r"\(a < b\) & \(b < c\)"),
        ("1 if a else 2", TypeError, "where"),
        ("a is x", TypeError, "unsupported"),
        ("[a]", ValueError, "forbidden"),
        ("a; x", ValueError, "forbidden"),
        ("lambda: a", ValueError, "forbidden"),
        ("a.T", ValueError, "forbidden"),
        ("__import__('os')", ValueError, "forbidden"),
        ("abs('q')", TypeError, r"abs\w*\(\) is not defined for strings"),
        ("sum()", TypeError, r"sum\(\) missing"),
        ("foo(a)", TypeError, "'foo' is not a function"),
        ("sum(a, axis=-1)", ValueError, "negative axis"),
        ("sum(a, axis=1)", ValueError, "axis"),
        ("a ** -1", ValueError, "negative integer powers"),
        ("9**9**9", OverflowError, "too large"),
        ("1 << 10**9", OverflowError, "too large"),
        ("a + 2**64", OverflowError, "too large"),
        ("a + w", ValueError, "operands could not be broadcast together"),
        ("o + 1", ValueError, "unknown type object"),
        ("+".join(["a"] * 3000), ValueError, "nested too deeply"),
        ("(" * 250 + "a" + ")" * 250, SyntaxError, "nested"),
    ],
)
def test_refusals(text, kind, match):
    names = {"a": np.arange(3), "x": np.ones(3), "w": np.ones(4), "o": np.array([None, 1, 2])}
    with pytest.raises(kind, match=match):
        ne.evaluate(text, names)


def test_options():
    a = np.arange(3, dtype="float32")
    assert ne.evaluate("a**0.5").dtype == "float32"
    assert ne.evaluate("a**0.5", optimization="none").dtype == "float64"
    assert ne.evaluate("a/2", truediv=False)[1] == 0.5
    with pytest.raises(ValueError, match="Unknown keyword argument 'optimisation'"):
        ne.evaluate("a", optimisation="none")
    with pytest.raises(ValueError, match="'truediv' must be one of"):
        ne.evaluate("a", truediv="no")
    with pytest.raises(SyntaxError):
        ne.evaluate("import os;", sanitize=False)
    with pytest.raises(TypeError):
        ne.evaluate("a.T", sanitize=False)
    assert ne.evaluate("a + 1", disable_cache=True)[0] == 1


def test_environment_and_install():
    script = (
        "import tightloop.numexpr; tightloop.numexpr.install()\n"
        "import numexpr, numexpr.utils, numexpr.necompiler\n"
        "from numexpr.expressions import E\n"
        "assert numexpr is tightloop.numexpr and numexpr.__version__ == '2.14.2'\n"
        "print(numexpr.nthreads, numexpr.get_num_threads(), numexpr.MAX_THREADS)\n"
        "try: print(numexpr.evaluate('a[0]', {'a': 1}))\n"
        "except Exception as e: print(type(e).__name__)\n"
    )
    env = {k: v for k, v in os.environ.items() if "NUM_THREADS" not in k}
    for more, expected in [
        ({"NUMEXPR_MAX_THREADS": "4"}, ["4", "4", "4", "ValueError"]),
        ({"NUMEXPR_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"}, ["3", "3", "64", "ValueError"]),
        ({"OMP_NUM_THREADS": "5", "NUMEXPR_SANITIZE": "0"}, ["5", "5", "64", "TypeError"]),
    ]:
        run = subprocess.run(
            [sys.executable, "-c", script], env={**env, **more}, capture_output=True, text=True
        )
        assert run.stdout.split() == expected, run.stderr


def test_threads_change_no_bit():
    x = values("float32", (300_000,))
    before = ne.get_num_threads()
    try:
        seen = set()
        for n in (1, 2, 3):
            ne.set_num_threads(n)
            seen.add(ne.evaluate("sum(sin(x) * x)").tobytes())
        assert len(seen) == 1
        with pytest.raises(ValueError, match="NUMEXPR_MAX_THREADS"):
            ne.set_num_threads(ne.MAX_THREADS + 1)
        with pytest.raises(ValueError, match="positive"):
            ne.set_num_threads(0)
    finally:
        ne.set_num_threads(before)


def test_versions(capsys):
    ne.print_versions()
    assert "2.14.2" in capsys.readouterr().out
    assert ne.use_vml is False and ne.get_vml_version() is None and ne.ncores >= 1
    assert ne.necompiler.getExprNames("b + sin(a).real", {}) == (["a", "b"], False)
    with pytest.raises(NotImplementedError, match="explain"):
        ne.disassemble(ne.NumExpr("a"))
