/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** @throws SyntaxError for a text that is no JSON */
export function parseJson(text: string): Json {
  // JSON.parse makes nothing but what the type says.
  return JSON.parse(text) as Json;
}

/** What is at a path of names; undefined where there is nothing. An array on the way stands for its first item. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, name) => {
    const one = isList(inner) ? inner[0] : inner;
    return isObject(one) ? one[name] : undefined;
  }, value);
}

/** The items of an array; what is none counts as one item, what is not there as none. */
export function items(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [value];
}

/** A text that is not empty. */
export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
