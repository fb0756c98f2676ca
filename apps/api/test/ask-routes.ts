/** Asks every route of the table, over a real connection: streams of events have no end to wait for. */
import { routeTable } from '../dist/route-table.js';
import type { ApiUnderTest } from './api-under-test.js';
import { ListeningApp } from './event-stream.js';

type Row = ReturnType<typeof routeTable>[number];

export interface RouteAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty of a stream of events. */
  readonly text: string;
}

/** What stands for the names in paths: well-formed, and unless they are given, of nothing. */
export interface Names {
  readonly job?: string;
  readonly path?: string;
}

export async function askRoutes(
  api: ApiUnderTest,
  headers: Record<string, string>,
  check: (row: Row, answer: RouteAnswer) => void,
  { names = {}, bodies = {} }: { names?: Names; bodies?: Record<string, object> } = {},
): Promise<void> {
  await using app = await ListeningApp.open(api.app);
  for (const row of routeTable(api.dependencies)) {
    const body = bodies[row.id];
    const response = await fetch(app.url + urlOf(row, names), {
      method: row.method.toUpperCase(),
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const text = isStream ? '' : await response.text();
    if (isStream) await response.body?.cancel();
    check(row, { status: response.status, headers: response.headers, text });
  }
}

function urlOf({ path }: Row, names: Names): string {
  const job = names.job ?? `j${'0'.repeat(22)}`;
  return path
    .replace('{job_id}', job)
    .replace('{task_id}', `${job}-m-00000`)
    .replace('{key_id}', `k${'0'.repeat(16)}`)
    .replace('{path}', names.path ?? 'nothing/there.txt')
    .replaceAll(/\{\w+\}/g, 'nothing');
}
