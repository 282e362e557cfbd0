# Arrays of any dtype, shape, layout and byte order, drawn by hypothesis; how many, and which.
import os

import ml_dtypes
import numpy as np
from arrays import DTYPES
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

# In the suite always the same few cases; TIGHTLOOP_SOAK=2000 tries so many others of each property.
SOAK = int(os.environ.get("TIGHTLOOP_SOAK", "0"))


def cases(examples):
    return settings(
        max_examples=SOAK or examples,
        derandomize=not SOAK,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
ALL = [*map(np.dtype, DTYPES), BFLOAT16]


def kind_of(dtype):
    """ "b", "i", "u", "f" or "c"; ml_dtypes' types are of kind "V"."""
    return "f" if dtype == BFLOAT16 else dtype.kind


SPECIAL = [0.0, -0.0, np.nan, np.inf, -np.inf, 1.0, -1.0, 0.5, 65504.0, 1e-7, 1e30]


def _elements(dtype, shape, seed):
    """Random values among which are all that are special; sums of a few fit 64 bits."""
    rng = np.random.default_rng(seed)
    kind = kind_of(dtype)
    if kind == "b":
        return rng.random(shape) < 0.5
    if kind in "iu":
        info = np.iinfo(dtype)
        low, high = max(info.min, -(2**56)), min(info.max, 2**56)
        whole = rng.integers(low, high, shape, dtype=np.int64, endpoint=True)
        edge = rng.choice(np.array([low, high, 0, 1, 2]), shape)
        return np.where(rng.random(shape) < 0.3, edge, whole).astype(dtype)
    with np.errstate(all="ignore"):
        array = (rng.normal(size=shape) * 10.0 ** rng.integers(-3, 4)).astype(dtype)
        some = rng.random(shape) < 0.2
        return np.where(some, rng.choice(SPECIAL, shape).astype(dtype), array).astype(dtype)


def elements(dtype, shape, seed):
    return np.asarray(_elements(dtype, shape, seed))


def _strided(array, step):
    """The elements with others in between, in a random corner of a larger array."""
    wide = np.zeros([n * step + 1 for n in array.shape], array.dtype)
    view = wide[(..., *(slice(1, None, step) for _ in array.shape))]
    view[...] = array
    return view


def _spaced(array):
    """Each element followed by another: the axes can be walked as one, as without the others."""
    wide = np.zeros((*array.shape, 2), array.dtype)
    wide[..., 0] = array
    return wide[..., 0]


def _misaligned(array):
    raw = np.zeros(array.nbytes + 1, "u1")
    view = raw[1:].view(array.dtype).reshape(array.shape) if array.size else array.copy()
    view[...] = array
    return view


def _turned(array):
    every = (..., *(slice(None, None, -1) for _ in array.shape))
    return array[every].copy()[every]


def _readonly(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def _swapped(array):
    # Types of one byte have no order, and NumPy knows none of bfloat16's.
    own = kind_of(array.dtype) != array.dtype.kind
    return array if own else array.astype(array.dtype.newbyteorder())


# Each keeps values and shape.
WRITABLE = {
    "c": lambda a: a.copy(),
    "fortran": lambda a: np.asfortranarray(a).reshape(a.shape, order="F"),
    "strided": lambda a: _strided(a, 2),
    "far": lambda a: _strided(a, 3),
    "spaced": _spaced,
    "reversed": _turned,
    "transposed": lambda a: np.ascontiguousarray(a.T).T if a.ndim else a.copy(),
    "misaligned": _misaligned,
}
LAYOUTS = {**WRITABLE, "readonly": _readonly}
IN_ORDER = ["c", "spaced", "misaligned", "readonly"]  # of memory as of the elements, without gaps


@st.composite
def layouts(draw, names=tuple(LAYOUTS)):
    """A function that lays an array out otherwise; the values and the shape stay."""
    name = draw(st.sampled_from(names))
    swapped = draw(st.booleans())
    make = LAYOUTS[name]
    if swapped and name in ("c", "fortran"):
        return lambda a: _swapped(make(a))
    return (lambda a: make(_swapped(a))) if swapped else make


@st.composite
def pairs(draw, dtypes=ALL, shapes=None):
    """Two arrays of a dtype that broadcast: C order, native; one of them may have strides of 0."""
    dtype = draw(st.sampled_from(dtypes))
    if shapes is None:
        shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)
    shape = draw(shapes)
    seed = draw(st.integers(0, 2**32 - 1))
    x = elements(dtype, shape, seed)
    how = draw(st.sampled_from(["same", "row", "scalar", "repeated"]))
    if how == "same" or not shape:
        return x, elements(dtype, shape, seed + 1)
    if how == "scalar":
        return x, elements(dtype, (), seed + 1)
    row = elements(dtype, shape[-1:], seed + 1)
    return x, row if how == "row" else np.broadcast_to(row, shape)


def same(a, b):
    """Equal in dtype, shape and bits; NaN have any bits."""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.newbyteorder("=") != b.dtype.newbyteorder("=") or a.shape != b.shape:
        return False
    if kind_of(a.dtype) not in "fc":
        return np.array_equal(a, b)
    if kind_of(a.dtype) == "c":
        return same(a.real, b.real) and same(a.imag, b.imag)
    nan = a != a
    return bool((nan == (b != b)).all()) and bool(
        (np.where(nan, 0, a.astype("f8")) == np.where(nan, 0, b.astype("f8"))).all()
        and (np.signbit(a.astype("f8")) == np.signbit(b.astype("f8")))[~nan].all()
    )
