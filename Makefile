# The two commands that matter: `make demo` and `make test`. Both do their own set-up.

# Fewer gigabytes and no slower here: the cost is in the dependencies.
export CARGO_INCREMENTAL := 0

web := services/web/app
web_packages := $(web)/node_modules/.package-lock.json
web_built := $(web)/dist/index.html
# What the front end is made of; without dist and node_modules.
web_sources := $(shell find $(web) \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: help demo test layout faults faults-order faults-eio faults-retries faults-writes faults-leases faults-outage faults-uploads faults-restore faults-cuts faults-hostile api-fuzz fuzz-pictures bench-claims bench-images bench-import bench-ingest bench-submit bench-uptake bench-worklist front-end format postgres set-up

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: set-up front-end ## the whole service on this machine with synthetic people; PORT=8080 chooses the port
	cargo build --workspace
	@exec target/debug/lysbro demo $(if $(PORT),--port $(PORT))

test: set-up ## every check and test; SUITES="lints rust" runs only those
	@tests/tools/suites.sh $(SUITES)

faults: set-up front-end ## kills under load, then the client's ledger judges: KILLS=200 SEED=1 DEPLOYMENT=embedded|separate
	cargo build --workspace
	@target/debug/faults storm --kills $(or $(KILLS),200) --seed $(or $(SEED),1) --deployment $(or $(DEPLOYMENT),embedded)

faults-order: set-up front-end ## by strace: every acknowledgement leaves after the syncs of what it promises (SUBMISSIONS=500)
	@tests/tools/strace.sh >/dev/null
	cargo build --workspace
	@target/debug/faults order --submissions $(or $(SUBMISSIONS),500) --seed $(or $(SEED),1)

faults-eio: set-up front-end ## by strace: the n-th sync fails, nothing more is acknowledged, nothing is lost (SYNCS=1-50)
	@tests/tools/strace.sh >/dev/null
	cargo build --workspace
	@target/debug/faults eio --syncs $(or $(SYNCS),1-50) --seed $(or $(SEED),1)

api-fuzz: set-up front-end ## schemathesis over the API's description; EXAMPLES=50 per operation, SEED=1
	cargo build --workspace
	@tests/tools/api-fuzz.sh

fuzz-pictures: set-up ## libFuzzer over recognition, EXIF, the strip, our JPEG decoder and the whole way of every format: TARGETS="check exif strip jpeg render" side by side, SECONDS=3600 each
	@SECONDS_EACH=$(or $(SECONDS),3600) tests/tools/fuzz-pictures.sh $(TARGETS)

bench-claims: set-up front-end ## eight specialists claiming at once, beside plain updates by key
	@tests/tools/bench.sh claims

bench-images: set-up front-end ## derivatives and tiles beside libvips, likeness, the child's memory, the strip beside a hash; ROUNDS=9
	@tests/tools/bench-images.sh

bench-import: set-up front-end ## a register of 5,000 practices from a file, beside the database's floor
	@tests/tools/bench.sh import

bench-ingest: set-up front-end ## a photograph until it is safe, beside nginx and a put; until its copies are made, beside Orthanc
	@tests/tools/bench-ingest.sh

bench-submit: set-up front-end ## submissions, the access log and the log's readers, beside the database's floor
	@tests/tools/bench.sh submit

bench-uptake: set-up front-end ## a rebuild of the study's record beside a bare insert; its pages from 94 to 5,000 practices
	@tests/tools/bench.sh uptake

bench-worklist: set-up front-end ## a million waiting referrals: pages and badges, beside a bare select of ids
	@tests/tools/bench.sh worklist

.PHONY: access-timing
access-timing: set-up front-end ## absent and forbidden side by side: time and SQL statements per route; ROUNDS=500
	cargo build --workspace --bins
	@export LYSBRO_BIN=$(CURDIR)/target/debug/lysbro LYSBRO_TEST_PG=$$(tests/tools/postgres.sh start timing) && \
		trap 'tests/tools/postgres.sh stop timing' EXIT && ROUNDS=$(ROUNDS) target/debug/access-timing

front-end: $(web_built) ## the browser application, when its sources have changed

format: ## writes Rust in the agreed form
	cargo fmt --all

postgres: ## a private PostgreSQL for running tests by hand: prints its URL for LYSBRO_TEST_PG
	@tests/tools/postgres.sh start

# One module of the suite with its own PostgreSQL: $(call faults,MODULE,SETTINGS).
define faults
	cargo build --workspace --all-targets
	@export LYSBRO_TEST_PG=$$(tests/tools/postgres.sh start faults) LYSBRO_BIN=$(CURDIR)/target/debug/lysbro; \
	    $(2) cargo test --workspace --test suite $(1) -- --nocapture; status=$$?; tests/tools/postgres.sh stop faults; exit $$status
endef

faults-retries: set-up front-end ## every mutating request 1 to 5 times at once, some answers lost; REQUESTS=10000
	$(call faults,retries::,LYSBRO_RETRIES=$(or $(REQUESTS),10000))

faults-writes: set-up front-end ## every kind of write fails once: all or nothing
	$(call faults,write_faults::,)

faults-leases: set-up front-end ## workers, readers and senders that sleep past their leases; PAUSES=1000
	$(call faults,leases::,LYSBRO_PAUSES=$(or $(PAUSES),1000))

faults-outage: set-up front-end ## the object store away in five ways, MINUTES=10 each
	$(call faults,outage::,LYSBRO_OUTAGE_MINUTES=$(or $(MINUTES),10))

faults-cuts: set-up front-end ## uploads over lines that break at every 64 KiB and anywhere; CUTS=5000 on each deployment, SEED=1
	$(call faults,cuts::,LYSBRO_CUTS=$(or $(CUTS),5000) LYSBRO_SEED=$(or $(SEED),1))

faults-hostile: set-up front-end ## odd and broken files through a real process: FILES=2000 changed ones, and all that are made
	$(call faults,hostile::,LYSBRO_HOSTILE=$(or $(FILES),2000))

layout: set-up front-end ## separate services, PostgreSQL, S3 store and nginx as processes of this machine: deploy/layout.sh
	cargo build --workspace
	@deploy/layout.sh start

faults-uploads: set-up front-end ## uploads whose replica is killed, finished by the other; UPLOADS=200 says how many
	cargo build --workspace
	@npm --prefix tests/browser ci --no-audit --no-fund --silent
	@PYTHON=$$(tests/tools/python.sh) UPLOADS=$(or $(UPLOADS),200) node tests/tools/with-layout.mjs \
		node --test --test-reporter=tap tests/browser/layout/uploads.test.mjs

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
