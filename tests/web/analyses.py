"""Analyses of simulated companies."""

from typing import Any

from flask.testing import FlaskClient

WAIT = {"Prefer": "wait=30"}


def analysed(client: FlaskClient, symbol: str = "LARK.SIM", query: str = "") -> dict[str, Any]:
    """The analysis of the symbol, which is there when this returns."""
    body = client.post(f"/api/analyze/{symbol}/async{query}", headers=WAIT).get_json()
    told: dict[str, Any] = body["analysis"] if body.get("cached") else body["result"]["analysis"]
    assert told["symbol"] == symbol
    return told
