"""The report as one HTML file: nothing in it runs, and nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from statistics import fmean, median

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from gdgrader.course.edition import Edition
from gdgrader.gradebook.states import FAILED, WAITING
from gdgrader.report import attention, charts, similar, summary
from gdgrader.report.collect import ClassResults, Work
from gdgrader.report.pseudonyms import masked
from gdgrader.report.summary import FEW, FEW_FOR_CORRELATION, Item
from gdgrader.shown import clipped, for_page

LONGEST = 1000  # letters of one remark


def page(group: ClassResults, names: bool = False) -> str:
    """The report of a class.

    Args:
        names: show who is who; otherwise pseudonyms, and names within remarks masked.
    """
    who = _who(group, names)
    wrong_ways, found = summary.misconceptions(group), summary.items(group)
    scores = [summary.earned(work, group.points) for work in group.graded]
    most = sum(group.points.values())
    worries = attention.concerns(group)
    # Printed as it is: bytes of ours, whose hash the policy names.
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    digest = hashlib.sha256(style.encode()).digest()
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters |= {
        "who": who,
        "words": in_words,
        "code": with_code,
        "hide": lambda text: clipped(
            text if names else masked(text, group.pseudonyms, group.names), LONGEST
        ),
    }
    template = files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    made = environment.from_string(template).render(
        group=group,
        title=_title(group.edition),
        style=Markup(style),
        style_hash=base64.b64encode(digest).decode(),
        banners=_banners(group),
        tiles=_tiles(group, scores, most),
        wrong_ways=wrong_ways,
        most_bars=charts.MOST_BARS,
        others=summary.unexplained(group),
        items=found,
        scores=sorted(Counter(scores).items()),
        worries=worries,
        kinds=attention.ORDER,
        pairs=similar.alike_tokens(
            {work.student: work.tokens for work in group.graded if work.attempted}
        ),
        everyone=[_row(work, group, who) for work in _ordered(group, who)],
        pseudonymous=not names,
        pictures={
            "misconceptions": charts.misconception_bars(wrong_ways, len(group.graded)),
            "checks": charts.pass_bars(found),
            "scores": charts.score_bars(scores, most),
            "discrimination": charts.discrimination_dots(found),
        },
    )
    return for_page(made)


def with_code(text: str) -> Markup:
    """The text, escaped, with what stands in backticks as code.

    >>> with_code("<b> `x < 1`")
    Markup('&lt;b&gt; <code>x &lt; 1</code>')
    """
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def in_words(item: Item) -> str:
    """What an item's discrimination says, for who does not read correlations."""
    value, wrong = item.discrimination, item.wrong + item.unwritten
    if value is None:
        return "everybody passes, or nobody: it cannot tell students apart"
    if value < 0:
        return "the better students fail it: look at the question"
    words = (
        "says little about the rest"
        if value < 0.2
        else "separates fairly"
        if value < 0.4
        else "separates well"
    )
    if min(item.right, wrong) < 3:
        words += f", but hangs on {min(item.right, wrong)} submissions"
    return words


def _who(group: ClassResults, names: bool) -> Callable[[str], tuple[str, tuple]]:
    """A student's name for the page, and what to sort by."""

    def who(student: str) -> tuple[str, tuple]:
        if names:
            full = group.names.get(student)
            return (f"{full} ({student})" if full else student), (student,)
        number = int(group.pseudonyms[student].split()[-1])
        return group.pseudonyms[student], (number,)

    return who


def _ordered(group: ClassResults, who: Callable) -> list[Work]:
    return sorted(group.works, key=lambda work: who(work.student)[1])


def _row(work: Work, group: ClassResults, who: Callable) -> dict:
    graded = work.graded and work.score is not None
    return {
        "who": who(work.student)[0],
        "status": work.status,
        "earned": f"{summary.earned(work, group.points):g}" if graded else "",
        "penalty": f"{work.penalty:g}" if graded and work.penalty else "",
        "score": f"{max(0.0, work.score - work.penalty):g}" if graded else "",
        "waiting": work.waiting if work.status == WAITING else 0,
    }


def _title(edition: Edition) -> str:
    for cell in edition.notebook.cells:
        found = re.match(r"#\s+(.+)", cell.source)
        if cell.cell_type == "markdown" and found:
            return found[1].strip()
    return edition.lesson


def _banners(group: ClassResults) -> list[str]:
    graded, found = len(group.graded), []
    ungraded = sum(work.status == "not graded" for work in group.works)
    if ungraded:
        found.append(
            f"Handed in but not graded yet: {ungraded}. They count nowhere here; grade "
            f"them with: gdgrader autograde {group.lesson}"
        )
    if graded < FEW:
        found.append(
            f"Only {graded} graded submission{'s' * (graded != 1)}: read the cases, "
            "not the percentages. Shares and correlations of so few are mostly "
            "chance."
        )
    elif graded < FEW_FOR_CORRELATION:
        found.append(
            f"{graded} graded submissions: the correlations below are rough, give or "
            f"take {graded**-0.5:.1f}."
        )
    return found


def _tiles(
    group: ClassResults, scores: list[float], most: float
) -> list[tuple[str, str]]:
    by_state = Counter(work.status for work in group.works)
    tiles = [
        ("handed in", str(len(group.works))),
        ("graded", str(len(group.graded))),
        ("could not be graded", str(by_state[FAILED])),
        ("answers to read", str(sum(w.waiting for w in group.graded))),
        ("late", str(sum(work.hours_late > 0 for work in group.works))),
    ]
    if scores:
        tiles.append((f"mean of {most:g} points", f"{fmean(scores):.1f}"))
        tiles.append((f"median of {most:g}", f"{median(scores):g}"))
    return tiles
