"""Imported by a fork server: what takes seconds to import or to read is there once, and not once per process."""

from tvec_pv.actions import workers as workers
from tvec_pv.checks import frames as frames
from tvec_pv.checks.suites import engine
from tvec_pv.reference_files import knowledge
from tvec_pv.sources import e2b_r3 as e2b_r3

engine()
knowledge(None)
