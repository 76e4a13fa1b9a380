"""docs/reference/rules.md: every rule, applied to a made-up situation, with what the code answers."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from tests.reference_pages.markdown import code, codes, document, table
from tvec_pv.domain.dates import read_date
from tvec_pv.domain.icsr import Case, NullificationAmendment
from tvec_pv.domain.listedness import assess_listedness
from tvec_pv.domain.product_names import match_name
from tvec_pv.domain.safety_profile import Concept, LabelVersion, Listed, Statement
from tvec_pv.domain.seriousness import CRITERIA
from tvec_pv.domain.signals.rule_names import STATISTICAL_RULES
from tvec_pv.domain.timelines import Facts, reporting_verdicts
from tvec_pv.domain.validity import missing_criteria
from tvec_pv.domain.versions import VersionKey, arrive, version_key
from tvec_pv.reference_files import knowledge, product, reason_codes, safety_profile, thresholds

_LISTED = {"L": "listed", "U": "unlisted", "I": "indeterminate"}
_ON = date(2026, 10, 1)


def page() -> str:
    return document(
        "The rules",
        """
This page is made by applying each rule to a made-up situation. Rules that a regulation explains are code in
`src/tvec_pv/domain`; what a physician would sign is data in `src/tvec_pv/reference`, dated, with its sources. Checks
of single columns are on [their own page](checks.md), and so are [the tables](rule-tables.md) by which every rule is
tested.
""",
        _versions_in_force(),
        _scope(),
        _validity(),
        _classes(),
        _categories(),
        _seriousness(),
        _listedness(),
        _reporting(),
        _signals(),
    )


def _versions_in_force() -> str:
    dated = (("thresholds", "thresholds"), ("decisions", "reasons for decisions"), ("comparators", "comparators"))
    rows = [("safety profile", safety_profile().version, safety_profile().approved_by or NOBODY)]
    for folder, what in dated:
        data = _newest(folder)
        rows.append((what, data["version"], data["approved_by"] or NOBODY))
    return f"""## What is in force

{table(("data", "version", "approved by"), rows)}

The safety profile is a folder of tables in `reference/profile/`, with the product's names and the periods for
reports. The newest folder that is no draft is in force; of the other folders in `reference/` the newest file. What was
judged under an older profile keeps its assessment; `tvec-pv detect` adds one under the new profile beside it."""


NOBODY = "**nobody yet**"


def _newest(folder: str) -> dict[str, Any]:
    found = [file for file in (files("tvec_pv") / "reference" / folder).iterdir() if file.name.endswith(".toml")]
    return tomllib.loads(max(found, key=lambda file: file.name).read_text("utf-8"))


def _scope() -> str:
    names = product()
    examples = (
        *("IMLYGIC", "T-VEC", "Talimogene laherparepvec (OncoVEX GM-CSF)", "talimogen laherparepvek", "Imlygik"),
        *("vusolimogene oderparepvec", "RP1", "nivolumab", "Imlygic or Tecvayli"),
    )
    rows = []
    for name in examples:
        match = match_name(names, name)
        rows.append((name, match.verdict.value, match.how.replace("-", " "), match.name))
    return f"""## Is it a report of the product?

Each medicine's name and substances are compared, in any role; the strongest match of the case decides. Names are
written in lower case without punctuation first. Short names must be equal as whole words; words of at least
{names.minimum_letters} letters of {codes(sorted(names.fuzzy))} may be misspelt by up to {names.maximum_distance}
letters, unless a name that must never match is nearer.

{table(("as reported", "verdict", "how", "decided by"), rows)}

- **product**: the report goes on.
- **other product**: the report is *out of scope*, counted and not stored as a case (`PRODUCT-OTHER`).
- **undecided**: the report is *quarantined* (`PRODUCT-UNDECIDED`); a person decides.
- A report in which no medicine has a name is not one of another product: the minimum criteria hold it.

{len(names.exact)} names count as the product, {len(names.never)} never do; `product_names.csv` lists them."""


def _validity() -> str:
    rows = [(code(one.check), one.element, one.severity.value, one.message) for one in missing_criteria(Case())]
    return f"""## Is the report valid? The four minimum criteria

