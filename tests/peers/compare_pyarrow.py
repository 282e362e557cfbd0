# Compares the C face with NumPy and pyarrow: columns of every type, sliced, chunked, with and
# without nulls, through Arrow's C interfaces, arrays of every layout through DLPack.
# Run as: compare_pyarrow.py <libtightloop.so>
import os
import sys
import warnings

import numpy as np
import pyarrow as pa

from capi_binding import Capi, Failed

library = Capi(sys.argv[1])
EXPRESSIONS = int(os.environ.get("TIGHTLOOP_FUZZ_CASES", "400"))
random = np.random.default_rng(int(os.environ.get("TIGHTLOOP_FUZZ_SEED", "20")))
checks = 0
faults = 0


def expect(condition, what):
    global checks, faults
    checks += 1
    if not condition:
        faults += 1
        print("differs:", what)


def refused(part, what, call, *arguments, **keywords):
    try:
        call(*arguments, **keywords)
    except Failed as e:
        expect(part in e.message + "; " + e.hint, f"{what}: {e.message}; {e.hint}")
        return
    expect(False, what + ": not refused")


INTEGERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(),
            pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
FLOATS = [pa.float16(), pa.float32(), pa.float64()]
TYPES = INTEGERS + FLOATS + [pa.bool_()]


def numbers(kind, count):
    dtype = np.dtype(kind.to_pandas_dtype())
    if dtype.kind == "b":
        return random.integers(0, 2, count).astype(bool)
    if dtype.kind == "f":
        return (random.integers(-40, 40, count) / 4).astype(dtype)
    info = np.iinfo(dtype)
    return random.integers(max(info.min, -50), min(info.max, 50), count).astype(dtype)


def column(kind, count, holes, lead=0):
    """A column, sliced by `lead`, with anything at all where it is null; its values and mask."""
    values, mask = numbers(kind, lead + count), random.random(lead + count) >= holes
    made = pa.array(values, type=kind)
    if holes > 0:
        bitmap = pa.py_buffer(np.packbits(mask, bitorder="little").tobytes())
        made = pa.Array.from_buffers(kind, lead + count, [bitmap, made.buffers()[1]])
    else:
        mask[:] = True
    return made[lead:], values[lead:], mask[lead:]


def same_column(handle, values, mask, what):
    got = handle.to_arrow()
    got.validate(full=True)
    expect(len(got) == len(values), what + ": length")
    expect(got.null_count == int((~mask).sum()), what + ": count of nulls")
    expect(np.array_equal(np.array(got.is_valid()), mask), what + ": validity")
    expect(got.type == pa.from_numpy_dtype(values.dtype), f"{what}: {got.type} {values.dtype}")
    found = np.array([x if x is not None else 0 for x in got.to_pylist()])
    expect(np.array_equal(found[mask], values[mask], equal_nan=values.dtype.kind == "f"), what)


def round_trips():
    for kind in TYPES:
        for count in (0, 1, 7, 8, 9, 1000):
            for holes in (0, 0.3, 1):
                for lead in (0, 3, 8, 17):
                    made, values, mask = column(kind, count, holes, lead)
                    what = f"{kind} of {count} after {lead}, {holes} null"
                    same_column(library.from_arrow(made), values, mask, what)


def chunks():
    for kind in TYPES:
        for holes in ([], [0], [0.5], [0, 0, 0], [0, 0.5, 1], [0.2, 0, 0.2]):
            parts = [column(kind, 5 * i + 3, h, i) for i, h in enumerate(holes)]
            chunked = pa.chunked_array([p[0] for p in parts], type=kind)
            empty = numbers(kind, 0)
            values = np.concatenate([empty] + [p[1] for p in parts])
            mask = np.concatenate([np.zeros(0, bool)] + [p[2] for p in parts])
            handle = library.from_stream(chunked)
            same_column(handle, values, mask, f"chunks of {kind}, {holes} null")
            if kind != pa.bool_():
                total = library.evaluate("sum(x)", {"x": handle}).numpy()
                expect(total == values[mask].sum(dtype=total.dtype), f"sum of chunks of {kind}")


