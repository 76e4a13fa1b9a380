"""One figure of a benchmark, beside what it should be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` should be at least `goal`, or at most where `at_most` is set."""

    name: str
    value: float
    goal: float
    unit: str = ""
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    @property
    def line(self) -> str:
        should, met = "at most" if self.at_most else "at least", "met" if self.is_met else "NOT MET"
        return f"{self.name}: {self.value:.2f}{self.unit} ({should} {self.goal:g}{self.unit}): {met}"
