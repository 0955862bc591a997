# The program and the libraries of requirements.lock, and nothing else: no compiler, no tests, no secret. docs/deploying.md
ARG PYTHON=3.13
ARG DEBIAN=trixie

FROM python:${PYTHON}-slim-${DEBIAN} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /source
RUN python -m venv /opt/caseaudit
COPY requirements.lock ./
RUN /opt/caseaudit/bin/python -m pip install --require-hashes --only-binary :all: -r requirements.lock
COPY . ./
RUN /opt/caseaudit/bin/python -m pip install --no-deps --no-index --no-build-isolation . \
 && /opt/caseaudit/bin/python -m compileall -q -j 0 /opt/caseaudit/lib \
 && /opt/caseaudit/bin/python -m pip uninstall --yes --quiet pip setuptools

FROM python:${PYTHON}-slim-${DEBIAN}
# Pango lays out PDFs. The fonts: one as wide as Arial, and one with signs that it lacks.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 caseaudit \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/caseaudit --no-create-home --shell /usr/sbin/nologin caseaudit \
 && install -d -o 10001 -g 10001 -m 0700 \
    /var/lib/caseaudit /var/lib/caseaudit/record /var/lib/caseaudit/columns /var/lib/caseaudit/person-keys \
    /var/lib/caseaudit/witness /var/cache/caseaudit \
 && install -d -m 0755 /etc/caseaudit /etc/caseaudit/policy /run/caseaudit
COPY --from=build /opt/caseaudit /opt/caseaudit
ENV PATH=/opt/caseaudit/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/var/cache/caseaudit \
    CASEAUDIT_DATABASE=/var/lib/caseaudit/record/case.sqlite \
    CASEAUDIT_COLUMNS=/var/lib/caseaudit/columns/files
# Everything else may be read-only. /tmp must be there and writable too: in memory is best.
#   record       an SQLite record, its access log and its locks; unused with PostgreSQL
#   columns      arrays from which lists are read; made anew when lost; shared by the site and the follower
#   person-keys  where `caseaudit keys move` puts the keys of persons; back it up by itself, not with the record
#   witness      where checkpoints are handed, unless CASEAUDIT_WITNESS is an address; best a share that somebody else keeps
#   cache        what is read from policy once; made anew when lost
VOLUME ["/var/lib/caseaudit/record", "/var/lib/caseaudit/columns", "/var/lib/caseaudit/person-keys", "/var/lib/caseaudit/witness", \
        "/var/cache/caseaudit"]
WORKDIR /var/lib/caseaudit
USER 10001:10001
EXPOSE 8000 9100
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-m", "web.server.ask_probe", "127.0.0.1:9100/readyz"]
ENTRYPOINT ["caseaudit"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--probes", "0.0.0.0:9100", "--behind-proxy"]
