"""The documentation says what is true: its commands run, its outputs are what is printed, its links lead somewhere."""

import json
import re
import shlex
from dataclasses import dataclass
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from fractions import Fraction
from functools import cache
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import typer
from openpyxl import load_workbook

from tests.factories import a_case, a_reaction, e2b_batch, e2b_message, one_patient_twice
from tests.profile_folder import SHIPPED, UNLISTED, write_draft
from tests.reference_pages import PAGES
from tests.samples.mapped_listing import LISTING, MAPPING
from tvec_pv.cli import app
from tvec_pv.domain.records import RecordClass
from tvec_pv.domain.signals.alert_budget import Null, log_uniform, simulate
from tvec_pv.domain.statistics.contingency import table
from tvec_pv.domain.statistics.disproportionality import chi_square, chi_square_yates, prr, ror
from tvec_pv.domain.statistics.gamma_poisson import Prior
from tvec_pv.domain.statistics.information_component import information_component, information_component_of
from tvec_pv.domain.statistics.posterior import shrink
from tvec_pv.domain.substances import fold
from tvec_pv.reference_files import background_codes, golden_numbers, thresholds
from tvec_pv.self_test.methods import METHODS
from tvec_pv.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
SAMPLES = ROOT / "sample_reports"
PROSE = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), SAMPLES / "README.md"])
A_CASE_WITH_FINDINGS = "GB-EXAMPLEBIO-2026000119"
A_FOLLOWED_CASE = "FR-EXAMPLEBIO-2026000102"
A_CASE_WITH_GAPS = "DE-EXAMPLEBIO-2026000104"

on_sqlite = pytest.mark.parametrize(
    "database", [pytest.param("sqlite", marks=pytest.mark.xdist_group("sqlite"))], indirect=True, scope="session"
)


@dataclass(frozen=True)
class Shown:
    """A command of a ```console block, and the output shown under it."""

    page: str
    command: str
    output: str


