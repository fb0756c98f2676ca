/** Values of options, from text. Each throws `InvalidArgumentError`, which names the option. */
import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

/** Gathers `name=value`, given any number of times. */
export function parameterOf(text: string, before: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('It must read name=value.');
  return { ...before, [name]: jsonOrText(value) };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
};

/** `100MB` → 100000000; `1.5GiB`; a plain number is bytes. */
export function sizeInBytes(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = unitBytes[unit.toUpperCase()];
  if (digits === '' || factor === undefined) {
    throw new InvalidArgumentError('It must be a size, as 100MB, 1.5GiB or 4096.');
  }
  return Math.round(Number(digits) * factor);
}
