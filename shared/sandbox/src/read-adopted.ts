/** What the guest says of the user's functions once it has them: it is untrusted, and decides what may be shortened only. */
import { type KnownFunctions, recogniseFunction } from '@gridmr/engine';
import { z } from 'zod';

const factsSchema = z.tuple([z.string(), z.string(), z.boolean(), z.boolean(), z.boolean()]);

interface AdoptedFunctions {
  readonly known: KnownFunctions;
  readonly hasSetup: boolean;
  readonly hasTeardown: boolean;
  /** Whether `Set` was the engine's own once the program was loaded. */
  readonly hasOwnSet: boolean;
}
type Adopted = AdoptedFunctions | { readonly fault: string };

/** What was read last: every attempt of a job has the same program. */
let last: { readonly answer: string; readonly adopted: Adopted } | undefined;

/** @param answer of the prelude's `adopt`: a list in JSON, or what is wrong */
export function readAdopted(answer: string): Adopted {
  if (last?.answer !== answer) last = { answer, adopted: adoptedOf(answer) };
  return last.adopted;
}

function adoptedOf(answer: string): Adopted {
  if (!answer.startsWith('[')) return { fault: answer };
  const [combine, reduce, hasSetup, hasTeardown, hasOwnSet] = factsSchema.parse(JSON.parse(answer));
  const known = { combine: recogniseFunction(combine), reduce: recogniseFunction(reduce) };
  return { known, hasSetup, hasTeardown, hasOwnSet };
}
