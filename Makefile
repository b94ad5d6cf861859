# One way to do each thing; `make help` lists them.
SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help

# Two builds at once would write over each other's target/. What `test` does at once gets along: unit tests leave the zip alone.
ifndef PAIRED
.NOTPARALLEL:
endif

# JDK 25: JAVA_HOME if it is one, else the first in the usual places. `tools` explains its absence: most targets need none.
JAVA_HOME := $(or $(shell bin/find-jdk 2>/dev/null),$(JAVA_HOME))
export JAVA_HOME
# Python 3.10 to 3.14: this one, or what bin/find-python finds.
PYTHON ?=
VENV := .venv
VENV_READY := $(VENV)/.ready
PY := $(VENV)/bin/python
# Maven's own libraries use what JDK 25 warns about; the warnings would hide ours.
# A build is over before the JIT compiler's second tier or a parallel garbage collector pays for itself.
export MAVEN_OPTS := -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow $(MAVEN_OPTS)
# Further options stand in .mvn/maven.config.
MVN := mvn --quiet

ZIP := target/certsweep.zip
# Made with the zip.
AUDIT := target/certsweep-audit.jar
# What the audit's report names as its source: the commit that last changed it, and whether it was changed since.
SOURCE := src/main pom.xml
NAMED = -Dcommit='$(or $(COMMIT),unknown)'
COMMIT_FILE := target/commit
COMMIT = $(shell git log -1 --format=%H -- $(SOURCE) 2>/dev/null || true)$(shell [ -z "$$(git status --porcelain -- $(SOURCE) 2>/dev/null)" ] || echo +changes)
# What is in it: Maven writes it with the zip.
SBOM := target/certsweep.cdx.json
TEMPLATE := target/cloudformation/certsweep.yaml

# Deployment: the stack's name, the bucket its code is uploaded to, the template's parameters (Name=value ...).
STACK ?= certsweep
BUCKET ?=
PARAMETERS ?=
# Organizational units, or the organization's root, separated by commas.
UNITS ?=
WAIT ?= 0
# Of what a target runs: `make audit`, `make bench` and `make soak` take some.
ARGUMENTS ?=
AWS ?= $(VENV)/bin/aws
PACKAGED := target/cloudformation/packaged.yaml

