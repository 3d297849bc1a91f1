#!/usr/bin/env bash
# Proves that `sam local invoke` runs the functions, on a machine without a container image of Lambda's: it makes one
# from Debian packages. Opt-in, for Linux and root; about five minutes the first time, 400 MB of disk.
#
#   apt-get install --no-install-recommends docker.io debootstrap
#   make validate && sudo tools/sam_local_check.sh [FunctionName events/file.json]...
#
# What it proves: template, events, handlers, layer and Lambda's own runtime client work together. What it does not: the
# image is Debian with Debian's Python, not Amazon Linux with 3.13, and its architecture is this machine's.
#
# It leaves nothing behind: the daemon has a socket, a data folder and no firewall rules of its own, and ends with it.
# KEEP=folder keeps image and downloads for the next time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

SAM=${SAM:-$PWD/.venv-sam/bin/sam}
PYTHON=${PYTHON:-python3}
IMAGE=smartexam-local-check
BRIDGE_ADDRESS=172.31.254.1/24

say() { printf '%s\n' "$*" >&2; }
need() { command -v "$1" > /dev/null || { say "$1 is missing: see the head of this file"; exit 2; }; }

[ "$(id -u)" = 0 ] || { say "It starts a container daemon: run it as root"; exit 2; }
for tool in dockerd docker debootstrap ip "$SAM" "$PYTHON"; do need "$tool"; done

work=$(mktemp -d /tmp/sam-local-check.XXXXXX)
kept=${KEEP:-$work/kept}
mkdir -p "$kept" "$work/project"
export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/docker-config SAM_CLI_TELEMETRY=0
bridge=smartexam$$
bridge=${bridge:0:15}

finish() {
  status=$?
  if [ -f "$work/dockerd.pid" ]; then
    docker ps --quiet | xargs --no-run-if-empty docker rm --force > /dev/null 2>&1 || true
    pid=$(cat "$work/dockerd.pid")
    kill "$pid" 2> /dev/null || true
    tail --pid="$pid" --follow /dev/null 2> /dev/null || true
  fi
  ip link delete "$bridge" 2> /dev/null || true
  [ "$status" = 0 ] || { say "--- the daemon's last lines"; tail -n 15 "$work/dockerd.log" >&2 2> /dev/null || true; }
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

say "Starting a container daemon of its own"
ip link add "$bridge" type bridge
ip addr add "$BRIDGE_ADDRESS" dev "$bridge"
ip link set "$bridge" up
# No firewall rules: published ports go through the daemon's own proxy, and functions need no internet.
dockerd --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/dockerd.pid" \
  --bridge "$bridge" --iptables=false --ip6tables=false --ip-masq=false --ip-forward=false \
  ${DOCKERD_OPTIONS:-} > "$work/dockerd.log" 2>&1 &
deadline=$((SECONDS + 60))
until docker version > /dev/null 2>&1; do
  [ $SECONDS -lt $deadline ] && kill -0 $! 2> /dev/null || { say "The daemon does not start"; exit 1; }
done

if [ ! -f "$kept/rootfs.tar" ]; then
  say "Making a root folder from Debian packages"
  release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
  debootstrap --variant=minbase --include=python3,ca-certificates "$release" "$work/rootfs" "$mirror" > "$work/debootstrap.log"
  version=$(chroot "$work/rootfs" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  "$PYTHON" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" \
    || { say "The image has Python $version: set PYTHON to one of that version"; exit 2; }
  mkdir -p "$work/rootfs/var/runtime" "$work/rootfs/var/task"
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --target "$work/rootfs/var/runtime" awslambdaric
  cat > "$work/rootfs/var/runtime/bootstrap" << 'BOOTSTRAP'
#!/bin/sh
export PYTHONPATH=/var/task:/opt/python:/var/runtime
exec python3 -m awslambdaric "$_HANDLER"
BOOTSTRAP
  chmod +x "$work/rootfs/var/runtime/bootstrap"
  tar --create --file "$kept/rootfs.tar" --directory "$work/rootfs" .
  rm -rf "$work/rootfs"
fi
docker import --change 'ENV LAMBDA_TASK_ROOT=/var/task' --change 'ENV LAMBDA_RUNTIME_DIR=/var/runtime' \
  "$kept/rootfs.tar" "$IMAGE" > /dev/null

say "Building the layer for this machine"
cp -R functions events "$work/project/"
case $(uname -m) in x86_64) architecture=x86_64 ;; *) architecture=arm64 ;; esac
# As sam would build it, but for this machine; the layers that few functions have stay out.
sed "s/Architectures: \[arm64\]/Architectures: [$architecture]/; s/BuildArchitecture: arm64/BuildArchitecture: $architecture/
  s/CompatibleArchitectures: \[arm64\]/CompatibleArchitectures: [$architecture]/" template.yaml > "$work/project/template.yaml"
mkdir -p "$work/project/layers/common/python" "$work/project/layers/google" "$work/project/layers/documents"
"$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps \
  --target "$work/project/layers/common/python" --requirement layers/common/requirements.txt
cp -R layers/common/smartexam "$work/project/layers/common/python/"

[ $# -gt 0 ] || set -- DocsFunction events/docs/openapi.json ExamsFunction events/exams/list.json
# Without them sam asks the machine's metadata for credentials, for seconds.
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1
failed=0
while [ $# -gt 1 ]; do
  answer=$(cd "$work/project" && "$SAM" local invoke "$1" --event "$2" --skip-pull-image --invoke-image "$IMAGE" 2> "$work/sam.log") || true
  # An answer, whatever it says: without a database most requests are refused, in the API's one shape.
  if printf '%s' "$answer" | "$PYTHON" -c 'import json, sys; assert "statusCode" in json.load(sys.stdin)' 2> /dev/null; then
    say "ok      $1 $2: status $(printf '%s' "$answer" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["statusCode"])')"
  else
    say "FAILED  $1 $2: $answer"
    tail -n 15 "$work/sam.log" >&2
    failed=1
  fi
  shift 2
done
exit $failed
