"""JSON: several watchlists, and the symbols that go between them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

LISTS, ITEMS = "/api/watchlists", "/api/watchlist"


@pytest.fixture
def client(new_app: Callable[..., Flask]) -> FlaskClient:
    return new_app(sample="none", max_symbols=6).test_client()


def make(client: FlaskClient, title: str = "Tech", *symbols: str) -> str:
    name: str = client.post(LISTS, json={"title": title}).get_json()["name"]
    fill(client, *symbols, watchlist=name)
    return name


def fill(client: FlaskClient, *symbols: str, watchlist: str = "default") -> None:
    if symbols:
        body = {"symbols": list(symbols), "watchlist": watchlist}
        assert client.post(f"{ITEMS}/add-many", json=body).status_code == 200


def on(client: FlaskClient, watchlist: str = "default") -> list[str]:
    items = client.get(f"{ITEMS}?watchlist={watchlist}").get_json()["items"]
    return [item["symbol"] for item in items]


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_a_list_is_made_renamed_looked_at_and_deleted(client: FlaskClient) -> None:
    made = client.post(LISTS, json={"title": " Tech & Co "})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/watchlists/tech-co")
    one = {"name": "tech-co", "title": "Tech & Co", "size": 0}
    assert made.get_json() == one
    fill(client, "LARK.SIM", watchlist="tech-co")
    assert client.get(made.headers["Location"]).get_json() == {**one, "size": 1}
    renamed = client.patch("/api/watchlists/tech-co", json={"title": "日本株"}).get_json()
    assert renamed == {"name": "tech-co", "title": "日本株", "size": 1}
    listed = client.get(LISTS).get_json()["watchlists"]
    assert [(entry["name"], entry["title"]) for entry in listed] == [
        ("default", "Watchlist"),
        ("tech-co", "日本株"),
    ]
    deleted = client.delete("/api/watchlists/tech-co").get_json()
    assert (deleted["deleted"], deleted["removed"]) == ("tech-co", ["LARK.SIM"])
    assert code(client.get("/api/watchlists/tech-co")) == (404, "unknown_watchlist")


def test_what_cannot_be_done_with_lists_says_why(client: FlaskClient) -> None:
    make(client)
    assert code(client.post(LISTS, json={"title": "TECH"})) == (409, "watchlist_exists")
    bad = client.post(LISTS, json={"title": "  "})
    assert (code(bad), bad.get_json()["field"]) == ((422, "invalid_value"), "title")
    assert code(client.delete(f"{LISTS}/default")) == (409, "watchlist_stays")
    assert code(client.patch(f"{LISTS}/none", json={"title": "a"})) == (404, "unknown_watchlist")
    for number in range(48):
        client.post(LISTS, json={"title": f"List {number}"})
    assert code(client.post(LISTS, json={"title": "One more"})) == (409, "too_many_watchlists")


def test_every_call_knows_the_lists_and_refuses_others(client: FlaskClient) -> None:
    name = make(client, "Tech", "LARK.SIM")
    made = client.post(f"{ITEMS}?watchlist={name}", json={"symbol": "LUMI.SIM"})
    assert made.headers["Location"] == "/api/watchlist/LUMI.SIM?watchlist=tech"
    assert client.get(made.headers["Location"]).get_json()["name"] == "Lumivale Cloud"
    patched = client.patch(made.headers["Location"], json={"note": "a"}).get_json()
    assert patched["note"] == "a"
    assert client.get(f"{ITEMS}/cached?watchlist=tech").get_json()["watchlist"] == "tech"
    assert client.get(f"{ITEMS}?watchlist=tech").get_json()["title"] == "Tech"
    task = client.post(f"{ITEMS}/live-prices-async?watchlist=tech&force=true").get_json()
    assert sorted(task["params"]["symbols"]) == ["LARK.SIM", "LUMI.SIM"]
    assert on(client) == []
    symbols = {"symbols": "LARK.SIM", "watchlist": "none"}
    refused = [
        client.get(f"{ITEMS}?watchlist=none"),
        client.get(f"{ITEMS}?watchlist=none&format=csv"),
        client.get(f"{ITEMS}/cached?watchlist=none"),
        client.get(f"{ITEMS}/LARK.SIM?watchlist=none"),
        client.post(ITEMS, json={"symbol": "LARK.SIM", "watchlist": "none"}),
        client.patch(f"{ITEMS}/LARK.SIM?watchlist=none", json={"note": ""}),
        client.delete(f"{ITEMS}/LARK.SIM?watchlist=none"),
        client.delete(ITEMS, json=symbols),
        client.post(f"{ITEMS}/place", json=symbols),
        client.post(f"{ITEMS}/add-many", json=symbols),
        client.post(f"{ITEMS}/move", json={"symbols": ["LARK.SIM"], "to": "none"}),
        client.post(f"{ITEMS}/move", json={"symbols": ["A"], "from": "none", "to": "tech"}),
        client.post(f"{ITEMS}/import?watchlist=none", data="A", content_type="text/csv"),
        client.post(f"{ITEMS}/live-prices-async?watchlist=none"),
        client.post(f"{ITEMS}/analyze-async?watchlist=none"),
        client.get("/stream?watchlist=none", headers={"Accept": "application/json"}),
    ]
    assert {code(answer) for answer in refused} == {(404, "unknown_watchlist")}


def test_many_are_added_at_once_and_looked_up_behind(client: FlaskClient) -> None:
    fill(client, "QUIL.SIM")
    text = "lark.sim, QUIL.SIM\nLUMI.SIM; LARK.SIM no/symbol US0378331005"
    answer = client.post(f"{ITEMS}/add-many", json={"text": text}).get_json()
    assert answer["added"] == ["LARK.SIM", "LUMI.SIM"]
    assert answer["there"] == ["QUIL.SIM"]
    assert [one["text"] for one in answer["not_taken"]] == ["no/symbol", "US0378331005"]
    assert on(client) == ["QUIL.SIM", "LARK.SIM", "LUMI.SIM"]
    task = client.get("/api/tasks").get_json()["tasks"][0]
    client.get(task["links"]["self"], headers={"Prefer": "wait=20"})
    assert client.get(f"{ITEMS}/LUMI.SIM").get_json()["name"] == "Lumivale Cloud"
    nothing = client.post(f"{ITEMS}/add-many", json={"text": " ,"})
    assert code(nothing) == (422, "invalid_value")


def test_a_full_list_takes_no_part_of_many_and_says_how_many_fit(client: FlaskClient) -> None:
    fill(client, "A", "B", "C", "D")
    full = client.post(f"{ITEMS}/add-many", json={"symbols": ["E", "F", "G"]})
    assert (code(full), full.get_json()["room"]) == ((409, "watchlist_full"), 2)
    imported = client.post(f"{ITEMS}/import", data="E\nF\nG", content_type="text/csv")
    assert code(imported) == (409, "watchlist_full")
    assert on(client) == ["A", "B", "C", "D"]
    many = client.post(f"{ITEMS}/add-many", json={"symbols": [f"S{n}" for n in range(7)]})
    assert code(many) == (422, "too_many_symbols")


def test_symbols_move_to_another_list_and_to_another_place(client: FlaskClient) -> None:
    fill(client, "A", "B", "C")
    name = make(client)
    moved = client.post(f"{ITEMS}/move", json={"symbols": ["b", "A"], "to": name}).get_json()
    assert moved == {"moved": ["A", "B"], "kept": [], "from": "default", "to": "tech"}
    placed = client.post(
        f"{ITEMS}/place", json={"symbols": "B", "before": "a", "watchlist": name}
    ).get_json()
    assert (placed["placed"], placed["order"]) == (["B"], ["B", "A"])
    assert (on(client), on(client, name)) == (["C"], ["B", "A"])
    nowhere = client.post(f"{ITEMS}/place", json={"symbols": ["C"], "before": "Z"})
    assert (nowhere.status_code, nowhere.get_json()["field"]) == (404, "before")
    same = client.post(f"{ITEMS}/move", json={"symbols": ["C"], "to": "default"})
    assert (same.status_code, same.get_json()["field"]) == (422, "to")


def test_a_removal_is_undone_once_by_any_worker(new_app: Callable[..., Flask]) -> None:
    here, there = (new_app(sample="none").test_client() for _ in range(2))
    fill(here, "A", "B", "C")
    here.patch(f"{ITEMS}/A", json={"note": "mine", "target_price": 2.5})
    before = here.get(ITEMS).get_json()
    removed = here.delete(f"{ITEMS}?symbols=C,A,none").get_json()
    assert removed["removed"] == ["A", "C"]
    undone = there.post(f"{ITEMS}/undo", json={"undo": removed["undo"]}).get_json()
    assert (undone["symbols"], undone["watchlist"]["name"]) == (["A", "C"], "default")
    assert here.get(ITEMS).get_json() == before
    again = here.post(f"{ITEMS}/undo", json={"undo": removed["undo"]})
    assert code(again) == (404, "unknown_undo")
    one = here.delete(f"{ITEMS}/B").headers["Stockapp-Undo"]
    assert len(one) >= 20
    there.post(f"{ITEMS}/undo", json={"undo": one})
    assert here.get(ITEMS).get_json() == before
    assert here.delete(ITEMS, json={"symbols": ["Z"]}).get_json() == {"removed": [], "undo": None}


def test_what_cannot_come_back_now_can_later(client: FlaskClient) -> None:
    name = make(client, "Tech", "A", "B")
    items = client.delete(f"{ITEMS}/A?watchlist={name}").headers["Stockapp-Undo"]
    whole = client.delete(f"{LISTS}/{name}").get_json()["undo"]
    early = client.post(f"{ITEMS}/undo", json={"undo": items})
    assert code(early) == (404, "unknown_watchlist")
    back = client.post(f"{ITEMS}/undo", json={"undo": whole}).get_json()
    assert (back["deleted"], back["watchlist"]["title"]) == (True, "Tech")
    assert client.post(f"{ITEMS}/undo", json={"undo": items}).status_code == 200
    assert on(client, name) == ["A", "B"]


class TestCsv:
    def test_an_import_can_be_looked_at_first_and_changes_only_what_is_empty(
        self, client: FlaskClient
    ) -> None:
        client.post(f"{ITEMS}/add-many", json={"symbols": ["A", "B"]})
        client.patch(f"{ITEMS}/A", json={"note": "mine"})
        file = "Ticker;Note;Target\nA;theirs;12,5\nB;;\nC;new;\nA;again;\n;x;\n"
        path = f"{ITEMS}/import"
        preview = client.post(f"{path}?preview=true", data=file, content_type="text/csv").get_json()
        assert preview["counts"] == {"new": 1, "listed": 2, "duplicate": 1, "not_understood": 1}
        assert on(client) == ["A", "B"]
        done = client.post(path, json={"csv": file}).get_json()
        assert (done["added"], done["changed"]) == (["C"], ["A"])
        assert [(row["line"], row["text"]) for row in done["skipped"]] == [
            *((3, "B"), (5, "A"), (6, ""))
        ]
        first = client.get(f"{ITEMS}/A").get_json()
        assert (first["note"], first["target_price"]) == ("mine", 12.5)
        done = client.post(f"{path}?overwrite=true", data=file, content_type="text/csv").get_json()
        assert (done["added"], done["changed"]) == ([], ["A"])
        assert client.get(f"{ITEMS}/A").get_json()["note"] == "theirs"
        assert code(client.post(path, json={})) == (422, "invalid_value")

    def test_an_export_has_the_quotes_and_is_taken_again_without_loss(
        self, client: FlaskClient
    ) -> None:
        name = make(client, "Tech", "QUIL.SIM", "LARK.SIM", "NONE.SIM")
        fetched = client.post(
            f"{ITEMS}/live-prices-async?watchlist={name}&force=true", headers={"Prefer": "wait=20"}
        )
        assert fetched.status_code == 200
        note = "=cmd|\"/c calc\"!A1, 'quoted'\nand a line"
        client.patch(
            f"{ITEMS}/LARK.SIM?watchlist={name}", json={"note": note, "target_price": 0.125}
        )
        answer = client.get(f"{ITEMS}?watchlist={name}&format=csv")
        assert "watchlist-tech.csv" in answer.headers["Content-Disposition"]
        head, first = answer.get_data(as_text=True).split("\r\n")[:2]
        # All text is in quotation marks: a semicolon in a note parts nothing anywhere.
        assert head.replace('"', "") == (
            "symbol,name,note,target_price,price,currency,change_percent,"
            "as_of,fetched_at,source,freshness"
        )
        cells = first.replace('"', "").split(",")
        assert (cells[0], cells[9], cells[10]) == ("QUIL.SIM", "simulated", "fresh")
        other = make(client, "Copy")
        client.post(f"{ITEMS}/import?watchlist={other}", data=answer.data, content_type="text/csv")
        told = ("symbol", "note", "target_price")
        lists = [
            [
                [item[field] for field in told]
                for item in client.get(f"{ITEMS}?watchlist={one}").get_json()["items"]
            ]
            for one in (name, other)
        ]
        assert lists[0] == lists[1]
        assert ["LARK.SIM", note, 0.125] in lists[1]
