"""The tables of the case as a whole, of who reported it and of its other numbers."""

from tvec_pv.checks.frames.rows import Columns, Row
from tvec_pv.checks.frames.spans import DAYS_PER_YEAR, first, most_days, years_apart
from tvec_pv.domain.icsr import DrugRole, NullFlavor, Quantity, Term, case_key, is_suspect, known
from tvec_pv.domain.seriousness import is_fatal


def _days_since_received(row: Row) -> int | None:
    received = known(row.of.received)
    return (row.of.today - received.earliest).days if received else None


def _days_licence_to_received(row: Row) -> int | None:
    received = known(row.of.received)
    return (received.latest - min(day for _, day in row.of.product.licences)).days if received else None


def _years_age_against_birth(row: Row) -> float | None:
    onset = first(reaction.start for reaction in row.of.case.reactions) or row.of.received
    return years_apart(row.of.age_years, row.of.patient.birth_date, onset)


def _has_died(row: Row) -> bool:
    return known(row.of.patient.death_date) is not None or bool(row.of.patient.causes_of_death)


def _is_fatal(row: Row) -> bool:
    return any(is_fatal(reaction) for reaction in row.of.case.reactions)


def _product_is_suspect(row: Row) -> bool:
    return any(is_it and is_suspect(drug) for drug, is_it in zip(row.of.case.drugs, row.of.of_product, strict=True))


def _first_drug_is_to_blame(row: Row) -> bool | None:
    """Suspect, interacting or not administered; of a case without roles nothing is said."""
    roles = [known(drug.role) for drug in row.of.case.drugs]
    return roles[0] in (DrugRole.SUSPECT, DrugRole.INTERACTING, DrugRole.NOT_ADMINISTERED) if roles else None


def _weeks(pregnancy: Quantity | None) -> float | None:
    weeks = {"mo": DAYS_PER_YEAR / 12 / 7, "wk": 1.0, "d": 1 / 7, "{trimester}": 13.0}
    factor = weeks.get((pregnancy.unit or "").lower()) if pregnancy else None
    return None if pregnancy is None or factor is None else pregnancy.value * factor


def _meddra_versions(row: Row) -> int:
    terms = (element.value for element in row.of.elements if isinstance(element.value, Term))
    return len({term.version for term in terms if term.version})


CASES: Columns = {
    "case_key": ("string", lambda row: case_key(row.item)),
    "report_type": ("string", lambda row: known(row.item.report_type)),
    "nullification_amendment": ("string", lambda row: row.item.nullification_amendment),
    "nullification_amendment_reason": ("string", lambda row: known(row.item.nullification_amendment_reason)),
    "days_since_received": ("Float64", _days_since_received),
    "days_licence_to_received": ("Float64", _days_licence_to_received),
    "days_first_to_latest": ("Float64", lambda row: most_days(row.item.first_received, row.item.latest_received)),
    "days_received_to_created": ("Float64", lambda row: most_days(row.of.received, row.item.created)),
    "first_received_is_stated": ("boolean", lambda row: row.item.first_received is not None),
    "documents_announced": ("boolean", lambda row: row.item.has_more_documents is True),
    "documents": ("Int64", lambda row: len(row.item.documents)),
    "identifiers_announced": ("boolean", lambda row: row.item.has_other_ids is True),
    "identifiers": ("Int64", lambda row: len(row.item.other_ids)),
    "is_expedited": ("boolean", lambda row: row.item.expedited is True),
    "is_combination_product": ("boolean", lambda row: row.item.combination_product is True),
    "local_report_type": ("string", lambda row: known(row.item.local_report_type)),
    "first_sender": ("string", lambda row: known(row.item.first_sender)),
    "sender_type": ("string", lambda row: known(row.item.sender.type) if row.item.sender else None),
    "sender_organisation": ("string", lambda row: known(row.item.sender.organisation) if row.item.sender else None),
    "sender_country": ("string", lambda row: known(row.item.sender.country) if row.item.sender else None),
    "study_type": ("string", lambda row: known(row.item.study.type) if row.item.study else None),
    "study_is_named": (
        "boolean",
        lambda row: (
            row.item.study is not None
            and bool(known(row.item.study.name) or known(row.item.study.sponsor_number) or row.item.study.registrations)
        ),
    ),
    "primary_reporters": ("Int64", lambda row: sum(one.is_primary for one in row.item.reporters)),
    "reporter_qualification": ("string", lambda row: known(row.of.reporter.qualification) if row.of.reporter else None),
    "reporter_country": ("string", lambda row: known(row.of.reporter.country) if row.of.reporter else None),
    "sex": ("string", lambda row: known(row.of.patient.sex)),
    "age_years": ("Float64", lambda row: row.of.age_years),
    "age_group": ("string", lambda row: known(row.of.patient.age_group)),
    "weight_kg": ("Float64", lambda row: row.of.patient.weight_kg),
    "height_cm": ("Float64", lambda row: row.of.patient.height_cm),
    "weeks_of_gestation": ("Float64", lambda row: _weeks(row.of.patient.gestation)),
    "days_birth_to_received": ("Float64", lambda row: most_days(row.of.patient.birth_date, row.of.received)),
    "years_age_against_birth": ("Float64", _years_age_against_birth),
    "patient_name_masked": ("boolean", lambda row: row.of.patient.name is NullFlavor.MSK),
    "last_menstrual_period": ("boolean", lambda row: known(row.of.patient.last_menstrual_period) is not None),
    "has_died": ("boolean", _has_died),
    "is_fatal": ("boolean", _is_fatal),
    "death_is_consistent": ("boolean", lambda row: not _has_died(row) or _is_fatal(row)),
    "death_date_is_stated": ("boolean", lambda row: row.of.patient.death_date is not None),
    "has_death_date": ("boolean", lambda row: known(row.of.patient.death_date) is not None),
    "autopsy_is_stated": ("boolean", lambda row: row.of.patient.autopsy is not None),
    "autopsy_was_done": ("boolean", lambda row: known(row.of.patient.autopsy)),
    "autopsy_causes": ("Int64", lambda row: len(row.of.patient.autopsy_causes)),
    "has_parent": ("boolean", lambda row: row.of.patient.parent is not None),
    "parent_sex_is_stated": (
        "boolean",
        lambda row: row.of.patient.parent is not None and row.of.patient.parent.sex is not None,
    ),
    "parent_sex": ("string", lambda row: known(row.of.patient.parent.sex) if row.of.patient.parent else None),
    "product_is_suspect": ("boolean", _product_is_suspect),
    "first_drug_is_to_blame": ("boolean", _first_drug_is_to_blame),
    "meddra_versions": ("Int64", _meddra_versions),
    "narrative_letters": ("Int64", lambda row: len(known(row.item.narrative) or "")),
    "summaries_without_language": (
        "Int64",
        lambda row: sum(bool(one.text) and not one.language for one in row.item.summaries),
    ),
}

REPORTERS: Columns = {
    "is_primary": ("boolean", lambda row: row.item.is_primary),
    "is_asked_first": ("boolean", lambda row: row.item is row.of.reporter),
    "country_is_stated": ("boolean", lambda row: row.item.country is not None),
    "country": ("string", lambda row: known(row.item.country)),
    "qualification_is_stated": ("boolean", lambda row: row.item.qualification is not None),
    "qualification": ("string", lambda row: known(row.item.qualification)),
}

IDENTIFIERS: Columns = {
    "source": ("string", lambda row: row.item.source or None),
    "number": ("string", lambda row: row.item.number or None),
}
