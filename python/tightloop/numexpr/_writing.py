# Writes a tree as a text of Tightloop's language, with a cast wherever numexpr computes in another
# kind than the operands have. What needs byte strings is left to NumPy and becomes an input.
"""Trees to texts."""

import math
import re

import numpy as np

from .._inspect import functions
from .expressions import CODES, KINDS, highest, walk

CASTS = {"int": "int32", "long": "int64", "float": "float32", "double": "float64"}
CASTS["complex"] = "complex128"
DTYPES = {**CASTS, "bool": "bool"}

_INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "floordiv": "//",
    "mod": "%",
    "lshift": "<<",
    "rshift": ">>",
    "and": "&",
    "or": "|",
    "xor": "^",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}
_REDUCTIONS = ("sum", "prod", "min", "max")
_COMPARISONS = ("gt", "ge", "eq", "ne")
_OURS = re.compile(r"[stv]\d+$")
_taken = set()
_NAMES = {"absolute": "abs", "conjugate": "conj"}


def _kinds(codes):
    return tuple(kind for kind in (*KINDS, "bytes") if CODES[kind] in codes)


# The kinds in which an operation can be computed, and how many operands it has.
_KNOWN = {}
for _names, _codes, _count in (
    ("add sub mul div", "ilfdc", 2),
    ("pow", "bilfdc", 2),
    ("mod floordiv", "ilfd", 2),
    ("neg", "ilfdc", 1),
    ("and or xor", "bil", 2),
    ("lshift rshift", "il", 2),
    ("invert", "bil", 1),
    ("gt ge", "bilfds", 2),
    ("eq ne", "bilfdcs", 2),
    ("copy", "bilfdcs", 1),
    ("ones_like", "ilfdc", 1),
    ("where", "bilfdc", 3),
    ("sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh", "fdc", 1),
    ("log log1p log10 log2 exp expm1 absolute", "fdc", 1),
    ("conjugate", "fdc", 1),
    ("ceil floor trunc", "fd", 1),
    ("fmod arctan2 hypot nextafter copysign maximum minimum", "fd", 2),
    ("round sign", "ilfdc", 1),
    ("isnan isfinite isinf", "bilfdc", 1),
    ("signbit", "bilfd", 1),
    ("real imag", "bilfdc", 1),
    ("complex", "bilfd", 2),
    ("sum prod", "bilfdc", 2),
    ("min max", "bilfd", 2),
    ("contains", "s", 2),
):
    for _name in _names.split():
        _KNOWN[_name] = (_kinds(_codes), _count)

# Those whose own kind is another than that of their operands.
_BY_OPERANDS = {*_COMPARISONS, "isnan", "isfinite", "isinf", "signbit"}
_BY_OPERANDS |= {"real", "imag", "complex", "contains"}


def check(node):
    """Refuses an operation that numexpr has not for these kinds."""
    if node.astType != "op":
        return
    below = [child for child in node.children if child.astType != "raw"]
    kinds, count = _KNOWN[node.value]
    codes = "".join(CODES[child.astKind] for child in node.children)
    wrong = NotImplementedError(
        f"couldn't find matching opcode for '{node.value}_{CODES[node.astKind]}{codes}'"
    )
    if len(node.children) != count or len({c.astKind == "bytes" for c in below}) > 1:
        raise wrong
    if node.value == "where" and below[0].astKind != "bool":
        raise wrong
    computed = highest(below) if node.value in _BY_OPERANDS else node.astKind
    if computed not in kinds:
        raise wrong
    operands = below[1:] if node.value == "where" else below
    if computed in KINDS and any(
        KINDS.index(child.astKind) > KINDS.index(computed) for child in operands
    ):
        if node.value != "pow":  # whose exponent may not count
            raise wrong


def parameter_names(names):
    """What variables are called in the text: what they are called in numexpr's, so that messages
    tell it, unless the language has another meaning for that."""
    global _taken
    if not _taken:
        _taken = {name for f in functions() for name in f.names} | {"pi", "e", "inf", "nan", "np"}
    return {
        name: name if name.isascii() and name not in _taken and not _OURS.match(name) else f"v{i}"
        for i, name in enumerate(names)
    }


