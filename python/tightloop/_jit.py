# jit(): a function of arrays, traced once through lazy arrays and evaluated as one expression.
"""Functions that are traced and evaluated as one expression."""

import functools

import numpy

from ._compile import compile
from ._expression import Node, write_leaves
from ._lazy import Lazy, _tracing, lazy
from ._pandas import Executor


def jit(function=None, *, static=(), **options):
    """Makes a function of arrays one expression: a decorator.

    >>> @tl.jit
    ... def distance(a, b):
    ...     return np.sqrt(((a - b) ** 2).sum(axis=-1))

    The function is run once for each combination of dtypes and numbers of dimensions (of shapes,
    where it asks for one), with lazy arrays in place of its arguments, and what it returns is
    evaluated as one expression: side effects happen only then. Arrays, NumPy scalars, floats and
    complex numbers are arguments of the expression; integers, bools, strings and other hashable
    values are part of it, as are the arguments that `static` names (by name or position), so that
    another value is traced anew. It returns an array, or a tuple, list or dict of arrays.

    The options are those of evaluate(). Thread-safe, as far as the function is. pandas takes it as an
    engine: frame.apply(f, engine=tl.jit), column.map(f, engine=tl.jit(threads=1)).
    """
    if function is None:
        made = functools.partial(jit, static=static, **options)
        made.__pandas_udf__ = Executor
        return made
    return _Jitted(function, static, options)


jit.__pandas_udf__ = Executor


class _Trace:
    """What one run of the function depends on."""

    def __init__(self):
        self.shapes_matter = False


class _Jitted:
    """A function that evaluates its expression."""

    def __init__(self, function, static, options):
        functools.update_wrapper(self, function)
        code = getattr(function, "__code__", None)
        self._names = code.co_varnames[: code.co_argcount] if code is not None else ()
        named = (static,) if isinstance(static, (str, int)) else static
        self._static = frozenset(self._name(n) if type(n) is int else n for n in named)
        self._options = options
        self._traced = {}

    def __call__(self, *args, **kwargs):
        key = tuple([self._key_of(self._name(i), value) for i, value in enumerate(args)])
        if kwargs:
            key += tuple([(name, self._key_of(name, value)) for name, value in kwargs.items()])
        entry = self._traced.get(key)
        if entry is None:
            if any(type(value) is Lazy for value in (*args, *kwargs.values())):
                return self.__wrapped__(*args, **kwargs)
            entry = self._trace(args, kwargs)
            if entry.shapes_matter:
                entry = {_shapes(args, kwargs): entry}
            self._traced[key] = entry
        if type(entry) is dict:
            shapes = _shapes(args, kwargs)
            found = entry.get(shapes)
            if found is None:
                found = entry[shapes] = self._trace(args, kwargs)
            entry = found
        return entry.run(args, kwargs)

    def _name(self, position):
        return self._names[position] if position < len(self._names) else position

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    def __repr__(self):
        return f"<tightloop jit of {self.__wrapped__!r}>"

    def _is_argument(self, name, value):
        if type(value) is numpy.ndarray and not self._static:
            return True
        return name not in self._static and (
            hasattr(value, "dtype") or type(value) in (float, complex, list)
        )

    def _key_of(self, name, value):
        if type(value) is numpy.ndarray and not self._static:
            return value.dtype, value.ndim
        if not self._is_argument(name, value):
            try:
                hash(value)
            except TypeError:
                raise TypeError(
                    f"the argument {name!r} of type {type(value).__name__} is neither an array nor "
                    "hashable; pass an array or a number"
                ) from None
            return type(value), value
        if type(value) is Lazy:
            return (Lazy,)  # nothing is kept under such a key
        if isinstance(value, list):
            value = numpy.asarray(value)
        return getattr(value, "dtype", type(value)), len(getattr(value, "shape", ()))

    def _trace(self, args, kwargs):
        trace = _Trace()
        outer = getattr(_tracing, "trace", None)

        def stand_in(name, source, value):
            if not self._is_argument(name, value):
                return value
            if isinstance(value, list):
                value = numpy.asarray(value)
            spelling = name if type(name) is str else None
            return Lazy(Node(None, value=value, name=spelling, argument=source))

        positional = [stand_in(self._name(i), i, value) for i, value in enumerate(args)]
        named = {name: stand_in(name, name, value) for name, value in kwargs.items()}
        _tracing.trace = trace
        try:
            returned = self.__wrapped__(*positional, **named)
        finally:
            _tracing.trace = outer
        return _Traced(returned, self._options, trace.shapes_matter)


class _Traced:
    """The compiled expression of a function, and where its arguments come from."""

    def __init__(self, returned, options, shapes_matter):
        self.shapes_matter = shapes_matter
        self._form, results = _taken_apart(returned)
        self._function = None
        self._count = len(results)
        if not results:
            return
        text, leaves = write_leaves([r._node for r in results])
        types = {name: _type_of(node.value) for name, node in leaves.items()}
        self._function = compile(text, types, **options)
        # Each a position, a name, or the value that the function has found elsewhere.
        self._sources = [
            (None, node.value) if node.argument is None else (node.argument, None)
            for node in leaves.values()
        ]

    def run(self, args, kwargs):
        if self._function is None:
            return self._form(())
        values = [
            value if source is None else args[source] if type(source) is int else kwargs[source]
            for source, value in self._sources
        ]
        results = self._function(*values)
        return self._form((results,) if self._count == 1 else results)


def _type_of(value):
    return type(value) if type(value) in (float, complex, bool, int) else value


def _shapes(args, kwargs):
    return tuple([getattr(value, "shape", None) for value in (*args, *kwargs.values())])


def _taken_apart(returned):
    """Returns how to put results together, and the lazy arrays that they are."""
    if isinstance(returned, Lazy):
        return (lambda results: results[0]), [returned]
    if isinstance(returned, dict):
        names = list(returned)
        return (lambda results: dict(zip(names, results, strict=True))), [
            lazy(v) for v in returned.values()
        ]
    if isinstance(returned, (tuple, list)):
        kind = type(returned)
        make = kind._make if hasattr(kind, "_make") else kind
        return make, [lazy(v) for v in returned]
    return (lambda results: returned), []
