# Three stages: the boards, the wheel, and a small image that holds neither compilers nor sources.
FROM node:22.20.0-bookworm-slim AS boards
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend ./
RUN npm run build

FROM python:3.11.14-slim-bookworm AS wheel
WORKDIR /build
COPY requirements/runtime.txt requirements/
RUN python -m venv /opt/lightship && /opt/lightship/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY requirements/build.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md ./
COPY config config
COPY services services
COPY simulations simulations
COPY benchmarks benchmarks
COPY --from=boards /build/frontend/dist frontend/dist
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /build/wheels . \
    && /opt/lightship/bin/pip install --no-deps --no-cache-dir /build/wheels/*.whl

FROM python:3.11.14-slim-bookworm
LABEL org.opencontainers.image.title="Lightship" \
      org.opencontainers.image.description="The real-time system-flow command centre of an NHS integrated care system" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 lightship && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home lightship \
    && install -d -o 10001 -g 10001 -m 0700 /data /keys
COPY --from=wheel /opt/lightship /opt/lightship
ENV PATH=/opt/lightship/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME ["/data", "/keys"]
ENTRYPOINT ["lightship"]
CMD ["--help"]
