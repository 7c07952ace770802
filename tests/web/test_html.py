"""The HTML of every page and of every change to a page is valid, and holds no script or style."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from scripts.assets import MODULES, node_command
from tests.e2e.gallery import CHECKED

from .logins import log_in, member, visitor

VALIDATOR = MODULES / "html-validate" / "bin" / "html-validate.mjs"
# What the standard says, not how somebody likes it written.
RULES = {"root": True, "extends": ["html-validate:standard"]}

# What scripts fetch or are sent; {task} is a task that has ended.
FRAGMENTS = (
    "/changes?watchlist=default",
    "/changes?tasks=recent",
    "/changes?task={task}",
    "/changes?stock=LARK.SIM",
    "/stocks/LARK.SIM/value?growth=3",
    "/stocks/LARK.SIM/value?growth=much",
    "/compare?symbols=LARK.SIM,HOLM.SIM",
    "/system/sources",
    "/system/cache",
    "/changes?watchlist=tech&columns=note",
    "/search?symbol=lark",
    "/lists/tech/items/LARK.SIM",
    "/lists/tech/items/LARK.SIM/facts",
    "/lists/tech/live",
)
# What is sent by forms, with scripts and without, and how it is answered.
FORMS: tuple[tuple[str, dict[str, str], int], ...] = (
    ("/lists/tech/items", {"symbol": "kitsunami motors"}, 422),
    ("/lists/tech/items/LARK.SIM", {"target_price": "much"}, 422),
    ("/lists/tech/import", {"text": "symbol,note\nQUIL.SIM,a\nLARK.SIM,b\n!!,c"}, 200),
    ("/lists/tech/picked", {}, 422),
)
FRAGMENT_FORMS: tuple[tuple[str, dict[str, str], int], ...] = (
    ("/lists/tech/columns", {"column": "note"}, 200),
    ("/lists/tech/live", {"on": "no"}, 200),
    ("/lists/tech/undo", {}, 409),
)
HTMX = {"HX-Request": "true"}

Rendered = dict[str, str]


@pytest.fixture(scope="module")
def rendered(reader: FlaskClient, locked: Flask) -> Iterator[Rendered]:
    """All of it, by name; fragments as documents."""
    wait = {"Prefer": "wait=30"}
    reader.post("/api/analyze/LARK.SIM/async", headers=wait)
    reader.post("/api/watchlists", json={"title": "Tech"})
    reader.post("/api/watchlist/add-many", json={"symbols": ["LARK.SIM"], "watchlist": "tech"})
    task = reader.get("/api/tasks?status=completed").get_json()["tasks"][0]["id"]
    paths = {sight.path: sight.name for sight in CHECKED if sight.server == "full"}
    documents = {name: reader.get(path.format(task=task)).text for path, name in paths.items()}
    fragments = {
        address: reader.get(address.format(task=task), headers=HTMX).text for address in FRAGMENTS
    }
    # Without the cookies that some of them set.
    sender = reader.application.test_client(use_cookies=False)
    for path, fields, status in FORMS:
        answer = sender.post(path, data=fields)
        assert answer.status_code == status, path
        documents[f"POST {path}"] = answer.text
    for path, fields, status in (*FORMS, *FRAGMENT_FORMS):
        answer = sender.post(path, data=fields, headers=HTMX)
        assert answer.status_code == status, path
        if not answer.text.startswith("<!doctype"):
            fragments[f"POST {path}"] = answer.text
    owner, form = member(locked), {"name": "cron", "days": "7"}
    documents["login"] = visitor(locked).get("/login").text
    documents["login, refused"] = log_in(visitor(locked), "wrong").text
    documents["access, a token made"] = owner.post("/access/tokens", data=form).text
    documents["access, a token refused"] = owner.post("/access/tokens", data=form).text
    documents["logged out"] = visitor(locked).post("/theme").text
    for address, told in fragments.items():
        assert told, address
        for number, html in enumerate(parts(told)):
            documents[f"{address} part {number}"] = document(html)
    yield documents
    reader.delete("/api/watchlists/tech")


def parts(fragment: str) -> list[str]:
    """What each of the partials puts into the page, or the fragment where there are none."""
    found = re.findall(r"<hx-partial [^>]*>(.*?)</hx-partial>", fragment, re.DOTALL)
    return found or [fragment]


def document(html: str) -> str:
    """A fragment where it may stand."""
    inside = html.strip()
    if inside.startswith("<tr"):
        inside = f"<table><tbody>{inside}</tbody></table>"
    head = "<head><title>A part</title></head>"
    return f'<!doctype html><html lang="en">{head}<body>{inside}</body></html>'


def complaints(folder: Path, documents: Rendered) -> list[str]:
    """What the validator says of them."""
    (folder / "rules.json").write_text(json.dumps(RULES))
    names = {}
    for number, (name, html) in enumerate(documents.items()):
        path = folder / f"{number}.html"
        path.write_text(html)
        names[str(path)] = name
    arguments = ["--config", str(folder / "rules.json"), "--formatter", "json", *names]
    command = [*node_command(), str(VALIDATOR), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return [
        f"{names[file['filePath']]}, line {message['line']}: {message['message']}"
        for file in told
        for message in file["messages"]
    ]


def own_code(html: str) -> Iterator[str]:
    """Scripts, styles and handlers that are written into a page; data in scripts is none."""
    for node in LexborHTMLParser(html).css("*"):
        names = [name for name in node.attributes if name == "style" or name.startswith("on")]
        if node.tag == "style" or (node.tag == "script" and not node.attributes.get("src")):
            names.append(node.tag)
        if (node.attributes.get("href") or "").lower().startswith("javascript:"):
            names.append("javascript:")
        yield from (f"{name} of <{node.tag}>" for name in names)


@pytest.fixture(scope="module")
def validator() -> None:
    """It is installed with what tests need."""
    if not VALIDATOR.exists():
        pytest.skip("html-validate is not installed: make node_modules/.tests")


def test_pages_and_their_changes_are_valid(
    rendered: Rendered, validator: None, tmp_path: Path
) -> None:
    assert complaints(tmp_path, rendered) == []


def test_empty_pages_are_valid(
    new_app: Callable[..., Flask], validator: None, tmp_path: Path
) -> None:
    client = new_app(sample="none").test_client()
    empty = {
        sight.name: client.get(sight.path).text for sight in CHECKED if sight.server == "empty"
    }
    assert complaints(tmp_path, empty) == []


def test_the_validator_is_asked(validator: None, tmp_path: Path) -> None:
    twice = document('<p id="a"></p><p id="a"></p><ul><p>no item</p></ul>')
    assert len(complaints(tmp_path, {"bad": twice})) == 2


def test_no_page_has_scripts_or_styles_written_into_it(rendered: Rendered) -> None:
    found = {name: list(own_code(html)) for name, html in rendered.items()}
    assert {name: code for name, code in found.items() if code} == {}


def test_each_page_says_what_it_is(rendered: Rendered) -> None:
    for name, html in rendered.items():
        if name not in {sight.name for sight in CHECKED}:
            continue
        title = LexborHTMLParser(html).css_first("head > title")
        assert title is not None
        assert title.text().endswith(" · stockapp"), name
