"""What is offered as one types."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser

from stockapp.domain.company import SecurityType
from stockapp.domain.listing import Listing
from stockapp.services.search import Found
from stockapp.web.rendering import render
from stockapp.web.search_page import found_view

from .lists import HTMX, AList, text_of

HOSTILE = '"><script>x</script>'
APPLE = Listing("AAPL", "Apple Inc.", "NASDAQ", SecurityType.SHARE, "USD", "yahoo")


def options(a_list: AList, text: str) -> LexborHTMLParser:
    answer = a_list.client.get("/search", query_string={"symbol": text}, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return LexborHTMLParser(answer.text)


def test_options_tell_what_they_are_and_what_is_listed(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    (option,) = options(a_list, "lark.s").css('#add-options [role="option"]')
    assert option.attributes["data-symbol"] == "LARK.SIM"
    words = " ".join(option.text().split())
    assert re.fullmatch(r"LARK.SIM .+ Simulated Exchange, share, \w+ on a list", words)


def test_the_answer_that_is_at_once_asks_for_what_sources_find(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app().test_client()
    tree = LexborHTMLParser(client.get("/search?symbol=lark+a%26b", headers=HTMX).text)
    (more,) = tree.css("[hx-get]")
    assert more.attributes["hx-get"] == "/search?symbol=lark+a%26b&sources=yes"


def test_nothing_found_can_be_added_all_the_same(a_list: AList) -> None:
    found = options(a_list, "nothing.sim")
    assert text_of(found, ".note") == "Nothing found; a symbol can be added all the same."


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_typed_finds_nothing(a_list: AList, text: str) -> None:
    found = options(a_list, text)
    assert found.css("[role=option]") == [] and found.css(".note") == []


def test_a_mistyped_isin_is_told(a_list: AList) -> None:
    assert "check digit is wrong" in text_of(options(a_list, "US0378331006"), ".note.failed")


def test_the_answer_is_a_part_of_a_page(a_list: AList) -> None:
    assert a_list.client.get("/search?symbol=lark").location == "/"


def view(**fields: Any) -> Any:
    return found_view(Found(**({"query": "apple", "listings": [APPLE]} | fields)))


def test_what_a_source_left_out_is_left_out() -> None:
    (option,) = view(listings=[Listing("X", None, None, None, "GBp", "yahoo")]).options
    assert (option.name, option.about) == ("", "GBp")
    (apple,) = view().options
    assert apple.about == "NASDAQ, share, USD"
    assert not apple.listed
    assert view(listed=frozenset({"AAPL"})).options[0].listed


def test_why_there_may_be_more_is_told() -> None:
    told = view(problem="Yahoo did not answer in time")
    assert (told.note, told.failed) == ("Yahoo did not answer in time", True)
    assert view(listings=(), asking=True).note == "", "it may still be found"


@pytest.mark.usefixtures("rendering")
def test_what_sources_tell_cannot_become_markup() -> None:
    hostile = Listing(HOSTILE, HOSTILE, HOSTILE, None, HOSTILE, "yahoo")
    found = view(query=HOSTILE, listings=[hostile], problem=HOSTILE, asking=True)
    html = render("partials/_found.html", found=found)
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 6


@pytest.mark.usefixtures("rendering")
def test_names_of_any_direction_keep_to_themselves() -> None:
    name = "شركة الاتصالات"
    found = view(listings=[Listing("7010.SR", name, None, None, None, "yahoo")])
    assert f'<bdi class="name">{name}</bdi>' in render("partials/_found.html", found=found)
