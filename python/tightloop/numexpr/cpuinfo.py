# numexpr.cpuinfo: what the system tells of its processors.
"""`cpu.info` is a list of dictionaries, one for each processor."""

import os


class CPUInfo:
    """The processors, read when they are first asked for."""

    _info = None

    @property
    def info(self):
        if self._info is None:
            self._info = _read("/proc/cpuinfo") or [{}]
            self._info[0].setdefault("uname_m", os.uname().machine)
        return self._info


def _read(path):
    try:
        with open(path) as file:
            blocks = file.read().strip().split("\n\n")
    except OSError:
        return []
    pairs = ([line.partition(":") for line in block.splitlines()] for block in blocks)
    return [{key.strip(): value.strip() for key, _, value in block} for block in pairs]


cpu = CPUInfo()
