# What the comparisons with other packages share: arrays of special values, the batch program that
# evaluates our side, and how two results are compared.
import os
import subprocess
import sys
import tempfile

import numpy as np

DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "float32", "float64", "complex64", "complex128")


def is_float(dtype):
    return np.dtype(dtype).kind in "fc"


def special_values(dtype):
    """Returns a vector of the values that operations of this dtype may get wrong."""
    t = np.dtype(dtype)
    if t.kind == "b":
        return np.array([False, True])
    if t.kind in "iu":
        limits = np.iinfo(t)
        wanted = [0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 2**24 + 1, 2**53 + 1,
                  -1, -2, -3, -7, -8, -100, -2**53 - 1, limits.min, limits.min + 1, limits.max - 1,
                  limits.max, limits.max // 2 + 1]
        return np.array([v for v in wanted if limits.min <= v <= limits.max], dtype=t)
    if t.kind == "f":
        limits = np.finfo(t)
        with np.errstate(all="ignore"):
            return np.array([0.0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 0.1, 7.25, -7.25, 10, 100,
                             255, 300, 2048, 2049, 65504, 1e-3, -1e-5, float(limits.tiny),
                             -float(limits.smallest_subnormal), float(limits.max),
                             -float(limits.max), np.inf, -np.inf, np.nan], dtype=t)
    parts = np.array([0.0, -0.0, 1, -1, 2, -0.5, 3, 1e-3, 300, np.inf, -np.inf, np.nan])
    return (parts[:, None] + np.zeros(1)).ravel().astype(t.char.lower()) + special_imaginary(t, parts)


def special_imaginary(t, parts):
    rolled = np.zeros(parts.size, dtype=t)
    rolled.imag = np.roll(parts, 5)
    return rolled


def ulp_distance(ours, theirs):
    """Returns the differences in units in the last place, as integers between representations."""
    bits = {2: np.int16, 4: np.int32, 8: np.int64}[ours.dtype.itemsize]

    def ordered(x):
        i = np.ascontiguousarray(np.where(np.isnan(x), x.dtype.type(0), x)).view(bits)
        return np.where(i < 0, int(np.iinfo(bits).min) - i.astype(object), i.astype(object))

    distance = np.abs(ordered(ours) - ordered(theirs))
    return np.where(np.isnan(ours) == np.isnan(theirs), distance, 2**64)


class Batch:
    """Collects cases, evaluates them in one run of the program, then hands each result to its check."""

    def __init__(self, program):
        self.program = program
        self.folder = tempfile.TemporaryDirectory(prefix="tightloop-peers-")
        self.lines = []
        self.checks = []
        self.files = {}
        self.failures = []

    def file_of(self, array):
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.files:
            path = os.path.join(self.folder.name, "a%d.npy" % len(self.files))
            np.save(path, array)
            self.files[key] = path
        return self.files[key]

    def add(self, options, expression, variables, check):
        """`check(results, error)` gets a list of arrays, or None and the message; it returns a complaint or None."""
        fields = [options, expression]
        for name, value in variables.items():
            if isinstance(value, np.ndarray):
                fields.append("%s=%s" % (name, self.file_of(value)))
            else:
                fields.append("%s:%s" % (name, value))
        self.lines.append("\t".join(fields))
        self.checks.append((options + ": " + expression, variables, check))

    def run(self):
        results = os.path.join(self.folder.name, "results")
        done = subprocess.run([self.program, results], input="\n".join(self.lines) + "\n",
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("the batch program failed: " + done.stderr)
        answers = done.stdout.splitlines()
        if len(answers) != len(self.lines):
            sys.exit("the batch program answered %d of %d cases" % (len(answers), len(self.lines)))
        memory = np.fromfile(results, dtype=np.uint8)
        for answer, (title, variables, check) in zip(answers, self.checks):
            fields = answer.split("\t")
            if fields[0] == "error":
                complaint = check(None, fields[1] + ": " + fields[2])
            else:
                complaint = check([self.array(memory, f) for f in fields[1:]], None)
            if complaint:
                types = ", ".join("%s %s" % (n, v.dtype if isinstance(v, np.ndarray) else v)
                                  for n, v in variables.items())
                self.failures.append("%s (%s): %s" % (title, types, complaint))

    @staticmethod
    def array(memory, text):
        words = text.split(" ")
        dtype, offset = np.dtype(words[0]), int(words[1])
        shape = tuple(int(w) for w in words[2:])
        count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        return memory[offset:offset + count].view(dtype).reshape(shape)

    def report(self, package):
        for failure in self.failures if os.environ.get("TIGHTLOOP_ALL_FAILURES") else self.failures[:60]:
            print("FAILED", failure)
        print("%d cases against %s, %d failures" % (len(self.lines), package, len(self.failures)))
        return 1 if self.failures else 0


def op_table(program):
    """Returns the rows of the op table: id, names, arity, kind, lowering, max_ulp."""
    text = subprocess.run([program, "--table"], capture_output=True, text=True, check=True).stdout
    rows = []
    for line in text.splitlines():
        row_id, names, arity, kind, lowering, ulp = line.split("\t")
        rows.append((row_id, names.split(" "), int(arity), kind, lowering, int(ulp)))
    return rows


def compare(ours, theirs, ulp=0, relative=None, zero_signs=True, operands=()):
    """Returns a complaint, or None where dtype, shape and values agree. Complex results agree within a
    few units of their magnitude, and where theirs are not finite ours may be anything: C99 leaves the
    parts of infinities open, and other packages' NaN may be a finite quotient."""
    if ours.dtype != theirs.dtype:
        return "dtype %s, not %s" % (ours.dtype, theirs.dtype)
    if ours.shape != theirs.shape:
        return "shape %s, not %s" % (ours.shape, theirs.shape)
    with np.errstate(all="ignore"):
        if ours.dtype.kind not in "fc":
            wrong = ours != theirs
        elif ours.dtype.kind == "c" or relative is not None:
            # Functions of complex numbers: the other packages' lose digits by cancellation.
            units = 4 if ulp == 0 else 2000 if ours.dtype == "c8" else 1e6
            bound = units * np.finfo(ours.dtype).eps if relative is None else relative
            x, y = ours.astype("c16"), theirs.astype("c16")
            close = np.abs(x - y) <= bound * np.abs(y) + np.finfo(ours.dtype).tiny
            open_ended = ~np.isfinite(y) if ours.dtype.kind == "c" else False
            wrong = ~(close | (ours == theirs) | (np.isnan(ours) & np.isnan(theirs)) | open_ended)
        else:
            wrong = differs(ours, theirs, ulp, zero_signs)
    if not np.any(wrong):
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0]) if ours.ndim else ()
    shown = [np.broadcast_to(x, ours.shape)[at] if fits(x, ours.shape) else "?" for x in operands]
    return "%r, not %r at %s of %s; %d differ" % (ours[at], theirs[at], at, shown, int(np.sum(wrong)))


def fits(x, shape):
    try:
        return np.ndim(x) > 0 and np.broadcast_shapes(np.shape(x), shape) == shape
    except ValueError:
        return False


def differs(ours, theirs, ulp, zero_signs):
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    if zero_signs:
        same &= (np.signbit(ours) == np.signbit(theirs)) | np.isnan(ours)
    if ulp:
        same |= ulp_distance(ours, theirs) <= ulp
    return ~same
