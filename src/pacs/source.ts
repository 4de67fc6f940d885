import { string, type DataSet } from '../dicom/dataset';
import { readInstance, readRequests, readSeries, readStudy } from '../study/fromDicom';
import type { Defect, ImagingRequest, Patient, Series, StudyHeader } from '../study/model';
import type { Abilities, Call, StudyDetail, StudySource } from '../study/source';
import { beginTurn, mapInTurns } from '../study/turns';
import { openChangeLog } from './changes';
import { instanceRows, isOfPatient, isSilent, NO_ROWS, type StudyRows } from './details';
import { doubtOf } from './doubt';
import { nativeRows } from './orthancRows';
import { seriesOutlines, type SeriesOutline } from './outlines';
import type { ArchiveFacts } from './probe';
import { searchBelow } from './below';
import { searchStudies, type Archive } from './studies';
import { supplementSeries, type SeriesRows } from './supplement';

/**
 * The archive as a source of studies, by QIDO-RS and what its dialect adds.
 *
 * @param client the archive over HTTP
 * @param facts what the archive is; asked again until it has answered once
 * @param zone the archive's clock, for times without an offset
 */
export function createArchiveSource(
  client: Archive['client'],
  facts: (call: Call) => Promise<ArchiveFacts>,
  zone: Archive['zone'],
): StudySource {
  const archive = async (call: Call): Promise<Archive> => ({
    client,
    facts: await facts(call),
    zone,
  });
  const changes = openChangeLog(client);
  return {
    async abilities(call): Promise<Abilities> {
      const { dialect } = await facts(call);
      return {
        studyKeys: new Set(dialect.studyKeys),
        valueLists: dialect.valueLists,
        tellsUpdates: dialect.updateTime !== 'untold',
      };
    },
    async studies(keys, window, call) {
      return searchStudies(await archive(call), keys, window, call);
    },
    async studiesWith(level, keys, limit, call) {
      return searchBelow(await archive(call), level, keys, limit, call);
    },
    async changedSince(since, most, call) {
      const { dialect } = await facts(call);
      if (dialect.updateTime !== 'native') return undefined;
      return changes.changedSince(since, most, call);
    },
    async series(studies, call) {
      const at = await archive(call);
      const outlines = await seriesOutlines(at, studies, call);
      return studies.map((study, index) => readOutline(at, study, outlines[index]));
    },
    async details(studies, call) {
      return readDetails(await archive(call), studies, call);
    },
  };
}

/** A study with its series alone; undefined where any of them is in doubt. */
function readOutline(
  archive: Archive,
  study: StudyHeader,
  outlines: readonly SeriesOutline[] | undefined,
): StudyDetail | undefined {
  if (!outlines?.every(({ first }) => isOfPatient(first, study))) return undefined;
  const series = outlines.map(({ first, count }) => {
    const read = readSeries(first, archive.zone);
    return read && { ...read, numberOfInstances: count };
  });
  if (!series.every(isThere)) return undefined;
  const header = enrich(
    archive,
    study,
    outlines.map(({ first }) => [first]),
  );
  return { header, series: series.sort(inOrder), defects: [] };
}

