"""Documents included in an E2B(R3) message (C.1.6.1.r.2, C.4.r.2): decoded, and the record's attachments."""

import binascii
import hashlib

from tvec_pv.domain.records import Attachment
from tvec_pv.sources.hl7 import Node, Values
from tvec_pv.sources.hl7_plans import Draft, Plan


def included(element: str) -> Plan:
    """The plan of a `text` that holds a document. Its bytes become an attachment of the record, under their hash."""

    def walk(read: Values, node: Node, draft: Draft) -> None:
        given = "".join(map(str, node.itertext())) if len(node) else node.text or ""
        draft["media_type"] = node.get("mediaType")
        draft["included"] = bool(given.strip())
        content = _content(read, node, given, element) if draft["included"] else None
        if content is not None:
            attachment = Attachment(hashlib.sha256(content).hexdigest(), content)
            read.attachments.append(attachment)
            draft["sha256"], draft["size"] = attachment.sha256, len(content)

    return walk


def _content(read: Values, node: Node, given: str, element: str) -> bytes | None:
    if node.get("representation") != "B64":
        return given.encode()
    try:
        content = binascii.a2b_base64("".join(given.split()), strict_mode=True)
    except ValueError:
        read.problem(
            "READ-ATTACHMENT",
            "the included document could not be decoded, so only its name is kept: ask the sender for it again",
            element,
        )
        return None
    if node.get("compression") is not None:
        read.problem(
            "READ-COMPRESSED",
            "the included document is compressed, which E2B(R3) does not foresee: it is kept as it was received",
            element,
        )
    return content
