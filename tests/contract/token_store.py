"""What every TokenStore does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from stockapp.domain.access import Scope, Token, TokenExists
from stockapp.ports import EventLog, TokenStore

from .access import NOW, a_token, told
from .backends import Backends


class TokenStoreContract:
    def test_a_token_is_kept_as_it_was_made(self, tokens: TokenStore, other: Backends) -> None:
        forever = Token("f", "for ever, é", Scope.FULL, NOW)
        tokens.create_token(a_token("t"), "digest")
        tokens.create_token(forever, "another")
        assert other.tokens.find_token("digest") == a_token("t")
        assert other.tokens.find_token("another") == forever
        assert other.tokens.find_token("t") is None
        assert set(other.tokens.tokens()) == {a_token("t"), forever}

    def test_tokens_are_told_in_the_order_in_which_they_were_made(self, tokens: TokenStore) -> None:
        for number, name in enumerate(("z", "a", "m")):
            at = NOW + timedelta(seconds=number)
            tokens.create_token(replace(a_token(name, name), created_at=at), name)
        assert [token.name for token in tokens.tokens()] == ["z", "a", "m"]

    def test_an_earlier_use_that_is_noted_late_changes_nothing(self, tokens: TokenStore) -> None:
        tokens.create_token(a_token("t"), "digest")
        tokens.create_token(a_token("unused", "unused"), "another")
        for seconds in (5, 3):
            tokens.use_token("t", NOW + timedelta(seconds=seconds))
        used = tokens.find_token("digest")
        assert used == replace(a_token("t"), last_used_at=NOW + timedelta(seconds=5))
        assert tokens.find_token("another") == a_token("unused", "unused")

    def test_what_was_revoked_is_not_used(self, tokens: TokenStore) -> None:
        tokens.create_token(a_token("t"), "digest")
        tokens.revoke_token("t")
        tokens.use_token("t", NOW)
        assert tokens.tokens() == []

    def test_a_name_is_given_once(self, tokens: TokenStore, other: Backends) -> None:
        tokens.create_token(a_token("t", "cron"), "digest")
        with pytest.raises(TokenExists, match="cron"):
            other.tokens.create_token(a_token("u", "cron"), "another")
        assert tokens.find_token("another") is None

    def test_of_workers_that_take_a_name_at_once_one_gets_it(
        self, tokens: TokenStore, other: Backends, threads: ThreadPoolExecutor
    ) -> None:
        def take(number: int) -> bool:
            store = (tokens, other.tokens)[number % 2]
            try:
                store.create_token(a_token(f"t{number}", "cron"), f"digest {number}")
            except TokenExists:
                return False
            return True

        assert sum(threads.map(take, range(8))) == 1
        assert len(tokens.tokens()) == 1

    def test_a_revoked_token_is_gone_and_told_and_its_name_is_free(
        self, tokens: TokenStore, other: Backends, log: EventLog
    ) -> None:
        tokens.create_token(a_token("t"), "digest")
        assert other.tokens.revoke_token("t")
        assert not tokens.revoke_token("t")
        assert tokens.find_token("digest") is None
        assert told(log) == ["t"]
        tokens.create_token(a_token("u"), "another")
        assert [token.id for token in tokens.tokens()] == ["u"]

    @pytest.mark.parametrize("id", ["", "\x00", "t\x00", "%", "%s", "?"])
    def test_what_can_be_no_id_names_no_token(self, tokens: TokenStore, id: str) -> None:
        tokens.create_token(a_token("t"), "digest")
        assert not tokens.revoke_token(id)
        assert tokens.find_token(id) is None
        assert [token.id for token in tokens.tokens()] == ["t"]
