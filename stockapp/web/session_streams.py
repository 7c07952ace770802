"""Streams end with the session or the token that they were opened with."""

from stockapp.services.access import Access
from stockapp.web.stream_gate import StreamGate


class SessionStreams:
    """Ends a worker's streams: at once when a session is ended or a token revoked, wherever that
    is done; soon, by `look`, when its time is over.
    """

    def __init__(self, gate: StreamGate, access: Access) -> None:
        self._gate = gate
        self._access = access
        access.ended.append(gate.end_of)

    def look(self) -> None:
        """End the streams of sessions and tokens that are over. Raises StoreTrouble."""
        for identity in self._gate.identities():
            if self._access.is_over(identity):
                self._gate.end_of(identity.id)
