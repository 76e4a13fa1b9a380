"""One report in the names of E2B(R2) as a case, after ICH's conversion from R2 to R3.

R2 says some things of the case that R3 says of each reaction: seriousness, the country, whether a health professional
confirmed it. Each reaction carries them, and `is_case_level` says that they were spread.
"""

import re

from tvec_pv.domain.findings import Finding
from tvec_pv.domain.icsr import (
    Case,
    Document,
    Flag,
    Identifier,
    NullFlavor,
    NullificationAmendment,
    Quantity,
    Reaction,
    Reporter,
    Sender,
    Seriousness,
    Study,
    Term,
    TestResult,
)
from tvec_pv.sources.e2b_r2_codes import CRITERIA, OUTCOMES, RESULTS, TIMES
from tvec_pv.sources.e2b_r2_drugs import read_drugs
from tvec_pv.sources.e2b_r2_patient import read_patient
from tvec_pv.sources.e2b_r2_values import Group, R2Values, says_something

_NUMBER = re.compile(r"(?P<sign><=|>=|<|>|=)?\s*(?P<number>\d+(?:\.\d+)?)", re.ASCII)


def read_case(report: Group) -> tuple[Case, tuple[Finding, ...]]:
    """The case of a report, and what in it did not read."""
    read = R2Values()
    patient, sources = read.group(report, "patient", "D"), read.groups(report, "primarysource", "C.2.r")
    summary = read.group(patient, "summary", "H")
    reactions = read.groups(patient, "reaction", "E.i")
    authority, company = (read.text(report, name, "C.1.8.1") for name in ("authoritynumb", "companynumb"))
    diagnosis = read.term(summary, "senderdiagnosis", "senderdiagnosismeddraversion", "H.3.r")
    documents = read.text(report, "documentlist", "C.1.6.1.r.1")
    case = Case(
        sender_case_id=read.text(report, "safetyreportid", "C.1.1"),
        version=read.whole(read.text(report, "safetyreportversion", "version"), "version"),
        created=read.day(report, "transmissiondate", "C.1.2"),
        report_type=read.text(report, "reporttype", "C.1.3"),
        first_received=read.day(report, "receivedate", "C.1.4"),
        latest_received=read.day(report, "receiptdate", "C.1.5"),
        has_more_documents=read.flag(report, "additionaldocument", "C.1.6.1"),
        documents=(Document(title=documents),) if documents else (),
        expedited=read.flag(report, "fulfillexpeditecriteria", "C.1.7"),
        worldwide_id=authority or company,
        first_sender="1" if authority else "2" if company else None,
        has_other_ids=read.flag(report, "duplicate", "C.1.9.1"),
        other_ids=_other_ids(read, report, company if authority else None),
        linked_reports=tuple(
            number
            for one in read.groups(report, "linkedreport", "C.1.10.r")
            if (number := read.text(one, "linkreportnumb", "C.1.10.r"))
        ),
        nullification_amendment=_nullification(read, report),
        nullification_amendment_reason=read.text(report, "nullificationreason", "C.1.11.2"),
        combination_product=read.flag(report, "combinationproductreport", "FDA.C.1.12"),
        reporters=_reporters(read, report, sources),
        sender=_sender(read, report),
        literature=tuple(
            dict.fromkeys(text for one in sources if (text := read.text(one, "literaturereference", "C.4.r")))
        ),
        study=_study(read, sources),
        patient=read_patient(read, patient),
        reactions=_reactions(read, report, reactions),
        tests=_tests(read, patient),
        drugs=read_drugs(read, patient, reactions),
        narrative=read.text(summary, "narrativeincludeclinical", "H.1"),
        reporter_comments=read.text(summary, "reportercomment", "H.2"),
        sender_diagnoses=(diagnosis,) if diagnosis else (),
        sender_comments=read.text(summary, "sendercomment", "H.4"),
    )
    return case, tuple(read.findings)


def _other_ids(read: R2Values, report: Group, company: str | None) -> tuple[Identifier, ...]:
    """Those named as duplicates; where an authority's number is the worldwide one, the company's too."""
    found = [
        Identifier(
            source=read.text(one, "duplicatesource", "C.1.9.1.r.1"),
            number=read.text(one, "duplicatenumb", "C.1.9.1.r.2"),
        )
        for one in read.groups(report, "reportduplicate", "C.1.9.1.r")
    ]
    if company and company not in (one.number for one in found):
        found.append(Identifier(source="company", number=company))
    return tuple(found)


