"""Secrets are hidden in whatever form they appear."""

from stockapp.domain.secrecy import Redactor


def test_a_secret_is_hidden_also_as_a_url_spells_it() -> None:
    redactor = Redactor(["a b/c+d"])
    for form in ("a b/c+d", "a%20b/c%2Bd", "a+b%2Fc%2Bd"):
        assert redactor.text(f"?apikey={form}&x=1") == "?apikey=[hidden]&x=1"


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert Redactor(["secret", "secret-two"]).text("secret-two") == "[hidden]"


def test_nothing_is_hidden_where_there_is_no_secret() -> None:
    assert Redactor([]).text("plain") == "plain"
    assert Redactor([""]).text("plain") == "plain"


def test_numbers_in_an_answer_are_never_changed() -> None:
    redactor = Redactor(["102", "1234567", "demo"])
    body = b'{"price": 102.5, "volume": 1234567, "name": "demo"}'
    assert redactor.bytes(body) == body
    assert Redactor(["demo-key"]).bytes(b"key demo-key!") == b"key [hidden]!"
