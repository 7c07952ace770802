"""Bringing a list along: what was understood is shown, and added only when that is confirmed."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from werkzeug.test import TestResponse

from .lists import AList, one, text_of

FILE = (
    "Ticker,Comment,Target Price,Shares\nLARK.SIM,keep,12.50,3\nQUIL.SIM,,,\nLARK.SIM,,,\n!!,,,\n"
)


def look(a_list: AList, content: str | bytes, **fields: Any) -> TestResponse:
    """The page after a file was chosen."""
    raw = content.encode() if isinstance(content, str) else content
    return a_list.send("import", file=(io.BytesIO(raw), "list.csv"), **fields)


def confirm(a_list: AList, page: str, **fields: str) -> TestResponse:
    """What the page's own form does."""
    form = one(page, 'form[action$="/import/confirm"]')
    assert form.attributes["enctype"] == "multipart/form-data"
    # As a browser sends it.
    typed = str(one(form, "input[name=text]").attributes["value"]).replace("\n", "\r\n")
    headers = {"Referer": f"http://localhost{a_list.path}/import"}
    return a_list.client.post(
        f"{a_list.path}/import/confirm",
        data={"text": typed, **fields},
        headers=headers,
        content_type="multipart/form-data",
    )


def statuses(page: str) -> list[str]:
    found = LexborHTMLParser(page).css("section.preview tbody .mark")
    return [" ".join(node.text().split()) for node in found]


def test_what_was_understood_is_shown_and_nothing_is_added(a_list: AList) -> None:
    a_list.add("QUIL.SIM")
    answer = look(a_list, FILE)
    assert answer.status_code == 200
    assert statuses(answer.text) == ["new", "listed already", "twice in the file", "not understood"]
    assert text_of(answer.text, "#preview-title") == (
        "1 new, 1 listed already, 1 twice in the file, 1 not understood"
    )
    assert "LARK.SIM is on line 2 already." in answer.text
    assert "Not used: Shares." in answer.text
    assert a_list.symbols() == ["QUIL.SIM"]


def test_what_was_shown_is_added_when_it_is_confirmed(a_list: AList) -> None:
    answer = confirm(a_list, look(a_list, FILE).text)
    assert answer.location == f"{a_list.path}?done=imported&what=2"
    assert "Symbols imported or filled in: 2." in a_list.client.get(answer.location or "").text
    assert a_list.symbols() == ["LARK.SIM", "QUIL.SIM"]
    item = a_list.item("LARK.SIM")
    assert (item["note"], item["target_price"]) == ("keep", 12.5)


def test_notes_that_are_there_are_replaced_only_if_that_is_wished(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    a_list.send("items/LARK.SIM", note="mine", target_price="")
    page = look(a_list, FILE).text
    confirm(a_list, page)
    assert a_list.item("LARK.SIM")["note"] == "mine"
    assert 'name="overwrite"' in page
    confirm(a_list, page, overwrite="yes")
    assert a_list.item("LARK.SIM")["note"] == "keep"


def test_symbols_may_be_pasted_as_one_has_them(a_list: AList) -> None:
    answer = a_list.send("import", text="lark.sim, QUIL.SIM\nBRAM.SIM;WREN.SIM")
    assert statuses(answer.text) == ["new"] * 4
    confirm(a_list, answer.text)
    assert a_list.symbols() == ["LARK.SIM", "QUIL.SIM", "BRAM.SIM", "WREN.SIM"]


def test_nothing_chosen_is_told(a_list: AList) -> None:
    for answer in (a_list.send("import"), a_list.send("import", text=" \n")):
        assert answer.status_code == 422
        assert text_of(answer.text, '[role="alert"].bad') == (
            "Choose a file, or write some symbols."
        )
    empty = look(a_list, "")
    assert empty.status_code == 422
    assert "is empty. Choose another file." in text_of(empty.text, '[role="alert"].bad')


def test_what_can_be_no_list_is_told_and_stays_to_be_mended(a_list: AList) -> None:
    broken = 'symbol,note\nLARK.SIM,"' + "x" * 200_000
    answer = a_list.send("import", text=broken)
    assert answer.status_code == 422
    assert "This is no CSV file: line 2" in answer.text
    assert "LARK.SIM" in one(answer.text, "textarea").text()
    nothing = look(a_list, bytes(range(128, 256)) * 4)
    assert "import/confirm" not in nothing.text
    assert "Windows-1252" in nothing.text


def test_a_file_of_another_encoding_is_read_and_doubted(a_list: AList) -> None:
    page = look(a_list, "symbol;note\nLARK.SIM;Größe".encode("cp1252")).text
    assert "read as Windows-1252" in page
    confirm(a_list, page)
    assert a_list.item("LARK.SIM")["note"] == "Größe"


def test_a_file_that_is_too_large_is_refused(a_list: AList) -> None:
    answer = look(a_list, "x" * 1_100_000)
    assert answer.status_code == 413
    assert "larger than this server reads" in answer.text


def test_what_could_be_looked_at_can_be_confirmed(a_list: AList) -> None:
    # Larger than forms usually may be, and larger still where each character is spelt out.
    note = "é" * 1_500
    rows = "".join(f"S{number}.SIM,{note}\n" for number in range(200))
    answer = confirm(a_list, look(a_list, f"symbol,note\n{rows}").text)
    assert answer.location == f"{a_list.path}?done=imported&what=200"


def test_a_list_that_would_be_too_long_stays_as_it_is(new_app: Callable[..., Flask]) -> None:
    client = new_app(sample="none", max_symbols=2).test_client()
    client.post("/api/watchlist/add-many", json={"symbols": ["LARK.SIM"]})
    a_list = AList(client, "default")
    text = "symbol\nQUIL.SIM\nBRAM.SIM"
    answer = a_list.send("import/confirm", text=text)
    assert answer.status_code == 422
    assert "only 1 more fit" in answer.text
    assert one(answer.text, "textarea").text() == text
    assert a_list.symbols() == ["LARK.SIM"]


@pytest.mark.parametrize("written", ['"><script>x</script>', "</textarea><script>x</script>"])
def test_what_a_file_says_cannot_become_markup(a_list: AList, written: str) -> None:
    cell = written.replace('"', '""')
    text = (
        f'symbol,name,note,{written.replace(",", "")}\nLARK.SIM,"{cell}","{cell}",\n"{cell}",,,\n'
    )
    for answer in (look(a_list, text), a_list.send("import", text=text)):
        assert answer.status_code == 200
        assert "<script>" not in answer.text
    assert "<script>" not in a_list.send("import/confirm", text='"' + written * 9000).text


def test_the_form_is_a_page_with_a_way_back(a_list: AList) -> None:
    page = a_list.client.get(f"{a_list.path}/import").text
    assert f'href="{a_list.path}"' in page
    assert 'enctype="multipart/form-data"' in page
