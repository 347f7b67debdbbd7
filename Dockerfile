# The whole service in one image: `serve` (the default), `worker`, `migrate`, `import`.
FROM python:3.11-slim

WORKDIR /app

# Packages first: they change less often than the program.
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY pyproject.toml README.md LICENSE ./
COPY api ./api
COPY schema ./schema
COPY jobs ./jobs
COPY ingest ./ingest
COPY db ./db
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --system --uid 10001 --home-dir /data --create-home broadsheet

ARG COMMIT=
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BROADSHEET_COMMIT=$COMMIT \
    BROADSHEET_HOST=0.0.0.0 \
    BROADSHEET_DATA_DIR=/data

USER broadsheet
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=20s --retries=3 CMD ["broadsheet", "alive", "server"]
ENTRYPOINT ["broadsheet"]
CMD ["serve"]
