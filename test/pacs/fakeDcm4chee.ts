import {
  holding,
  startFakeArchive,
  held,
  type Answer,
  type FakeArchive,
  type Held,
  type Row,
} from '../gateway/fakeArchive';

/*
 * A dcm4chee over a real socket, as far as it tells of changes: private attributes of its study rows under
 * `includefield=all`, order and pages, and what it does not do: match or sort by the time of a change. After the
 * source of dcm4chee-arc-light 5.
 */

export interface FakeDcm4chee extends FakeArchive {
  /** Stores a study, or stores more of it; @param patient its Patient ID */
  store(uid: string, patient?: string, instances?: number): void;
  /** Corrects a study or its patient, as a merge does: the counts stay the same. */
  correct(uid: string, patient: string): void;
  /** Marks that somebody looked at a study. */
  access(uid: string): void;
  remove(uid: string): void;
  /** What it does with a sweep; undefined: it answers. */
  hinder: (() => Promise<Answer | undefined>) | undefined;
  /** Rows that it answers at most (`dcmQidoMaxNumberOfResults`), and says so where it cuts. */
  most: number;
  /** Whether its rows tell when they were modified, as releases from 2022 on do. */
  tellsModified: boolean;
  /** Sweeps so far. */
  sweeps(): number;
}

interface Known {
  readonly patient: string;
  readonly instances: number;
  readonly modified: number;
  readonly accessed: number;
}

const text = (vr: string, value: string) => ({ vr, Value: [value] });

export async function startFakeDcm4chee(): Promise<FakeDcm4chee> {
  const studies = new Map<string, Known>();
  let clock = 0;
  const tick = () => (clock += 1);
  const time = (at: number) => text('DT', `20260105080000.${String(at).padStart(3, '0')}+0000`);

  function privateOf({ modified, accessed }: Known): Row {
    return {
      '77770010': text('LO', 'DCM4CHEE Archive 5'),
      '77771021': time(Math.max(modified, accessed)),
      '77771022': time(accessed),
      ...(fake.tellsModified && { '7777102D': time(modified) }),
    };
  }

  function holdings(all: boolean): Held[] {
    return Array.from(studies, ([uid, known]) => {
      const one = held(uid, { PatientID: known.patient }, known.instances);
      return all ? { ...one, study: { ...one.study, ...privateOf(known) } } : one;
    });
  }

  const archive = await startFakeArchive(async (seen, response) => {
    const sweeps = seen.query.get('orderby') === 'StudyInstanceUID';
    const hindered = sweeps ? await fake.hinder?.() : undefined;
    if (hindered !== undefined) return hindered;
    const rows = holdings(seen.query.get('includefield') === 'all');
    if (sweeps) rows.sort((one, other) => (uidOf(one) < uidOf(other) ? -1 : 1));
    return holding(rows, { cap: fake.most, warns: true })(seen, response);
  });
  const fake: FakeDcm4chee = Object.assign(archive, {
    store(uid: string, patient = 'P1', instances = 1) {
      studies.set(uid, { patient, instances, modified: tick(), accessed: tick() });
    },
    correct(uid: string, patient: string) {
      const known = studies.get(uid);
      if (known !== undefined) studies.set(uid, { ...known, patient, modified: tick() });
    },
    access(uid: string) {
      const known = studies.get(uid);
      if (known !== undefined) studies.set(uid, { ...known, accessed: tick() });
    },
    remove: (uid: string) => void studies.delete(uid),
    hinder: undefined,
    most: 1000,
    tellsModified: true,
    sweeps: () =>
      archive.seen.filter(({ rawQuery }) => /orderby=.*&offset=0/.test(rawQuery)).length,
  });
  return fake;
}

function uidOf({ study }: Held): string {
  return String((study['0020000D']?.Value as readonly unknown[])[0]);
}
