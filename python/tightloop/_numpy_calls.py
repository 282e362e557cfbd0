# NumPy's functions of lazy arrays: which function of the language each is.
"""NumPy's ufuncs and functions as expressions."""

import numpy

from . import _core
from ._expression import write

_REDUCTIONS = {
    "add": "sum",
    "multiply": "prod",
    "minimum": "min",
    "maximum": "max",
    "logical_and": "all",
    "logical_or": "any",
}
_SYMBOLS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "remainder": "%",
    "power": "**",
    "matmul": "@",
    "bitwise_and": "&",
    "bitwise_or": "|",
    "bitwise_xor": "^",
    "left_shift": "<<",
    "right_shift": ">>",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}
_RENAMED = {"absolute": "abs", "around": "round", "a_min": "lo", "a_max": "hi"}
_NO_EFFECT = {"out": None, "order": "K", "casting": "same_kind", "subok": True, "where": True}


def _refuse(name, option):
    raise TypeError(
        f"numpy.{name}() of a lazy array takes no {option}=; compute() it first, or use the "
        "function of the language, which functions() lists"
    )


def array_ufunc(ufunc, method, inputs, kwargs):
    """Makes an expression of a call of a ufunc; `out=` computes at once."""
    from ._lazy import _parameters, binary, call

    name = _RENAMED.get(ufunc.__name__, ufunc.__name__)
    out = kwargs.pop("out", None)
    if out is not None and any(type(o).__name__ == "Lazy" for o in out):
        raise TypeError("a lazy array cannot be written to")
    dtype = kwargs.pop("dtype", None)
    _drop_defaults(name, kwargs)
    if method == "reduce" and name in _REDUCTIONS:
        kwargs.setdefault("axis", 0)
        made = call(_REDUCTIONS[name], inputs, _without_none(kwargs, ("initial",)))
    elif method == "__call__" and name in _parameters():
        if kwargs:
            _refuse(name, next(iter(kwargs)))
        symbol = _SYMBOLS.get(name)
        made = call(name, inputs, {}) if symbol is None else binary(symbol, *inputs)
    else:
        called = name if method == "__call__" else f"{name}.{method}"
        raise TypeError(
            f"numpy.{called} of a lazy array has no counterpart; compute() it first"
        )
    if dtype is not None:
        made = made.astype(dtype)
    if out is None:
        return made
    text, variables = write([made._node])
    _core.evaluate(text, variables, out=out[0])
    return out[0]


def array_function(function, args, kwargs):
    """Makes an expression of a call of another function of NumPy's."""
    from ._lazy import _parameters, call, lazy

    name = function.__name__
    special = _SPECIAL.get(name)
    if special is not None:
        return special(*args, **kwargs)
    name = _RENAMED.get(name, name)
    if name not in _parameters():
        raise TypeError(
            f"numpy.{function.__name__}() of a lazy array has no counterpart; compute() it first"
        )
    dtype = kwargs.pop("dtype", None)
    if dtype is not None:  # of the sum: the elements are converted first
        args = (lazy(args[0]).astype(dtype), *args[1:])
    kwargs = {_RENAMED.get(k, k): v for k, v in kwargs.items()}
    _drop_defaults(name, kwargs)
    first = _parameters()[name][0]
    if not args and "a" in kwargs and first != "a":
        args = (kwargs.pop("a"),)
    return call(name, args, kwargs)


def _drop_defaults(name, kwargs):
    for option, default in _NO_EFFECT.items():
        if option not in kwargs:
            continue
        value = kwargs[option]
        if value is default or (isinstance(default, str) and value in (default, "C")):
            kwargs.pop(option)
        elif option != "where":
            _refuse(name, option)
    for option in [k for k, v in kwargs.items() if v is numpy._NoValue]:
        kwargs.pop(option)


def _without_none(kwargs, names):
    return {k: v for k, v in kwargs.items() if v is not None or k not in names}


def _expand_dims(a, axis):
    axes = axis if isinstance(axis, tuple) else (axis,)
    rank = a.ndim + len(axes)
    new = {x % rank for x in axes}
    return a[tuple(None if i in new else slice(None) for i in range(rank))]


def _flip(m, axis=None):
    axes = range(m.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    turned = {x % m.ndim for x in axes}
    return m[tuple(slice(None, None, -1) if i in turned else slice(None) for i in range(m.ndim))]


def _moveaxis(a, source, destination):
    sources = source if isinstance(source, tuple) else (source,)
    destinations = destination if isinstance(destination, tuple) else (destination,)
    rank = a.ndim
    moved = {d % rank: s % rank for s, d in zip(sources, destinations, strict=True)}
    others = iter([i for i in range(rank) if i not in moved.values()])
    return a.transpose(tuple(moved[i] if i in moved else next(others) for i in range(rank)))


def _average(a, axis=None, weights=None, **kwargs):
    if weights is None:
        return a.mean(axis=axis, **kwargs)
    from ._lazy import call

    return call("weighted_mean", (a, weights), {"axis": axis, **kwargs})


_SPECIAL = {
    "expand_dims": _expand_dims,
    "flip": _flip,
    "moveaxis": _moveaxis,
    "average": _average,
    "squeeze": lambda a, axis=None: a.squeeze(axis),
    "swapaxes": lambda a, axis1, axis2: a.swapaxes(axis1, axis2),
    "reshape": lambda a, shape, **_: a.reshape(shape),
    "transpose": lambda a, axes=None: a.T if axes is None else a.transpose(axes),
    "astype": lambda x, dtype, **_: x.astype(dtype),
    "shape": lambda a: a.shape,
    "ndim": lambda a: a.ndim,
    "size": lambda a, axis=None: a.size if axis is None else a.shape[axis],
}
