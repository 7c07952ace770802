"""How calls read what they are sent: nothing twice, nothing of another kind, nothing by mistake."""

import pytest

from .lists import AList

ITEMS = "/api/watchlist"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("target_price", "12.5", "give a number"),
        ("target_price", True, "give a number"),
        ("accept_unknown", "true", "give true or false"),
        ("accept_unknown", 1, "give true or false"),
    ],
)
def test_json_says_numbers_as_numbers(a_list: AList, field: str, value: object, words: str) -> None:
    body = {"symbol": "LARK.SIM", "watchlist": a_list.name, field: value}
    answer = a_list.client.post(ITEMS, json=body)
    assert (answer.status_code, answer.get_json()["field"]) == (422, field)
    assert words in answer.get_json()["detail"]


def test_a_query_says_them_as_text(a_list: AList) -> None:
    query = f"watchlist={a_list.name}&target_price=12.5&accept_unknown=true"
    answer = a_list.client.post(f"{ITEMS}?{query}", json={"symbol": "LARK.SIM"})
    assert (answer.status_code, answer.get_json()["target_price"]) == (201, 12.5)


def test_a_field_is_sent_once(a_list: AList) -> None:
    body = {"symbol": "LARK.SIM", "watchlist": a_list.name}
    answer = a_list.client.post(f"{ITEMS}?watchlist={a_list.name}", json=body)
    assert (answer.status_code, answer.get_json()["field"]) == (422, "watchlist")


def test_a_call_sent_the_wrong_way_removes_no_symbol_of_its_name(a_list: AList) -> None:
    a_list.client.post(f"{ITEMS}/add-many?watchlist={a_list.name}", json={"symbols": ["UNDO"]})
    where = f"watchlist={a_list.name}"
    wrong = a_list.client.delete(f"{ITEMS}/undo?{where}")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "OPTIONS, POST")
    assert a_list.client.get(f"{ITEMS}/UNDO?{where}").get_json()["symbol"] == "UNDO"


def test_a_symbol_that_no_source_covers_is_not_asked_for_again(a_list: AList) -> None:
    address = "/api/quote/^NOPE/cached"
    assert a_list.client.get(address, headers={"Prefer": "wait=10"}).status_code == 200
    answer = a_list.client.get(address)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unsupported_symbol")
    assert "Retry-After" not in answer.headers
