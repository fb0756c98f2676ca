/** A task thread as far as hostile programs are concerned: one attempt per request, on the build of the engine that it was started with. */
import { workerData } from 'node:worker_threads';
import type { PairBlock, Sandbox } from '@gridmr/engine';
import { compilePublishedQuickJs, compileQuickJs, openQuickJsSandbox, serveRequests } from '@gridmr/sandbox';
import type { HostileProgram } from '@gridmr/testkit';
import { batch, block, functionsOf, mapContext, readPairs, reduceContext } from './attempt.js';

export interface HostileRequest {
  readonly program: HostileProgram;
  readonly memoryBytes: number;
}
export interface HostileThreadData {
  readonly build: 'published' | 'optimised';
}

/** More than any harmless one of the programs gives. */
const pairsReadMax = 10;

const engine = await ((workerData as HostileThreadData).build === 'published'
  ? compilePublishedQuickJs()
  : compileQuickJs());

serveRequests(async ({ program, memoryBytes }: HostileRequest) => {
  const { source, deadlineMs, phase } = program;
  const functions = functionsOf(source);
  using sandbox = await openQuickJsSandbox({ module: engine.module, source, functions, memoryBytes, deadlineMs });
  const pairs: unknown[][] = [];
  const sink = (given: PairBlock) => {
    if (pairs.length + given.count > pairsReadMax) return;
    for (const { key, value } of readPairs(given)) pairs.push([key, value]);
  };
  sandbox.begin(phase === 'reduce' ? reduceContext : mapContext, sink);
  run(sandbox, phase, sink);
  sandbox.end();
  return pairs;
});

function run(sandbox: Sandbox, phase: HostileProgram['phase'], sink: (pairs: PairBlock) => void): void {
  const groups = [batch([['k', [1, 2]]])];
  if (phase === 'map') sandbox.mapBlock(block('a\n'));
  else if (phase === 'reduce') sandbox.reduce(() => groups.shift());
  else sandbox.combine(() => groups.shift(), sink);
}
