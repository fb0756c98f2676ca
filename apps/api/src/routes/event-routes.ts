/** Streams of server-sent events: of one job, and of all there is to watch. */
import {
  doneEventSchema,
  eventStreamMediaType,
  headers,
  liveLimits,
  logEventSchema,
  progressEventSchema,
  routes,
  statusEventSchema,
  taskEventSchema,
} from '@gridmr/contracts';
import { z } from 'zod';
import { endWhenRefused } from '../access/still-admitted.js';
import type { ApiDependencies } from '../dependencies.js';
import { eventsExample } from '../docs/answer-examples.js';
import { visibleTo } from '../live/may-see.js';
import { eventText } from '../live/server-sent-event.js';
import { type AnswerKind, type Route, route } from '../route.js';
import { jobParamsSchema, jobPathParameter } from './job-routes.js';

const resumeHeadersSchema = z.object({
  [headers.lastEventId]: z.string().max(liveLimits.lastEventIdLengthMax).optional().meta({
    description:
      'The id of the event that was received last: the stream goes on after it. Browsers send it by themselves',
  }),
});

const eventStream: AnswerKind = {
  description: 'Events, as they happen. Comments keep the connection alive',
  mediaTypes: [eventStreamMediaType],
};

export function eventRoutes({ live, access }: ApiDependencies): Route[] {
  return [
    route({
      method: 'get',
      path: routes.jobEvents(jobPathParameter),
      id: 'streamJobEvents',
      access: 'read',
      summary: "Stream a job's events",
      description:
        'Server-sent events, whose data is JSON: `status` (status or phase has changed), `progress` (counts of tasks), `task` (indices of tasks, by ' +
        'the state they have now; many at once), `log` (lines of `ctx.log`, a sample of them), and `done`, after which the stream ends. ' +
        'It begins with a snapshot: a `status` with `"snapshot": true`, and `task` events with all tasks that are not pending (of a completed job ' +
        'all are completed). With `Last-Event-ID` it goes on where it was, at any API process, without loss and without repetition; if that is too ' +
        'long ago, or if the connection is too slow for all that happens, by a new snapshot.',
      params: jobParamsSchema,
      headers: resumeHeadersSchema,
      answers: {
        200: {
          ...eventStream,
          example: eventsExample.map(({ event, data, id }) => eventText(event, data, id)).join(''),
          events: {
            status: statusEventSchema,
            progress: progressEventSchema,
            task: taskEventSchema,
            log: logEventSchema,
            done: doneEventSchema,
          },
        },
        204: {
          description: 'Nothing comes any more: the job has ended, and `Last-Event-ID` is that of its last event',
        },
      },
      problems: ['not_found', 'too_many_requests', 'database_unavailable'],
      handle: async ({ params, request, response }) => {
        await live.listenToJob(params.job_id, request, response);
        endWhenRefused(access, request, response);
        return undefined;
      },
    }),
    route({
      method: 'get',
      path: routes.events,
      id: 'streamEvents',
      access: 'read',
      summary: 'Stream what happens to all jobs, workers and the system',
      description:
        'Server-sent events, whose data is JSON: `status`, `progress` and `done` of every job that the caller may see, as in the stream of one job; ' +
        '`workers`, as `GET /api/v1/workers/status`, and `system`, as `GET /api/v1/metrics/system`, whenever they are looked at. ' +
        '`reset` comes first, and whenever events may have been missed: what is known of jobs has to be read anew. `Last-Event-ID` resumes.',
      headers: resumeHeadersSchema,
      answers: {
        200: {
          ...eventStream,
          events: { status: statusEventSchema, progress: progressEventSchema, done: doneEventSchema },
        },
      },
      problems: ['too_many_requests'],
      handle: async ({ caller, request, response }) => {
        await live.listenToAll(visibleTo(caller), request, response);
        endWhenRefused(access, request, response);
        return undefined;
      },
    }),
  ];
}