def shown_on(page):
    """The commands of a page, in order."""
    for block in re.findall(r"^ *```console\n(.*?)^ *```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", dedent(block), flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield Shown(page.relative_to(ROOT).as_posix(), command, output)


SHOWN = [shown for page in PROSE for shown in shown_on(page)]


def section(page, heading):
    """What stands under a heading, up to the next of its level or above."""
    level, text = heading.split(" ")[0], page.read_text("utf-8")
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no section {heading!r}"
    return found[1]


def rows(text):
    """The cells of the tables in a text, without their header lines."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    split = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    rules = [number for number, cells in enumerate(split) if set("".join(cells)) <= {"-", " "} and any(cells)]
    headers = {number for rule in rules for number in (rule - 1, rule)}
    return [cells for number, cells in enumerate(split) if number not in headers]


# --- pages that are made


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name):
    assert (REFERENCE / name).read_text("utf-8") == PAGES[name](), "run `make docs`"


def test_the_names_on_the_page_of_the_background_are_folded_so():
    shown = rows(section(REFERENCE / "background.md", "## How names are folded"))

    assert len(shown) > 5
    for reported, counted in shown:
        name = re.findall("`([^`]+)`", reported)[0]
        given = (name, "") if "(prod_ai)" in reported else ("", name)
        assert fold(background_codes().names, *given) == tuple(re.findall("`([^`]+)`", counted)), reported


def test_every_setting_is_documented():
    documented = {cells[0].strip("`") for cells in rows((REFERENCE / "settings.md").read_text("utf-8"))}
    assert documented >= {f"TVEC_PV_{name.upper()}" for name in Settings.model_fields}


def test_the_glossary_has_every_class_of_records():
    words = {cells[0].strip("*") for cells in rows((ROOT / "GLOSSARY.md").read_text("utf-8"))}
    assert words >= {str(one) for one in RecordClass}


# --- commands


def commands(group=None, name="tvec-pv"):
    """Every command of the program by its whole name."""
    group = group or typer.main.get_command(app)
    for word, inner in group.commands.items():
        if hasattr(inner, "commands"):
            yield from commands(inner, f"{name} {word}")
        else:
            yield f"{name} {word}", inner


COMMANDS = dict(commands())


def parsed(words):
    """The command that the words name, with its own words understood; it is not run."""
    for name in (" ".join(words[:3]), " ".join(words[:2])):
        if name in COMMANDS:
            return COMMANDS[name].make_context(name, words[name.count(" ") + 1 :])
    raise AssertionError(f"there is no command {' '.join(words)}")


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: f"{shown.page}: {shown.command}")
def test_a_command_that_is_shown_exists(shown):
    program, *words = shlex.split(shown.command)
    if program == "tvec-pv":
        parsed([program, *words])
    elif program == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert set(words) <= set(targets)
    else:
        assert shown.command == "source .venv/bin/activate", "show commands that this test understands"


def test_tests_that_are_named_in_prose_exist():
    folders = re.findall(r"pytest (tests/\w+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_are_documented(name):
    described = [cells[0] for cells in rows(section(REFERENCE / "commands.md", f"### {name}"))]
    names = {re.match(r"`(--[\w-]+|\w+)", cell)[1] for cell in described}
    given = {
        option if option.startswith("--") else option.upper()
        for parameter in COMMANDS[name].params
        for option in parameter.opts
    }
    assert names == given - {"--help"}


def test_no_command_is_documented_that_does_not_exist():
    headings = re.findall(r"^### (tvec-pv .*)$", (REFERENCE / "commands.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(COMMANDS)


@on_sqlite
@pytest.mark.parametrize("page", ["tutorial.md", "how-to/map-a-partners-listing.md"])
def test_a_page_shows_what_is_printed(page, morning, command, monkeypatch):
    monkeypatch.chdir(ROOT)
    wrong = []
    for shown in shown_on(DOCS / page):
        program, *words = shlex.split(shown.command)
        if program != "tvec-pv":
            continue
        answer = command(*words, house=morning)
        assert answer.code == 0, f"{shown.command}: {answer.err}"
        if shown.output and not OutputChecker().check_output(shown.output, answer.out, ELLIPSIS | NORMALIZE_WHITESPACE):
            wrong.append(f"$ {shown.command}\n{answer.out}")
    assert not wrong, "\n".join(wrong)


# --- JSON


_OPEN = ("case", "classes", "verdicts", "was", "now", "rules")  # their keys are data: element numbers, classes, regions


def fields(value, at=""):
    """The path of every field in a JSON value, with [] for "each of the list"."""
    if isinstance(value, list):
        return set().union(*(fields(one, f"{at}[]") for one in value))
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        path = f"{at}.{key}" if at else key
        found |= {path} if key in _OPEN and isinstance(inner, dict) else {path} | fields(inner, path)
    return found


def documented_fields(heading):
    return {cells[0].strip("`") for cells in rows(section(REFERENCE / "json.md", f"## {heading}"))}


def example(heading):
    found = re.search(r"```json\n(.*?)```", section(REFERENCE / "json.md", f"## {heading}"), re.DOTALL)
    return json.loads(found[1])


def printed(answer):
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


@on_sqlite
@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("detect", ["detect"]),
        ("export", ["export"]),
        ("quality", ["quality"]),
        ("cases list", ["cases", "list"]),
        ("cases history", ["cases", "history", "US-EXAMPLEBIO-2026000101"]),
        ("quarantine list", ["quarantine", "list"]),
        ("quarantine show", ["quarantine", "show", "38"]),
        ("quarantine replay", ["quarantine", "replay", "38"]),
        ("signals list", ["signals", "list"]),
        ("signals reasons", ["signals", "reasons"]),
        ("signals groups", ["signals", "groups"]),
        ("signals budget", ["signals", "budget", "--reports-per-week", "3"]),
    ],
)
def test_json_is_what_is_documented(heading, words, morning, command):
    command("quarantine", "assign", 38, "--to", "B. Officer", house=morning)
    command(
        "signals", "decide", 1, "--as", "supported", "--reason", "a second case, as sure as the first", house=morning
    )
    real = fields(printed(command(*words, "--json", house=morning)))
    assert documented_fields(heading) == real
    assert fields(example(heading)) == real


@on_sqlite
def test_json_of_a_case_is_what_is_documented(morning, command):
    """No case has everything."""
    cases = (A_CASE_WITH_FINDINGS, A_FOLLOWED_CASE, A_CASE_WITH_GAPS)
    real = set().union(*(fields(printed(command("cases", "show", case, "--json", house=morning))) for case in cases))
    assert documented_fields("cases show") == real
    assert fields(example("cases show")) == real


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("intake", ["intake", SAMPLES / "inbox" / "imlygic_2026-11-08_broken-off.xml"]),
        ("background load", ["background", "load", SAMPLES / "background"]),
        ("mapping check", ["mapping", "check", SAMPLES / "mappings" / MAPPING, SAMPLES / "mappings" / LISTING]),
    ],
)
def test_json_of_what_is_read_is_what_is_documented(heading, words, command):
    real = fields(printed(command(*words, "--json")))
    assert documented_fields(heading) == real
    assert fields(example(heading)) == real


@on_sqlite
@pytest.mark.parametrize("heading", ["duplicates find", "duplicates list"])
def test_json_of_duplicates_is_what_is_documented(heading, house, command, tmp_path):
    taken = tmp_path / "copies.xml"
    taken.write_bytes(e2b_batch(*map(e2b_message, one_patient_twice()), batch_id="DOCS", created="20261102060000+0000"))
    command("intake", taken, house=house)
    found = fields(printed(command("duplicates", "find", "--json", house=house)))
    pair = [case.worldwide_id for case in one_patient_twice()]
    command("duplicates", "decide", *pair, "--as", "distinct", "--reason", "Two patients of one trial", house=house)
    listed = printed(command("duplicates", "list", "--json", house=house))
    shown = printed(command("duplicates", "show", *pair, "--json", house=house))

    real = found if heading == "duplicates find" else fields(listed)
    assert documented_fields(heading) == real
    assert fields(example(heading)) == real
    assert {name: shown[name] for name in listed[0]} == listed[0]
    assert shown.keys() - listed[0].keys() == {"cases"}


@on_sqlite
def test_json_of_what_explains_a_signal_is_what_is_documented(house, command, tmp_path):
    """No signal has everything."""
    taken = tmp_path / "illness.xml"
    illness = a_case("US-TESTS-1", reactions=(a_reaction("Illness"),))
    taken.write_bytes(e2b_batch(e2b_message(illness), batch_id="DOCS", created="20261102060000+0000"))
    command("background", "load", SAMPLES / "background", house=house)
    command("intake", SAMPLES / "inbox", taken, house=house)
    command("detect", house=house)
    numbers = {one["name"]: one["id"] for one in printed(command("signals", "list", "--json", house=house))}
    shown = (numbers["Oral herpes"], numbers["Influenza like illness"])
    real = set().union(*(fields(printed(command("signals", "explain", one, "--json", house=house))) for one in shown))

    assert documented_fields("signals explain") == real
    assert fields(example("signals explain")) == real


@on_sqlite
def test_json_of_listedness_is_what_is_documented(house, command, tmp_path):
    taken = tmp_path / "open.xml"
    case = a_case("US-DOCS-1", reactions=(a_reaction("Eczema herpeticum"),))
    taken.write_bytes(e2b_batch(e2b_message(case), batch_id="DOCS", created="20261102060000+0000"))
    command("intake", taken, house=house)
    words = ("US-DOCS-1", 1, "US", "--as", "listed", "--reason", "section 5.2 covers it")
    command("listedness", "decide", *words, house=house)
    real = fields(printed(command("listedness", "list", "--json", house=house)))

    assert documented_fields("listedness list") == real
    assert fields(example("listedness list")) == real


@on_sqlite
def test_json_of_a_profile_is_what_is_documented(morning, command, tmp_path):
    draft = write_draft(tmp_path, UNLISTED)
    real = fields(printed(command("profile", "diff", SHIPPED.name, draft, "--json", house=morning)))

    assert documented_fields("profile diff") == real
    assert fields(example("profile diff")) == real


@on_sqlite
def test_json_that_is_like_another(morning, command):
    signals = printed(command("signals", "list", "--json", house=morning))
    assert printed(command("signals", "show", str(signals[0]["id"]), "--json", house=morning)) == signals[0]
    status = printed(command("background", "status", "--json", house=morning))
    assert fields(status.pop("loaded")) == documented_fields("background load") - {"[].new"}
    of_refused = {"refused[].name", "refused[].sha256", "refused[].reason", "refused[].at"}
    assert fields(status) == documented_fields("background status") - {"loaded"} - of_refused


def test_json_of_the_self_test_is_what_is_documented(command, monkeypatch):
    monkeypatch.delenv("TVEC_PV_REAL_DATA", raising=False)
    real = fields(printed(command("self-test", "--json")))
    assert documented_fields("self-test") == real
    assert fields(example("self-test")) == real


@on_sqlite
def test_json_of_a_generated_background_and_its_scores_is_what_is_documented(house, command, tmp_path):
    written = printed(command("background", "generate", "--reports", 400, "--out", tmp_path / "generated", "--json"))
    command("background", "load", tmp_path / "generated" / "quarters", house=house)
    scored = printed(command("background", "score", "--json", house=house))

    for heading, real in (("background generate", fields(written)), ("background score", fields(scored))):
        assert documented_fields(heading) == real
        assert fields(example(heading)) == real


@on_sqlite
def test_json_of_users_is_what_is_documented(house, command):
    command("users", "add", "A. Officer", "--role", "safety officer", house=house)
    real = fields(printed(command("users", "list", "--json", house=house)))
    assert documented_fields("users list") == real
    assert fields(example("users list")) == real


def test_every_command_with_json_has_a_section():
    with_json = {name.removeprefix("tvec-pv ") for name, one in COMMANDS.items() if "as_json" in _names(one)}
    headings = re.findall(r"^## (.*)$", (REFERENCE / "json.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(with_json)


def _names(command):
    return {parameter.name for parameter in command.params}


# --- the workbook, the methods


@on_sqlite
def test_every_sheet_and_column_of_the_workbook_is_documented(night):
    page = REFERENCE / "workbook.md"
    workbook = load_workbook(night.exported.path, read_only=True)
    for sheet in workbook:
        lines = list(sheet.iter_rows(values_only=True))
        if sheet.title == "Cover":
            titles = [line[0] for line in lines[2:] if len(line) > 1 and line[1] is not None]
        else:
            titles = list(lines[1])
        assert [cells[0] for cells in rows(section(page, f"## {sheet.title}"))] == titles


def worked():
    """Each row of the worked numbers, with the interval that the code computes for it."""
    text = section(REFERENCE / "methods.md", "## Worked numbers")
    for part in re.split(r"(?=a = \d)", text)[1:]:
        a, b, c, d = map(int, re.match(r"a = (\d+), b = (\d+), c = (\d+), d = (\d+)", part).groups())
        cells = table([a], [b], [c], [d])
        computed = {
            "expected": [cells.expected],
            "chi-square": [chi_square(cells)],
            "chi-square (Yates)": [chi_square_yates(cells)],
            **{name: [of.estimate, of.lower, of.upper] for name, of in (("PRR", prr(cells)), ("ROR", ror(cells)))},
            "IC": [(of := information_component(cells)).estimate, of.lower, of.upper],
        }
        for name, *numbers in rows(part.partition("The IC of observed")[0]):
            yield pytest.param(numbers, [float(one[0]) for one in computed[name]], id=f"{name} of a = {a:g}")
    for observed, expected, lower, estimate, upper in rows(text.partition("The IC of observed")[2]):
        of = information_component_of(np.array([float(observed)]), np.array([float(expected)]))
        computed = [float(one[0]) for one in (of.lower, of.estimate, of.upper)]
        yield pytest.param([lower, estimate, upper], computed, id=f"IC of {observed} against {expected}")


@pytest.mark.parametrize(("shown", "computed"), worked())
def test_the_worked_numbers_are_computed(shown, computed):
    given = [number for number in shown if number]
    assert len(given) == len(computed)
    for number, value in zip(given, computed, strict=True):
        assert round(value, len(number.partition(".")[2])) == float(number)


def more_worked():
    goldens = {(golden.method, golden.case): golden for golden in golden_numbers()[1]}
    for method, case, name, shown in rows(section(REFERENCE / "methods.md", "## More worked numbers")):
        yield pytest.param(goldens[method, case], name, shown, id=f"{method}: {name} of {case}")


@pytest.mark.parametrize(("golden", "name", "shown"), more_worked())
def test_more_of_the_worked_numbers_are_computed(golden, name, shown):
    computed = METHODS[golden.method].compute(golden.given)[name]
    assert round(computed, len(shown.partition(".")[2])) == float(shown)


def shrunk():
    """Each row of the worked numbers of shrinkage, with what the code computes under the theta above it."""
    text = section(REFERENCE / "methods.md", "### Agreement, and worked numbers of shrinkage")
    for part in re.split(r"^With theta = ", text, flags=re.MULTILINE)[1:]:
        prior = Prior(*(float(Fraction(one)) for one in re.match(r"\((.*?)\)", part)[1].split(", ")))
        for n, e, *numbers in rows(part):
            of = shrink([int(n)], [float(e)], prior)
            yield pytest.param(numbers, [of.ebgm[0], of.eb05[0], of.eb95[0]], id=f"{n} where {e} were expected")


@pytest.mark.parametrize(("shown", "computed"), shrunk())
def test_the_worked_numbers_of_shrinkage_are_computed(shown, computed):
    assert any(shown)
    for number, value in zip(shown, computed, strict=True):
        assert not number or round(value, len(number.partition(".")[2])) == float(number)


@pytest.mark.parametrize(
    "shown", rows(section(REFERENCE / "methods.md", "## The alert budget")), ids=lambda row: row[0]
)
def test_the_false_flags_that_are_shown_are_simulated(shown):
    """Within the errors of 40 replicates."""
    rule, ever, at_end, *elsewhere = shown
    looks = null_case()[rule]

    for number, simulated in ((ever, looks.ever), (at_end, looks.at_end)):
        assert float(number) == pytest.approx(simulated, abs=3 * np.sqrt(max(simulated, 0.5) / 40))
    for number, other in zip((ever, at_end), elsewhere, strict=True):
        assert float(number) == pytest.approx(float(other), abs=3 * np.sqrt(2 * max(float(other), 0.5) / 40))


@cache
def null_case():
    null = Null(log_uniform(400, 1e-4, 0.05, 20_000_000), 20_000_000, before=0, coming=430)
    return simulate(null, thresholds(), Prior(0.2, 0.1, 2, 4, 1 / 3), replicates=40, seed=7)


# --- links


def links():
    for page in PROSE:
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" not in target and not target.startswith("mailto:"):
                yield page, target


def anchors(page):
    """The names under which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere():
    dead = []
    for page, target in links():
        path, _, anchor = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        if not to.exists() or (anchor and anchor not in anchors(to)):
            dead.append(f"{page.relative_to(ROOT)}: {target}")
    assert dead == []


def test_every_page_can_be_reached_from_the_index():
    linked = {(page.parent / target.partition("#")[0]).resolve() for page, target in links() if page.name == "index.md"}
    pages = {page for page in DOCS.rglob("*.md") if page.name != "index.md" and page.parent.name != "adr"}
    assert pages - linked == set()


def test_messages_that_the_how_to_names_are_those_of_the_product():
    quoted = [cells[0] for cells in rows((DOCS / "how-to" / "run-the-night.md").read_text("utf-8"))]
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    parts = [part.strip(" ();`") for message in quoted for part in message.split("...")]
    assert [part for part in parts if part not in sources] == []


def test_pages_that_messages_name_exist():
    """A message of the product that says "see docs/..." must not send anybody nowhere."""
    sources = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    named = {name for text in sources for name in re.findall(r"docs/[\w/-]+\.md", text)}
    assert named
    assert {name for name in named if not (ROOT / name).is_file()} == set()
