"""The background: reports of everything else, in columns. FAERS quarters become Parquet, DuckDB counts."""
