# Trees of expressions with numexpr's kinds: what texts are read into, and what `E.a + 2*E.b` makes.
# A kind is bool, int, long, float, double, complex or bytes: numexpr computes in no others.
"""Expression trees: `E.name` is a variable, and operators and `functions` make the rest."""

import operator

import numpy as np

__all__ = ["E"]

KINDS = ("bool", "int", "long", "float", "double", "complex")
CODES = {"bool": "b", "int": "i", "long": "l", "float": "f", "double": "d", "complex": "c"}
CODES.update(bytes="s", none="n")
default_kind = "double"

int_ = np.int32
long_ = np.int64
double = np.double

kind_to_type = {
    "bool": bool,
    "int": int_,
    "long": long_,
    "float": float,
    "double": double,
    "complex": complex,
    "bytes": bytes,
}
type_to_kind = {kind_type: kind for kind, kind_type in kind_to_type.items()}
type_to_kind[str] = "bytes"

_CONSTANTS = (bool, int, float, complex, bytes, str, np.number, np.bool_)
_MOST_BITS = 4096  # of integers that constants are folded to


def isConstant(value):
    """Tells whether a value can stand in an expression as a constant."""
    return isinstance(value, _CONSTANTS)


def getKind(value):
    """The kind of a constant. Integers of 32 bits are int, longer ones long."""
    if isinstance(value, (bytes, str)):
        return "bytes"
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    if isinstance(value, np.int64):
        return "long"
    if isinstance(value, (int, np.integer)):
        return "int" if -(2**31) <= value < 2**31 else "long"
    if isinstance(value, (float, np.double, np.longdouble)):
        return "double"
    return "float" if isinstance(value, np.floating) else "complex"


def highest(nodes):
    """The kind in which values of these kinds are computed together."""
    kinds = {node.astKind for node in nodes}
    if "bytes" in kinds:
        if len(kinds) > 1:
            raise TypeError("strings can only be operated with strings")
        return "bytes"
    return max(kinds, key=KINDS.index)


def walk(tree, uses=None):
    """Every node of a tree once, those below before those above them. `uses`, a dictionary, is told
    how often each node is read, by its id."""
    uses = {} if uses is None else uses
    stack = [(tree, False)]
    while stack:
        node, done = stack.pop()
        if done:
            yield node
            continue
        uses[id(node)] = uses.get(id(node), 0) + 1
        if uses[id(node)] == 1:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node.children))


class ExpressionNode:
    """A part of an expression: `astType`, `astKind`, `value` and `children`."""

    astType = "generic"
    __array_ufunc__ = None  # NumPy's scalars leave operators to the node

    def __init__(self, value=None, kind="none", children=()):
        self.value = value
        self.astKind = kind
        self.children = tuple(children)

    def __repr__(self):
        return f"{type(self).__name__}({self.value}, {self.astKind}, {self.children})"

    def __bool__(self):
        raise TypeError(
            "an array has no single truth value: write '&' for 'and', '|' for 'or', '~' for 'not', "
            "(a < b) & (b < c) for a < b < c, and where(c, x, y) for x if c else y"
        )

    @property
    def real(self):
        return functions["real"](self)

    @property
    def imag(self):
        return functions["imag"](self)

    def __pos__(self):
        return self

    __hash__ = object.__hash__


class VariableNode(ExpressionNode):
    """A variable, of a kind."""

    astType = "variable"

    def __init__(self, value=None, kind=default_kind):
        super().__init__(value, kind)


class ConstantNode(ExpressionNode):
    """A number, a truth value or a byte string."""

    astType = "constant"

    def __init__(self, value=None, children=None):
        if isinstance(value, str):
            value = value.encode("ascii")
        super().__init__(value, getKind(value))


class OpNode(ExpressionNode):
    """An operation: its name in `value`, its operands in `children`."""

    astType = "op"

    def __init__(self, value=None, children=(), kind=None):
        kind = highest(children) if kind is None else kind
        if kind == "bool":
            value = {"add": "or", "mul": "and"}.get(value, value)
        super().__init__(value, kind, children)


class FuncNode(OpNode):
    """A call of a function."""


def as_node(value):
    """Makes a node of a constant; nodes stay what they are."""
    if isinstance(value, ExpressionNode):
        return value
    if isConstant(value):
        return ConstantNode(value)
    raise TypeError(f"unsupported object type: {type(value)}")


def _all_constant(nodes):
    return all(node.astType == "constant" for node in nodes)


def _fold(f, *values):
    """Computes an operation of constants as Python does, within bounds."""
    if any(isinstance(v, bytes) for v in values) and f not in _OF_STRINGS:
        raise TypeError("strings can only be operated with strings")
    if len(values) == 2 and all(isinstance(v, int) for v in values):
        bits = values[0].bit_length()
        if f is operator.pow and bits > 1 and bits * values[1] > _MOST_BITS:
            raise OverflowError(f"the constant {values[0]}**{values[1]} is too large")
        if f is operator.lshift and bits + values[1] > _MOST_BITS:
            raise OverflowError(f"the constant {values[0]} << {values[1]} is too large")
    return ConstantNode(f(*values))


