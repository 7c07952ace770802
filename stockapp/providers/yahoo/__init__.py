"""Yahoo Finance: one module a method."""