class Written:
    """A tree as a text: `text`, and `strings`, the nodes that NumPy computes: inputs s0, s1, ..."""

    def __init__(self, tree, parameters, kinds, exact):
        self.parameters = parameters  # name -> the parameter's name in the text
        self.kinds = kinds  # name -> kind of the array that comes in
        self.exact = exact
        self.strings = []
        self._texts = {}
        lines = []
        uses = {}
        for node in list(walk(tree, uses)):
            check(node)
            text = self._write(node)
            if node.astType == "op" and uses[id(node)] > 1:
                lines.append(f"t{len(lines)} = {text}")
                text = f"t{len(lines) - 1}"
            self._texts[id(node)] = text
        self.text = "; ".join([*lines, self._texts[id(tree)]])

    def _operand(self, node, kind=None):
        """A child; a constant in the kind in which it is used."""
        if node.astType == "constant":
            return constant(node.value, kind or node.astKind, self.exact)
        return self._texts[id(node)]

    def _cast(self, node, kind):
        """A child, converted to a kind."""
        if node.astType == "constant" or node.astKind == kind:
            return self._operand(node, kind)
        if self.exact and kind in ("int", "long"):
            return self._operand(node)
        return f"{CASTS[kind]}({self._operand(node)})"

    def _write(self, node):
        if node.astType in ("constant", "raw"):
            return ""
        if node.astKind == "bytes":
            return ""
        if node.astType == "variable":
            name, kind = self.parameters[node.value], node.astKind
            same = self.kinds[node.value] == kind or (self.exact and kind in ("int", "long"))
            if same:
                return name
            return f"({name} != 0)" if kind == "bool" else f"{CASTS[kind]}({name})"
        name, below = node.value, node.children
        if below[0].astKind == "bytes":
            self.strings.append(node)
            return f"s{len(self.strings) - 1}"
        if name in _REDUCTIONS:
            axis = "" if below[1].value is None else f", axis={below[1].value}"
            return f"{name}({self._operand(below[0])}{axis})"
        if name == "pow":
            return self._power(node)
        if name in _INFIX:
            kind = highest(below) if name in _COMPARISONS else node.astKind
            x, y = (self._operand(child, kind) for child in below)
            return f"({x} {_INFIX[name]} {y})"
        if name in ("neg", "invert"):
            return f"({'-' if name == 'neg' else '~'}{self._operand(below[0])})"
        if name == "where":
            rest = ", ".join(self._operand(child, node.astKind) for child in below[1:])
            return f"where({self._operand(below[0])}, {rest})"
        if name == "round" and node.astKind == "complex":
            x = self._operand(below[0])
            return f"complex(round(real({x})), round(imag({x})))"
        if name == "conjugate" and node.astKind != "complex":
            return f"float64({self._operand(below[0])})"
        operands = ", ".join(self._operand(child) for child in below)
        return f"{_NAMES.get(name, name)}({operands})"

    def _power(self, node):
        base, exponent = node.children
        fixed = exponent.astType == "constant" and exponent.astKind != "complex"
        kind = node.astKind
        if fixed:
            x = self._operand(base) if kind == "bool" else self._cast(base, kind)
            return f"({x} ** {constant(exponent.value, exponent.astKind, False)})"
        return f"({self._cast(base, kind)} ** {self._cast(exponent, kind)})"


def constant(value, kind, typed=False):
    """A constant as text. `typed`: floats have a dtype, as numexpr's have."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)) if kind in ("bool", "none") else str(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return f"complex({_float(value.real)}, {_float(value.imag)})"
    if isinstance(value, np.floating) and not isinstance(value, float):
        return f"{value.dtype.name}({_float(value)})" if value.itemsize < 8 else _float(value)
    if isinstance(value, float):
        return f"float64({_float(value)})" if typed else _float(value)
    value_of_int = int(value)
    if not -(2**63) <= value_of_int < 2**63:
        if kind not in ("float", "double", "complex"):
            raise OverflowError(f"Python int too large to convert to C long: {value_of_int}")
        return _float(float(value_of_int))
    text = f"({value_of_int})" if value_of_int < 0 else str(value_of_int)
    return f"int64({text})" if isinstance(value, np.int64) else text


def _float(value):
    value = float(value)
    if math.isfinite(value):
        return f"({value!r})" if math.copysign(1, value) < 0 else repr(value)
    return "nan" if math.isnan(value) else ("inf" if value > 0 else "(-inf)")


def of_strings(node, arguments):
    """Computes a node of byte strings; `arguments` are the arrays by name."""
    if node.astType == "variable":
        return arguments[node.value]
    if node.astType == "constant":
        return np.array(node.value)
    x = of_strings(node.children[0], arguments)
    if node.value == "copy":
        return x
    y = of_strings(node.children[1], arguments)
    if node.value == "contains":
        return np.asarray(np.char.find(x, y) >= 0)
    compare = {"gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal}
    return np.asarray(compare[node.value](x, y))
