SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

ENV := source ./env.sh &&
CONTRACTS := $(shell find contracts -name '*.sol' -not -path '*/.cache/*')
PYTHON_CODE := $(wildcard agentescrow artifacts localnet deployment demo examples scripts tools benchmarks tests)
TYPED := $(wildcard agentescrow artifacts localnet deployment demo examples tools benchmarks)

# Without a chain of Ape's; on Ape's chain, local and on the fork.
PLAIN_TESTS := $(wildcard tests/stateful tests/unit tests/in_process tests/indexer tests/relayer tests/api tests/sdk tests/cli tests/machines tests/localnet tests/deployment tests/demo tests/promises tests/scripts tests/attack)
CHAIN_TESTS := $(wildcard tests/contracts tests/stateful)
# The state machine is in all three: in process, on Ape's chain, on the fork; its conftest.py picks the test.
WORKERS ?= 2
# Each worker begins with tests that lie together: what a session sets up, most workers need not set up too.
SHARED = -n $(WORKERS) --dist worksteal

.PHONY: help demo chain build check test test-plain test-local fork prove coverage mutants python-mutants symbolic bench dist clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: .build/.made ## runs from start to end on a local chain with its API; RUNS=file.json plays a file, KEEP=1 stays
	@$(ENV) python -m demo $${RUNS:+--runs "$$RUNS"} $${KEEP:+--keep}

chain: .build/.made ## a local chain with everything deployed, until Ctrl-C; PORT=8545
	@$(ENV) ape run chain $(if $(PORT),--port $(PORT))

build: .build/.made ## compile the contracts and generate code from them
	@:

check: .build/.made ## formatters, linters, types, import directions, slither
	$(ENV) forge fmt --check
	$(ENV) solhint --noPoster --disc --max-warnings 0 'contracts/**/*.sol'
	$(ENV) slither .
	$(ENV) ruff format --check --quiet $(PYTHON_CODE)
	$(ENV) ruff check --quiet $(PYTHON_CODE)
	$(ENV) mypy --no-error-summary $(TYPED)
	$(ENV) NO_COLOR=1 lint-imports --no-logo
	$(ENV) git ls-files | xargs codespell
	$(ENV) python -m tools.english
	$(ENV) python -m tools.generate --check
	$(ENV) python -m benchmarks.gas --check

test: test-plain test-local fork ## every test, on a local chain and on a fork

test-plain: .build/.made
	$(ENV) tools/stage "without a chain of Ape's" pytest -p no:ape_test -q $(SHARED) $(PLAIN_TESTS)

test-local: .build/.made
	$(ENV) tools/stage "on a local chain" ape test -q $(SHARED) $(CHAIN_TESTS)

fork: .build/.made ## the contract suite on a fork of Base Sepolia, or of its stand-in without BASE_SEPOLIA_RPC_URL
	$(ENV) tools/stage "on a fork" python -m localnet.base_sepolia ape test -q $(SHARED) --network base:sepolia-fork:foundry $(CHAIN_TESTS)

# SEED repeats, ROUNDS=1 a single round; on Anvil and on the fork ANVIL_ROUNDS rounds with the same seed.
TRANSACTIONS ?= 1000000
ANVIL_ROUNDS ?= 20
ON_ANVIL := STATEFUL_PROFILE=long STATEFUL_ROUNDS=$(ANVIL_ROUNDS) $(if $(SEED),STATEFUL_SEED=$(SEED))
prove: .build/.made ## the state machine for long: a million transactions in process, then rounds on Anvil and the fork
	@$(ENV) python -m tests.stateful.prove --workers $(WORKERS) --transactions $(TRANSACTIONS) $(if $(SEED),--seed $(SEED)) $(if $(ROUNDS),--rounds $(ROUNDS))
	@$(if $(ROUNDS),,$(ENV) $(ON_ANVIL) ape test -q tests/stateful)
	@$(if $(ROUNDS),,$(ENV) $(ON_ANVIL) python -m localnet.base_sepolia ape test -q --network base:sepolia-fork:foundry tests/stateful)

symbolic: .build/.made .venv-halmos/.installed ## what holds for all arguments, proven with Halmos, and that each proof finds a seeded fault
	@$(ENV) python -m tools.symbolic

coverage: .build/.made ## statement and branch coverage of the contracts; fails below 100 %
	@$(ENV) WORKERS=$(WORKERS) python -m tools.solcov --fail-under 100

# The package's are sampled: SEED repeats a sample, SAMPLE=all takes a night.
SAMPLE ?= 200
mutants: .build/.made ## faults put into contracts and package, one at a time: the tests have to notice 98 and 95 %
	@$(ENV) WORKERS=$(WORKERS) python -m tools.mutants
	@$(MAKE) python-mutants

python-mutants: .build/.made ## the package's alone; SAMPLE=200 SEED=7
	@$(ENV) WORKERS=$(WORKERS) python -m tools.python_mutants $(if $(filter-out all,$(SAMPLE)),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

bench: .build/.made ## gas of each step, the indexer, the API and the relayer, each beside a floor or a peer
	@$(ENV) python -m benchmarks.gas
	@$(ENV) python -m benchmarks.indexer
	@$(ENV) python -m benchmarks.api
	@$(ENV) python -m benchmarks.api --dearest
	@$(ENV) python -m benchmarks.processes
	@$(ENV) python -m benchmarks.relayer

dist: .build/.made ## source archive and wheel in dist/, the wheel tested in a clean environment
	@$(ENV) python -m tools.dist

clean: ## remove everything that make made
	rm -rf coverage dist .venv .venv-halmos node_modules .ape .build .forge contracts/.cache .hypothesis .pytest_cache .mypy_cache .ruff_cache *.egg-info

.venv/.installed: pyproject.toml requirements.txt tools/setup_python
	@tools/setup_python

.venv-halmos/.installed: .venv/.installed tools/halmos-requirements.txt tools/setup_halmos
	@tools/setup_halmos

node_modules/.installed: package.json package-lock.json .npmrc tools/setup_node
	@tools/setup_node

# All at once: Ape alone does not compile again what merely imports a file that changed.
.build/.made: .venv/.installed node_modules/.installed $(CONTRACTS) ape-config.yaml $(wildcard tools/generate/*.py)
	@$(ENV) ape compile --force -v WARNING && python -m tools.generate && touch $@
