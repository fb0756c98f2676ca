/**
 * Whether `Set` means the engine's own wherever a program says it: what is known of functions that make a set of their values (`known-function.ts`) stands and
 * falls with that.
 *
 * The guest is asked once the program is loaded, and functions that are known change nothing. So what is left is judged by the text of the program: that it
 * declares no `Set` of its own, and has none of the ways to come by the engine's. A program that is taken for one of these only runs as it always did.
 */
import type { ProgramSource } from '@gridmr/contracts';
import type { KnownFunction, KnownFunctions } from '@gridmr/engine';
import { partsOf } from './program-parts.js';

/** `Set` where it is not made one of; a name that is spelt by escapes; all that leads to a prototype or to the global object. */
const suspicious =
  /(?<!\bnew\s+)\bSet\b|\\u|\b(?:prototype|constructor|__proto__|getPrototypeOf|Reflect|globalThis|eval|Function)\b/;

export function keepsSet(source: ProgramSource): boolean {
  return partsOf(source).every(({ text }) => !suspicious.test(text));
}

export function withoutDistinct({ combine, reduce }: KnownFunctions): KnownFunctions {
  const unless = (known: KnownFunction | undefined) => (known === 'distinct' ? undefined : known);
  return { combine: unless(combine), reduce: unless(reduce) };
}
