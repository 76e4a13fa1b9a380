"""From generated quarters to the statistics of all pairs: counted again by SQL, computed again pair by pair."""

import json
import re
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from tests.factories import faers_quarter
from tests.generated_background import a_world, write_loaded
from tests.real_data import REAL_DATA, needs_real_data
from tests.stored import asked
from tvec_pv.actions.background import load_background
from tvec_pv.actions.runs import open_house
from tvec_pv.actions.scoring import score_background
from tvec_pv.background.current import current_reports
from tvec_pv.background.generated_files import QUARTERS, write_quarters
from tvec_pv.background.pairs import count_pairs
from tvec_pv.background.planted import plant
from tvec_pv.background.scores import MEASURES, expected, incidences, prior_of
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.statistics.contingency import table
from tvec_pv.domain.statistics.disproportionality import chi_square, chi_square_yates, prr, ror
from tvec_pv.domain.statistics.information_component import information_component_of
from tvec_pv.domain.statistics.posterior import shrink
from tvec_pv.domain.terms import normalise
from tvec_pv.reference_files import generation
from tvec_pv.settings import Settings

REPORTS, SEED = 8_000, 4


@pytest.fixture(scope="module")
def quarters(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated")
    planted = generation()["planted"] | {"at_least": 200, "ratios": [10.0, 20.0, 40.0]}
    world = a_world(SEED, substances=300, reactions=3_000, evenness=0.05, planted=planted)
    write_quarters(world, plant(world, REPORTS, SEED), REPORTS, SEED, folder)
    return folder / QUARTERS


@pytest.fixture(scope="module")
def house(tmp_path_factory, quarters):
    house = open_house(Settings(home=tmp_path_factory.mktemp("home")))
    load_background(house, [quarters])
    yield house
    house.store.engine.dispose()


@pytest.fixture(scope="module")
def scored(house):
    return score_background(house)


@pytest.fixture(scope="module")
def rows(scored):
    return pl.read_parquet(scored.path)


def test_sql_over_the_loaded_quarters_counts_the_same(house, rows):
    """The newest versions, the deleted cases and the pairs, all by SQL from what each quarter was read to."""
    folder = house.settings.background
    with duckdb.connect() as database:
        for kind in ("reports", "drugs", "reactions", "deleted"):
            database.execute(
                f"""CREATE VIEW {kind} AS SELECT *, regexp_extract(filename, '([^/]+)/[^/]+$', 1) AS extract
                    FROM read_parquet('{folder}/*-*-*/{kind}.parquet', filename = true, file_row_number = true)
                    WHERE filename NOT LIKE '%/current-%'"""
            )
        database.execute(
            """CREATE TABLE newest AS
               SELECT extract, file_row_number AS place FROM reports AS one
               WHERE version = (SELECT max(version) FROM reports WHERE "case" = one."case")
                 AND "case" NOT IN (SELECT "case" FROM deleted WHERE as_of >= one.received)"""
        )
        (reports,) = database.execute("SELECT count(*) FROM newest").fetchone()
        pairs = database.execute(
            """SELECT substance, reaction, count(DISTINCT (extract, place))
               FROM newest JOIN drugs USING (extract, place) JOIN reactions USING (extract, place)
               WHERE role IN ('PS', 'SS', 'I') GROUP BY ALL"""
        ).fetchall()

    assert len(pairs) > 10_000
    assert REPORTS * 0.9 < reports < REPORTS
    assert {(row["substance"], row["reaction"]): row["n"] for row in rows.iter_rows(named=True)} == {
        (substance, reaction): n for substance, reaction, n in pairs
    }


def test_every_measure_is_that_of_its_2x2_table(house, scored, rows):
    pairs = count_pairs(incidences(current_reports(house.settings.background)))
    of_substance = dict(zip(pairs.substances, pairs.with_substance.sum(axis=0).tolist(), strict=True))
    of_reaction = dict(zip(pairs.reactions, pairs.with_reaction.sum(axis=0).tolist(), strict=True))
    some = rows.sample(500, seed=1)
    a = some["n"].to_numpy().astype(float)
    product = np.array([of_substance[name] for name in some["substance"].cast(pl.String)], float)
    reaction = np.array([of_reaction[name] for name in some["reaction"].cast(pl.String)], float)
    cells = table(a, product - a, reaction - a, scored.stored.reports - product - reaction + a)
    of_margins = product * reaction / scored.stored.reports
    shrunk = shrink(some["n"].to_numpy(), of_margins, scored.stored.prior)
    proportional, odds, component = prr(cells), ror(cells), information_component_of(a, of_margins)
    again = {
        "expected": of_margins,
        "prr": proportional.estimate,
        "prr_lower": proportional.lower,
        "prr_upper": proportional.upper,
        "ror": odds.estimate,
        "ror_lower": odds.lower,
        "ror_upper": odds.upper,
        "chi_square": chi_square(cells),
        "chi_square_yates": chi_square_yates(cells),
        "ic": component.estimate,
        "ic_lower": component.lower,
        "ic_upper": component.upper,
        "ebgm": shrunk.ebgm,
        "eb05": shrunk.eb05,
        "eb95": shrunk.eb95,
    }

    assert set(again) == set(MEASURES) == set(rows.columns) - {"substance", "reaction", "n"}
    for name, values in again.items():
        found = some[name].fill_null(np.nan).to_numpy()
        assert np.allclose(found, values, rtol=2e-6 if name.startswith("eb") else 1e-12, equal_nan=True), name


def test_what_is_not_defined_is_null_and_no_number(rows):
    """nan is greater than every limit in SQL: a pair without a PRR would pass every threshold."""
    only_here = rows.filter(pl.col("prr").is_null())

    assert only_here.height > 0
    assert only_here["ror"].null_count() == only_here.height
    assert rows.select(pl.col(MEASURES).is_nan().any()).row(0) == (False,) * len(MEASURES)


def test_the_rows_are_in_the_order_of_their_names(rows):
    names = rows.select(pl.col("substance", "reaction").cast(pl.String))

    assert names.equals(names.sort("substance", "reaction"))
    assert names.is_duplicated().sum() == 0


def test_the_prior_is_kept_with_what_it_was_fitted_on(house, scored, rows):
    stored = prior_of(house.settings.background)

    assert stored == scored.stored
    assert stored.pairs == rows.height
    assert stored.usable == stored.prior
    assert stored.likelihood == "with zero cells"
    assert stored.roles == ("PS", "SS", "I")
    assert stored.release in asked(house, "SELECT subject FROM audit WHERE action = 'background scored'")[0]["subject"]
    metadata = duckdb.sql(f"SELECT value FROM parquet_kv_metadata('{scored.path}') WHERE key = 'prior'").fetchall()
    assert json.loads(metadata[0][0])["release"] == stored.release


@pytest.mark.parametrize("content", ["", "{}", '{"prior": {"alpha": 1}}'])
def test_a_prior_that_other_code_wrote_is_none(tmp_path, quarters, content):
    house = open_house(Settings(home=tmp_path))
    load_background(house, [min(quarters.iterdir())])
    stored = score_background(house)
    stored.path.with_suffix(".json").write_text(content)

    assert prior_of(house.settings.background) is None
    house.store.engine.dispose()


def test_another_quarter_leaves_the_prior_behind(tmp_path, quarters):
    """What was fitted on another release is not taken for this one's."""
    house = open_house(Settings(home=tmp_path))
    first, second, *_ = sorted(quarters.iterdir())
    load_background(house, [first])
    score_background(house)
    before = prior_of(house.settings.background)

    load_background(house, [second])

    assert before is not None
    assert prior_of(house.settings.background) is None
    house.store.engine.dispose()


def test_quarters_in_any_order_have_the_same_scores(tmp_path, quarters, rows):
    house = open_house(Settings(home=tmp_path))
    for path in sorted(quarters.iterdir(), reverse=True):
        load_background(house, [path])

    again = pl.read_parquet(score_background(house).path)

    assert again.equals(rows)
    house.store.engine.dispose()


@pytest.mark.parametrize("strata", [["sex"], ["age_group", "sex"], ["quarter"]])
def test_expected_counts_add_up_over_strata(house, strata):
    """Against SQL: in each stratum the reports with the substance times those with the reaction, over all of it."""
    current = current_reports(house.settings.background)
    scored = score_background(house, strata)
    files = {kind: [str(file) for file in current.files(kind)] for kind in ("reports", "drugs", "reactions")}
    stratum = " || '/' || ".join(f"coalesce(CAST({name} AS VARCHAR), 'unknown')" for name in strata)
    with duckdb.connect() as database:
        database.execute(
            f"CREATE TABLE r AS SELECT number AS report, {stratum} AS s FROM read_parquet({files['reports']})"
        )
        database.execute(
            f"""CREATE TABLE d AS SELECT DISTINCT report, substance FROM read_parquet({files["drugs"]})
                WHERE role IN ('PS', 'SS', 'I')"""
        )
        database.execute(f"CREATE TABLE x AS SELECT DISTINCT report, reaction FROM read_parquet({files['reactions']})")
        by_sql = database.execute(
            """WITH a AS (SELECT substance, s, count(*) AS n FROM d JOIN r USING (report) GROUP BY ALL),
                    b AS (SELECT reaction, s, count(*) AS n FROM x JOIN r USING (report) GROUP BY ALL),
                    t AS (SELECT s, count(*) AS n FROM r GROUP BY s)
               SELECT substance, reaction, sum(a.n * b.n / t.n) FROM a JOIN b USING (s) JOIN t USING (s) GROUP BY ALL"""
        ).fetchall()
    by_pair = {(current.substances[one], current.reactions[two]): value for one, two, value in by_sql}
    rows = pl.read_parquet(scored.path).sample(300, seed=2)

    assert scored.path.name.endswith(f"-{'-'.join(strata)}.parquet")
    for row in rows.iter_rows(named=True):
        assert row["expected"] == pytest.approx(by_pair[row["substance"], row["reaction"]], rel=1e-12)


def test_a_stratum_that_is_not_known_is_refused(house):
    with pytest.raises(Refused, match="choose from sex, age_group, region, quarter"):
        score_background(house, ["weight"])


def test_without_a_background_there_is_nothing_to_score(tmp_path):
    house = open_house(Settings(home=tmp_path))

    with pytest.raises(Refused, match="no background is loaded"):
        score_background(house)
    assert prior_of(house.settings.background) is None
    house.store.engine.dispose()


def test_the_commands_say_what_they_made(tmp_path, command):
    made = command("background", "generate", "--reports", 600, "--seed", 3, "--out", tmp_path / "generated")
    again = command("background", "generate", "--reports", 600, "--out", tmp_path / "generated")
    command("background", "load", tmp_path / "generated" / QUARTERS)
    scored = command("background", "score")
    wrong = command("background", "score", "--by", "weight")

    assert made.out.count("generated reports") == 4
    assert "planted signals" in made.out
    assert (again.code, "holds something already" in again.err) == (1, True)
    assert re.search(r"\d+ pairs scored\nprior \(.*\), with zero cells, log likelihood -[\d.]+, ", scored.out)
    assert (wrong.code, "choose from" in wrong.err) == (1, True)


def test_a_prior_that_the_data_do_not_determine_shrinks_nothing(tmp_path, command):
    """Six hundred reports of five thousand medicines: every column of EBGM is empty, and it is said."""
    command("background", "generate", "--reports", 600, "--out", tmp_path / "generated")
    command("background", "load", tmp_path / "generated" / QUARTERS)
    scored = json.loads(command("background", "score", "--json").out)
    rows = pl.read_parquet(scored["file"])

    assert "NOT CONVERGED: no EBGM" in command("background", "score").out
    assert not (scored["converged"] and scored["is_interior"])
    assert rows.select("ebgm", "eb05", "eb95").null_count().row(0) == (rows.height,) * 3
    assert rows["ic"].null_count() == 0


def test_the_page_of_methods_counts_four_reports_by_these_rules(tmp_path):
    """The worked example of docs/reference/methods.md, as a quarter that is loaded and scored."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "methods.md").read_text("utf-8")
    section = page[page.index("## All pairs of the background") : page.index("## Worked numbers")]
    given, wanted = [], []
    for line in re.findall(r"^\| (\w.*) \|$", section, re.MULTILINE):
        cells = [cell.strip() for cell in line.split("|")]
        (given if cells[0].isdigit() else wanted).append(cells)
    wanted = [cells for cells in wanted if cells[0] not in ("report", "substance")]
    drugs = [
        {"caseid": case, "drug_seq": place, "role_cod": role, "drugname": name, "prod_ai": name}
        for case, medicines, _ in given
        for place, (name, role) in enumerate(re.findall(r"(\w+) \((\w+)\)", medicines), 1)
    ]
    content = faers_quarter(
        quarter="26Q1",
        demo=[{"caseid": case, "fda_dt": "20260401"} for case, *_ in given],
        drug=drugs,
        reac=[{"caseid": case, "pt": term} for case, _, terms in given for term in terms.split(", ")],
        outc=[],
    )
    (tmp_path / "four.zip").write_bytes(content)
    four = open_house(Settings(home=tmp_path / "four"))
    load_background(four, [tmp_path / "four.zip"])
    pairs = count_pairs(incidences(current_reports(four.settings.background)))
    four.store.engine.dispose()
    found = [
        [
            pairs.substances[substance],
            pairs.reactions[reaction],
            str(n),
            str(pairs.with_substance[0, substance]),
            str(pairs.with_reaction[0, reaction]),
            f"{e:g}",
        ]
        for substance, reaction, n, e in zip(pairs.substance, pairs.reaction, pairs.n, expected(pairs), strict=True)
    ]

    assert (len(given), pairs.total) == (4, 4)
    assert found == wanted


def test_the_short_cut_of_tests_and_bench_is_what_loading_makes(tmp_path):
    """Generated reports written as they are after loading, beside those that went through FDA's tables."""
    world = a_world(SEED, substances=300, reactions=600)
    write_quarters(world, plant(world, 3_000, SEED), 3_000, SEED, tmp_path / "generated")
    house = open_house(Settings(home=tmp_path / "home"))
    load_background(house, [tmp_path / "generated" / QUARTERS])
    write_loaded(tmp_path / "short", world, 3_000, SEED)

    long, short = (
        count_pairs(incidences(current_reports(it))) for it in (house.settings.background, tmp_path / "short")
    )
    house.store.engine.dispose()

    def others(pairs):
        """What stands with generated medicines; the product has as many names as it is written in."""
        return {
            (pairs.substances[substance], pairs.reactions[reaction], int(n))
            for substance, reaction, n in zip(pairs.substance, pairs.reaction, pairs.n, strict=True)
            if pairs.substances[substance].startswith("generated ")
        }

    assert long.total == short.total
    assert len(others(long)) > 5_000
    assert others(long) == others(short)


@needs_real_data
def test_the_real_extract_has_the_counts_that_sql_finds_in_its_tables(tmp_path):
    """Straight from FDA's text: every reaction's reports, and the pairs of each ingredient that is written one way."""
    path = REAL_DATA / "faers" / "faers_ascii_2017q2.zip"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "text")
    house = open_house(Settings(home=tmp_path / "home"))
    load_background(house, [path])
    pairs = count_pairs(incidences(current_reports(house.settings.background)))
    house.store.engine.dispose()
    with duckdb.connect() as database:
        for table in ("DEMO", "DRUG", "REAC"):
            database.execute(
                f"""CREATE TABLE {table} AS FROM read_csv('{tmp_path}/text/ascii/{table}17Q2.txt', delim = '$',
                    header = true, all_varchar = true, quote = '', escape = '', encoding = 'latin-1')"""
            )
        database.execute(
            """CREATE TABLE newest AS SELECT primaryid FROM DEMO
               QUALIFY row_number() OVER (PARTITION BY caseid ORDER BY CAST(caseversion AS INT) DESC) = 1"""
        )
        (reports,) = database.execute("SELECT count(*) FROM newest").fetchall()[0]
        of_reaction = dict(
            database.execute(
                """SELECT pt, count(DISTINCT primaryid) FROM newest JOIN REAC USING (primaryid)
                   GROUP BY pt"""
            ).fetchall()
        )
        of_pair = database.execute(
            """WITH ingredients AS (SELECT primaryid, role_cod, unnest(string_split(prod_ai, '\\')) AS ai FROM DRUG),
                    written AS (SELECT split_part(ai, ' ', 1) AS word FROM ingredients GROUP BY word
                                HAVING count(DISTINCT ai) = 1 AND NOT bool_or(contains(ai, ' ')))
               SELECT ai, pt, count(DISTINCT primaryid) FROM newest JOIN ingredients USING (primaryid)
               JOIN written ON ai = word JOIN REAC USING (primaryid) WHERE role_cod IN ('PS', 'SS', 'I') GROUP BY ALL"""
        ).fetchall()
    found = {
        (pairs.substances[substance], pairs.reactions[reaction]): int(n)
        for substance, reaction, n in zip(pairs.substance, pairs.reaction, pairs.n, strict=True)
    }
    unnamed = {row[0] for row in of_pair} - {substance.upper() for substance in pairs.substances}

    assert pairs.total == reports
    assert dict(zip(pairs.reactions, pairs.with_reaction[0].tolist(), strict=True)) == {
        normalise(name): count for name, count in of_reaction.items()
    }
    assert len(of_pair) > 200
    assert unnamed == set()
    assert {(ai.lower(), normalise(pt)): n for ai, pt, n in of_pair}.items() <= found.items()
