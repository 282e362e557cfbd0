# Reads the text of an expression into a tree, by Python's own grammar. Nothing is ever run: what the
# grammar knows and an expression may not have is refused by its name.
"""Texts to trees."""

import ast
import re
import warnings

from . import expressions

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_FORBIDDEN = re.compile(r"[;:\[]|(?<!\w)__\w+__(?!\w)")
_BINARY = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
}
_COMPARISONS = {
    ast.Gt: ("gt", False),
    ast.GtE: ("ge", False),
    ast.Lt: ("gt", True),
    ast.LtE: ("ge", True),
    ast.Eq: ("eq", False),
    ast.NotEq: ("ne", False),
}


class Text:
    """A text that was read once. `names` are its variables, sorted; tree() gives them kinds."""

    def __init__(self, text, optimization, sanitize):
        if sanitize:
            check(text)
        self.text = text
        self.optimization = optimization
        self.sanitize = sanitize
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python's compiler says of '1 is 1' and the like
            try:
                self.body = ast.parse(text.strip(), "<expr>", "eval").body
            except (MemoryError, RecursionError):
                raise ValueError("the expression is nested too deeply") from None
        # The kinds are not known yet; what no kinds could save is refused here.
        self.names = sorted(variables(self.tree({})))

    def tree(self, kinds):
        """The tree for variables of these kinds; one that has none is a double."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of ~True
            try:
                return expressions.as_node(self._node(self.body, kinds))
            except RecursionError:
                raise ValueError("the expression is nested too deeply") from None

    def _node(self, node, kinds):
        match node:
            case ast.Constant(value=value):
                if value is None or expressions.isConstant(value):
                    return value
            case ast.Name(id=name):
                if name in expressions.functions:
                    return expressions.functions[name]
                return expressions.VariableNode(name, kinds.get(name, expressions.default_kind))
            case ast.UnaryOp(op=op, operand=operand):
                return self._unary(op, self._node(operand, kinds))
            case ast.BinOp(left=left, op=op, right=right):
                x, y = self._node(left, kinds), self._node(right, kinds)
                if isinstance(op, ast.Pow):
                    return expressions.power(x, y, self.optimization)
                if type(op) in _BINARY:
                    return expressions.operation(_BINARY[type(op)], x, y)
            case ast.Compare():
                return self._comparison(node, kinds)
            case ast.BoolOp(op=op, values=values):
                return self._logic(isinstance(op, ast.And), [self._node(v, kinds) for v in values])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._node(body if _truth(self._node(test, kinds)) else orelse, kinds)
            case ast.Attribute(value=value, attr="real" | "imag" as name):
                return expressions.functions[name](self._node(value, kinds))
            case ast.Call():
                return self._call(node, kinds)
        raise self._refused(node)

    def _unary(self, op, x):
        if isinstance(op, ast.UAdd):
            return +x
        if isinstance(op, ast.Not):
            return not _truth(x)
        return expressions.operation("neg" if isinstance(op, ast.USub) else "invert", x)

    def _comparison(self, node, kinds):
        values = [self._node(v, kinds) for v in (node.left, *node.comparators)]
        result = None
        for x, op, y in zip(values, node.ops, values[1:]):
            if type(op) not in _COMPARISONS:
                raise self._refused(node)
            if result is not None and not _truth(result):
                return result
            name, swapped = _COMPARISONS[type(op)]
            result = expressions.operation(name, *((y, x) if swapped else (x, y)))
        return result

    def _logic(self, is_and, values):
        for value in values[:-1]:
            if bool(_truth(value)) != is_and:
                return value
        return values[-1]

    def _call(self, node, kinds):
        function = node.func
        if not isinstance(function, ast.Name):
            raise self._refused(function)
        if function.id not in expressions.functions:
            known = ", ".join(sorted(expressions.functions))
            raise TypeError(f"'{function.id}' is not a function of expressions; they are {known}")
        if any(isinstance(a, ast.Starred) for a in node.args) or any(
            k.arg is None for k in node.keywords
        ):
            raise self._refused(node)
        args = [self._node(a, kinds) for a in node.args]
        named = {k.arg: self._node(k.value, kinds) for k in node.keywords}
        return expressions.functions[function.id](*args, **named)

    def _refused(self, node):
        part = ast.get_source_segment(self.text.strip(), node) or self.text
        if self.sanitize and isinstance(node, (ast.Attribute, ast.Subscript)):
            return ValueError(f"Expression {self.text} has forbidden control characters.")
        return TypeError(f"unsupported expression type: {type(node).__name__} in '{part}'")


def _truth(x):
    return bool(x.value) if isinstance(x, expressions.ConstantNode) else bool(x)


def check(text):
    """Refuses what no expression needs and an attack would: ';', ':', '[' and names such as
    __class__, unless they are quoted."""
    if _FORBIDDEN.search(_QUOTED.sub("", text)):
        raise ValueError(f"Expression {text} has forbidden control characters.")


def variables(tree):
    """The names of the variables of a tree, as a set."""
    return {node.value for node in expressions.walk(tree) if node.astType == "variable"}