SOURCES := pom.xml LICENSE $(shell find src/main -type f) $(wildcard .mvn/*)

.PHONY: help
help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: tools
tools:
	@bin/find-jdk >/dev/null
	@command -v mvn >/dev/null || { echo "No Maven found. Install Maven 3.8.6 or later (Debian, Ubuntu: maven)." >&2; exit 1; }

# A run of the tests starts hundreds of Pythons: each would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE

PIP_INSTALL := $(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes

# The tools of the sandbox, the tests and the demo; pinned with hashes.
$(VENV_READY): requirements-pip.txt requirements.txt
	python=$$(bin/find-python $(PYTHON)) && "$$python" -m venv --clear $(VENV)
	$(PIP_INSTALL) -r requirements-pip.txt
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

.PHONY: package
package: $(ZIP) $(TEMPLATE) ## Build target/certsweep.zip with its SBOM, target/certsweep-audit.jar, and the templates

# The SBOM beside the zip has the zip's alone.
.PHONY: libraries
libraries: tools ## List the libraries of the zip and of the audit command: target/libraries.cdx.json, for scanners
	$(MVN) org.cyclonedx:cyclonedx-maven-plugin:makeBom -DoutputName=libraries.cdx -DoutputFormat=json -DincludeProvidedScope=true

.PHONY: release
release: package ## Pack target/certsweep-X.Y.Z.tar.gz, what a release publishes
	bin/pack-release

$(TEMPLATE): bin/render-template cloudformation/certsweep.yaml $(wildcard remediation/*.yaml)
	bin/render-template

# Written only when it changes: a commit without a change of the sources' times builds the jar again, to name it.
.PHONY: always
$(COMMIT_FILE): always
	@mkdir -p $(@D); commit='$(or $(COMMIT),unknown)'; [ "$$(cat $@ 2>/dev/null)" = "$$commit" ] || echo "$$commit" >$@

$(ZIP): $(SOURCES) $(COMMIT_FILE) | tools
	$(MVN) $(NAMED) -Djacoco.skip -Dmaven.test.skip=true package
	@touch $@

.PHONY: demo
demo: package $(VENV_READY) ## Watch the rule at work on the embedded sandbox
	@$(PY) -m sandbox.demo

.PHONY: audit
audit: package ## Report on the certificates of your account: [ARGUMENTS='--output report']
	@$(JAVA_HOME)/bin/java -jar $(AUDIT) $(ARGUMENTS)

.PHONY: sandbox
sandbox: package $(VENV_READY) ## Start the sandbox and leave it running, for the AWS CLI
	@$(PY) -m sandbox

.PHONY: test
test: tools ## Everything: formatting, static analysis, unit and end-to-end tests
	@$(MAKE) --no-print-directory --jobs 2 PAIRED=yes test-python test-beside || \
	  { echo 'A check failed. Look for "***" above: the others went on after it.' >&2; exit 1; }
	@echo "All checks passed."

# One after the other, beside the tests in Python, which wait a lot. The package has compiled what the Java tests test.
.PHONY: test-beside
test-beside: package $(VENV_READY)
	@$(MAKE) --no-print-directory --keep-going PAIRED= MAIN=-Dmaven.main.skip format-check test-reports reproducible

.PHONY: test-java
test-java: tools ## Java: formatting, compiler and Error Prone warnings, unit tests, coverage
	$(MVN) $(NAMED) $(MAIN) test jacoco:report@coverage jacoco:check@coverage

# The reports that the Java tests write.
REPORT_CHECKS := checks/test_audit_formats.py checks/test_organization_report.py

.PHONY: test-reports
test-reports: test-java $(VENV_READY) ## Hold the reports that the Java tests write to their published schemas
	$(PY) -m pytest --quiet $(REPORT_CHECKS)

# What `make test-java` tries a hundred and fifty times, from one seed so that a build is as good as the next.
TRIES ?= 20000
SEED ?= $(shell date +%s)

.PHONY: fuzz
fuzz: tools ## The properties and the fuzzing of the functions' input, longer and from another seed: [TRIES=20000] [SEED=...]
	$(MVN) test -Djacoco.skip -Dgroups=property -Dtries=$(TRIES) -Dseed=$(SEED)
	@echo "All properties held in $(TRIES) tries each, seed $(SEED)."

# A sandbox for each worker; a file's tests stay together. In the order of testpaths, where the files that take longest come
# first: by itself xdist begins with those of most tests, and one worker ends up alone with the slow ones. Four, whatever the
# processors: tests of timeouts and of waiting runs do little but wait.
PYTEST := $(PY) -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder --quiet

# The end-to-end tests start a JVM two hundred times and more. With a cache of the classes that it loads, each takes less.
.PHONY: aot-cache
aot-cache: package $(VENV_READY)
	$(PY) -m e2e.aot_cache

.PHONY: test-python
test-python: aot-cache ## The sandbox, the template and the runbook, deployment, end-to-end tests, the audit's page
	@bin/find-chromium >/dev/null
	$(PYTEST) $(REPORT_CHECKS:%=--ignore=%)

.PHONY: test-e2e
test-e2e: aot-cache ## Run only the end-to-end tests: the built zip and template on the sandbox
	$(PYTEST) e2e

.PHONY: soak
soak: package $(VENV_READY) ## Break every call in every way; write docs/faults.md if all holds: [ARGUMENTS='--workers 4 --resume']
	$(PY) -m e2e.faults $(ARGUMENTS)

.PHONY: format-check
format-check: $(VENV_READY) ## Formatting, linting and types of the Python
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

.PHONY: format
format: tools $(VENV_READY) ## Format Java and Python
	$(MVN) spotless:apply
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

.PHONY: reproducible
reproducible: package ## Build a second time elsewhere and compare byte for byte
	bin/check-reproducible $(ZIP) $(SBOM)

.PHONY: mutation
mutation: tools ## Mutation testing of all packages but the handlers and clients (PIT)
	$(MVN) -Pmutation test-compile org.pitest:pitest-maven:mutationCoverage

.PHONY: bench
bench: package $(VENV_READY) ## Measure time, memory and calls, and hold them to their targets: [ARGUMENTS='--record']
	$(PY) -m bench $(ARGUMENTS)

.PHONY: bench-peers
bench-peers: package $(VENV_READY) ## Run Prowler and Cloud Custodian beside Certsweep on one account; write docs/peers.md
	$(PY) -m bench.peers

.PHONY: preflight
preflight: $(TEMPLATE) $(VENV_READY) ## Check what a deployment would find missing: [BUCKET=...] [STACK=...] [PARAMETERS='Name=value ...']
	@$(PY) -m deployment.preflight --stack '$(STACK)' --bucket '$(BUCKET)' $(PARAMETERS)

.PHONY: bucket-given
bucket-given:
	@[ -n "$(BUCKET)" ] || { echo "No bucket for the functions' code. Name one of the region: make $(MAKECMDGOALS) BUCKET=..." >&2; exit 1; }

# Uploads the functions' code; what comes out names it.
.PHONY: packaged
packaged: bucket-given package $(VENV_READY)
	@$(PARAMETERS_CHECK) $(PARAMETERS)
	$(AWS) cloudformation package --template-file $(TEMPLATE) --s3-bucket $(BUCKET) --s3-prefix $(STACK) \
	  --output-template-file $(PACKAGED) >/dev/null

.PHONY: deploy
deploy: PARAMETERS_CHECK = $(PY) -m deployment.parameters
deploy: packaged ## Create or update the stack: BUCKET=... [STACK=...] [PARAMETERS='Name=value ...']
	$(AWS) cloudformation deploy --template-file $(PACKAGED) --s3-bucket $(BUCKET) --s3-prefix $(STACK) \
	  --stack-name $(STACK) --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset \
	  $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

.PHONY: units-given
units-given:
	@[ -n "$(UNITS)" ] || { echo "No organizational units. Name them, or the root: make deploy-organization UNITS=ou-...,ou-..." >&2; exit 1; }

# The key has the template's hash in it: of a template under the same key CloudFormation sees no change.
.PHONY: deploy-organization
deploy-organization: STACK = certsweep-organization
deploy-organization: PARAMETERS_CHECK = $(PY) -m deployment.organization
deploy-organization: units-given packaged ## One stack in every account of UNITS=ou-...[,ou-...]: BUCKET=... [PARAMETERS=...]
	key="$(STACK)/$$(sha256sum $(PACKAGED) | cut -c -32).yaml" && \
	$(AWS) s3 cp --only-show-errors $(PACKAGED) "s3://$(BUCKET)/$$key" && \
	$(AWS) cloudformation deploy --template-file cloudformation/organization.yaml --stack-name $(STACK) \
	  --no-fail-on-empty-changeset --parameter-overrides OrganizationalUnitIds=$(UNITS) TemplateBucket=$(BUCKET) \
	  TemplateKey="$$key" $(PARAMETERS)

.PHONY: status
status: $(VENV_READY) ## Say how an installed stack is doing: messages, results, executions, exceptions: [STACK=...]
	@$(PY) -m deployment.status --stack '$(STACK)'

.PHONY: undeploy
undeploy: $(VENV_READY) ## Say what still runs, then remove the stack: [STACK=...] [WAIT=seconds] [YES=1]
	@$(PY) -m deployment.undeploy --stack '$(STACK)' --wait $(WAIT) $(if $(YES),--yes)

.PHONY: clean
clean: ## Remove what was built; keep .venv
	rm -rf target
