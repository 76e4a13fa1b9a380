"""A file that is read part by part, none of which may be larger than any true one is."""

from typing import IO

from tvec_pv.domain.errors import UnreadableFile


class Metered:
    """Counts what is read of a file since the last part was finished, and ends the reading above the limits.

    Marks are `<` and `=`: elements and attributes take up to thirty times their bytes of memory, text only its own.
    """

    def __init__(self, file: IO[bytes], most_bytes: int, most_marks: int | None = None) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._most_marks = most_bytes if most_marks is None else most_marks
        self.part_is_finished()

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._bytes += len(content)
        if self._bytes > self._most_marks:  # before, there cannot be too many
            self._marks += content.count(b"<") + content.count(b"=")
        if self._bytes > self._most_bytes or self._marks > self._most_marks:
            raise UnreadableFile("a single report is larger than any true one: the file was made to do harm")
        return content

    def part_is_finished(self) -> None:
        self._bytes = self._marks = 0
