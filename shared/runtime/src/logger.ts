/**
 * JSON lines on stderr, one per event. What a line is about stands in fields, never in the message, so that logs can be
 * searched: `logger.child({ job_id }).warn('the plan was refused', { error })`.
 */
import winston from 'winston';
import { boundedLogValue } from './log-value.js';

/** Fields with a meaning of their own; any other is welcome too. */
export interface LogFields {
  job_id?: string;
  task_id?: string;
  attempt?: number;
  worker_id?: string;
  request_id?: string;
  trace_id?: string;
  /** Written with its message, code, stack and causes. */
  error?: unknown;
  [field: string]: unknown;
}

export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** The same log, with fields that every line carries. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  /** A level of winston's; lines below it are dropped. */
  readonly level: string;
  /** Which program writes: `api`, `worker`, `launcher`. */
  readonly service: string;
  readonly workerId?: string | undefined;
}

export function createLogger({ level, service, workerId }: LoggerOptions): Logger {
  const lines = winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console({ stderrLevels: Object.keys(winston.config.npm.levels) })],
    exitOnError: false,
  });
  return new FieldLogger(lines, workerId === undefined ? { service } : { service, worker_id: workerId });
}

class FieldLogger implements Logger {
  constructor(
    private readonly lines: winston.Logger,
    private readonly fields: LogFields,
  ) {}

  error(message: string, fields?: LogFields): void {
    this.write('error', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.write('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.write('info', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.write('debug', message, fields);
  }

  child(fields: LogFields): Logger {
    return new FieldLogger(this.lines, { ...this.fields, ...fields });
  }

  /** One object, because winston reads `%s` and the like in a message that is followed by fields, and loses these. */
  private write(level: string, message: string, fields: LogFields = {}): void {
    if (!this.lines.isLevelEnabled(level)) return;
    const bounded = boundedLogValue({ ...this.fields, ...fields }) as object;
    this.lines.log({ ...bounded, level, message: String(boundedLogValue(message)) });
  }
}
