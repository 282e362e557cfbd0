"""Prints, as JSON, what packages hold beyond inputs and results while they compute some rows of
bench/python_work.py: the peak of the resident memory of a process that does nothing else.

    bench/python_memory.py REGEX        the rows whose name matches
    bench/python_memory.py ROW NAME     one package, in this process
"""
import json
import os
import re
import subprocess
import sys
import time

import python
import python_work

ROWS = ["sum(abs(a - b)), uint8", "sum(abs(a - b), axis=(-2, -1)), uint8", "exp(x) + log(x**2), float64",
        "softmax along rows, float32"]


def status(field):
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise KeyError(field)


def size_of(result):
    if hasattr(result, "schunk"):  # blosc2
        return result.schunk.nbytes
    return getattr(result, "nbytes", 0)


def held(call, writes):
    python.warm(call)
    time.sleep(0.2)
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")  # the peak begins anew
    before = status("VmRSS")
    result = call()
    extra = status("VmHWM") - before
    return extra if writes else extra - size_of(result)


def measure_one(row, name):
    calls = python_work.ROWS[row](**python.load_packages())
    print(held(calls[name], name.endswith(", out")))


def main():
    if len(sys.argv) == 3:
        measure_one(*sys.argv[1:])
        return
    python_work.LARGE = 1000 * 1000  # only the names are needed here
    packages, found = python.load_packages(), {}
    for row in (row for row in ROWS if re.search(sys.argv[1], row)):
        for name in python_work.ROWS[row](**packages):
            out = subprocess.run([sys.executable, os.path.abspath(__file__), row, name], check=True,
                                 stdout=subprocess.PIPE)
            found.setdefault(row, {})[name] = int(out.stdout)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
