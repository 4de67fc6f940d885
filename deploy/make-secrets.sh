#!/usr/bin/env bash
# make-secrets.sh [FOLDER] — makes the secrets of the compose files, each at random, in FOLDER (deploy/secrets).
#
# What is there is kept: run it again after an upgrade and only what is missing is made. The folder is for you alone;
# the files in it can be read by the users that the containers run as.
set -euo pipefail
folder=${1:-$(cd "$(dirname "$0")" && pwd)/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# keep NAME TEXT — writes TEXT into the file NAME unless it is there.
keep() {
  [ -s "$folder/$1" ] && return
  printf '%s\n' "$2" > "$folder/$1"
  chmod 644 "$folder/$1"
  echo "made $1"
}

keep pacs-password "$(random)"
keep orthanc-users.json "{ \"RegisteredUsers\": { \"gateway\": \"$(cat "$folder/pacs-password")\" } }"
keep paging-key "$(random)"
keep redis-password "$(random)"
keep redis-password.conf "requirepass $(cat "$folder/redis-password")"
keep redis-url "redis://:$(cat "$folder/redis-password")@redis:6379/0"
keep redis-key "$(random)"
keep keycloak-admin-password "$(random)"
keep keycloak-user-password "$(random)"
keep keycloak-service-secret "$(random)"
keep dcm4chee-database-password "$(random)"
