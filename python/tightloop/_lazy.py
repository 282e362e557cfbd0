# Lazy arrays: operators, methods and NumPy's functions build an expression that is evaluated as one.
"""Lazy arrays."""

import functools
import html
import math
import threading

import numpy

from . import _core
from ._expression import LITERALS, Node, index_text, leaf, literal, write
from ._numpy_calls import array_function, array_ufunc

_tracing = threading.local()  # .trace: what jit() is tracing in this thread


def lazy(value, name=None):
    """Makes a lazy array of an array: what is computed with it builds an expression.

    >>> np.abs(tl.lazy(a) - b).sum(axis=(-2, -1)).compute()

    `name` is what texts and messages call it. The array is not copied; its elements are read when
    the expression is computed.
    """
    if isinstance(value, Lazy):
        return value
    if isinstance(value, (list, tuple)):
        value = numpy.asarray(value)
    return Lazy(leaf(value, name))


def compute(*values, **options):
    """Computes several lazy arrays together, in shared passes over their inputs; returns a tuple.

    The options are those of evaluate().
    """
    text, variables = write([lazy(v)._node for v in values])
    results = _core.evaluate(text, variables, **options)
    return results if len(values) != 1 else (results,)


def call(function, args, kwargs):
    """Makes a call of a function of the language: literals where it takes them, else operands."""
    parameters = _parameters().get(function)
    if parameters is None:
        raise TypeError(f"there is no function '{function}'; functions() lists them")
    places = []
    operands = []
    for at, value in enumerate(args):
        name = parameters[at] if at < len(parameters) else ""
        places.append(_place(name, value, operands))
    for name, value in kwargs.items():
        places.append(f"{name}={_place(name, value, operands)}")
    return Lazy(Node(f"{function}({', '.join(places)})", tuple(operands)))


def _place(name, value, operands):
    if name in LITERALS or value is None:
        return literal(value, name)
    operands.append(lazy(value)._node)
    return "{}"


@functools.cache
def _parameters():
    """The names of the parameters of every function."""
    known = {}
    for names, signature, _ in _core.functions():
        inside = signature[signature.index("(") + 1 : -1]
        parameters = [part.split("=")[0].strip() for part in inside.split(",")]
        known.update(dict.fromkeys(names, parameters))
    return known


def binary(symbol, left, right):
    """Makes an operation of two operands."""
    return Lazy(Node(f"({{}} {symbol} {{}})", (lazy(left)._node, lazy(right)._node)))


def _binary(symbol):
    def operator(self, other):
        return binary(symbol, self, other)

    def reflected(self, other):
        return binary(symbol, other, self)

    return operator, reflected


def _unary(symbol):
    return lambda self: Lazy(Node(f"({symbol}{{}})", (self._node,)))


