"""Detection: a snapshot of the current cases against the background; every flag with what it was made on."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from tvec_pv.actions.profile import AssessedAgain, assess_again
from tvec_pv.actions.runs import House, run, utc_now
from tvec_pv.background.counts import count
from tvec_pv.domain.signals import CountedReaction, Flag, Pair, count_pairs, flag
from tvec_pv.domain.terms import normalise
from tvec_pv.progress import report
from tvec_pv.store import changes, duplicate_reads, reads
from tvec_pv.store.database import reading, writing

NO_BACKGROUND = "no background"


@dataclass(frozen=True, slots=True)
class DetectionResult:
    """What a look at the snapshot gave. `background` names the release, or says that there is none."""

    run: int
    cases: int
    merged: int
    suspected: int
    background: str
    pairs: tuple[Pair, ...]
    flags: tuple[Flag, ...]
    new_flags: int
    again: AssessedAgain

    @property
    def lines(self) -> list[str]:
        copies = f" ({self.suspected} of them suspected duplicates)" if self.suspected else ""
        return [
            *self.again.lines,
            f"{self.cases} cases{copies}, {len(self.pairs)} pairs of product and reaction, {self.background}",
            f"{len(self.flags)} flags stand, {self.new_flags} of them new",
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "cases": self.cases,
            "merged": self.merged,
            "suspected": self.suspected,
            "background": self.background,
            "pairs": len(self.pairs),
            "flags": len(self.flags),
            "new_flags": self.new_flags,
            "assessed_again": self.again.cases,
            "changed": self.again.changed,
        }


def detect_signals(house: House) -> DetectionResult:
    """Flag what the rules and thresholds in force find; the same evidence flags once."""
    with run(house, "detect") as under_way:
        report("detecting", 0, 1, "signals")
        again = assess_again(house)
        with reading(house.store) as connection:
            counted = [
                version
                for version in reads.current_versions(connection)
                if version.product_is_suspect and not version.is_nullified
            ]
            patients = duplicate_reads.patients(connection, counted)
            counted = [version for version in counted if version.case_key not in patients.merged]
            reactions = reads.counted_reactions(connection, counted, house.knowledge.profile.version)
            own = reads.own_numbers(connection)
        pairs, background = _pairs(house, reactions, len(counted), patients.suspected, own)
        flags = flag(reactions, pairs, house.thresholds)
        new = _store_flags(house, under_way.id, flags, background)
        report("detecting", 1, 1)
        result = DetectionResult(
            run=under_way.id,
            cases=len(counted),
            merged=len(patients.merged),
            suspected=len(patients.suspected),
            background=background,
            pairs=pairs,
            flags=flags,
            new_flags=new,
            again=again,
        )
        under_way.summary.update(result.as_json())
    return result


def _pairs(
    house: House, reactions: list[CountedReaction], cases: int, copies: Mapping[str, str], own: set[str]
) -> tuple[tuple[Pair, ...], str]:
    names = sorted({normalise(reaction.name) for reaction in reactions})
    background = count(house.settings.background, names, own=own)
    pairs = count_pairs(reactions, cases, background, copies)
    return pairs, background.release if background else NO_BACKGROUND


def _store_flags(house: House, run_id: int, flags: tuple[Flag, ...], background: str) -> int:
    versions = house.versions | {"background": background}
    limits = house.thresholds
    thresholds = {one.name: getattr(limits, one.name) for one in fields(limits) if one.name != "rules"}
    new = 0
    with writing(house.store) as transaction:
        now = utc_now()
        entries = []
        for one in flags:
            flag_id = changes.add_flag(transaction, one, versions, thresholds, run_id, now)
            if flag_id is not None:
                new += 1
                detail = {"flag": flag_id, "rule": one.rule, "cases": len(one.versions)}
                entries.append(changes.AuditEntry("signal flagged", f"pair {one.pair.key}", detail))
        changes.append_audit(transaction, house.settings.actor, entries, now)
    return new
