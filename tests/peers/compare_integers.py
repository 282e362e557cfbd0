"""Integer expressions against Python's integers, with no package but the standard library.

Random expressions over int32, uint32, int64 and uint64 arrays with extreme values and constants of up
to 1000 bits: what is stored has to be exact, what is a float within 1 ULP, and an error is right only
where some element of the expression, or of a part of it, has no dtype that holds it.
"""
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction

BATCH = sys.argv[1]
CASES = int(os.environ.get("TIGHTLOOP_INTEGER_CASES", "10000"))
SEED = int(os.environ.get("TIGHTLOOP_INTEGER_SEED", "1"))
CODES = {"bool": "?", "int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B",
         "uint16": "H", "uint32": "I", "uint64": "Q", "float32": "f", "float64": "d"}
RANGES = {"int32": (-2**31, 2**31 - 1), "uint32": (0, 2**32 - 1), "int64": (-2**63, 2**63 - 1),
          "uint64": (0, 2**64 - 1)}
NAMES = {"a": "int32", "b": "uint32", "i": "int64", "q": "uint64"}
LENGTH = 24


def write_npy(path, dtype, values):
    code = CODES[dtype]
    descr = {"i": "<i4", "I": "<u4", "q": "<i8", "Q": "<u8"}[code]
    header = "{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }" % (descr, len(values))
    header += " " * ((-(11 + len(header))) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack("<%d%s" % (len(values), code), *values))


