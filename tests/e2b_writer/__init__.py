"""Writes a `Case` as an E2B(R3) message that is valid against ICH's schema; use it by way of `tests.factories`."""
