"""Data-quality checks: the suites of `expectations/`, run by Great Expectations. Nothing of it leaves here."""
