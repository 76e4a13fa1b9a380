"""Nights that something breaks, in processes of their own: `python -m tests.faults` kills fifty at random moments."""
