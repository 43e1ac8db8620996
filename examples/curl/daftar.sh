#!/bin/sh
# Registers one made-up person over HTTP, again after any doubt, and asks what became of it.
#   examples/curl/daftar.sh http://127.0.0.1:8001 rakor-bali-2024 wayan.contoh@sekolah.example
set -eu
office=$1 activity=$2 email=$3
key=contoh-$(printf %s "$activity/$email" | sha256sum | cut -c1-32) # the command's id for good

send() {
    curl --silent --show-error --max-time 10 --output "$answer" --dump-header "$heads" --write-out '%{http_code}' \
        -X POST "$office/api/v1/activities/$activity/registrations" \
        -H "Content-Type: application/json" -H "Idempotency-Key: $key" -H "Prefer: wait=5" \
        --data '{"participant": {"name": "I Wayan Contoh", "email": "'"$email"'"}, "category": "guru"}'
}

decided() { # where the answer said that it can be asked; whom the office knew is told no more than that it was received
    place=$(sed -n 's/^[Ll]ocation: *//p' "$heads" | tr -d '\r')
    curl --silent --show-error --max-time 10 --output "$answer" "$office$place" && grep -q '"state":"decided"' "$answer"
}

answer=$(mktemp) heads=$(mktemp)
trap 'rm -f "$answer" "$heads"' EXIT
for try in 1 2 3 4 5; do
    status=$(send) || status=000 # no answer: nobody knows, so the same request with the same key goes again
    case $status in
    200 | 409) # decided: confirmed or waiting; refused with a reason
        cat "$answer"
        [ "$status" = 200 ]
        exit
        ;;
    202)
        if decided; then
            cat "$answer"
            exit
        fi
        sleep "$try"
        ;;
    503 | 000) sleep "$try" ;; # nobody knows
    429) # too many from here
        sleep 60
        ;;
    *)
        cat "$answer" >&2
        exit 1
        ;;
    esac
done
echo "still undecided; run this again" >&2
exit 1
