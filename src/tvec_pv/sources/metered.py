"""A file that is read part by part, none of which may be larger than any true one is."""

from typing import IO

from tvec_pv.domain.errors import UnreadableFile


class Metered:
    """Counts what is read of a file since the last part was finished, and ends the reading above the limit."""

    def __init__(self, file: IO[bytes], most_bytes: int) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._bytes = 0

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._bytes += len(content)
        if self._bytes > self._most_bytes:
            raise UnreadableFile("a single report is larger than any true one: the file was made to do harm")
        return content

    def part_is_finished(self) -> None:
        self._bytes = 0
