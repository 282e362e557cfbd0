# The C face of the library through ctypes, as much of it as the comparisons need: arrays of NumPy
# go in as tensors or by DLPack, columns of pyarrow by Arrow's C interfaces.
import ctypes as c
import numpy as np
import pyarrow as pa

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
          "float8_e4m3fn", "float8_e5m2"]
READ_ONLY, WEAK, STRIDED, SWAPPED = 1, 2, 4, 8


class Tensor(c.Structure):
    _fields_ = [("data", c.c_void_p), ("dtype", c.c_int32), ("ndim", c.c_int32),
                ("flags", c.c_uint32), ("reserved", c.c_int32), ("shape", c.c_int64 * 16),
                ("strides", c.c_int64 * 16)]


class Variable(c.Structure):
    _fields_ = [("name", c.c_char_p), ("tensor", Tensor), ("array", c.c_void_p)]


class ErrorObject(c.Structure):
    _fields_ = [("size", c.c_size_t), ("code", c.c_int32), ("reserved", c.c_int32),
                ("message", c.c_char_p), ("hint", c.c_char_p), ("source", c.c_char_p),
                ("begin", c.c_size_t), ("end", c.c_size_t), ("picture", c.c_char_p)]


class Options(c.Structure):
    _fields_ = [("size", c.c_size_t), ("promotion", c.c_int32), ("fp", c.c_int32),
                ("overflow", c.c_int32), ("casting", c.c_int32), ("dtype", c.c_int32),
                ("threads", c.c_int32), ("most_elements", c.c_uint64), ("most_bytes", c.c_uint64),
                ("executor", c.c_void_p), ("definitions", c.c_void_p), ("stop", c.c_void_p),
                ("raise_", c.c_uint32), ("reserved", c.c_uint32), ("events", c.c_void_p),
                ("stats", c.c_void_p)]


class ArrowSchema(c.Structure):
    _fields_ = [("format", c.c_char_p), ("name", c.c_char_p), ("metadata", c.c_void_p),
                ("flags", c.c_int64), ("n_children", c.c_int64), ("children", c.c_void_p),
                ("dictionary", c.c_void_p), ("release", c.c_void_p), ("private", c.c_void_p)]


class ArrowArray(c.Structure):
    _fields_ = [("length", c.c_int64), ("null_count", c.c_int64), ("offset", c.c_int64),
                ("n_buffers", c.c_int64), ("n_children", c.c_int64), ("buffers", c.c_void_p),
                ("children", c.c_void_p), ("dictionary", c.c_void_p), ("release", c.c_void_p),
                ("private", c.c_void_p)]


class Stream(c.Structure):
    _fields_ = [("get_schema", c.c_void_p), ("get_next", c.c_void_p), ("last_error", c.c_void_p),
                ("release", c.c_void_p), ("private", c.c_void_p)]


class Failed(Exception):
    def __init__(self, code, message, hint, begin, end):
        super().__init__(message)
        self.code, self.message, self.hint, self.span = code, message, hint, (begin, end)


_capsule = c.pythonapi
_capsule.PyCapsule_GetPointer.restype = c.c_void_p
_capsule.PyCapsule_GetPointer.argtypes = [c.py_object, c.c_char_p]
_capsule.PyCapsule_SetName.argtypes = [c.py_object, c.c_char_p]
_capsule.PyCapsule_New.restype = c.py_object
_capsule.PyCapsule_New.argtypes = [c.c_void_p, c.c_char_p, c.c_void_p]
_kept_names = [c.c_char_p(b"dltensor_versioned"), c.c_char_p(b"used_dltensor_versioned")]


