"""The nightly pharmacovigilance of one product: see docs/ and GLOSSARY.md."""

__version__ = "0.1.0"
