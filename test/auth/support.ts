import type { Access } from '../../src/auth/access';
import { Problem } from '../../src/errors';
import type { StudyHeader } from '../../src/study/model';
import type { Clause } from '../../src/study/query';
import type { Call, StudyDetail, StudySource } from '../../src/study/source';
import { series, study } from '../search/support';

/** An access of these clauses, with every scope. */
export function accessOf(clauses: readonly Clause[], members: Partial<Access> = {}): Access {
  return { caller: { key: 'a-key', kind: 'patient' }, clauses, may: () => true, ...members };
}

/** A call that nobody leaves. */
export function call(signal = new AbortController().signal): Call {
  return { signal, meter: { upstream: () => undefined, cache: () => undefined } };
}

/** How a promise was rejected, which has to be with a failure of the catalogue. */
export async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

/** How a function fails. */
export async function thrownBy(action: () => unknown): Promise<Problem> {
  return problemOf(new Promise((resolve) => resolve(action())));
}

/** What a source of studies was asked, and what it answers from now on. */
export interface Scripted extends StudySource {
  asked: number;
  read: number;
  rows: readonly StudyHeader[];
  detail: (study: StudyHeader) => Pick<StudyDetail, 'series' | 'defects'>;
  failing: Problem | undefined;
}

/** An archive that answers every study search with its rows, whatever the keys. */
export function scripted(rows: readonly StudyHeader[]): Scripted {
  const source: Scripted = {
    asked: 0,
    read: 0,
    rows,
    detail: ({ uid }) => ({
      series: [series({ uid: `${uid}.1`, instances: [{ uid: `${uid}.1.1` }] })],
      defects: [],
    }),
    failing: undefined,
    abilities: () =>
      Promise.resolve({ studyKeys: new Set(), valueLists: false, tellsUpdates: false }),
    studies: () => {
      source.asked += 1;
      if (source.failing) return Promise.reject(source.failing);
      return Promise.resolve({ studies: source.rows, advance: 0, cut: false, notices: [] });
    },
    studiesWith: () => Promise.resolve(undefined),
    details: (studies) => {
      source.read += 1;
      return Promise.resolve(studies.map((one) => ({ header: one, ...source.detail(one) })));
    },
  };
  return source;
}

/** A study row of a patient. */
export function rowOf(uid: string, id: string, issuer?: string): StudyHeader {
  const patient = { id, otherIds: [], ...(issuer !== undefined && { issuer: { name: issuer } }) };
  return study({ uid, patient });
}

/** The clause that binds to one patient. */
export function boundTo(value: string, ...issuer: string[]): Clause {
  return [{ on: 'patient', value, issuer }];
}
