#!/usr/bin/env bash
# The fault-injection run with SecantusDB (WiredTiger inside) as the registry, by TLS and with a password. Needs Python 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
for tool in python3 openssl; do
  command -v "$tool" >/dev/null || { echo "test:secantus needs $tool: install it, then run this again." >&2; exit 1; }
done
[ -x .venv-secantus/bin/python ] || python3 -m venv .venv-secantus
.venv-secantus/bin/pip install --quiet SecantusDB==0.7.0b3

work=$(mktemp -d)
server=
stop() {
  [ -z "$server" ] || { kill -TERM "$server" && wait "$server"; } || true
  server=
}
trap 'stop; rm -rf "$work"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
  -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start() {
  .venv-secantus/bin/secantusd-py --standalone --host 127.0.0.1 --port "$port" --storage-path "$work/data" \
    --log-level ERROR --tls-cert-file "$work/cert.pem" --tls-key-file "$work/key.pem" "$@" &
  server=$!
}

# A user can only be made before the server asks for one.
password=$(openssl rand -hex 16)
start
MONGODB_URL="mongodb://127.0.0.1:$port/?tls=true&tlsCAFile=$work/cert.pem" PASSWORD="$password" node scripts/test/servers/create-user.ts
stop
start --auth
node test/system/faults/soak.ts --jobs "${1:-60}" --certificate "$work/cert.pem" --key "$work/key.pem" \
  --mongo "mongodb://worker:$password@127.0.0.1:$port/?tls=true&tlsCAFile=$work/cert.pem&authSource=admin"
