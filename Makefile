# PlatformLink. `make demo` shows it, `make test` proves it; both set up what they need.
PYTHON ?= python3
RUNS ?= 60
SEED ?= 7
SPOKEN ?= en
BIN := .venv/bin
RUN_PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig \
  fonts-inter fonts-jetbrains-mono fonts-noto-core fonts-symbola
TEST_PACKAGES := chromium poppler-utils qpdf softhsm2 dovecot-imapd openssl \
  default-jre-headless libjaxb-java
STAMP := .venv/.stamp-$(shell cat requirements.lock platformlink/web/package-lock.json platformlink/web/assets.py pyproject.toml | cksum | cut -d' ' -f1)

.PHONY: setup demo test check bench drill clean lock words screenshots look system-run system-test

setup: system-run $(STAMP)

# Install with apt-get where we may, else say the exact command; no service is started (RUNLEVEL).
define need
	@missing=""; for one in $(1); do \
	  dpkg-query -W -f='$${Status}' $$one 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$one"; done; \
	if [ -n "$$missing" ] && command -v apt-get >/dev/null; then \
	  if [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  elif sudo -n true 2>/dev/null; then \
	    sudo apt-get update -qq && sudo RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else echo "Please run:  sudo apt-get install$$missing" >&2; exit 1; fi; \
	elif [ -n "$$missing" ]; then echo "Not a Debian system: please install what these Debian packages hold:$$missing" >&2; fi
endef

system-run:
	$(call need,$(RUN_PACKAGES))

system-test: setup
	$(call need,$(TEST_PACKAGES))

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	@# uv is quicker by a minute where it is there and has a way to the packages; pip always has.
	@test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) .venv 2>/dev/null || $(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Please run:  sudo apt-get install python3-venv" >&2; exit 1; }
	@uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock 2>/dev/null || \
	  { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements.lock; }
	@# Some packages hold examples in other dialects: what does not compile is no harm.
	$(BIN)/python -m compileall -qq -j 2 platformlink .venv/lib & $(BIN)/python -m platformlink.web.assets; made=$$?; wait; exit $$made
	@printf '#!/bin/sh\nexec "%s/$(BIN)/python" -m platformlink "$$@"\n' "$(CURDIR)" > $(BIN)/platformlink && chmod +x $(BIN)/platformlink
	@echo "$(CURDIR)" > $$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/platformlink.pth
	@rm -f .venv/.stamp-* && touch $@

demo: setup
	$(BIN)/platformlink demo

test: system-test
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/platformlink protocols check

bench: setup
	@for one in tests/bench/bench_*.py; do $(BIN)/python $$one || exit 1; done

# Everything is killed while people work; then it is counted what was promised and kept.
drill: setup
	$(BIN)/python -m tests.faults.drill --runs $(RUNS) --seed $(SEED)

# After a change of dependencies in pyproject.toml; needs uv.
lock:
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --group dev \
	  --no-emit-index-url --no-header pyproject.toml -o requirements.lock

# Words of pages and refusals that are new or gone, into every language's catalogue.
words: setup
	$(BIN)/pybabel -q extract -F pyproject.toml --no-location --sort-output -o words.pot .
	$(BIN)/pybabel -q update -i words.pot -d platformlink/web/locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	@rm words.pot

screenshots: system-test
	$(BIN)/python -m tests.stories.screenshots tests/stories/pictures

# Every page, empty, typical and full, wide and narrow, light and dark, and read by axe.
look: system-test
	$(BIN)/python -m tests.stories.look looked --language $(SPOKEN)

clean:
	rm -rf .venv data looked .mypy_cache .ruff_cache .pytest_cache .hypothesis
