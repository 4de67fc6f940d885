#!/usr/bin/env bash
# newest-ct.sh [FILE] — saves a picture of the newest CT as FILE (newest-ct.jpg), with curl and node alone.
#
#   BASE   FHIR base of R4, http://127.0.0.1:8080/fhir/r4 unless set
#   TOKEN  access token, where the gateway wants one
set -euo pipefail
base=${BASE:-http://127.0.0.1:8080/fhir/r4}
file=${1:-newest-ct.jpg}
ask() { curl -sSf ${TOKEN:+-H "Authorization: Bearer $TOKEN"} "$@"; }

# The study, newest first; its URL at WADO-RS is an extension from STU3 on.
url=$(ask "$base/ImagingStudy?modality=CT&_sort=-started&_count=1" | node -e '
  const bundle = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const study = (bundle.entry ?? []).find(({ search }) => search.mode === "match")?.resource;
  if (study === undefined) throw new Error("there is no CT here");
  console.error(`${study.started} ${study.description ?? ""}, ${study.numberOfInstances} images`);
  console.log(study.extension.find(({ url }) => url.endsWith("/wado-rs-url")).valueUrl);
')

# The gateway chooses the instance that stands for a study.
ask -H 'Accept: image/jpeg' -o "$file" "$url/rendered"
echo "$file"
