"""Benchmarks: a generated caseload, and ratios of what the product takes against something bare on the same data."""
