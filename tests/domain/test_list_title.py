"""Titles of lists, and the names that follow from them."""

import pytest

from stockapp.domain.list_title import (
    MAX_NAME_LENGTH,
    InvalidTitle,
    name_for,
    parse_title,
    title_key,
    title_like,
)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Tech", "tech"),
        ("Große Werte & Co.", "grosse-werte-co"),
        ("Énergie — 2026", "energie-2026"),
        ("S&P 500", "s-p-500"),
        ("日本株", "list-2"),
        ("2026", "list-2"),
        ("x" * 60, "x" * MAX_NAME_LENGTH),
    ],
)
def test_a_name_is_made_of_the_latin_letters_of_the_title(title: str, name: str) -> None:
    assert name_for(title, ()) == name


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert name_for("Tech", ["tech", "tech-2"]) == "tech-3"
    assert name_for("Default", ["default"]) == "default-2"
    assert name_for("Акции", ["list-2"]) == "list-3"
    long = name_for("x" * 60, ["x" * MAX_NAME_LENGTH])
    assert long == "x" * (MAX_NAME_LENGTH - 2) + "-2"


@pytest.mark.parametrize(
    "title", ["تقنية", "می\u200cخواهم", "日本株", "👩\u200d💻 tools", "a" * 60]
)
def test_titles_may_be_in_any_script(title: str) -> None:
    assert parse_title(f" {title}\n") == title


@pytest.mark.parametrize(
    ("title", "why"),
    [
        (" \n", "empty"),
        ("\u200d", "empty"),
        ("a" * 61, "at most 60"),
        ("a\x00b", "invisible"),
        ("a\u202eb", "invisible"),
    ],
)
def test_what_can_be_no_title_says_why(title: str, why: str) -> None:
    with pytest.raises(InvalidTitle, match=why):
        parse_title(title)


def test_titles_that_look_alike_are_the_same_and_can_be_told_apart_by_a_number() -> None:
    assert title_key("TECH") == title_key("tech") == title_key("ｔｅｃｈ")
    assert title_like("Tech", ["Other"]) == "Tech"
    assert title_like("Tech", ["TECH", "tech 2"]) == "Tech 3"
    assert title_like("a" * 60, ["a" * 60]) == "a" * 58 + " 2"
