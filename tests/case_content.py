"""What the samples say of people: words that may stand in the store and the workbook, and nowhere else."""

from tests.samples import files
from tvec_pv.domain.icsr import known


def content_of(case):
    """Initials, organisations, lots, and the narrative in pieces of four words."""
    narrative = (known(case.narrative) or "").split()
    lots = [known(dose.lot) for drug in case.drugs for dose in drug.doses]
    people = [known(case.patient.name), *(known(reporter.organisation) for reporter in case.reporters)]
    return {*filter(None, (*lots, *people)), *(" ".join(narrative[at : at + 4]) for at in range(0, len(narrative), 4))}


CASE_CONTENT = sorted(
    {
        words
        for file in files()
        for sample in file.samples
        if sample.case
        for words in content_of(sample.case)
        if len(words) > 3
    }
)


def content_in(*texts):
    return [words for words in CASE_CONTENT if any(words in text for text in texts)]
