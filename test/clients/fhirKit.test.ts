import { all, both, dated, modality, patient, sorted, STUDIES, uidsOf } from '../releases/finds';
import { UID } from '../releases/questions';
import { start, type Running } from '../releases/support';
import { startFhirKit, type FhirKit } from './fhirKit';
import { bundleOf, idsIn, studyOf, typesIn } from './read';

/* A client library that was written without knowing this gateway, from first contact to last page. */

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.close());

const type = 'ImagingStudy';

describe.each([
  ['r4', '4.0.1', 'application/fhir+json'],
  ['r5', '5.0.0', 'application/fhir+json'],
])('fhir-kit-client on %s', (release, version, mediaType) => {
  let kit: FhirKit;
  beforeAll(() => {
    kit = startFhirKit(`${running.url}/fhir/${release}`);
  });
  afterAll(() => kit.stop());

  const search = async (searchParams: object, options: object = {}) => {
    const { value } = await kit.call('search', { resourceType: type, searchParams, options });
    return bundleOf(value);
  };

  test('reads what the server can do from its capability statement', async () => {
    const { value, headers } = await kit.call('capabilityStatement');
    expect(value).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: version });
    expect(headers['content-type']).toContain(mediaType);
    const can = (of: string, what: string) => kit.capability(value, 'resourceCan', of, what);
    expect(await can(type, 'search-type')).toBe(true);
    expect(await can(type, 'read')).toBe(true);
    expect(await can('Patient', 'read')).toBe(true);
    expect(await can(type, 'create')).toBe(false);
    const names = await kit.capability(value, 'searchParamsFor', { resourceType: type });
    expect(names).toEqual(
      expect.arrayContaining(['patient', 'identifier', 'started', 'modality', 'status']),
    );
  });

  test.each([
    ['patient', { patient: 'Patient/HOSP-2dA.4711' }, patient('4711', 'HOSP-A')],
    ['identifier', { identifier: `urn:oid:${UID}` }, (study: { uid: string }) => study.uid === UID],
    ['system and identifier', { identifier: 'urn:dicom:uid|1.2.3' }, () => false],
    [
      'started twice, modality and status',
      { started: ['ge2024', 'lt2025'], modality: 'CT,MR', status: 'available' },
      both(
        dated('20240101', '20241231'),
        (study) => modality('CT')(study) || modality('MR')(study),
      ),
    ],
    [
      'a chained name',
      { 'patient.name': 'Schmidt' },
      (study: { patient: { name: string } }) => study.patient.name.includes('Schmidt'),
    ],
  ] as const)('finds by %s, got and posted alike', async (_, asked, finds) => {
    const found = STUDIES.filter((study) => finds(study)).map(({ uid }) => uid);
    const got = await search({ ...asked, _count: 100 });
    expect([sorted(idsIn(got)), got.total]).toEqual([sorted(found), found.length]);
    const posted = await search({ ...asked, _count: 100 }, { postSearch: true });
    expect(posted.entry).toEqual(got.entry);
  });

  test('goes through all pages with nextPage, and back with prevPage', async () => {
    const pages = [await search({ _count: 3, _sort: '-started' })];
    const step = async (method: string, bundle: unknown) => {
      const { value } = await kit.call(method, { bundle });
      return value === undefined ? undefined : bundleOf(value);
    };
    const next = () => step('nextPage', pages.at(-1));
    for (let page = await next(); page !== undefined; page = await next()) pages.push(page);
    const ids = pages.flatMap(idsIn);
    expect(sorted(ids)).toEqual(uidsOf(all));
    for (const [index, page] of pages.entries()) {
      const before = await step('prevPage', page);
      expect(before && idsIn(before)).toEqual(
        index === 0 ? undefined : idsIn(pages[index - 1] ?? page),
      );
    }
  });

  test('finds in the compartment of a patient', async () => {
    const compartment = { resourceType: 'Patient', id: 'HOSP-2dA.4711' };
    const { value } = await kit.call('search', { resourceType: type, compartment });
    expect(sorted(idsIn(bundleOf(value)))).toEqual(uidsOf(patient('4711', 'HOSP-A')));
  });

  test('gets patients and endpoint with the studies, and resolves references among them', async () => {
    const _include = [`${type}:subject`, `${type}:endpoint`];
    const bundle = await search({ _id: UID, _include });
    expect(sorted(typesIn(bundle))).toEqual(['Endpoint', type, 'Patient']);
    const study = studyOf(bundle);
    for (const reference of [study.subject.reference, study.endpoint[0]?.reference ?? '']) {
      const inside = await kit.call('resolve', { reference, context: bundle });
      const fetched = await kit.call('resolve', { reference });
      const [resourceType, id] = reference.split('/');
      expect(inside.value).toMatchObject({ resourceType, id });
      expect(fetched.value).toEqual(inside.value);
      const absolute = `${running.url}/fhir/${release}/${reference}`;
      expect((await kit.call('resolve', { reference: absolute })).value).toEqual(inside.value);
    }
  });

  test('resolves the references of every study it can find', async () => {
    const bundle = await search({ _count: 100 });
    expect(bundle.entry).toHaveLength(STUDIES.length);
    for (const { resource } of bundle.entry) {
      const { subject, endpoint } = studyOf({ entry: [{ resource }] });
      for (const { reference } of [subject, ...endpoint]) {
        const { value } = await kit
          .call('resolve', { reference, context: resource })
          .catch(() => kit.call('resolve', { reference }));
        expect(value).toMatchObject({
          resourceType: expect.stringMatching(/^(Patient|Endpoint)$/) as unknown,
        });
      }
    }
  });

  test('reads a study, then the same version of it again', async () => {
    const read = await kit.call('read', { resourceType: type, id: UID });
    expect(read.value).toMatchObject({ resourceType: type, id: UID });
    const tag = /^W\/"(.+)"$/.exec(read.headers.etag ?? '')?.[1];
    const location = /_history\/(.+)$/.exec(read.headers['content-location'] ?? '')?.[1] ?? '';
    expect(tag).toContain(location);
    const again = await kit.call('vread', { resourceType: type, id: UID, version: location });
    expect(again.value).toEqual(read.value);
    const old = { resourceType: type, id: UID, version: '0' };
    expect(await kit.fails('vread', old)).toMatchObject({
      data: { resourceType: 'OperationOutcome' },
    });
  });

  test.each([
    ['a parameter that does not exist', 'search', { searchParams: { colour: 'red' } }, 400],
    ['a date that is none', 'search', { searchParams: { started: 'soon' } }, 400],
    ['a wildcard', 'search', { searchParams: { 'patient.identifier': '*' } }, 400],
    ['a study that is not there', 'read', { id: '1.2.3' }, 404],
    ['writing', 'create', { body: { resourceType: type } }, 405],
  ])('is told of %s by an OperationOutcome', async (_, method, args, status) => {
    const error = await kit.fails(method, { resourceType: type, ...args });
    expect(error).toMatchObject({
      status,
      data: { resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] },
    });
  });
});
