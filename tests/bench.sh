#!/usr/bin/env bash
# Pairs every native applet with plain coreutils, and the tool applets with the bare tool, as whole processes
# (hyperfine -N, medians, several alternating rounds), and prints the ratios. `--assert` fails above the bounds.
# usage: tests/bench.sh [--assert] [--rounds N] [--runs N] [PATTERN]
set -euo pipefail
cd "$(dirname "$0")/.."

assert=no rounds=5 runs=200 pattern=.
while [ $# -gt 0 ]; do
    case $1 in
        --assert) assert=yes ;;
        --rounds) rounds=$2 && shift ;;
        --runs) runs=$2 && shift ;;
        *) pattern=$1 ;;
    esac
    shift
done

triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --locked --quiet --bin wt
scratch=$(mktemp -d "$PWD/target/bench.XXXXXX")
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{bin,home,results} "$scratch/project/.git"
cp "target/$triple/release/wt" "$scratch/bin/wt"
export HOME=$scratch/home WATCHTOWER_DIR=$scratch/home/.watchtower
wt=$scratch/bin/wt
"$wt" links "$scratch/bin" >/dev/null
"$wt" init >/dev/null
cd "$scratch/project"
seq 1 20000 >numbers.txt
printf '{"a":[1,2,3]}' >data.json
echo content >source.txt

# Sets the durability of the ledger in the user's policy.
durability() {
    jq --arg mode "$1" '.ledger.durability = $mode' "$WATCHTOWER_DIR/policy.json" >"$scratch/policy.json"
    cat "$scratch/policy.json" >"$WATCHTOWER_DIR/policy.json"
}

# Prints the median in milliseconds of one command with its preparation.
median() {
    hyperfine -N --warmup 5 --runs "$runs" --prepare "$1" --export-json "$scratch/results/one.json" "$2" \
        >/dev/null 2>&1 || { echo "failed: $2" >&2; exit 1; }
    jq '.results[0].median * 1000' "$scratch/results/one.json"
}

failures=0
# pair NAME LIMIT PREPARE BARE OURS: alternates the two and prints the medians of all rounds and the median ratio.
pair() {
    [[ $1 =~ $pattern ]] || return 0
    : >"$scratch/results/pairs"
    for ((round = 0; round < rounds; round++)); do
        printf '%s %s\n' "$(median "$3" "$4")" "$(median "$3" "$5")" >>"$scratch/results/pairs"
    done
    python3 - "$1" "$2" "$scratch/results/pairs" <<'PY' || failures=$((failures + 1))
import statistics, sys
name, limit, path = sys.argv[1:]
rows = [tuple(map(float, line.split())) for line in open(path)]
bare, ours = (statistics.median(column) for column in zip(*rows))
ratio = statistics.median(b / a for a, b in rows)
if limit.startswith("+"):
    shown, bad = f"+{ours - bare:.2f} ms", statistics.median(b - a for a, b in rows) > float(limit)
else:
    shown, bad = f"{ratio:.2f}x", limit != "-" and ratio > float(limit)
    if limit == "-" and bare > 3:
        shown = f"+{ours - bare:.2f} ms"
print(f"{name:<22} {bare:7.3f} ms {ours:7.3f} ms  {shown:>9}  limit {limit}{'  ABOVE' if bad else ''}", flush=True)
sys.exit(bad)
PY
}

printf '%-22s %10s %10s  %9s\n' pair bare ours ratio
for mode in intent relaxed strict; do
    durability "$mode"
    case $mode in intent) limit=1.25 ;; relaxed) limit=1.0 ;; *) limit=- ;; esac
    pair "rm/$mode" "$limit" "touch victim" "rm victim" "$scratch/bin/safe-rm victim"
done
durability intent
pair cp - "rm -f copy.txt" "cp source.txt copy.txt" "$scratch/bin/safe-cp source.txt copy.txt"
pair mv - "touch a" "mv a moved" "$scratch/bin/safe-mv a moved"
pair mkdir - "rm -rf made" "mkdir made" "$scratch/bin/safe-mkdir made"
pair touch - "true" "touch source.txt" "$scratch/bin/safe-touch source.txt"
pair chmod - "true" "chmod 644 source.txt" "$scratch/bin/safe-chmod 644 source.txt"
pair ln - "rm -f link" "ln -s source.txt link" "$scratch/bin/safe-ln -s source.txt link"
pair rg +3 "true" "rg --no-config -e 19999 -- numbers.txt" "$scratch/bin/rg-search 19999 numbers.txt"
pair jq +3 "true" "jq -c .a data.json" "$scratch/bin/jq-query -c .a data.json"

