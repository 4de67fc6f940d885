import express, { type Express, type Request, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Access } from '../auth/access';
import type { SmartConfiguration } from '../auth/smart';
import { Problem } from '../errors';
import { RELEASES, type FhirRelease, type ReleaseName } from '../fhir/releases';
import { readParameters, wantsPretty, wishOf } from './asked';
import type { BinaryHandler } from './binaryHandlers';
import { conformanceHandler, servedTypes, type Software } from './conformance';
import { allowOrigins } from './cors';
import type { Audit } from './disclosure';
import {
  exchangeOf,
  openExchange,
  refusePathTricks,
  sendFhir,
  type FhirAnswer,
  type FhirHandler,
  type FhirRequest,
} from './exchange';
import type { Handlers } from './handlers';
import { negotiateFormat, negotiateRelease, refuseOtherRelease } from './negotiate';
import { openApi } from './openapi';
import { nameRequest, sendProblem, type Report } from './problem';
import { smartConfigurationRoutes } from './smartConfiguration';
import { versionsHandler } from './versions';

/** How the HTTP side is set up. */
export interface HttpSettings {
  /** URL at which clients reach the gateway; no trailing slash. Asked at each request: a port may be chosen late. */
  publicBaseUrl(): string;
  readonly defaultRelease: ReleaseName;
  readonly corsOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly software: Software;
  readonly audit: Audit;
  /** Who asks and what they may see; throws Problem `unauthenticated` or `forbidden`. */
  access(request: Request): Promise<Access>;
  /** What `.well-known/smart-configuration` holds; undefined where nobody needs a token. */
  smartConfiguration(): Promise<SmartConfiguration | undefined>;
  /** Whether the process is draining: then it is no longer ready. */
  draining(): boolean;
  /** What a study's last update is at this archive, in words; undefined as long as the archive has not answered. */
  describeLastUpdated(): string | undefined;
  /** WADO-RS and QIDO-RS below `/dicom-web`; undefined where images do not lead through the gateway. */
  readonly dicomWeb?: RequestHandler | undefined;
  /** The same below a capability URL; undefined where there are none. */
  readonly capabilityWeb?: RequestHandler | undefined;
  /** Answers reads of Binary; undefined where images do not lead through the gateway. */
  readonly readBinary?: BinaryHandler | undefined;
}

/** Watches requests, for the log. */
export interface Watch {
  /** Sees every request before its answer; called once. */
  readonly request: RequestHandler;
  readonly problem: Report;
}

/** Builds the Express application; it does not listen. */
export function createApp(handlers: Handlers, settings: HttpSettings, watch: Watch): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(nameRequest, openExchange, watch.request);
  app.use(securityHeaders(), ...allowOrigins(settings.corsOrigins));
  app.use(refusePathTricks);
  app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  app.get('/health/ready', (_request, response) => {
    const draining = settings.draining();
    response.status(draining ? 503 : 200).json({ status: draining ? 'draining' : 'ready' });
  });
  const bases = ['', ...Object.keys(RELEASES).map((name) => `/${name}`)].map((at) => `/fhir${at}`);
  app.use(smartConfigurationRoutes(bases, () => settings.smartConfiguration()));
  for (const release of Object.values(RELEASES)) {
    const own = (request: Request) => {
      refuseOtherRelease(wishOf(request), release);
      return release;
    };
    app.use(`/fhir/${release.name}`, fhirRoutes(handlers, settings, own, `/${release.name}`));
  }
  const { dicomWeb, capabilityWeb } = settings;
  if (capabilityWeb !== undefined) app.use('/dicom-web/~:capability', capabilityWeb);
  if (dicomWeb !== undefined) app.use('/dicom-web', dicomWeb);
  app.get('/openapi.json', (_request, response) => {
    const binary = settings.readBinary !== undefined;
    response.json(openApi(settings.software, settings.publicBaseUrl(), servedTypes, binary));
  });
  const negotiated = (request: Request) =>
    negotiateRelease(wishOf(request), settings.defaultRelease);
  app.use('/fhir', fhirRoutes(handlers, settings, negotiated, ''));
  app.use((request) => {
    const text = `There is nothing at this path. FHIR is at ${bases.join(', ')}.`;
    throw new Problem('not-found', text, { location: [request.method] });
  });
  app.use(sendProblem(settings.defaultRelease, watch.problem));
  return app;
}

