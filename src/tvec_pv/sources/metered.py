"""A file that is read part by part, none of which may be larger than any true one is."""

from typing import IO

from tvec_pv.domain.findings import Finding, Severity

# `<` and `=` of one report in XML. An attribute takes up to 330 bytes of memory, an element up to 170, text only its
# own: the largest published report has 50,000 marks, and this many take some 170 MB.
MOST_MARKS = 500_000


class TooLarge(Exception):
    """A part is larger than any true one; what came before it was read."""


class Metered:
    """Counts what is read of a file since the last part was finished, and ends the reading above the limits."""

    def __init__(self, file: IO[bytes], most_bytes: int, most_marks: int | None = None) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._most_marks = most_marks
        self.part_is_finished()

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._bytes += len(content)
        if self._most_marks is not None:
            self._marks += content.count(b"<") + content.count(b"=")
        if self._bytes > self._most_bytes or (self._most_marks is not None and self._marks > self._most_marks):
            raise TooLarge
        return content

    def part_is_finished(self) -> None:
        self._bytes = self._marks = 0


TOO_LARGE = Finding(
    "READ-SIZE",
    Severity.CRITICAL,
    "the report is larger than any true one, so neither it nor what follows it was read: ask the sender what it is, "
    "and for the others in a file of their own",
)