class Capi:
    """The functions of a library."""

    def __init__(self, path):
        self.lib = c.CDLL(path)
        for name in ("tl_array_free", "tl_error_free", "tl_array_tensor"):
            getattr(self.lib, name).restype = None

    def check(self, call, *arguments):
        error = c.POINTER(ErrorObject)()
        code = call(*arguments, c.byref(error))
        if code == 0:
            assert not error
            return
        e = error.contents
        assert e.code == code and e.size == c.sizeof(ErrorObject)
        failed = Failed(code, e.message.decode(), e.hint.decode(), e.begin, e.end)
        self.lib.tl_error_free(error)
        raise failed

    def from_arrow(self, column):
        array, schema, out = ArrowArray(), ArrowSchema(), c.c_void_p()
        column._export_to_c(c.addressof(array), c.addressof(schema))
        try:
            self.check(self.lib.tl_from_arrow, c.byref(array), c.byref(schema), c.byref(out))
            assert not array.release and not schema.release
        finally:
            for struct in (array, schema):
                if struct.release:
                    c.CFUNCTYPE(None, c.c_void_p)(struct.release)(c.addressof(struct))
        return Handle(self, out)

    def from_stream(self, chunked):
        out = c.c_void_p()
        capsule = chunked.__arrow_c_stream__()
        pointer = _capsule.PyCapsule_GetPointer(capsule, b"arrow_array_stream")
        self.check(self.lib.tl_from_arrow_stream, c.c_void_p(pointer), c.byref(out))
        assert not Stream.from_address(pointer).release
        return Handle(self, out)

    def from_dlpack(self, array, **keywords):
        out = c.c_void_p()
        capsule = array.__dlpack__(max_version=(1, 0), **keywords)
        pointer = _capsule.PyCapsule_GetPointer(capsule, b"dltensor_versioned")
        self.check(self.lib.tl_from_dlpack, c.c_void_p(pointer), c.byref(out))
        _capsule.PyCapsule_SetName(capsule, _kept_names[1])
        return Handle(self, out)

    def variables(self, values):
        out = (Variable * max(1, len(values)))()
        kept = []
        for slot, (name, value) in zip(out, values.items()):
            slot.name = name.encode()
            if isinstance(value, Handle):
                slot.array = value.pointer
                continue
            if not isinstance(value, np.ndarray):  # a weak number
                value = np.array(value)
                slot.tensor.flags = WEAK
            native = value.dtype.newbyteorder("=")
            slot.tensor.data = value.__array_interface__["data"][0]
            slot.tensor.dtype = 1 + DTYPES.index(native.name)
            slot.tensor.ndim = value.ndim
            if value.ndim:
                slot.tensor.flags |= STRIDED
            if not value.dtype.isnative:
                slot.tensor.flags |= SWAPPED
            slot.tensor.shape[:value.ndim] = value.shape
            slot.tensor.strides[:value.ndim] = value.strides
            kept.append(value)
        return out, kept

    def evaluate(self, text, values=None, count=1, **options):
        variables, kept = self.variables(values or {})
        given = Options(size=c.sizeof(Options), **options)
        out = (c.c_void_p * count)()
        self.check(self.lib.tl_evaluate, text.encode(), variables,
                   c.c_size_t(len(values or {})), c.byref(given), out, c.c_size_t(count))
        del kept
        handles = [Handle(self, c.c_void_p(p)) for p in out]
        return handles[0] if count == 1 else handles


class Handle:
    """An array of the library's."""

    def __init__(self, capi, pointer):
        self.capi, self.pointer = capi, pointer

    def __del__(self):
        self.capi.lib.tl_array_free(self.pointer)

    def tensor(self):
        out = Tensor()
        self.capi.lib.tl_array_tensor(self.pointer, c.byref(out))
        return out

    def dtype(self):
        return DTYPES[self.tensor().dtype - 1]

    def to_arrow(self):
        array, schema = ArrowArray(), ArrowSchema()
        self.capi.check(self.capi.lib.tl_to_arrow, self.pointer, c.byref(array), c.byref(schema))
        return pa.Array._import_from_c(c.addressof(array), c.addressof(schema))

    def __dlpack__(self, **keywords):
        out = c.c_void_p()
        self.capi.check(self.capi.lib.tl_to_dlpack, self.pointer, c.byref(out))
        return _capsule.PyCapsule_New(out, _kept_names[0], None)

    def __dlpack_device__(self):
        return (1, 0)

    def numpy(self):
        return np.from_dlpack(self)
