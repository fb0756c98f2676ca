/** The shape of a program that means harm: what it is, what it is given, and the only ways it may end. */
import type { JobErrorCode, ProgramSource } from '@gridmr/contracts';

/** With one of these errors; or with exactly these pairs, because what it does hurts nobody else. */
export type HostileEnd =
  | { readonly codes: readonly JobErrorCode[] }
  | { readonly pairs: readonly (readonly [key: unknown, value: unknown])[] };

export interface HostileProgram {
  readonly name: string;
  readonly source: ProgramSource;
  /** `map`: it gets one line, `a`. `combine`, `reduce`: one group, `k` with 1 and 2. */
  readonly phase: 'map' | 'combine' | 'reduce';
  /** What its attempt may take. */
  readonly deadlineMs: number;
  readonly ends: HostileEnd;
}

/** Enough to start, too little to wait for. */
const shortMs = 300;
/** For what is ended by something else than time. */
const longMs = 30_000;

const mayTakeAllTime = (codes: readonly JobErrorCode[]) => codes.includes('task_timeout');

/** Map functions `(line, ctx) => { … }` by what they do, each of which ends with one of these errors. */
export function failing(codes: readonly JobErrorCode[], bodies: Readonly<Record<string, string>>): HostileProgram[] {
  const deadlineMs = mayTakeAllTime(codes) ? shortMs : longMs;
  return Object.entries(bodies).map(([name, body]) => ({
    name,
    source: { form: 'functions', map_function: `(line, ctx) => { ${body} }` },
    phase: 'map',
    deadlineMs,
    ends: { codes },
  }));
}

/** Map functions that do harm to nobody but themselves, with the pairs they give. */
export function harmless(bodies: Readonly<Record<string, [body: string, pairs: unknown[][]]>>): HostileProgram[] {
  return Object.entries(bodies).map(([name, [body, pairs]]) => ({
    name,
    source: { form: 'functions', map_function: `(line, ctx) => { ${body} }` },
    phase: 'map',
    deadlineMs: longMs,
    ends: { pairs: pairs.map(([key, value]) => [key, value]) },
  }));
}

/** A program of any form, for any phase. */
export function hostile(
  name: string,
  source: string | Omit<Extract<ProgramSource, { form: 'functions' }>, 'form'>,
  ends: HostileEnd,
  phase: HostileProgram['phase'] = 'map',
): HostileProgram {
  const deadlineMs = 'codes' in ends && mayTakeAllTime(ends.codes) ? shortMs : longMs;
  const program: ProgramSource =
    typeof source === 'string' ? { form: 'module', program: source } : { form: 'functions', ...source };
  return { name, source: program, phase, deadlineMs, ends };
}
