import { compileQuickJs, keepGuestsOf, openQuickJsSandbox } from '@gridmr/sandbox';
import type { OpenSandbox } from './attempt.js';

export const openOnQuickJs: OpenSandbox = async request =>
  openQuickJsSandbox({ module: (await compileQuickJs()).module, ...request });

/** As if all attempts were of one job: each gets the engine's instance that the one before left, if that one ended well. */
export const openOnKeptGuest: OpenSandbox = request => {
  keepGuestsOf('one job');
  return openOnQuickJs(request);
};
