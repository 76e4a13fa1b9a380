"""What a store holds, asked in SQL of the tests' own."""

import json

from sqlalchemy import text

# Of the samples: versions of a case that another one replaces, both of the case that was nullified, and the
# one that was withdrawn.
NOT_CURRENT = {
    ("US-EXAMPLEBIO-2026000101", "new"),
    ("US-EXAMPLEBIO-2026000109", "new"),
    ("US-EXAMPLEBIO-2026000112", "new"),
    ("US-EXAMPLEBIO-2026000112", "nullification"),
    ("GB-EXAMPLEBIO-2026000105", "new"),
    ("AT-EXAMPLEBIO-2026000107", "follow-up"),
    ("GB-EXAMPLEHOSPITAL-0011", "new"),
    ("FR-EXAMPLEBIO-2026000102", "new"),
    ("FAERS-99000002", "new"),
    ("FAERS-99000004", "new"),
}

# Everything that is known, without the numbers, times and runs that a store gives by itself.
KNOWLEDGE = {
    "files": "SELECT sha256, name, size, format, completed_at IS NOT NULL AS is_complete FROM source_files",
    "records": """
        SELECT f.sha256, r.position, r.place, r.case_key, r.content_hash, r.record_class, r.reports,
               v.content_hash AS version
        FROM source_records r JOIN source_files f ON f.id = r.file_id
        LEFT JOIN case_versions v ON v.id = r.case_version_id""",
    "findings": """
        SELECT f.sha256, r.position, x.check_id, x.severity, x.message, x.element, x.place
        FROM findings x JOIN source_records r ON r.id = x.record_id JOIN source_files f ON f.id = r.file_id""",
    "cases": "SELECT case_key FROM cases",
    "versions": """
        SELECT c.case_key, v.record_class, v.latest_received, v.number, v.content_hash, v.is_nullification,
               v.product_is_suspect, CAST(v.document AS TEXT) AS document
        FROM case_versions v JOIN cases c ON c.id = v.case_id""",
    "assessments": """
        SELECT c.case_key, v.content_hash, a.profile_version, a.primary_category, a.serious,
               CAST(a.document AS TEXT) AS document
        FROM assessments a JOIN case_versions v ON v.id = a.case_version_id JOIN cases c ON c.id = v.case_id""",
    "reactions": """
        SELECT v.content_hash, a.profile_version, x.number, x.name, x.category, x.serious, x.fatal, x.case_rule
        FROM assessed_reactions x JOIN assessments a ON a.id = x.assessment_id
        JOIN case_versions v ON v.id = a.case_version_id""",
    "case_flags": """
        SELECT v.content_hash, a.profile_version, x.flag, x.level, x.status
        FROM assessed_flags x JOIN assessments a ON a.id = x.assessment_id
        JOIN case_versions v ON v.id = a.case_version_id""",
    "duplicates": """
        SELECT a.case_key AS a, b.case_key AS b, p.probability, p.model_version,
               CAST(p.evidence AS TEXT) AS evidence
        FROM duplicate_pairs p JOIN cases a ON a.id = p.case_a_id JOIN cases b ON b.id = p.case_b_id""",
    "decisions": """
        SELECT a.case_key AS a, b.case_key AS b, d.decision, m.case_key AS master, d.reason, d.actor
        FROM duplicate_decisions d JOIN cases a ON a.id = d.case_a_id JOIN cases b ON b.id = d.case_b_id
        LEFT JOIN cases m ON m.id = d.master_case_id""",
    "signals": "SELECT pair, name, category FROM signals",
    "standings": "SELECT s.pair, x.state, x.why FROM signal_standings x JOIN signals s ON s.id = x.signal_id",
    "signal_decisions": """
        SELECT s.pair, x.decision, x.code, x.reason, x.actor FROM signal_decisions x
        JOIN signals s ON s.id = x.signal_id""",
    "flags": """
        SELECT s.pair, x.rule, CAST(x.statistics AS TEXT) AS statistics, v.content_hash
        FROM flags x JOIN signals s ON s.id = x.signal_id JOIN flag_cases y ON y.flag_id = x.id
        JOIN case_versions v ON v.id = y.case_version_id""",
}


def asked(house, sql, **values):
    """The rows of a query, as dicts."""
    with house.store.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(text(sql), values)]


def number(house, sql, **values):
    """The one number that a query gives."""
    [row] = asked(house, sql, **values)
    [value] = row.values()
    return value


def sample_cases(house):
    """The samples that count, each in its current version with its assessment."""
    rows = asked(
        house,
        """SELECT c.case_key, v.record_class, v.document, a.document AS assessment
           FROM case_versions v JOIN cases c ON c.id = v.case_id JOIN assessments a ON a.case_version_id = v.id""",
    )
    return {
        row["case_key"]: {name: document(row[name]) for name in ("document", "assessment")}
        for row in rows
        if (row["case_key"], row["record_class"]) not in NOT_CURRENT
    }


def document(value):
    """A JSON column: text on SQLite, decoded on PostgreSQL."""
    return json.loads(value) if isinstance(value, str) else value


def knowledge(house):
    """All that a store knows, in an order that does not depend on when it learnt it."""
    return {name: sorted(str(tuple(row.values())) for row in asked(house, sql)) for name, sql in KNOWLEDGE.items()}


def tables(house, *names):
    """Whole tables, row by row."""
    return {name: sorted(map(str, asked(house, f"SELECT * FROM {name}"))) for name in names}
