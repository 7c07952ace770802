"""A page of another web site, and words that are code, in a real browser."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, Response, expect

from .bureau import Bureau
from .shelf import Shelf, row, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]
Site = Callable[[str], str]


@pytest.fixture(scope="module")
def evil_site() -> Iterator[Site]:
    """Another web site, whose pages are what it is given; returns the address of one."""
    pages: dict[str, str] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def page(html: str) -> str:
        path = f"/{len(pages)}"
        pages[path] = html
        # Another site than 127.0.0.1, on which the server's own pages are.
        return f"http://evil.localhost:{server.server_port}{path}"

    yield page
    server.shutdown()
    server.server_close()


ATTACKS = """
<img src="{api}/watchlist/live-prices-async?watchlist={name}&force=true">
<img src="{api}/analyze/{symbol}/async?force=true" referrerpolicy="no-referrer">
<iframe src="{url}/stocks/{symbol}"></iframe>
<script src="{api}/watchlist?watchlist={name}"></script>
<link rel="stylesheet" href="{url}/static/css/base.css">
<iframe name="there"></iframe>
<form method="post" action="{url}{path}/picked" target="there">
  <input name="do" value="remove"><input name="symbol" value="{symbol}"></form>
<form method="post" action="{api}/watchlist/analyze-async?watchlist={name}" target="there"></form>
<form method="post" action="{api}/watchlist" target="there" enctype="text/plain">
  <input name='{{"symbol": "EVIL", "watchlist": "{name}", "x": "' value='"}}'></form>
<script>
  for (const form of document.forms) form.submit();
  const ask = (path, options) =>
    fetch("{url}" + path, options).then(() => "read", () => "not read");
  const remove = "/api/watchlist/{symbol}?watchlist={name}";
  Promise.all([
    ask("/api/watchlist?watchlist={name}", {{}}),
    ask(remove, {{ method: "DELETE" }}),
    ask("/api/watchlist/undo", {{ method: "POST", headers: {{ "X-CSRF-Token": "x" }} }}),
    ask("{path}/picked", {{ method: "POST", headers: {{ "HX-Request": "true" }} }}),
    ask("{path}/picked", {{ method: "POST", mode: "no-cors", credentials: "include",
      body: new URLSearchParams({{ do: "remove", symbol: "{symbol}" }}) }}),
  ]).then((told) => {{ document.title = told.join(); }});
</script>
"""


def started(bureau: Bureau, symbol: str) -> list[str]:
    """The tasks that somebody started for that symbol; pages start others by themselves."""
    tasks = bureau.server.get("/api/tasks?limit=200").json()["tasks"]
    kinds = ("live_prices", "analysis")
    return [
        task["id"]
        for task in tasks
        if task["kind"] in kinds and symbol in json.dumps(task["params"])
    ]


def test_a_page_of_another_site_can_do_nothing_and_read_nothing(
    shelf: Make, bureau: Bureau, window: Window, evil_site: Site
) -> None:
    shop = shelf(1)
    (symbol,) = shop.order()
    # Whoever is attacked looks at the list as well, and has its cookies.
    own = window(shop.url, refused=True)
    before = started(bureau, symbol)
    here = own.context.new_page()
    asked: list[str] = []
    answers: list[Response] = []

    def note(answer: Response) -> None:
        if urlsplit(answer.url).port == bureau.server.port and "/static/" not in answer.url:
            answers.append(answer)

    here.on("response", note)
    here.on("request", lambda request: asked.append(request.url))
    server = {"url": bureau.server.url, "api": f"{bureau.server.url}/api"}
    attack = ATTACKS.format(**server, name=shop.name, path=shop.path, symbol=symbol)
    here.goto(evil_site(attack))
    expect(here).to_have_title(",".join(["not read"] * 5))
    here.wait_for_load_state("load")
    assert sum(url.startswith(bureau.server.url) for url in asked) >= 8
    # 200 is what the browser gets that asks before it deletes; it is told of nothing allowed.
    assert {answer.status for answer in answers} <= {403, 200}
    granted = [answer.url for answer in answers if "access-control-allow-origin" in answer.headers]
    assert granted == []
    assert shop.order() == [symbol]
    assert started(bureau, symbol) == before
    expect(tickers(own)).to_have_text([symbol])


def test_a_name_that_leads_to_this_machine_is_none_of_ours(
    bureau: Bureau, window: Window, evil_site: Site
) -> None:
    # DNS rebinding: evil.localhost leads to 127.0.0.1 here, as evil.example would by its own DNS.
    page = window(evil_site("<title>Evil</title>"), refused=True)
    name = f"http://evil.localhost:{bureau.server.port}"
    answer = page.goto(f"{name}/api/watchlist")
    assert answer is not None
    assert answer.status == 421
    told = page.evaluate("() => fetch('/api/watchlist').then((answer) => answer.status)")
    assert told == 421


def test_words_that_are_code_are_shown_and_not_run(shelf: Make, window: Window) -> None:
    attack = '"><img src=x onerror="window.ran = 1"><script>window.ran = 1</script>'
    shop = shelf()
    shop.server.patch(f"/api/watchlists/{shop.name}", json={"title": '<img src=x onerror="ran=1">'})
    csv = f'symbol,name,note\nCODE,"{attack.replace(chr(34), chr(34) * 2)}",first\n'
    shop.server.post(
        f"/api/watchlist/import?watchlist={shop.name}",
        data=csv,
        headers={"Content-Type": "text/csv"},
    )
    # A browser that notes what its policy kept from running: then something was to run.
    page = window(f"{shop.url}?columns=note.age&filter=img")
    page.goto(f"{shop.url}?columns=note.age&item=CODE")
    expect(row(page, "CODE")).to_be_visible()
    # As a stream brings it.
    shop.change("CODE", note=attack)
    expect(row(page, "CODE").locator("td.note")).to_contain_text(attack)
    page.get_by_role("button", name="Remove CODE").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert page.evaluate("() => window.ran") is None
    assert page.locator("img[src=x]").count() == 0


@pytest.fixture
def unwatched(browser: Browser) -> Iterator[Page]:
    """A window that may note errors: they are what is looked for."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_script_cannot_make_html_of_text(shelf: Make, unwatched: Page) -> None:
    # What a fault in a script of ours, or of a library, would let somebody's words do.
    page = unwatched
    page.goto(shelf().url)
    page.wait_for_function("() => globalThis.htmx")
    for attack in (
        "document.body.innerHTML = '<img src=x onerror=alert(1)>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
        "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
        "trustedTypes.createPolicy('other', { createHTML: (text) => text })",
        "trustedTypes.createPolicy('stockapp', { createHTML: (text) => text })",
    ):
        told = page.evaluate(
            f"() => {{ try {{ {attack}; return 'done'; }} catch (e) {{ return e.name; }} }}"
        )
        assert told == "TypeError", attack
    for kind in ("script", "SCRIPT", "iframe", "style"):
        update = f"<hx-partial hx-target='#status'><{kind} src='/x'></{kind}></hx-partial>"
        with pytest.raises(Error, match="holds what it never does"):
            page.evaluate("(text) => htmx.swap({ target: document.body, text })", update)
