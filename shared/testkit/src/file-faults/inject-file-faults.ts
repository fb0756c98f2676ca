/**
 * A layer of faults between Node's `fs` and whoever uses it: the functions of the module are replaced, in place, for all importers of this thread. It
 * makes what cannot be had for real on a sound disk: EIO, ESTALE, answers that are lost, reads that are short, names that are remembered as missing.
 * (A full disk, a directory that goes away, a file that is cut or changed can be had for real: tests do that.)
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { FaultClock } from './fault-clock.js';
import type { FaultPlan } from './fault-plan.js';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Functions = Record<string, AnyFunction>;

export interface InjectedFaults extends Disposable {
  /** How many calls failed so far. */
  readonly failed: number;
}

/** Calls whose first argument is a path: what they are about must be there. */
const looking = ['stat', 'open', 'realpath', 'lstat', 'readFile'];
const others = ['readdir', 'opendir', 'mkdir', 'writeFile'];
/** Calls that make their second path of their first. */
const moving = ['link', 'rename'];
const removing = ['unlink', 'rm'];

/** Begins at once, and ends when it is disposed. */
export function injectFileFaults(plan: FaultPlan): InjectedFaults {
  const clock = new FaultClock(plan);
  const undo: (() => void)[] = [];
  const replace = (owner: object, name: string, wrap: (original: AnyFunction) => AnyFunction) => {
    const functions = owner as Functions;
    const original = functions[name];
    if (original === undefined) throw new Error(`fs has no ${name}`);
    functions[name] = Object.assign(wrap(original), original);
    undo.push(() => {
      functions[name] = original;
    });
  };
  for (const name of [...looking, ...others, ...moving, ...removing]) {
    replace(fs, `${name}Sync`, original => synchronous(clock, name, original));
    replace(fs.promises, name, original => promised(clock, name, original));
  }
  replace(fs.realpathSync, 'native', original => synchronous(clock, 'realpath', original));
  replace(fs, 'open', original => withCallback(clock, 'open', original));
  replace(fs, 'readSync', original => reading(clock, original));
  replace(fs, 'writeSync', original => synchronous(clock, 'write', original));
  replace(fs, 'closeSync', original => closing(clock, original));
  syncBuiltinESMExports();
  return {
    get failed() {
      return clock.failed;
    },
    [Symbol.dispose]: () => {
      for (const back of undo.reverse()) back();
      syncBuiltinESMExports();
    },
  };
}

/** The fault of a call before it is made. */
function faultOf(clock: FaultClock, name: string, [first, second]: unknown[]): Error | undefined {
  if (!clock.concerns(first)) return undefined;
  const unseen = typeof first === 'string' && mustBeThere(name, second) ? clock.unseen(first, name) : undefined;
  return unseen ?? clock.failure(name);
}

/** An `open` with flags may make the file. */
function mustBeThere(name: string, flags: unknown): boolean {
  if (moving.includes(name)) return true;
  return looking.includes(name) && !(name === 'open' && typeof flags === 'string' && flags.startsWith('w'));
}

/** Whether the call is made before its fault shows. */
function isMadeFirst(clock: FaultClock, name: string): boolean {
  return clock.plan.answersLost === true && moving.includes(name);
}

function noteMade(clock: FaultClock, name: string, [first, second]: unknown[]): void {
  const path = moving.includes(name) ? second : first;
  if (typeof path === 'string' && (moving.includes(name) || !mustBeThere(name, second))) clock.made(path);
}

function synchronous(clock: FaultClock, name: string, original: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const fault = faultOf(clock, name, args);
    if (fault !== undefined && !isMadeFirst(clock, name)) throw fault;
    const result = original.apply(this, args);
    noteMade(clock, name, args);
    if (name === 'open') clock.opened(args[0], result);
    if (fault !== undefined) throw fault;
    return result;
  };
}

function promised(clock: FaultClock, name: string, original: AnyFunction): AnyFunction {
  return async function (this: unknown, ...args: unknown[]) {
    const fault = faultOf(clock, name, args);
    if (fault !== undefined && !isMadeFirst(clock, name)) throw fault;
    const result = await original.apply(this, args);
    noteMade(clock, name, args);
    if (fault !== undefined) throw fault;
    return result;
  };
}

function withCallback(clock: FaultClock, name: string, original: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const fault = faultOf(clock, name, args);
    const callback = args.at(-1);
    if (typeof callback !== 'function') return original.apply(this, args);
    if (fault !== undefined) return process.nextTick(callback, fault);
    noteMade(clock, name, args);
    return original.call(this, ...args.slice(0, -1), (error: Error | null, descriptor: number) => {
      clock.opened(args[0], descriptor);
      callback(error, descriptor);
    });
  };
}

/** `readSync(fd, target, offset, length, position)`, as the store calls it. */
function reading(clock: FaultClock, original: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const [fd, target, offset, length, position] = args as [number, Uint8Array, number, number, number];
    if (!clock.concerns(fd)) return original.call(this, fd, target, offset, length, position);
    const fault = clock.failure('read');
    if (fault !== undefined) throw fault;
    const wanted = clock.plan.shortReads === true && length > 1 ? Math.ceil(length / 2) : length;
    return original.call(this, fd, target, offset, wanted, position);
  };
}

function closing(clock: FaultClock, original: AnyFunction): AnyFunction {
  return function (this: unknown, fd: unknown) {
    if (typeof fd === 'number') clock.closed(fd);
    return original.call(this, fd);
  };
}
