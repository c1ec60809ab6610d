"""Harmony Kit: what IT and Operations each mean by AI, and what each knows of the other."""

__version__ = "0.1.0"
__all__ = ["__version__"]
