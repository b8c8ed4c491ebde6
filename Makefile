# Fanzha. `make run` shows the main job, `make test` passes the tests; both set everything up by themselves.
PYTHON ?= python3
VENV := .venv
SPARK_VENV := .venv-spark
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUNS ?= 500
CUTS ?= 500
STEP ?= 1
SECONDS_EACH ?= 600
FLIPS ?= 2000
SEED ?= 20261123
TEXTS ?= 10000000
DAY ?= $(shell date +%F)
PRESET ?= city
WORLDS ?= 10
PEER_PYTHON ?= $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help setup run test crash hostile fuzz fuzztext bench linkbench moneybench checkbench weights score realism spark examples lexicon lock clean

help: ## list these targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: $(VENV)/.run ## make .venv with everything Fanzha needs, from the hashed locks

$(VENV)/.run: requirements/run.lock requirements/build.lock pyproject.toml
	@echo "Setting up .venv from the locked packages (about half a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Fanzha needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/build.lock
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m fanzha.recognise.make_lexicon
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	@echo "Adding what the tests need ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

run: $(VENV)/.run ## the main job on the examples: admit, link, trace, propose, report
	@$(BIN)/fanzha run examples/city --workspace workspace

test: $(VENV)/.dev ## lint, types and every test
	@$(BIN)/ruff format --check --quiet . || { echo "Run: .venv/bin/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

crash: $(VENV)/.dev ## kills, power cuts, failing calls, bit flips; writes bench/results/crash.json (RUNS=, CUTS=, FLIPS=, SEED=)
	@$(BIN)/python -m tests.faults.crash --runs $(RUNS) --cuts $(CUTS) --step $(STEP) --flips $(FLIPS) --seed $(SEED) \
	  --result bench/results/crash.json

$(VENV)/.fuzz: $(VENV)/.dev requirements/fuzz.lock
	@$(PIP) install --require-hashes -r requirements/fuzz.lock
	@touch $@

fuzz: $(VENV)/.fuzz ## every reader under a coverage-guided fuzzer, 10 minutes each (SECONDS_EACH=); writes bench/results/fuzz.json
	@$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS_EACH) --jobs 2 --result bench/results/fuzz.json

fuzztext: $(VENV)/.dev ## ten million random texts through normaliser and extractor (TEXTS=); writes bench/results/fuzz_text.json
	@$(BIN)/python -m tests.fuzz.text_inputs --count $(TEXTS) --jobs 2 --seed $(SEED) --result bench/results/fuzz_text.json

$(VENV)/.bench: $(VENV)/.dev requirements/bench.lock
	@$(PIP) install --require-hashes -r requirements/bench.lock
	@touch $@

realism: $(VENV)/.bench ## synthetic cities beside published figures, and a plain detector on them (SAMPLES=folder of AMLSim and AMLGentex samples)
	@rm -rf out/realism && mkdir -p out/realism
	@for n in 1 2 3; do $(BIN)/fanzha simulate out/realism/city$$n --preset city --seed $$(($(SEED) + n)) --json >/dev/null; done
	@$(BIN)/python bench/realism.py --world out/realism/city1 $(if $(SAMPLES),--beside $(SAMPLES)) --page out/realism.html \
	  --result bench/results/realism.json
	@$(BIN)/python bench/detector.py --world out/realism/city1 --world out/realism/city2 --world out/realism/city3 \
	  $(if $(SAMPLES),--amlgentex $(SAMPLES)) --seed $(SEED) --result bench/results/detector.json

