"""Entries of a supervised case, the standards that apply to it, and the frameworks that judge it."""

__version__ = "0.1.0"
