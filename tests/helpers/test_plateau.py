"""What is told of each decision is what torch's scheduler compares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdhelpers.plateau import plateau_decisions


@pytest.mark.parametrize(
    ("settings", "bar"),
    [
        ({"mode": "min", "threshold_mode": "rel"}, 3.0),
        ({"mode": "max", "threshold_mode": "rel"}, 5.0),
        ({"mode": "min", "threshold_mode": "abs"}, 3.75),
        ({"mode": "max", "threshold_mode": "abs"}, 4.25),
    ],
)
def test_the_bar(settings, bar):
    _, row = plateau_decisions([4.0, 4.0], 0.1, threshold=0.25, **settings)
    assert row.bar == bar and not row.better


@given(
    st.lists(st.integers(-8, 8).map(lambda n: n / 4), min_size=1, max_size=12),
    st.sampled_from(["min", "max"]),
    st.sampled_from(["rel", "abs"]),
    st.sampled_from([0.0, 0.25, 1.0]),
    st.integers(0, 2),
    st.integers(0, 2),
)
def test_better_is_what_torch_takes_for_better(
    metrics, mode, threshold_mode, threshold, patience, cooldown
):
    settings = {"mode": mode, "threshold_mode": threshold_mode}
    rows = plateau_decisions(
        metrics,
        0.1,
        threshold=threshold,
        patience=patience,
        cooldown=cooldown,
        **settings,
    )
    best = float("inf" if mode == "min" else "-inf")
    for row in rows:
        # torch keeps a metric as its best exactly where it took it for better
        assert row.best == (row.metric if row.better else best)
        best = row.best
