"""The page's forms, with htmx and without scripts."""

import time

import pytest

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(client):
    return lambda path="/": client.get(path).get_data(as_text=True)


def test_without_scripts_a_form_leads_back_to_the_page_and_says_what_it_did(client, page):
    answer = client.post(
        "/watchlist/items/LARK.SIM/remove",
        headers={"Referer": "http://localhost/?sort=price&dir=desc"},
    )
    assert answer.status_code == 303
    assert answer.location == "/?sort=price&dir=desc&done=removed&what=LARK.SIM"
    assert "LARK.SIM was removed." in page(answer.location)
    assert 'id="row-LARK_2eSIM"' not in page()


def test_without_scripts_a_bad_symbol_keeps_what_was_typed(client):
    answer = client.post("/watchlist/items", data={"symbol": "no way"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'value="no way"' in text
    assert "may hold A to Z" in text


def test_an_unknown_symbol_is_refused_with_reasons_and_added_when_insisted_on(client, page):
    answer = client.post("/watchlist/items", data={"symbol": "NOPE.SIM"}, headers=HTMX)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "No source knows NOPE.SIM" in text
    assert "<code>not_found</code>" in text
    form = {"symbol": "NOPE.SIM", "accept_unknown": "yes"}
    answer = client.post("/watchlist/items", data=form, headers=HTMX)
    assert answer.status_code == 200
    assert "NOPE.SIM was added" in answer.get_data(as_text=True)
    assert 'id="row-NOPE_2eSIM"' in page()


@pytest.mark.parametrize("target", ["12,5", "x", "0", "-1", "1e400", "nan", "１２"])
def test_a_bad_target_is_told_beside_its_field_and_changes_nothing(client, page, target):
    form = {"note": "kept?", "target_price": target}
    answer = client.post("/watchlist/items/LARK.SIM", data=form, headers=HTMX)
    assert answer.status_code == 422
    assert 'hx-target="#row-LARK_2eSIM-problem"' in answer.get_data(as_text=True)
    assert "kept?" not in page()
    text = client.post("/watchlist/items/LARK.SIM", data=form).get_data(as_text=True)
    assert f'value="{target}"' in text
    assert 'id="row-LARK_2eSIM-details" open' in text


@pytest.mark.parametrize(
    ("typed", "shown"), [("1,250.50", "1250.5"), ("12.", "12"), ("", ""), (" 7 ", "7")]
)
def test_a_target_is_saved_as_it_was_meant(client, page, typed, shown):
    client.post("/watchlist/items/LARK.SIM", data={"note": "", "target_price": typed})
    row = page().split('id="row-LARK_2eSIM-target"')[1]
    assert row.split('value="')[1].startswith(f'{shown}"')


def test_a_refresh_ends_with_a_summary(client, page):
    answer = client.post("/refresh", headers=HTMX)
    assert "Refresh started." in answer.get_data(as_text=True)
    until = time.monotonic() + 10
    while "12 updated" not in (text := page()) and time.monotonic() < until:
        time.sleep(0.05)
    assert "12 updated" in text


def test_an_error_is_told_within_the_page_to_htmx_and_as_a_page_to_others(client):
    answer = client.post("/tasks/none/cancel", headers=HTMX)
    assert answer.status_code == 404
    assert 'class="status error"' in answer.get_data(as_text=True)
    answer = client.post("/tasks/none/cancel")
    assert answer.status_code == 404
    assert "<h1>That did not work</h1>" in answer.get_data(as_text=True)


def test_the_links_sort(page):
    text = page("/?sort=symbol&dir=desc")
    assert text.index('id="row-WREN_2eSIM"') < text.index('id="row-BRAM_2eSIM"')
    assert 'aria-sort="descending"' in text
    assert page("/?sort=nonsense").count("aria-sort") == 0


def test_looking_at_the_page_fetches_what_is_due_behind_it(client, page):
    assert "No price yet" in page()
    assert wait_until(lambda: "12 updated" in page())
    assert "No price yet" not in page()
    tasks = client.get("/api/tasks").json["tasks"]
    assert len(tasks) == 1, "fresh prices are not fetched again"


def test_a_refresh_that_was_cancelled_is_not_begun_anew_by_looking(new_app):
    client = new_app(simulated_latency_ms=20_000).test_client()
    client.get("/")
    (task,) = client.get("/api/tasks").json["tasks"]
    answer = client.post(
        f"/tasks/{task['id']}/cancel",
        follow_redirects=True,
        headers={"Referer": "http://localhost/"},
    )
    assert "Cancelled." in answer.get_data(as_text=True)
    client.get("/")
    statuses = [task["status"] for task in client.get("/api/tasks").json["tasks"]]
    assert statuses == ["cancelled"]


def wait_until(condition):
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()
