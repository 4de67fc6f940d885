import { z } from 'zod';
import { tellsSequences } from './archive';
import { inParallel } from './parallel';

/*
 * What an Orthanc holds, by its own REST API and the tags of its files. DICOMweb has no part in it, but for whether an
 * issuer that stands in a sequence can be known: a patient is told by study rows.
 */

export interface TrueInstance {
  readonly uid: string;
  readonly sopClass: string;
  readonly number: string;
  readonly path: string;
}

export interface TrueSeries {
  readonly uid: string;
  readonly modality: string;
  readonly bodyPart: string;
  readonly instances: readonly TrueInstance[];
}

/** A study; what it lacks is an empty text. */
export interface TrueStudy {
  readonly uid: string;
  readonly patientId: string;
  readonly issuer: string;
  /** The name as DICOM writes it, groups joined by `=`. */
  readonly name: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly accession: string;
  readonly accessionIssuer: string;
  readonly description: string;
  readonly date: string;
  readonly time: string;
  readonly offset: string;
  /** How often Orthanc has filed its UID: what it cannot tell apart it refuses to retrieve. */
  readonly filed: number;
  readonly series: readonly TrueSeries[];
}

const tags = z.record(z.string(), z.unknown());
const studyForm = z.object({ ID: z.string(), MainDicomTags: tags, PatientMainDicomTags: tags });
const seriesForm = z.object({ ID: z.string(), ParentStudy: z.string(), MainDicomTags: tags });
const instanceForm = z.object({ ID: z.string(), ParentSeries: z.string(), MainDicomTags: tags });

type Tags = z.output<typeof tags>;

/**
 * Reads all that an Orthanc holds. It files a study twice when the Patient ID differs in trailing blanks, which
 * mean nothing (PS3.5 6.2): that is one study here.
 */
export async function readTruth(orthanc: string): Promise<TrueStudy[]> {
  const studies = z.array(studyForm).parse(await orthancJson(`${orthanc}/studies?expand`));
  const series = z.array(seriesForm).parse(await orthancJson(`${orthanc}/series?expand`));
  const instances = z.array(instanceForm).parse(await orthancJson(`${orthanc}/instances?expand`));
  const bySeries = new Map(
    series.map(({ ID }) => [ID, instances.filter((each) => each.ParentSeries === ID)]),
  );
  const sequences = await tellsSequences();
  const filed = await inParallel(studies, async (study) => {
    const files = z
      .record(z.string(), tags)
      .parse(await orthancJson(`${orthanc}/studies/${study.ID}/instances-tags?simplify`));
    const own = series.filter((each) => each.ParentStudy === study.ID);
    return trueStudy(
      study,
      Object.values(files)[0] ?? {},
      sequences,
      own.map(({ ID, MainDicomTags }) => ({
        uid: text(MainDicomTags, 'SeriesInstanceUID'),
        modality: text(MainDicomTags, 'Modality'),
        bodyPart: text(MainDicomTags, 'BodyPartExamined'),
        instances: (bySeries.get(ID) ?? []).map((instance) => ({
          uid: text(instance.MainDicomTags, 'SOPInstanceUID'),
          number: text(instance.MainDicomTags, 'InstanceNumber'),
          sopClass: text(files[instance.ID] ?? {}, 'SOPClassUID'),
          path: `${orthanc}/instances/${instance.ID}`,
        })),
      })),
    );
  });
  const joined = new Map<string, TrueStudy>();
  for (const study of filed) {
    const name = JSON.stringify([study.uid, study.patientId]);
    const series = joinSeries([...(joined.get(name)?.series ?? []), ...study.series]);
    const times = filed.filter(({ uid }) => uid === study.uid).length;
    joined.set(name, { ...study, filed: times, series });
  }
  return [...joined.values()];
}

/** Series that are the same, as one, and their instances likewise. */
function joinSeries(series: readonly TrueSeries[]): TrueSeries[] {
  const joined = new Map<string, TrueSeries>();
  for (const each of series) {
    const instances = [...(joined.get(each.uid)?.instances ?? []), ...each.instances];
    const byUid = new Map(instances.map((instance) => [instance.uid, instance]));
    joined.set(each.uid, { ...each, instances: [...byUid.values()] });
  }
  return [...joined.values()];
}

/** The text of an answer of Orthanc's REST API, parsed. */
async function orthancJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

function trueStudy(
  { MainDicomTags: main, PatientMainDicomTags: patient }: z.output<typeof studyForm>,
  file: Tags,
  sequences: boolean,
  series: readonly TrueSeries[],
): TrueStudy {
  return {
    uid: text(main, 'StudyInstanceUID'),
    patientId: text(patient, 'PatientID'),
    issuer:
      text(file, 'IssuerOfPatientID') ||
      (sequences ? issuerIn(file, 'IssuerOfPatientIDQualifiersSequence') : ''),
    name: text(patient, 'PatientName'),
    birthDate: text(patient, 'PatientBirthDate'),
    sex: text(patient, 'PatientSex'),
    accession: text(main, 'AccessionNumber'),
    accessionIssuer: issuerIn(file, 'IssuerOfAccessionNumberSequence'),
    description: text(main, 'StudyDescription'),
    date: text(main, 'StudyDate'),
    time: text(main, 'StudyTime'),
    offset: text(file, 'TimezoneOffsetFromUTC'),
    filed: 1,
    series,
  };
}

function issuerIn(file: Tags, sequence: string): string {
  const items = tags.array().safeParse(file[sequence]).data ?? [];
  const [issuer = {}] = items;
  return text(issuer, 'LocalNamespaceEntityID') || text(issuer, 'UniversalEntityID');
}

function text(of: Tags, keyword: string): string {
  const value = of[keyword];
  return typeof value === 'string' ? value.trim() : '';
}