# A text, what NumPy says of it, over values without nulls.
ELEMENTWISE = [
    ("x + 1", lambda x, y: x + 1), ("x * y", lambda x, y: x * y), ("-x", lambda x, y: -x),
    ("abs(x - y)", lambda x, y: np.abs(x - y)), ("x > y", lambda x, y: x > y),
    ("where(x > 0, x, y)", lambda x, y: np.where(x > 0, x, y)), ("x / 4", lambda x, y: x / 4),
    ("float64(x)", lambda x, y: x), ("minimum(x, y)", np.minimum), ("x == y", lambda x, y: x == y),
    ("isnan(x)", lambda x, y: np.isnan(x)), ("7", lambda x, y: np.full((), 7)),
]
REDUCTIONS = [
    ("sum({})", np.sum), ("prod({})", None), ("mean({})", np.mean), ("var({})", np.var),
    ("std({}, ddof=1)", lambda v: np.std(v, ddof=1)), ("min({})", np.min), ("max({})", np.max),
    ("nanmin({})", np.min), ("nanmax({})", np.max), ("nansum({})", np.sum),
    ("any({})", np.any), ("all({})", np.all), ("count_nonzero({})", np.count_nonzero),
    ("norm({})", lambda v: np.sqrt((v * v).sum())), ("size({})", np.size),
    ("sum({}, where={} > 0)", lambda v: v[v > 0].sum()),
    ("max({}, initial=1000)", lambda v: 1000), ("max({}) - min({})", np.ptp),
    ("sum({})/size({})", np.mean), ("logsumexp({})", lambda v: np.log(np.exp(v).sum())),
    ("sum(({} - mean({}))**2)", lambda v: ((v - v.mean())**2).sum()),
]


def same_number(got, wanted, what):
    # float16 sums are float32 here; the inputs are small fractions, so that results are exact.
    close = np.isclose(float(got), float(wanted), rtol=2e-6, atol=1e-9, equal_nan=True)
    expect(bool(close), f"{what}: {got} {wanted}")


def nulls_in_expressions():
    for kind in INTEGERS + FLOATS:
        for holes in ((0.3, 0), (0.3, 0.3), (1, 0.5)):
            x, xv, xm = column(kind, 41, holes[0], 3)
            y, yv, ym = column(kind, 41, holes[1], 1)
            variables = {"x": library.from_arrow(x), "y": library.from_arrow(y)}
            wide = [v.astype(np.float64) for v in (xv, yv)]
            for text, oracle in ELEMENTWISE:
                if text == "7":
                    continue
                mask = xm & ym if "y" in text else xm
                got = library.evaluate(text, variables).to_arrow()
                what = f"{text} of {kind} {holes}"
                expect(np.array_equal(np.array(got.is_valid()), mask), what + ": nulls")
                found = np.array([0 if v is None else v for v in got.to_pylist()], float)
                expect(np.array_equal(found[mask], oracle(*wide)[mask].astype(float)), what)
            for text, oracle in REDUCTIONS:
                reductions(text, oracle, "x", xv[xm], variables, kind)
                reductions(text, oracle, "(x + y)", (xv.astype(float) + yv)[xm & ym], variables,
                           kind)


def reductions(text, oracle, operand, values, variables, kind):
    if oracle is None:
        return
    filled = text.replace("{}", operand)
    got = library.evaluate(filled, variables).to_arrow()[0].as_py()
    what = f"{filled} of {kind}, {len(values)} left"
    if len(values) == 0 and ("min" in text or "max" in text) and "initial" not in text:
        expect(got is None, what)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same_number(got, oracle(values.astype(np.float64)), what)


