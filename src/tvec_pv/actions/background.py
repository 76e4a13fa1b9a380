"""Loading the background, with its audit row."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tvec_pv.actions.runs import House, run, utc_now
from tvec_pv.background.current import current_reports
from tvec_pv.background.manifest import Quarter, Refusal, refuse
from tvec_pv.background.quarters import load
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.progress import report
from tvec_pv.reference_files import background_codes
from tvec_pv.sources.formats import find_files, tables_in
from tvec_pv.store import changes, reads
from tvec_pv.store.database import reading, writing
from tvec_pv.store.raw_files import RawFile, keep, shown_name

_LOADED = "background loaded"


def load_background(house: House, paths: Sequence[Path]) -> tuple[tuple[Quarter, bool], ...]:
    """Load every FAERS extract and list of deleted cases that the paths name or hold; beside each, whether it is new.

    A file that cannot be loaded is noted and the others are loaded; in the end `UnreadableFile` names what was refused.
    """
    loaded = []
    refused = []
    with run(house, "background") as under_way:
        files = find_files(list(paths))
        for number, path in enumerate(files):
            report("loading", number, len(files), shown_name(path))
            kept = keep(path, house.settings.raw, tables_in(path))
            try:
                loaded.append(_load(house, kept))
            except UnreadableFile as error:
                refused.append(_refuse(house, kept, str(error)))
        report("loading", len(files), len(files), "newest versions")
        current_reports(house.settings.background)
        under_way.summary.update(extracts=len(loaded), new=sum(is_new for _, is_new in loaded), refused=len(refused))
        if refused:
            reasons = "; ".join(f"{one.name}: {one.reason}" for one in refused)
            others = f"; the other {len(loaded)} of {len(files)} files are loaded" if loaded else ""
            raise UnreadableFile(f"refused: {reasons}{others}")
    return tuple(loaded)


def _load(house: House, kept: RawFile) -> tuple[Quarter, bool]:
    quarter, is_new = load(
        kept.path,
        kept.name,
        kept.sha256,
        house.settings.background,
        house.knowledge.product,
        background_codes(),
        utc_now().isoformat(timespec="seconds"),
    )
    if is_new or not _is_audited(house, quarter.sha256):
        entry = changes.AuditEntry(_LOADED, f"file {quarter.sha256}", asdict(quarter))
        with writing(house.store) as transaction:
            changes.append_audit(transaction, house.settings.actor, [entry], utc_now())
    return quarter, is_new


def _refuse(house: House, kept: RawFile, reason: str) -> Refusal:
    refusal = Refusal(kept.name, kept.sha256, reason, utc_now().isoformat(timespec="seconds"))
    refuse(house.settings.background, refusal)
    return refusal


def _is_audited(house: House, sha256: str) -> bool:
    """Also asked of a file loaded before: the run that loaded it may have been cut off before its audit row."""
    with reading(house.store) as connection:
        return reads.has_audit(connection, _LOADED, f"file {sha256}")
