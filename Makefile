# The two commands: `make run` and `make test`. The rest are their parts.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export CARGO_TERM_COLOR ?= never

CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR
BINARY := $(CARGO_TARGET_DIR)/release/cohortium
DEMO := $(CURDIR)/demo
BUNDLE := dist/pkg/cohortium_bg.wasm
BUNDLE_SOURCES := $(shell find app/src bundle/src -name '*.rs') app/Cargo.toml bundle/Cargo.toml Cargo.toml Cargo.lock package-lock.json .cargo/config.toml

.PHONY: help run demo build bundle dev test lint whole judges bench tools clean-demo

help: ## Show this.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: build demo ## Build, fill a demo when there is none, and serve it.
	@cat $(DEMO)/links.txt
	@cd $(DEMO) && $(DEMO_SETTINGS) exec $(BINARY) serve

DEMO_SETTINGS = COHORTIUM_DATABASE_URL=$${COHORTIUM_DATABASE_URL:-sqlite://$(DEMO)/cohortium.db} COHORTIUM_MAIL=$${COHORTIUM_MAIL:-file:$(DEMO)/mail} COHORTIUM_HOST_NAME=$${COHORTIUM_HOST_NAME:-"Halden Industries"} COHORTIUM_LOG=$${COHORTIUM_LOG:-warn}

demo: build
	@mkdir -p $(DEMO)
	@if [ ! -s $(DEMO)/links.txt ]; then \
		echo "Filling the demo: a made-up firm on real companies."; \
		cd $(DEMO) && $(DEMO_SETTINGS) $(BINARY) demo > links.part && mv links.part links.txt; \
	fi

clean-demo: ## Forget the demo's database, mails and links.
	rm -rf $(DEMO)

build: tools $(BUNDLE) ## The release program with the browser bundle inside.
	cargo build --release --locked --package server

bundle: $(BUNDLE) ## The browser bundle alone.

$(BUNDLE): $(BUNDLE_SOURCES) | tools
	@# The whole workspace is named so that what it builds is shared with the checks.
	cargo build --locked --workspace --bin bundle
	$(CARGO_TARGET_DIR)/debug/bundle

tools: ## Install what building needs: the wasm target and the npm tools.
	@rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || { echo "Installing the wasm32 target of Rust."; rustup target add wasm32-unknown-unknown; }
	@[ -x node_modules/binaryen/bin/wasm-opt ] && [ node_modules/.package-lock.json -nt package-lock.json ] || { echo "Installing the npm tools (wasm-opt, terser, the font, axe, ical.js)."; npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json; }

dev: tools ## Rebuild and restart while you edit (a debug build with the demo's database; needs no watcher).
	@./dev.sh

# ---- checks -----------------------------------------------------------------------------------------------------------

test: tools packages lint $(BUNDLE) judges whole ## Every check, from a fresh checkout.

lint: | tools ## Formatting and lints, for the server and for the browser.
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked --package app --lib --target wasm32-unknown-unknown --no-default-features --features hydrate -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then cargo deny --locked check; else echo "cargo-deny is not installed: skipping advisories and licences (cargo install cargo-deny)."; fi

whole: $(BUNDLE) | judges ## The rules as tables; the whole program on both databases, over HTTP, in Chromium.
	cargo test --locked --workspace

judges: ## The foreign calendar readers the checks ask: libical, PyPI's icalendar and vobject, ical.js.
	@./tests/calendars/prepare.sh

.PHONY: packages
packages: ## Debian packages the checks need, when they are missing and may be installed.
	@./.ci/packages

bench: build ## CPU a request, beside a static reply of the same size.
	cargo bench --locked --workspace --bench requests
