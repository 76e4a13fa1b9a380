"""Benchmarks that print figures: they are commands, not tests, because what they measure depends on the machine."""
