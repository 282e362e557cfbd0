"""Times the Python package beside other packages, and measures memory, in one run.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE bench/python.py [--rounds N] [--json FILE]
                                                                 [--only REGEX] [--markdown]

tools/setup-bench-peers installs the packages; `tightloop` has to be importable. In every round each
package computes the row once, after a pause in which the threads of the one before go to sleep, so that
what changes on the machine changes for all. Of each, the best and the median time are kept; ratios are
a package's time divided by that of Tightloop. --json adds the run to the runs in a file, --markdown prints all of them
as tables: the median of the runs' ratios, and the least and the greatest.
"""
import argparse
import importlib.metadata
import json
import os
import re
import statistics
import subprocess
import sys
import time

PAUSE = 0.02
PACKAGES = ["numpy", "numexpr", "numba", "jax", "blosc2"]


def load_packages():
    import blosc2
    import tightloop as tl

    import peers

    peers.numexpr.set_num_threads(len(os.sched_getaffinity(0)))
    return {"tl": tl, "ne": peers.numexpr, "blosc2": blosc2}


def seconds_of(call):
    time.sleep(PAUSE)
    if hasattr(call, "seconds"):
        return call.seconds()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def warm(call):
    """Compiles, also behind the scenes, and touches memory."""
    call()
    time.sleep(0.3)
    call()


def measure(calls, rounds):
    for call in calls.values():
        warm(call)
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(seconds_of(call))
    return {name: {"best": min(t), "median": statistics.median(t)} for name, t in times.items()}


def cpu_name():
    fields = {}
    with open("/proc/cpuinfo", encoding="ascii") as file:
        for line in file:
            name, _, value = line.partition(":")
            fields.setdefault(name.strip(), value.strip())
    return "%s (family %s, model %s)" % tuple(fields[k] for k in ("model name", "cpu family", "model"))


def own_name(peer):
    """Whose time another's is compared with: a new result with a new result."""
    return "Tightloop, out" if peer.endswith(", out") else "Tightloop"


def is_own(name):
    return name.startswith("Tightloop")


def ratio(times, peer, kind):
    return times[peer][kind] / times[own_name(peer)][kind]


def print_row(row, times):
    own = ", ".join("%s %s" % (n, unit(t["best"])) for n, t in times.items() if is_own(n))
    others = "  ".join("%s %.2f (%.2f)" % (n, ratio(times, n, "best"), ratio(times, n, "median"))
                       for n in times if not is_own(n))
    print("%s: %s\n    %s" % (row, own, others), flush=True)


def unit(seconds):
    return "%.2f us" % (seconds * 1e6) if seconds < 1e-3 else "%.1f ms" % (seconds * 1e3)


def memory_of(only):
    """Each in a process of its own: what is held there beyond inputs and results."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "python_memory.py")
    out = subprocess.run([sys.executable, script, only], check=True, stdout=subprocess.PIPE)
    return json.loads(out.stdout)


def run(options):
    import python_work

    packages = load_packages()
    result = {"cpu": cpu_name(), "threads": len(os.sched_getaffinity(0)),
              "load": [os.getloadavg()[0]], "rounds": options.rounds,
              "versions": {p: importlib.metadata.version(p) for p in PACKAGES}, "rows": {}}
    for row, make in python_work.ROWS.items():
        if re.search(options.only, row):
            result["rows"][row] = measure(make(**packages), options.rounds)
            print_row(row, result["rows"][row])
    if re.search(options.only, "memory"):
        result["memory"] = memory_of("")
        for row, held in result["memory"].items():
            print("%s, MB beyond inputs and results: %s" % (
                row, "  ".join("%s %.2f" % (n, b / 1e6) for n, b in held.items())), flush=True)
    result["load"].append(os.getloadavg()[0])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", help="adds the run to the runs in this file")
    parser.add_argument("--only", default="", help="rows to measure; '^$': none, tables of --json alone")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    runs = []
    if options.json and os.path.exists(options.json):
        with open(options.json, encoding="ascii") as file:
            runs = json.load(file)
    if options.only != "^$":
        runs.append(run(options))
    if options.json:
        with open(options.json, "w", encoding="ascii") as file:
            json.dump(runs, file, indent=1)
            file.write("\n")
    if options.markdown:
        import python_tables

        print(python_tables.tables(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
