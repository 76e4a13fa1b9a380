"""Loading the background, with its audit row."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tvec_pv.actions.runs import House, run, utc_now
from tvec_pv.background.quarters import Quarter, load
from tvec_pv.progress import report
from tvec_pv.sources.formats import find_files, tables_in
from tvec_pv.store import changes, reads
from tvec_pv.store.database import reading, writing
from tvec_pv.store.raw_files import keep, shown_name


def _is_audited(house: House, sha256: str) -> bool:
    """Also asked of an extract loaded before: the run that loaded it may have been cut off before its audit row."""
    with reading(house.store) as connection:
        return reads.has_audit(connection, _LOADED, f"file {sha256}")


_LOADED = "background loaded"


def load_background(house: House, paths: Sequence[Path]) -> tuple[tuple[Quarter, bool], ...]:
    """Load every FAERS extract that the paths name or hold; beside each, whether it is new."""
    loaded = []
    with run(house, "background") as under_way:
        files = find_files(list(paths))
        for number, path in enumerate(files):
            report("loading", number, len(files), shown_name(path))
            kept = keep(path, house.settings.raw, tables_in(path))
            quarter, is_new = load(
                kept.path,
                kept.name,
                kept.sha256,
                house.settings.background,
                house.knowledge.product,
                utc_now().isoformat(timespec="seconds"),
            )
            loaded.append((quarter, is_new))
            if not _is_audited(house, quarter.sha256):
                entry = changes.AuditEntry(_LOADED, f"file {quarter.sha256}", asdict(quarter))
                with writing(house.store) as transaction:
                    changes.append_audit(transaction, house.settings.actor, [entry], utc_now())
        report("loading", len(files), len(files))
        under_way.summary.update(extracts=len(loaded), new=sum(is_new for _, is_new in loaded))
    return tuple(loaded)