A valid ICSR has an identifiable reporter, an identifiable patient, a reaction and a suspect medicine (GVP VI.B.2, ICH
E2D 5.1, 21 CFR 600.80). A report that lacks one is held, with everything it lacks, and never thrown away.

{table(("finding", "element", "severity", "when it lacks"), rows)}

- A reporter exists by a qualification, a country, a name or an organisation, also when one of them is masked (`MSK`),
  unknown (`UNK`) or asked but unknown (`ASKU`); a literature reference is a reporter too.
- A patient exists by initials, a masked name, a record number, birth date, age, age group, sex, gestation or a parent.
  "Name unknown" alone is nobody.
- The suspect medicine is any named one with the role suspect or interacting, not the product alone."""


def _classes() -> str:
    rows = []
    for situation, case, stored in _arrivals():
        arrival = arrive(version_key(case, "of this report"), stored)
        said = "; ".join(f"{code(one.check)} ({one.severity.value}): {one.message}" for one in arrival.findings)
        rows.append((situation, f"**{arrival.record_class.value}**", said or "-"))
    return f"""## Where does a record end? The seven classes

Every record ends in exactly one class, and `received` is their sum, or the night publishes nothing. First comes what
needs no look at the store:

1. a record that cannot be read: **quarantined**; a report of another product: **out of scope**;
2. a report with a critical finding: **quarantined**, unless it nullifies a case or says what a stored version says;
3. a file whose very bytes were taken in before: each of its reports is a **duplicate**, whatever class they had then;
   so is a report that would be held, where the same one is held already.

Then the versions of its case that are stored already decide. Two reports are the same case when their worldwide unique
number (C.1.8.1), else their sender's number (C.1.1), is the same, in upper or lower case. They say the same when they
agree in everything but the date of transmission (C.1.2).

{table(("the report, and what is stored", "class", "what is said"), rows)}

The **current version** is the one with the newest information (C.1.5, by day, then by time where one is given), then
with the higher number, not the one that came last: the order of arrival changes nothing. A nullification of a case that
is not here waits, and takes effect in the moment in which the case is stored. A case whose current version is a
nullification is in no count, and neither is one that its keeper withdrew by a list of deleted cases (FAERS), as far as
its versions are not newer than the list.

What is held can be taken in later: by a replay, or by a person who gives a reason. Where the accepted record
contradicts a version of the same moment, it holds against it from then on."""


def _arrivals() -> Iterator[tuple[str, Case, list[VersionKey]]]:
    day = read_date("20261001")
    plain = Case(sender_case_id="X", version=1, latest_received=day)
    nullification = replace(plain, nullification_amendment=NullificationAmendment.NULLIFICATION)
    amendment = replace(plain, nullification_amendment=NullificationAmendment.AMENDMENT)
    same, newer = (
        version_key(plain, "of another"),
        replace(version_key(plain, "newer"), latest_received=date(2026, 11, 1)),
    )
    older = replace(version_key(plain, "older"), latest_received=date(2026, 9, 1))
    nullified = replace(older, is_nullification=True)
    yield "an ordinary report; nothing", plain, []
    yield "an amendment; nothing", amendment, []
    yield "an ordinary report; an amendment of the same date", plain, [replace(same, is_amendment=True)]
    yield "a nullification; nothing", nullification, []
    yield "any report; a version that says the same", plain, [version_key(plain, "of this report")]
    yield "an ordinary report; a version with older information", plain, [older]
    yield "an ordinary report; a version with newer information", plain, [newer]
    yield "an ordinary report; a version of the same date and number that says something else", plain, [same]
    yield "an ordinary report; a nullification with older information", plain, [nullified]
    yield "an amendment (C.1.11.1 = 2); a version", amendment, [older]
    yield "a nullification (C.1.11.1 = 1); a version", nullification, [older]


def _categories() -> str:
    profile = safety_profile()
    concepts = Counter(one.category for one in profile.concepts)
    rows = [(code(one.id), one.name, concepts[one.id]) for one in profile.categories]
    flagged = [
        (code(rule), ", ".join(one.terms[0] for one in profile.concepts if one.case_rule == rule))
        for rule in dict.fromkeys(one.case_rule for one in profile.concepts if one.case_rule)
    ]
    verified = sum(one.verified for one in profile.concepts)
    return f"""## What kind of reaction is it?

