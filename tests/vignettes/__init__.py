"""Vignettes as files of every kind that can hold a report, and what each kind cannot say."""
