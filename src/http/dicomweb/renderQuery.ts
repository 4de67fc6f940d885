import { Problem } from '../../errors';
import type { RenderWish } from './services';

/** The parameters of a rendering (PS3.18 8.3.5.1), with the form that a value must have and an example. */
const PARAMETERS: Readonly<Record<string, readonly [form: RegExp, example: string]>> = {
  viewport: [/^\d{1,5},\d{1,5}(,-?\d{0,5}){0,4}$/, 'viewport=256,256'],
  window: [
    /^-?\d{1,8}(\.\d{1,8})?,\d{1,8}(\.\d{1,8})?,(linear|linear-exact|sigmoid)$/,
    'window=40,400,linear',
  ],
  quality: [/^(100|[1-9]?\d)$/, 'quality=90'],
  iccprofile: [/^(no|yes|srgb|adobergb|rommrgb|displayp3)$/, 'iccprofile=yes'],
  annotation: [/^(patient|technique)(,(patient|technique))?$/, 'annotation=technique'],
};

/** How a rendering was asked for. */
export interface RenderQuery {
  /** For the archive: parameters as they came, all of them known and in their form. */
  readonly parameters: readonly (readonly [string, string])[];
  /** For the gateway's own renderer. */
  readonly wish: Pick<RenderWish, 'viewport' | 'window'>;
}

/**
 * Reads rendering parameters.
 *
 * @param parameters of the query string; `accept` is not among them
 * @throws Problem `unsupported-parameter` or `invalid-value`: an image in another window than was asked for may be
 *   read as what it is not
 */
export function readRenderQuery(parameters: readonly (readonly [string, string])[]): RenderQuery {
  for (const [name, value] of parameters) {
    const [form, example] = PARAMETERS[name] ?? unknown(name);
    if (!form.test(value)) {
      throw new Problem('invalid-value', `${name} has another form, for example ${example}.`, {
        location: [name],
      });
    }
  }
  const given = new Map(parameters);
  const [width, height] = numbers(given.get('viewport'));
  const [center, range] = numbers(given.get('window'));
  return {
    parameters,
    wish: {
      ...(width && height && { viewport: [width, height] as const }),
      ...(center !== undefined && range && { window: [center, range] as const }),
    },
  };
}

function unknown(name: string): never {
  const known = Object.keys(PARAMETERS).join(', ');
  const text = `A rendering has no parameter ${JSON.stringify(name.slice(0, 32))}, only ${known}.`;
  throw new Problem('unsupported-parameter', text, { location: [name.slice(0, 32)] });
}

function numbers(value: string | undefined): number[] {
  return value === undefined ? [] : value.split(',').map(Number);
}
