#!/bin/sh
# The header simpul_signature of a command, for any client of Kafka: needs openssl 3 alone.
#   examples/curl/tanda-tangan.sh portal.pem rakor-bali-2024 /bali/portal portal-1 \
#       id.simpul.registration.submit.v1 perintah.json
# A key: openssl genpkey -algorithm ed25519 -out portal.pem
set -eu
pem=$1 key=$2 source=$3 id=$4 type=$5 value=$6
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

part() { # standard input behind its length as four bytes, the highest first
    cat > "$folder/part"
    length=$(wc -c < "$folder/part")
    for shift in 16777216 65536 256 1; do
        printf "\\$(printf %03o $((length / shift % 256)))"
    done
    cat "$folder/part"
}

for text in "$key" "$source" "$id" "$type"; do
    printf %s "$text" | part
done > "$folder/message"
part < "$value" >> "$folder/message"
openssl pkey -in "$pem" -pubout -outform DER | tail -c 32 > "$folder/public" # its last 32 bytes are the key
name=$(openssl dgst -sha256 -r "$folder/public" | cut -c1-16)
openssl pkeyutl -sign -rawin -inkey "$pem" -in "$folder/message" -out "$folder/signature"
printf '%s:%s\n' "$name" "$(openssl base64 -A -in "$folder/signature")"
