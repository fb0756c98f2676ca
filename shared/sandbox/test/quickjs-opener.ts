import { compileQuickJs, openQuickJsSandbox } from '@gridmr/sandbox';
import type { OpenSandbox } from './attempt.js';

export const openOnQuickJs: OpenSandbox = async request =>
  openQuickJsSandbox({ module: (await compileQuickJs()).module, ...request });