A reaction is looked up in the safety profile by the first of its names that the profile knows: the preferred term and
the term of its MedDRA code (where you have [put MedDRA beside the product](../how-to/use-your-meddra.md)), the term's
name, the translation, the reporter's words. Names are equal when they differ only in case and punctuation. The profile
answers with a concept; each concept belongs to one leading category, and may belong to others. A name that it does not
know may be one of its names with a slip of the pen: then the reaction is *likely* that concept, and no label lists it.
Words of the report beside the term may name a qualifier that a label asks for (`qualifiers.csv`), or something else
(`exclusions.csv`), which makes the term doubtful. All other names are `unlisted-other`.

All categories of a case are kept; the first of them in this order is its primary one:

{table(("category", "name", "concepts"), rows)}

{verified} of the {len(profile.concepts)} concepts rest on a source that was read; `tvec-pv explain CASE` says
"source not checked" for every statement on a label that does not.

Concepts that a rule of the case lane looks for:

{table(("rule", "concepts, by their first term"), flagged)}

{len(profile.designated)} terms count as designated medical events by the list in `designated.csv`,
which **breaks off at the letter O**, and {sum(one.dme for one in profile.concepts)} concepts by the profile itself."""


def _seriousness() -> str:
    rows = [(code(name), meaning) for name, meaning in CRITERIA]
    return f"""## Is it serious?

A reaction is serious when the reporter gave at least one criterion (ICH E2A II.B, 21 CFR 600.80(a)), when its outcome
is fatal, or when the reporter highlighted it as serious (E.i.3.1 is 3 or 4). A reporter's "serious" is never taken
back. Where the profile holds a reaction to be medically important and the report calls it not serious, the case carries
a *proposal* for a physician; nothing is upgraded by itself.

{table(("criterion", "meaning"), rows)}

FAERS gives the criteria for a whole case: they are then held of each of its reactions, and the reason says so."""


def _listedness() -> str:
    rows = []
    for situation, concept, fatal in _labels():
        verdict = assess_listedness(safety_profile(), concept, "US", _ON, fatal=fatal)
        rows.append((situation, f"**{_LISTED[verdict.listed.value]}**", code(verdict.rule), verdict.reason))
    return f"""## Is it listed?

For each region, in the label in force on day 0 of the case version. *Listed* speaks of the label alone. Indeterminate
is treated as unlisted until a physician decides; no such decision can be recorded yet.

{table(("situation", "verdict", "rule", "reason given"), rows)}

| rule | what it says |
| --- | --- |
| `LR1` | not in the label, or of greater severity or specificity than what the label says: unlisted |
| `LR2` | a fatal outcome is unlisted unless the label states it, in such a patient; not known: indeterminate |
| `LR3` | an umbrella ("immune-mediated events, including ...") lists only what it names |
| `LR4` | the label's qualifier must match: worsening, near the injection site, of the tumour, by that route |
| `LR5` | indeterminate: treated as unlisted until a physician decides |
| `LR6` | serious and unlisted must be the same reaction |
| `LR7` | the label in force on day 0 decides, not today's |
| `LR8` | each region's label is a list of its own |
| `LR9` | core-like: listed only where every region lists it, in place of the core data sheet, which is not public |
| `LR10` | a warning of spread to others is a risk statement: indeterminate, but for what was seen at work |

