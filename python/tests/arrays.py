# Arrays of every dtype and layout, for the tests, and what they should give, by exact arithmetic.
import numpy as np

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
DTYPES = ["bool", *INTEGERS, *FLOATS, *COMPLEX]

SHAPE = (4, 3, 6)


def values(dtype, shape=SHAPE, seed=0):
    """Small random values: sums of them fit every result dtype."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        low = 0 if dtype.kind == "u" else -100
        return rng.integers(low, 100, shape).astype(dtype)
    real = rng.normal(size=shape)
    if dtype.kind == "c":
        return (real + 1j * rng.normal(size=shape)).astype(dtype)
    return real.astype(dtype)


def _readonly(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def _misaligned(array):
    raw = np.empty(array.nbytes + 1, "uint8")
    view = raw[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


def _strided(array):
    wide = np.empty(tuple(2 * n for n in array.shape), array.dtype)
    view = wide[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


# Each keeps the values and the shape.
LAYOUTS = {
    "c": lambda a: a.copy(),
    "fortran": np.asfortranarray,
    "strided": _strided,
    "negative": lambda a: np.ascontiguousarray(a[::-1, :, ::-1])[::-1, :, ::-1],
    "transposed": lambda a: np.ascontiguousarray(a.transpose(2, 0, 1)).transpose(1, 2, 0),
    "swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "readonly": _readonly,
    "misaligned": _misaligned,
}


def exactly(array):
    """The elements as Python's numbers, which have as many bits as they need."""
    return array.astype(object) if array.dtype.kind in "biu" else array
