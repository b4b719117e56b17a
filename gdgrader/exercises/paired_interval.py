"""The lead of one schedule over another, with its interval: `paired_interval(a, b)`.

Tolerance: accuracies near 90 in float32 leave a half width of 0.1 or more right to some
1e-4 of its size, factors from a table with three decimals to 4e-4; wherever a mistake
shows, it differs in one case by 4e-3 of its size or more. 5e-4 lies between.
"""

from random import Random

from gdgrader.exercises.base import Exercise, case

exercise = Exercise(
    "paired_interval", "07_cosine_one_cycle", rel=5e-4, abs=1e-5, place=4
)
exercise.help(
    passage="Your turn: how sure is a lead?",
    first_line="leads = [… for x, y in zip(a, b, strict=True)]",
    why="The leads, seed by seed, are the numbers whose mean and standard error "
    "count, and n of them have n − 1 degrees of freedom.",
)


def _results(rng: Random, n: int) -> tuple[list[float], list[float]]:
    """Accuracies of two schedules: luck that a seed brings to both, and each one's."""
    base, lead = rng.uniform(88, 92), rng.choice([-1, 1]) * rng.uniform(0.2, 0.6)
    a, b = [], []
    for _ in range(n):
        shared = rng.uniform(-1.5, 1.5)
        a.append(round(base + lead + shared + rng.uniform(-0.7, 0.7), 2))
        b.append(round(base + shared + rng.uniform(-0.4, 0.4), 2))
    return a, b


def _drawn(seed: int, n: int, times: int = 1) -> tuple[list[float], list[float]]:
    """The same for everybody; many as a few that come again, so that they are read."""
    a, b = _results(Random(seed), n)
    return a * times, b * times


@exercise.asks("sixteen seeds", case(*_drawn(1, 16)), case(*_drawn(2, 16)))
def _(rng):
    return case(*_results(rng, 16))


_A, _B = [93.1, 91.8, 92.9, 93.4], [92.8, 91.0, 92.7, 92.5]


# Each list of the first comes again with another, so that neither can be left out.
@exercise.asks(
    "few seeds",
    case(_A, _B),
    case(_A, [93.0, 92.2, 92.1, 93.9]),
    case([92.6, 91.9, 92.8, 92.0], _B),
    case([91.0, 94.0], [92.5, 93.0]),
    case([90.5, 92.5, 91.0], [90.0, 92.0, 90.5]),  # the same lead each time: no doubt
    case([9310.0, 9275.0, 9402.0], [9702.0, 9511.0, 9689.0]),  # images, not percent
    case([-1.2041, -1.2038, -1.2049], [-1.2044, -1.2043, -1.205]),  # logs of losses
)
def _(rng):
    return case(*_results(rng, rng.randint(3, 7)))


@exercise.asks(
    "another level",
    case(*_drawn(3, 5), 0.99),
    case(*_drawn(3, 5), level=0.8),
    case(*_drawn(4, 9), 0.995),
    case(*_drawn(5, 11, times=20), 0.68),
)
def _(rng):
    level = rng.choice([0.75, 0.8, 0.9, 0.98, 0.99])
    return case(*_results(rng, rng.randint(4, 12)), level)


@exercise.right
def _(a, b, level=0.95):
    from statistics import mean, stdev

    from gdhelpers.intervals import student_t

    differences = [x - y for x, y in zip(a, b, strict=True)]
    n = len(differences)
    return mean(differences), student_t(level, n - 1) * stdev(differences) / n**0.5


_FACTOR = "student_t(level, n - 1)"
_BOTH, _LAST = "lead, half = mean(differences),", "/ n**0.5"
_ERROR = "stdev(differences) / n**0.5"

