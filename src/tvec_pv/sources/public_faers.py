"""What FDA makes public of its reports in the names of E2B(R2): FAERS XML and openFDA JSON.

They are one database with the quarterly tables, and a case has the same number in all three. FDA's peculiarities are
put right here, before and after the report is read as any other of E2B(R2).
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding
from tvec_pv.domain.icsr import PUBLIC_NUMBER, Case, Drug, Identifier, Reporter, Substance, known
from tvec_pv.domain.records import Envelope, Item, OtherProducts, Record
from tvec_pv.domain.remembering import remembered
from tvec_pv.sources import e2b_r2_case
from tvec_pv.sources.e2b_r2_values import Group, Report
from tvec_pv.sources.guard import guarded_file
from tvec_pv.sources.reading import Reading

# "Parkinson^s" and "don^t", but neither "10^8 PFU" nor "OncoVEX^GM-CSF".
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])\^(?=[^\W\d_](?![^\W_]))")
_ESCAPED = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")
_REACTION_DATE = re.compile(r"CASE EVENT DATE:\s*(\d{4}(?:\d{2}){0,2})", re.ASCII)
_REPORT_NUMBER = re.compile(r"(\d+)-[\dX]", re.ASCII)
_NO_COUNTRY = "COUNTRY NOT SPECIFIED"
_DECHALLENGES = {
    "1": "Dechallenge: the reaction abated",
    "2": "Dechallenge: the reaction did not abate",
    "3": "Dechallenge: does not apply",
}
_MEDICINE = ("medicinalproduct", "activesubstancename", "drugauthorizationnumb")


def read_products(reports: Iterable[Report | Record | Envelope], is_product: Callable[[str], bool]) -> Iterator[Item]:
    """The product's reports, each as a record, then the number of all others. What names no medicine at all is a
    record too: nobody can say of what it is.
    """
    is_product, others = remembered(2**17)(is_product), 0
    breach: UnreadableFile | None = None
    try:
        for item in guarded_file(iter(reports)):
            if isinstance(item, Record | Envelope):
                yield item
                continue
            names = medicines(item.group)
            if names and not any(map(is_product, names)):
                others += 1
            else:
                yield item.record(read_case)
    except UnreadableFile as error:
        breach = error
    if others:
        yield OtherProducts("other reports", others)
    if breach is not None:
        raise breach


def medicines(report: Group) -> list[str]:
    """The names of a report's medicines and their substances, and the numbers of their licences. What openFDA added
    by the likeness of names is no evidence."""
    drugs = [drug for patient in _each(report, "patient") for drug in _each(patient, "drug")]
    parts = [*drugs, *(substance for drug in drugs for substance in _each(drug, "activesubstance"))]
    given = (part.get(name) for part in parts for name in _MEDICINE)
    return [name for name in given if isinstance(name, str) and name.strip()]


def _each(group: Group, name: str) -> list[Group]:
    value = group.get(name)
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def read_case(report: Group) -> tuple[Case, tuple[Finding, ...]]:
    case, findings = e2b_r2_case.read_case(repaired(report))
    read = Reading()
    narrative = known(case.narrative) or ""
    told = _REACTION_DATE.fullmatch(narrative.strip())
    start = read.date(told[1], "E.i.4") if told else None
    return replace(
        case,
        sender_case_id=_case_number(read, case.sender_case_id),
        worldwide_id=None,
        first_sender=None,
        other_ids=_other_ids(case),
        reporters=tuple(map(_reporter, case.reporters)),
        reactions=tuple(replace(one, start=one.start or start) for one in case.reactions),
        drugs=tuple(map(_drug, case.drugs)),
        narrative=None if isinstance(start, PartialDate) else case.narrative,
    ), (*findings, *read.findings)


def repaired(value: Any) -> Any:
    """A report with the apostrophes and the signs that FDA's systems wrote otherwise."""
    if isinstance(value, dict):
        return {name: repaired(one) for name, one in value.items()}
    if isinstance(value, list):
        return [repaired(one) for one in value]
    if isinstance(value, str):
        return _APOSTROPHE.sub("'", _ESCAPED.sub(lambda escaped: html.unescape(escaped[0]), value))
    return value


def _case_number(read: Reading, number: str | None) -> str | None:
    """As the quarterly tables give it. What came before 2012 has the number of one report, with a check digit."""
    if number is None:
        return None
    old = _REPORT_NUMBER.fullmatch(number)
    if old is None:
        return f"{PUBLIC_NUMBER}{number}"
    read.problem(
        "READ-OLD-NUMBER",
        "the number is that of one report, not of its case: other versions of the case are not known as such",
        "C.1.1",
    )
    return f"{PUBLIC_NUMBER}ISR-{old[1]}"


def _other_ids(case: Case) -> tuple[Identifier, ...]:
    """The company's and the authority's number as in the quarterly tables: by them the case is found elsewhere."""
    numbers = {one.number for one in case.other_ids}
    source = "authority" if case.first_sender == "1" else None
    found = [*case.other_ids]
    if case.worldwide_id and case.worldwide_id not in numbers:
        found.append(Identifier(source=source, number=case.worldwide_id))
    return tuple(found)


def _reporter(reporter: Reporter) -> Reporter:
    return replace(reporter, country=None) if reporter.country == _NO_COUNTRY else reporter


def _drug(drug: Drug) -> Drug:
    """Substances stand in one element, parted as in the quarterly tables; a digit beside them is the dechallenge."""
    names = [name for one in drug.substances for name in (known(one.name) or "").split("\\") if name]
    return replace(
        drug,
        substances=tuple(Substance(name=name) for name in names),
        additional_text=_DECHALLENGES.get(drug.additional_text or "", drug.additional_text),
    )
