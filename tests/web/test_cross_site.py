"""Other web sites cannot have a browser change anything here, or start work."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(reader: FlaskClient, site: str) -> None:
    form = {"do": "remove", "symbol": "LARK.SIM"}
    headers = {"Sec-Fetch-Site": site, "Origin": "https://evil.example"}
    answer = reader.post("/lists/default/picked", data=form, headers=headers)
    assert answer.status_code == 403
    assert "Another web site asked for this." in answer.get_data(as_text=True)
    items = reader.get("/api/watchlist").get_json()["items"]
    assert "LARK.SIM" in [item["symbol"] for item in items]


@pytest.mark.parametrize("path", ["/api/watchlist/live-prices-async", "/stream?live=1"])
def test_a_picture_of_another_site_starts_no_work(reader: FlaskClient, path: str) -> None:
    assert reader.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_links_from_anywhere_and_programs_are_let_through(reader: FlaskClient) -> None:
    assert reader.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert reader.post("/theme", data={"theme": "dark"}).status_code == 303
    own = {"Sec-Fetch-Site": "same-origin"}
    assert reader.post("/theme", data={"theme": "dark"}, headers=own).status_code == 303
