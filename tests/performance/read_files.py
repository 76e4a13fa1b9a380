"""Reads files, each in a process of its own, and prints what it found and the peak of its memory, one line for each.

`python -m tests.performance.read_files FOLDER_OF_MAPPINGS FILE ...`, on systems that can fork. The processes begin as
copies of one that has imported what reading a file needs.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.records import Deletions, OtherProducts, Record
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, read

NAME = "DELETE26Q1.txt"  # a list of deleted cases says by its name of which quarter it is; no other format asks


def peak_megabytes() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    in_bytes = sys.platform == "darwin"
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if in_bytes else 1024)


def found_in(path: Path, options: Options) -> dict[str, Any]:
    cases = others = 0
    held = set()
    try:
        for item in read(path, detect(path, options), options):
            if isinstance(item, Record) and item.case is not None:
                cases += 1
            elif isinstance(item, Record):
                held |= {finding.check for finding in item.findings}
            elif isinstance(item, OtherProducts):
                others += item.count
            elif isinstance(item, Deletions):
                others += len(item.case_keys)
    except UnreadableFile:
        held.add("READ-FILE")
    return {"cases": cases, "others": others, "held": sorted(held), "megabytes": peak_megabytes()}


def main(mappings: str, *paths: str) -> None:
    options = Options(product(), mappings=Path(mappings), name=NAME)
    for path in paths:
        child = os.fork()
        if child == 0:
            sys.stdout.write(json.dumps(found_in(Path(path), options)) + "\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            raise SystemExit(f"{path}: the process that read it ended with {status}")


if __name__ == "__main__":
    main(*sys.argv[1:])
