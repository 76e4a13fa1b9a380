"""Files read and their records prepared, in this process or in several: in order, and never far ahead of the store.

Small files are read where their records are prepared, so that only what is to be stored passes between processes.
A file of many records is read here, and its records go out in batches.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from multiprocessing import get_context
from multiprocessing.forkserver import ensure_running
from typing import TypeAlias

from tvec_pv.actions.contents import Contents, Received, open_contents
from tvec_pv.actions.preparation import Judge, Prepared, prepare
from tvec_pv.actions.processes import Processes
from tvec_pv.domain.product_names import Product
from tvec_pv.domain.records import Record
from tvec_pv.reference_files import knowledge
from tvec_pv.settings import Settings
from tvec_pv.sources.formats import Options
from tvec_pv.store.raw_files import RawFile

TOGETHER = 64 * 1024**2  # bytes of files that are read together, by one process, and of documents in one batch


@dataclass(slots=True)
class OpenFile:
    """A kept file that has its row, `id`, and is to be read; positions that are `recorded` have theirs already.

    Its contents are whole once its last batch was handed out.
    """

    id: int
    raw: RawFile
    recorded: Set[int]
    contents: Contents


Batch: TypeAlias = list[tuple[OpenFile, int, Prepared]]  # each record with its file and its position there
_Piece: TypeAlias = list[tuple[OpenFile, int, Received]]


def contents_of(raw: RawFile, product: Product, settings: Settings) -> Contents:
    return open_contents(raw.path, Options(product, settings.schemas, settings.mappings, raw.name))


class Workers:
    """Who reads and prepares: this process, or several others."""

    def __init__(self, judge: Judge, settings: Settings, pool: Processes | None) -> None:
        self._judge, self._size, self._pool = judge, settings.batch_size, pool
        self.groups_at_once = 1 if pool is None else settings.workers + 1
        self._pieces_at_once = 2 * settings.workers

    def begin(self, files: Sequence[OpenFile]) -> Iterator[Batch]:
        """The batches of a group of files. Others may be begun before its batches are asked for."""
        if self._pool is None or sum(file.raw.size for file in files) > TOGETHER:
            return self._read_here(files)
        theirs = [(file.raw, file.recorded) for file in files]
        return self._read_there(files, self._pool.submit(_read_group, theirs, self._size))

    def _read_there(self, files: Sequence[OpenFile], answer: "Future[_Group | None]") -> Iterator[Batch]:
        group = answer.result()
        if group is None:
            yield from self._read_here(files)
            return
        for file, contents in zip(files, group.contents, strict=True):
            file.contents = contents
        records = iter(group.records)
        while batch := list(islice(records, self._size)):
            yield [(files[number], position, one) for number, position, one in batch]

    def _read_here(self, files: Sequence[OpenFile]) -> Iterator[Batch]:
        pieces = _pieces(_missing(files), self._size)
        if self._pool is None:
            for piece in pieces:
                yield _prepared(self._judge, piece)
            return
        under_way: deque[tuple[_Piece, Future[list[Prepared]]]] = deque()
        for piece in pieces:
            under_way.append((piece, self._pool.submit(_prepare_there, [item for _, _, item in piece])))
            if len(under_way) > self._pieces_at_once:
                first, answer = under_way.popleft()
                yield _placed(first, answer.result())
        for first, answer in under_way:
            yield _placed(first, answer.result())


def _pieces(records: Iterable[tuple[OpenFile, int, Received]], size: int) -> Iterator[_Piece]:
    """Records in groups of `size`; fewer where the documents in them are large."""
    piece: _Piece = []
    held = 0
    for file, position, item in records:
        piece.append((file, position, item))
        held += sum(len(one.content) for one in item.attachments) if isinstance(item, Record) else 0
        if len(piece) == size or held > TOGETHER:
            yield piece
            piece, held = [], 0
    if piece:
        yield piece


def _missing(files: Iterable[OpenFile]) -> Iterator[tuple[OpenFile, int, Received]]:
    for file in files:
        for position, item in file.contents.numbered():
            if position not in file.recorded:
                yield file, position, item


def _prepared(judge: Judge, piece: _Piece) -> Batch:
    return _placed(piece, prepare(judge, [item for _, _, item in piece]))


def _placed(piece: _Piece, prepared: Iterable[Prepared]) -> Batch:
    return [(file, position, one) for (file, position, _), one in zip(piece, prepared, strict=True)]


@contextmanager
def workers(judge: Judge, settings: Settings) -> Iterator[Workers]:
    """As many processes as the settings say; with one, this process does the work itself."""
    if settings.workers == 1:
        yield Workers(judge, settings, None)
        return
    context = get_context("forkserver")
    context.set_forkserver_preload(["tvec_pv.actions.preloaded"])
    if context.get_start_method() == "forkserver":
        ensure_running()  # it imports for seconds, while the first files are kept
    theirs = settings.model_copy(update={"database_url": None})
    with Processes(context, settings.workers, partial(_begin, theirs, judge.today)) as pool:
        yield Workers(judge, settings, pool)


_HERE: list[tuple[Judge, Settings]] = []  # of a process that prepares: what its initialiser read


def _begin(settings: Settings, today: date) -> None:
    _HERE[:] = [(Judge(knowledge(settings.meddra), settings.expectations, today), settings)]


def _prepare_there(received: list[Received]) -> list[Prepared]:
    [(judge, _)] = _HERE
    return prepare(judge, received)


@dataclass(frozen=True, slots=True)
class _Group:
    """What a process made of a group: what its files hold, and each record with the number of its file."""

    contents: list[Contents]
    records: list[tuple[int, int, Prepared]]


def _read_group(files: Sequence[tuple[RawFile, Set[int]]], size: int) -> _Group | None:
    """A group read and prepared; nothing where it has so many records that they had better go in pieces."""
    [(judge, settings)] = _HERE
    opened = [
        OpenFile(number, raw, recorded, contents_of(raw, judge.knowledge.product, settings))
        for number, (raw, recorded) in enumerate(files)
    ]
    records = list(islice(_missing(opened), 2 * size + 1))
    if len(records) > 2 * size:
        return None
    prepared: list[tuple[int, int, Prepared]] = []
    for first in range(0, len(records), size):
        batch = _prepared(judge, records[first : first + size])
        prepared.extend((file.id, position, one) for file, position, one in batch)
    return _Group([replace(file.contents, items=iter(())) for file in opened], prepared)
