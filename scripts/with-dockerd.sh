#!/usr/bin/env bash
# Owns a Docker engine for the length of one command, where none answers: a daemon of our own, in a
# folder that goes with it, without a bridge and without a rule in the machine's firewall. Needs root,
# and dockerd (`apt-get install docker.io`); without it the command runs as it is.
#
#   scripts/with-dockerd.sh npm run test:containers
set -euo pipefail

if docker version >/dev/null 2>&1 || ! command -v dockerd >/dev/null; then
  exec "$@"
fi

folder=$(mktemp -d)
socket="unix://$folder/docker.sock"
dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" \
  --host "$socket" --bridge=none --iptables=false --ip6tables=false >"$folder/log" 2>&1 &
daemon=$!
end() {
  kill "$daemon" 2>/dev/null || true
  wait "$daemon" || true
  # What host networking was mounted as; the daemon leaves it.
  umount "$folder/exec/netns/default" 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT

for _ in $(seq 1 120); do
  if docker --host "$socket" version >/dev/null 2>&1; then break; fi
  if ! kill -0 "$daemon" 2>/dev/null; then
    echo "dockerd did not start:" >&2
    tail -n 5 "$folder/log" >&2
    exit 1
  fi
  sleep 0.5
done

# Without a bridge testcontainers cannot find out where the containers' ports are: on this machine.
DOCKER_HOST="$socket" TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 "$@"
