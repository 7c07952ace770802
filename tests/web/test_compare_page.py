"""Up to five stocks side by side."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from .analyses import analysed

HTMX = {"HX-Request": "true"}


def text_of(client: FlaskClient, path: str) -> str:
    return html.unescape(client.get(path).get_data(as_text=True))


def row_of(text: str, label: str) -> list[str]:
    found = re.search(rf'<th scope="row">{re.escape(label)}</th>(.*?)</tr>', text)
    assert found, label
    return re.findall(r"<td>(.*?)</td>", found.group(1))


def test_each_stock_is_told_in_its_own_currency(reader: FlaskClient) -> None:
    fair = {
        symbol: analysed(reader, symbol)["report"]["valuation"]["fair_value"]["value"]
        for symbol in ("LARK.SIM", "WREN.SIM")
    }
    text = text_of(reader, "/compare?symbols=LARK.SIM,WREN.SIM")
    assert row_of(text, "Fair value") == [
        f"{fair['LARK.SIM']:,.2f} USD",
        f"{fair['WREN.SIM']:,.2f} GBP",
    ]
    price = row_of(text, "Price")[1]
    assert "GBp" in price, "the price stays as it is quoted"
    assert ", Simulated exchange" in price, "and says who told it"


def test_what_is_not_for_its_kind_or_unknown_says_so_and_is_no_zero(reader: FlaskClient) -> None:
    analysed(reader, "WREN.SIM")
    analysed(reader, "INDX.SIM")
    text = text_of(reader, "/compare?symbols=WREN.SIM,INDX.SIM")
    assert row_of(text, "Altman") == ["not for its kind", "\N{EN DASH}"]
    assert row_of(text, "Fair value")[1] == "\N{EN DASH}"


def test_what_was_never_analysed_is_analysed_behind_and_the_table_asks_again(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(simulated_latency_ms=3000).test_client()
    text = text_of(client, "/compare?symbols=LARK.SIM,QUIL.SIM")
    assert "being analysed, 0 of 11" in text
    assert 'hx-get="/compare?symbols=LARK.SIM%2CQUIL.SIM" hx-trigger="every 1s"' in text
    assert len(client.get("/api/tasks?kind=analysis").get_json()["tasks"]) == 2


def test_once_all_are_there_nothing_is_asked_for_any_more(reader: FlaskClient) -> None:
    analysed(reader)
    part = reader.get("/compare?symbols=LARK.SIM", headers=HTMX).get_data(as_text=True)
    assert "<html" not in part
    assert "hx-trigger" not in part


def test_symbols_may_be_written_in_any_usual_way_and_each_stands_once(reader: FlaskClient) -> None:
    text = text_of(reader, "/compare?symbols=lark.sim+LARK.SIM&symbols=QUIL.SIM")
    heads = re.findall(r'<a href="/stocks/([^"]+)">', text)
    assert heads == ["LARK.SIM", "QUIL.SIM"]


def test_without_symbols_the_page_says_what_to_do(reader: FlaskClient) -> None:
    answer = reader.get("/compare")
    assert answer.status_code == 200
    assert "Enter symbols" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("A.SIM,B.SIM,C.SIM,D.SIM,E.SIM,F.SIM", "6 are too many to stand side by side"),
        ("LARK.SIM,no%21way", "may hold A to Z"),
        ("%3Cscript%3Ex", "may hold A to Z"),
    ],
)
def test_what_cannot_be_compared_is_told_and_what_was_typed_stays(
    new_app: Callable[..., Flask], typed: str, said: str
) -> None:
    client = new_app(simulated_latency_ms=3000).test_client()
    answer = client.get(f"/compare?symbols={typed}")
    raw = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in raw
    assert 'aria-invalid="true"' in raw
    assert "<script>x" not in raw
    assert re.search(r'name="symbols" value="[^"]{5,}"', raw)
