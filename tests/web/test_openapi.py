"""The description of the JSON interface: complete, true to itself, and the same for all readers."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from scripts.api_doc import page
from stockapp.web.api_docs import rules_of
from stockapp.web.openapi.call import call_of, described
from stockapp.web.openapi.document import Rule, build, undescribed
from stockapp.web.openapi.operations import template
from stockapp.web.present_docs import docs_view

from .description import Description

DOCS = Path(__file__).parent.parent.parent / "docs" / "api.md"


@pytest.fixture(scope="module")
def description(reader: FlaskClient) -> Description:
    return Description(reader.application)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_call_is_described_beside_its_view(reader: FlaskClient) -> None:
    assert undescribed(rules_of(reader.application)) == []


def test_a_call_that_nobody_described_is_noticed() -> None:
    def view() -> None: ...

    assert undescribed([Rule("/api/new", frozenset({"GET"}), view)]) == ["GET /api/new"]


def test_what_is_described_are_the_addresses_that_there_are(
    reader: FlaskClient, description: Description
) -> None:
    there = {
        f"{method} {template(rule.path)}"
        for rule in rules_of(reader.application)
        if call_of(rule.view)
        for method in rule.methods
    }
    assert {name for name, _ in operations(description.document)} == there
    assert {"GET /healthz", "GET /readyz", "GET /api/tasks/{task_id}/events"} <= there


def test_each_call_says_what_it_does_by_a_name_of_its_own(description: Description) -> None:
    told = dict(operations(description.document))
    assert [name for name, operation in told.items() if not operation["summary"]] == []
    names = [operation["operationId"] for operation in told.values()]
    assert len(set(names)) == len(names)


def test_what_is_referred_to_is_there(description: Description) -> None:
    document = description.document
    for reference in set(re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(document))):
        place = document
        for part in reference.split("/"):
            place = place[part]
    names = {operation["operationId"] for _, operation in operations(document)}
    links = {
        link["operationId"]
        for _, operation in operations(document)
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    }
    assert {"getTask", "cancelTask", "retryTask", "getItem", "getList", "undo"} <= links <= names


def test_a_link_names_parameters_that_its_call_has(description: Description) -> None:
    told = {one["operationId"]: one for _, one in operations(description.document)}
    for operation in told.values():
        for answer in operation["responses"].values():
            for name, link in answer.get("links", {}).items():
                parameters = {one["name"] for one in told[name].get("parameters", ())}
                assert set(link.get("parameters", ())) <= parameters, name


def test_examples_are_what_they_are_examples_of(description: Description) -> None:
    wrong: dict[str, object] = {}
    for name, operation in operations(description.document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for kind, told in body.get("content", {}).items():
                examples = [one for key, one in told.items() if key.startswith("example")]
                if not examples:
                    wrong[f"{name} {kind}"] = "has no example"
                elif "example" in told:
                    why = description.wrong(told["schema"], told["example"])
                    wrong |= {f"{name} {kind}": why} if why else {}
        for parameter in operation.get("parameters", ()):
            if "example" in parameter and "schema" in parameter:
                why = description.wrong(parameter["schema"], parameter["example"])
                if why:
                    wrong[f"{name} {parameter['name']}"] = why
    assert wrong == {}


def test_what_everybody_may_ask_is_not_said_to_need_a_login(description: Description) -> None:
    for path in ("/healthz", "/readyz"):
        told = json.dumps(description.operation("GET", path)["responses"])
        assert "unauthenticated" not in told
    assert "unauthenticated" in json.dumps(description.operation("GET", "/api/tasks")["responses"])


def test_events_are_told_with_their_data(description: Description) -> None:
    operation = description.operation("GET", "/api/tasks/1/events")
    stream = operation["responses"]["200"]["content"]["text/event-stream"]
    assert set(stream["x-sse"]["events"]) == {
        *("snapshot", "progress", "item", "completed", "failed", "cancelled", "reset")
    }
    assert [
        one
        for one in stream["x-sse"]["events"].values()
        if description.wrong(one["data"], one["example"])
    ] == []


def test_the_document_is_the_same_each_time(reader: FlaskClient) -> None:
    rules = list(rules_of(reader.application))
    first, second = (json.dumps(build(order, "1")) for order in (rules, rules[::-1]))
    assert first == second


def test_who_has_the_document_already_gets_it_no_second_time(reader: FlaskClient) -> None:
    first = reader.get("/api/openapi.json")
    assert first.json is not None and first.json["openapi"] == "3.1.0"
    again = reader.get("/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_fault_that_is_not_known_cannot_be_named() -> None:
    with pytest.raises(KeyError):
        described("x", "System", gives={200: dict}, faults=("404 unheard_of",))


def test_the_page_tells_every_call_and_loads_nothing_from_elsewhere(
    reader: FlaskClient, description: Description
) -> None:
    html = LexborHTMLParser(reader.get("/api/docs").text)
    shown = {node.attributes["id"] for node in html.css("article.call")}
    assert {one["operationId"] for _, one in operations(description.document)} <= shown
    jumps = {node.attributes["href"] for node in html.css(".jumps a")}
    assert jumps == {f"#{one['operationId']}" for _, one in operations(description.document)}
    anchors = {node.attributes["href"] for node in html.css("article.call a")}
    assert {a for a in anchors if a and a.removeprefix("#") not in shown} == set()
    loaded = [
        node.attributes.get("src") or node.attributes.get("href")
        for node in html.css("script, link, img")
    ]
    assert [where for where in loaded if where and not where.startswith("/")] == []


def test_the_page_finds_calls_by_words(reader: FlaskClient) -> None:
    html = LexborHTMLParser(reader.get("/api/docs?q=POST watchlist/undo").text)
    assert [node.attributes["href"] for node in html.css(".jumps a")] == ["#undo"]
    assert "No call has all" in reader.get("/api/docs?q=<nothing>").text


def test_what_is_asked_for_is_no_html(reader: FlaskClient) -> None:
    assert "<b>" not in reader.get("/api/docs", query_string={"q": "<b>"}).text


def test_docs_api_md_is_that_of_the_code(description: Description) -> None:
    assert DOCS.read_text() == page(docs_view(description.document)), "run `make docs`"


def test_each_error_is_one_of_those_described(
    new_app: Callable[..., Flask], description: Description
) -> None:
    client = new_app(sample="none").test_client()
    answers = [
        client.get("/api/tasks/none"),
        client.get("/api/tasks?limit=0"),
        client.get("/api/watchlist?watchlist=none"),
        client.get("/api/watchlist/NONE"),
        client.get("/api/watchlist/%20"),
        client.post("/api/watchlist/analyze-async"),
        client.post("/api/watchlist", json={}),
        client.post("/api/watchlist", data="{", content_type="application/json"),
        client.post("/api/watchlist", data="a=b", content_type="text/plain"),
        client.post("/api/watchlist/undo", json={"undo": "none"}),
        client.post("/api/watchlists", json={"title": "Watchlist"}),
        client.delete("/api/watchlists/default"),
        client.delete("/api/cache/none"),
        client.get("/api/providers/none"),
        client.get("/api/tasks/none/events?last_event_id=x"),
        client.get("/api/health/detailed", headers={"Sec-Fetch-Site": "cross-site"}),
    ]
    found = {f"{a.request.method} {a.request.path}": description.complaints(a) for a in answers}
    assert {name: why for name, why in found.items() if why} == {}
    assert {answer.status_code for answer in answers} == {400, 403, 404, 409, 415, 422}