_COMPARED = {"gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne}
_OF_STRINGS = {*_COMPARED.values(), operator.add}
_FOLDED = {
    **_COMPARED,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "lshift": operator.lshift,
    "rshift": operator.rshift,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "neg": operator.neg,
    "invert": operator.invert,
}


def operation(name, *operands):
    """Makes the node of an operation; one of constants is a constant."""
    nodes = [as_node(x) for x in operands]
    if _all_constant(nodes):
        return _fold(_FOLDED[name], *(node.value for node in nodes))
    kind = "bool" if name in _COMPARED else None
    if name == "div" and highest(nodes) in ("bool", "int", "long"):
        kind = "double"
    return OpNode(name, nodes, kind)


def power(base, exponent, optimization="none"):
    """Makes the node of base ** exponent. Where constant exponents are optimised, they stand for
    products and roots, and do not count for the kind."""
    base, exponent = as_node(base), as_node(exponent)
    if _all_constant((base, exponent)):
        return _fold(operator.pow, base.value, exponent.value)
    kind = highest((base, exponent))
    integers = ("int", "long")
    if exponent.astType == "constant" and kind != "complex":
        x = exponent.value
        if base.astKind in integers and exponent.astKind in integers and x < 0:
            raise ValueError("Integers to negative integer powers are not allowed.")
        special = optimization == "moderate" and x in (-1, 0, 0.5, 1, 2)
        halves = optimization == "aggressive" and abs(x) <= 50 and 2 * x == int(2 * x)
        if special or halves:
            kind = base.astKind
            if kind in ("bool", *integers) and (x < 0 or x != int(x)):
                kind = "double"
    return OpNode("pow", (base, exponent), kind)


def _method(name, swap=False):
    def method(self, other):
        return operation(name, other, self) if swap else operation(name, self, other)

    return method


def _add_operators():
    for name in ("add", "sub", "mul", "mod", "lshift", "rshift", "and", "or", "xor", "floordiv"):
        setattr(ExpressionNode, f"__{name}__", _method(name))
        setattr(ExpressionNode, f"__r{name}__", _method(name, swap=True))
    for python, name in (("gt", "gt"), ("ge", "ge"), ("eq", "eq"), ("ne", "ne")):
        setattr(ExpressionNode, f"__{python}__", _method(name))
    ExpressionNode.__lt__ = _method("gt", swap=True)
    ExpressionNode.__le__ = _method("ge", swap=True)
    ExpressionNode.__truediv__ = _method("div")
    ExpressionNode.__rtruediv__ = _method("div", swap=True)
    ExpressionNode.__pow__ = lambda self, other: power(self, other)
    ExpressionNode.__rpow__ = lambda self, other: power(other, self)
    ExpressionNode.__neg__ = lambda self: operation("neg", self)
    ExpressionNode.__invert__ = lambda self: operation("invert", self)


_add_operators()

_OWN_KIND = {"isnan": "bool", "isfinite": "bool", "isinf": "bool", "signbit": "bool"}
_OWN_KIND["complex"] = "complex"


def _function(name, compute, least=None, most=None, keeps_integers=False):
    """Makes a function of nodes whose kind is at least `least` and at most `most`."""

    def call(*args):
        nodes = [as_node(x) for x in args]
        if any(node.astType == "constant" and node.astKind == "bytes" for node in nodes):
            raise TypeError(f"{name}() is not defined for strings")
        if nodes and _all_constant(nodes):
            return ConstantNode(compute(*(node.value for node in nodes)))
        kind = highest(nodes) if nodes else default_kind
        if kind in ("int", "long"):
            kind = kind if keeps_integers else "double"
        elif kind in KINDS:
            rank = KINDS.index(kind)
            if least:
                rank = max(rank, KINDS.index(least))
            if most:
                rank = min(rank, KINDS.index(most))
            kind = KINDS[rank]
        return FuncNode(name, nodes, _OWN_KIND.get(name, kind))

    call.__name__ = call.__qualname__ = name
    return call


def _where(condition, x, y):
    condition, x, y = as_node(condition), as_node(x), as_node(y)
    if condition.astType == "constant":
        return x if condition.value else y
    return FuncNode("where", (condition, x, y))


def _contains(haystack, needle):
    return FuncNode("contains", (as_node(haystack), as_node(needle)), "bool")


class RawNode:
    """The axis of a reduction; None stands for all axes."""

    astType = "raw"
    astKind = "none"
    children = ()

    def __init__(self, value):
        self.value = value


def _reduction(name):
    def reduce(a, axis=None):
        a = as_node(a)
        axis = axis.value if isinstance(axis, ConstantNode) else axis
        if axis is not None:
            if isinstance(axis, bool) or not isinstance(axis, int):
                raise TypeError(f"{name}: the axis must be an integer or None")
            if axis < 0:
                raise ValueError("negative axis are not supported")
            if axis > 254:
                raise ValueError("cannot encode axis")
        return a if a.astType == "constant" else FuncNode(name, (a, RawNode(axis)), a.astKind)

    reduce.__name__ = reduce.__qualname__ = name
    return reduce


def _table():
    made = {}
    for name in (
        "sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh fmod arctan2 "
        "log log1p log10 log2 exp expm1"
    ).split():
        made[name] = _function(name, getattr(np, name), "float")
    for name in "hypot nextafter copysign maximum minimum trunc isnan isfinite isinf signbit".split():
        made[name] = _function(name, getattr(np, name), "double")
    for name in ("round", "sign"):
        made[name] = _function(name, getattr(np, name), "double", keeps_integers=True)
    for name in ("copy", "ones_like"):
        made[name] = _function(name, getattr(np, name), keeps_integers=True)
    for name in ("ceil", "floor"):
        made[name] = _function(name, getattr(np, name), "float", "double")
    for name in ("real", "imag"):
        made[name] = _function(name, getattr(np, name), "double", "double")
    made["abs"] = _function("absolute", np.absolute, "float")
    made["conj"] = _function("conjugate", np.conjugate, "complex")
    made["complex"] = _function("complex", complex)
    made["where"] = _where
    made["contains"] = _contains
    _where.__qualname__, _contains.__qualname__ = "where", "contains"
    for name in ("sum", "prod", "min", "max"):
        made[name] = _reduction(name)
    return made


functions = _table()


class Expression:
    """`E.name` is the variable `name`."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return VariableNode(name, default_kind)


E = Expression()