# The remote tools against servers on this machine, so that the network's own time is next to nothing.
if [[ "ssh-ps ssh-cat kubectl-logs" =~ $pattern ]]; then
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    mkdir -p "$scratch/ssh" /run/sshd
    for key in host user; do ssh-keygen -q -t ed25519 -N '' -f "$scratch/ssh/$key"; done
    echo "[127.0.0.1]:$port $(cat "$scratch/ssh/host.pub")" >"$scratch/ssh/known"
    printf '%s\n' "ListenAddress 127.0.0.1" "Port $port" "HostKey $scratch/ssh/host" "PidFile none" "StrictModes no" \
        "AuthorizedKeysFile $scratch/ssh/user.pub" "UsePAM no" "PasswordAuthentication no" "MaxStartups 100" \
        "PermitRootLogin yes" "Subsystem sftp internal-sftp" >"$scratch/ssh/config"
    /usr/sbin/sshd -D -f "$scratch/ssh/config" 2>/dev/null & servers+=($!)
    cat >"$scratch/api.py" <<'PY'
import http.server
answers = {
    "/version": b'{"major":"1","minor":"33","gitVersion":"v1.33.0"}',
    "/api": b'{"kind":"APIVersions","versions":["v1"]}',
    "/apis": b'{"kind":"APIGroupList","apiVersion":"v1","groups":[]}',
    "/api/v1": b'{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":[{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get"]},{"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}]}',
    "/api/v1/namespaces/dev/pods/web": b'{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"dev"},"spec":{"containers":[{"name":"app"}]}}',
    "/api/v1/namespaces/dev/pods/web/log": b"line\n",
}
class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer in one packet: the other side need not wait 40 ms for the rest.
    wbufsize = -1
    disable_nagle_algorithm = True
    def do_GET(self):
        body = answers.get(self.path.split("?")[0], b"{}")
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if self.path.split("?")[0].endswith("/log") else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
print(server.server_port, flush=True)
server.serve_forever()
PY
    exec 3< <(exec python3 "$scratch/api.py") && servers+=($!)
    read -r api <&3
    printf '%s\n' "current-context: one" "contexts: [{name: one, context: {cluster: c}}]" \
        "clusters: [{name: c, cluster: {server: \"http://127.0.0.1:$api\"}}]" >"$scratch/kubeconfig"
    jq --arg dir "$scratch" --argjson port "$port" \
        '.ssh = {identity_files: [$dir + "/ssh/user"], known_hosts: [$dir + "/ssh/known"], hosts: {here: {address: "127.0.0.1", port: $port}}}
         | .kubernetes = {kubeconfig: ($dir + "/kubeconfig"), insecure: true}' "$WATCHTOWER_DIR/policy.json" >"$scratch/policy.json"
    cat "$scratch/policy.json" >"$WATCHTOWER_DIR/policy.json"
    options="-F none -o BatchMode=yes -o UserKnownHostsFile=$scratch/ssh/known -o IdentitiesOnly=yes -i $scratch/ssh/user"
    kubectl=$("$scratch/bin/kubectl-logs" -n dev web >/dev/null && tail -2 "$WATCHTOWER_DIR"/ledger-*.jsonl |
        jq -r '.data.enforcement.tool.path // empty' | head -1)
    runs=$((runs / 4))
    pair ssh-ps - "true" "ssh $options -p $port 127.0.0.1 LC_ALL=C ps -A -o user,pid,ppid,stat,etime,time,pcpu,pmem,args" \
        "$scratch/bin/ssh-ps here"
    pair ssh-cat - "true" "sftp -q $options -P $port 127.0.0.1:$PWD/source.txt /dev/null" "$scratch/bin/ssh-cat here $PWD/source.txt"
    pair kubectl-logs - "true" "$kubectl --kubeconfig=$scratch/kubeconfig -n dev logs --tail=100 web" \
        "$scratch/bin/kubectl-logs -n dev web"
    runs=$((runs * 4))
fi
pair check +3 "true" "true" "$wt check --shell true"

[ "$assert" = no ] || [ "$failures" -eq 0 ] || { echo "$failures pairs above their limit" >&2; exit 1; }
