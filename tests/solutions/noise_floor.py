"""Right ways to write `noise_floor`."""


def right_one_line(lr, curvature, sigma, batch_size=1):
    return lr * sigma**2 / (2 * batch_size * (2 - lr * curvature))


def right_variance(lr, curvature, sigma, batch_size=1):
    variance = lr * sigma**2 / batch_size / (curvature * (2 - lr * curvature))
    return curvature * variance / 2


def right_balance(lr, curvature, sigma, batch_size=1):
    kept = (1 - lr * curvature) ** 2
    added = lr**2 * sigma**2 / batch_size
    return curvature / 2 * added / (1 - kept)


def right_by_the_deviation(lr, curvature, sigma, batch_size=1):
    noise = sigma / batch_size**0.5
    return 0.5 * lr * noise * noise / (2 - lr * curvature)


def right_by_the_course(lr, curvature, sigma, batch_size=1):
    from gdhelpers.losses import stationary_variance

    noise = sigma / batch_size**0.5
    return curvature / 2 * stationary_variance(lr, curvature, noise)


def right_numpy(lr, curvature, sigma, batch_size=1):
    import numpy as np

    return lr * np.square(sigma) / np.multiply(2 * batch_size, 2 - lr * curvature)


def right_ratio(lr, curvature, sigma, batch_size=1):
    return (lr / batch_size) * sigma**2 / (4 - 2 * lr * curvature)


def right_series(lr, curvature, sigma, batch_size=1):
    factor = (1 - lr * curvature) ** 2
    return curvature / 2 * lr**2 * sigma**2 / batch_size * (1 / (1 - factor))
