import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/* The house of design.md, section 4: who may know whom. */

const SRC = path.join(__dirname, '..', '..', 'src');

interface Import {
  readonly from: string;
  /** Path below src without ending, or the name of a package. */
  readonly to: string;
  readonly isPackage: boolean;
  readonly typeOnly: boolean;
}

interface Source {
  readonly name: string;
  readonly imports: readonly Import[];
  readonly usesProcess: boolean;
}

/**
 * What the files of a folder, or one file at the top, may import: folders, single files and packages. `types`
 * may be imported as types only.
 */
interface Rule {
  readonly may: readonly string[];
  readonly types?: readonly string[];
}

const STANDARD = ['dicom/codes', 'dicom/names', 'dicom/values'];

const RULES: Readonly<Record<string, Rule>> = {
  errors: { may: [] },
  dicom: { may: [] },
  study: { may: ['dicom', 'errors', 'node:crypto'], types: ['node:stream'] },
  search: { may: ['study', 'dicom', 'errors'], types: ['fhir/releases'] },
  fhir: {
    may: [...STANDARD, 'study/model', 'study/identity', 'study/issuers', 'errors', 'node:crypto'],
  },
  pacs: {
    may: [
      'study',
      'dicom',
      'errors',
      'axios',
      'cockatiel',
      'dicomweb-client',
      'stream-json',
      'node:buffer',
      'node:events',
      'node:http',
      'node:https',
      'node:net',
      'node:stream',
      'node:crypto',
      'node:timers/promises',
      'node:tls',
      'node:util',
      'node:zlib',
    ],
  },
  auth: { may: ['study', 'dicom', 'errors', 'jose', 'lru-cache', 'node:crypto', 'zod'] },
  cache: {
    may: [
      'study',
      'dicom',
      'errors',
      '@redis/client',
      'lru-cache',
      'node:crypto',
      'node:events',
      'node:timers/promises',
      'node:util',
      'node:zlib',
    ],
  },
  http: {
    may: [
      'auth',
      'cache/flights',
      'search',
      'fhir',
      'study',
      'dicom',
      'errors',
      'web',
      'express',
      'cors',
      'helmet',
      'lru-cache',
      'yazl',
      'node:crypto',
      'node:events',
      'node:net',
      'node:stream',
      'node:util',
      'node:zlib',
    ],
    types: ['doctor/report'],
  },
  // Watches HTTP from outside: it reads exchanges and reports of http/, which knows nothing of it.
  observe: {
    may: [
      'http',
      'study',
      'dicom',
      'errors',
      'pino',
      'prom-client',
      'zod',
      'fhir/elements',
      'node:crypto',
      'node:fs',
      'node:path',
      'node:timers/promises',
    ],
    types: ['express', 'auth/access', 'fhir/releases'],
  },
  // Looks at the archive for people: it knows what the gateway asks of one, and nothing of its users.
  doctor: {
    may: [
      'pacs',
      'dicom',
      'errors',
      'settings',
      'gateway/limits',
      'zod',
      'node:buffer',
      'node:crypto',
      'node:fs',
      'node:util',
      'node:zlib',
    ],
    types: ['config'],
  },
  // The page for people: its files, and the tables it shows. What runs in browsers knows only itself.
  web: { may: ['node:fs', 'node:path'] },
  render: { may: ['dcmjs-imaging', 'jpeg-js', 'pngjs', 'node:path', 'node:worker_threads'] },
  health: { may: ['listen', 'node:http', 'node:net', 'node:path', 'node:worker_threads'] },
  demo: { may: ['node:', 'jpeg-js', 'pngjs'] },
  settings: { may: ['auth/configured', 'pacs/dialects', 'fhir/releases', 'zod'] },
  config: { may: ['settings', 'config', 'node:fs', 'node:path'], types: ['zod'] },
  live: { may: ['settings', 'node:util'], types: ['config'] },
  listen: { may: ['node:http', 'node:net'] },
  welcome: { may: ['study'], types: ['demo'] },
  gateway: {
    may: [
      'auth',
      'settings',
      'cache',
      'dicom',
      'doctor',
      'errors',
      'http',
      'observe',
      'pacs',
      'render',
      'search',
      'study',
      'fhir',
      'node:crypto',
    ],
    types: ['express', 'config'],
  },
  serving: {
    may: ['gateway', 'listen', 'live', 'errors'],
    types: ['config', 'http/conformance', 'observe/log'],
  },
  workers: {
    may: [
      'config',
      'serving',
      'listen',
      'live',
      'errors',
      'observe/log',
      'zod',
      'node:cluster',
      'node:crypto',
      'node:path',
    ],
    types: ['gateway', 'http/conformance'],
  },
  commands: {
    may: [
      'workers',
      'config',
      'serving',
      'settings',
      'demo',
      'doctor',
      'health',
      'welcome',
      'observe/log',
      'observe/audit/spoolFolders',
      'commander',
      'node:http',
      'zod',
    ],
    types: ['gateway', 'http/conformance'],
  },
  // Edges of a process: they may know everybody, and nobody knows them.
  main: { may: [''] },
  bench: { may: [''] },
};
const EDGES = ['main', 'bench'];

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map(readSource);

