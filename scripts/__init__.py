"""Tools for developing stockapp; nothing here is needed to run it."""
