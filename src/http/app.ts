import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Interaction } from '../auth/access';
import type { SmartConfiguration } from '../auth/smart';
import { Problem } from '../errors';
import { RELEASES } from '../fhir/releases';
import type { Meter } from '../study/source';
import { answer, type Answering, type Guarded } from './answering';
import type { BinaryHandler } from './binaryHandlers';
import { conformanceHandler, servedTypes, type Software } from './conformance';
import { allowOrigins } from './cors';
import { openExchange, refusePathTricks, type FhirHandler } from './exchange';
import { send } from './finished';
import type { Handlers } from './handlers';
import { refuseForeignHosts } from './hosts';
import { keepAnswers, type Keep, type KeepSettings } from './kept';
import { openApi } from './openapi';
import { pageRoutes } from './page';
import type { PageOptions } from './pageFacts';
import { nameRequest, sendProblem, type Report } from './problem';
import { refuseWriting } from './refuseMethod';
import { smartConfigurationRoutes } from './smartConfiguration';
import { createUnderstanding, FHIR_BASE, releaseOf, type Understanding } from './understand';
import { versionsHandler } from './versions';

/** How the HTTP side is set up. */
export interface HttpSettings extends Answering, Understanding {
  /** Asked at each request, as the settings may change. */
  corsOrigins(): readonly string[];
  readonly maxBodyBytes: number;
  readonly software: Software;
  readonly keep: KeepSettings;
  /** Whether the Authorization header chooses among answers. */
  readonly authorises: boolean;
  /** Whether whoever is on this machine may see everything: then a page of another site's must not be let in. */
  readonly trustsMachine: boolean;
  /** What `.well-known/smart-configuration` holds; undefined where nobody needs a token. */
  smartConfiguration(): Promise<SmartConfiguration | undefined>;
  /** Whether the process is draining: then it is no longer ready. */
  draining(): boolean;
  /** What a study's last update is at this archive, in words; undefined as long as the archive has not answered. */
  describeLastUpdated(): string | undefined;
  /** `/metrics` and `/status`; undefined where there is no token for them. */
  readonly operations?: RequestHandler | undefined;
  /** What operators may have the gateway do, below `/admin`; passes on where there is no token for it. */
  readonly admin: RequestHandler;
  /** What the archive does, at `/doctor`; passes on where nobody may see it. */
  readonly doctor: RequestHandler;
  /** WADO-RS and QIDO-RS below `/dicom-web`; undefined where images do not lead through the gateway. */
  readonly dicomWeb?: RequestHandler | undefined;
  /** The same below a capability URL; undefined where there are none. */
  readonly capabilityWeb?: RequestHandler | undefined;
  /** What the page at `/` is told. */
  readonly page: PageOptions;
  /** Answers reads of Binary; undefined where images do not lead through the gateway. */
  readonly readBinary?: BinaryHandler | undefined;
}

/** Watches requests, for the log and for metrics. */
export interface Watch {
  /** Sees every request before its answer; called once. */
  readonly request: RequestHandler;
  readonly problem: Report;
  /** Hears what all answers cost. */
  readonly meter?: Meter | undefined;
}

/** Builds the Express application; it does not listen. */
export function createApp(handlers: Handlers, settings: HttpSettings, watch: Watch): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(nameRequest, openExchange(watch.meter), watch.request);
  app.use(securityHeaders(), ...allowOrigins(() => settings.corsOrigins()));
  app.use(refusePathTricks);
  app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  app.get('/health/ready', (_request, response) => {
    const draining = settings.draining();
    response.status(draining ? 503 : 200).json({ status: draining ? 'draining' : 'ready' });
  });
  if (settings.operations !== undefined) app.use(settings.operations);
  app.use('/admin', settings.admin);
  app.use('/doctor', settings.doctor);
  if (settings.trustsMachine) app.use(refuseForeignHosts(() => settings.publicBaseUrl()));
  const keep = keepAnswers(settings.keep);
  const bases = ['', ...Object.keys(RELEASES).map((name) => `/${name}`)].map((at) => `/fhir${at}`);
  app.use(smartConfigurationRoutes(bases, () => settings.smartConfiguration()));
  app.use(FHIR_BASE, fhirRoutes(handlers, settings, keep));
  const { dicomWeb, capabilityWeb } = settings;
  if (capabilityWeb !== undefined) app.use('/dicom-web/~:capability', capabilityWeb);
  if (dicomWeb !== undefined) app.use('/dicom-web', dicomWeb);
  app.get('/openapi.json', (_request, response) => {
    const binary = settings.readBinary !== undefined;
    response.json(openApi(settings.software, settings.publicBaseUrl(), servedTypes, binary));
  });
  const tokenEndpoint = async () => (await settings.smartConfiguration())?.token_endpoint;
  app.use(pageRoutes({ ...settings, images: settings.dicomWeb !== undefined, tokenEndpoint }));
  app.use((request) => {
    const text = `There is nothing at this path. FHIR is at ${bases.join(', ')}.`;
    throw new Problem('not-found', text, { location: [request.method] });
  });
  app.use(sendProblem(settings.defaultRelease, watch.problem));
  return app;
}

/** The closed table of FHIR routes (http.html of each release); everything else is not there. */
function fhirRoutes(handlers: Handlers, settings: HttpSettings, keep: Keep): express.Router {
  const router = express.Router({ caseSensitive: true });
  const conformance = conformanceHandler(settings);
  const understand = createUnderstanding(settings);
  const form = express.text({
    type: 'application/x-www-form-urlencoded',
    limit: settings.maxBodyBytes,
    inflate: false,
  });
  const varies = settings.authorises ? ['Authorization'] : [];
  const through =
    (handler: FhirHandler, guarded?: Guarded): RequestHandler =>
    async (request, response) => {
      const understood = understand(request, () => settings.access(request));
      const given = await answer(request, understood, handler, settings, guarded);
      await send(request, response, given, varies);
    };
  const get = (path: string, handler: FhirHandler, guarded?: Guarded) => {
    router.route(path).get(through(handler, guarded)).all(refuseWriting('GET, HEAD'));
  };
  const search = (path: string, handler: FhirHandler, guarded?: Guarded) => {
    router
      .route(`${path}/_search`)
      .get(through(handler, guarded))
      .post(form, through(handler, guarded))
      .all(refuseWriting('GET, HEAD, POST'));
    get(path, handler, guarded);
  };
  const of = (type: Guarded['type'], interaction: Interaction) => ({ type, interaction, keep });
  router.options('/', through(conformance));
  get('/metadata', conformance);
  search('/ImagingStudy', handlers.searchStudies, of('ImagingStudy', 'search'));
  search(
    '/Patient/:id/ImagingStudy',
    handlers.searchStudiesOfPatient,
    of('ImagingStudy', 'search'),
  );
  search('/Patient', handlers.searchPatients, of('Patient', 'search'));
  get('/ImagingStudy/$explain', handlers.explainStudies, of('ImagingStudy', 'search'));
  get('/ImagingStudy/:id', handlers.readStudy, of('ImagingStudy', 'read'));
  const readVersion = of('ImagingStudy', 'read');
  get('/ImagingStudy/:id/_history/:version', handlers.readStudyVersion, readVersion);
  get('/Patient/:id', handlers.readPatient, of('Patient', 'read'));
  get('/Patient/:id/_history/:version', handlers.readPatientVersion, of('Patient', 'read'));
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
        release: releaseOf(request, settings.defaultRelease),
        id: request.params.id,
        access: () => settings.access(request),
      });
    router.route('/Binary/:id').get(read).all(refuseWriting('GET, HEAD'));
  }
  return router;
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
