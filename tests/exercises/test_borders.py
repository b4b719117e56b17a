"""Each border of a contract is settled by the lesson's text, and asked of everybody."""

import inspect

import pytest
from exercise_checks import ROOT

from gdgrader.exercises import exercises
from gdgrader.exercises.reference import solution_text, source_notebook

# What the text says, and an argument that lies on the border it settles.
BORDERS = {
    "single_step_gradient_descent": [
        ("From 0, or with η = 0, you stay", lambda a: a["theta"] == 0),
        ("From 0, or with η = 0, you stay", lambda a: a["learning_rate"] == 0),
    ],
    "gradient_descent": [
        ("the start itself after 0 steps", lambda a: a["number_steps"] == 0),
        ("how many steps to take, 0 or more", lambda a: a["number_steps"] == 1),
    ],
    "contraction_factor": [
        (
            "negative where the step jumps across",
            lambda a: a["learning_rate"] * a["curvature"] == 1,
        ),
        ("λ, the second derivative of the loss", lambda a: a["curvature"] == 0),
        ("λ, the second derivative of the loss", lambda a: a["curvature"] < 0),
    ],
    "max_stable_lr": [("λ > 0", lambda a: a["curvature"] < 0.01)],
    "steps_to_tolerance": [
        ("or less", lambda a: _error(a, 2) == a["tolerance"] < 1),
        ("or less", lambda a: _error(a, 4) == a["tolerance"] < 1),
        ("with 1 or more no step is needed", lambda a: a["tolerance"] == 1),
        ("with 1 or more no step is needed", lambda a: a["tolerance"] > 1),
        ("η ≥ 0", lambda a: a["learning_rate"] == 0),
        ("None if it never happens", lambda a: _error(a, 1) == 1 > a["tolerance"]),
        ("the smallest such number", lambda a: _error(a, 1) == 0),
    ],
    "optimize_constant": [
        ("num_iterations (int), 0 or more", lambda a: a["num_iterations"] == 0),
        ("num_iterations (int), 0 or more", lambda a: a["num_iterations"] == 1),
        ("finite", lambda a: a["initial_lr"] == 0),
    ],
    "mse_gradient": [
        ("shape (n, d), one row per point", lambda a: len(_rows(a["x"])) == 1),
        ("shape (d,)", lambda a: len(_rows(a["a"])) == 1),
        (
            "Zero where the fit is exact",
            lambda a: a["y"] == {"$tensor": [3.5, -1.0, 8.0]},
        ),
    ],
    "max_stable_lr_for": [("shape (n, d)", lambda a: len(_rows(a["x"])[0]) == 1)],
    "fit": [
        ("With num_steps = 0: initial_a and one loss", lambda a: a["num_steps"] == 0),
        ("one after each step", lambda a: a["num_steps"] == 1),
        ("shapes (n, d) and (n,)", lambda a: len(_rows(a["x"])) == 1),
    ],
    "epoch_batches": [
        ("The last batch holds what is left", lambda a: a["n"] % a["batch_size"]),
        ("batch_size (int ≥ 1)", lambda a: a["batch_size"] == 1 < a["n"]),
        ("so it may be shorter", lambda a: a["batch_size"] > a["n"]),
        ("how many a batch holds", lambda a: a["batch_size"] == a["n"] > 1),
        ("n (int ≥ 1)", lambda a: a["n"] == 1),
    ],
    "noise_floor": [
        ("sigma (float ≥ 0)", lambda a: a["sigma"] == 0),
        ("batch_size (int ≥ 1)", lambda a: a["batch_size"] == 1),
        ("below 2/curvature", lambda a: a["lr"] * a["curvature"] >= 1.5),
    ],
    "momentum_step": [
        ("v before the step (0 before the first)", lambda a: a["velocity"] == 0),
        ("β, 0 or more and below 1", lambda a: a["momentum"] == 0),
        ("β, 0 or more and below 1", lambda a: a["momentum"] == 0 and a["nesterov"]),
        ("numbers or tensors of one shape", lambda a: isinstance(a["theta"], float)),
        ("numbers or tensors of one shape", lambda a: isinstance(a["theta"], dict)),
    ],
    "max_stable_lr_momentum": [
        ("0 is no momentum", lambda a: a["momentum"] == 0 and not a["nesterov"]),
        ("0 is no momentum", lambda a: a["momentum"] == 0 and a["nesterov"]),
        ("λ > 0", lambda a: a["curvature"] < 0.01),
    ],
    "train_epoch": [
        ("perhaps none", lambda a: a["batches"] == [] and a["per"] == "batch"),
        ("perhaps none", lambda a: a["batches"] == [] and a["per"] == "epoch"),
        ("Without one (None) the rate stays", lambda a: a["scheduler"] is None),
        ("Without one (None)", lambda a: a["per"] == "epoch" and not a["scheduler"]),
    ],
    "step_lr": [
        ("above 1 the rate rises", lambda a: a["gamma"] > 1),
        ("above 1 the rate rises", lambda a: a["gamma"] == 1),
        ("t (int ≥ 0)", lambda a: a["t"] == 0),
        ("of which epoch 0 is the first", lambda a: a["t"] == a["step_size"]),
        ("step_size (int ≥ 1)", lambda a: a["step_size"] == 1),
    ],
    "simulate_plateau": [
        ("as long as `metrics`", lambda a: a["metrics"] == []),
        ("as by ReduceLROnPlateau", lambda a: a.get("patience") == 0),
        ("as by ReduceLROnPlateau", lambda a: a.get("threshold") == 0),
        ("as by ReduceLROnPlateau", lambda a: a.get("factor") == 0),
        ("as by ReduceLROnPlateau", lambda a: a["min_lr"] > a["initial_lr"]),
    ],
    "landing_rates": [
        ("some perhaps equal", lambda a: len(set(a["curvatures"])) == 1),
        ("in any order", lambda a: a["curvatures"] != sorted(a["curvatures"])),
    ],
    "paired_interval": [
        ("Two seeds or more", lambda a: len(a["a"]) == 2),
        ("a[i] and b[i] are of the same seed", lambda a: len(a["a"]) == len(a["b"])),
    ],
    "split_train_val": [
        ("0 ≤ n_val ≤ n", lambda a: a["n_val"] == 0 < a["n"]),
        ("0 ≤ n_val ≤ n", lambda a: a["n_val"] == a["n"] > 0),
        ("0 ≤ n_val ≤ n", lambda a: a["n"] == 1),
    ],
    "cosine_lr": [
        ("the step, from 0", lambda a: a["t"] == 0),
        ("From step total_steps on", lambda a: a["t"] == a["total_steps"]),
        ("the first step at min_lr", lambda a: a["t"] == a["total_steps"] - 1 > 0),
        ("at least 1", lambda a: a["total_steps"] == 1),
    ],
    "one_cycle_lr": [
        ("t (int) from 0", lambda a: a["t"] == 0),
        ("From step T - 1 on", lambda a: a["t"] == a["total_steps"] - 1),
        ("From step T - 1 on", lambda a: a["t"] == a["total_steps"]),
        ("pct_start", lambda a: a["t"] == a["pct_start"] * a["total_steps"] - 1),
        ("pct_start", lambda a: a["pct_start"] * a["total_steps"] % 1),
    ],
    "ema": [
        ("at least one", lambda a: len(a["weights"]) == 1),
        ("0 ≤ d ≤ 1", lambda a: a["decay"] == 0),
        ("0 ≤ d ≤ 1", lambda a: a["decay"] == 1),
        ("It begins as weights[0], as they are", lambda a: len(a["weights"]) == 2),
    ],
    "adamw_step": [
        ("Before the first step: 0 and zeros", lambda a: a["state"][0] == 0),
        ("(float ≥ 0)", lambda a: a["lr"] == 0),
        ("(float ≥ 0)", lambda a: a["weight_decay"] == 0),
        ("the gradient there", lambda a: not any(_rows(a["grad"]))),
    ],
    "shrinkage": [
        ("perhaps none", lambda a: a["rates"] == []),
        ("weight_decay (float): wd", lambda a: a["weight_decay"] == 0),
        ("the rate of each step", lambda a: 0.0 in a["rates"]),
        (
            "after all steps",
            lambda a: a["weight_decay"] * max(a["rates"], default=0) > 1,
        ),
    ],
    "wsd_lr": [
        ("the step, from 0", lambda a: a["t"] == 0),
        ("the first step at max_lr", lambda a: a["t"] == a["warmup_steps"] > 0),
        (
            "warmup_steps = 0 at max_lr",
            lambda a: a["t"] == a["warmup_steps"] == 0,
        ),
        ("the first step at rate 0 again", lambda a: a["t"] == a["total_steps"]),
        ("stays at 0", lambda a: a["t"] > a["total_steps"]),
        ("decay_steps (int ≥ 1)", lambda a: a["decay_steps"] == 1),
        (
            "both fit into total_steps",
            lambda a: a["warmup_steps"] + a["decay_steps"] == a["total_steps"],
        ),
    ],
    "warmup_then": [
        ("0 means no warm-up", lambda a: a["warmup_steps"] == 0),
        ("a straight line from there to schedule(0)", lambda a: a["warmup_steps"] == 1),
        ("start_factor * schedule(0)", lambda a: a["start_factor"] == 0),
        ("start_factor * schedule(0)", lambda a: a["start_factor"] == 1),
    ],
    "range_test_rates": [
        ("2 or more", lambda a: a["n"] == 2),
        ("0 < low < high", lambda a: a["high"] < 1.3 * a["low"]),
    ],
    "suggest_lr": [
        ("3 or more", lambda a: len(a["rates"]) == 3),
        (
            "the first if there are several",
            lambda a: a["losses"].count(min(a["losses"])) == 2,
        ),
        ("neither the first rate nor the last", lambda a: _steep_at_the_start(a)),
        ('for "tenth" a tenth of it', lambda a: a["losses"] == [1.0, 2.0, 3.0]),
    ],
    "sharpness": [
        ("1 or more", lambda a: a["iterations"] == 1),
        ("shape (d,)", lambda a: len(a["params"]["$tensor"]) == 1),
        ("with its sign", lambda a: "-" in str(a["loss_fn"])),
        ("where to look", lambda a: not any(a["params"]["$tensor"])),
    ],
}


def _error(a: dict, steps: int) -> float:
    return abs(1 - a["learning_rate"] * a["curvature"]) ** steps


def _steep_at_the_start(a: dict) -> bool:
    """Whether the largest single fall is that from the first rate to the second."""
    falls = [x - y for x, y in zip(a["losses"], a["losses"][1:], strict=False)]
    return a["rule"] == "steepest" and falls.index(max(falls)) == 0


def _rows(tensor: dict) -> list:
    return tensor["$tensor"]


def always_asked(name):
    exercise = exercises()[name]
    signature = inspect.signature(exercise.answer)
    for asked in exercise.properties.values():
        for case in asked.edges:
            bound = signature.bind(*case["args"], **case["kwargs"])
            bound.apply_defaults()
            yield bound.arguments


@pytest.mark.parametrize(
    ("name", "says", "lies_there"),
    [(name, *border) for name, borders in BORDERS.items() for border in borders],
)
def test_a_border_is_settled_and_asked(name, says, lies_there):
    exercise = exercises()[name]
    path = source_notebook(exercise.lesson, ROOT)
    text = solution_text(path, exercise.function).replace("\\n", "\n")
    assert says in " ".join(text.split())
    assert any(lies_there(arguments) for arguments in always_asked(name))
