"""Changes files at random and reads them: `python -m tests.fuzz --inputs 100000`, or `make fuzz`.

Each input follows from its number and the seed alone. Whatever was changed, reading ends in records or in a refusal,
every report is counted once, and what was read of a case can be stored; anything else is a failure.
"""
