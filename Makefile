# Storehand. `make` alone lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export CGO_ENABLED ?= 0
LISTEN ?= 127.0.0.1:8080
BENCH_ROWS ?= 10000,100000,1000000
LINT_VERSION := v2.15.0
BIN := $(CURDIR)/.cache/bin

## help: list the targets
.PHONY: help
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | awk -F': ' '{printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}'

## run: start the demo shop (LISTEN=127.0.0.1:8080) and print how to sign in
.PHONY: run
run:
	go run ./cmd/storehand demo --listen $(LISTEN)

## build: build the one binary into bin/
.PHONY: build
build:
	go build -trimpath -ldflags '-s -w' -o bin/storehand ./cmd/storehand

## test: install what tests need, then run every test on both engines and in the browser
.PHONY: test
test: needs
	./scripts/test.sh

## test-fast: the tests of packages only, without browser and race runs
.PHONY: test-fast
test-fast:
	go test ./...

## needs: install PostgreSQL, Chromium and Varnish by apt when root, otherwise say what to install
.PHONY: needs
needs:
	./scripts/needs.sh

## bench: print the performance table of docs/performance.md, on SQLite and PostgreSQL
.PHONY: bench
bench: needs
	go run ./internal/bench --rows $(BENCH_ROWS)
	go test ./internal/app -run '^$$' -bench 'PlaceOrder|Invoice' -benchtime 300x

## lint: formatting, vet, golangci-lint, generated files and structure
.PHONY: lint
lint: generate-check
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run gofmt -w on these'; exit 1; }
	go vet ./...
	@want=$$(awk '$$1 == "modernc.org/libc" {print $$2}' "$$(go list -m -f '{{.Dir}}' modernc.org/sqlite)/go.mod"); have=$$(go list -m -f '{{.Version}}' modernc.org/libc); \
		[ "$$want" = "$$have" ] || { echo "modernc.org/libc is $$have, the SQLite driver was made with $$want"; exit 1; }
	@test -x $(BIN)/golangci-lint || GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	$(BIN)/golangci-lint run ./...

## generate: turn .templ files into Go
.PHONY: generate
generate:
	go tool -modfile=tools/go.mod templ generate -path ./internal

# The generated files are committed; they must be what the generator makes now.
.PHONY: generate-check
generate-check: generate
	@git diff --exit-code --stat -- '*_templ.go' || { echo 'generated files were stale: commit them'; exit 1; }

## assets: copy the vendored front-end files from the npm registry, by lockfile
.PHONY: assets
assets:
	./scripts/assets.sh

## schema: write the whole schema of both engines to internal/sqldb/schema.sql
.PHONY: schema
schema:
	go test ./internal/sqldb -run TestTheSchemaDumpIsCurrent -update

## orders: write the tables of states into docs/orders.md
.PHONY: orders
orders:
	go test ./internal/sales -run TestTheTablesOfStates -update

## screenshots: take the screenshots of the main pages into screenshots/
.PHONY: screenshots
screenshots: needs
	SCREENSHOTS=$(CURDIR)/screenshots go test ./e2e -run TestScreenshots -count=1 -v

## fuzz: run each fuzz target for a while
.PHONY: fuzz
fuzz:
	./scripts/fuzz.sh 30s

## soak: run the proofs that `make test` shortens at full length, and print their figures
.PHONY: soak
soak: needs
	./scripts/soak.sh

## release: build static binaries for all platforms into dist/
.PHONY: release
release:
	./scripts/release.sh
