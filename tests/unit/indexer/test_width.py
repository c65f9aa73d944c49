"""How many blocks to ask for at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentescrow.indexer.range_size import NARROWEST, WIDEST, Width

answers = st.one_of(st.none(), st.tuples(st.integers(1, WIDEST), st.integers(0, 10**7)))


@given(answers=st.lists(answers, max_size=60))
def test_width__any_answers_and_refusals__stays_in_its_bounds(answers):
    """API-5: always at least a block, never without end."""
    width = Width()
    for answer in answers:
        before = width.blocks
        if answer is None:
            width.was_refused()
        else:
            width.went_well(*answer)

        assert NARROWEST <= width.blocks <= min(2 * before, WIDEST)


def test_width__silent_chain__is_soon_as_wide_as_it_gets():
    """API-5: years without events are no long wait."""
    width = Width()
    asked = 0
    while width.blocks < WIDEST:
        width.went_well(width.blocks, 0)
        asked += 1

    assert asked < 12


def test_width__refused_again_and_again__is_down_to_a_block():
    """API-5: "range too large", in whatever words."""
    width = Width()
    for _ in range(20):
        width.was_refused()

    assert width.blocks == 1


def test_width__refused__is_half_as_wide_as_before():
    """API-5: a limit is found in few questions, and not far below it."""
    width = Width()
    for _ in range(6):
        before = width.blocks
        width.was_refused()
        assert width.blocks == max(before // 2, NARROWEST)


@given(limit=st.integers(8, WIDEST - 1))
def test_width__node_has_a_limit__comes_near_it_and_is_seldom_refused(limit):
    """API-5: "range too large" is met once in a while, not every other time."""
    width, served = Width(), []
    for _ in range(200):
        if width.blocks > limit:
            width.was_refused()
        else:
            served.append(width.blocks)
            width.went_well(width.blocks, 0)

    assert len(served) > 160
    assert sum(served[-100:]) > 100 * limit // 2


def test_width__node_was_down_for_a_while__is_soon_as_wide_as_before():
    """API-5: what was no limit does not remain one."""
    width = Width()
    for _ in range(20):
        width.was_refused()

    answers = 0
    while width.blocks < WIDEST:
        width.went_well(width.blocks, 0)
        answers += 1

    assert answers < 20


def test_width__blocks_full_of_events__asks_for_fewer_at_once():
    """API-5: a batch has to fit into memory."""
    width = Width()

    width.went_well(width.blocks, 1_000 * width.blocks)

    assert width.blocks == 10


def test_width__end_of_the_chain__does_not_grow():
    """A short range that went well says nothing about a long one."""
    width = Width()
    before = width.blocks

    width.went_well(3, 5)

    assert width.blocks == before
