"""The rules of pharmacovigilance as pure functions on frozen values: no framework, no clock, no I/O."""