function readSource(file: string): Source {
  const name = file.replace(/\.ts$/, '').split(path.sep).join('/');
  const text = readFileSync(path.join(SRC, file), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const imports = tree.statements.flatMap((statement) => readImport(name, statement));
  return { name, imports, usesProcess: mentions(tree, 'process') };
}

function readImport(from: string, statement: ts.Statement): Import[] {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
  const { moduleSpecifier } = statement;
  if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
  const { text } = moduleSpecifier;
  const isPackage = !text.startsWith('.');
  const to = isPackage ? text : path.posix.join(path.posix.dirname(from), text);
  return [{ from, to, isPackage, typeOnly: isTypeOnly(statement) }];
}

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  const clause = statement.importClause;
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  if (name !== undefined || namedBindings === undefined) return false;
  return (
    ts.isNamedImports(namedBindings) && namedBindings.elements.every((each) => each.isTypeOnly)
  );
}

function mentions(node: ts.Node, identifier: string): boolean {
  if (ts.isIdentifier(node) && node.text === identifier) {
    return !ts.isPropertyAccessExpression(node.parent) || node.parent.expression === node;
  }
  return ts.forEachChild(node, (child) => mentions(child, identifier)) ?? false;
}

/** The folder of a file, or the file itself at the top. */
const home = (name: string) => name.split('/')[0] ?? '';

function isAllowed(one: Import): boolean {
  const own = home(one.from);
  if (!one.isPackage && home(one.to) === own) return true;
  const rule = RULES[own];
  const allowed = [...(rule?.may ?? []), ...(one.typeOnly ? (rule?.types ?? []) : [])];
  return allowed.some((each) => covers(each, one.to));
}

function covers(allowed: string, name: string): boolean {
  return allowed === '' || name === allowed || name.startsWith(allowed.replace(/([^:])$/, '$1/'));
}

test('every folder and every file at the top has a rule', () => {
  const homes = new Set(sources.map(({ name }) => home(name)));
  expect([...homes].filter((name) => !(name in RULES))).toEqual([]);
});

test('nobody imports what is not theirs to know', () => {
  const broken = sources.flatMap(({ imports }) => imports).filter((one) => !isAllowed(one));
  expect(
    broken.map(({ from, to, typeOnly }) => `${from} -> ${to}${typeOnly ? ' (type)' : ''}`),
  ).toEqual([]);
});

test('only the edges of the process read process', () => {
  const readers = sources.filter(({ usesProcess }) => usesProcess).map(({ name }) => home(name));
  expect(readers.filter((name) => !EDGES.includes(name))).toEqual([]);
});

test('nobody imports an edge of the process', () => {
  const all = sources.flatMap(({ imports }) => imports);
  const inward = all.filter(({ from, to }) => EDGES.includes(home(to)) && home(from) !== home(to));
  expect(inward).toEqual([]);
});

test('no values are imported in a circle', () => {
  const values = new Map(
    sources.map(({ name, imports }) => [
      name,
      imports.filter((one) => !one.isPackage && !one.typeOnly).map(({ to }) => to),
    ]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) circles.push([...trail, name].join(' -> '));
    if (trail.includes(name) || done.has(name)) return;
    for (const next of values.get(name) ?? []) visit(next, [...trail, name]);
    done.add(name);
  };
  for (const name of values.keys()) visit(name, []);
  expect(circles).toEqual([]);
});

test('every file says itself what it imports: nothing is required or imported at run time', () => {
  const late = sources.filter(({ name }) => {
    const text = readFileSync(path.join(SRC, `${name}.ts`), 'utf8');
    return /\brequire\(|\bimport\(/.test(text);
  });
  expect(late.map(({ name }) => name)).toEqual([]);
});
