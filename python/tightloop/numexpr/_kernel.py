# An expression of fixed kinds as compiled functions, one for each combination of dtypes that its
# arrays have, and the rules around a call: casting of inputs, memory order, the destination.
"""Compiled expressions."""

import numpy as np

from .. import _core
from .._errors import ShapeError
from . import expressions
from ._threads import threads
from ._writing import CASTS, DTYPES, Written, constant, of_strings, parameter_names

_ORDERS = ("C", "F", "A", "K")


def kind_of_dtype(dtype):
    """The kind in which numexpr computes arrays of a dtype."""
    code, size = dtype.kind, dtype.itemsize
    if code == "b":
        return "bool"
    if code in "iu":
        return "long" if size > 4 or (code == "u" and size == 4) else "int"
    if code == "f":
        return "double" if size > 4 else "float"
    if code == "c":
        return "complex"
    if code == "S":
        return "bytes"
    if code == "U":
        raise ValueError("NumExpr 2 does not support Unicode as a dtype.")
    if dtype.name in _core.dtypes:  # a float of another package
        return "float"
    raise ValueError(f"unknown type {dtype.name}")


class Kernel:
    """A tree whose variables are `names`, in the order of the arguments, of the kinds `kinds`."""

    def __init__(self, tree, names, kinds):
        self.tree = tree
        self.names = names
        self.kinds = {name: kinds.get(name, expressions.default_kind) for name in names}
        self.dispatch = _core.Dispatch(tuple(names), self._variant)

    def constants(self):
        """The constants of the tree, each once, in the order of their kinds and values."""
        found = {}
        for node in expressions.walk(self.tree):
            if node.astType == "constant":
                found.setdefault((node.astKind, repr(node.value)), node.value)
        return tuple(value for _, value in sorted(found.items(), key=lambda item: item[0]))

    def _variant(self, args):
        if len(args) != len(self.names):
            raise ValueError(
                f"number of inputs doesn't match program: {len(args)} for {len(self.names)}"
            )
        return _Variant(self, [a.dtype for a in args])


