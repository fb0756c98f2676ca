#!/usr/bin/env bash
# assemble-production.sh DIRECTORY - puts what the API and workers need to run, and nothing else, into DIRECTORY: the bundled
# programs, the dashboard, the optimised engine, and the packages of production, as the lockfile has them. Run it in a checkout
# that is built; the Dockerfile does so, and so does a test.
set -euo pipefail

mkdir -p "$1"
target=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
cp package.json package-lock.json "$target"/
# npm wants to see every package that the lockfile names.
for package in apps/* shared/* tests; do
  [ -f "$package/package.json" ] || continue
  mkdir -p "$target/$package"
  cp "$package/package.json" "$target/$package"/
done
cp -R dist "$target"/
cp -R apps/web/dist "$target/apps/web"/
mkdir -p "$target/shared/sandbox/engine"
cp shared/sandbox/engine/* "$target/shared/sandbox/engine"/
cd "$target"
npm ci --omit=dev --ignore-scripts --no-audit --no-fund --workspace apps/api --workspace apps/worker
