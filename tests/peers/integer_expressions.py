"""Random integer expressions with their exact values: as text, and as the steps that an expression
template would be (in postfix order; what passes 64 bits is put together of smaller constants).
"""

RANGES = {"int32": (-2**31, 2**31 - 1), "uint32": (0, 2**32 - 1), "int64": (-2**63, 2**63 - 1),
          "uint64": (0, 2**64 - 1)}
NAMES = {"a": "int32", "b": "uint32", "i": "int64", "q": "uint64"}
LENGTH = 24


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
    """Text, steps, the values of all elements, whether arrays are in it, and whether an error is
    right."""

    def __init__(self, text, steps, values, array, loose=False):
        self.text, self.steps, self.values, self.array = text, steps, values, array
        # Past int64 a part may have a type that does not hold it; what is constant never has one.
        past = array and any(v < -2**63 or v > 2**63 - 1 for v in values)
        self.loose = loose or past
        # The largest magnitudes on the way, and what they can be by dtypes alone: where that passes
        # two words, float64 takes over.
        self.peaks = [abs(v) for v in values]
        self.bound = max(self.peaks)


def number_steps(value):
    digits, rest = [], abs(value)
    while not digits or rest:
        digits.append(rest & (2**60 - 1))
        rest >>= 60
    steps = ["c:%d" % digits.pop()]
    while digits:
        steps += ["c:60", "shift_left", "c:%d" % digits.pop(), "add"]
    return steps + (["negative"] if value < 0 else [])


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
    return Node("(%s)" % text if text[0] == "-" else text, number_steps(value), [value] * LENGTH,
                False)


def leaf(rng, data):
    if rng.randrange(3) == 0:
        return constant(rng)
    name = rng.choice("abiq")
    node = Node(name, ["v:" + name], data[name], True)
    node.bound = max(abs(end) for end in RANGES[NAMES[name]])
    return node


def floor(x, y):
    return 0 if y == 0 else x // y


def modulo(x, y):
    return 0 if y == 0 else x % y


def lower(x, y):
    return min(x, y)


IDS = {"+": "add", "-": "subtract", "*": "multiply", "//": "floor_divide", "%": "mod",
       "&": "bit_and", "|": "bit_or", "^": "bit_xor", "<": "less", "<=": "less_equal",
       ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal"}
INFIX = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
         "//": floor, "%": modulo, "&": lambda x, y: x & y, "|": lambda x, y: x | y,
         "^": lambda x, y: x ^ y}
CALLS = {"minimum": min, "maximum": max, "absdiff": lambda x, y: abs(x - y)}
COMPARE = {"<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y,
           ">=": lambda x, y: x >= y, "==": lambda x, y: x == y, "!=": lambda x, y: x != y}


def bound(steps, of):
    """How large a result, or anything on the way to it, can be."""
    if steps[-1] == "multiply":
        return of[0] * of[1]
    if steps[-1] in ("pow", "shift_left"):
        count = int(steps[0][2:])
        return max(of[0], of[0]**count if steps[-1] == "pow" else of[0] << count)
    return sum(of)


def joined(text, steps, function, *operands):
    values = [function(*v) for v in zip(*[x.values for x in operands])]
    if any(v.bit_length() > 4096 for v in values):
        raise Unknown
    node = Node(text, sum([x.steps for x in operands], []) + steps, values,
                any(x.array for x in operands), any(x.loose for x in operands))
    node.peaks = [max(p) for p in zip(node.peaks, *[x.peaks for x in operands])]
    node.bound = bound(steps, [x.bound for x in operands])
    return node


def integers(rng, data, depth):
    if depth == 0:
        return leaf(rng, data)
    kind = rng.randrange(16)
    x = integers(rng, data, depth - 1)
    if kind == 0:
        return joined("(-%s)" % x.text, ["negative"], lambda v: -v, x)
    if kind == 1:
        return joined("abs(%s)" % x.text, ["abs"], abs, x)
    if kind == 2:
        count = rng.choice([0, 1, 2, 3, 31, 40, 63] if x.array else [0, 1, 2, 63, 64, 100])
        return joined("(%s << %d)" % (x.text, count), ["c:%d" % count, "shift_left"],
                      lambda v: v << count, x)
    if kind == 3:
        count = rng.choice([0, 1, 2, 31, 32, 63, 64, 990])
        return joined("(%s >> %d)" % (x.text, count), ["c:%d" % count, "shift_right"],
                      lambda v: v >> count, x)
    if kind == 4:
        power = rng.choice([0, 1, 2, 3, 4, 5, 9])
        return joined("%s**%d" % (x.text if x.text.isalnum() else "(%s)" % x.text, power),
                      ["c:%d" % power, "pow"], lambda v: v**power, x)
    y = integers(rng, data, rng.randrange(depth))
    if kind == 5:
        z = leaf(rng, data)
        return joined("clip(%s, %s, %s)" % (x.text, y.text, z.text),
                      ["clip"], lambda u, v, w: min(max(u, v), w), x, y, z)
    if kind == 6:
        c = truths(rng, data, 1)
        return joined("where(%s, %s, %s)" % (c.text, x.text, y.text),
                      ["where"], lambda u, v, w: v if u else w, c, x, y)
    if kind == 7:
        name = rng.choice(sorted(CALLS))
        return joined("%s(%s, %s)" % (name, x.text, y.text), [name], CALLS[name], x, y)
    symbol = rng.choice(["+", "-", "*", "+", "-", "*", "//", "%", "//", "%", "&", "|", "^"])
    node = joined("(%s %s %s)" % (x.text, symbol, y.text), [IDS[symbol]], INFIX[symbol], x, y)
    # The language's limit: elements of more than 32 bits divide constants of at most 320.
    long = not x.array and y.array and abs(x.values[0]).bit_length() > 320
    node.loose = node.loose or symbol in ("//", "%") and long
    return node


def truths(rng, data, depth):
    x = integers(rng, data, depth)
    y = integers(rng, data, rng.randrange(depth + 1))
    symbol = rng.choice(sorted(COMPARE))
    return joined("(%s %s %s)" % (x.text, symbol, y.text), [IDS[symbol]], COMPARE[symbol], x, y)


def floats(rng, data, depth):
    """One rounding: a conversion, or the quotient of constants."""
    x = integers(rng, data, depth)
    form, before, after = rng.choice([
        ("float64(%s)", [], ["float64"]), ("%s + 0.0", [], ["f:0", "add"]),
        ("%s * 1.0", [], ["f:1", "multiply"]), ("1.0 * %s", ["f:1"], ["multiply"]),
        ("0.0 + %s", ["f:0"], ["add"])])
    node = Node(form % x.text, before + x.steps + after, x.values, x.array, x.loose)
    node.peaks, node.bound = x.peaks, x.bound
    node.loose = node.loose or any(abs(v) >= 2**1024 - 2**970 for v in x.values)
    return node


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
