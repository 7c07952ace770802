"""JSON: the watchlist's items, and every way to get them wrong."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

LIST = "/api/watchlist"


def test_a_new_symbol_is_created_with_its_companys_name(client: FlaskClient) -> None:
    response = client.post(LIST, json={"symbol": " lumi.sim ", "note": "clouds"})
    assert response.status_code == 201
    assert response.headers["Location"] == "/api/watchlist/LUMI.SIM"
    body = response.get_json()
    assert (body["symbol"], body["name"], body["note"]) == ("LUMI.SIM", "Lumivale Cloud", "clouds")
    assert body["verified"] is True
    assert client.get(f"{LIST}/LUMI.SIM").get_json()["name"] == "Lumivale Cloud"


def test_a_symbol_that_is_there_is_answered_and_not_changed(client: FlaskClient) -> None:
    response = client.post(LIST, json={"symbol": "LARK.SIM", "note": "other"})
    assert response.status_code == 200
    assert response.get_json()["note"] == ""


def test_an_unknown_symbol_is_added_only_after_the_user_has_seen_that_nobody_knows_it(
    client: FlaskClient,
) -> None:
    refused = client.post(LIST, json={"symbol": "NONE.SIM"})
    problem = refused.get_json()
    assert refused.status_code == 422
    assert refused.mimetype == "application/problem+json"
    assert (problem["code"], problem["field"]) == ("unknown_symbol", "symbol")
    assert problem["attempts"][0]["reason"] == "not_found"
    assert client.get(f"{LIST}/NONE.SIM").status_code == 404
    accepted = client.post(LIST, json={"symbol": "NONE.SIM", "accept_unknown": True})
    assert accepted.status_code == 201


def test_when_no_source_answers_in_time_the_symbol_is_added_unverified(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(simulated_latency_ms=5000, add_lookup_seconds=0.05).test_client()
    response = client.post(LIST, json={"symbol": "LUMI.SIM"})
    assert response.status_code == 201
    assert response.get_json()["verified"] is False


def test_a_name_is_filled_in_behind_once_a_source_gives_it(new_app: Callable[..., Flask]) -> None:
    client = new_app(simulated_latency_ms=300, add_lookup_seconds=0).test_client()
    assert client.post(LIST, json={"symbol": "LUMI.SIM"}).get_json()["name"] is None
    task = client.get("/api/tasks").get_json()["tasks"][0]
    client.get(task["links"]["self"], headers={"Prefer": "wait=20"})
    assert client.get(f"{LIST}/LUMI.SIM").get_json()["name"] == "Lumivale Cloud"


def test_notes_and_targets_change_apart(client: FlaskClient) -> None:
    path = f"{LIST}/LARK.SIM"
    assert client.patch(path, json={"target_price": 99.5}).get_json()["target_price"] == 99.5
    changed = client.patch(path, json={"note": "watch\nclosely"}).get_json()
    assert (changed["note"], changed["target_price"]) == ("watch\nclosely", 99.5)
    assert client.patch(path, json={"target_price": None}).get_json()["target_price"] is None


def test_a_removed_item_is_gone(client: FlaskClient) -> None:
    assert client.delete(f"{LIST}/LARK.SIM").status_code == 204
    assert client.get(f"{LIST}/LARK.SIM").status_code == 404
    assert client.delete(f"{LIST}/LARK.SIM").status_code == 404


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "A" * 40,
        "AA\x00PL",
        "AA\u202ePL",
        "../../etc/passwd",
        "ТЕСЛА",
        "苹果",
        "A B",
        "<script>",
    ],
)
def test_what_can_be_no_symbol_is_refused_by_field(client: FlaskClient, symbol: str) -> None:
    before = client.get(LIST).get_json()
    response = client.post(LIST, json={"symbol": symbol})
    problem = response.get_json()
    assert response.status_code == 422
    assert (problem["code"], problem["field"]) == ("invalid_symbol", "symbol")
    assert client.get(LIST).get_json() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "symbol"),
        ({"symbol": 7}, "symbol"),
        ({"symbol": "LUMI.SIM", "target_price": -1}, "target_price"),
        ({"symbol": "LUMI.SIM", "target_price": "many"}, "target_price"),
        ({"symbol": "LUMI.SIM", "note": "x" * 2001}, "note"),
        ({"symbol": "LUMI.SIM", "note": "a\x00b"}, "note"),
        ({"symbol": "LUMI.SIM", "colour": "red"}, "colour"),
        ([1, 2], "body"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_added(
    client: FlaskClient, body: object, field: str
) -> None:
    response = client.post(LIST, json=body)
    assert response.status_code == 422
    assert response.get_json()["field"] == field
    assert client.get(f"{LIST}/LUMI.SIM").status_code == 404


def test_malformed_json_is_a_clear_400(client: FlaskClient) -> None:
    response = client.post(LIST, data='{"symbol": ', content_type="application/json")
    assert response.status_code == 400
    assert "not valid JSON" in response.get_json()["detail"]


def test_another_content_type_is_a_clear_415(client: FlaskClient) -> None:
    response = client.post(LIST, data="symbol=AAPL", content_type="text/plain")
    assert response.status_code == 415
    assert "application/json" in response.get_json()["detail"]


def test_a_wrong_method_is_told_which_are_right(client: FlaskClient) -> None:
    response = client.put(LIST, json={})
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert response.get_json()["code"] == "method_not_allowed"


def test_a_body_over_the_limit_is_refused(new_app: Callable[..., Flask]) -> None:
    client = new_app(max_body_bytes=2000).test_client()
    response = client.post(LIST, json={"symbol": "LUMI.SIM", "note": "x" * 5000})
    assert response.status_code == 413
    assert response.get_json()["code"]


def test_a_full_list_says_so(new_app: Callable[..., Flask]) -> None:
    client = new_app(max_symbols=12).test_client()
    response = client.post(LIST, json={"symbol": "LUMI.SIM"})
    assert (response.status_code, response.get_json()["code"]) == (409, "watchlist_full")


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/watchlist/A/B", "/api/watchlist/%2e%2e%2fx"]
)
def test_unknown_addresses_are_problem_documents(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code in {404, 422}
    assert response.mimetype == "application/problem+json"
