"""Integer expressions against Python's integers, with no package but the standard library.

Random expressions over int32, uint32, int64 and uint64 arrays with extreme values and constants of up
to 1000 bits, as text and as templates, into new arrays and into destinations of every dtype: what is
stored has to be exact, what is a float within 1 ULP, and an error is right only where some element of
the expression, or of a part of it, has no dtype that holds it, or the destination does not.
"""
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction

from integer_expressions import LENGTH, NAMES, elements, make_case

BATCH = sys.argv[1]
CASES = int(os.environ.get("TIGHTLOOP_INTEGER_CASES", "10000"))
SEED = int(os.environ.get("TIGHTLOOP_INTEGER_SEED", "1"))
CODES = {"bool": "?", "int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B",
         "uint16": "H", "uint32": "I", "uint64": "Q", "float16": "e", "bfloat16": "H",
         "float32": "f", "float64": "d", "complex64": "2f", "complex128": "2d"}
INTEGERS = {sign + "int%d" % bits: (low, low + 2**bits - 1) for bits in (8, 16, 32, 64)
            for sign, low in (("", -2**(bits - 1)), ("u", 0))}
# Digits of the significand, and the exponent of the largest value.
FLOATS = {"float16": (11, 15), "bfloat16": (8, 127), "float32": (24, 127), "float64": (53, 1023)}
FLOATS.update(complex64=FLOATS["float32"], complex128=FLOATS["float64"])
DESTINATIONS = ["bool"] + list(INTEGERS) + list(FLOATS)
CASTINGS = ["standard", "standard", "standard", "wrap", "saturate", "same_value"]


def write_npy(path, dtype, values):
    code = CODES[dtype]
    descr = {"i": "<i4", "I": "<u4", "q": "<i8", "Q": "<u8"}[code]
    header = "{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }" % (descr, len(values))
    header += " " * ((-(11 + len(header))) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack("<%d%s" % (len(values), code), *values))


def read(dtype, stored, offset, count):
    """The elements; of complex ones the pair where it has an imaginary part."""
    code = CODES[dtype]
    if code[0] == "2":
        flat = struct.unpack_from("<%d%s" % (2 * count, code[1]), stored, offset)
        return [a if b == 0 else (a, b) for a, b in zip(flat[::2], flat[1::2])]
    values = struct.unpack_from("<%d%s" % (count, code), stored, offset)
    if dtype == "bfloat16":
        return [struct.unpack("<f", struct.pack("<I", v << 16))[0] for v in values]
    return values


def ulps(value, exact, dtype):
    """How far a float is from an integer, in steps of the dtype at that size; 0 for the nearest."""
    if isinstance(value, tuple) or math.isnan(value):
        return math.inf
    digits, largest = FLOATS[dtype]
    bits = abs(exact).bit_length()
    step = 2**max(bits - digits, 0)
    # Ties with the first value that is too large go to infinity, too.
    beyond = 2 * abs(exact) >= 2 * 2**(largest + 1) - 2**(largest + 1 - digits)
    if math.isinf(value) or beyond:
        return 0 if math.isinf(value) and beyond and (value > 0) == (exact > 0) else math.inf
    error = abs(Fraction(value) - exact) / step
    return 0 if error <= Fraction(1, 2) else error


def finite(dtype):
    digits, largest = FLOATS[dtype]
    return 2**(largest + 1) - 2**(largest + 1 - digits)


def as_stored(value, dtype, casting):
    """What an integer destination should hold, and whether an error is right instead."""
    low, high = INTEGERS[dtype]
    if casting == "wrap":
        return (value - low) % (high - low + 1) + low, False
    if casting == "saturate":
        return min(max(value, low), high), False
    return value, not low <= value <= high


class Way:
    """How a case is evaluated: as text or as steps, into a new array or into a destination."""

    def __init__(self, steps, dtype=None, casting="standard"):
        self.steps, self.dtype, self.casting = steps, dtype, casting

    def options(self):
        words = ["exact", "check"] + (["steps"] if self.steps else [])
        if self.dtype:
            words += ["into:%s:%d" % (self.dtype, LENGTH), "casting:" + self.casting]
        return ",".join(words)

    def refused(self, kind):
        """Whether no element decides: the casting does not take the dtype."""
        if self.dtype is None:
            return False
        if self.dtype == "bool":
            return kind != "truth" and self.casting != "same_value"
        if kind == "float" and self.dtype in INTEGERS:
            return self.casting in ("standard", "wrap")
        return False


