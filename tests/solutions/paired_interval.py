"""Right answers to `paired_interval`, written differently."""

import math
import statistics

import numpy as np
import torch

from gdhelpers.intervals import student_t


def right_statistics(a, b, level=0.95):
    lead = [x - y for x, y in zip(a, b, strict=True)]
    error = statistics.stdev(lead) / math.sqrt(len(lead))
    return statistics.mean(lead), student_t(level, len(lead) - 1) * error


def right_by_hand(a, b, level=0.95):
    n = len(a)
    lead = [a[i] - b[i] for i in range(n)]
    mean = sum(lead) / n
    variance = sum((d - mean) ** 2 for d in lead) / (n - 1)
    return mean, student_t(level, n - 1) * math.sqrt(variance / n)


def right_numpy(a, b, level=0.95):
    lead = np.array(a) - np.array(b)
    error = lead.std(ddof=1) / np.sqrt(len(lead))
    return lead.mean(), student_t(level, len(lead) - 1) * error


def right_array(a, b, level=0.95):
    lead = np.subtract(a, b)
    half = student_t(level, lead.size - 1) * np.std(lead, ddof=1) * lead.size**-0.5
    return np.array([lead.mean(), half])


def right_torch(a, b, level=0.95):
    lead = torch.tensor(a, dtype=torch.float64) - torch.tensor(b, dtype=torch.float64)
    half = student_t(level, len(lead) - 1) * lead.std() / len(lead) ** 0.5
    return lead.mean().item(), half.item()


def right_float32(a, b, level=0.95):
    lead = torch.tensor(a) - torch.tensor(b)
    half = student_t(level, len(lead) - 1) * lead.std() / len(lead) ** 0.5
    return lead.mean().item(), half.item()


def right_from_the_covariance(a, b, level=0.95):
    table = np.cov(a, b)
    variance = table[0, 0] + table[1, 1] - 2 * table[0, 1]
    half = student_t(level, len(a) - 1) * max(variance, 0.0) ** 0.5 / len(a) ** 0.5
    return statistics.mean(a) - statistics.mean(b), half


def right_from_the_population(a, b, level=0.95):
    lead = [x - y for x, y in zip(a, b, strict=True)]
    error = statistics.pstdev(lead) / math.sqrt(len(lead) - 1)
    return statistics.fmean(lead), error * student_t(level, len(lead) - 1)


def right_table(a, b, level=0.95):
    lead = sorted(x - y for x, y in zip(a, b, strict=True))
    factor = round(student_t(level, len(lead) - 1), 3)
    return [statistics.mean(lead), factor * statistics.stdev(lead) / len(lead) ** 0.5]


def right_from_the_ends(a, b, level=0.95):
    lead = [x - y for x, y in zip(a, b, strict=True)]
    middle = statistics.mean(lead)
    reach = student_t(level, len(a) - 1) * (statistics.variance(lead) / len(a)) ** 0.5
    low, high = middle - reach, middle + reach
    return (low + high) / 2, (high - low) / 2
