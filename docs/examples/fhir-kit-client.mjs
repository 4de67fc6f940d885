import process from 'node:process';
import { Client } from 'fhir-kit-client';

/*
 * fhir-kit-client in front of the gateway: what it can do, a search page by page, and a patient with their studies.
 * Its argument is the FHIR base; TOKEN is an access token, where the gateway wants one.
 */

const baseUrl = process.argv[2] ?? 'http://127.0.0.1:8080/fhir/r4';
const bearerToken = process.env.TOKEN;
const client = new Client({ baseUrl, ...(bearerToken && { bearerToken }) });
const say = (text) => process.stdout.write(`${text}\n`);

const statement = await client.capabilityStatement();
say(`${statement.software.name}, FHIR ${statement.fhirVersion}`);

let studies = 0;
let bundle = await client.search({
  resourceType: 'ImagingStudy',
  searchParams: { modality: 'CT,MR', started: 'ge2020', _sort: '-started', _count: 2 },
});
while (bundle !== undefined) {
  for (const { resource, search } of bundle.entry ?? []) {
    // An OperationOutcome among the entries says what of the answer is not whole.
    if (search.mode !== 'match') continue;
    studies += 1;
    say(`${resource.started} ${resource.modality[0].code} ${resource.description ?? ''}`);
  }
  bundle = await client.nextPage({ bundle });
}
say(`${studies} studies`);

const found = await client.search({
  resourceType: 'ImagingStudy',
  searchParams: { 'patient.name': 'müller', _include: 'ImagingStudy:subject' },
});
const patient = found.entry.find(({ resource }) => resource.resourceType === 'Patient').resource;
say(`${patient.name[0].text}: ${found.total} studies`);
