"""Compares how sessions print arrays with NumPy's repr, character by character.

Usage: compare_printing.py PROGRAM
"""
import os
import subprocess
import sys
import tempfile

import numpy as np

SEED = 20240607
DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "float32", "float64", "complex64", "complex128"]
SHAPES = [(1,), (3,), (0,), (2, 0), (7,), (40,), (200,), (2, 3), (3, 30), (2, 3, 4), (1, 1, 1, 1),
          (1000,), (1001,), (6, 200), (200, 6), (7, 200), (40, 40), (9, 9, 20), (2, 2, 300),
          (8, 7, 8, 9)]
SEPARATOR = 987654321


def reals(rng, shape, dtype):
    """Yields arrays whose printing differs: fixed and scientific, few digits and many, special."""
    info = np.finfo(dtype)
    with np.errstate(over="ignore"):
        yield rng.standard_normal(shape).astype(dtype)
        yield rng.integers(-100, 100, shape).astype(dtype)
        yield (rng.integers(-100, 100, shape) / 8).astype(dtype)
        yield (10.0 ** rng.uniform(-3, 3, shape)).astype(dtype)
        yield (10.0 ** rng.uniform(-12, 12, shape)).astype(dtype)
        yield (rng.standard_normal(shape) * 1e-6).astype(dtype)
        yield (rng.standard_normal(shape) * 1e9).astype(dtype)
        special = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -2.5, float(info.max), float(info.tiny),
                   float(info.smallest_subnormal), 1e-5, 99999999.0, 1e8]
        yield rng.choice(special, shape).astype(dtype)
        yield rng.choice([np.nan, 1.0, 0.5], shape).astype(dtype)
        yield rng.choice([900.0, 999.5, 1000.0], shape).astype(dtype)
        yield rng.choice([999000.0, 1e6, 1234567.0], shape).astype(dtype)
        yield rng.choice([99999999.0, 1e8], shape).astype(dtype)
        yield np.full(shape, 0.0001, dtype)
        yield rng.choice([np.inf, 1.0], shape).astype(dtype)


def arrays(rng):
    for name in DTYPES:
        dtype = np.dtype(name)
        for shape in SHAPES:
            if dtype.kind == "b":
                yield rng.integers(0, 2, shape).astype(dtype)
                yield np.ones(shape, dtype)
            elif dtype.kind in "iu":
                info = np.iinfo(dtype)
                yield rng.integers(info.min, info.max, shape, dtype, endpoint=True)
                yield rng.integers(0, 12, shape).astype(dtype)
                if info.min < 0:
                    yield rng.integers(-3, 4, shape).astype(dtype)
            elif dtype.kind == "f":
                yield from reals(rng, shape, dtype)
            else:
                part = np.float32 if dtype.itemsize == 8 else np.float64
                for real, imaginary in zip(reals(rng, shape, part), reals(rng, shape, part)):
                    both = np.empty(shape, dtype)
                    both.real = real
                    both.imag = rng.permutation(imaginary.ravel()).reshape(shape)
                    yield both


def main():
    rng = np.random.default_rng(SEED)
    cases = list(arrays(rng))
    with tempfile.TemporaryDirectory() as folder:
        script = []
        for i, array in enumerate(cases):
            # The memory order must not matter either.
            np.save(os.path.join(folder, f"{i}.npy"), np.asfortranarray(array) if i % 5 == 0 else array)
            script.append(f'load("{i}.npy")\n{SEPARATOR}\n')
        done = subprocess.run([sys.argv[1], "repl"], input="".join(script), cwd=folder, text=True,
                              capture_output=True, check=False)
    if done.returncode != 0:
        print(done.stderr)
        return 1
    printed = done.stdout.split(f"\n{SEPARATOR}\n")
    failures = 0
    for array, got in zip(cases, printed):
        wanted = repr(array)
        if got == wanted:
            continue
        failures += 1
        if failures <= 10:
            print(f"{array.dtype} {array.shape}\n  NumPy:\n{wanted}\n  Tightloop:\n{got}\n")
    print(f"{len(cases)} arrays printed, {failures} otherwise than NumPy {np.__version__}"
          f" (seed {SEED})")
    return 1 if failures or len(printed) != len(cases) + 1 else 0


if __name__ == "__main__":
    sys.exit(main())
