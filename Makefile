# make run     train the first network and print its accuracy     训练第一个网络，打印准确率
# make serve   build the page and serve it with the HTTP service  构建网页，和 HTTP 服务一起提供
# make test    run the tests                                      运行测试
# make help    all there is                                       全部目标

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install
PAGE := src/shuzi/service/page/index.html
RUNS := runs/models
# what the page is made from: it has the models, and the sentences of readings
WEB := $(shell find web -type f -not -path 'web/node_modules/*' -not -path '*/__pycache__/*' 2>/dev/null) \
	$(wildcard src/shuzi/models/*.onnx src/shuzi/messages/*/LC_MESSAGES/*.po src/shuzi/forms/ready/*.toml)
STANDALONE := build/standalone/shuzi-full.html
NPM_PACKAGE := build/npm/types/package/index.d.ts
# the Node.js of this machine, if it is new enough for Vite, or else the one that the lock brings
NPM = $(or $(shell node -e "const [a, b] = process.versions.node.split('.'); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)" \
	2>/dev/null && command -v npm),$(abspath $(BIN))/npm)
# `make lock UPGRADE=` keeps what is locked and only adds what is missing
UPGRADE ?= --upgrade
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	-c requirements/constraints.in $(UPGRADE)
# installed once: what is built or tested beside it would lose it for a moment
NODE_MODULES := web/node_modules/.package-lock.json
# each process takes a file after another, in the order of tests/conftest.py: those of minutes first
FILES := --dist loadfile --no-loadscope-reorder
# all of it is marked, and need not be imported to be left out
OUTSIDE := --ignore tests/browser
NODE_SETTINGS := PATH="$(dir $(NPM)):$$PATH" && export NO_UPDATE_NOTIFIER=1
SITE ?= build/site
PACKAGE := pyproject.toml hatch_build.py $(wildcard src/shuzi/messages/*/LC_MESSAGES/*.po)

.PHONY: help run serve page standalone npm docs notebooks web generated test doctest slow long browser check lint types imports messages platforms systems models strokes registers lines ship lock audit release hooks clean
.DEFAULT_GOAL := help

help:
	@echo "make run      train the first network and print its accuracy | 训练第一个网络，打印准确率"
	@echo "make serve    build the page and serve it with the HTTP service | 构建网页，和 HTTP 服务一起提供"
	@echo "make page     build the page only | 只构建网页"
	@echo "make standalone the page without a service: one file, and a folder for any web server | 不需要服务的网页：单个文件，和放到任何网站上的文件夹"
	@echo "make npm      build and pack the npm package in build/npm | 构建并打包 npm 包"
	@echo "make docs     build the documentation in $(SITE) | 构建文档网站"
	@echo "make test     the fast tests | 快的测试"
	@echo "make doctest  the examples in docstrings | 文档字符串里的例子"
	@echo "make slow     the slow tests | 慢的测试"
	@echo "make long     before a release: the lessons' changes and measurements trained again, clusters that lose machines (an hour) | 发布前：课文里让人改的、量的重新训练，集群里不断有机器坏掉（一小时）"
	@echo "make browser  the tests in a browser | 浏览器里的测试"
	@echo "make lint     style, types, import rules | 风格、类型、导入规则"
	@echo "make notebooks the lessons as notebooks in build/notebooks | 把课文做成笔记本"
	@echo "make web      the page's style, types and unit tests | 网页的风格、类型和单元测试"
	@echo "make check    all of it, as CI does | 全部检查，与 CI 相同"
	@echo "make platforms what may fail on other systems, languages and Pythons | 别的系统、语言和 Python 上会不会出错"
	@echo "make systems  of these, wheels and types, which takes no tests | 其中不用跑测试的：预编译包和类型"
	@echo "make generated write what the page takes from Python: types of answers, constants | 更新网页从 Python 取来的类型和常量"
	@echo "make messages compile the sentences after editing a .po file | 改过 .po 之后编译"
	@echo "make models   train, calibrate and ship the models anew (hours) | 重新训练、校准并放进包里（要几小时）"
	@echo "make ship     RUN=runs/… NAME=tiny: ship a trained model | 把训练好的模型放进包里"
	@echo "make lock     resolve the dependencies anew | 重新锁定依赖"
	@echo "make lines    lines, files, docstrings and numbers set by hand | 行数、文件数、文档字符串和手写的数"
	@echo "make audit    known vulnerabilities of what is locked | 锁定的包有没有已知的漏洞"
	@echo "make release  check and build what is published | 检查并构建要发布的东西"
	@echo "make hooks    run the checks before each commit | 每次提交前自动检查"
	@echo "make clean    delete what can be made again | 删除能重新生成的东西"

run: $(VENV)/.for-training
	$(BIN)/shuzi train

serve: $(VENV)/.for-serving $(PAGE)
	$(BIN)/shuzi serve $(SERVE)

page: $(PAGE)

# build/standalone/: shuzi.html, shuzi-full.html (all of MNIST), and shuzi/ for static hosting
standalone: $(STANDALONE)

# build/npm/shuzi-VERSION.tgz
npm: $(NPM_PACKAGE)

# with the page as play/ beside it, to begin without installing anything
docs: $(VENV)/.for-docs $(NODE_MODULES) $(STANDALONE)
	$(BIN)/python tools/site/gather.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --site-dir $(SITE)

notebooks: $(VENV)/.for-docs
	$(BIN)/python tools/course/notebooks.py build/notebooks

test: $(VENV)/.for-developing messages
	$(BIN)/python -m pytest -n auto --maxprocesses 4 $(FILES) $(OUTSIDE) --durations 12

# in a job of its own, for it imports every module
doctest: $(VENV)/.for-developing messages
	$(BIN)/python -m pytest --doctest-modules src

slow: $(VENV)/.for-developing messages $(NODE_MODULES)
	$(BIN)/python -m pytest -m "(heavy or slow) and not long and not cluster and not browser" -n 2 $(FILES) $(OUTSIDE) --durations 12
	$(BIN)/python -m pytest -m "slow and not long and cluster" --durations 12 tests/scale tests/test_privacy.py

long: $(VENV)/.for-developing messages $(NODE_MODULES)
	$(BIN)/python -m pytest -m "long and not cluster and not browser" -n 2 $(FILES) $(OUTSIDE)
	$(BIN)/python -m pytest -m "long and cluster" tests/scale

browser: $(VENV)/.for-developing messages $(PAGE) $(NODE_MODULES)
	$(BIN)/python -m pytest -m browser -n 2 $(FILES) --durations 12 tests/browser
	$(BIN)/python -m pytest -m browser tests/docs # a process holds one browser

web: $(VENV)/.for-developing $(PAGE)
	cd web && PATH="$(dir $(NPM)):$$PATH" && npm run lint && npm test

lint: $(VENV)/.for-developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python web/generate.py --check

check: lint web doctest test slow browser

generated: $(VENV)/.for-developing
	$(BIN)/python web/generate.py

messages: $(VENV)/.for-developing
	$(BIN)/python hatch_build.py

# each run is a folder that an interrupted training goes on in; reader and detector compose their pictures in 8 GB;
# they need pen strokes, line registers, and line-detector learns from real pages where there are any
# (SHUZI_STROKES=unipen.npz SHUZI_REGISTERS=registers SHUZI_PAGES=pages make models); confidence counts real cells of
# tools/sudoku_cells.py, too (SHUZI_CELLS=cells)
models: strokes registers $(addprefix $(RUNS)/,$(addsuffix /card.json,softmax tiny detector line line-detector)) $(RUNS)/default.onnx
	$(BIN)/shuzi evaluate $(RUNS)/tiny --keep
	$(BIN)/shuzi evaluate $(RUNS)/default.onnx --keep
	$(BIN)/shuzi models calibrate $(RUNS)/default.onnx --detector $(RUNS)/detector --line $(RUNS)/line \
		--line-detector $(RUNS)/line-detector $(if $(SHUZI_CELLS),--pictures $(SHUZI_CELLS))
	$(BIN)/python tools/ship.py $(RUNS)/softmax softmax
	$(BIN)/python tools/ship.py $(RUNS)/tiny tiny
	$(BIN)/python tools/ship.py $(RUNS)/detector detector
	$(BIN)/python tools/ship.py $(RUNS)/line line
	$(BIN)/python tools/ship.py $(RUNS)/line-detector line-detector
	$(BIN)/python tools/ship.py $(RUNS)/default.onnx default
	$(BIN)/python tools/fixtures.py
	$(BIN)/python tools/pattern_fixtures.py

strokes: $(VENV)/.for-training
	$(BIN)/shuzi data strokes "$${SHUZI_STROKES:?name UNIPEN or a packed file of it | 请指定 UNIPEN 或打包好的文件}"

registers: $(VENV)/.for-training
	$(BIN)/shuzi data registers "$${SHUZI_REGISTERS:?name a folder of cells of registers | 请指定登记簿单元格的文件夹}"

$(RUNS)/%/card.json: | $(VENV)/.for-training
	if [ -f $(RUNS)/$*/recipe.toml ]; then $(BIN)/shuzi train --resume $(RUNS)/$*; \
		else $(BIN)/shuzi train $* $(or $(HOW_$*),--seed 0) --out $(RUNS)/$*; fi

