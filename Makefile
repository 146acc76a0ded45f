# A fresh machine needs python3 (with venv) and make; uv comes into the project's own environment.
export UV_PYTHON_DOWNLOADS = never
export UV_SYSTEM_CERTS = 1
export UV_COMPILE_BYTECODE = 1
# Hundreds of tests start the program: it is compiled once, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE
UV = .uv/bin/uv
PROOFS = tests/analytics tests/corpus tests/explain tests/lineage tests/lake/test_equality.py

.PHONY: demo docs test lint style types layers format fuzz proof bench bench-memory bench-files bench-lake

# A small fleet with one incident, as real .evtx files, and the hunt through it.
demo: .venv/ready
	$(UV) run --locked carhound simulate squiblydoo-url unsigned-dll-user-folder --hosts 3 --days 2 \
		--format evtx --out demo/ --force --quiet
	$(UV) run --locked carhound hunt --exit-zero --report demo-report.html demo/

test: lint
	$(UV) run --locked pytest -q -n auto

fuzz: .venv/ready
	CARHOUND_FUZZ=$${CARHOUND_FUZZ:-50000} $(UV) run --locked pytest -q tests/readers/test_fuzz.py

# Each run is kept in bench/runs/. BENCH_SCALE=0.2 BENCH_ROUNDS=1 for a quick look, which is only printed.
bench: bench-memory bench-files bench-lake

bench-memory: .venv/ready
	$(UV) run --locked python bench/memory.py

bench-files: .venv/ready
	$(UV) run --locked python bench/files.py

# 50 million events: 20 GB of room and half an hour. CARHOUND_BENCH_EVENTS=2000000 for a quick look.
bench-lake: .venv/ready
	$(UV) run --locked python bench/lake.py

# Skipping and several processes change nothing: what compares runs is run in every way of reading. An hour.
proof: .venv/ready
	CARHOUND_SKIPPING=off $(UV) run --locked pytest -q -n auto $(PROOFS)
	for processes in 1 2 4; do \
		CARHOUND_PROCESSES=$$processes $(UV) run --locked pytest -q -n auto $(PROOFS) || exit 1; \
	done

lint: .venv/ready
	$(MAKE) --no-print-directory --jobs=2 --output-sync style types layers

style:
	$(UV) run --locked ruff check .
	$(UV) run --locked ruff format --check .

types:
	$(UV) run --locked mypy

layers:
	$(UV) run --locked lint-imports

# The pages that are made from the code.
docs: .venv/ready
	$(UV) run --locked python -m tests.repo.spl_page

format: .venv/ready
	$(UV) run --locked ruff check --fix .
	$(UV) run --locked ruff format .

$(UV):
	python3 -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

.venv/ready: $(UV) pyproject.toml uv.lock
	$(UV) sync --locked --quiet
	touch $@