class Lazy:
    """An array that is not computed yet. Every method of the language's functions: x.mean(axis=0)."""

    __slots__ = ("_node", "_type")
    __hash__ = None

    def __init__(self, node):
        self._node = node
        self._type = None

    __add__, __radd__ = _binary("+")
    __sub__, __rsub__ = _binary("-")
    __mul__, __rmul__ = _binary("*")
    __truediv__, __rtruediv__ = _binary("/")
    __floordiv__, __rfloordiv__ = _binary("//")
    __mod__, __rmod__ = _binary("%")
    __pow__, __rpow__ = _binary("**")
    __matmul__, __rmatmul__ = _binary("@")
    __and__, __rand__ = _binary("&")
    __or__, __ror__ = _binary("|")
    __xor__, __rxor__ = _binary("^")
    __lshift__, __rlshift__ = _binary("<<")
    __rshift__, __rrshift__ = _binary(">>")
    __lt__, _ = _binary("<")
    __le__, _ = _binary("<=")
    __gt__, _ = _binary(">")
    __ge__, _ = _binary(">=")
    __eq__, _ = _binary("==")
    __ne__, _ = _binary("!=")
    __neg__ = _unary("-")
    __pos__ = _unary("+")
    __invert__ = _unary("~")
    del _

    def __abs__(self):
        return call("abs", (self,), {})

    def __round__(self, decimals=0):
        return call("round", (self, decimals), {})

    def __getitem__(self, index):
        return Lazy(Node(f"{{}}[{index_text(index)}]", (self._node,)))

    def __getattr__(self, name):
        if name.startswith("_") or name not in _parameters():
            raise AttributeError(
                f"a lazy array has no '{name}'; functions() lists the functions, all of which are "
                "methods, and compute() gives a NumPy array"
            )
        return lambda *args, **kwargs: call(name, (self, *args), kwargs)

    def __dir__(self):
        return sorted({*object.__dir__(self), *_parameters()})

    # NumPy's functions of lazy arrays.
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return array_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        return array_function(function, args, kwargs)

    # Views whose spelling differs from the language's, or which have to know the shape.
    @property
    def T(self):  # noqa: N802
        """The array with its axes in the opposite order."""
        return Lazy(Node("{}.T", (self._node,)))

    @property
    def real(self):
        """The real parts."""
        return call("real", (self,), {})

    @property
    def imag(self):
        """The imaginary parts."""
        return call("imag", (self,), {})

    def reshape(self, *shape):
        """The elements in another shape: reshape(2, -1) or reshape((2, -1))."""
        return call("reshape", (self, shape[0] if len(shape) == 1 else shape), {})

    def transpose(self, *axes):
        """The array with its axes in another order; in the opposite one without arguments."""
        if not axes or axes == (None,):
            return self.T
        return call("transpose", (self, axes[0] if len(axes) == 1 else axes), {})

    def swapaxes(self, first, second):
        """The array with two of its axes exchanged."""
        axes = list(range(self.ndim))
        axes[first], axes[second] = axes[second], axes[first]
        return call("transpose", (self, tuple(axes)), {})

    def squeeze(self, axis=None):
        """The array without its axes of one element, or without those given."""
        shape = self.shape
        wanted = range(len(shape)) if axis is None else numpy.atleast_1d(axis).tolist()
        drop = {a % len(shape) for a in wanted if axis is not None or shape[a] == 1}
        if any(shape[a] != 1 for a in drop):
            raise ValueError(
                f"an axis to be dropped has more than one element: the shape is {shape}"
            )
        return self[tuple(0 if a in drop else slice(None) for a in range(len(shape)))]

    # What is known without computing.
    def _result_type(self):
        if self._type is None:
            text, variables = write([self._node])
            self._type = _core.result_types(text, variables)[0]
        return self._type

    @property
    def dtype(self):
        """The dtype, as NumPy's."""
        return _core.numpy_dtype(self._result_type().dtype)

    @property
    def shape(self):
        """The extents."""
        trace = getattr(_tracing, "trace", None)
        if trace is not None:
            trace.shapes_matter = True
        return self._result_type().shape

    @property
    def ndim(self):
        """The number of dimensions."""
        return len(self._result_type().shape)

    @property
    def size(self):
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self):
        """The size of the elements in bytes, once they are computed."""
        return self.size * self.dtype.itemsize

    def __len__(self):
        if self.ndim == 0:
            raise TypeError("a lazy array without dimensions has no len()")
        return self.shape[0]

    @property
    def text(self):
        """The expression in the language."""
        return write([self._node])[0]

    # What computes.
    def compute(self, **options):
        """Computes the elements: a NumPy array or scalar. The options are those of evaluate()."""
        self._no_trace("compute()")
        text, variables = write([self._node])
        return _core.evaluate(text, variables, **options)

    def explain(self, **options):
        """Tells the dtype and the range of every step and the loops, as text."""
        text, variables = write([self._node])
        return _core.explain(text, variables, **options)

    def __array__(self, dtype=None, copy=None):
        if copy is False:
            raise ValueError("a lazy array has no elements to share; copy=False cannot be kept")
        self._no_trace("numpy.asarray()")
        return numpy.asarray(self.compute(), dtype=dtype)

    def item(self):
        """Computes the only element, as a Python number."""
        self._no_trace("item()")
        return numpy.asarray(self.compute()).item()

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __complex__(self):
        return complex(self.item())

    @staticmethod
    def _no_trace(what):
        if getattr(_tracing, "trace", None) is not None:
            raise TypeError(
                f"{what} needs elements, and a function that jit() traces has none yet; compute "
                "outside it, or name the argument in static="
            )

    def __bool__(self):
        raise TypeError(
            "a lazy array has no truth value, because it is not computed yet; use numpy.where() or "
            "where= for a choice of elements, bool(x.compute()) for one value, & | ~ for logic"
        )

    def __iter__(self):
        raise TypeError(
            "a lazy array is not iterated over; compute() gives a NumPy array, and x[0] one row"
        )

    def __contains__(self, value):
        raise TypeError("write (x == value).any().compute() to look for a value")

    def __repr__(self):
        text = _shortened(self.text, 200)
        try:
            kind = self._result_type()
        except Exception as error:  # what is wrong shows where the rest cannot
            return f"<lazy, {str(error).splitlines()[0]}: {text}>"
        return f"<lazy {kind.dtype} {kind.shape}: {text}>"

    def _repr_html_(self):
        try:
            kind = self._result_type()
        except Exception:  # what is wrong is shown as repr() shows it
            return f"<pre>{html.escape(repr(self))}</pre>"
        count = math.prod(kind.shape)
        rows = [
            ("dtype", kind.dtype),
            ("shape", str(kind.shape)),
            ("elements", f"{count:,}"),
            ("expression", _shortened(self.text, 2000)),
        ]
        cells = "".join(
            f"<tr><th>{name}</th><td><code>{html.escape(value)}</code></td></tr>"
            for name, value in rows
        )
        return f"<table><caption>lazy array</caption>{cells}</table>"


def _shortened(text, most):
    half = most // 2
    return text if len(text) <= most else f"{text[:half]} ... {text[5 - half :]}"
