# The two commands that matter: `make demo` and `make test`. Both do their own set-up.

# Fewer gigabytes and no slower here: the cost is in the dependencies.
export CARGO_INCREMENTAL := 0

web := services/web/app
web_packages := $(web)/node_modules/.package-lock.json
web_built := $(web)/dist/index.html
# What the front end is made of; without dist and node_modules.
web_sources := $(shell find $(web) \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: help demo test front-end format postgres set-up faults-restore

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: set-up front-end ## the whole service on this machine with synthetic people; PORT=8080 chooses the port
	cargo build --workspace
	@exec target/debug/lysbro demo $(if $(PORT),--port $(PORT))

test: set-up ## every check and test; SUITES="lints rust" runs only those
	@tests/tools/suites.sh $(SUITES)

front-end: $(web_built) ## the browser application, when its sources have changed

format: ## writes Rust in the agreed form
	cargo fmt --all

postgres: ## a private PostgreSQL for running tests by hand: prints its URL for LYSBRO_TEST_PG
	@tests/tools/postgres.sh start

faults-restore: set-up front-end ## fills, backs up under load, wipes, restores: REFERRALS=10000 DEPLOYMENT=embedded|separate
	cargo build --workspace --bins
	@tests/tools/with-postgres.sh restore-drill target/debug/restore-drill $(or $(REFERRALS),1000) $(or $(DEPLOYMENT),embedded)

set-up:
	@tests/tools/set-up.sh

# npm writes this file when it has installed what package-lock.json says.
$(web_packages): $(web)/package-lock.json $(web)/package.json
	npm --prefix $(web) ci --no-audit --no-fund
	@touch $@

$(web_built): $(web_packages) $(web_sources)
	npm --prefix $(web) run build
	@touch $@
