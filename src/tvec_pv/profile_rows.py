"""The tables of a folder of `reference/profile/`: one class per table, whose fields are its columns."""

from dataclasses import dataclass
from enum import StrEnum

from tvec_pv.domain.safety_profile import Listed


class Ime(StrEnum):
    """On the list of important medical events: by the reference, or by general knowledge alone."""

    YES = "yes"
    UNVERIFIED = "unverified"


class Frequency(StrEnum):
    """How often by the EU label: at least 1 in 10, in 100, in 1,000."""

    VERY_COMMON = "very common"
    COMMON = "common"
    UNCOMMON = "uncommon"


class Rule(StrEnum):
    """The rules of listedness that a row may name; the others decide by themselves."""

    LR1 = "LR1"
    LR3 = "LR3"
    LR4 = "LR4"
    LR8 = "LR8"
    LR10 = "LR10"


class KindOfName(StrEnum):
    TERM = "term"
    SYNONYM = "synonym"


class NameKind(StrEnum):
    """What kind of name of the product it is, or that it never is one."""

    NAME = "name"
    BRAND = "brand"
    ABBREVIATION = "abbreviation"
    DEVELOPMENT = "development"
    LANGUAGE = "language"
    MISSPELLING = "misspelling"
    NEVER = "never"


class Decides(StrEnum):
    """What a code alone makes of a medicine."""

    PRODUCT = "product"
    UNDECIDED = "undecided"
    NOTHING = "not compared"


@dataclass(frozen=True, slots=True)
class SourceRow:
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """The columns of a concept: its fields but for names and statements, which have tables of their own."""

    id: str
    category: str
    is_clinical: bool
    serious_by_default: bool
    dme: bool
    source: tuple[str, ...]
    verified: bool
    also: tuple[str, ...] = ()
    serious_if: str = ""
    ime: Ime | None = None
    frequency_eu: Frequency | None = None
    mimic: str = ""
    case_rule: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NameRow:
    concept: str
    name: str
    kind: KindOfName
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatementRow:
    concept: str
    since: str
    listed: Listed
    section: str
    source: tuple[str, ...]
    verified: bool
    until: str = ""
    rule: Rule | None = None
    fatal_if: str = ""
    only_if: str = ""


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    concept: str
    not_if: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QualifierRow:
    name: str
    base: tuple[str, ...]
    words: tuple[str, ...]
    source: tuple[str, ...]
    qualified: str = ""
    also: str = ""
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesignatedRow:
    term: str
    source: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class ProductNameRow:
    name: str
    kind: NameKind
    may_be_misspelt: bool
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeRow:
    code: str
    kind: str
    decides: Decides
    source: tuple[str, ...]
