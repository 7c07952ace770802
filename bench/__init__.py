"""Benchmarks: each claim as a ratio of figures taken side by side in one run."""
