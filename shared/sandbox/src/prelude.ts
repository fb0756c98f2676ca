/** The platform's own code inside the guest: one function that runs before user code and of which user code sees nothing but `ctx` and `values`. */
import { dataPlaneLimits, sandboxLimits } from '@gridmr/contracts';
import { knownSourceLengthMax } from '@gridmr/engine';
import { batchKinds, headerSlots, valueKinds } from './guest-header.js';
import { captureSource } from './prelude-capture.js';
import { contextSource } from './prelude-context.js';
import { emitSource } from './prelude-emit.js';
import { recordsSource } from './prelude-records.js';
import { returnsSource } from './prelude-returns.js';
import { valuesSource } from './prelude-values.js';

/** Frames of this file never count as the user's. */
export const preludeFile = 'gridmr:prelude';

const constants: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  slots: headerSlots,
  valueKinds,
  batchKinds,
  limits: {
    /** What a pair takes of the room besides its text, and the room: so many pairs, or less of them and more text. */
    pair: sandboxLimits.pairRoom,
    room: sandboxLimits.pairsPerBlockMax * sandboxLimits.pairRoom,
    keyLength: dataPlaneLimits.keyBytesMax,
    valueLength: dataPlaneLimits.valueBytesMax,
    knownSource: knownSourceLengthMax,
    keyDepth: sandboxLimits.keyDepthMax,
    copiedValues: sandboxLimits.copiedValuesMax,
    counters: sandboxLimits.countersMax,
    counterName: sandboxLimits.counterNameLengthMax,
    logLines: sandboxLimits.logLinesMax,
    logLine: sandboxLimits.logLineLengthMax,
    errorText: 4 * sandboxLimits.errorMessageLengthMax,
  },
};

/** In the guest, a constant is its number: looking a name up costs as much as anything that is done for a pair. */
function inline(source: string): string {
  const names = Object.keys(constants).join('|');
  return source.replaceAll(new RegExp(`\\b(${names})\\.(\\w+)`, 'g'), (_, group: string, name: string) => {
    const value = constants[group]?.[name];
    if (value === undefined) throw new Error(`the prelude has no constant ${group}.${name}`);
    return String(value);
  });
}

/** Evaluates to a function of the host's calls and the shared arrays' memory that gives the entries. */
export const preludeSource = [
  "(function (host, shared) {\n  'use strict';",
  captureSource,
  emitSource,
  returnsSource,
  valuesSource,
  recordsSource,
  contextSource,
  '})',
]
  .map(inline)
  .join('\n');
