import { z } from 'zod';

/* What the tests read of the clients' answers. */

const reference = z.object({ reference: z.string() });
const bundle = z.looseObject({
  resourceType: z.literal('Bundle'),
  total: z.number().optional(),
  entry: z
    .array(
      z.looseObject({
        fullUrl: z.string(),
        search: z.object({ mode: z.string() }),
        resource: z.looseObject({ resourceType: z.string(), id: z.string() }),
      }),
    )
    .default([]),
});
const study = z.looseObject({
  resourceType: z.literal('ImagingStudy'),
  subject: reference,
  endpoint: z.array(reference),
});

export type Bundle = z.output<typeof bundle>;

/** A searchset of DSTU2 or later. */
export const bundleOf = (value: unknown): Bundle => bundle.parse(value);

/** Ids of the matches, in order. */
export const idsIn = ({ entry }: Bundle): string[] =>
  entry.filter(({ search }) => search.mode === 'match').map(({ resource }) => resource.id);

export const typesIn = ({ entry }: Bundle): string[] =>
  entry.map(({ resource }) => resource.resourceType);

/** The first study among entries. */
export function studyOf({ entry }: { readonly entry: readonly { readonly resource: object }[] }) {
  return study.parse(entry[0]?.resource);
}
