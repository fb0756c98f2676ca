/** What the guest says of the user's functions once it has them: it is untrusted, and decides what may be shortened only. */
import { type KnownFunctions, recogniseFunction } from '@gridmr/engine';
import { z } from 'zod';

const sourcesSchema = z.tuple([z.string(), z.string(), z.boolean()]);

export interface ReadSources {
  readonly known: KnownFunctions;
  readonly hasTeardown: boolean;
}

/** What was read last: every attempt of a job has the same program. */
let last: { readonly json: string; readonly sources: ReadSources } | undefined;

/** @param json of what `combine` and `reduce` look like, and whether there is a `teardown` */
export function readSources(json: string): ReadSources {
  if (last?.json !== json) last = { json, sources: sourcesOf(json) };
  return last.sources;
}

function sourcesOf(json: string): ReadSources {
  const [combine, reduce, hasTeardown] = sourcesSchema.parse(JSON.parse(json));
  return { known: { combine: recogniseFunction(combine), reduce: recogniseFunction(reduce) }, hasTeardown };
}