def shapes_and_types():
    x, xv, xm = column(pa.int16(), 6, 0.4)
    handle = library.from_arrow(x)
    table = np.arange(24, dtype="f4").reshape(4, 6)
    variables = {"x": handle, "t": table}
    row = library.evaluate("(x + t)[1]", variables)
    same_column(row, np.where(xm, xv + table[1], 0).astype(np.float32), xm, "a row of x + t")
    largest = library.evaluate("max(x + t, axis=1)", variables)
    wanted = (xv + table)[:, xm].max(axis=1)
    same_column(largest, wanted.astype(np.float32), np.ones(4, bool), "max along an axis")
    spread = library.evaluate("reshape(x, 6) + t[0] * 0", variables)
    same_column(spread, xv.astype(np.float32), xm, "reshape of x")
    by_column = library.evaluate("max(x + t, axis=0)", variables)
    same_column(by_column, (xv + table).max(axis=0).astype(np.float32), xm, "max of each column")
    for promotion in (0, 1, 2):
        for kind in INTEGERS + FLOATS:
            if promotion == 2 and kind in (pa.float16(), pa.uint64()):
                continue
            made, values, mask = column(kind, 20, 0.5)
            full = {"x": library.from_arrow(pa.array(values, type=kind))}
            holed = {"x": library.from_arrow(made)}
            for text in ("x + 1", "x * x", "max(x)", "min(x)", "sum(x)", "mean(x)", "x > 1",
                         "nanmax(x)", "-x", "where(x > 0, x, 1)", "std(x)"):
                a = library.evaluate(text, full, promotion=promotion).dtype()
                b = library.evaluate(text, holed, promotion=promotion).dtype()
                expect(a == b, f"dtype of {text} of {kind}, promotion {promotion}: {a} {b}")
    small = library.evaluate("x + 1000", {"x": handle}, dtype=2, casting=7).to_arrow()
    expect(small.type == pa.int8() and small.null_count == int((~xm).sum()), "dtype= with nulls")
    # Whatever stands where a null is cannot overflow, divide or be refused.
    worst = np.full(3, np.iinfo(np.int64).max)
    worst[1] = 2
    garbage = library.from_arrow(pa.Array.from_buffers(
        pa.int64(), 3, [pa.py_buffer(b"\x02"), pa.py_buffer(worst.tobytes())]))
    for text, wanted in (("x * 4", [None, 8, None]), ("max(x * 4)", [8]), ("sum(x * x * x)", [8]),
                         ("x // 0", [None, 0, None]), ("int8(x)", [None, 2, None])):
        got = library.evaluate(text, {"x": garbage}).to_arrow().to_pylist()
        expect(got == wanted, f"{text} where nulls hide large numbers: {got}")
    got = library.evaluate("x", {"x": garbage}, dtype=2).to_arrow().to_pylist()
    expect(got == [None, 2, None], f"nulls do not have to fit: {got}")


def refusals():
    texts = pa.array(["a", None])
    tables = pa.table({"x": [1, 2]})
    for made, part in ((texts, "text"), (texts.cast(pa.large_string()), "large text"),
                       (texts.dictionary_encode(), "dictionary"),
                       (pa.array([[1], [2]]), "lists"), (pa.array([{"a": 1}]), "structs"),
                       (pa.array([1, 2], pa.date32()), "dates"),
                       (pa.array([1, 2], pa.time64("us")), "times of day"),
                       (pa.array([1, 2], pa.timestamp("s")), "timestamps"),
                       (pa.array([1, 2], pa.duration("s")), "durations"),
                       (pa.array([1, 2], pa.decimal128(5, 2)), "decimals"),
                       (pa.array([b"a"]), "binary"), (pa.nulls(3), "nulls alone"),
                       (pa.array([b"ab"], pa.binary(2)), "fixed-size binary"),
                       (pa.array(["x"], pa.string_view()), "text views"),
                       (pa.array([[1, 2]], pa.list_(pa.int8(), 2)), "fixed-size lists"),
                       (pa.RunEndEncodedArray.from_arrays(pa.array([2], pa.int32()),
                                                          pa.array([1])), "run-end"),
                       (pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16],
                                                                           pa.binary(16))), "arrow.uuid")):
        refused(part, f"a column of {made.type}", library.from_arrow, made)
    refused("structs", "a table", library.from_stream, tables)
    x = library.from_arrow(pa.array([1, None, 3]))
    y = library.from_arrow(pa.array([1, 2, None]))
    for text, part in (("x @ y", "sum(a * b)"), ("argmax(x)", "fill the nulls"),
                       ("ptp(x)", "max(x) - min(x)"), ("einsum('i,i->', x, y)", "nulls"),
                       ("correlation(x, y)", "same places")):
        refused(part, text, library.evaluate, text, {"x": x, "y": y})
    refused("events", "events", library.evaluate, "1 / x", {"x": x}, raise_=1)
    refused("nulls", "DLPack with nulls", x.__dlpack__)
    refused("no columns of bfloat16", "bfloat16",
            library.evaluate("bfloat16(x[2:])", {"x": np.arange(4)}).to_arrow)
    refused("no columns of complex", "complex", library.evaluate("1j * x", {"x": np.arange(4)}).to_arrow)
    refused("reshape(x, -1)", "two dimensions", library.evaluate("x", {"x": np.eye(2)}).to_arrow)


