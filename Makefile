# What people type; the README explains each. Nothing here needs more than Python 3.11+, make and git.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH ?= auto
ARGS ?=
ROLE := student

.PHONY: help lab demo test quick setup system build check bench lint lock clean

help:
	@echo "make lab     open the student's course in JupyterLab   (ARGS=\"--no-browser --port 8899\", SOLUTIONS=off: no worked solutions)"
	@echo "             ROLE=instructor: the whole course, with nbgrader's Formgrader and Create Assignment"
	@echo "make demo    a class of thirty: graded, fed back and reported, in demo/"
	@echo "make test    run the whole test suite                  (ARGS=\"-k schedules\")"
	@echo "make quick   style and the quick tests, before a commit"
	@echo "make setup   create $(VENV) and install everything, once (TORCH=cuda: PyTorch with GPU libraries)"
	@echo "make build   regenerate release/ and notebooks/ from source/"
	@echo "make bench   the benchmarks, each beside its peer"
	@echo "make lint    ruff, formatting and notebook hygiene"

# The lock is exact but for CUDA's libraries, which torch itself pins where it wants them.
# Which build of PyTorch it is, tests/torch_build.py decides: TORCH (auto, cpu, cuda) or
# TORCH_INDEX, an index to look in besides, tell it (see the README).
$(BIN)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": name one with `make PYTHON=python3.11 …`" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@options="$$($(BIN)/python -I tests/torch_build.py --build '$(TORCH)' --index '$(TORCH_INDEX)')" \
	  && set -x && $(BIN)/python -m pip install --quiet --disable-pip-version-check $$options -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m gdgrader.sandbox.kernel install --sys-prefix
	@touch $@

setup: $(BIN)/.installed

# Who is stuck is shown worked solutions; SOLUTIONS=off: not.
# ROLE=instructor: the whole course, with all of nbgrader.
lab: setup
	@$(BIN)/python -m gdhelpers.lab --role $(ROLE) $(if $(filter off,$(SOLUTIONS)),--no-solutions) $(ARGS)

# Grading needs bubblewrap; ARGS=--no-sandbox does without.
demo: setup
	@$(BIN)/gdgrader demo $(ARGS)

# Chromium, bubblewrap and PostgreSQL are what the tests drive; installed only where we may.
system:
	@bash tests/system-packages

# One thread for each of torch's processes: the cores are shared by several of them, a
# browser and kernels, and what waits for threads that do not run waits long.
test quick: export OMP_NUM_THREADS ?= 1
test quick: PYTEST = $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
test: setup system
	$(PYTEST) --durations=10 $(ARGS)

# What to run before a commit: style, and every test that takes no browser, no class to
# grade and no training.
quick: lint
	$(PYTEST) --quiet -m "not slow" $(ARGS)

build: setup
	$(BIN)/gdgrader build $(ARGS)

check: setup
	$(BIN)/gdgrader build --check

# Each measures a peer in the same run; leave the machine alone meanwhile. Stock nbgrader
# trains lesson 06's demonstrations for every student: eight of them show the ratio.
bench: setup system
	$(BIN)/python -m benchmarks.epoch_vs_dataloader
	$(BIN)/python -m benchmarks.seed_table
	$(BIN)/python -m benchmarks.explorer_latency
	$(BIN)/python -m benchmarks.grading_throughput
	$(BIN)/python -m benchmarks.grading_throughput --lesson 06_reduce_on_plateau --count 8
	$(BIN)/python -m benchmarks.grading_scale

lint: setup
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/nbstripout --keep-id --verify source/*.ipynb source/*/*.ipynb

# A new lock for every platform; needs `pip install uv` in $(VENV).
lock:
	echo 'torch==2.13.0' | $(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --constraint - --no-annotate --no-header --quiet \
	  | grep -vE '^(cuda|nvidia|triton)' | sed -E 's/^torch==.*/torch==2.13.0/' | uniq > requirements.lock.new
	mv requirements.lock.new requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache tests/screenshots