def complaint(kind, node, way, fields, stored):
    expected = node.values if node.array or way.dtype else node.values[:1]
    low, high = min(expected), max(expected)
    unheld = kind == "integer" and (low < -2**63 or high > (2**63 - 1 if low < 0 else 2**64 - 1))
    if fields[0] == "error":
        if way.refused(kind) and fields[1] == "type":
            return None
        if fields[1] not in ("overflow", "value", "limit"):
            return "error of the wrong kind: " + fields[2]
        if way.dtype == "bool":
            unheld = unheld or low < 0 or high > 1
        elif way.dtype in INTEGERS:
            largest = finite("float64")
            converted = [int(float(min(max(v, -largest), largest))) if kind == "float" else v
                         for v in expected]
            unheld = unheld or any(as_stored(v, way.dtype, way.casting)[1] for v in converted)
        elif way.dtype and way.casting == "same_value":
            digits, largest = FLOATS[way.dtype]
            unheld = unheld or any(v.bit_length() > largest + 1 or v and
                                   (abs(v) // (v & -v)).bit_length() > digits for v in expected)
        return None if node.loose or unheld else "refused: " + fields[2]
    dtype, offset = fields[1].split(" ")[:2]
    if way.refused(kind) and dtype != "bool":
        return "not refused"
    for at, (got, exact) in enumerate(zip(read(dtype, stored, int(offset), len(expected)), expected)):
        # What may pass two words on the way is computed in float64, step by step.
        allowed = 1 if abs(exact) < 2**63 else 16
        if node.bound >= 2**126:
            peak = node.peaks[at].bit_length() - max(abs(exact).bit_length(), 53)
            allowed = max(allowed, 16 * 2**max(peak, 0))
        if way.dtype == "bool" and way.casting == "saturate":
            exact = exact != 0
        elif way.dtype in INTEGERS:
            exact = as_stored(exact, way.dtype, way.casting)[0]
        elif dtype in FLOATS and way.casting == "saturate":
            exact = max(min(exact, finite(dtype)), -finite(dtype))
        if dtype in FLOATS and way.casting == "same_value" and kind != "float":
            wrong = got != exact
        elif dtype in FLOATS:
            wrong = ulps(got, exact, dtype) > allowed
        else:
            wrong = ulps(got, exact, "float64") > allowed if kind == "float" else got != exact
        if wrong:
            return "element %d is %r (%s), exactly %r" % (at, got, dtype, exact)
    return None


def evaluate(folder, lines):
    out = os.path.join(folder, "results")
    run = subprocess.run([BATCH, out], input="\n".join(lines) + "\n", capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit("evaluate_batch failed: " + run.stderr)
    with open(out, "rb") as file:
        stored = file.read()
    answers = run.stdout.splitlines()
    if len(answers) != len(lines):
        sys.exit("%d answers to %d cases" % (len(answers), len(lines)))
    return answers, stored


def main():
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        data, bindings = {}, {}
        for name, dtype in NAMES.items():
            data[name] = elements(dtype, rng)
            path = os.path.join(folder, name + ".npy")
            write_npy(path, dtype, data[name])
            bindings[name] = "%s=%s" % (name, path)
        cases, lines = [], []
        for i in range(CASES):
            kind, node = make_case(rng, data)
            into = DESTINATIONS[i % len(DESTINATIONS)]
            casting = rng.choice(CASTINGS)
            ways = [Way(False), Way(False, into, casting)]
            # A template has an array in it.
            if node.array:
                ways += [Way(True), Way(True, into, casting)]
            for way in ways:
                cases.append((kind, node, way))
                names = [n for n in NAMES if "v:" + n in node.steps]
                lines.append("\t".join([way.options(), " ".join(node.steps) if way.steps else node.text] +
                                       [bindings[n] for n in names]))
        answers, stored = evaluate(folder, lines)
    bad = refused = 0
    for (kind, node, way), answer in zip(cases, answers):
        fields = answer.split("\t")
        refused += fields[0] == "error"
        problem = complaint(kind, node, way, fields, stored)
        if problem:
            bad += 1
            if bad <= 20:
                print("%s: %s\n    %s" % (way.options(), node.text, problem))
    print("%d expressions, %d evaluations, %d refused, %d differ" %
          (CASES, len(cases), refused, bad))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