# pyspark and the pyspark-client of .venv hold the same package, hence an environment of its own.
$(SPARK_VENV)/.spark: requirements/spark.lock requirements/build.lock
	@echo "Setting up .venv-spark: Spark is 450 MB to fetch ..."
	@$(PYTHON) -m venv $(SPARK_VENV)
	@$(SPARK_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/build.lock
	@$(SPARK_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/spark.lock
	@touch $@

spark: ## the stages on Apache Spark with two executors, beside DuckDB, over WORLDS= random worlds from SEED= on (needs Java 17)
	@if command -v java >/dev/null 2>&1 || [ -x "$$JAVA_HOME/bin/java" ]; then \
	  $(MAKE) --no-print-directory $(SPARK_VENV)/.spark && \
	  FANZHA_WORLDS=$(WORLDS) FANZHA_SEED=$(SEED) $(SPARK_VENV)/bin/python -m pytest -q tests/store/test_engines_agree.py; \
	else echo "Skipped: Spark needs Java 17 or newer, and there is no java here. make test compares the engines without it."; fi

linkbench: $(VENV)/.bench ## linking beside Splink, scipy and LogicV2; writes bench/results/ (what needs shared data skips without it)
	@$(BIN)/python bench/components.py --seed $(SEED) --result bench/results/components.json
	@$(BIN)/python bench/linking.py --seed $(SEED) --result bench/results/linking.json
	@$(BIN)/python bench/names.py --seed $(SEED) --result bench/results/names.json
	@$(BIN)/python bench/entities.py --seed $(SEED) --result bench/results/entities.json
	@$(BIN)/python bench/both_ends.py --seed $(SEED) --result bench/results/both_ends.json
	@$(BIN)/python bench/near_texts.py --seed $(SEED) --result bench/results/near_texts.json
	@$(BIN)/python bench/real_joins.py --result bench/results/real_joins.json

moneybench: $(VENV)/.bench ## attribution beside brute force, repairs, traces beside DuckDB, patterns on AMLGentex, worth of holds, breaks and fronts (PEER_PYTHON= one with rustworkx)
	@$(BIN)/python bench/attribution.py --seed $(SEED) --result bench/results/attribution.json
	@$(BIN)/python bench/repair.py --result bench/results/repair.json
	@$(BIN)/python bench/tracing.py --seed $(SEED) --peer-python $(PEER_PYTHON) --result bench/results/tracing.json
	@$(BIN)/python bench/patterns.py --result bench/results/patterns.json
	@$(BIN)/python bench/worth.py --result bench/results/worth.json --picture bench/results/worth.svg
	@$(BIN)/python bench/exits.py --out bench/results/exits.json

checkbench: $(VENV)/.bench ## the recogniser on sources left out, disguise, speed, classes of FBS, subscribers, callers, drift (PEER_PYTHON= one with fasttext; about an hour)
	@$(BIN)/python -m bench.recognise --most 2000 --out bench/results/recognise.json
	@$(BIN)/python -m bench.evasion --out bench/results/evasion.json
	@OMP_NUM_THREADS=1 $(BIN)/python -m bench.recognise_speed --peer-python $(PEER_PYTHON) --out bench/results/recognise_speed.json
	@$(BIN)/python bench/check_speed.py --result bench/results/check_speed.json
	@$(BIN)/python bench/fbs.py --result bench/results/fbs.json
	@$(BIN)/python bench/sichuan.py --seeds 1 2 3 --result bench/results/sichuan.json
	@$(BIN)/python bench/callers.py --preset town --preset city --seed $(SEED) --result bench/results/callers.json
	@$(BIN)/python bench/drift.py --out bench/results/drift.json
	@$(BIN)/python -m bench.kinds --out bench/results/kinds.json
	@$(BIN)/python -m bench.aging --out bench/results/aging.json

weights: $(VENV)/.bench ## train the two scorers that ship and write their card, then count their false alarms (DAY=2026-11-26)
	@$(BIN)/python -m bench.recognise_weights
	@$(BIN)/python bench/friction.py --date $(DAY)

hostile: $(VENV)/.dev ## hostile files and 500 damaged ones; writes bench/results/{hostile,damage}.json
	@$(BIN)/python -m tests.hostile.run --workspace --result bench/results/hostile.json
	@$(BIN)/python -m tests.hostile.damage --files 500 --seed $(SEED) --result bench/results/damage.json

bench: $(VENV)/.dev ## speed, beside the named peers; writes bench/results/
	@$(BIN)/python bench/admission.py --seed $(SEED) --result bench/results/admission.json
	@$(BIN)/python bench/large.py --seed $(SEED) --result bench/results/large.json
	@$(BIN)/python bench/restore.py --seed $(SEED) --result bench/results/restore.json
	@$(BIN)/python bench/phone.py --seed $(SEED) --result bench/results/phone.json
	@$(BIN)/python bench/start.py --result bench/results/start.json
	@$(BIN)/python bench/worlds.py --seed $(SEED) --result bench/results/worlds.json
	@$(BIN)/python bench/scam_sites.py --seed $(SEED) --result bench/results/scam_sites.json

score: $(VENV)/.dev ## a synthetic city replayed and scored against its truth; writes bench/results/score_PRESET.json (PRESET=city, SEED=)
	@mkdir -p out
	@$(BIN)/python bench/score.py --preset $(PRESET) --seed $(SEED) --result bench/results/score_$(PRESET).json --page out/score_$(PRESET).html

examples: $(VENV)/.run ## make the example files again (same seed, same bytes)
	@$(BIN)/python -m fanzha.simulate.tour examples/city --seed 20261123

lexicon: $(VENV)/.run ## make the phrases of fanzha/recognise/lexicon ready to be looked for, after they, a disguise or a sign has changed
	@$(BIN)/python -m fanzha.recognise.make_lexicon

lock: $(VENV)/.dev ## make the hashed locks again from requirements/*.in (installs uv into .venv)
	@$(PIP) install uv
	@for name in build run dev fuzz bench pictures spark; do $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --no-emit-index-url --no-emit-find-links requirements/$$name.in -o requirements/$$name.lock; done

clean: ## remove .venv, workspace and caches
	@rm -rf $(VENV) $(SPARK_VENV) workspace .pytest_cache .mypy_cache .ruff_cache .hypothesis fuzz-crashes
