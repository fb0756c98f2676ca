/** The thread of a `ProgramChecker`. */
import type { ProgramSource } from '@gridmr/contracts';
import { checkProgram, type ProgramLanguage, prepareCheck } from './program-source.js';
import { serveRequests } from './serve-requests.js';

export interface CheckRequest {
  readonly source: ProgramSource;
  readonly language: ProgramLanguage;
}

serveRequests(({ source, language }: CheckRequest) => checkProgram(source, language), prepareCheck);
