"""The rules by name: those of statistics, and those of the case lane that no concept of the profile names."""

STATISTICAL_RULES = ("evans", "ror", "ic", "eb05")
CASE_FLAG = "case-flag"
CASE_RULES = ("designated-medical-event", "fatal", "serious-unlisted", CASE_FLAG)
