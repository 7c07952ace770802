"""What calls answer has the fields that are described, and no others."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from .analyses import WAIT
from .description import Description

Call = Callable[[FlaskClient], object]


@pytest.fixture(scope="module")
def description(reader: FlaskClient) -> Description:
    return Description(reader.application)


@pytest.mark.parametrize(
    "path",
    [
        *("/api/analyze/LARK.SIM/cached", "/api/analyze/LARK.SIM/cached?format=csv"),
        *("/api/history/LARK.SIM", "/api/history/LARK.SIM?format=csv", "/api/statements/LARK.SIM"),
        *("/api/statements/LARK.SIM?format=csv", "/api/quote/LARK.SIM/cached"),
        *("/api/watchlist", "/api/watchlist?format=csv", "/api/watchlist/cached"),
        *("/api/watchlist/LARK.SIM", "/api/watchlists", "/api/watchlists/default"),
        *("/api/providers", "/api/providers/simulated", "/api/cache/stats", "/api/tasks"),
        *("/api/health/detailed", "/api/system/samples", "/api/search?q=lark", "/healthz"),
        *("/api/openapi.json", "/api/docs", "/readyz", "/api/analyze/HOLM.SIM/cached"),
        "/api/quote/NOPE.SIM/cached",
    ],
)
def test_reading(reader: FlaskClient, description: Description, path: str) -> None:
    reader.post("/api/analyze/LARK.SIM/async", headers=WAIT)
    assert description.complaints(reader.get(path)) == []


def test_work_of_every_kind(new_app: Callable[..., Flask], description: Description) -> None:
    """Started, waited for, listed, and read again with its result."""
    client = new_app(sample="none", cpu_processes=1).test_client()
    client.post("/api/watchlist/add-many", json={"symbols": ["LARK.SIM", "NOPE.SIM"]})
    refresh, analysis = "/api/watchlist/live-prices-async", "/api/analyze/LARK.SIM/async"
    answers = [
        client.post(refresh, json={"symbols": ["LARK.SIM"], "force": True}),
        client.post(refresh, json={"symbols": ["NOPE.SIM"], "force": True}, headers=WAIT),
        client.post(f"{refresh}?symbols=LARK.SIM&force=true", headers=WAIT),
        client.get(f"{refresh}?symbols=LARK.SIM"),
        client.post(analysis, headers=WAIT),
        client.get(f"{analysis}?growth=0.04", headers=WAIT),
        client.post("/api/analyze/NOPE.SIM/async", headers=WAIT),
        client.post("/api/watchlist/analyze-async", headers=WAIT),
        client.post("/api/providers/simulated/test", headers=WAIT),
        client.post("/api/providers/simulated/quote/close"),
    ]
    client.get("/")
    listed = client.get("/api/tasks")
    answers.append(listed)
    kinds = set()
    for task in listed.json["tasks"] if listed.json else []:
        address = task["links"]["self"]
        kinds.add(task["kind"])
        answers += [client.get(address, headers=WAIT), client.delete(address)]
        answers.append(client.post(f"{address}/retry", headers=WAIT))
        answers.append(client.get(f"{address}/events"))
    found = {f"{a.request.method} {a.request.path}": description.complaints(a) for a in answers}
    assert {name: why for name, why in found.items() if why} == {}
    assert kinds == {"live_prices", "analysis", "analysis_all", "source_test", "trends"}


def test_changing(new_app: Callable[..., Flask], description: Description) -> None:
    """Everything that changes lists, and the cache."""
    client = new_app(sample="none").test_client()
    many = "/api/watchlist"
    answers = [
        client.post("/api/watchlists", json={"title": "Tech"}),
        client.patch("/api/watchlists/tech", json={"title": "Technology"}),
        client.post(many, json={"symbol": "LARK.SIM"}),
        client.post(many, json={"symbol": "LARK.SIM"}),
        client.post(many, json={"symbol": "NOPE.SIM"}),
        client.post(f"{many}/add-many", json={"text": "QUIL.SIM, HOLM.SIM, !!"}),
        client.patch(f"{many}/LARK.SIM", json={"note": "robots", "target_price": 20}),
        client.post(f"{many}/place", json={"symbols": ["HOLM.SIM"], "before": "LARK.SIM"}),
        client.post(f"{many}/move", json={"symbols": ["HOLM.SIM"], "to": "tech"}),
        client.post(
            f"{many}/import?preview=true", data="symbol\n!!\nWREN.SIM", content_type="text/csv"
        ),
        client.post(f"{many}/import", json={"csv": "symbol\n!!\nWREN.SIM"}),
        client.delete(f"{many}/WREN.SIM"),
    ]
    removed = client.delete(f"{many}?symbols=QUIL.SIM")
    answers += [removed, client.post(f"{many}/undo", json={"undo": removed.json["undo"]})]  # type: ignore[index]
    answers += [client.delete("/api/watchlists/tech"), client.delete("/api/cache/quote")]
    answers += [client.delete("/api/cache"), client.get("/api/watchlist/cached")]
    found = [(a.request.path, description.complaints(a)) for a in answers]
    assert [one for one in found if one[1]] == []


def test_an_answer_with_a_field_that_is_not_described_is_noticed(description: Description) -> None:
    schema = {"$ref": "#/components/schemas/Watchlist"}
    good = {"name": "tech", "title": "Tech", "size": 0}
    assert description.wrong(schema, good) == []
    assert len(description.wrong(schema, {**good, "owner": "me"})) == 1
    assert len(description.wrong(schema, {"name": "tech", "title": "Tech"})) == 1
