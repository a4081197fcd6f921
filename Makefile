# Each target is one line. PYTHON names the interpreter that makes the environment (3.11 or newer).
PYTHON ?= python3
VENV = .venv/bin/python

.PHONY: install run test bench lock fuzz

install:
	@$(PYTHON) -m requirements.install run

run: install
	@$(VENV) -m assessor run

test:
	@$(PYTHON) -m requirements.install dev && $(VENV) -m tests

bench:
	@$(PYTHON) -m requirements.install dev && $(VENV) -m tests.benchmarks

lock:
	@$(PYTHON) -m requirements.install dev && $(VENV) -m requirements.lock

fuzz:
	@$(PYTHON) -m requirements.install dev && $(VENV) -m pytest tests/unit -m hypothesis -q --hypothesis-profile=long
