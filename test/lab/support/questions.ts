import bodyParts from '../../../src/dicom/tables/bodyParts.json';
import { familiesOf, groupsOf, nameStarts, withoutAccents } from './names';
import { dayOf, isDated, SIGNS } from './times';
import type { TrueStudy } from './truth';

/** A search, and which studies it has to find. */
export interface Question {
  readonly parameters: readonly (readonly [name: string, value: string])[];
  finds(study: TrueStudy): boolean;
}

/** By the name of the search parameter, every question that an archive's own values suggest. */
export function questionsOf(studies: readonly TrueStudy[]): Readonly<Record<string, Question[]>> {
  const of = (text: (study: TrueStudy) => string | readonly string[]) =>
    [...new Set(studies.flatMap(text))].filter((value) => value !== '').sort();
  return {
    _id: of(({ uid }) => uid).map((uid) => ask('_id', uid, (study) => study.uid === uid)),
    study: of(({ uid }) => uid).flatMap((uid) =>
      uidQuestions('study', uid, (study) => study.uid === uid),
    ),
    accession: of(({ accession }) => accession).flatMap(accessionQuestions),
    modality: [...of(modalitiesOf), 'XX'].flatMap(modalityQuestions),
    bodysite: [...of(bodyPartsOf), 'XX'].flatMap(bodySiteQuestions),
    series: of((study) => study.series.map(({ uid }) => uid)).map((uid) =>
      ask('series', uid, (study) => study.series.some((each) => each.uid === uid)),
    ),
    uid: sample(
      of((study) => instancesOf(study).map(({ uid }) => uid)),
      60,
    ).map((uid) => ask('uid', uid, (study) => instancesOf(study).some((each) => each.uid === uid))),
    'dicom-class': [
      '1.2.3',
      ...sample(
        of((study) => instancesOf(study).map(({ sopClass }) => sopClass)),
        10,
      ),
    ].map((uid) =>
      ask('dicom-class', uid, (study) => instancesOf(study).some((each) => each.sopClass === uid)),
    ),
    subject: studies.filter(hasPatient).flatMap(subjectQuestions),
    'subject.identifier': of(({ patientId }) => patientId).flatMap(identifierQuestions),
    'subject.name': someNames(of(({ name }) => name)).flatMap(nameQuestions),
    'subject.birthdate': of(({ birthDate }) => birthDate).flatMap(birthDateQuestions),
    'subject.gender': ['M', 'F', 'UN'].map((code) =>
      ask('subject.gender', code, ({ sex }) => sex === (code === 'UN' ? 'O' : code)),
    ),
    date: dateQuestions(
      sample(
        of((study) => dayOf(study) ?? ''),
        9,
      ),
    ),
    'date with a time': timeQuestions(
      sample(
        studies.filter(({ time }) => time !== ''),
        9,
      ),
    ),
    missing: missingQuestions(),
    several: severalQuestions(studies),
  };
}

