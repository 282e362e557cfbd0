"""The tables that bench/python.py makes of its runs, in Markdown."""
import statistics

import python
import python_work


def over(runs, row, of):
    """A number of every run that has the row: its median, and the range where that differs."""
    values = sorted(of(run["rows"][row]) for run in runs if row in run["rows"])
    middle, least, most = statistics.median(values), values[0], values[-1]
    text = "%.2f" if middle < 10 else "%.0f"
    spread = " (%s to %s)" % (text % least, text % most)
    return text % middle + (spread if len(values) > 1 else "")


def short_of(runs, row):
    """The targets that the median of the runs misses."""
    missed = []
    for peer, least in python_work.TARGETS[row].items():
        ratios = [python.ratio(run["rows"][row], peer, "best") for run in runs if row in run["rows"]]
        if statistics.median(ratios) < least:
            missed.append("%s %.2f < %g" % (peer, statistics.median(ratios), least))
    return ", ".join(missed)


def time_lines(runs):
    yield "| workload | Tightloop | the others' time, divided by Tightloop's | short of |"
    yield "| --- | --- | --- | --- |"
    for row in python_work.ROWS:
        having = [run for run in runs if row in run["rows"]]
        if not having:
            continue
        names = having[-1]["rows"][row]
        own = "; ".join(
            (n.removeprefix("Tightloop, ") + " ") * (n != "Tightloop")
            + python.unit(min(run["rows"][row][n]["best"] for run in having if n in run["rows"][row]))
            for n in names if python.is_own(n))
        others = "; ".join(
            n + " " + over(runs, row, lambda times, n=n: python.ratio(times, n, "best"))
            for n in names if not python.is_own(n))
        yield "| `%s` | %s | %s | %s |" % (row, own, others, short_of(runs, row))


def memory_lines(runs):
    runs = [run["memory"] for run in runs if run.get("memory")]
    if not runs:
        return
    yield "| MB beyond inputs and results | Tightloop | others |"
    yield "| --- | --- | --- |"
    for row in runs[-1]:
        held = {n: min(run[row][n] for run in runs) / 1e6 for n in runs[-1][row]}
        texts = ["%s %.2f" % pair if pair[1] < 10 else "%s %.0f" % pair for pair in held.items()]
        own = "; ".join(t.removeprefix("Tightloop").lstrip(", ") for t in texts if python.is_own(t))
        others = "; ".join(t for t in texts if not python.is_own(t))
        yield "| `%s` | %s | %s |" % (row, own, others)


def tables(runs):
    last = runs[-1]
    loads = ["%.1f" % load for run in runs for load in run["load"]]
    versions = ", ".join("%s %s" % pair for pair in last["versions"].items())
    head = "%s, %d threads; %s. Best of %d turns; runs: %d, of which the median (and the range). Load of the " \
        "machine before and after each: %s." % (last["cpu"], last["threads"], versions,
                                                last["rounds"], len(runs), ", ".join(loads))
    return "\n".join([head, "", *time_lines(runs), "", *memory_lines(runs)])
