"""Imported by a fork server, so that the engine, whose import takes seconds, is there once and not once per process."""

from tvec_pv.checks.suites import engine

engine()