/** The Patient id that the gateway promises: issuer and Patient ID, all but letters and digits in hexadecimal. */
function patientIdOf({ issuer, patientId }: TrueStudy): string {
  const escaped = [issuer, patientId].map((part) =>
    [...Buffer.from(part)]
      .map((byte) => String.fromCharCode(byte))
      .map((character) =>
        /[A-Za-z0-9]/.test(character)
          ? character
          : `-${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
      )
      .join(''),
  );
  return escaped.join('.');
}

/** What tells a study from every other: its UID and its patient. */
export function nameOfStudy(study: TrueStudy): string {
  return `${study.uid} ${hasPatient(study) ? `Patient/${patientIdOf(study)}` : '#patient'}`;
}

/** Some of many, the same ones each time, the first and the last among them. */
function sample<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => items[Math.round(i * step)]).filter(isThere);
}

function ask(name: string, value: string, finds: Question['finds']): Question {
  return { parameters: [[name, escaped(value)]], finds };
}

/** FHIR's own escapes of what would separate values. */
function escaped(value: string): string {
  return value.replace(/[\\,$|]/g, '\\$&');
}

function uidQuestions(name: string, uid: string, finds: Question['finds']): Question[] {
  return [ask(name, uid, finds), ask(name, `urn:oid:${uid}`, finds)];
}

function accessionQuestions(accession: string): Question[] {
  const same: Question['finds'] = (study) => study.accession === accession;
  return [
    ask('accession', accession, same),
    {
      parameters: [['accession', `|${escaped(accession)}`]],
      finds: (study) => same(study) && study.accessionIssuer === '',
    },
    {
      parameters: [['accession', `LABRIS|${escaped(accession)}`]],
      finds: (study) => same(study) && study.accessionIssuer === 'LABRIS',
    },
    ask('accession', `${accession}0`, (study) => study.accession === `${accession}0`),
  ];
}

function modalityQuestions(code: string): Question[] {
  const finds: Question['finds'] = (study) => modalitiesOf(study).includes(code);
  return [ask('modality', code, finds), ask('modality', code.toLowerCase(), finds)];
}

function bodySiteQuestions(term: string): Question[] {
  const row = rowOf(term);
  const finds: Question['finds'] = (study) =>
    bodyPartsOf(study).some((own) => own === term || sameSite(row, rowOf(own)));
  const code = row?.sct;
  const coded: Question[] =
    code === undefined
      ? []
      : [{ parameters: [['bodysite', `http://snomed.info/sct|${code}`]], finds }];
  return [ask('bodysite', term, finds), ...coded];
}

type BodyPartRow = (typeof bodyParts.rows)[number];

function rowOf(term: string): BodyPartRow | undefined {
  return bodyParts.rows.find((row) => row.term === term);
}

function sameSite(one: BodyPartRow | undefined, other: BodyPartRow | undefined): boolean {
  return one?.sct !== undefined && one.sct === other?.sct;
}

function subjectQuestions(of: TrueStudy): Question[] {
  const id = patientIdOf(of);
  const finds: Question['finds'] = (study) => hasPatient(study) && patientIdOf(study) === id;
  return [ask('subject', id, finds), ask('subject', `Patient/${id}`, finds)];
}

function identifierQuestions(id: string): Question[] {
  return [
    ask('subject.identifier', id, ({ patientId }) => patientId === id),
    ...['LAB', ''].map((issuer) => ({
      parameters: [['subject.identifier', `${issuer}|${escaped(id)}`] as const],
      finds: (study: TrueStudy) => study.patientId === id && study.issuer === issuer,
    })),
  ];
}

/** All names with letters beyond ASCII, and some of the others. */
function someNames(names: readonly string[]): string[] {
  const plain = names.filter((name) => /^[\x20-\x7e]*$/.test(name));
  return [...names.filter((name) => !plain.includes(name)), ...sample(plain, 15)];
}

/** A name in full, its family names, the start of each, and each without accents. */
function nameQuestions(name: string): Question[] {
  const full = groupsOf(name).map((words) => words.join(' '));
  const texts = [...full, ...familiesOf(name), ...familiesOf(name).map(startOf)];
  const asked = new Set(
    [...texts, ...texts.map(withoutAccents)].filter((text) => /\p{L}|\p{N}/u.test(text)),
  );
  const families = [...new Set(familiesOf(name))].filter((text) => /\p{L}|\p{N}/u.test(text));
  return [
    ...[...asked].map((text) => ask('subject.name', text, (study) => nameStarts(study.name, text))),
    ...families.map((family) =>
      ask('subject:Patient.family', family, (study) =>
        familiesOf(study.name).some((own) => nameStarts(own, family)),
      ),
    ),
  ];
}

function startOf(text: string): string {
  return Array.from(text.normalize('NFKC')).slice(0, 3).join('');
}

function birthDateQuestions(date: string): Question[] {
  const day = dayOf({ date });
  if (day === undefined) return [];
  const born: Question['finds'] = (study) => dayOf({ date: study.birthDate }) === day;
  return [ask('subject.birthdate', day, born)];
}

function dateQuestions(days: readonly string[]): Question[] {
  const values = days.flatMap((day) => [day, day.slice(0, 7), day.slice(0, 4)]);
  return [...new Set(values)].flatMap((value) =>
    SIGNS.map((sign) => ask('date', sign + value, (study) => isDated(study, sign, value))),
  );
}

function timeQuestions(studies: readonly TrueStudy[]): Question[] {
  const values = studies.flatMap((study) => {
    const [, hour = '00', minute = '00', second = '00'] =
      /^(\d\d):?(\d\d)?:?(\d\d)?/.exec(study.time) ?? [];
    const minutes = `${dayOf(study) ?? '2020-01-01'}T${hour}:${minute}`;
    return [minutes, `${minutes}:${second}`, `${minutes}:${second}+01:00`, `${minutes}-05:00`];
  });
  return [...new Set(values)].flatMap((value) =>
    SIGNS.map((sign) => ask('date', sign + value, (study) => isDated(study, sign, value))),
  );
}

function missingQuestions(): Question[] {
  const present: Readonly<Record<string, Question['finds']>> = {
    accession: ({ accession }) => accession !== '',
    date: (study) => dayOf(study) !== undefined,
    modality: (study) => modalitiesOf(study).length > 0,
    bodysite: (study) => bodyPartsOf(study).length > 0,
    subject: hasPatient,
    series: () => true,
    study: () => true,
    uid: () => true,
    _language: () => false,
  };
  return Object.entries(present).flatMap(([name, finds]) => [
    ask(`${name}:missing`, 'false', finds),
    ask(`${name}:missing`, 'true', (study) => !finds(study)),
  ]);
}

/** Values joined by commas are alternatives, parameters beside each other must all hold. */
function severalQuestions(studies: readonly TrueStudy[]): Question[] {
  return sample(studies, 12).flatMap((one, index) => {
    const other = studies[(index * 37 + 11) % studies.length] ?? one;
    const [modality = 'XX'] = modalitiesOf(one);
    const day = dayOf(one) ?? '2020-01-01';
    const either = [one, other].map(({ uid }) => uid);
    return [
      { parameters: [['_id', either.join(',')]], finds: ({ uid }) => either.includes(uid) },
      {
        parameters: [
          ['modality', modality],
          ['date', `>=${day}`],
          ['subject:missing', 'false'],
        ],
        finds: (study) =>
          modalitiesOf(study).includes(modality) && isDated(study, '>=', day) && hasPatient(study),
      },
      {
        parameters: [
          ['modality', `${modality},SR`],
          ['date', `<${day}`],
        ],
        finds: (study) =>
          modalitiesOf(study).some((own) => [modality, 'SR'].includes(own)) &&
          isDated(study, '<', day),
      },
    ] satisfies Question[];
  });
}

function hasPatient({ patientId }: TrueStudy): boolean {
  return patientId !== '';
}

function modalitiesOf(study: TrueStudy): string[] {
  return study.series.map(({ modality }) => modality).filter((modality) => modality !== '');
}

function bodyPartsOf(study: TrueStudy): string[] {
  return study.series
    .map(({ bodyPart }) => bodyPart.toUpperCase())
    .filter((bodyPart) => bodyPart !== '');
}

function instancesOf(study: TrueStudy) {
  return study.series.flatMap(({ instances }) => instances);
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
