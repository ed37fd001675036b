from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from core.intervals import wilson


@given(st.integers(0, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
@example((10, 10))
def test_a_share_lies_in_its_interval(case: tuple[int, int]) -> None:
    found, of = case
    low, high = wilson(found, of)
    assert 0 <= low <= (found / of if of else 0.5) <= high <= 1