class _Variant:
    """A kernel for dtypes. Where it is simple, arrays go to its function without a detour to run()."""

    def __init__(self, kernel, dtypes):
        self.kernel = kernel
        self.dispatch = kernel.dispatch
        self.dtypes = dtypes
        self.function = None
        self.simple = False  # whether the arrays go to the function as they come
        self.strings = ()
        self.dtype = None
        tree = kernel.tree
        self.elementwise = not any(
            node.value in ("sum", "prod", "min", "max")
            for node in expressions.walk(tree)
            if node.astType == "op"
        )
        if tree.astKind == "bytes":
            self._check_strings(tree)
            return
        if tree.astType == "constant":
            self.dtype = np.dtype(DTYPES[tree.astKind])
            constant(tree.value, tree.astKind)  # refuses what int64 cannot hold
            self.value = np.array(tree.value, self.dtype)
            return
        self._compile(tree)

    def _check_strings(self, tree):
        if tree.astType == "op" and tree.value != "copy":
            below = "s" * len(tree.children)
            raise NotImplementedError(
                f"couldn't find matching opcode for '{tree.value}_s{below}'"
            )

    def _compile(self, tree):
        names = self.kernel.names
        # Arrays that the library cannot read are converted; byte strings are NumPy's alone.
        self.converted = [
            {"g": np.float64, "G": np.complex128}.get(d.char) if d.kind != "S" else None
            for d in self.dtypes
        ]
        self.passed = [i for i, d in enumerate(self.dtypes) if d.kind != "S"]
        self.simple = len(self.passed) == len(names) and not any(self.converted)
        sums = any(
            node.value in ("sum", "prod") and node.astKind in ("bool", "int", "long")
            for node in expressions.walk(tree)
            if node.astType == "op"
        )
        unsigned = any(d.kind == "u" and d.itemsize == 8 for d in self.dtypes)
        parameters = parameter_names(names)
        kinds = {name: kind_of_dtype(d) for name, d in zip(names, self.dtypes)}
        written = Written(tree, parameters, kinds, sums or unsigned)
        types = {
            parameters[names[i]]: np.dtype(self.converted[i] or self.dtypes[i]).name
            for i in self.passed
        }
        types.update({f"s{k}": "bool" for k in range(len(written.strings))})
        self.strings = written.strings
        self.simple = self.simple and not self.strings
        options = {
            "promotion": "exact" if sums or unsigned else "numexpr",
            "casting": "unsafe",
            "threads": threads.count,
        }
        exact = sums or unsigned
        self.dtype = np.dtype(DTYPES[tree.astKind])
        if exact and (tree.astKind in ("int", "long") or tree.value in ("sum", "prod")):
            self.dtype = _integer(written.text, types, options)
        if exact:
            options.update(dtype=self.dtype.name, casting="same_kind")
            if self.dtype.kind in "iu":
                options["casting"] = "standard"
        self.text = written.text
        self.function = _core.Function(self.text, tuple(types), tuple(types.values()), options)

    def allow(self, args, casting):
        """Refuses inputs that numexpr's kinds cannot take under a rule of casting."""
        for i, dtype in enumerate([a.dtype for a in args]):
            kind = self.kernel.kinds[self.kernel.names[i]]
            wanted = dtype if kind == "bytes" and dtype.kind == "S" else _DTYPE_OF[kind]
            if not np.can_cast(dtype, wanted, casting):
                raise TypeError(
                    f"Iterator operand {i + 1} dtype could not be cast from {dtype!r} to {wanted!r} "
                    f"according to the rule '{casting}'"
                )

    def run(self, args, out, order, casting):
        self.allow(args, casting)
        if order not in _ORDERS:
            raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
        if self.function is None:
            return self._give(args, out, order, casting)
        inputs = args
        if not self.simple:
            inputs = [
                args[i].astype(self.converted[i]) if self.converted[i] else args[i]
                for i in self.passed
            ]
            arguments = dict(zip(self.kernel.names, args))
            inputs += [of_strings(node, arguments) for node in self.strings]
        try:
            if out is None and order != "C" and self.elementwise:
                out = self._new(args, order)
                if out is None:
                    return np.asarray(self.function(*inputs))
            elif out is not None:
                self._check_out(out, casting)
            if out is None:
                return np.asarray(self.function(*inputs))
            return self.function(*inputs, out=out)
        except ShapeError:
            self.explain_shapes(args)
            raise

    def _new(self, args, order):
        """A new array in the memory order that numexpr's would have."""
        dtype = self.dtype
        if dtype is None:
            return None
        with np.nditer(
            [*args, None],
            ["zerosize_ok", "refs_ok", "multi_index"],
            [["readonly"]] * len(args) + [["writeonly", "allocate"]],
            [None] * len(args) + [dtype],
            order=order,
        ) as made:
            return made.operands[-1]

    def _check_out(self, out, casting):
        if not isinstance(out, np.ndarray):
            raise TypeError(f"out must be a NumPy array, not {type(out).__name__}")
        if self.dtype is not None and not np.can_cast(self.dtype, out.dtype, casting):
            raise TypeError(
                f"Iterator requested dtype could not be cast from {self.dtype!r} to {out.dtype!r}, "
                f"the operand 0 dtype, according to the rule '{casting}'"
            )

    def _give(self, args, out, order, casting):
        """A constant, or byte strings, which are copied."""
        if self.kernel.tree.astKind == "bytes":
            arguments = dict(zip(self.kernel.names, args))
            value = np.asarray(of_strings(self.kernel.tree, arguments))
        else:
            value = self.value
        if out is None:
            return value.copy(order)
        if not isinstance(out, np.ndarray):
            raise TypeError(f"out must be a NumPy array, not {type(out).__name__}")
        np.copyto(out, value, casting=casting)
        return out

    def explain_shapes(self, args):
        if self.elementwise and args:
            np.nditer(args, ["zerosize_ok", "refs_ok"])  # a ValueError with NumPy's text


def _integer(text, types, options):
    """The dtype of an exact integer result: uint64 where a uint64 array is read and no element can be
    negative, int64 otherwise; float64 for a power that may not be whole."""
    arrays = {name: np.empty((1,) * 16, dtype) for name, dtype in types.items()}
    unsigned = "uint64" in types.values()
    found = np.dtype(_core.result_types(text, arrays, promotion=options["promotion"])[0].dtype)
    if found.kind == "f":
        return found
    return np.dtype("uint64" if unsigned and found.kind in "bu" else "int64")


_DTYPE_OF = {kind: np.dtype(name) for kind, name in {**CASTS, "bool": "bool"}.items()}
