"""Asking providers well: transports, and the race between methods."""
