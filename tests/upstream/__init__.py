"""A simulated upstream: one HTTP server that answers as the real services do, faults included.

`python -m tests.upstream` runs it; tests use `tests.upstream.client.UpstreamServer`.
"""