def _nullification(read: R2Values, report: Group) -> str | None:
    """R2 can withdraw a case; it has no code for an amendment."""
    given = read.text(report, "casenullification", "C.1.11.1")
    if given in (None, "1"):
        return NullificationAmendment.NULLIFICATION if given else None
    read.problem("READ-NULLIFICATION", "neither empty nor 1, so the case was not taken as nullified", "C.1.11.1")
    return None


def _reporters(read: R2Values, report: Group, sources: list[Group]) -> tuple[Reporter, ...]:
    """The first one is the primary source; the country of the primary source stands in the report too."""
    country = read.text(report, "primarysourcecountry", "C.2.r.3")
    if not sources:
        return (Reporter(country=country, is_primary=True),) if country else ()
    return tuple(
        Reporter(
            title=read.masked(one, "reportertitle", "C.2.r.1.1"),
            given_name=read.masked(one, "reportergivename", "C.2.r.1.2"),
            middle_name=read.masked(one, "reportermiddlename", "C.2.r.1.3"),
            family_name=read.masked(one, "reporterfamilyname", "C.2.r.1.4"),
            organisation=read.masked(one, "reporterorganization", "C.2.r.2.1"),
            department=read.masked(one, "reporterdepartment", "C.2.r.2.2"),
            street=read.masked(one, "reporterstreet", "C.2.r.2.3"),
            city=read.masked(one, "reportercity", "C.2.r.2.4"),
            state=read.masked(one, "reporterstate", "C.2.r.2.5"),
            postcode=read.masked(one, "reporterpostcode", "C.2.r.2.6"),
            country=read.text(one, "reportercountry", "C.2.r.3") or (country if number == 1 else None),
            qualification=read.text(one, "qualification", "C.2.r.4"),
            is_primary=number == 1,
        )
        for number, one in enumerate(sources, 1)
    )


def _sender(read: R2Values, report: Group) -> Sender | None:
    sender = read.group(report, "sender", "C.3")
    if not sender:
        return None
    return Sender(
        type=read.text(sender, "sendertype", "C.3.1"),
        organisation=read.masked(sender, "senderorganization", "C.3.2"),
        department=read.masked(sender, "senderdepartment", "C.3.3.1"),
        title=read.masked(sender, "sendertitle", "C.3.3.2"),
        given_name=read.masked(sender, "sendergivename", "C.3.3.3"),
        middle_name=read.masked(sender, "sendermiddlename", "C.3.3.4"),
        family_name=read.masked(sender, "senderfamilyname", "C.3.3.5"),
        street=read.masked(sender, "senderstreetaddress", "C.3.4.1"),
        city=read.masked(sender, "sendercity", "C.3.4.2"),
        state=read.masked(sender, "senderstate", "C.3.4.3"),
        postcode=read.masked(sender, "senderpostcode", "C.3.4.4"),
        country=read.text(sender, "sendercountrycode", "C.3.4.5"),
        email=read.masked(sender, "senderemailaddress", "C.3.4.8"),
    )


def _study(read: R2Values, sources: list[Group]) -> Study | None:
    """R2 says it with each reporter; the first who names a study names that of the case."""
    for one in sources:
        name, number, kind = (
            read.text(one, name, element)
            for name, element in (("studyname", "C.5.2"), ("sponsorstudynumb", "C.5.3"), ("observestudytype", "C.5.4"))
        )
        if name or number or kind:
            return Study(name=name, sponsor_number=number, type=kind)
    return None


