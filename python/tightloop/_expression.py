# Expressions as nodes: what lazy arrays build, and the text in the language that is made of them.
"""Nodes of lazy expressions and their text."""

import numbers

from . import _core

_LONG = 2000  # characters of a piece of text that gets a name of its own
_DEEP = 40  # levels of parentheses

# Parameters whose arguments are literals of the language, not expressions.
LITERALS = frozenset(
    ["axis", "keepdims", "ddof", "dtype", "shape", "axes", "decimals", "subscripts"]
)


class Node:
    """One operation: `form` has a place "{}" for each of `operands`. A leaf has a value instead."""

    __slots__ = ("form", "operands", "value", "name", "argument", "depth")

    def __init__(self, form, operands=(), value=None, name=None, argument=None):
        self.form = form
        self.operands = operands
        self.value = value
        self.name = name
        self.argument = argument  # of a function that jit() traces; None for other leaves
        self.depth = 1 + max((o.depth for o in operands), default=0)


def leaf(value, name=None):
    """Makes a node of an array or a number."""
    # Whole numbers stand in the text: exponents and shifts are worth knowing. Others are variables,
    # so that another value is not another expression.
    if type(value) is int and abs(value) < 2**63:
        return Node(str(value) if value >= 0 else f"({value})")
    if type(value) is bool:
        return Node(str(value))
    return Node(None, value=value, name=name)


def literal(value, name):
    """Writes an argument that the language takes as a literal: an axis, a shape, a dtype."""
    if name == "dtype":
        return repr(_core.dtype_name(value))
    if value is None or isinstance(value, (bool, str)):
        return repr(value)
    if isinstance(value, numbers.Integral) or hasattr(value, "__index__"):
        return str(value.__index__())
    if isinstance(value, (tuple, list)):
        items = [literal(v, name) for v in value]
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    if type(value).__name__ == "bool":  # NumPy's
        return str(bool(value))
    raise TypeError(f"{name} is {value!r}; it must be None, an integer or a tuple of integers")


def index_text(index):
    """Writes a subscript of integers, slices, None and '...'."""
    items = index if isinstance(index, tuple) else (index,)
    return ", ".join(_item_text(item) for item in items)


def _item_text(item):
    if item is None:
        return "None"
    if item is Ellipsis:
        return "..."
    if isinstance(item, slice):
        parts = [_bound(item.start), _bound(item.stop)]
        if item.step is not None:
            parts.append(_bound(item.step))
        return ":".join(parts)
    if not isinstance(item, bool) and hasattr(item, "__index__") and not hasattr(item, "ndim"):
        return str(item.__index__())
    if hasattr(item, "__index__") and getattr(item, "ndim", 1) == 0 and type(item).__name__ != "bool":
        return str(item.__index__())
    raise TypeError(
        "a lazy array is indexed by integers, slices, None and '...'; for a choice of elements "
        "use where=, as in x.sum(where=x > 0), or numpy.where(condition, x, y)"
    )


def _bound(value):
    return "" if value is None else str(value.__index__())


def write(roots):
    """Returns (text, variables) of expressions: what is used several times is bound to a name."""
    text, leaves = write_leaves(roots)
    return text, {name: node.value for name, node in leaves.items()}


def write_leaves(roots):
    """As write(), with the nodes of the variables in place of their values."""
    order, uses = _sorted(roots)
    names = _Names()
    written = {}
    statements = []
    for node in order:
        if node.form is None:
            written[id(node)] = names.of_leaf(node)
            continue
        pieces = [written[id(o)] for o in node.operands]
        if node.form[0].isalpha():  # a call, whose parentheses do for its arguments
            pieces = [_bare(piece) for piece in pieces]
        piece = node.form.format(*pieces)
        is_shared = uses[id(node)] > 1 and node.operands
        if is_shared or len(piece) > _LONG or (node.operands and node.depth % _DEEP == 0):
            name = names.fresh()
            statements.append(f"{name} = {_bare(piece)}")
            piece = name
        written[id(node)] = piece
    statements.append(", ".join(_bare(written[id(root)]) for root in roots))
    return "; ".join(statements), names.leaves


def _bare(piece):
    """Leaves out parentheses around the whole."""
    if not piece.startswith("("):
        return piece
    depth = 0
    for at, letter in enumerate(piece):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            inner = piece[1:-1]
            return inner if at == len(piece) - 1 and not inner.endswith(",") else piece
    return piece


class _Names:
    """Names of variables and of bound parts that do not meet."""

    def __init__(self):
        self.leaves = {}
        self._of = {}
        self._bound = 0

    def of_leaf(self, node):
        key = id(node.value) if node.argument is None else (node.argument,)
        known = self._of.get(key)
        if known is not None:
            return known
        name = node.name
        if name is None or name in self.leaves:
            name = f"x{len(self.leaves)}"
        while name in self.leaves:
            name += "_"
        self.leaves[name] = node
        self._of[key] = name
        return name

    def fresh(self):
        self._bound += 1
        return f"t{self._bound}_"


def _sorted(roots):
    """Returns the nodes, operands first, and how often each is used."""
    uses = {}
    order = []
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
            continue
        uses[id(node)] = uses.get(id(node), 0) + 1
        if uses[id(node)] > 1:
            continue
        stack.append((node, True))
        stack.extend((o, False) for o in reversed(node.operands))
    return order, uses
