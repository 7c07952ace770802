"""What a CPU worker is asked and answers, without the way between."""

from collections.abc import Callable
from typing import Any

import pytest

from stockapp.backends.distributed.computing import Computations

from . import computing

OURS = Computations({"add": computing.add, "fail": computing.fail}, {"lookup": LookupError})


class Scale:
    def __init__(self, factor: int) -> None:
        self._factor = factor

    def weigh(self, weight: int) -> int:
        return self._factor * weight


def halve(number: int) -> int:
    """Raises what is not registered."""
    raise ArithmeticError(f"{number} is odd")


def asked(asks: Computations, answers: Computations, call: Callable[..., Any], *args: Any) -> Any:
    """What one node makes of the other's answer."""
    name, arguments = asks.arguments(call, args)
    return asks.outcome(call, answers.compute(name, arguments.decode()).decode())


def test_what_is_raised_on_purpose_is_raised_again_and_all_else_by_its_words() -> None:
    ours = Computations({"fail": computing.fail, "halve": halve}, {"lookup": LookupError})
    with pytest.raises(LookupError, match=r"^nowhere$"):
        asked(ours, ours, computing.fail, "nowhere")
    with pytest.raises(RuntimeError, match=r"^ArithmeticError: 3 is odd$"):
        asked(ours, ours, halve, 3)


def test_the_object_of_a_method_is_the_one_of_the_worker() -> None:
    here, there = (Computations({"weigh": Scale(factor).weigh}, {}) for factor in (1, 2))
    assert asked(here, there, Scale(9).weigh, 5) == 10


@pytest.mark.parametrize(
    "theirs",
    [
        Computations({}, {}),
        # The same names with other types.
        Computations({"add": computing.spin}, {}),
        Computations({"add": computing.fail}, {}),
    ],
)
def test_nodes_of_other_versions_say_so(theirs: Computations) -> None:
    with pytest.raises(RuntimeError, match="do all nodes run the same version"):
        asked(OURS, theirs, computing.add, 1, 2)


def test_an_answer_of_another_type_is_refused() -> None:
    theirs = Computations({"process_id": computing.die_once, "add": computing.add}, {})
    answer = theirs.compute("add", "[1, 2]").decode()
    with pytest.raises(RuntimeError, match="str expected, not int"):
        theirs.outcome(computing.die_once, answer)


def test_arguments_of_another_number_or_type_are_not_sent() -> None:
    with pytest.raises(ValueError, match="zip"):
        OURS.arguments(computing.add, (1,))
    with pytest.raises(TypeError):
        OURS.arguments(computing.add, (1, object()))


def test_a_call_has_one_name() -> None:
    with pytest.raises(TypeError, match="two names"):
        Computations({"add": computing.add, "sum": computing.add}, {})
