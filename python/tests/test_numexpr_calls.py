# How tightloop.numexpr's evaluate() finds variables and functions, and what it keeps between calls.
import collections
import contextvars
import gc
import inspect
import pickle
import sys
import threading

import numpy as np
import pytest

import tightloop.numexpr as ne
from arrays import DTYPES, values

shadowed = np.full(3, 100.0)


def test_signatures_and_pickling():
    names = list(inspect.signature(ne.evaluate).parameters)
    assert names[:4] == ["ex", "local_dict", "global_dict", "out"]
    assert list(inspect.signature(ne.re_evaluate).parameters)[:2] == ["local_dict", "global_dict"]
    for function in (ne.evaluate, ne.re_evaluate, ne.validate):
        assert pickle.loads(pickle.dumps(function)) is function
    assert ne.evaluate.__doc__ and ne.evaluate.__module__ == "tightloop.numexpr.necompiler"


def test_wrong_arguments():
    with pytest.raises(TypeError, match="needs an expression"):
        ne.evaluate()
    with pytest.raises(TypeError, match="'ex' twice"):
        ne.evaluate("1", ex="2")
    with pytest.raises(TypeError, match="at most, 10 given"):
        ne.evaluate("1", None, None, None, "K", "safe", None, 3, False, 1)
    with pytest.raises(ValueError, match="Unknown keyword argument 'optimisation'"):
        ne.evaluate("1", optimisation="none")
    with pytest.raises(ValueError, match="as a string"):
        ne.evaluate(1)
    with pytest.raises(TypeError, match="takes no 'out'"):
        ne.re_evaluate(out=np.zeros(3))
    with pytest.raises(TypeError):
        ne.evaluate("1", _frame_depth="deep")


def test_frames():
    shadowed = np.ones(3)
    free = np.full(3, 2.0)

    def inner():
        own = free * 2  # makes `free` a variable of the function around it
        return ne.evaluate("own + free")

    def wrapper(text):
        shadowed = None  # not the caller's
        assert shadowed is None
        return ne.evaluate(text, _frame_depth=4)

    def again():
        return ne.re_evaluate(_frame_depth=3)

    assert inner()[0] == 6
    assert ne.evaluate("shadowed + 1")[0] == 2
    assert wrapper("shadowed + 1")[0] == 2
    shadowed = shadowed + 5
    assert again()[0] == 7
    assert ne.evaluate("shadowed", {})[0] == 100  # the module's
    assert ne.evaluate("shadowed", None, {})[0] == 6
    assert [a[0] for a in ne.necompiler.getArguments(["shadowed"], _frame_depth=1)] == [6]
    with pytest.raises(ValueError, match="not deep enough"):
        ne.evaluate("shadowed", _frame_depth=10**6)


def test_a_deleted_variable_is_not_found():
    gone = np.ones(3)
    assert locals()["gone"] is gone and ne.evaluate("gone")[0] == 1
    del gone
    with pytest.raises(KeyError, match="gone"):
        ne.evaluate("gone")


def test_mappings():
    a = np.arange(3.0)
    for kind in (dict, collections.UserDict, collections.OrderedDict, collections.ChainMap):
        names = kind({"a": a})
        assert ne.evaluate("a * 2", names)[2] == 4
        with pytest.raises(KeyError, match="missing"):
            ne.evaluate("a + missing", names, names)

    class Broken(dict):
        def __getitem__(self, name):
            raise ZeroDivisionError(name)

    with pytest.raises(ZeroDivisionError):
        ne.evaluate("a", Broken())
    counted = collections.defaultdict(lambda: 7, a=a)
    assert ne.evaluate("a + b", {"a": a, "b": 1}, counted)[0] == 1


def test_what_is_no_array_becomes_one():
    class Own(np.ndarray):
        pass

    a = np.arange(3.0)
    masked = np.ma.masked_array(a, [0, 1, 0])
    for x in (a.tolist(), tuple(a), a.view(Own), masked, np.matrix(a), memoryview(a)):
        got = ne.evaluate("x + 1")
        assert type(got) is np.ndarray and np.array_equal(got.ravel(), a + 1)
    for x in (2, 2.0, np.float64(2), np.array(2.0)):
        got = ne.evaluate("x + 1")
        assert type(got) is np.ndarray and got.shape == () and got == 3


@pytest.mark.parametrize("dtype", DTYPES)
def test_destinations_of_either_byte_order(dtype):
    a = values(dtype)
    wide = ne.evaluate("a")
    for order in "=<>":
        out = np.zeros(a.shape, wide.dtype.newbyteorder(order))
        assert ne.evaluate("a", out=out, casting="safe" if dtype != "uint64" else "unsafe") is out
        assert np.array_equal(out, wide)
        half = np.zeros((*a.shape, 2), wide.dtype.newbyteorder(order))[..., 1]
        assert ne.re_evaluate() is out
        assert ne.evaluate("a", out=half) is half and np.array_equal(half, wide)
    with pytest.raises(TypeError, match="NumPy array"):
        ne.evaluate("a", out=[0])
    narrow = np.zeros(3, bool)
    if dtype != "bool":
        with pytest.raises((TypeError, ValueError)):
            ne.evaluate("a", out=narrow)