async function readDetails(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<StudyDetail[]> {
  const rows = await studyRows(archive, studies, call);
  return Promise.all(
    studies.map(async (study, index) =>
      readDetail(archive, study, (await rows[index]) ?? NO_ROWS, call),
    ),
  );
}

/** Rows by the archive's own API where it has one, and by QIDO-RS for the studies of which that does not tell. */
async function studyRows(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly Promise<StudyRows>[]> {
  if (archive.facts.dialect.rows === 'qido') return instanceRows(archive, studies, call);
  const native = await nativeRows(archive, studies, call);
  const left = studies.filter((_, index) => native[index] === undefined);
  const listed = instanceRows(archive, left, call);
  const others = new Map(left.map((study, index) => [study, listed[index]]));
  return studies.map(async (study, index) => {
    const rows = await (native[index] ?? others.get(study));
    return rows ?? (await instanceRows(archive, [study], call)[0]) ?? NO_ROWS;
  });
}

async function readDetail(
  archive: Archive,
  study: StudyHeader,
  found: StudyRows,
  call: Call,
): Promise<StudyDetail> {
  const groups = groupBySeries(found.rows);
  const suspect = await doubtOf(archive, study, found, call);
  const supplemented = found.supplemented
    ? groups
    : await supplementSeries(archive, study, groups, suspect !== undefined, call);
  const own = supplemented.filter(([first]) => isOfPatient(first, study));
  const mixed = suspect !== undefined && own.some(([first]) => isSilent(first, suspect));
  const used = mixed ? [] : own;
  const left = rowsIn(supplemented) - rowsIn(used);
  if (left > 0) call.meter.dropped?.('other-patient', left);
  const series = await assembleAll(archive, used);
  return {
    header: enrich(archive, study, own),
    series: series.sort(inOrder),
    defects: findDefects(study.numberOfInstances, series, mixed),
  };
}

function findDefects(expected: number | undefined, series: Series[], mixed: boolean): Defect[] {
  if (mixed) return [{ kind: 'mixed-patients' }];
  const received = series.reduce((sum, each) => sum + each.instances.length, 0);
  return expected !== undefined && received < expected
    ? [{ kind: 'incomplete', expected, received }]
    : [];
}

function rowsIn(series: readonly SeriesRows[]): number {
  return series.reduce((sum, { length }) => sum + length, 0);
}

/** Rows by series, series in the order they first came, rows in theirs. */
function groupBySeries(rows: readonly DataSet[]): SeriesRows[] {
  const groups = new Map<string, [DataSet, ...DataSet[]]>();
  for (const row of rows) {
    const uid = string(row, 'SeriesInstanceUID') ?? '';
    const group = groups.get(uid);
    if (group === undefined) groups.set(uid, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

async function assembleAll(archive: Archive, all: readonly SeriesRows[]): Promise<Series[]> {
  const turn = beginTurn();
  const assembled: Series[] = [];
  for (const rows of all) {
    const series = readSeries(rows[0], archive.zone);
    if (series === undefined) continue;
    const instances = (await mapInTurns(rows, readInstance, turn)).filter(isThere).sort(inOrder);
    assembled.push({ ...series, instances });
  }
  return assembled;
}

/**
 * The study row with what metadata tells beside it. Metadata wins where both speak, because it is the file
 * itself, except for what only the archive knows: its counts, the modalities over all series, availability,
 * and who the patient is, which the row was checked by.
 */
function enrich(archive: Archive, study: StudyHeader, series: readonly SeriesRows[]): StudyHeader {
  const told = series.map(([first]) => readStudy(first, archive.zone)).filter(isThere);
  const both = [study, ...told];
  const [first] = told;
  return {
    ...first,
    ...study,
    requests: distinct([...study.requests, ...series.flatMap(([row]) => readRequests(row))]),
    procedures: firstFilled(both.map((each) => each.procedures)),
    readers: firstFilled(both.map((each) => each.readers)),
    admittingDiagnoses: firstFilled(both.map((each) => each.admittingDiagnoses)),
    reasons: firstFilled(both.map((each) => each.reasons)),
    ...(first?.accession?.issuer !== undefined && { accession: first.accession }),
    patient: first === undefined ? study.patient : enrichPatient(study.patient, first.patient),
  };
}

/** Identity stays as the study row told it, or a patient's id would depend on how much was asked. */
function enrichPatient(row: Patient, told: Patient): Patient {
  const sameIssuer = row.issuer !== undefined && told.issuer?.name === row.issuer.name;
  return {
    ...(told.name && { name: told.name }),
    ...(told.birthDate !== undefined && { birthDate: told.birthDate }),
    ...(told.sex && { sex: told.sex }),
    ...row,
    otherIds: firstFilled([row.otherIds, told.otherIds]),
    ...(sameIssuer && { issuer: { ...told.issuer, ...row.issuer } }),
  };
}

function firstFilled<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return lists.find((list) => list.length > 0) ?? [];
}

/** The same order stands in every series that came of it: told once. */
function distinct(requests: readonly ImagingRequest[]): ImagingRequest[] {
  const byContent = new Map(requests.map((request) => [JSON.stringify(request), request]));
  return [...byContent.values()];
}

/** By number, those without one last, else as the archive ordered them. */
function inOrder(one: { readonly number?: number }, other: { readonly number?: number }): number {
  return (one.number ?? Infinity) - (other.number ?? Infinity) || 0;
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
