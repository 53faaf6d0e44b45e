"""Optuna's TPESampler with its defaults on the problems of bench/tpe.ts: python tpe.py TRIALS SEEDS. Prints the best values as JSON."""

import json
import math
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
trials, seeds = int(sys.argv[1]), int(sys.argv[2])

A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def sphere(trial):
    return -sum(trial.suggest_float(f"x{i}", -5, 5) ** 2 for i in range(3))


def branin(trial):
    x, y = trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15)
    curve = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return -(curve**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10)


def hartmann(trial):
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    return sum(c * math.exp(-sum(a * (v - p) ** 2 for a, v, p in zip(row, x, at))) for c, row, at in zip([1, 1.2, 3, 3.2], A, P))


def rosenbrock(trial):
    x, y = trial.suggest_float("x", -2, 2), trial.suggest_float("y", -1, 3)
    return -(100 * (y - x * x) ** 2 + (1 - x) ** 2)


def mixed(trial):
    x = trial.suggest_float("x", -5, 5)
    rate = trial.suggest_float("rate", 1e-4, 1, log=True)
    depth = trial.suggest_int("depth", 1, 20)
    kind = trial.suggest_categorical("kind", ["a", "b", "c", "d"])
    return -((x - 2) ** 2) - (math.log10(rate) + 2) ** 2 - ((depth - 7) / 4) ** 2 - (0 if kind == "c" else 3)


def best(objective, seed):
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=trials)
    return study.best_value


problems = {"sphere": sphere, "branin": branin, "hartmann": hartmann, "rosenbrock": rosenbrock, "mixed": mixed}
print(json.dumps({name: [best(objective, seed) for seed in range(seeds)] for name, objective in problems.items()}))