def _reactions(read: R2Values, report: Group, reactions: list[Group]) -> tuple[Reaction, ...]:
    seriousness = _seriousness(read, report)
    country = read.text(report, "occurcountry", "E.i.9")
    confirmed = read.flag(report, "medicallyconfirm", "E.i.8")
    found = []
    for number, one in enumerate(reactions, 1):
        read.where = f"reaction {number}"
        found.append(
            Reaction(
                id=str(number),
                reported=read.text(one, "primarysourcereaction", "E.i.1.1a"),
                language=read.text(one, "primarysourcereaction@lang", "E.i.1.1b"),
                term=_reaction_term(read, one),
                highlighted=read.text(one, "termhighlighted", "E.i.3.1"),
                seriousness=seriousness,
                start=read.day(one, "reactionstartdate", "E.i.4"),
                end=read.day(one, "reactionenddate", "E.i.5"),
                duration=read.quantity(one, "reactionduration", "E.i.6", TIMES),
                outcome=read.code(one, "reactionoutcome", OUTCOMES, "E.i.7"),
                medically_confirmed=confirmed,
                country=country,
            )
        )
    read.where = ""
    return tuple(found)


def _reaction_term(read: R2Values, reaction: Group) -> Term:
    """The lowest level term, else the preferred one; its name serves where the other is a mere code."""
    lowest = read.term(reaction, "reactionmeddrallt", "reactionmeddraversionllt", "E.i.2.1")
    preferred = read.term(reaction, "reactionmeddrapt", "reactionmeddraversionpt", "E.i.2.1")
    if lowest is None or preferred is None:
        return lowest or preferred or Term()
    return Term(name=lowest.name or preferred.name, code=lowest.code, version=lowest.version)


def _seriousness(read: R2Values, report: Group) -> Seriousness:
    """A.1.5. As in ICH's conversion, a criterion that is not met is no information; none is lost on the way."""
    serious = read.flag(report, "serious", "E.i.3.2")
    given = {field: read.flag(report, name, "E.i.3.2") for name, field in CRITERIA.items()}
    if serious is None and not any(value is not None for value in given.values()):
        return Seriousness(is_case_level=True)
    criteria: dict[str, Flag] = {field: value is True or NullFlavor.NI for field, value in given.items()}
    if serious is True and True not in criteria.values():
        read.problem("READ-SERIOUS", "serious without a criterion: taken as medically important", "E.i.3.2f")
        criteria["other_important"] = True
    if serious is False and True in criteria.values():
        read.problem("READ-SERIOUS", "not serious, yet with a criterion: the criterion was taken", "E.i.3.2")
    return Seriousness(is_case_level=True, **criteria)


def _tests(read: R2Values, patient: Group) -> tuple[TestResult, ...]:
    """The tests, then what is said of tests in words alone (B.3.2): a comment on a test without a name."""
    found = []
    for number, one in enumerate(read.groups(patient, "test", "F.r"), 1):
        read.where = f"test {number}"
        found.append(_test(read, one))
    read.where = ""
    if words := read.text(patient, "resultstestsprocedures", "F.r.6"):
        found.append(TestResult(comments=words))
    return tuple(found)


def _test(read: R2Values, test: Group) -> TestResult:
    result, unit = read.text(test, "testresult", "F.r.3"), read.text(test, "testunit", "F.r.3.3")
    number = _NUMBER.fullmatch(result) if result else None
    amount = Quantity(value=float(number["number"]), unit=unit) if number else None
    sign = (number["sign"] or "=") if number else ""
    low = NullFlavor.NINF if sign.startswith("<") else amount if sign.startswith(">") else None
    high = NullFlavor.PINF if sign.startswith(">") else amount if sign.startswith("<") else None
    code = RESULTS.get(result.lower()) if result else None
    normal_low, normal_high = (
        read.number(test, name, element) for name, element in (("lowtestrange", "F.r.4"), ("hightestrange", "F.r.5"))
    )
    return TestResult(
        date=read.day(test, "testdate", "F.r.1"),
        name=read.term(test, "testname", "", "F.r.2") or Term(),
        result_code=code,
        value=amount if sign == "=" else None,
        low=low,
        high=high,
        low_inclusive=sign == ">=" if sign.startswith(">") else None,
        high_inclusive=sign == "<=" if sign.startswith("<") else None,
        text=None if code or number or not says_something(result) else " ".join(filter(None, (result, unit))),
        normal_low=None if normal_low is None else Quantity(value=normal_low, unit=unit),
        normal_high=None if normal_high is None else Quantity(value=normal_high, unit=unit),
        more_available=read.flag(test, "moreinformation", "F.r.7"),
    )