def elements(dtype, rng):
    low, high = RANGES[dtype]
    special = {low, low + 1, high, high - 1, 0, 1, 2, 3, high // 2, high // 2 + 1}
    special |= {v for v in (-1, -2, -3, low // 2, 2**31, 2**32, 2**16) if low <= v <= high}
    out = sorted(special)[:LENGTH]
    while len(out) < LENGTH:
        out.append(rng.randint(low, high) >> rng.choice([0, 0, 8, 20, 40]))
    rng.shuffle(out)
    return out


class Unknown(Exception):
    """The case has no meaning that both sides share; another one is made."""


class Node:
    """Text, the values of all elements, whether arrays are in it, and whether an error is right."""

    def __init__(self, text, values, array, loose=False):
        self.text, self.values, self.array = text, values, array
        # Past int64 a part may have a type that does not hold it; what is constant never has one.
        past = array and any(v < -2**63 or v > 2**63 - 1 for v in values)
        self.loose = loose or past


def constant(rng):
    kind = rng.randrange(10)
    bits = rng.choice([3, 8, 16, 31, 32, 33, 62, 63, 64, 65, 100, 128, 200, 1000])
    if kind < 3:
        value = rng.randint(-10, 10)
        text = str(value)
    elif kind < 5:
        value = rng.choice([-1, 1]) * 2**bits + rng.randint(-2, 2)
        text = str(value)
    elif kind < 6:
        value, text = 2**bits - 1, "(2**%d - 1)" % bits
    elif kind < 7:
        power = rng.randint(15, 25) if rng.randrange(2) else rng.randint(1, 300)
        value, text = 10**power, "10**%d" % power
    elif kind < 8:
        value = rng.getrandbits(bits)
        text = hex(value)
    elif kind < 9:
        power = rng.randint(900, 1000)
        value, text = 2**power // 2**(power - 7) + 3, "(2**%d // 2**%d + 3)" % (power, power - 7)
    else:
        value = rng.getrandbits(bits) * rng.choice([-1, 1])
        text = str(value)
    return Node("(%s)" % text if text[0] == "-" else text, [value] * LENGTH, False)


def leaf(rng, data):
    if rng.randrange(3) == 0:
        return constant(rng)
    name = rng.choice("abiq")
    return Node(name, data[name], True)


def floor(x, y):
    return 0 if y == 0 else x // y


def modulo(x, y):
    return 0 if y == 0 else x % y


def lower(x, y):
    return min(x, y)


INFIX = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
         "//": floor, "%": modulo, "&": lambda x, y: x & y, "|": lambda x, y: x | y,
         "^": lambda x, y: x ^ y}
CALLS = {"minimum": min, "maximum": max, "absdiff": lambda x, y: abs(x - y)}
COMPARE = {"<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y,
           ">=": lambda x, y: x >= y, "==": lambda x, y: x == y, "!=": lambda x, y: x != y}


def joined(text, function, *operands):
    values = [function(*v) for v in zip(*[x.values for x in operands])]
    if any(v.bit_length() > 4096 for v in values):
        raise Unknown
    return Node(text, values, any(x.array for x in operands), any(x.loose for x in operands))


def integers(rng, data, depth):
    if depth == 0:
        return leaf(rng, data)
    kind = rng.randrange(16)
    x = integers(rng, data, depth - 1)
    if kind == 0:
        return joined("(-%s)" % x.text, lambda v: -v, x)
    if kind == 1:
        return joined("abs(%s)" % x.text, abs, x)
    if kind == 2:
        count = rng.choice([0, 1, 2, 3, 31, 40, 63] if x.array else [0, 1, 2, 63, 64, 100])
        return joined("(%s << %d)" % (x.text, count), lambda v: v << count, x)
    if kind == 3:
        count = rng.choice([0, 1, 2, 31, 32, 63, 64, 990])
        return joined("(%s >> %d)" % (x.text, count), lambda v: v >> count, x)
    if kind == 4:
        power = rng.choice([0, 1, 2, 3, 4, 5, 9])
        return joined("%s**%d" % (x.text if x.text.isalnum() else "(%s)" % x.text, power),
                      lambda v: v**power, x)
    y = integers(rng, data, rng.randrange(depth))
    if kind == 5:
        z = leaf(rng, data)
        return joined("clip(%s, %s, %s)" % (x.text, y.text, z.text),
                      lambda u, v, w: min(max(u, v), w), x, y, z)
    if kind == 6:
        c = truths(rng, data, 1)
        return joined("where(%s, %s, %s)" % (c.text, x.text, y.text),
                      lambda u, v, w: v if u else w, c, x, y)
    if kind == 7:
        name = rng.choice(sorted(CALLS))
        return joined("%s(%s, %s)" % (name, x.text, y.text), CALLS[name], x, y)
    symbol = rng.choice(["+", "-", "*", "+", "-", "*", "//", "%", "//", "%", "&", "|", "^"])
    return joined("(%s %s %s)" % (x.text, symbol, y.text), INFIX[symbol], x, y)


def truths(rng, data, depth):
    x = integers(rng, data, depth)
    y = integers(rng, data, rng.randrange(depth + 1))
    symbol = rng.choice(sorted(COMPARE))
    return joined("(%s %s %s)" % (x.text, symbol, y.text), COMPARE[symbol], x, y)


def floats(rng, data, depth):
    """One rounding: a conversion, or the quotient of constants."""
    x = integers(rng, data, depth)
    form = rng.choice(["float64(%s)", "%s + 0.0", "%s * 1.0", "1.0 * %s", "0.0 + %s"])
    node = Node(form % x.text, x.values, x.array, x.loose)
    node.loose = node.loose or any(abs(v) >= 2**1024 - 2**970 for v in x.values)
    return node


def ulps(value, exact):
    nearest = float(Fraction(exact)) if abs(exact) < 2**1024 - 2**970 else math.inf
    if value == nearest:
        return 0
    if math.isinf(value) or math.isnan(value):
        return math.inf
    return abs(Fraction(value) - exact) / Fraction(math.ulp(nearest))


def make_case(rng, data):
    while True:
        kind = rng.choice(["integer", "integer", "integer", "truth", "float"])
        make = {"integer": integers, "truth": truths, "float": floats}[kind]
        try:
            node = make(rng, data, rng.randint(1, 3))
        except Unknown:
            continue
        if len(node.text) < 900:
            return kind, node


def complaint(kind, node, fields, stored):
    expected = node.values if node.array else node.values[:1]
    if fields[0] == "error":
        if fields[1] not in ("overflow", "value", "limit"):
            return "error of the wrong kind: " + fields[2]
        low, high = min(expected), max(expected)
        unheld = kind == "integer" and (low < -2**63 or high > (2**63 - 1 if low < 0 else 2**64 - 1))
        return None if node.loose or unheld else "refused: " + fields[2]
    dtype, offset = fields[1].split(" ")[:2]
    values = struct.unpack_from("<%d%s" % (len(expected), CODES[dtype]), stored, int(offset))
    for at, (got, exact) in enumerate(zip(values, expected)):
        # What passes two words on the way is computed in float64, step by step.
        allowed = 1 if abs(exact) < 2**63 else 16
        wrong = ulps(got, exact) > allowed if kind == "float" else got != exact
        if wrong:
            return "element %d is %r (%s), exactly %r" % (at, got, dtype, exact)
    return None


def main():
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        data, bindings = {}, {}
        for name, dtype in NAMES.items():
            data[name] = elements(dtype, rng)
            path = os.path.join(folder, name + ".npy")
            write_npy(path, dtype, data[name])
            bindings[name] = "%s=%s" % (name, path)
        cases = [make_case(rng, data) for _ in range(CASES)]
        lines = []
        for _, node in cases:
            # Names of functions hold none of the letters alone.
            words = set("".join(c if c.isalnum() or c == "_" else " " for c in node.text).split())
            lines.append("\t".join(["exact,check", node.text] +
                                   [bindings[n] for n in NAMES if n in words]))
        out = os.path.join(folder, "results")
        run = subprocess.run([BATCH, out], input="\n".join(lines) + "\n", capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit("evaluate_batch failed: " + run.stderr)
        with open(out, "rb") as file:
            stored = file.read()
    answers = run.stdout.splitlines()
    if len(answers) != len(cases):
        sys.exit("%d answers to %d cases" % (len(answers), len(cases)))
    bad = refused = 0
    for (kind, node), answer in zip(cases, answers):
        fields = answer.split("\t")
        refused += fields[0] == "error"
        problem = complaint(kind, node, fields, stored)
        if problem:
            bad += 1
            if bad <= 20:
                print("%s\n    %s" % (node.text, problem))
    print("%d expressions, %d refused, %d differ" % (len(cases), refused, bad))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
