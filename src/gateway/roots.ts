import type { Access } from '../auth/access';
import type { Capabilities } from '../auth/capability';
import { patientMark } from '../study/identity';
import type { StudyHeader } from '../study/model';
import type { GatewaySettings } from './limits';

/** Where the images of studies are. */
export interface DicomWebRoots {
  /** Whether they lead through the gateway. */
  readonly proxied: boolean;
  /** DICOMweb root of all studies. */
  shared(): string;
  /** Whether the client sends its token there; undefined where the root is not the gateway's. */
  readonly requiresToken: boolean | undefined;
  /** A root that opens one study to one caller; undefined where there are no capability URLs. */
  readonly own: ((access: Access, study: StudyHeader) => string) | undefined;
}

/**
 * @param baseUrl URL at which clients reach the gateway
 * @param capabilities undefined where there are no capability URLs
 */
export function dicomWebRoots(
  settings: GatewaySettings,
  baseUrl: () => string,
  capabilities: Capabilities | undefined,
): DicomWebRoots {
  const proxied = settings['wado.mode'] === 'proxy';
  const shared = () =>
    proxied ? `${baseUrl()}/dicom-web` : (settings['wado.baseUrl'] ?? settings['pacs.url']);
  const seal = ({ caller }: Access, study: StudyHeader, by: Capabilities) => {
    const opens = { study: study.uid, patientMark: patientMark(study.patient) };
    return by.seal({ ...opens, callerKey: caller.key }, Date.now());
  };
  return {
    proxied,
    shared,
    requiresToken: proxied ? tokenWanted(settings) : undefined,
    own:
      proxied && capabilities !== undefined
        ? (access, study) => `${shared()}/~${seal(access, study, capabilities)}`
        : undefined,
  };
}

function tokenWanted(settings: GatewaySettings): boolean {
  if (settings['auth.mode'] === 'none') return false;
  return !settings['capability.urls'] || settings['capability.requiresToken'];
}
