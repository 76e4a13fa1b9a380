"""The chain of the audit trail: each row carries a hash over itself and the row before (21 CFR 11.10(e))."""

import hashlib
from collections.abc import Mapping
from typing import Any

from tvec_pv.domain.case_json import canonical

GENESIS = "0" * 64


def chain_hash(row: Mapping[str, Any]) -> str:
    """The SHA-256 of all that a row says: when, who, what, to what, its detail, and the hash before it."""
    said = [row["at"].isoformat(), *(row[name] for name in ("actor", "action", "subject", "detail", "previous"))]
    return hashlib.sha256(canonical(said).encode()).hexdigest()
