#!/usr/bin/env bash
# make-base-images.sh - local stand-ins for the base images that the Dockerfiles and compose files name, for a Debian
# machine that reaches Debian's packages and npm's registry but no registry of containers.
#
#   sudo infra/images/make-base-images.sh                 every base image that the test of compose needs
#   sudo infra/images/make-base-images.sh --force debian:bookworm-slim
#
# A tag that is there already, pulled or made, is left alone; --force makes stand-ins again, and never replaces a pulled
# image. What is inside is what this machine has, whatever the tag says: this machine's own Node.js and npm; Debian's
# Redis, PostgreSQL and Prometheus. Needs root, a Docker engine that answers, and debootstrap (installed when missing).
#
# Environment: STANDIN_CA  bundle of certificates that the images trust (default: this machine's)
set -euo pipefail

suite=bookworm
ca=${STANDIN_CA:-/etc/ssl/certs/ca-certificates.crt}
base=standin/debian:$suite
defaults=(debian:bookworm-slim node:24-bookworm-slim redis:7-bookworm postgres:17-bookworm prom/prometheus:v3.5.0)
force=
base_done=
work=

say() { printf 'make-base-images: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# True when the tag has to be made, or made again.
wanted() {
  docker image inspect "$1" >/dev/null 2>&1 || return 0
  [ -n "$force" ] && [ -n "$(docker image inspect -f '{{index .Config.Labels "standin"}}' "$1")" ]
}

install_debootstrap() {
  command -v debootstrap >/dev/null && return
  say "installing debootstrap"
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends debootstrap >/dev/null
}

# The mirror that apt uses on this machine for its main archive.
mirror() {
  # shellcheck disable=SC2016 # apt's own format, not the shell's
  apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' 2>/dev/null |
    awk -v s="$suite" '$2 == s { print $1; exit }'
}

# build TAG < Dockerfile, with $work/context around it. The network of this machine, so that names resolve as they do
# here; the classic builder, since the other one needs a plugin that Debian does not package.
build() {
  say "building $1"
  DOCKER_BUILDKIT=0 docker build --network host --label standin="$base" -t "$1" -f - "$work/context" >"$work/build.log" 2>&1 ||
    { tail -n 30 "$work/build.log" >&2; die "building $1 failed"; }
}

fresh_context() { rm -rf "$work/context" && mkdir -p "$work/context"; }

make_debian() {
  [ -z "$base_done" ] && wanted "$base" || return 0
  base_done=1
  say "debootstrap $suite"
  local root=$work/root
  # shellcheck disable=SC2046 # no mirror known: no argument, debootstrap's default
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" $(mirror) >"$work/debootstrap.log" 2>&1 ||
    { tail -n 20 "$work/debootstrap.log" >&2; die "debootstrap failed"; }
  cat "$ca" >"$root/etc/ssl/certs/ca-certificates.crt"
  # As the official slim images: no caches, no documents, no services that apt starts.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/{doc,man,info,locale}/*
  tar -C "$root" --numeric-owner -c . | docker import --change 'CMD ["bash"]' \
    --change 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' --change "LABEL standin=$base" - "$base" >/dev/null
  rm -rf "$root"
}

make_node() {
  local npm
  fresh_context
  npm=$(readlink -f "$(command -v npm)") # …/npm/bin/npm-cli.js
  cp "$(node -p process.execPath)" "$work/context/node" # the binary, where PATH has a version manager's wrapper
  mkdir "$work/context/npm" && cp -a "${npm%/bin/npm-cli.js}/." "$work/context/npm/"
  # NODE_EXTRA_CA_CERTS: Node.js has its own list of authorities and does not read the system's.
  build "$1" <<DOCKER
FROM $base
RUN groupadd -g 1000 node && useradd -u 1000 -g node -s /bin/bash -m node
COPY node /usr/local/bin/
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && node --version && npm --version
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
DOCKER
}

make_redis() {
  fresh_context
  build "$1" <<DOCKER
FROM $base
RUN groupadd -r -g 999 redis && useradd -r -u 999 -g redis redis && apt-get update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends redis-server && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* && mkdir /data && chown redis:redis /data
VOLUME /data
WORKDIR /data
CMD ["redis-server"]
DOCKER
}

make_postgres() {
  fresh_context
  # What the official entrypoint does at the first start, and nothing more of it.
  cat >"$work/context/docker-entrypoint.sh" <<'SH'
#!/bin/sh
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
  printf '%s' "$POSTGRES_PASSWORD" >/tmp/password
  initdb -D "$PGDATA" -U "$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start >/dev/null
  [ "$POSTGRES_DB" = postgres ] || createdb -U "$POSTGRES_USER" -h /var/run/postgresql "$POSTGRES_DB"
  pg_ctl -D "$PGDATA" -m fast -w stop >/dev/null
fi
exec "$@" -c listen_addresses='*'
SH
  chmod 755 "$work/context/docker-entrypoint.sh"
  build "$1" <<DOCKER
FROM $base
RUN groupadd -r -g 999 postgres && useradd -r -u 999 -g postgres -d /var/lib/postgresql postgres && apt-get update -q && \
    mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* && mkdir -p /var/lib/postgresql/data /var/run/postgresql && \
    chown -R postgres:postgres /var/lib/postgresql /var/run/postgresql
ENV PATH=/usr/lib/postgresql/15/bin:\$PATH PGDATA=/var/lib/postgresql/data
COPY docker-entrypoint.sh /usr/local/bin/
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
DOCKER
}

make_prometheus() {
  fresh_context
  build "$1" <<DOCKER
FROM $base
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends prometheus && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* && mkdir -p /prometheus && chown nobody:nogroup /prometheus && \
    ln -s /usr/bin/prometheus /usr/bin/promtool /bin/ 2>/dev/null || true
VOLUME /prometheus
USER nobody
ENTRYPOINT ["prometheus"]
DOCKER
}

while [ $# -gt 0 ]; do
  case $1 in
    --force) force=1; shift ;;
    -h | --help) sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0"; exit ;;
    -*) die "unknown option $1" ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || set -- "${defaults[@]}"
[ "$(id -u)" = 0 ] || die "run as root"
docker info >/dev/null 2>&1 || die "no Docker engine answers"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
install_debootstrap
for tag in "$@"; do
  if ! wanted "$tag"; then say "$tag is there"; continue; fi
  make_debian
  repository=${tag%%:*}
  case ${repository##*/} in
    debian) docker tag "$base" "$tag" ;;
    node | redis | postgres | prometheus) "make_${repository##*/}" "$tag" ;;
    *) die "$tag: no recipe" ;;
  esac
  say "$tag: $(($(docker image inspect -f '{{.Size}}' "$tag") / 1000000)) MB"
done
