"""A stock's page, as it stands and by other assumptions."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from .analyses import WAIT, analysed

HTMX = {"HX-Request": "true"}
PATH = "/stocks/LARK.SIM"


def text_of(client: FlaskClient, path: str) -> str:
    return html.unescape(client.get(path).get_data(as_text=True))


def fair_value_in(text: str) -> str:
    found = re.search(r"data-fair-value>([^<]*)<", text)
    assert found, text
    return found.group(1)


@pytest.fixture
def ready(reader: FlaskClient) -> FlaskClient:
    """A client of a worker that has analysed LARK.SIM."""
    analysed(reader)
    return reader


def test_a_stock_that_was_never_looked_at_is_shown_at_once_while_it_is_analysed(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(simulated_latency_ms=3000).test_client()
    text = text_of(client, PATH)
    assert "It is being worked out." in text
    assert "Income statement" in text
    assert 'action="/tasks/' in text, "it can be cancelled"


def test_looking_again_starts_no_second_analysis(new_app: Callable[..., Flask]) -> None:
    client = new_app(simulated_latency_ms=3000).test_client()
    client.get(PATH)
    client.get(PATH)
    assert len(client.get("/api/tasks?kind=analysis").get_json()["tasks"]) == 1


def test_an_analysis_that_was_cancelled_is_not_started_again_by_looking(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(simulated_latency_ms=3000).test_client()
    client.get(PATH)
    (task,) = client.get("/api/tasks?kind=analysis").get_json()["tasks"]
    client.delete(f"/api/tasks/{task['id']}")
    assert "Cancelled after" in text_of(client, PATH)
    assert len(client.get("/api/tasks?kind=analysis").get_json()["tasks"]) == 1


def test_the_page_tells_value_range_verdict_and_what_each_method_rests_on(
    ready: FlaskClient,
) -> None:
    worth = analysed(ready)["report"]["valuation"]
    text = text_of(ready, PATH)
    fair = worth["fair_value"]
    assert fair_value_in(text) == f"{fair['value']:,.2f} USD"
    assert f"between {fair['low']:,.2f} USD and {fair['high']:,.2f} USD" in text
    for method in worth["methods"]:
        assert method["title"] in text
        for step in method["steps"]:
            assert step["label"] in text
    for reason in worth["reasons"]:
        assert reason in text
    assert worth["reverse_dcf"] in text


def test_the_page_tells_soundness_growth_ratios_and_statements(ready: FlaskClient) -> None:
    sound = analysed(ready)["report"]["soundness"]
    text = text_of(ready, PATH)
    for score in (sound["health"], sound["quality"]):
        for line in score["lines"]:
            assert line["name"] in text
            assert line["rule"] in text
    assert all(check["name"] in text for check in sound["piotroski"])
    assert all(ratio["name"] in text for ratio in sound["ratios"])
    assert "Altman Z" in text
    assert text.count("from Simulated exchange (statements), fetched") == 3


def test_what_is_to_be_doubted_comes_before_the_value(ready: FlaskClient) -> None:
    text = text_of(ready, PATH)
    assert text.index("What to doubt") < text.index('id="value-title"')
    assert "Minority interest is not told: it was taken as none." in text


def test_every_page_of_an_invented_company_says_so(ready: FlaskClient) -> None:
    assert "The company, its price and its accounts are invented." in text_of(ready, PATH)


def test_the_history_has_a_table_for_those_who_cannot_see_the_chart(ready: FlaskClient) -> None:
    text = text_of(ready, PATH)
    assert "Prices by month, as a table" in text
    assert text.count('<th scope="row">202') >= 60


def test_an_index_has_its_price_alone_and_says_why(reader: FlaskClient) -> None:
    analysed(reader, "INDX.SIM")
    text = text_of(reader, "/stocks/INDX.SIM")
    assert "An index has no statements: only its price can be looked at." in text
    assert "data-fair-value" not in text
    assert "There are no statements." in text
    assert 'id="chart"' in text


def test_a_bank_goes_its_own_way(reader: FlaskClient) -> None:
    analysed(reader, "HOLM.SIM")
    text = text_of(reader, "/stocks/HOLM.SIM")
    assert "Residual income" in text
    assert "Efficiency ratio" in text
    assert "Sensitivity of the discounted cash flow" not in text
    assert "Altman" not in text


def test_statements_in_another_currency_are_converted_and_the_rate_is_told(
    reader: FlaskClient,
) -> None:
    rate = analysed(reader, "PELI.SIM")["report"]["valuation"]["fx"]
    text = text_of(reader, "/stocks/PELI.SIM")
    assert (rate["base"], rate["target"]) == ("EUR", "USD")
    assert "Statements in EUR were converted to USD at" in text
    assert "In EUR, from Simulated exchange" in text


def test_without_scripts_the_form_of_assumptions_leads_to_a_page_by_them(
    ready: FlaskClient,
) -> None:
    own = fair_value_in(text_of(ready, PATH))
    text = text_of(ready, f"{PATH}?growth=9&discount_rate=8")
    assert fair_value_in(text) != own
    assert "by your assumptions" in text
    assert 'name="growth" inputmode="decimal" autocomplete="off" maxlength="12" value="9"' in text
    assert "Your discount rate" in text


def test_other_weights_weigh_the_same_methods_differently(ready: FlaskClient) -> None:
    methods = analysed(ready)["report"]["valuation"]["methods"]
    asset = next(method["value"] for method in methods if method["key"] == "asset")
    text = text_of(ready, f"{PATH}?w_dcf=0&w_epv=0&w_asset=100")
    assert fair_value_in(text) == f"{asset:,.2f} USD"
    assert "Its weight is 0." in text


def test_a_weight_alone_leaves_the_others_as_they_are_for_that_type(ready: FlaskClient) -> None:
    # A manufacturer's weights are 20, 35 and 45.
    text = text_of(ready, f"{PATH}?w_dcf=20")
    assert fair_value_in(text) == fair_value_in(text_of(ready, PATH))


def test_with_scripts_only_what_differs_is_sent_and_the_address_follows(
    ready: FlaskClient,
) -> None:
    answer = ready.get(f"{PATH}/value?growth=9", headers=HTMX)
    text = answer.get_data(as_text=True)
    assert "<html" not in text
    assert 'hx-target="[data-figures]"' in text
    assert 'hx-target="#value-said" hx-swap="innerHTML">Fair value' in text, "it is read out"
    assert 'id="choices"' not in text, "the form is being typed in"
    assert '"/stocks/LARK.SIM?growth=9"' in answer.headers["HX-Trigger"]
    assert fair_value_in(text) == fair_value_in(text_of(ready, f"{PATH}?growth=9"))


def test_emptied_fields_lead_back_to_the_own_assumptions(ready: FlaskClient) -> None:
    answer = ready.get(f"{PATH}/value?growth=&w_dcf=&business_type=", headers=HTMX)
    assert '"/stocks/LARK.SIM"' in answer.headers["HX-Trigger"]
    assert "by your assumptions" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("growth=text", "growth", "The growth must be a number such as 12.5"),
        ("growth=nan", "growth", "must be a number"),
        ("growth=1e9", "growth", "must be a number"),
        ("growth=900", "growth", "between -50 % and 50 %, not 900 %"),
        ("discount_rate=0", "discount_rate", "between 1 % and 50 %"),
        ("terminal_growth=11", "terminal_growth", "between -10 % and 10 %"),
        ("w_dcf=-1", "w_dcf", "cannot be negative"),
        ("w_dcf=0&w_epv=0&w_asset=0", "w_dcf", "All weights are 0"),
        ("w_epv=inf", "w_epv", "must be a number"),
        ("business_type=bakery", "business_type", "Choose one of the listed types"),
    ],
)
def test_a_bad_assumption_is_told_beside_its_field_and_nothing_is_lost(
    ready: FlaskClient, query: str, field: str, said: str
) -> None:
    answer = ready.get(f"{PATH}?{query}")
    text = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert said in text
    assert re.search(rf'<(input|select) id="choice-{field}"[^>]*aria-invalid="true"', text)
    assert fair_value_in(text), "the value by its own assumptions stays"
    assert "None of it was applied." in text
    part = ready.get(f"{PATH}/value?{query}", headers=HTMX)
    assert part.status_code == 422
    assert 'hx-target="#choices-problem"' in part.get_data(as_text=True)
    assert "data-fair-value" not in part.get_data(as_text=True)


def test_what_was_typed_cannot_become_markup(ready: FlaskClient) -> None:
    text = ready.get(f"{PATH}?growth=%22%3E%3Cscript%3Ex").get_data(as_text=True)
    assert "<script>x" not in text
    assert ready.get("/stocks/%3Cscript%3E").status_code == 404


def test_a_symbol_in_another_spelling_leads_to_its_page(reader: FlaskClient) -> None:
    answer = reader.get("/stocks/lark.sim")
    assert (answer.status_code, answer.location) == (303, "/stocks/LARK.SIM")
    chosen = reader.get("/stocks/lark.sim?growth=5")
    assert chosen.location == "/stocks/LARK.SIM?growth=5", "with what was assumed"


def test_an_unknown_symbol_is_said_to_be_unknown(reader: FlaskClient) -> None:
    reader.post("/api/analyze/NOPE.SIM/async", headers=WAIT)
    answer = reader.get("/stocks/NOPE.SIM")
    assert answer.status_code == 200
    assert "There is neither a price nor a statement of NOPE.SIM" in answer.get_data(as_text=True)


def test_analysing_again_asks_the_sources_anew(client: FlaskClient) -> None:
    answer = client.post(f"{PATH}/analyze")
    assert (answer.status_code, answer.location) == (303, f"{PATH}?done=analysing")
    assert "The analysis has started." in text_of(client, answer.location)
    newest = client.get("/api/tasks?kind=analysis").get_json()["tasks"][0]
    assert newest["params"]["force"] is True


def test_what_is_shown_can_be_downloaded(ready: FlaskClient) -> None:
    links = re.findall(r'href="(/api/[^"]+)"', text_of(ready, PATH))
    assert len(links) == 6
    for link in links:
        answer = ready.get(link)
        assert answer.status_code == 200, link
        wanted = "text/csv" if "format=csv" in link else "application/json"
        assert answer.mimetype == wanted
