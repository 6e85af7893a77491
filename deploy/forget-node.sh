#!/bin/sh
# Owns taking a node that will never come back out of a cluster, such as one whose disk is lost and
# which has come back under another name. Until then the others count it among those whose majority they
# need. Safe to repeat; does nothing to a node that is alive.
#
#   deploy/forget-node.sh <name of the node> <fabric address of a node that is there>
#
# Needs `restatectl` (it is in Restate's image, and npm's package @restatedev/restatectl).
set -eu

if [ $# -ne 2 ]; then
  echo "usage: forget-node.sh <name> <http://host:5122 of a node that is there>" >&2
  exit 2
fi
name=$1
export RESTATECTL_ADDRESS=$2

forget() {
  restatectl snapshots create-snapshot --trim-log && restatectl nodes remove --nodes "$id" --yes
}

rows=$(restatectl sql --jsonl \
  "SELECT plain_node_id, state, storage_state, metadata_server_state FROM nodes WHERE name = '$name'")
id=$(printf '%s\n' "$rows" | sed -n 's/.*"plain_node_id":"\(N[0-9]*\)".*/\1/p')
if [ -z "$id" ]; then
  echo "the cluster has no node $name"
  exit 0
fi
case $rows in
  *'"state":"alive"'*)
    echo "$name is alive: stop it first, or leave it" >&2
    exit 1
    ;;
esac

# It has no vote any more in what the cluster is.
case $rows in
  *'"metadata_server_state":"member"'*)
    restatectl metadata-server remove-node "$id"
    ;;
esac
# What is written from now on is written to others; of a node in data-loss the cluster knows that itself.
case $rows in
  *'"storage_state":"read-write"'*)
    restatectl nodes set-storage-state --nodes "$id" --storage-state read-only --yes
    ;;
esac
# What it alone might be asked for is then in snapshots, and no longer in the log. It takes the cluster some
# seconds to write elsewhere; until then the node cannot be removed.
tries=0
until said=$(forget 2>&1); do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    printf '%s\n' "$said" >&2
    echo "$name is still needed; look at 'restatectl logs list', and start this again" >&2
    exit 1
  fi
  sleep 2
done
echo "$name ($id) is forgotten"