def test_casting_depends_on_the_byte_order_of_this_call():
    native, swapped = np.arange(3.0), np.arange(3.0).astype(">f8")
    for first, second in ((native, swapped), (swapped, native)):
        text = f"x + {first.dtype.byteorder == '>'}"
        for x in (first, second):
            assert ne.evaluate(text, casting="equiv")[2] >= 2
            if x is swapped:
                with pytest.raises(TypeError, match="according to the rule 'no'"):
                    ne.evaluate(text, casting="no")
            else:
                assert ne.evaluate(text, casting="no")[2] >= 2


def test_shapes_that_do_not_fit_have_the_text_of_numpy():
    a, b = np.ones(3), np.ones(4)
    for call in (lambda: ne.evaluate("a + b", {"a": a, "b": b}),
                 lambda: ne.NumExpr("a + b")(a, b)):  # fmt: skip
        with pytest.raises(ValueError, match="could not be broadcast together"):
            call()
    with pytest.raises(ValueError, match="number of inputs doesn't match program: 1 for 2"):
        ne.NumExpr("a + b")(a)


def test_the_dtypes_choose_the_function():
    text = "x * 2 + 1"
    for _ in range(2):
        for threads in (2, 1):
            before = ne.set_num_threads(threads)
            for dtype in ("int8", "uint8", "int32", "int64", "float32", "float64", "complex128"):
                x = np.arange(5).astype(dtype)
                got = ne.evaluate(text)
                assert np.array_equal(got, np.arange(5) * 2 + 1)
                assert got.dtype == ("int32" if dtype in ("int8", "uint8") else dtype)
            ne.set_num_threads(before)


def test_nothing_is_kept_of_what_was_dropped():
    def dispatches():
        gc.collect()
        return sum(type(o).__name__ == "Dispatch" for o in gc.get_objects())

    a = np.arange(3.0)
    ne.evaluate("a")
    before = dispatches()
    for i in range(20):
        assert ne.NumExpr(f"a + {i}")(a)[0] == i
        assert ne.evaluate(f"a - {i}", disable_cache=True)[0] == -i
    assert dispatches() <= before


def test_re_evaluate_belongs_to_its_context():
    a = np.arange(3.0)
    ne.evaluate("a + 1")

    def other():
        ne.evaluate("a + 10", {"a": a})
        return ne.re_evaluate({"a": a})[0]

    assert contextvars.copy_context().run(other) == 10
    assert ne.re_evaluate()[0] == 1
    found = []

    def fresh():
        try:
            ne.re_evaluate({"a": a})
        except RuntimeError as e:
            found.append(e)

    thread = threading.Thread(target=contextvars.Context().run, args=(fresh,))
    thread.start()
    thread.join()
    assert len(found) == 1


def test_threads_share_expressions():
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        for i in range(200):
            dtype = ["int16", "int32", "int64", "float32", "float64"][rng.integers(5)]
            k = rng.integers(8)
            x = np.arange(rng.integers(1, 40)).astype(dtype)
            got = ne.evaluate(f"x * 3 + {k}")
            again = ne.re_evaluate()
            if not (np.array_equal(got, x.astype("int64") * 3 + k) and np.array_equal(got, again)):
                wrong.append((dtype, k))
            if i % 50 == 0:
                ne.set_num_threads(1 + int(rng.integers(2)))

    before = ne.get_num_threads()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ne.set_num_threads(before)
    assert not wrong


def test_references_are_let_go_of():
    a, out, other = np.arange(10.0), np.zeros(10), np.ones(4)
    fortran = np.asfortranarray(np.ones((3, 3)))
    held = (a, out, other, fortran)

    def work():
        ne.evaluate("a + 1")
        ne.evaluate("a + 1", {"a": a}, {}, out=out, casting="safe")
        ne.re_evaluate()
        ne.evaluate("x * 2", {"x": fortran})
        ne.evaluate("sum(a)")
        for call in (
            lambda: ne.evaluate("a + missing", {"a": a}),
            lambda: ne.evaluate("a + other", {"a": a, "other": other}),
            lambda: ne.evaluate("a", {"a": a}, out=3),
            lambda: ne.evaluate("a", {"a": a}, casting="bad"),
            lambda: ne.evaluate("a", {"a": a}, order="Q"),
            lambda: ne.evaluate("~a", {"a": a}),
            lambda: ne.NumExpr("a + b")(a),
        ):
            with pytest.raises((KeyError, TypeError, ValueError, NotImplementedError)):
                call()

    work()
    gc.collect()
    before = [sys.getrefcount(x) for x in held]
    for _ in range(20):
        work()
    gc.collect()
    assert [sys.getrefcount(x) for x in held] == before


@pytest.mark.parametrize("count", [8, 9, 16, 17, 40, 64])
def test_many_variables(count):
    names = {f"w{i:02}": np.full(5, float(i)) for i in range(count)}
    out = np.zeros(5)
    assert ne.evaluate(" + ".join(names), names)[0] == sum(range(count))
    assert ne.re_evaluate(names)[4] == sum(range(count))
    assert ne.evaluate(" + ".join(names), names, out=out) is out and out[2] == sum(range(count))