def dlpack():
    kinds = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()
    for kind in kinds:
        base = random.integers(0, 2 if kind == "?" else 100, (4, 6, 5)).astype(kind)
        for view in (base, base[::-1, 1:, ::2], base.T, base[:, None, 0], base[0, 0, 0:0],
                     base[1, 2, 3, ...][()] * np.ones((), kind), np.broadcast_to(base[0], (3, 6, 5))):
            view = np.asarray(view)
            handle = library.from_dlpack(view)
            what = f"DLPack of {view.dtype} {view.shape} {view.strides}"
            expect(np.array_equal(library.evaluate("copy(x)", {"x": handle}).numpy(), view), what)
            back = handle.numpy()
            expect(np.array_equal(back, view) and back.dtype == view.dtype, what + ": back")
            if view.size:
                same = back.__array_interface__["data"][0] == view.__array_interface__["data"][0]
                expect(same, what + ": copied")
            expect(back.flags.writeable == view.flags.writeable, what + ": writeable")
        fresh = library.evaluate("copy(x)", {"x": base}).numpy()
        expect(fresh.__array_interface__["data"][0] % 64 == 0, f"alignment of {kind}")
        expect(fresh.flags.writeable, f"a result of {kind} can be written to")
        swapped = base.astype(base.dtype.newbyteorder())
        expect(np.array_equal(library.evaluate("copy(x)", {"x": swapped}).numpy(), base),
               f"swapped {kind}")
    refused("17 dimensions", "17 dimensions", library.from_dlpack, np.zeros((1,) * 17))


def random_text(depth):
    """An expression of x, y and z, whose reductions are of all elements."""
    if depth == 0:
        return random.choice(["x", "y", "z", "x", "y", "2", "0.5", "3"])
    a, b = random_text(depth - 1), random_text(random.integers(0, depth))
    return "(" + random.choice([
        f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"abs({a})", f"minimum({a}, {b})",
        f"where({a} > {b}, {a}, {b})", f"({a} - mean({a}))", f"({a} / (abs({b}) + 1))", f"({a} / {b})", f"log(abs({a}))", f"mean({a})", f"var({a})",
        f"max({a})", f"min({b})", f"sum({a})", f"size({a} + {b})", f"mse({a}, {b})",
        f"float32({a})", f"({a} <= {b})", f"sqrt(abs({a}))", f"any({a} > 3)", f"std({a})",
        f"sum({a}, where={b} > 0)", f"rmse({a}, {b})", f"nanmax({a})", f"softmax({a})",
        f"max({a}, initial=7)", f"center({a})", f"norm({a})", f"({a} if {b} > 1 else {b})"]) + ")"


def outcome(text, variables):
    try:
        got = library.evaluate(text, variables)
        return got.dtype(), got.to_arrow().to_pylist()
    except Failed as e:
        return "error", e.code


def random_expressions():
    """Rows that are null everywhere could as well not be there; what hides in them is never seen."""
    compared = 0
    for _ in range(EXPRESSIONS):
        kinds = [random.choice(INTEGERS + FLOATS) for _ in range(3)]
        count = int(random.integers(1, 30))
        mask = random.random(count) > random.choice([0, 0.3, 0.9])
        mask[random.integers(count)] = True  # of no rows a reduction is an error, of nulls null
        bitmap = pa.py_buffer(np.packbits(mask, bitorder="little").tobytes())
        holed, hidden, dense = {}, {}, {}
        for name, kind in zip("xyz", kinds):
            values = numbers(kind, count)
            other = np.where(mask, values, random.permutation(np.frombuffer(
                random.bytes(count * values.itemsize), values.dtype)))
            for to, elements in ((holed, values), (hidden, other)):
                to[name] = library.from_arrow(pa.Array.from_buffers(
                    kind, count, [bitmap, pa.py_buffer(elements.tobytes())]))
            dense[name] = library.from_arrow(pa.array(values[mask], type=kind))
        text = random_text(int(random.integers(1, 4))) + random.choice(["", "[::-1]"])
        a, b, c = (outcome(text, v) for v in (holed, hidden, dense))
        expect(repr(a) == repr(b), f"what hides in nulls is seen: {text} {kinds} {a} {b}")
        if c[0] == "error" or a[0] == "error":
            expect(a == c, f"{text} {kinds}: {a} {c}")
            continue
        compared += 1
        left = [v for v in a[1] if v is not None] if len(a[1]) > 1 else a[1]
        same = a[0] == c[0] and len(left) == len(c[1]) and np.allclose(
            np.array(left, float), np.array(c[1], float), rtol=1e-5, atol=1e-5, equal_nan=True)
        expect(same, f"{text} {kinds}: {a} {c}")
    expect(compared > EXPRESSIONS // 2, f"{compared} random expressions have results")


round_trips()
chunks()
random_expressions()
nulls_in_expressions()
shapes_and_types()
refusals()
dlpack()
print(f"{checks} comparisons with pyarrow {pa.__version__} and NumPy {np.__version__}: {faults} differ")
sys.exit(1 if faults else 0)
