"""The Python library fhirclient in front of the gateway: a search, a study, its pictures' URLs.

    pip install fhirclient==4.4.0
    python docs/examples/read_studies.py [FHIR base of R4]
"""

import sys

from fhirclient import client
from fhirclient.models.imagingstudy import ImagingStudy

WADO_URL = "http://dicomweb-fhir-gateway.org/fhir/extension/wado-rs-url"

base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/fhir/r4"
server = client.FHIRClient(settings={"app_id": "example", "api_base": base}).server

search = ImagingStudy.where({"modality": "CT", "started": "ge2020", "_sort": "-started"})
studies = search.perform_resources(server)
for study in studies:
    url = next(each.valueUrl for each in study.extension if each.url == WADO_URL)
    print(study.started.isostring, study.description, study.numberOfInstances, url)

study = ImagingStudy.read(studies[0].id, server)
print(len(study.series), "series of", study.subject.display)