/** The closed table of FHIR routes (http.html of each release); everything else is not there. */
function fhirRoutes(
  handlers: Handlers,
  settings: HttpSettings,
  releaseOf: (request: Request) => FhirRelease,
  suffix: string,
): express.Router {
  const router = express.Router({ caseSensitive: true });
  const conformance = conformanceHandler(settings);
  const form = express.text({
    type: 'application/x-www-form-urlencoded',
    limit: settings.maxBodyBytes,
    inflate: false,
  });
  const answer =
    (handler: FhirHandler): RequestHandler =>
    async (request, response) => {
      const release = releaseOf(request);
      const baseUrl = `${settings.publicBaseUrl()}/fhir${suffix}`;
      const understood = understand(request, release, baseUrl, settings);
      const given = await answerAudited(request, settings, () => handler(understood));
      sendFhir(request, response, understood, given);
    };
  const get = (path: string, handler: FhirHandler) => {
    router.route(path).get(answer(handler)).all(refuseMethod('GET, HEAD'));
  };
  const search = (path: string, handler: FhirHandler) => {
    router
      .route(`${path}/_search`)
      .get(answer(handler))
      .post(form, answer(handler))
      .all(refuseMethod('GET, HEAD, POST'));
    get(path, handler);
  };
  router.options('/', answer(conformance));
  get('/metadata', conformance);
  search('/ImagingStudy', handlers.searchStudies);
  search('/Patient/:id/ImagingStudy', handlers.searchStudiesOfPatient);
  search('/Patient', handlers.searchPatients);
  get('/ImagingStudy/$explain', handlers.explainStudies);
  get('/ImagingStudy/:id', handlers.readStudy);
  get('/ImagingStudy/:id/_history/:version', handlers.readStudyVersion);
  get('/Patient/:id', handlers.readPatient);
  get('/Patient/:id/_history/:version', handlers.readPatientVersion);
  search('/Endpoint', handlers.searchEndpoints);
  get('/Endpoint/:id', handlers.readEndpoint);
  search('/StructureDefinition', handlers.searchDefinitions);
  get('/StructureDefinition/:id', handlers.readDefinition);
  get('/OperationDefinition/:id', handlers.readOperation);
  get('/$versions', versionsHandler(settings.defaultRelease));
  const { readBinary } = settings;
  if (readBinary !== undefined) {
    const read: RequestHandler<{ id: string }> = (request, response) =>
      readBinary(request, response, {
        release: releaseOf(request),
        id: request.params.id,
        access: () => settings.access(request),
      });
    router.route('/Binary/:id').get(read).all(refuseMethod('GET, HEAD'));
  }
  return router;
}

/** Has a handler answer, and tells the audit what the answer shows, or that it was refused. */
async function answerAudited(
  request: Request,
  settings: HttpSettings,
  handle: () => FhirAnswer | Promise<FhirAnswer>,
): Promise<FhirAnswer> {
  const action = request.params.id === undefined ? ('search' as const) : ('read' as const);
  try {
    const given = await handle();
    const { disclosed } = given;
    if (disclosed !== undefined)
      await settings.audit({ action, outcome: 'success', request, ...disclosed });
    return given;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const known = await settings.access(request).then(
      (own) => ({ access: own }),
      () => ({}),
    );
    await settings.audit({ action, outcome: 'failure', request, ...known, studies: [], error });
    throw error;
  }
}

/** Whether the caller was refused, or asked for what is not there for them: nobody can tell which from outside. */
function isRefusal(error: unknown): boolean {
  const codes: readonly string[] = ['unauthenticated', 'forbidden', 'not-found', 'rate-limited'];
  return error instanceof Problem && codes.includes(error.code);
}

/** Negotiates and reads everything that each handler needs, before anything is asked of the archive. */
function understand(
  request: Request,
  release: FhirRelease,
  baseUrl: string,
  settings: HttpSettings,
): FhirRequest {
  const { format, accept } = wishOf(request);
  return {
    release,
    format: negotiateFormat(format, accept),
    pretty: wantsPretty(request),
    baseUrl,
    parameters: readParameters(request),
    path: (name) => String(request.params[name] ?? ''),
    handling: /\bhandling=lenient\b/.test(request.get('Prefer') ?? '') ? 'lenient' : 'strict',
    received: new Date(),
    call: exchangeOf(request).call,
    access: () => settings.access(request),
  };
}

function refuseMethod(allowed: string): RequestHandler {
  return (request, response) => {
    response.set('Allow', allowed);
    const text = `${request.method} does not work here, only ${allowed}: the gateway reads and never writes.`;
    throw new Problem('method-not-allowed', text);
  };
}

/** Helmet's headers, but those that would break plain HTTP on loopback or images in other origins' pages. */
function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    strictTransportSecurity: false,
  });
}
