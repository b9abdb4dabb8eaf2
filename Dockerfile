# docker build -t shuzi . && docker run --rm -p 127.0.0.1:8000:8000 shuzi        (docs/how-to/serving.md says more)

FROM node:24-slim AS page
WORKDIR /shuzi/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
# the page says and reads with what the project's own files hold, and names the lessons
COPY pyproject.toml ../
COPY course/ ../course/
COPY src/ ../src/
RUN npm run build

FROM python:3.13-slim AS wheel
WORKDIR /shuzi
RUN python -m venv /venv
COPY requirements/container.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/container.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY src/ src/
COPY --from=page /shuzi/src/shuzi/service/page/ src/shuzi/service/page/
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin shuzi
COPY --from=wheel /venv /venv
ENV PATH="/venv/bin:$PATH" PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["shuzi", "serve", "--host", "0.0.0.0", "--port", "8000"]
