"""Empty stores to be broken, and what can be said of one afterwards."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from tests import postgresql
from tests.stored import knowledge
from tvec_pv.actions.runs import House, open_house
from tvec_pv.settings import Settings
from tvec_pv.store import reads
from tvec_pv.store.database import open_store, reading

BATCH = 5


@dataclass(frozen=True)
class Place:
    """A home and its database."""

    folder: Path
    url: str

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def settings(self) -> Mapping[str, object]:
        return {"home": self.home, "database_url": self.url, "batch_size": BATCH}

    @property
    def server(self) -> str:
        return self.url.replace("+psycopg", "")

    @contextmanager
    def house(self) -> Iterator[House]:
        house = open_house(Settings(home=self.home, database_url=self.url))
        try:
            yield house
        finally:
            house.store.engine.dispose()

    def knowledge(self) -> dict[str, list[str]]:
        with self.house() as house:
            return knowledge(house)

    def check(self) -> None:
        """That the audit trail holds, and that whatever lies under a hash has that hash."""
        with self.house() as house, reading(house.store) as connection:
            reads.verify_audit(connection)
        for file in (self.home / "raw").glob("??/*"):
            if file.is_file():
                assert sha256(file.read_bytes()).hexdigest() == file.name, "a file was half-written"

    def unfinished(self) -> list[str]:
        return [path.name for path in (self.home / "raw").glob("*") if len(path.name) != 2]


class Places:
    """Makes places on one database, each a copy of an empty store at the newest migration."""

    def __init__(self, folder: Path, server: str | None = None) -> None:
        self._folder, self._server, self._count = folder, server, 0

    @contextmanager
    def migrated(self) -> Iterator["Places"]:
        """While this lasts, places begin with all tables."""
        with self._new(None) as place:
            open_store(place.url).engine.dispose()
            self._template = place
            yield self

    @contextmanager
    def place(self) -> Iterator[Place]:
        with self._new(self._template) as place:
            yield place

    @contextmanager
    def without_tables(self) -> Iterator[Place]:
        with self._new(None) as place:
            yield place

    @contextmanager
    def _new(self, template: Place | None) -> Iterator[Place]:
        self._count += 1
        folder = self._folder / str(self._count)
        (folder / "home").mkdir(parents=True)
        if self._server is None:
            file = folder / "home" / "tvec-pv.sqlite"
            if template:
                _copy_sqlite(template.home / "tvec-pv.sqlite", file)
            yield Place(folder, f"sqlite:///{file}")
            return
        name = urlsplit(template.url).path[1:] if template else "template0"
        with postgresql.database(self._server, template=name) as url:
            yield Place(folder, url)


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(source, target)
