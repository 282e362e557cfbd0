# evaluate(), validate(), re_evaluate() and NumExpr with numexpr's arguments: what is looked up where,
# what is kept between calls, and what stays of a call for re_evaluate().
"""Evaluation of texts and of expression trees."""

import contextvars
import os
import sys
import weakref

import numpy as np

from .. import _core
from . import expressions
from ._kernel import Kernel, kind_of_dtype
from ._reading import Text, variables

_CONTEXT = {"optimization": ("none", "moderate", "aggressive"), "truediv": (False, True, "auto")}
_MOST_KEPT = 512

_plans = {}  # text, or text with options -> Dispatch
_last = contextvars.ContextVar("tightloop.numexpr.last", default=None)


class NumExpr:
    """An expression compiled for variables of fixed kinds; a function of arrays.

    Args:
        ex: a text, or a tree made with `E`.
        signature: pairs of a name and a type (bool, numpy.int32, numpy.int64, float for float32,
            numpy.double, complex, bytes), in the order of the arguments. Without it, the variables
            are doubles, in alphabetical order.
        sanitize: refuse texts with ';', ':', '[', dunder names and attributes.
        optimization: "none", "moderate" or "aggressive"; decides the kind of constant powers.

    Calls take arrays, and `out=`, `order=` and `casting=` (default "safe", which arrays of other
    dtypes must satisfy, too). May be called from any thread.
    """

    def __init__(self, ex, signature=(), sanitize=True, **kwargs):
        context = getContext(kwargs)
        kinds = {name: expressions.type_to_kind[t] for name, t in signature}
        if isinstance(ex, str):
            ex = Text(ex, context["optimization"], sanitize).tree(kinds)
        else:
            ex = _with_kinds(expressions.as_node(ex), kinds)
        found = sorted(variables(ex))
        names = tuple(name for name, _ in signature) or tuple(found)
        if set(names) != set(found):
            raise ValueError(f"input names ({names}) don't match those found in expression ({found})")
        self._kernel = Kernel(ex, names, kinds)

    input_names = property(lambda self: self._kernel.names)
    constants = property(lambda self: self._kernel.constants())

    @property
    def signature(self):
        return "".join(expressions.CODES[kind] for kind in self._kernel.kinds.values())

    def __call__(self, *args, out=None, order="K", casting="safe", ex_uses_vml=False):
        return self._kernel.dispatch.run(list(map(np.asarray, args)), out, order, casting)

    run = __call__


def _with_kinds(tree, kinds):
    """A tree whose variables have these kinds; what is above them is made anew."""
    if not kinds:
        return tree
    made = {}
    for node in expressions.walk(tree):
        if node.astType == "variable":
            kind = kinds.get(node.value, node.astKind)
            made[id(node)] = expressions.VariableNode(node.value, kind)
        elif node.astType == "op":
            made[id(node)] = _remade(node, [made[id(child)] for child in node.children])
        else:
            made[id(node)] = node
    return made[id(tree)]


def _remade(node, children):
    name = node.value
    if isinstance(node, expressions.FuncNode):
        name = {"absolute": "abs", "conjugate": "conj"}.get(name, name)
        return expressions.functions[name](
            *(c.value if isinstance(c, expressions.RawNode) else c for c in children)
        )
    if name == "pow":
        return expressions.power(*children)
    return expressions.operation(name, *children)


def _dispatch(text):
    """The functions of a text that was read, by the dtypes that its variables have."""

    def make(args):
        kinds = {name: kind_of_dtype(a.dtype) for name, a in zip(text.names, args)}
        return Kernel(text.tree(kinds), names, kinds).dispatch.variant(args)

    names = tuple(text.names)
    return _core.Dispatch(names, make)


def getContext(kwargs, _frame_depth=1):
    """The options `optimization` and `truediv` with their defaults. The latter changes nothing:
    `/` of integers is a true division, as it is in Python."""
    context = {"optimization": "aggressive", "truediv": "auto"}
    for name, value in kwargs.items():
        if name not in _CONTEXT:
            raise ValueError(f"Unknown keyword argument '{name}'")
        if value not in _CONTEXT[name]:
            raise ValueError(f"'{name}' must be one of {_CONTEXT[name]}")
        context[name] = value
    return context


def _plan_of(ex, sanitize, kwargs, keep=True):
    if not isinstance(ex, str):
        raise ValueError("must specify expression as a string")
    context = getContext(kwargs)
    key = (ex, sanitize, *context.values()) if kwargs or sanitize is not None else ex
    plan = _plans.get(key) if keep else None
    if plan is None:
        if sanitize is None:
            sanitize = bool(int(os.environ.get("NUMEXPR_SANITIZE", "1")))
        plan = _dispatch(Text(ex, context["optimization"], sanitize))
        if keep:
            if len(_plans) >= _MOST_KEPT:
                _plans.clear()
            _plans[key] = plan
    return plan


def _held(out):
    """A destination for re_evaluate(), which does not keep it alive."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a NumPy array, not {type(out).__name__}")
    return weakref.ref(out)


def validate(
    ex,
    local_dict=None,
    global_dict=None,
    out=None,
    order="K",
    casting="safe",
    _frame_depth=2,
    sanitize=None,
    **kwargs,
):
    """Checks an expression with evaluate()'s arguments and computes nothing. Returns None, or the
    exception; after None, re_evaluate() evaluates the expression."""
    try:
        plan = _plan_of(ex, sanitize, kwargs)
        args = getArguments(plan.names, local_dict, global_dict, _frame_depth)
        out = None if out is None else _held(out)
        _last.set((plan.variant(args).dispatch, out, order, casting))
    except Exception as e:
        return e
    return None


def getExprNames(text, context, sanitize=True):
    """The names of a text's variables, sorted, and False: no vector library of Intel's is used."""
    return Text(text, getContext(dict(context))["optimization"], sanitize).names, False


def stringToExpression(s, types, context, sanitize=True):
    """The tree of a text; `types` maps names to the types of NumExpr's signature."""
    kinds = {name: expressions.type_to_kind[t] for name, t in types.items()}
    return Text(s, getContext(dict(context))["optimization"], sanitize).tree(kinds)


def getType(a):
    """The type, as in NumExpr's signature, in which an array is computed."""
    return expressions.kind_to_type[kind_of_dtype(a.dtype)]


def disassemble(nex):
    """There is no byte code: expressions become machine code. tightloop.explain() tells of loops."""
    raise NotImplementedError(
        "there is no byte code to disassemble; tightloop.explain(text, promotion='numexpr') tells "
        "what is computed"
    )


# evaluate, re_evaluate and getArguments, of python/src/numexpr_calls.cpp: what small arrays feel.
_core.add_numexpr_calls(sys.modules[__name__])
