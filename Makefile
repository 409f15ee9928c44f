# The two commands that matter: `make demo` and `make test`. Both do their own set-up.

# Fewer gigabytes and no slower here: the cost is in the dependencies.
export CARGO_INCREMENTAL := 0

web := services/web/app
web_packages := $(web)/node_modules/.package-lock.json
web_built := $(web)/dist/index.html
# What the front end is made of; without dist and node_modules.
web_sources := $(shell find $(web) \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: help demo test api-fuzz bench-claims bench-submit bench-worklist front-end format postgres set-up

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: set-up front-end ## the whole service on this machine with synthetic people; PORT=8080 chooses the port
	cargo build --workspace
	@exec target/debug/lysbro demo $(if $(PORT),--port $(PORT))

test: set-up ## every check and test; SUITES="lints rust" runs only those
	@tests/tools/suites.sh $(SUITES)

api-fuzz: set-up front-end ## schemathesis over the API's description; EXAMPLES=50 per operation, SEED=1
	cargo build --workspace
	@tests/tools/api-fuzz.sh

bench-claims: set-up front-end ## eight specialists claiming at once, beside plain updates by key
	@tests/tools/bench.sh claims

bench-submit: set-up front-end ## submissions, the access log and the log's readers, beside the database's floor
	@tests/tools/bench.sh submit

bench-worklist: set-up front-end ## a million waiting referrals: pages and badges, beside a bare select of ids
	@tests/tools/bench.sh worklist

front-end: $(web_built) ## the browser application, when its sources have changed

format: ## writes Rust in the agreed form
	cargo fmt --all

postgres: ## a private PostgreSQL for running tests by hand: prints its URL for LYSBRO_TEST_PG
	@tests/tools/postgres.sh start

set-up:
	@tests/tools/set-up.sh

# npm writes this file when it has installed what package-lock.json says.
$(web_packages): $(web)/package-lock.json $(web)/package.json
	npm --prefix $(web) ci --no-audit --no-fund
	@touch $@

$(web_built): $(web_packages) $(web_sources)
	npm --prefix $(web) run build
	@touch $@
