import type { Probe } from './finding';
import { below } from './probes/below';
import { completeness, letters } from './probes/completeness';
import { dates } from './probes/dates';
import { fields } from './probes/fields';
import { images } from './probes/images';
import { links, updates, versions } from './probes/native';
import { paging } from './probes/paging';
import { accept, empty, encoding, lists, wildcards } from './probes/queries';
import { reach } from './probes/reach';
import { files } from './probes/retrieval';
import { filters, safety } from './probes/safety';
import { cors, hygiene, timings, validators } from './probes/surroundings';

/** THE LIST of probes, in the order in which they are made; the first must answer for any other to make sense. */
export const PROBES: readonly Probe[] = [
  reach,
  versions,
  hygiene,
  accept,
  empty,
  safety,
  filters,
  wildcards,
  encoding,
  lists,
  paging,
  fields,
  dates,
  below,
  completeness,
  letters,
  files,
  images,
  updates,
  validators,
  links,
  cors,
  timings,
];
