"""How much the workers of test_embedded_gevent do."""

GREENLETS = 30
ROUNDS = 5
KEYS = ("A", "B", "C")
# Created, claimed, an item and a progress a key, completed.
EVENTS_PER_TASK = 2 + 2 * len(KEYS) + 1
