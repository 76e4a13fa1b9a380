"""Detection: a snapshot of the current cases against the background; every flag with what it was made on."""

import hashlib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from tvec_pv.actions.explaining import explainer
from tvec_pv.actions.profile import AssessedAgain, assess_again
from tvec_pv.actions.runs import House, run, utc_now
from tvec_pv.background.counts import count
from tvec_pv.background.scores import StoredPrior, prior_of
from tvec_pv.domain.background import Background
from tvec_pv.domain.case_json import canonical
from tvec_pv.domain.signals.pairs import CountedReaction, Pair, count_pairs
from tvec_pv.domain.signals.rules import CountedFlag, Flag, flag
from tvec_pv.domain.signals.states import Standing, State, check_states, stand
from tvec_pv.domain.statistics.gamma_poisson import Prior
from tvec_pv.domain.terms import normalise
from tvec_pv.progress import report
from tvec_pv.reference_files import reason_codes
from tvec_pv.store import assessment_reads, changes, duplicate_reads, reads, signal_changes, signal_reads
from tvec_pv.store.database import reading, writing
from tvec_pv.store.reads import CurrentVersion

NO_BACKGROUND = "no background"
NO_PRIOR = "no prior"


@dataclass(frozen=True, slots=True)
class DetectionResult:
    """What a look at the snapshot gave. `background` names the release, or says that there is none.

    Of its reports are left out those `of_product` by name, those that are cases stored here by their numbers (`ours`)
    and those of which neither is sure (`perhaps_ours`).
    """

    run: int
    cases: int
    merged: int
    suspected: int
    background: str
    of_product: int
    ours: int
    perhaps_ours: int
    pairs: tuple[Pair, ...]
    flags: tuple[Flag, ...]
    new_flags: int
    states: Mapping[State, int]
    again: AssessedAgain

    @property
    def lines(self) -> list[str]:
        copies = f" ({self.suspected} of them suspected duplicates)" if self.suspected else ""
        stand = ", ".join(f"{number} {state}" for state, number in self.states.items())
        return [
            *self.again.lines,
            f"{self.cases} cases{copies}, {len(self.pairs)} pairs of product and reaction, {self.background}",
            *self._not_compared,
            f"{sum(self.states.values())} signals: {stand}",
            f"{len(self.flags)} flags stand, {self.new_flags} of them new",
        ]

    @property
    def _not_compared(self) -> list[str]:
        if not self.of_product + self.ours + self.perhaps_ours:
            return []
        return [
            f"of the background {self.of_product} reports name the product, {self.ours} more are cases stored here and "
            f"{self.perhaps_ours} may be either: left out, so that nobody is counted twice"
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "cases": self.cases,
            "merged": self.merged,
            "suspected": self.suspected,
            "background": self.background,
            "of_product": self.of_product,
            "ours": self.ours,
            "perhaps_ours": self.perhaps_ours,
            "pairs": len(self.pairs),
            "flags": len(self.flags),
            "new_flags": self.new_flags,
            **{state.value: number for state, number in self.states.items()},
            "assessed_again": self.again.cases,
            "changed": self.again.changed,
        }


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a look is about: the cases that count, one version of each, and what is counted of them.

    `own` are the numbers of all cases stored here, by which the background's copies of them are told.
    """

    counted: Sequence[CurrentVersion]
    merged: int
    copies: Mapping[str, str]
    reactions: Sequence[CountedReaction]
    own: Set[str]
    case_flags: Sequence[CountedFlag]

    @property
    def case_of(self) -> dict[int, str]:
        return {one.version_id: one.case_key for one in self.counted}


@dataclass(frozen=True, slots=True)
class Against:
    """What the cases are compared with: the background, and the prior of its pairs where one is stored and usable."""

    background: Background | None
    stored: StoredPrior | None

    @property
    def prior(self) -> Prior | None:
        return self.stored.usable if self.background and self.stored else None

    @property
    def release(self) -> str:
        return self.background.release if self.background else NO_BACKGROUND

    @property
    def theta(self) -> str:
        """The prior in words, for whoever reads the numbers later."""
        if self.stored is None or self.prior is None:
            return NO_PRIOR
        return f"({', '.join(f'{value:.6g}' for value in self.prior.theta)}), {self.stored.likelihood}"


def detect_signals(house: House) -> DetectionResult:
    """Flag what the rules in force find and is new; store where each signal stands. The same evidence flags once."""
    with run(house, "detect") as under_way:
        report("detecting", 0, 1, "signals")
        again = assess_again(house)
        seen = counted_cases(house)
        names = sorted({normalise(reaction.name) for reaction in seen.reactions})
        background = count(house.settings.background, names, own=seen.own)
        prior = prior_of(house.settings.background)
        against = Against(background, prior)
        pairs = count_pairs(seen.reactions, len(seen.counted), background, seen.copies, against.prior)
        met = flag(seen.reactions, pairs, house.thresholds, seen.case_flags)
        new, states = _store(house, under_way.id, seen, pairs, met, against)
        report("detecting", 1, 1)
        result = DetectionResult(
            run=under_way.id,
            cases=len(seen.counted),
            merged=seen.merged,
            suspected=len(seen.copies),
            background=against.release,
            of_product=background.product_reports if background else 0,
            ours=background.overlap_certain if background else 0,
            perhaps_ours=background.overlap_possible if background else 0,
            pairs=pairs,
            flags=tuple(one for one in met if one.rule in house.thresholds.active),
            new_flags=new,
            states=states,
            again=again,
        )
        under_way.summary.update(result.as_json())
    return result


def counted_cases(house: House) -> Snapshot:
    """The cases in which the product is suspect or interacting, as they stand: none nullified, none merged."""
    version = house.knowledge.profile.version
    sentences = {row.flag: row.sentence for row in house.knowledge.case_rules.flags.values()}
    with reading(house.store) as connection:
        counted = [
            version
            for version in reads.current_versions(connection)
            if version.product_is_suspect and not version.is_nullified
        ]
        patients = duplicate_reads.patients(connection, counted)
        counted = [version for version in counted if version.case_key not in patients.merged]
        return Snapshot(
            counted=counted,
            merged=len(patients.merged),
            copies=patients.suspected,
            reactions=assessment_reads.counted_reactions(connection, counted, version),
            own=reads.own_numbers(connection),
            case_flags=assessment_reads.alarming_flags(connection, counted, version, house.thresholds, sentences),
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """A pair as it was seen tonight: the flags of the rules that it meets, where it stands, and on what."""

    pair: Pair | None
    flags: tuple[Flag, ...]
    rules: Mapping[str, Sequence[str]]
    standing: Standing
    evidence: str


def _store(
    house: House,
    run_id: int,
    seen: Snapshot,
    pairs: Sequence[Pair],
    met: Sequence[Flag],
    against: Against,
) -> tuple[int, Mapping[State, int]]:
    """Store new flags, and where signals stand if that changed; how many are new, and how many stand where."""
    versions = house.versions | {"background": against.release, "prior": against.theta}
    _, codes = reason_codes()
    with reading(house.store) as connection:
        before = signal_reads.signal_ids(connection)
        stood = signal_reads.standings(connection)
        decided = signal_reads.last_decisions(connection, codes)
    looked_at = _stand(house, seen, pairs, met, versions, before, decided)
    changed = {
        key: one
        for key, one in looked_at.items()
        if key not in before or before[key] not in stood or stood[before[key]]["evidence"] != one.evidence
    }
    is_needed = any(one.flags for one in changed.values())
    explain = explainer(house, seen, pairs, against.background, against.prior, is_needed=is_needed)
    documents = {key: _document(seen, one, explain) | {"made_with": versions} for key, one in changed.items()}
    with writing(house.store) as transaction:
        now = utc_now()
        entries, new = [], 0
        for key, one in looked_at.items():
            number = before.get(key) or signal_changes.signal_of(transaction, one.flags[0].pair, run_id, now)
            for raised in one.flags:
                if raised.rule not in one.standing.flagged:
                    continue
                limits = house.thresholds.limits | {"version": house.thresholds.version}
                flag_id = signal_changes.add_flag(transaction, raised, versions, limits, run_id, now)
                if flag_id is not None:
                    new += 1
                    detail = {"flag": flag_id, "rule": raised.rule, "cases": len(raised.versions)}
                    entries.append(changes.AuditEntry("signal flagged", f"pair {key}", detail))
            if key in changed:
                signal_changes.add_standing(
                    transaction,
                    signal_id=number,
                    run_id=run_id,
                    state=one.standing.state.value,
                    why=one.standing.why,
                    evidence=one.evidence,
                    document=documents[key],
                    at=now,
                )
                if before.get(key) not in stood or stood[number]["state"] != one.standing.state.value:
                    detail = {"signal": number, "state": one.standing.state.value, "why": one.standing.why}
                    entries.append(changes.AuditEntry("signal stands", f"pair {key}", detail))
        changes.append_audit(transaction, house.settings.actor, entries, now)
        states = check_states({one.pair.key for one in met} | before.keys(), signal_reads.states(transaction))
    return new, states


def _stand(
    house: House,
    seen: Snapshot,
    pairs: Sequence[Pair],
    met: Sequence[Flag],
    versions: Mapping[str, str],
    before: Mapping[str, int],
    decided: Mapping[str, Any],
) -> dict[str, Seen]:
    """Where every pair stands that meets a rule tonight, and every signal there ever was."""
    case_of, today = seen.case_of, utc_now().date()
    by_key = {pair.key: pair for pair in pairs}
    flags: dict[str, list[Flag]] = {}
    for one in met:
        flags.setdefault(one.pair.key, []).append(one)
    found = {}
    for key in dict.fromkeys([*flags, *before]):
        of_pair = tuple(flags.get(key, ()))
        rules = {one.rule: sorted(case_of[version] for version in one.versions) for one in of_pair}
        number, last = decided.get(key, (None, None))
        standing = stand(
            {rule: frozenset(cases) for rule, cases in rules.items()}, house.thresholds.active, last, today
        )
        pair = by_key.get(key) or (of_pair[0].pair if of_pair else None)
        on = {
            "state": [standing.state, standing.why],
            "rules": {one.rule: list(one.versions) for one in of_pair},
            "cases": list(pair.versions) if pair else [],
            "suspected": pair.suspected if pair else 0,
            "thresholds": versions["thresholds"],
            "background": versions["background"],
            "prior": versions["prior"],
            "decision": number,
        }
        evidence = hashlib.sha256(canonical(on).encode()).hexdigest()
        found[key] = Seen(pair, of_pair, rules, standing, evidence)
    return found


def _document(
    seen: Snapshot, one: Seen, explain: Callable[[Pair | None, Mapping[str, Sequence[str]]], dict[str, Any]]
) -> dict[str, Any]:
    case_of = seen.case_of
    return {
        "cases": sorted(case_of[version] for version in one.pair.versions) if one.pair else [],
        "case_versions": list(one.pair.versions) if one.pair else [],
        "rules": {rule: list(cases) for rule, cases in one.rules.items()},
        "new": sorted(one.standing.new),
        **explain(one.pair, one.rules),
    }
