import { z } from 'zod';

/* An R4 ImagingStudy as profiles see it; what is mandatory in R4 and in them is mandatory here. */

const extension = z.looseObject({ url: z.string() });
const coding = z.looseObject({ system: z.string().optional(), code: z.string() });
const reference = z.looseObject({ reference: z.string(), type: z.string().optional() });
/** `uid`, or why it is not there: DICOM's own that is no FHIR id stands in an extension. */
const identified = {
  uid: z.string().optional(),
  _uid: z.looseObject({ extension: z.array(extension).min(1) }).optional(),
};
const instance = z
  .looseObject({ ...identified, sopClass: coding, number: z.number().optional() })
  .refine(hasUid);
const series = z
  .looseObject({
    ...identified,
    number: z.number().optional(),
    modality: coding,
    numberOfInstances: z.number().optional(),
    instance: z.array(instance).min(1).optional(),
  })
  .refine(hasUid);

export const imagingStudy = z.looseObject({
  resourceType: z.literal('ImagingStudy'),
  id: z.string().optional(),
  contained: z.array(z.looseObject({ resourceType: z.string(), id: z.string() })).default([]),
  identifier: z
    .array(z.looseObject({ system: z.string().optional(), value: z.string().optional() }))
    .min(1),
  status: z.enum(['registered', 'available', 'cancelled', 'entered-in-error', 'unknown']),
  modality: z.array(coding).min(1),
  subject: reference,
  started: z.string().optional(),
  endpoint: z.array(reference).min(1),
  numberOfSeries: z.number().optional(),
  numberOfInstances: z.number().optional(),
  series: z.array(series).min(1).optional(),
});

export type ImagingStudy = z.output<typeof imagingStudy>;

function hasUid({ uid, _uid }: { uid?: string | undefined; _uid?: unknown }): boolean {
  return (uid === undefined) !== (_uid === undefined);
}

/** DICOM's code system in FHIR, and HL7's of values that nobody knows. */
export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
export const ABSENT = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';

export const endpoint = z.looseObject({
  resourceType: z.literal('Endpoint'),
  status: z.enum(['active', 'suspended', 'error', 'off', 'entered-in-error', 'test']),
  connectionType: z.object({
    system: z.literal('http://terminology.hl7.org/CodeSystem/endpoint-connection-type'),
    code: z.literal('dicom-wado-rs'),
    display: z.string().optional(),
  }),
  payloadType: z.array(z.looseObject({})).min(1),
  address: z.string(),
  extension: z.array(z.object({ url: z.string(), valueBoolean: z.boolean() })),
});
