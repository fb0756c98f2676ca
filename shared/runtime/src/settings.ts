/**
 * The settings of every GridMR process, read from the environment in this one place.
 *
 * One schema knows each variable: how it reads, what it accepts and its default. A bad value stops the process with one
 * message that names every fault, so that a setup is mended in one go. Messages never repeat what may be a secret.
 */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fairShareLimits, queueLimits, sandboxLimits, settingLimits } from '@gridmr/contracts';
import { z } from 'zod';
import { nearestName } from './nearest-name.js';
import { secretUrl, shown, wholeNumber, wholeOrFraction } from './setting-values.js';

const secondMs = 1000;
/** What steers tests (`GRIDMR_TEST_SEED`) is no setting, and no fault either. */
const testPrefix = 'GRIDMR_TEST_';

/** One entry of GRIDMR_API_KEYS. */
export interface ApiKey {
  readonly name: string;
  readonly role: 'admin' | 'user' | 'viewer';
  readonly secret: string;
}

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '::1'];

const apiHost = z.string().superRefine((host, ctx) => {
  if (loopbackHosts.includes(host) || /^127(?:\.\d{1,3}){3}$/.test(host)) return;
  ctx.addIssue({
    code: 'custom',
    message:
      `is ${shown(host)}, which others can reach, while authentication is off; ` +
      'accepted is a loopback address: 127.0.0.1, ::1 or localhost',
  });
});

/** Refused as long as nothing checks keys: to accept them would pretend a protection that is not there. */
const apiKeys = z.string().transform((_keys, ctx): readonly ApiKey[] => {
  ctx.addIssue({
    code: 'custom',
    message:
      'is set, but authentication arrives in a later version of GridMR; ' +
      'leave it unset and keep GRIDMR_API_HOST on a loopback address',
  });
  return z.NEVER;
});

const dataDirectory = z.string().transform((path, ctx) => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return resolve(path);
  ctx.addIssue({
    code: 'custom',
    message: path.startsWith('s3://')
      ? 'is an s3:// address, which this version of GridMR does not support yet; accepted is a directory'
      : 'is a URL; accepted is a directory, as ./data or /mnt/shared',
  });
  return z.NEVER;
});

const logLevels = ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'] as const;
const logLevel = z.enum(logLevels, {
  error: issue => `is ${shown(String(issue.input))}; accepted are ${logLevels.join(', ')}`,
});

const environmentSchema = z.object({
  GRIDMR_API_HOST: apiHost.default('127.0.0.1'),
  GRIDMR_API_PORT: wholeNumber(0, 65_535).default(8000),
  GRIDMR_REDIS_URL: secretUrl(['redis', 'rediss']).optional(),
  GRIDMR_DATABASE_URL: secretUrl(['postgres', 'postgresql']).optional(),
  GRIDMR_DATA_DIR: dataDirectory.prefault('./data'),
  GRIDMR_API_KEYS: apiKeys.default([]),
  GRIDMR_WORKERS: wholeNumber(1, settingLimits.workersMax).default(availableParallelism),
  GRIDMR_WORKER_CPU_CORES: wholeNumber(1, settingLimits.workerCpuCoresMax).default(1),
  GRIDMR_WORKER_MEMORY_MB: wholeNumber(sandboxLimits.memoryMbMin, settingLimits.workerMemoryMbMax).default(256),
  GRIDMR_TASK_TIMEOUT: wholeOrFraction(0.001, settingLimits.taskTimeoutSecondsMax).default(600),
  GRIDMR_MAX_ATTEMPTS: wholeNumber(1, settingLimits.attemptsMax).default(4),
  GRIDMR_CLIENT_JOBS: wholeNumber(1, fairShareLimits.clientJobsMax).default(fairShareLimits.clientJobsDefault),
  GRIDMR_LOG_LEVEL: logLevel.default('info'),
  GRIDMR_LOCK_SECONDS: wholeOrFraction(settingLimits.lockSecondsMin, settingLimits.lockSecondsMax).default(
    queueLimits.lockMs / secondMs,
  ),
  GRIDMR_STALLED_CHECK_SECONDS: wholeOrFraction(
    settingLimits.stalledCheckSecondsMin,
    settingLimits.stalledCheckSecondsMax,
  ).default(queueLimits.stalledCheckMs / secondMs),
  GRIDMR_RETRY_HOURS: wholeOrFraction(0, settingLimits.retryHoursMax).default(24),
  GRIDMR_RETENTION_DAYS: wholeOrFraction(settingLimits.retentionDaysMin, settingLimits.retentionDaysMax).optional(),
  GRIDMR_RETENTION_JOBS: wholeNumber(0, settingLimits.retentionJobsMax).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: secretUrl(['http', 'https']).optional(),
});

const settingsSchema = environmentSchema.transform(env => ({
  apiHost: env.GRIDMR_API_HOST,
  apiPort: env.GRIDMR_API_PORT,
  redisUrl: env.GRIDMR_REDIS_URL,
  databaseUrl: env.GRIDMR_DATABASE_URL,
  /** Absolute. */
  dataDirectory: env.GRIDMR_DATA_DIR,
  apiKeys: env.GRIDMR_API_KEYS,
  workers: env.GRIDMR_WORKERS,
  workerCpuCores: env.GRIDMR_WORKER_CPU_CORES,
  workerMemoryMb: env.GRIDMR_WORKER_MEMORY_MB,
  taskTimeoutSeconds: env.GRIDMR_TASK_TIMEOUT,
  maxAttempts: env.GRIDMR_MAX_ATTEMPTS,
  /** Jobs of one client that have not ended. */
  clientJobs: env.GRIDMR_CLIENT_JOBS,
  logLevel: env.GRIDMR_LOG_LEVEL,
  /** A worker that does not renew its tasks' locks for so long has lost them. */
  lockSeconds: env.GRIDMR_LOCK_SECONDS,
  /** How often workers look for lost attempts: each is noticed after at most the longer of the two plus this. */
  stalledCheckSeconds: env.GRIDMR_STALLED_CHECK_SECONDS,
  /** How long committed tasks of failed and cancelled jobs are kept for a retry. */
  retryHours: env.GRIDMR_RETRY_HOURS,
  /** Records of finished jobs that ended longer ago, or that are not among the last so many, are removed. Unset: never. */
  retentionDays: env.GRIDMR_RETENTION_DAYS,
  retentionJobs: env.GRIDMR_RETENTION_JOBS,
  /** Accepted and not used yet. */
  otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
}));
export type Settings = Readonly<z.output<typeof settingsSchema>>;

/** The environment does not make sense. The message is for the operator and names every fault. */
export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    const lines = faults.map(fault => `\n  ${fault}`).join('');
    super(
      `GridMR cannot start: ${faults.length} bad setting${faults.length === 1 ? '' : 's'} in the environment${lines}`,
    );
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

/**
 * Reads and checks all settings. An empty variable counts as unset.
 * @throws {SettingsError} naming every fault: the variable, what is wrong, what is accepted.
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = settingsSchema.safeParse(given);
  const faults = read.success ? [] : read.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`);
  faults.push(...unknownNames(Object.keys(given)));
  if (!read.success || faults.length > 0) throw new SettingsError(faults);
  return Object.freeze(read.data);
}

function unknownNames(names: readonly string[]): string[] {
  const known = Object.keys(environmentSchema.shape);
  return names
    .filter(name => name.startsWith('GRIDMR_') && !name.startsWith(testPrefix) && !known.includes(name))
    .map(name => `${name} is not a setting; did you mean ${nearestName(name, known)}?`);
}
