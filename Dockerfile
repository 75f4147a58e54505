# biaochi 标尺 as an image; compose.yaml runs it beside its database, Prometheus and Grafana.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/biaochi && python -m venv /opt/build

# The locked packages before the code: a layer that only changes with the locks.
COPY requirements.lock requirements-dev.lock ./
RUN /opt/biaochi/bin/pip install --require-hashes -r requirements.lock \
    && /opt/build/bin/pip install --require-hashes -r requirements-dev.lock

COPY . .
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/biaochi/bin/pip install --no-deps /wheels/*.whl

FROM python:3.11-slim-bookworm
# The font of charts.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-wqy-microhei=0.2.0-* \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --user-group --uid 10001 --create-home biaochi
COPY --from=build /opt/biaochi /opt/biaochi
ENV PATH=/opt/biaochi/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
RUN mkdir /home/biaochi/spool
WORKDIR /home/biaochi
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["biaochi", "serve"]
