"""The case as data: which case a report is of, what counts as suspect, and how a case is stored and compared."""

import json
import re
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from itertools import combinations
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tvec_pv.domain import icsr
from tvec_pv.domain.case_json import content_hash, decode_case, encode
from tvec_pv.domain.dates import PartialDate, read_date
from tvec_pv.domain.icsr import (
    Case,
    Drug,
    DrugRole,
    Identifier,
    NullFlavor,
    Patient,
    Quantity,
    Reaction,
    Seriousness,
    Term,
    case_key,
    is_suspect,
    known,
)

# --- any case ------------------------------------------------------------------------------------------------------

DATES = ["2024", "202403", "20240309", "20240309141516", "20240309141516-0500", "20240309141516+0900"]
WORDS = ["", " ", "x", "NI", "MSK", "true", "false", "null", "None", "0", "20240309", "nullFlavor", "ß\n\t€ 𝒳", "{}"]

texts = st.sampled_from(WORDS) | st.text(max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)


def is_union(hint):
    return get_origin(hint) in (Union, UnionType)


def values_of(hint):
    """Any value of a field with this type."""
    if is_union(hint):
        return st.one_of([values_of(option) for option in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=2).map(tuple)
    if is_dataclass(hint) and hint is not PartialDate:
        return st.deferred(lambda: parts_of(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return {
        PartialDate: st.sampled_from(DATES).map(read_date),
        str: texts,
        float: numbers,
        int: st.integers(0, 99),
        bool: st.booleans(),
        type(None): st.none(),
    }[hint]


@cache
def parts_of(kind):
    """A case, or a part of one, with some of its fields filled."""
    hints = get_type_hints(kind)
    return st.fixed_dictionaries({}, optional={name: values_of(hint) for name, hint in hints.items()}).map(
        lambda values: kind(**values)
    )


cases = parts_of(Case)
any_case = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=200)


# --- one case with every field filled, and each single change to it ------------------------------------------------


def filled(hint, name=""):
    """A value that is not the default, for a field of this type."""
    if is_union(hint):
        return filled(next(option for option in get_args(hint) if option not in (NullFlavor, type(None))), name)
    if get_origin(hint) is tuple:
        return (filled(get_args(hint)[0], name),)
    if hint is PartialDate:
        return read_date("20240309")
    if is_dataclass(hint):
        return hint(**{part: filled(kind, part) for part, kind in get_type_hints(hint).items()})
    return {str: f"{name} as sent", float: 2.5, int: 3, bool: True}[hint]


EVERY_FIELD = filled(Case)


def leaves(part, path=()):
    """The way to every single value of a case."""
    if isinstance(part, tuple):
        for index, entry in enumerate(part):
            yield from leaves(entry, (*path, index))
    elif is_dataclass(part) and not isinstance(part, PartialDate):
        for field in fields(part):
            yield from leaves(getattr(part, field.name), (*path, field.name))
    else:
        yield path, part


def with_value(part, path, value):
    """The same case with another value at one place."""
    if not path:
        return value
    step, *rest = path
    if isinstance(part, tuple):
        return (*part[:step], with_value(part[step], rest, value), *part[step + 1 :])
    return replace(part, **{step: with_value(getattr(part, step), rest, value)})


def other_value(value):
    if isinstance(value, PartialDate):
        return read_date("20240310")
    return {str: lambda: value + ".", bool: lambda: not value, float: lambda: value + 1, int: lambda: value + 1}[
        type(value)
    ]()


def value_at(part, path):
    for step in path:
        part = part[step] if isinstance(part, tuple) else getattr(part, step)
    return part


def hint_at(path):
    """The declared type of the field at a place of the case."""
    *way, name = path
    return get_type_hints(type(value_at(EVERY_FIELD, way)))[name]


def name_of(path):
    return ".".join(map(str, path))


def params(paths):
    return [pytest.param(path, id=name_of(path)) for path in paths]


LEAVES = [path for path, _ in leaves(EVERY_FIELD)]
CREATED = ("created",)
NULLABLE = [
    path
    for path in LEAVES
    if isinstance(path[-1], str) and is_union(hint_at(path)) and NullFlavor in get_args(hint_at(path))
]
TUPLES = [
    path[: index + 1]
    for path in LEAVES
    for index, step in enumerate(path)
    if isinstance(step, str) and isinstance(value_at(EVERY_FIELD, path[: index + 1]), tuple)
]


def hash_of(case):
    return content_hash(encode(case))


def stored(case):
    """The case after a round through JSON text, which knows neither tuples nor classes."""
    return decode_case(json.loads(json.dumps(encode(case))))


def test_the_case_with_every_field_filled_reaches_every_part_of_the_model():
    classes = {kind for kind in vars(icsr).values() if isinstance(kind, type) and is_dataclass(kind)}
    reached = {type(value_at(EVERY_FIELD, path[:index])) for path in LEAVES for index in range(len(path))}
    assert reached - {tuple} == classes - {PartialDate}
    assert len(NULLABLE) > 50


# --- known ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavor", NullFlavor)
def test_a_null_flavor_is_not_known(flavor):
    assert known(flavor) is None


def test_what_is_not_mentioned_is_not_known():
    assert known(None) is None


@pytest.mark.parametrize("value", ["x", "", "MSK", 0.0, 0, False, True, read_date("2024"), Quantity(value=1.0), ()])
def test_a_value_is_known_even_when_it_counts_for_nothing(value):
    assert known(value) is value


# --- case_key ------------------------------------------------------------------------------------------------------


def test_the_worldwide_number_makes_the_case():
    assert case_key(Case(worldwide_id="US-A-1", sender_case_id="US-B-2")) == "US-A-1"


@pytest.mark.parametrize("missing", [None, "", " ", "\t\n"])
def test_the_senders_number_stands_in_for_a_missing_worldwide_one(missing):
    assert case_key(Case(worldwide_id=missing, sender_case_id="US-B-2")) == "US-B-2"


@pytest.mark.parametrize("worldwide", [None, "", " "])
@pytest.mark.parametrize("senders", [None, "", " "])
def test_a_case_without_a_number_has_no_key(worldwide, senders):
    assert case_key(Case(worldwide_id=worldwide, sender_case_id=senders)) is None


@pytest.mark.parametrize("number", ["us-apharma-1", " US-APHARMA-1 ", "Us-APharma-1\n"])
def test_neither_case_nor_space_makes_another_case(number):
    assert case_key(Case(worldwide_id=number)) == case_key(Case(sender_case_id=number)) == "US-APHARMA-1"


def test_other_numbers_of_the_case_are_not_its_key():
    others = (Identifier(source="A", number="US-A-1"),)
    assert case_key(Case(other_ids=others, linked_reports=("US-A-1",))) is None


@given(st.text(st.characters(codec="ascii")), st.text(st.characters(codec="ascii")))
def test_the_key_depends_on_nothing_but_the_two_numbers(worldwide, senders):
    first = Case(worldwide_id=worldwide, sender_case_id=senders)
    second = replace(EVERY_FIELD, worldwide_id=worldwide, sender_case_id=senders)
    assert case_key(first) == case_key(second) == ((worldwide.strip() or senders.strip()).upper() or None)


# --- is_suspect ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "suspect"),
    [("1", True), ("2", False), ("3", True), ("4", False), ("", False), ("5", False), ("11", False), (None, False)],
)
def test_suspect_and_interacting_are_the_suspect_roles(role, suspect):
    assert is_suspect(Drug(role=role)) is suspect


@pytest.mark.parametrize("flavor", NullFlavor)
def test_a_role_that_was_not_given_is_not_suspect(flavor):
    assert is_suspect(Drug(role=flavor)) is False


def test_a_role_by_name_counts_as_by_code():
    assert [role for role in DrugRole if is_suspect(Drug(role=role))] == [DrugRole.SUSPECT, DrugRole.INTERACTING]


def test_a_similar_device_is_no_suspect():
    """FDA.G.k.1.a = 1 beside G.k.1 = 4: read without its code system the device would look like a suspect drug."""
    assert is_suspect(Drug(role="4", fda_other_role="1")) is False


# --- encode and decode ---------------------------------------------------------------------------------------------


@any_case
@given(cases)
@example(Case())
@example(EVERY_FIELD)
def test_a_case_comes_back_from_json_as_it_was(case):
    assert stored(case) == case


@pytest.mark.parametrize("path", params(NULLABLE))
@pytest.mark.parametrize("flavor", [NullFlavor.NI, NullFlavor.MSK])
def test_a_null_flavor_comes_back_as_that_null_flavor(path, flavor):
    assert value_at(stored(with_value(EVERY_FIELD, path, flavor)), path) is flavor


@pytest.mark.parametrize("path", params(NULLABLE))
def test_what_is_not_mentioned_comes_back_as_not_mentioned(path):
    assert value_at(stored(with_value(EVERY_FIELD, path, None)), path) is None


@pytest.mark.parametrize("flavor", NullFlavor)
def test_a_text_that_reads_like_a_null_flavor_stays_a_text(flavor):
    case = Case(patient=Patient(name=flavor.name), narrative=flavor.value)
    assert (stored(case).patient.name, stored(case).narrative) == (flavor.name, flavor.value)


@pytest.mark.parametrize("text", DATES)
def test_a_date_comes_back_with_its_own_precision_and_words(text):
    case = stored(Case(first_received=read_date(text)))
    assert case.first_received == read_date(text)
    assert case.first_received.text == text


def test_a_text_that_reads_like_a_date_stays_a_text():
    assert stored(Case(sender_case_id="20240309", narrative="20240309")).narrative == "20240309"


@pytest.mark.parametrize("flag", [True, False, NullFlavor.NI, None])
def test_a_flag_comes_back_in_its_own_state(flag):
    case = stored(Case(reactions=(Reaction(seriousness=Seriousness(death=flag)),), expedited=flag))
    assert case.expedited is flag
    assert case.reactions[0].seriousness.death is flag


def test_a_case_is_stored_under_its_e2b_numbers():
    case = Case(
        sender_case_id="US-A-1",
        patient=Patient(name="JD", weight_kg=70.5),
        reactions=(Reaction(term=Term(code="10016558", version="25.0"), seriousness=Seriousness(death=True)),),
    )
    document = encode(case)
    assert document["C.1.1"] == "US-A-1"
    assert (document["D"]["D.1"], document["D"]["D.3"]) == ("JD", 70.5)
    assert document["E.i"][0]["E.i.2.1"] == {"code": "10016558", "version": "25.0"}
    assert document["E.i"][0]["E.i.3.2"]["E.i.3.2a"] is True


def test_decoding_leaves_the_document_alone():
    document = encode(EVERY_FIELD)
    before = deepcopy(document)
    decode_case(document)
    content_hash(document)
    assert document == before


# --- content_hash --------------------------------------------------------------------------------------------------


def test_the_content_hash_is_a_sha256():
    assert re.fullmatch("[0-9a-f]{64}", hash_of(EVERY_FIELD))


@pytest.mark.parametrize("created", [None, NullFlavor.NI, *map(read_date, DATES)])
@pytest.mark.parametrize("case", [Case(), EVERY_FIELD], ids=["an empty case", "a full case"])
def test_the_date_of_creation_is_not_content(case, created):
    assert hash_of(replace(case, created=created)) == hash_of(case)


@pytest.mark.parametrize("path", params(path for path in LEAVES if path != CREATED))
def test_any_other_value_is_content(path):
    changed = with_value(EVERY_FIELD, path, other_value(value_at(EVERY_FIELD, path)))
    assert hash_of(changed) != hash_of(EVERY_FIELD)


@pytest.mark.parametrize("path", params(path for path in NULLABLE if path != CREATED))
def test_a_null_flavor_is_neither_a_value_nor_absence(path):
    states = (None, NullFlavor.MSK, NullFlavor.UNK, value_at(EVERY_FIELD, path))
    hashes = [hash_of(with_value(EVERY_FIELD, path, state)) for state in states]
    assert len(set(hashes)) == len(states)


@pytest.mark.parametrize(
    "path", params(path for path in NULLABLE if path != CREATED and str in get_args(hint_at(path)))
)
def test_a_null_flavor_is_not_its_own_name(path):
    as_text = with_value(EVERY_FIELD, path, NullFlavor.MSK.name)
    assert hash_of(as_text) != hash_of(with_value(EVERY_FIELD, path, NullFlavor.MSK))


@pytest.mark.parametrize("path", params(dict.fromkeys(TUPLES)))
def test_a_repeated_part_is_content_each_time(path):
    (entry,) = value_at(EVERY_FIELD, path)
    hashes = [hash_of(with_value(EVERY_FIELD, path, entries)) for entries in ((), (entry,), (entry, entry))]
    assert len(set(hashes)) == 3


def test_the_order_of_reactions_is_content():
    first, second = Reaction(id="1"), Reaction(id="2")
    assert hash_of(Case(reactions=(first, second))) != hash_of(Case(reactions=(second, first)))


def test_a_value_in_the_next_field_is_other_content():
    """No two fields of a case may share a key."""
    texts_of_case = [path for path in LEAVES if len(path) == 1 and isinstance(value_at(EVERY_FIELD, path), str)]
    hashes = [hash_of(with_value(Case(), path, "x")) for path in texts_of_case]
    assert all(one != another for one, another in combinations(hashes, 2))


@pytest.mark.parametrize(("one", "another"), list(combinations(DATES, 2)))
def test_dates_of_other_precision_are_other_content(one, another):
    assert hash_of(Case(first_received=read_date(one))) != hash_of(Case(first_received=read_date(another)))


def reordered(document):
    """The same JSON value with the keys of every object in the opposite order, as a database may return it."""
    if isinstance(document, dict):
        return {key: reordered(document[key]) for key in reversed(document)}
    return [reordered(entry) for entry in document] if isinstance(document, list) else document


@any_case
@given(cases)
@example(EVERY_FIELD)
def test_the_order_of_keys_is_not_content(case):
    document = encode(case)
    assert content_hash(reordered(document)) == content_hash(document)


@any_case
@given(cases)
@example(EVERY_FIELD)
def test_a_stored_case_has_the_hash_it_was_stored_with(case):
    document = encode(case)
    assert content_hash(json.loads(json.dumps(document))) == content_hash(document) == hash_of(stored(case))


@any_case
@given(cases, cases)
def test_cases_have_one_hash_exactly_when_they_differ_in_creation_alone(one, another):
    same = replace(one, created=None) == replace(another, created=None)
    assert (hash_of(one) == hash_of(another)) is same
