/** The platform's own code inside the guest: one function that runs before user code and of which user code sees nothing but `ctx` and `values`. */
import { dataPlaneLimits, sandboxLimits } from '@gridmr/contracts';
import { handOverAnswers, headerSlots, keyKinds, valueKinds } from './guest-header.js';
import { captureSource } from './prelude-capture.js';
import { contextSource } from './prelude-context.js';
import { emitSource } from './prelude-emit.js';
import { recordsSource } from './prelude-records.js';
import { returnsSource } from './prelude-returns.js';
import { valuesSource } from './prelude-values.js';

/** Frames of this file never count as the user's. */
export const preludeFile = 'gridmr:prelude';

const constants = {
  slots: headerSlots,
  keyKinds,
  valueKinds,
  answers: handOverAnswers,
  limits: {
    pairs: sandboxLimits.pairsPerBlockMax,
    pairText: sandboxLimits.pairTextLengthMax,
    keyLength: dataPlaneLimits.keyBytesMax,
    valueLength: dataPlaneLimits.valueBytesMax,
    keyDepth: sandboxLimits.keyDepthMax,
    counters: sandboxLimits.countersMax,
    counterName: sandboxLimits.counterNameLengthMax,
    logLines: sandboxLimits.logLinesMax,
    logLine: sandboxLimits.logLineLengthMax,
    errorText: 4 * sandboxLimits.errorMessageLengthMax,
  },
};

const declarations = Object.entries(constants).map(([name, value]) => `  const ${name} = ${JSON.stringify(value)};`);

/** Evaluates to a function of the host's calls and the shared arrays' memory that gives the entries. */
export const preludeSource = [
  "(function (host, shared) {\n  'use strict';",
  ...declarations,
  captureSource,
  emitSource,
  returnsSource,
  valuesSource,
  recordsSource,
  contextSource,
  '})',
].join('\n');
