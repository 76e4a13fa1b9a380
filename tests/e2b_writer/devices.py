"""FDA.G.k.12.r of an E2B(R3) message: the devices that are part of a combination product."""

from tests.e2b_writer.parts import NCIT, Lines, address, coded, flag, tag, text
from tvec_pv.domain.icsr import Device, Text

FDA_LISTS = "2.16.840.1.113883.3.989.5.1.2.1.1."


def characteristic(concept: str, value: Lines) -> Lines:
    """What is said of a product under an NCI Thesaurus concept, left out with its value."""
    if not value:
        return []
    content = (tag("code", code=concept, codeSystem=NCIT), value)
    return tag("characteristic", *content, classCode="OBS", moodCode="EVN")


def device(of: Device) -> Lines:
    said = [
        characteristic("C54026", flag(of.malfunction)),
        *(characteristic("C54592", _code(code, "5")) for code in of.follow_up_types),
        *(characteristic("C54451", coded("value", code, NCIT, xsi_type="CE")) for code in of.problems),
        characteristic("C54595", _code(of.usage, "4")),
        *(characteristic("C54594", _code(code, "3")) for code in of.remedial_actions),
        _operator(of),
    ]
    manufactured = [_maker(of), *(tag("subjectOf", one, typeCode="SBJ") for one in said if one)]
    lot = text("lotNumberText", of.lot)
    instance = tag("productInstanceInstance", lot, classCode="MMAT", determinerCode="INSTANCE") if lot else []
    product = tag(
        "partProduct",
        coded("code", of.product_code, NCIT),
        text("name", of.brand_name),
        text("name", of.common_name),
        tag("asManufacturedProduct", *manufactured, classCode="MANU") if any(manufactured) else [],
        tag("instanceOfKind", instance, classCode="INST") if instance else [],
        classCode="DEV",
        determinerCode="KIND",
    )
    return tag("part", product, classCode="PART")


def _code(code: Text, code_list: str) -> Lines:
    return coded("value", code, FDA_LISTS + code_list, xsi_type="CE")


def _operator(of: Device) -> Lines:
    """The one characteristic whose code is its value."""
    code = coded("code", of.operator, FDA_LISTS + "6")
    return tag("characteristic", code, classCode="OBS", moodCode="EVN") if code else []


def _maker(of: Device) -> Lines:
    name = text("name", of.manufacturer)
    place = address(of.manufacturer_street, of.manufacturer_city, of.manufacturer_state, None, of.manufacturer_country)
    content = (name, place)
    return tag("manufacturerOrganization", *content, classCode="ORG", determinerCode="INSTANCE") if any(content) else []
