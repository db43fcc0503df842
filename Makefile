# The rituals of Headwater, one command each. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SCENARIO ?= scenarios/chairs
SECONDS_EACH ?= 60
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)

# the tests run the program as built for development, so that nothing is compiled twice
DEV_BIN = $(abspath $(TARGET_DIR)/debug/headwater)
RELEASE_BIN = $(TARGET_DIR)/release/headwater
WEB_SOURCES := $(shell find web/src web/public -type f 2>/dev/null) web/index.html web/vite.config.ts web/package-lock.json
FUZZ_TARGETS = $(shell sed -n '/^\[\[bin\]\]/{n;s/name = "\(.*\)"/\1/p}' fuzz/Cargo.toml)

.PHONY: help demo test lint bench soak fuzz advisories clean build tools

help: ## list what can be made
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo "  e.g. make demo ONCE=1 DEMO_LANG=zh SCENARIO=scenarios/chairs;  make fuzz SECONDS_EACH=10"

demo: build ## play a scenario with real nodes and leave them running (ONCE=1: end after it; DEMO_LANG=zh)
	@echo "demo: playing $(SCENARIO)"
	@$(RELEASE_BIN) demo --scenario $(SCENARIO) $(if $(ONCE),--once) $(if $(DEMO_LANG),--lang $(DEMO_LANG))

build: tools web/dist/index.html ## build the web app and the program, target/release/headwater
	@echo "build: the program (the first time takes a while)"
	@cargo build --release --locked --package headwater

test: tools web/dist/index.html ## run every test: unit, property, simulation, real processes, browser
	@$(if $(CHROMIUM),,.ci/need chromium chromium)
	@.ci/need fc-list fontconfig
	@.ci/need --optional font:zh fonts-noto-cjk
	@echo "test: the programs and their tests are built"
	@cargo build --workspace --bins --tests --locked
	@echo "test: units, properties, simulation, real processes"
	@cargo test --workspace --locked
	@echo "test: the app in a browser, against real nodes"
	@cd web && HEADWATER_BIN=$(DEV_BIN) npm test

lint: tools web/dist/index.html ## check form, lints, types, licences and the rules of the house
	@echo "lint: form"
	@cargo fmt --all --check
	@echo "lint: clippy"
	@cargo clippy --workspace --all-targets --locked -- -D warnings
	@echo "lint: the web app"
	@cd web && npm run --silent check
	@echo "lint: licences, sources and the rules of the house"
	@cargo test --quiet --locked --package headwater-house

bench: build ## print each measure beside its baseline, both from this run (ARGS=--quick: only that it runs; HIGHS=1: our optima solved again by HiGHS)
	@$(if $(HIGHS),.ci/need cmake cmake && .ci/need c++ g++ && .ci/need clang clang)
	@cargo run --release --locked --package headwater-benches $(if $(HIGHS),--features highs) -- $(ARGS)

soak: build ## whole networks in virtual time under faults and lies, seed after seed until stopped (SEED=1 SEEDS=100)
	@$(RELEASE_BIN) simulate soak $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS))

fuzz: tools ## fuzz everything that reads bytes from strangers, SECONDS_EACH=60 a target
	@for target in $(FUZZ_TARGETS); do echo "fuzz: $$target"; fuzz/run.sh $$target $(SECONDS_EACH); done

advisories: ## ask the advisory database about our dependencies (needs the network and cargo-deny)
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check; \
	else echo "skipped: cargo-deny is not installed; cargo install --locked cargo-deny"; fi

clean: ## remove what was built
	@cargo clean
	@rm -rf web/dist web/node_modules demo

tools:
	@.ci/need cc gcc
	@.ci/need node nodejs
	@.ci/need npm npm
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
	|| { echo "too old: node $$(node --version); the web app is built with 20.19 or newer" >&2; exit 1; }
	@command -v cargo >/dev/null || { echo "missing: cargo; install Rust from https://rustup.rs" >&2; exit 1; }

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | tools
	@echo "web: installing what the app is built with"
	@cd web && npm ci --loglevel=error
	@touch $@

web/dist/index.html: $(WEB_SOURCES) web/node_modules/.package-lock.json
	@echo "web: building the app"
	@cd web && npm run --silent build -- --logLevel warn
	@touch $@