# what learns from pen strokes becomes less sure of digits by unusual pens; the mean keeps more of both
HOW_reader := --seed 3 --from $(RUNS)/reader-mnist --steps 10000 --learning-rate 0.01 --validate-every 2500
$(RUNS)/reader/card.json: | $(RUNS)/reader-mnist/card.json
$(RUNS)/default.onnx: $(RUNS)/reader/card.json
	rm -f $@
	$(BIN)/python tools/average.py $(RUNS)/reader-mnist $(RUNS)/reader --weight 0.6 \
		--strokes "$$SHUZI_STROKES" --out $@

lines: $(VENV)/.for-developing
	$(BIN)/python tools/lines.py

ship: $(VENV)/.for-training
	$(BIN)/python tools/ship.py $(RUN) $(NAME)
	$(BIN)/python tools/fixtures.py
	$(BIN)/python tools/pattern_fixtures.py

platforms: $(VENV)/.for-developing messages
	$(BIN)/python tools/platforms.py

systems: $(VENV)/.for-developing
	$(BIN)/python tools/platforms.py resolve types

release: $(VENV)/.for-developing messages
	$(BIN)/python tools/release.py check
	$(MAKE) page standalone npm docs
	$(BIN)/python tools/release.py

# known vulnerabilities of what is locked; it asks PyPI about each package
audit: $(VENV)/.for-developing
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements/serve.txt -r requirements/container.txt

