"""Strategies for what strangers send, and how many examples of it the suite tries.

HYPOTHESIS_PROFILE=long tries many more, and others at each run, as many as
HYPOTHESIS_EXAMPLES says: `HYPOTHESIS_PROFILE=long pytest -m hypothesis`.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FEW, MANY = 40, int(os.environ.get("HYPOTHESIS_EXAMPLES", "5000"))
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def tried(few: int) -> settings:
    """So many examples in the suite, always the same; many in a long run."""
    return settings(
        deadline=None,
        max_examples=max(few, MANY) if LONG else few,
        derandomize=not LONG,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


settled = tried(FEW)
# What JSON can say, odd numbers and halves of a character included.
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=30),
    lambda more: (
        st.lists(more, max_size=4) | st.dictionaries(st.text(), more, max_size=4)
    ),
    max_leaves=8,
)
ODD = (
    *(b"\0", b'"', b"{", b"[" * 2000, b"\\ud800", b"\xff\xfe", b"\xef\xbb\xbf", b"\r"),
    *(b"1e999", b"-", b"<" * 7 + b" ", b"\x1b[2J", "\u202e".encode(), b"NaN", b"null"),
)
PIECES = st.binary(max_size=8) | st.sampled_from(ODD)


@st.composite
def damaged(draw, whole: bytes) -> bytes:
    """These bytes with a few pieces cut out, doubled or put in."""
    made = whole
    for _ in range(draw(st.integers(0, 4))):
        a = draw(st.integers(0, len(made)))
        b = min(len(made), a + draw(st.integers(0, 400)))
        piece = draw(PIECES | st.just(made[a:b] * 2))
        made = made[:a] + piece + made[b:]
    return made
