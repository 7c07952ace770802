"""Keeping what was fetched."""
