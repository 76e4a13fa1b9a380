"""`python -m tests.fuzz --inputs 100000`: a table of what came of them, and exit code 1 where anything failed."""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.originals import originals
from tests.fuzz.trial import SEED, Tally, Trial, input_of, work

SILENT_SECONDS = 900  # after which the process that reads is ended; a machine may be busy with other things
COLUMNS = ("inputs", "refused", "broken_off", "reports", "cases", "held", "findings")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="read this one input, in this process")
    parser.add_argument("--write", type=Path, metavar="FILE", help="with --only: write the input there")
    given = parser.parse_args()
    if given.only is not None:
        return _only(given.only, given.seed, given.write)
    started, total = time.monotonic(), Tally()
    for done, tally in _supervised(given.inputs, given.seed):
        for failure in tally.failures.keys() - total.failures.keys():
            sys.stderr.write(f"\nFAILED, see --only {tally.failures[failure][0]}: {failure}\n")
        total.add(tally)
        if done % 1_000 == 0 or done == given.inputs:
            sys.stderr.write(f"\r{done} of {given.inputs}, {len(total.failures)} kinds of failure ")
    sys.stdout.write("\n".join(["", *_table(total, time.monotonic() - started)]) + "\n")
    return 1 if total.failures else 0


def _only(number: int, seed: int, target: Path | None) -> int:
    name, content = input_of(number, seed)
    if target:
        target.write_bytes(content)
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), seed)
        tally = trial.run(number)
        tally.add(trial.check(least=1))
    sys.stdout.write(f"{name}: {dict(tally.counts[name])} {tally.slowest:.2f} s {tally.failures or ''}\n")
    return 1 if tally.failures else 0


def _supervised(inputs: int, seed: int) -> Iterator[tuple[int, Tally]]:
    """Tallies as they come from a process of its own; one that dies or falls silent fails the input it was at."""
    done, spawning = 0, multiprocessing.get_context("spawn")
    while done < inputs:
        mine, its = spawning.Pipe(duplex=False)
        process = spawning.Process(target=work, args=(its, done, inputs, seed))
        process.start()
        its.close()
        is_ready = False
        try:
            while done < inputs and mine.poll(SILENT_SECONDS):
                done, tally = mine.recv()
                is_ready = True
                yield done, tally
        except EOFError:
            pass
        if done < inputs:
            process.kill()
            if not is_ready:
                raise SystemExit("the process that reads does not start: see above")
            done += 1
            yield done, Tally(failures={"the process died or did not end": [done - 1]})
        process.join()


def _table(total: Tally, seconds: float) -> Iterator[str]:
    width = max(map(len, originals()))
    yield " ".join(["made from".ljust(width), *(name.replace("_", " ").rjust(10) for name in COLUMNS)])
    everything = Tally({"all": Counter()})
    for name in (one for one in originals() if one in total.counts):
        everything.add(Tally({"all": total.counts[name]}))
        yield " ".join([name.ljust(width), *(str(total.counts[name][column]).rjust(10) for column in COLUMNS)])
    yield " ".join(["all".ljust(width), *(str(everything.counts["all"][column]).rjust(10) for column in COLUMNS)])
    yield f"{seconds:.0f} seconds; the slowest input took {total.slowest:.2f} seconds of the processor"
    for failure, numbers in sorted(total.failures.items(), key=lambda one: -len(one[1])):
        yield f"FAILED {len(numbers)} times, as with --only {numbers[0]}: {failure}"
    yield "no failure" if not total.failures else f"{len(total.failures)} kinds of failure"


if __name__ == "__main__":
    sys.exit(main())
