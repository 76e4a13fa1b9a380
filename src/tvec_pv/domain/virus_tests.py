"""Flags of tests for the virus: what the DNA that was found means, and what is no herpes simplex."""

from collections.abc import Iterator

from tvec_pv.domain.case_flags import Found, Rule, Situation, Who
from tvec_pv.domain.virus_results import Result, Statement, Virus


def _needs_a_test(at: Situation) -> bool:
    return bool(at.meaning("herpetic", "spread"))


def _statements(at: Situation) -> tuple[Statement, ...]:
    return at.viruses if at.viruses and _needs_a_test(at) else ()


def _of(at: Situation, virus: Virus, result: Result) -> tuple[Statement, ...]:
    statements = _statements(at)
    return tuple(one for one in statements if one.virus is virus and one.result is result) if statements else ()


def _founds(given: tuple[Statement, ...]) -> Iterator[Found]:
    yield from (Found(one.read, (one.basis,)) for one in given)


def product_found(rule: str) -> Rule:
    """The product's DNA was found in samples for which the table names this rule."""

    def find(at: Situation) -> Iterator[Found]:
        for one in _of(at, Virus.PRODUCT, Result.POSITIVE):
            if _rule_of(at, one.sample) == rule:
                yield Found(one.read, (one.basis,))

    return find


def _rule_of(at: Situation, sample: str) -> str:
    """A lesion at the injected site is the injected surface; an exposed person has none."""
    if sample == "lesion" and any(injected_site(at)):
        sample = "injected surface"
    if sample == "injected surface" and at.subject.who is Who.EXPOSED:
        sample = "lesion"
    return next((row.rule for row, _ in at.rules.samples if row.sample == sample), "product-dna")


def wild_type_for_product(at: Situation) -> Iterator[Found]:
    """The product's DNA was looked for and not found, and herpes simplex virus was."""
    negative = _of(at, Virus.PRODUCT, Result.NEGATIVE)
    if negative and not _of(at, Virus.PRODUCT, Result.POSITIVE):
        yield from _founds(negative if _simplex(at) else ())
        yield from _founds(_simplex(at))


def product_not_found(at: Situation) -> Iterator[Found]:
    """The product's DNA was looked for and not found, and no other virus was."""
    negative = _of(at, Virus.PRODUCT, Result.NEGATIVE)
    if not _of(at, Virus.PRODUCT, Result.POSITIVE) and not _simplex(at):
        yield from _founds(negative)


def _simplex(at: Situation) -> tuple[Statement, ...]:
    return tuple(one for virus in (Virus.HSV_1, Virus.HSV, Virus.WILD_TYPE) for one in _of(at, virus, Result.POSITIVE))


def wild_type(at: Situation) -> Iterator[Found]:
    """Typed as wild type, without a test for the product's DNA that has a result."""
    if not _product_has_result(at):
        yield from _founds(_of(at, Virus.WILD_TYPE, Result.POSITIVE))


def test_pending(at: Situation) -> Iterator[Found]:
    """A test for the product's DNA is under way, or another and the type of what it found is still open."""
    if not _product_has_result(at) and not any(wild_type(at)):
        pending = (one for one in _statements(at) if one.result is Result.PENDING)
        yield from _founds(tuple(one for one in pending if one.virus is not Virus.ZOSTER))


def test_missing(at: Situation) -> Iterator[Found]:
    """Herpes is suspected, and no test for the product's DNA is reported."""
    if _needs_a_test(at) and not (at.viruses and any(any(rule(at)) for rule in (_known, wild_type, test_pending))):
        asked = at.meaning("herpetic", "spread")
        yield Found("no test for the product's DNA is reported", tuple(one.basis for one in asked))


def _known(at: Situation) -> Iterator[Found]:
    for result in (Result.POSITIVE, Result.NEGATIVE):
        yield from _founds(_of(at, Virus.PRODUCT, result))


def _product_has_result(at: Situation) -> bool:
    return any(_known(at))


def other_type(at: Situation) -> Iterator[Found]:
    """Herpes simplex virus 2 was found: the product is made of type 1."""
    yield from _founds(_of(at, Virus.HSV_2, Result.POSITIVE))


def zoster(at: Situation) -> Iterator[Found]:
    """A reaction that is zoster, or varicella-zoster virus in a test."""
    for one in at.meaning("zoster"):
        yield Found(f"reported: {one.name}", (one.basis,))
    for statement in at.viruses:
        if statement.virus is Virus.ZOSTER and statement.result is Result.POSITIVE:
            yield Found(statement.read, (statement.basis,))


def type_not_stated(at: Situation) -> Iterator[Found]:
    """Simplex or zoster: the words leave it open, and no test says."""
    if not any(one.result is Result.POSITIVE for one in at.viruses):
        for one in at.meaning("type-not-stated"):
            yield Found(f"reported: {one.name}", (one.basis,))


def injected_site(at: Situation) -> Iterator[Found]:
    """Herpes where the product was injected: a herpetic and an injection-site reaction in one."""
    for one in at.meaning("at-injected-site"):
        yield Found(f"reported: {one.name}", (one.basis,))
    for one in at.meaning("herpetic"):
        if at.rules.says("injected-site", one.words):
            yield Found("herpes at the injected site, in the reaction's own words", (one.basis,))


RULES: dict[str, Rule] = {
    **{rule: product_found(rule) for rule in ("product-dna", "dna-in-lesion", "dna-in-injected-lesion")},
    **{rule: product_found(rule) for rule in ("dna-in-blood", "dna-shed", "dna-in-tissue")},
    "wild-type-for-product": wild_type_for_product,
    "product-not-found": product_not_found,
    "wild-type": wild_type,
    "test-pending": test_pending,
    "test-missing": test_missing,
    "other-type": other_type,
    "zoster": zoster,
    "type-not-stated": type_not_stated,
    "injected-site-herpes": injected_site,
}
