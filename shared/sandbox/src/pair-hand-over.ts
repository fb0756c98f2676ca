/**
 * What the guest hands over into a `PairBlock`. Everything that left the guest is untrusted: kinds, counts, text, numbers and partitions
 * are checked, and what does not fit is an error of the program, never of the host.
 */
import { sandboxLimits } from '@gridmr/contracts';
import { encodeJsonKeys, encodePlainKeys, type KeyColumn, type PairBlock } from '@gridmr/engine';
import { handOverAnswers, keyKinds, valueKinds } from './guest-header.js';
import { encodeJsonTexts, encodeNumbers, encodeStrings, type ValueColumn } from './value-column.js';

/** A hand-over that the prelude would never make: user code got at it. */
export class ForgedHandOverError extends Error {
  constructor(what: string) {
    super(`the program handed over ${what}; it must not change the sandbox's own workings`);
    this.name = 'ForgedHandOverError';
  }
}

/** As it lies in the guest: texts and arrays are seen in place and copied here. */
export interface HandOver {
  readonly count: number;
  readonly keyKind: number;
  readonly valueKind: number;
  readonly keyText: Uint8Array;
  readonly valueText: Uint8Array;
  /** At least `count` long. */
  readonly numbers: Float64Array;
  /** Undefined if the program has no partition function, or nothing is partitioned. */
  readonly partitions: Uint32Array | undefined;
  readonly numReducers: number;
}

type ToSendAgain = typeof handOverAnswers.keysAsJson | typeof handOverAnswers.valuesAsJson;

/** The pairs, or what the guest must send again as JSON. Throws `ForgedHandOverError`, `KeyError`, `ValueTooLargeError`. */
export function readHandOver(given: HandOver): PairBlock | ToSendAgain {
  const { count } = given;
  if (count < 1 || count > sandboxLimits.pairsPerBlockMax) throw new ForgedHandOverError(`${count} pairs at once`);
  const keys = readKeys(given);
  if (keys === undefined) return handOverAnswers.keysAsJson;
  const values = readValues(given);
  if (values === undefined) return handOverAnswers.valuesAsJson;
  return { count, ...keys, ...values, partitions: readPartitions(given) };
}

function readKeys({ count, keyKind, keyText }: HandOver): KeyColumn | undefined {
  if (keyKind === keyKinds.plain) return encodePlainKeys(keyText, count);
  if (keyKind !== keyKinds.json) throw new ForgedHandOverError(`keys of kind ${keyKind}`);
  const keys = parseKeys(keyText);
  if (!Array.isArray(keys) || keys.length !== count) throw new ForgedHandOverError(`keys that are not ${count}`);
  return encodeJsonKeys(keys);
}

function parseKeys(keyText: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(keyText.buffer, keyText.byteOffset, keyText.length).toString('utf8'));
  } catch {
    throw new ForgedHandOverError('keys that are not JSON');
  }
}

function readValues({ count, valueKind, valueText, numbers }: HandOver): ValueColumn | undefined {
  if (valueKind === valueKinds.numbers) return encodeNumbers(numbers.subarray(0, count));
  if (valueKind === valueKinds.strings) return encodeStrings(valueText, count);
  if (valueKind !== valueKinds.json) throw new ForgedHandOverError(`values of kind ${valueKind}`);
  const values = encodeJsonTexts(valueText, count);
  if (values === undefined) throw new ForgedHandOverError(`values that are not ${count} JSON texts`);
  return values;
}

function readPartitions({ count, partitions, numReducers }: HandOver): Uint32Array | undefined {
  if (partitions === undefined) return undefined;
  const copy = partitions.slice(0, count);
  for (const partition of copy) {
    if (partition >= numReducers) throw new ForgedHandOverError(`partition ${partition} of ${numReducers}`);
  }
  return copy;
}
