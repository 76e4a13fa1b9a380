"""The house: its layout, its layers and its words, as docs/adr and the README promise them."""

import ast
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "tvec_pv"
MODULES = sorted([*SRC.rglob("*.py"), *(ROOT / "flows").rglob("*.py")])
DATA_FOLDERS = [SRC / "reference", ROOT / "expectations", ROOT / "sample_reports"]
DATA_ENDINGS = {".toml", ".json", ".xml", ".csv", ".xlsx", ".zip", ".txt", ".md", ".yaml"}

MOST_LINES = 400
LONG_FOR_A_REASON = {
    "src/tvec_pv/domain/icsr.py": "the whole case model, read beside the numbering of ICH E2B(R3)",
}

# Words of the product: data in reference/, never in code. The package's own name is the one exception.
PRODUCT_WORDS = re.compile(r"t[-_ .]?vec(?![-_ ]?pv)|imlygic|talimogen|laherpar|oncovex|amg ?678", re.IGNORECASE)
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "signal"}
SLOW_TO_IMPORT = (
    "prefect",
    "great_expectations",
    "pandas",
    "polars",
    "duckdb",
    "sqlalchemy",
    "openpyxl",
    "lxml",
    "scipy",
)


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def tree_of(path):
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def docstrings(tree):
    """The nodes that are docstrings of the module, its classes and its functions."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value


def each_module():
    return pytest.mark.parametrize("module", MODULES, ids=name_of)


# --- layout --------------------------------------------------------------------------------------------------------


def test_there_is_a_house():
    assert len(MODULES) > 40


@each_module()
def test_a_module_says_what_it_is(module):
    assert (ast.get_docstring(tree_of(module)) or "").strip()


def test_no_module_is_long_without_a_reason():
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    long = {name for name, lines in lengths.items() if lines > MOST_LINES}

    assert long == set(LONG_FOR_A_REASON)
    assert max(lengths.values()) <= MOST_LINES * 1.3


def test_no_module_is_named_for_nothing():
    assert [name_of(path) for path in MODULES if path.stem in NAMES_THAT_SAY_NOTHING] == []


@pytest.mark.parametrize("folder", DATA_FOLDERS, ids=name_of)
def test_data_folders_hold_data_and_no_code(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]

    assert files
    assert [name_of(path) for path in files if path.suffix not in DATA_ENDINGS] == []
    assert [name_of(path) for path in files if os.access(path, os.X_OK)] == []
    assert [name_of(path) for path in files if path.read_bytes().startswith(b"#!")] == []


def test_the_import_contracts_hold():
    linter = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    for contract in ("The house", "The domain knows no framework", "Prefect stays in flows"):
        assert contract in run.stdout


def test_nothing_slow_is_imported_before_a_command_needs_it():
    program = "import sys, tvec_pv.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(run.stdout.split())

    assert "typer" in imported
    assert sorted(imported & set(SLOW_TO_IMPORT)) == []


# --- words ---------------------------------------------------------------------------------------------------------


@each_module()
def test_no_code_names_the_product(module):
    tree = tree_of(module)
    prose = set(docstrings(tree))
    said = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in prose
    ]
    called = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    called += [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    called += [node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]

    assert [words for words in (*said, *called) if PRODUCT_WORDS.search(words)] == []


@pytest.mark.parametrize(
    ("words", "of_the_product"),
    [
        ("Imlygic", True),
        ("T-VEC", True),
        ("tvec", True),
        ("the T-VEC arm", True),
        ("talimogene", True),
        ("tvec-pv", False),
        ("tvec_pv.cli", False),
        ("TVEC_PV_HOME", False),
        ("vector", False),
    ],
)
def test_the_words_of_the_product_are_told_from_the_name_of_the_package(words, of_the_product):
    assert bool(PRODUCT_WORDS.search(words)) is of_the_product


@each_module()
def test_nothing_is_printed_or_left_to_do(module):
    printed = [
        node.lineno
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "breakpoint")
    ]
    with module.open("rb") as file:
        comments = [one.string for one in tokenize.tokenize(file.readline) if one.type == tokenize.COMMENT]

    assert printed == []
    assert [comment for comment in comments if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", comment)] == []


@pytest.mark.parametrize("module", sorted((SRC / "domain").rglob("*.py")), ids=name_of)
def test_the_domain_has_no_clock_and_no_environment_of_its_own(module):
    called = [
        node.func.attr
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]

    assert [
        name for name in called if name in ("now", "utcnow", "today", "time", "monotonic", "getenv", "urandom")
    ] == []


@each_module()
def test_a_listed_reaction_is_never_called_expected(module):
    """That word belongs to Great Expectations, to the expected count of a table, and to local labels."""
    names = [node.name for node in ast.walk(tree_of(module)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]

    assert [name for name in names if re.search("expectedness|unexpected|is_expected", name, re.IGNORECASE)] == []


# --- documents -----------------------------------------------------------------------------------------------------


def test_decision_records_are_numbered_without_gaps():
    records = sorted(path.name for path in (ROOT / "docs" / "adr").iterdir() if path.suffix == ".md")
    numbers = [int(re.match(r"(\d{4})-[a-z0-9-]+\.md$", name)[1]) for name in records]

    assert numbers
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_decision_record_that_is_cited_is_there():
    files = [ROOT / "pyproject.toml", ROOT / "Makefile", *MODULES, *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    cited = {number for path in files for number in re.findall(r"\badr/(\d{4})", path.read_text("utf-8"))}
    there = {path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md")}

    assert cited
    assert cited <= there


def commands():
    """Every command of the program, as it is typed."""
    import typer

    from tvec_pv.cli import app

    def inside(command, typed):
        for name, one in getattr(command, "commands", {}).items():
            if getattr(one, "commands", None):
                yield from inside(one, f"{typed} {name}")
            else:
                yield f"{typed} {name}", [option for parameter in one.params for option in parameter.opts]

    return dict(inside(typer.main.get_command(app), "tvec-pv"))


def test_every_command_and_every_option_is_documented():
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    found = commands()
    options = {option for given in found.values() for option in given if option.startswith("--")}

    assert len(found) > 10
    assert [typed for typed in found if typed not in page] == []
    assert [option for option in sorted(options - {"--help"}) if option not in page] == []


# --- files ---------------------------------------------------------------------------------------------------------

# Put together here, so that this file does not hold what it looks for. The examples of docs are those of a user pv.
OF_A_MACHINE = re.compile(
    "|".join(("/" + "work/", "/" + r"home/(?!pv/)\w", "/" + r"Users/\w", "/" + "root/", r"[A-Z]:\\Users"))
)
NOT_OURS = {".git", ".venv", ".tvec-pv", ".hypothesis", "__pycache__", "dist", "htmlcov"}


def text_files():
    """The files of the checkout that are text, without what tools leave behind."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and not re.search(r"_cache$|\.egg-info$", name)]
        for name in files:
            content = (Path(folder) / name).read_bytes()
            if b"\0" not in content[:1024] and not name.startswith(".coverage"):
                yield Path(folder) / name, content.decode("utf-8", errors="replace")


def test_no_file_names_a_path_of_one_machine():
    files = dict(text_files())

    assert ROOT / "pyproject.toml" in files
    assert len(files) > 100
    assert [
        (name_of(path), OF_A_MACHINE.search(text)[0]) for path, text in files.items() if OF_A_MACHINE.search(text)
    ] == []