The design of the rules follows 21 CFR 600.80(a) on what is unexpected."""


def _labels() -> Iterator[tuple[str, Concept | None, bool]]:
    def concept(**label: object) -> Concept:
        since = LabelVersion("US", "US", label.pop("start", date(2020, 1, 1)))  # type: ignore[arg-type]
        given = {"since": since, "listed": Listed.LISTED, "section": "5.2", "verified": True}
        return Concept("x", "herpetic", ("X",), statements=(Statement(**given | label),))  # type: ignore[arg-type]

    yield "the term is not in the profile", None, False
    yield "no label of the region has it", Concept("x", "herpetic", ("X",), verified=True), False
    yield "the label has it", concept(), False
    yield "the label has it from a later day on", concept(start=_ON + timedelta(days=92)), False
    yield "the label has it; fatal outcome", concept(), True
    yield (
        "the label has it and its fatal outcome for some patients, fatal outcome",
        concept(fatal_if="immunocompromised"),
        True,
    )
    yield (
        "the label speaks of the risk only, or of something less specific",
        concept(listed=Listed.UNLISTED, section="not in 5.2 (greater specificity)"),
        False,
    )
    yield "the label can be read either way", concept(listed=Listed.INDETERMINATE, section="risk text only"), False


def _reporting() -> str:
    rules = knowledge().reporting
    both, neither = ({"US": one, "EU": one} for one in (Listed.LISTED, Listed.UNLISTED))
    open_question = {"US": Listed.INDETERMINATE, "EU": Listed.INDETERMINATE}
    situations = [
        ("serious and unlisted", (Facts("X", True, neither),), "US"),
        ("serious and of indeterminate listedness", (Facts("X", True, open_question),), "US"),
        ("serious and listed", (Facts("X", True, both),), "US"),
        (
            "one serious and listed, another unlisted and not serious",
            (Facts("X", True, both), Facts("Y", False, neither)),
            "DE",
        ),
        ("not serious, in Germany", (Facts("X", False, neither),), "DE"),
        ("not serious, in Japan", (Facts("X", False, neither),), "JP"),
        ("not serious, country not known", (Facts("X", False, neither),), None),
        ("exposure or error without a reaction", (), "DE"),
    ]
    rows = []
    for situation, events, country in situations:
        for verdict in reporting_verdicts(rules, events, country, _ON):
            due = f"day 0 + {(verdict.due - _ON).days}" if verdict.due else "-"
            rows.append((situation, verdict.region, code(verdict.verdict), due, verdict.reason))
    return f"""## Must it be reported, and by when?

Day 0 is the date of most recent information of the version (C.1.5, else C.1.4): the day on which anyone who works for
the company knew. Days are calendar days, weekends included, and due = day 0 + days (21 CFR 600.80(c), GVP VI.B.7 and
VI.C.3). The periods stand in `profile.toml`: {rules.us_alert_days} days in the US, {rules.eu_serious_days}
(serious) and {rules.eu_non_serious_days} (not serious) in the EU.

{table(("situation", "region", "verdict", "due", "reason given"), rows)}

A verdict is about what the report says, for the version that is current. It does not know whether the product was
suspect or only concomitant in the case, whether the report came from an authority that has it already (FAERS), or
whether an earlier version was submitted. The country is where the first reaction with a country occurred (E.i.9), else
the primary reporter's (C.2.r.3). Countries of the EEA: {", ".join(sorted(rules.eea))}."""


def _signals() -> str:
    limits = thresholds()
    version, codes = reason_codes()
    rows = []
    for rule, sentence in limits.rules.items():
        lane = "statistics" if rule in STATISTICAL_RULES else "case"
        rows.append((code(rule), lane, "yes" if rule in limits.active else "no", sentence))
    reasons = [(code(one.code), one.decision, "yes" if one.covers else "no", one.sentence) for one in codes.values()]
    return f"""## When is a pair flagged?

Detection looks at the current versions of all cases in which the product is suspect or interacting, nullified and
merged ones left out, and at each pair of the product and a reaction. A case counts once per pair. Rules of the *case*
lane need one case; rules of the *statistics* lane need a background and at least {limits.minimum_reports} cases, and
meet nothing where a measure is not defined. Their formulas are in [methods](methods.md). Flags of a case whose level is
{", ".join(limits.levels)} and that are {", ".join(limits.statuses)} make a pair of the product and that situation.

{table(("rule", "lane", "active", "the sentence of a flag"), rows)}

The limits are those of `reference/thresholds/{limits.version}.toml`; each flag stores the version it was made on. The
same evidence (pair, rule, case versions, thresholds, and for statistics the release of the background) flags once,
however often the night runs. A flag is a dated statement: it stays when its cases are nullified later.

A flag needs something new as well. Every pair that meets a rule is **open**, **decided** or **suppressed**:

- It is open until a person decides. After that it is open again when a case is new: for statistics a case that the
  pair did not have when it was decided, for a rule of the case lane one that did not meet it then.
- It is suppressed when the reason of the decision covers new cases, and statistics alone meet them; when it is
  monitored and has not come back yet; or when it meets only rules that are not active.
- It is decided when nothing is new. What meets no rule any more stays where it was left.

The reasons that may be given are those of `reference/decisions/{version}.toml`:

{table(("reason", "decision", "covers new cases", "in words"), reasons)}"""