# uv and pip come from the lock too, by hash
lock: $(VENV)/.for-developing
	$(LOCK) requirements/pip.in -o requirements/pip.txt
	$(LOCK) pyproject.toml requirements/build.in --extra train -o requirements/train.txt
	$(LOCK) pyproject.toml requirements/build.in --extra train --extra serve \
		-c requirements/train.txt -o requirements/serve.txt
	$(LOCK) pyproject.toml requirements/build.in --extra serve --extra docs \
		-c requirements/serve.txt -o requirements/docs.txt
	$(LOCK) pyproject.toml requirements/build.in --extra train --extra serve --extra scale --extra pictures \
		-c requirements/serve.txt -o requirements/scale.txt
	$(LOCK) pyproject.toml requirements/build.in --extra train --extra serve --extra scale --extra mcp --extra docs --extra dev \
		-c requirements/pip.txt -c requirements/scale.txt -c requirements/docs.txt -o requirements/dev.txt
	$(LOCK) pyproject.toml requirements/build.in --extra serve --extra pictures --extra forms \
		-c requirements/dev.txt -o requirements/container.txt
	$(LOCK) pyproject.toml requirements/build.in requirements/test.in \
		-c requirements/dev.txt -o requirements/core.txt
	$(LOCK) requirements/node.in -o requirements/node.txt

hooks: $(VENV)/.for-developing
	$(BIN)/pre-commit install

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "shuzi needs Python 3.11, 3.12 or 3.13. Name one: make run PYTHON=python3.12"; \
		echo "shuzi 需要 Python 3.11、3.12 或 3.13。可以指定：make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Debian: apt install python3-venv | Debian 请先安装 python3-venv"; exit 1; }
	$(PIP) --require-hashes -r requirements/pip.txt

# the lock first, every file by its hash; then shuzi itself, built with what the lock has installed
$(VENV)/.for-training: $(BIN)/python requirements/train.txt $(PACKAGE)
	$(PIP) --require-hashes -r requirements/train.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.for-serving: $(BIN)/python requirements/serve.txt $(PACKAGE)
	$(PIP) --require-hashes -r requirements/serve.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.for-docs: $(BIN)/python requirements/docs.txt $(PACKAGE)
	$(PIP) --require-hashes -r requirements/docs.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.with-node: $(BIN)/python requirements/node.txt
	$(PIP) --require-hashes -r requirements/node.txt
	@touch $@

$(PAGE): $(WEB) $(NODE_MODULES)
	cd web && $(NODE_SETTINGS) && npm run build
	@touch $@

$(STANDALONE): $(WEB) $(NODE_MODULES)
	cd web && $(NODE_SETTINGS) && npm run build:standalone
	@touch $@

$(NPM_PACKAGE): $(WEB) pyproject.toml src/shuzi/__init__.py $(NODE_MODULES)
	cd web && $(NODE_SETTINGS) && npm run build:npm
	@touch $@

$(NODE_MODULES): web/package-lock.json | $(if $(filter $(abspath $(BIN))/npm,$(NPM)),$(VENV)/.with-node)
	cd web && $(NODE_SETTINGS) && npm ci --no-audit --no-fund
	@touch $@

$(VENV)/.for-developing: $(BIN)/python requirements/dev.txt $(PACKAGE)
	$(PIP) --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@
