"""A list for one test, in an application that all of them share."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.test import TestResponse

HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class AList:
    """A list with the browser that looks at it."""

    client: FlaskClient
    name: str

    @property
    def path(self) -> str:
        return f"/lists/{self.name}"

    def page(self, query: str = "") -> str:
        """The page by that query, in HTML."""
        answer = self.client.get(self.path + query)
        assert answer.status_code == 200
        return answer.text

    def tree(self, query: str = "") -> LexborHTMLParser:
        """The page by that query."""
        return LexborHTMLParser(self.page(query))

    def send(self, form: str, *, at: str = "", htmx: bool = False, **fields: Any) -> TestResponse:
        """The answer to a form of the page with that query; `form` is its address in the list."""
        headers = {"Referer": f"http://localhost{self.path}{at}"} | (HTMX if htmx else {})
        return self.client.post(f"{self.path}/{form}", data=fields, headers=headers)

    def add(self, *symbols: str) -> None:
        body = {"symbols": symbols, "watchlist": self.name}
        assert self.client.post("/api/watchlist/add-many", json=body).status_code == 200

    def symbols(self) -> list[str]:
        """What is on the list, in its order."""
        path = f"/api/watchlist?watchlist={self.name}"
        return [item["symbol"] for item in self.client.get(path).get_json()["items"]]

    def item(self, symbol: str) -> dict[str, Any]:
        path = f"/api/watchlist/{symbol}?watchlist={self.name}"
        item: dict[str, Any] = self.client.get(path).get_json()
        return item

    def rows(self, query: str = "") -> list[str]:
        """The symbols of the rows that the page shows, in their order."""
        rows = self.tree(query).css("tr.row")
        return [
            str(row.attributes["data-symbol"]) for row in rows if "hidden" not in row.attributes
        ]


def one(tree: LexborHTMLParser | LexborNode | str, selector: str) -> LexborNode:
    """The one element of that sort."""
    (node,) = (LexborHTMLParser(tree) if isinstance(tree, str) else tree).css(selector)
    return node


def text_of(tree: LexborHTMLParser | LexborNode | str, selector: str) -> str:
    """The words of the one element, blanks made one."""
    return " ".join(one(tree, selector).text().split())
