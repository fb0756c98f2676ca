/**
 * The settings of every GridMR process, read from the environment in this one place.
 *
 * One schema knows each variable: how it reads, what it accepts and its default. A bad value stops the process with one
 * message that names every fault, so that a setup is mended in one go. Messages never repeat what may be a secret.
 */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { dataPlaneLimits, fairShareLimits, queueLimits, sandboxLimits, settingLimits } from '@gridmr/contracts';
import { z } from 'zod';
import { dataPlace, storeRegion, withWay, yesOrNo } from './data-place.js';
import { apiKeys, scrapeKey } from './key-settings.js';
import { nearestName } from './nearest-name.js';
import { redisUrl } from './redis-url.js';
import { secretUrl, shown, wholeNumber, wholeOrFraction } from './setting-values.js';

const secondMs = 1000;
/** What steers tests (`GRIDMR_TEST_SEED`) is no setting, and no fault either. */
const testPrefix = 'GRIDMR_TEST_';
/** What the `gridmr` command reads, often in the same shell. */
const commandNames: readonly string[] = ['GRIDMR_URL', 'GRIDMR_API_KEY'];

const logLevels = ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'] as const;
const logLevel = z.enum(logLevels, {
  error: issue => `is ${shown(String(issue.input))}; accepted are ${logLevels.join(', ')}`,
});

const environmentSchema = z.object({
  GRIDMR_API_HOST: z.string().default('127.0.0.1'),
  GRIDMR_API_PORT: wholeNumber(0, 65_535).default(8000),
  GRIDMR_REDIS_URL: redisUrl.optional(),
  GRIDMR_DATABASE_URL: secretUrl(['postgres', 'postgresql']).optional(),
  GRIDMR_DATA_DIR: dataPlace.prefault('./data'),
  GRIDMR_S3_ENDPOINT: secretUrl(['http', 'https']).optional(),
  GRIDMR_S3_REGION: storeRegion.optional(),
  GRIDMR_S3_PATH_STYLE: yesOrNo.optional(),
  GRIDMR_STATE_DIR: z
    .string()
    .transform(path => resolve(path))
    .optional(),
  GRIDMR_API_KEYS: apiKeys.default([]),
  GRIDMR_SCRAPE_KEY: scrapeKey.optional(),
  GRIDMR_READS_PER_MINUTE: wholeNumber(0, settingLimits.requestsPerMinuteMax).default(120_000),
  GRIDMR_CHANGES_PER_MINUTE: wholeNumber(0, settingLimits.requestsPerMinuteMax).default(12_000),
  GRIDMR_TRUSTED_PROXIES: wholeNumber(0, settingLimits.trustedProxiesMax).default(0),
  GRIDMR_UPLOAD_MAX_MB: wholeNumber(1, settingLimits.fileMbMax).default(16_384),
  GRIDMR_USER_QUOTA_MB: wholeNumber(0, settingLimits.fileMbMax).default(10_240),
  GRIDMR_USER_QUOTA_FILES: wholeNumber(0, settingLimits.filesMax).default(100_000),
  GRIDMR_AUDIT_DAYS: wholeNumber(1, settingLimits.auditDaysMax).default(90),
  GRIDMR_WORKERS: wholeNumber(1, settingLimits.workersMax).default(availableParallelism),
  GRIDMR_WORKER_CPU_CORES: wholeNumber(1, settingLimits.workerCpuCoresMax).default(1),
  GRIDMR_WORKER_MEMORY_MB: wholeNumber(sandboxLimits.memoryMbMin, settingLimits.workerMemoryMbMax).default(256),
  GRIDMR_TASK_DISK_MB: wholeNumber(1, settingLimits.taskDiskMbMax).default(dataPlaneLimits.taskDiskMbDefault),
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
  GRIDMR_ALIVE_FILE: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: secretUrl(['http', 'https']).optional(),
  OTEL_TRACES_SAMPLER_ARG: wholeOrFraction(0, 1).default(1),
});

/** Every variable that is read. */
export const settingNames: readonly string[] = Object.keys(environmentSchema.shape);

const settingsSchema = environmentSchema.transform(env => ({
  apiHost: env.GRIDMR_API_HOST,
  apiPort: env.GRIDMR_API_PORT,
  redisUrl: env.GRIDMR_REDIS_URL,
  databaseUrl: env.GRIDMR_DATABASE_URL,
  /** An absolute path, or the address of an object store with the way to it: see `openStore` of `@gridmr/storage`. */
  dataDirectory: withWay(env.GRIDMR_DATA_DIR, {
    endpoint: env.GRIDMR_S3_ENDPOINT,
    region: env.GRIDMR_S3_REGION,
    pathStyle: env.GRIDMR_S3_PATH_STYLE,
  }),
  /** Where embedded parts keep their files: see `stateDirectory`. Absolute. */
  stateDirectory: env.GRIDMR_STATE_DIR ?? (env.GRIDMR_DATA_DIR.startsWith('s3://') ? undefined : env.GRIDMR_DATA_DIR),
  apiKeys: env.GRIDMR_API_KEYS,
  scrapeKey: env.GRIDMR_SCRAPE_KEY,
  /** Of one key, or of one address without a key; 0 is no limit. Neither counts while authentication is off. */
  readsPerMinute: env.GRIDMR_READS_PER_MINUTE,
  changesPerMinute: env.GRIDMR_CHANGES_PER_MINUTE,
  /** How many proxies in front of the API name the address that they have a request from. */
  trustedProxies: env.GRIDMR_TRUSTED_PROXIES,
  uploadMaxMb: env.GRIDMR_UPLOAD_MAX_MB,
  /** What the files of one client with the role `user` may take up. */
  userQuotaMb: env.GRIDMR_USER_QUOTA_MB,
  userQuotaFiles: env.GRIDMR_USER_QUOTA_FILES,
  auditDays: env.GRIDMR_AUDIT_DAYS,
  workers: env.GRIDMR_WORKERS,
  workerCpuCores: env.GRIDMR_WORKER_CPU_CORES,
  workerMemoryMb: env.GRIDMR_WORKER_MEMORY_MB,
  /** What one attempt may have on disks at a time, scratch files and output together. */
  taskDiskMb: env.GRIDMR_TASK_DISK_MB,
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
  /** Written every two seconds by a worker that is well, for health checks. */
  aliveFile: env.GRIDMR_ALIVE_FILE,
  /** Where traces and metrics are sent to. Unset: nowhere, and nothing is traced. */
  otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  /** Of the traces that begin here, the share that is kept. */
  traceRatio: env.OTEL_TRACES_SAMPLER_ARG,
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
  return names
    .filter(name => name.startsWith('GRIDMR_') && !name.startsWith(testPrefix))
    .filter(name => !settingNames.includes(name) && !commandNames.includes(name))
    .map(name => `${name} is not a setting; did you mean ${nearestName(name, settingNames)}?`);
}
