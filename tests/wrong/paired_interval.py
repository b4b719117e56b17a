"""Wrong ways to write the interval, as people do."""

import math
import statistics

import numpy as np

from gdhelpers.intervals import student_t


def wrong_sign(a, b, level=0.95):
    """Told: the other way round."""
    lead = np.array(b) - np.array(a)
    return lead.mean(), student_t(level, len(a) - 1) * lead.std(ddof=1) / len(a) ** 0.5


def wrong_two_groups(a, b, level=0.95):
    """Told: not paired."""
    error = math.sqrt((statistics.variance(a) + statistics.variance(b)) / len(a))
    lead = statistics.mean(a) - statistics.mean(b)
    return lead, student_t(level, len(a) - 1) * error


def wrong_two_groups_pooled(a, b, level=0.95):
    """Told: not paired."""
    n = len(a)
    error = math.sqrt(statistics.variance(a) / n + statistics.variance(b) / n)
    lead = statistics.mean(a) - statistics.mean(b)
    return lead, student_t(level, 2 * n - 2) * error


def wrong_no_root(a, b, level=0.95):
    """Told: of single differences."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    return statistics.mean(lead), student_t(level, len(a) - 1) * statistics.stdev(lead)


def wrong_by_n(a, b, level=0.95):
    """Told: divided by n."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    half = student_t(level, len(a) - 1) * statistics.stdev(lead) / len(lead)
    return statistics.mean(lead), half


def wrong_numpy_deviation(a, b, level=0.95):
    """Told: deviation divided by n."""
    lead = np.array(a) - np.array(b)
    return lead.mean(), student_t(level, len(a) - 1) * lead.std() / len(a) ** 0.5


def wrong_degrees(a, b, level=0.95):
    """Told: n degrees of freedom."""
    lead = np.array(a) - np.array(b)
    return lead.mean(), student_t(level, len(a)) * lead.std(ddof=1) / len(a) ** 0.5


def wrong_normal(a, b, level=0.95):
    """Told: normal distribution."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    z = statistics.NormalDist().inv_cdf(0.5 + level / 2)
    return statistics.mean(lead), z * statistics.stdev(lead) / math.sqrt(len(a))


def wrong_one_ninety_six(a, b, level=0.95):
    """Told: normal distribution / always 1.96."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    return statistics.mean(lead), 1.96 * statistics.stdev(lead) / math.sqrt(len(a))


def wrong_level(a, b, level=0.95):
    """Told: level ignored."""
    lead = np.array(a) - np.array(b)
    return lead.mean(), student_t(0.95, len(a) - 1) * lead.std(ddof=1) / len(a) ** 0.5


def wrong_factor_of_sixteen(a, b, level=0.95):
    """Told: always 2.13."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    return statistics.mean(lead), 2.13 * statistics.stdev(lead) / math.sqrt(len(a))


def wrong_sixteen_taken_for_granted(a, b, level=0.95):
    """Told: what came back."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    return statistics.mean(lead), student_t(level, 15) * statistics.stdev(lead) / 4


def wrong_two(a, b, level=0.95):
    """Told: always 2."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    return statistics.mean(lead), 2 * statistics.stdev(lead) / math.sqrt(len(a))


def wrong_width(a, b, level=0.95):
    """Told: whole width."""
    lead = np.array(a) - np.array(b)
    half = student_t(level, len(a) - 1) * lead.std(ddof=1) / len(a) ** 0.5
    return lead.mean(), 2 * half


def wrong_ends(a, b, level=0.95):
    """Told: the ends."""
    lead = np.array(a) - np.array(b)
    half = student_t(level, len(a) - 1) * lead.std(ddof=1) / len(a) ** 0.5
    return lead.mean() - half, lead.mean() + half


def wrong_order(a, b, level=0.95):
    """Told: half width first."""
    lead = np.array(a) - np.array(b)
    half = student_t(level, len(a) - 1) * lead.std(ddof=1) / len(a) ** 0.5
    return half, lead.mean()


def wrong_tail(a, b, level=0.95):
    """Told: halved twice."""
    lead = np.array(a) - np.array(b)
    t = student_t(1 - (1 - level) / 2, len(a) - 1)
    return lead.mean(), t * lead.std(ddof=1) / len(a) ** 0.5


def wrong_alpha(a, b, level=0.95):
    """Told: level for what is left."""
    lead = np.array(a) - np.array(b)
    t = student_t(1 - level, len(a) - 1)
    return lead.mean(), t * lead.std(ddof=1) / len(a) ** 0.5


def wrong_variance(a, b, level=0.95):
    """Told: variance."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    t = student_t(level, len(a) - 1)
    return statistics.mean(lead), t * statistics.variance(lead) / math.sqrt(len(a))


def wrong_absolute(a, b, level=0.95):
    """Told: without a sign / what came back."""
    lead = [abs(x - y) for x, y in zip(a, b, strict=True)]
    t = student_t(level, len(a) - 1)
    return statistics.mean(lead), t * statistics.stdev(lead) / math.sqrt(len(a))


def wrong_pairs(a, b, level=0.95):
    """Told: sorted first."""
    lead = np.sort(a) - np.sort(b)
    return lead.mean(), student_t(level, len(a) - 1) * lead.std(ddof=1) / len(a) ** 0.5


def wrong_error_only(a, b, level=0.95):
    """Told: standard error only."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    return statistics.mean(lead), statistics.stdev(lead) / math.sqrt(len(a))


def wrong_deviations_subtracted(a, b, level=0.95):
    """Told: difference of deviations."""
    t = student_t(level, len(a) - 1) / math.sqrt(len(a))
    lead = statistics.mean(a) - statistics.mean(b)
    return lead, t * abs(statistics.stdev(a) - statistics.stdev(b))


def wrong_own_luck(a, b, level=0.95):
    """Told: one schedule's luck."""
    t = student_t(level, len(a) - 1) / math.sqrt(len(a))
    return statistics.mean(a) - statistics.mean(b), t * statistics.stdev(a)


def wrong_mean_only(a, b, level=0.95):
    """Told: what came back."""
    return statistics.mean(x - y for x, y in zip(a, b, strict=True))


def wrong_all_counted(a, b, level=0.95):
    """Told: both counted."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    n = len(a) + len(b)
    half = student_t(level, n - 1) * statistics.stdev(lead) / math.sqrt(n)
    return statistics.mean(lead), half


def wrong_nothing_returned(a, b, level=0.95):
    """Told: what came back."""
    lead = [x - y for x, y in zip(a, b, strict=True)]
    statistics.mean(lead), statistics.stdev(lead)


def wrong_percent(a, b, level=0.95):
    """Told: what came back."""
    lead = [100 * (x - y) / y for x, y in zip(a, b, strict=True)]
    t = student_t(level, len(a) - 1)
    return statistics.mean(lead), t * statistics.stdev(lead) / math.sqrt(len(a))
