"""Sources that an inquiry passes over, each with its reason."""

import pytest

from stockapp.domain.attempt import Failure, Outcome, Reason
from stockapp.domain.research import Finding, Part
from stockapp.providers.base import Period, Quota

from .desks import NOW, Source, World, fails, knows, raises
from .inquiries import ends, error_of, source_of


@pytest.fixture
def world() -> World:
    return World()


class TestSkipped:
    def test_what_a_source_does_not_cover_is_not_asked(self, world: World) -> None:
        source = Source("source", only=["OTHER"])
        found = world.find(source, Source("next"))
        assert ends(found)[0] == ("source", Outcome.SKIPPED, Reason.UNSUPPORTED_SYMBOL)
        assert found.attempts[0].detail == "Source does not cover ACME."
        assert (found.attempts[0].elapsed_ms, found.attempts[0].started_at) == (0.0, NOW)
        assert not source.asked and source_of(found) == "next"

    def test_a_part_that_a_source_cannot_tell_is_named_by_itself(self, world: World) -> None:
        found = world.find(Source("source"), part=Part.CASH_FLOW)
        assert ends(found) == [("source", Outcome.SKIPPED, Reason.UNSUPPORTED_SYMBOL)]
        assert found.attempts[0].method == "cash_flow"

    def test_a_source_without_its_key_is_not_asked_and_says_what_to_set(self, world: World) -> None:
        source = Source("source", key_name="SOURCE_API_KEY")
        found = world.find(source, Source("next"))
        assert ends(found)[0] == ("source", Outcome.SKIPPED, Reason.NOT_CONFIGURED)
        assert "SOURCE_API_KEY" in (found.attempts[0].detail or "")
        assert not source.asked and source_of(found) == "next"

    def test_a_key_would_not_help_where_the_symbol_is_not_covered(self, world: World) -> None:
        source = Source("source", only=["OTHER"], key_name="SOURCE_API_KEY")
        assert error_of(world.find(source)).reason is Reason.UNSUPPORTED_SYMBOL

    def test_a_source_that_is_left_alone_is_not_asked(self, world: World) -> None:
        source = Source("source", fails(Reason.RATE_LIMITED, "Slow down.", 60.0))
        world.find(source)
        found = world.find(source, Source("next"))
        assert ends(found)[0] == ("source", Outcome.SKIPPED, Reason.CIRCUIT_OPEN)
        assert found.attempts[0].retry_after_seconds == 60.0
        assert "Slow down." in (found.attempts[0].detail or "")
        assert len(source.asked) == 1 and source_of(found) == "next"

    def test_a_breaker_is_that_of_one_method(self, world: World) -> None:
        def limited_profiles(part: Part, symbol: str) -> Finding | Failure:
            limited = Failure(Reason.RATE_LIMITED, "Slow down.", 60.0)
            return limited if part is Part.PROFILE else knows("source")(part, symbol)

        source = Source("source", limited_profiles)
        world.find(source)
        assert source_of(world.find(source, part=Part.INCOME)) == "source"

    def test_what_another_worker_has_learnt_holds_here_too(self, world: World) -> None:
        other = World(world.shared, world.clock)
        limited, unasked = Source("source", fails(Reason.RATE_LIMITED, "", 60.0)), Source("source")
        other.find(limited)
        assert error_of(world.find(unasked)).reason is Reason.CIRCUIT_OPEN
        assert not unasked.asked

    def test_it_is_tried_again_when_its_time_is_over(self, world: World) -> None:
        world.find(Source("source", fails(Reason.RATE_LIMITED, "", 60.0)))
        world.clock.advance(60)
        assert source_of(world.find(Source("source"))) == "source"
        assert source_of(world.find(Source("source"))) == "source"

    def test_five_defects_in_a_row_open_the_breaker(self, world: World) -> None:
        for _ in range(5):
            world.find(Source("source", raises(ValueError())))
        assert error_of(world.find(Source("source"))).reason is Reason.CIRCUIT_OPEN

    @pytest.mark.parametrize(
        "reason", [Reason.NOT_FOUND, Reason.NO_DATA, Reason.UNSUPPORTED_SYMBOL]
    )
    def test_what_is_said_of_a_symbol_does_not_speak_against_the_source(
        self, world: World, reason: Reason
    ) -> None:
        for _ in range(8):
            world.find(Source("source", fails(reason)))
        assert source_of(world.find(Source("source"))) == "source"
        record = world.record("source/profile")
        assert (record.requests, record.failed, record.success_rate) == (9, 0, 1.0)

    def test_a_source_whose_requests_are_used_up_is_not_asked(self, world: World) -> None:
        source = Source("source", quotas=[Quota(Period.DAY, 2)])
        for _ in range(2):
            assert source_of(world.find(source)) == "source"
        found = world.find(source, Source("next"))
        assert ends(found)[0] == ("source", Outcome.SKIPPED, Reason.QUOTA_EXHAUSTED)
        # Noon: the day is over in twelve hours.
        assert found.attempts[0].retry_after_seconds == pytest.approx(12 * 3600, abs=2)
        assert len(source.asked) == 2 and source_of(found) == "next"

    def test_a_source_before_which_others_wait_too_long_is_not_asked(self, world: World) -> None:
        source = Source("source", quotas=[Quota(Period.SECOND, 1)])
        for _ in range(5):
            world.keepers.quotas.reserve(source.provider, 1)
        assert ends(world.find(source)) == [("source", Outcome.SKIPPED, Reason.QUOTA_EXHAUSTED)]
        assert not source.asked

    def test_what_is_skipped_costs_no_request_of_a_quota(self, world: World) -> None:
        quotas = [Quota(Period.DAY, 5)]
        world.find(Source("source", quotas=quotas, key_name="SOURCE_API_KEY"))
        world.find(Source("source", quotas=quotas, only=["OTHER"]))
        source = Source("source", fails(Reason.RATE_LIMITED, "", 60.0), quotas=quotas)
        world.find(source)
        world.find(source)
        assert [left.used for left in world.keepers.quotas.left(source.provider)] == [1]
