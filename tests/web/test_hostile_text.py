"""What people and sources wrote is text on every page, and never a part of the page."""

import json
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from stockapp.domain.attempt import Reason
from stockapp.web import fragments
from stockapp.web.columns import Column, Layout

from .boards import NOW, a_quote, a_row
from .hostile import ATTACK, hostile
from .lists import HTMX, AList
from .test_html import own_code
from .test_templates import HANDED


def broken_into(html: str) -> list[str]:
    """What of the attack became a part of the page, and scripts and styles in it."""
    tree = LexborHTMLParser(html)
    evil = [node.html or "" for node in tree.css("x-evil, img[src=x]")]
    return [*evil, *own_code(html)]


def test_the_attack_would_be_found() -> None:
    assert len(broken_into(f"<p>{ATTACK}</p>")) > 2
    assert broken_into(f'<p title="{ATTACK}"></p>')
    assert broken_into(f"<p title='{ATTACK}'></p>")


@pytest.mark.parametrize("template", HANDED)
def test_no_template_lets_a_text_become_a_part_of_the_page(
    reader: FlaskClient, template: str
) -> None:
    values = {name: hostile(kind) for name, kind in HANDED[template].items()}
    app = reader.application
    with app.test_request_context("/", headers={"Cookie": f"theme={ATTACK}"}):
        environment = app.jinja_env.overlay()
        # Refuses what is no symbol; the address is escaped like any other.
        environment.filters["stock_path"] = lambda symbol: f"/stocks/{symbol}"
        html = environment.get_template(template).render(**values)
    assert broken_into(html) == []
    # And is there to be read.
    assert "&lt;x-evil" in html or not values


@pytest.fixture
def attacked(a_list: AList) -> AList:
    """A list whose every field that a person can fill holds the attack."""
    a_list.add("LARK.SIM")
    note = {"note": ATTACK, "watchlist": a_list.name}
    assert a_list.client.patch("/api/watchlist/LARK.SIM", json=note).status_code == 200
    path = f"/api/watchlists/{a_list.name}"
    assert a_list.client.patch(path, json={"title": ATTACK[:60]}).status_code == 200
    return a_list


def test_what_people_write_is_shown_as_they_wrote_it(attacked: AList) -> None:
    client, path = attacked.client, attacked.path
    pages = {
        path: client.get(path),
        "columns": client.get(f"{path}?columns=note.price.age&filter={ATTACK[:20]}"),
        "item": client.get(f"{path}/items/LARK.SIM"),
        "item beside": client.get(f"{path}?item=LARK.SIM"),
        "import": client.get(f"{path}/import"),
        "preview": client.post(f"{path}/import", data={"text": f"symbol,note\n{ATTACK},x"}),
        "item part": client.get(f"{path}/items/LARK.SIM", headers=HTMX),
        "change": client.post(f"{path}/items/LARK.SIM", data={"target_price": ATTACK, "note": ""}),
        "stream": client.get(f"/changes?watchlist={attacked.name}&columns=note.age"),
        "add": client.post(f"{path}/items", data={"symbol": ATTACK}),
        "add part": client.post(f"{path}/items", data={"symbol": ATTACK}, headers=HTMX),
    }
    assert {name: broken_into(answer.text) for name, answer in pages.items()} == {
        name: [] for name in pages
    }
    for name in ("columns", "item", "preview", "stream", "add"):
        assert "&lt;" in pages[name].text, name


QUERIES = (
    "/?filter={}",
    "/?columns={}&sort={}&dir={}&item={}&done={}&what={}&undo={}&customise={}",
    "/?done=added&what={}",
    "/search?symbol={}",
    "/compare?symbols={}",
    "/stocks/LARK.SIM?discount_rate={}&growth={}&business_type={}&analysis_weights={}",
    "/stocks/LARK.SIM/value?discount_rate={}",
    "/stocks/{}",
    "/lists/{}",
    "/lists/default/items/{}",
    "/tasks/{}",
    "/tasks?before={}&done={}",
    "/system?done=cleared&what={}",
    "/system/cache/clear?kind={}",
    "/{}",
    "/static/{}",
)


@pytest.mark.parametrize("path", QUERIES)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_nothing_of_an_address_becomes_a_part_of_the_page(
    reader: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    # A link on another site, which the reader follows.
    attack = "".join(f"%{byte:02x}" for byte in ATTACK.encode())
    answer = reader.get(path.replace("{}", attack), headers={"Accept": "text/html", **headers})
    assert broken_into(answer.text) == []
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/api/search?q={}&callback=alert",
        "/api/watchlist/{}",
        "/api/tasks/{}",
        "/api/quote/{}/cached?jsonp=alert",
        "/api/{}",
        "/changes?stock={}",
    ],
)
def test_no_answer_to_a_program_can_be_read_as_a_page(reader: FlaskClient, path: str) -> None:
    attack = "".join(f"%{byte:02x}" for byte in ATTACK.encode())
    answer = reader.get(path.replace("{}", attack), headers={"Accept": "application/json"})
    assert answer.mimetype in ("application/json", "application/problem+json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # Not a call of a function that the asker names (JSONP).
    assert isinstance(json.loads(answer.text), dict)


def test_what_sources_write_is_text_in_streams_as_well(rendering: None) -> None:
    quote = replace(a_quote(), source=ATTACK, exchange=ATTACK, currency=ATTACK[:3])
    row = a_row("LARK.SIM", quote, failure=Reason.NO_DATA, name=ATTACK, note=ATTACK)
    html = fragments.rows([row], NOW, "default", Layout(tuple(Column)))
    inside = html.split(">", 1)[1].rsplit("</hx-partial>", 1)[0]
    assert broken_into(f"<table><tbody>{inside}</tbody></table>") == []
    assert html.count("&lt;x-evil") > 2
    assert broken_into(fragments.message(ATTACK, name="default", undo=ATTACK)) == []
    assert broken_into(fragments.edit_problem(ATTACK)) == []


def test_escaping_is_on_for_all_templates(reader: FlaskClient) -> None:
    app: Flask = reader.application
    assert all(app.select_jinja_autoescape(name) for name in HANDED)