exercise.mistake(
    "the other way round",
    "the lead has the wrong sign: it is a's result minus b's.",
    {"x - y": "y - x"},
)
exercise.mistake(
    "not paired",
    "the half width is that of two groups that have nothing to do with each other. "
    "Take the deviation of the differences: what a seed brings to both drops out.",
    {_ERROR: "((stdev(a) ** 2 + stdev(b) ** 2) / n) ** 0.5"},
    {
        _ERROR: "((stdev(a) ** 2 + stdev(b) ** 2) / n) ** 0.5",
        "n - 1": "2 * n - 2",
    },
)
exercise.mistake(
    "of single differences",
    "the half width is √n times too large: a mean of n differences varies less than "
    "one difference does.",
    {" / n**0.5": ""},
)
exercise.mistake(
    "divided by n",
    "the half width is √n times too small: the luck of a mean falls with √n, not n.",
    {"n**0.5": "n"},
)
exercise.mistake(
    "deviation divided by n",
    "the half width is a little small: the standard deviation of a sample divides by "
    "n − 1, as `stdev` does. `pstdev` divides by n, and so does `np.std` unless told "
    "`ddof=1`.",
    {"mean, stdev": "mean, pstdev", " stdev(d": " pstdev(d"},
)
exercise.mistake(
    "n degrees of freedom",
    "the half width is a little small: n differences leave n − 1 degrees of freedom.",
    {"n - 1": "n"},
)
exercise.mistake(
    "normal distribution",
    "the factor is the normal distribution's. With few seeds the deviation itself is a "
    "guess, so the interval reaches further: `student_t` says how far.",
    {
        "mean, stdev": "NormalDist, mean, stdev",
        _FACTOR: "NormalDist().inv_cdf((1 + level) / 2)",
    },
)
exercise.mistake(
    "always 1.96",
    "the factor is always 1.96. `student_t` gives the one for your level and your "
    "number of seeds.",
    {_FACTOR: "1.96"},
    like=["normal distribution"],
)
exercise.mistake(
    "level ignored",
    "level plays no part: the interval is always one of 95 %.",
    {"(level, ": "(0.95, "},
)
exercise.mistake(
    "always 2.13",
    "the factor is always 2.13, or close to it: that of 16 seeds and 95 %. `student_t` "
    "gives the one for yours.",
    {_FACTOR: "2.13"},
    {_FACTOR: "student_t(0.95, 15)"},
)
exercise.mistake(
    "always 2",
    "the factor is always 2. `student_t` gives the one for your level and your number "
    "of seeds.",
    {_FACTOR: "2"},
)
exercise.mistake(
    "whole width",
    "the half width is twice too large: give how far the interval reaches to one side.",
    {_FACTOR: f"2 * {_FACTOR}"},
)


exercise.mistake(
    "the ends",
    "these are the two ends of the interval. Give its middle and its half width.",
    {
        "return mean(differences),": _BOTH,
        _LAST: f"{_LAST}\n    return lead - half, lead + half",
    },
)
exercise.mistake(
    "half width first",
    "these are the right two numbers in the wrong order: first the mean.",
    {"return mean(differences),": _BOTH, _LAST: f"{_LAST}\n    return half, lead"},
)
exercise.mistake(
    "level of one side",
    "the interval is too narrow: outside of it, on both sides together, lies what "
    "`level` leaves. `student_t(level, …)` sees to that.",
    {"(level, ": "(2 * level - 1, "},
)
exercise.mistake(
    "halved twice",
    "the interval is too wide: `student_t` wants the level itself and shares out by "
    "itself what is left, half to each side.",
    {"(level, ": "((1 + level) / 2, "},
)
exercise.mistake(
    "level for what is left",
    "the interval is very narrow: `student_t` wants the share inside, `level`, and not "
    "what is left of it.",
    {"(level, ": "(1 - level, "},
)
exercise.mistake(
    "variance",
    "the half width has no root: the standard deviation is the root of the variance.",
    {"stdev(differences)": "stdev(differences) ** 2"},
    {_ERROR: "stdev(differences) ** 2 / n"},
)
exercise.mistake(
    "without a sign",
    "differences of both signs count, else nobody could ever be behind: leave out the "
    "`abs`.",
    {"x - y": "abs(x - y)"},
)
exercise.mistake(
    "sorted first",
    "best is paired with best, worst with worst. Pair by seed: a[i] with b[i].",
    {"zip(a, b": "zip(sorted(a), sorted(b)"},
)
exercise.mistake(
    "standard error only",
    "the half width is one standard error. For an interval of that level multiply by "
    "what `student_t` says.",
    {f"{_FACTOR} * ": ""},
)
exercise.mistake(
    "difference of deviations",
    "the deviation of the differences is not the difference of the deviations: "
    "subtract seed by seed first.",
    {"stdev(differences)": "abs(stdev(a) - stdev(b))"},
)
exercise.mistake(
    "one schedule's luck",
    "the half width is that of one of the two alone. It is the differences whose mean "
    "you are unsure of.",
    {"stdev(differences)": "stdev(a)"},
    {"stdev(differences)": "stdev(b)"},
)
exercise.mistake(
    "both counted",
    "n is the number of pairs, not of all results.",
    {"n = len(differences)": "n = len(a) + len(b)"},
)
