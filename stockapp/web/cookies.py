"""The cookie of a session.

Over https it has a prefix, by which no neighbour can set it: another port, a sub-domain, or http.
"""

SESSION = "stockapp_session"
SECURE_SESSION = f"__Host-{SESSION}"
