/** A job's tasks, with all their attempts. */
import {
  pageQuerySchema,
  pageSchema,
  RequestError,
  routes,
  taskIdSchema,
  taskKindSchema,
  taskSchema,
  taskStateSchema,
} from '@gridmr/contracts';
import { noSuchJob } from '../cancel-job.js';
import type { ApiDependencies } from '../dependencies.js';
import { type Route, route } from '../route.js';
import { jobParamsSchema, jobPathParameter } from './job-routes.js';

const taskListQuerySchema = pageQuerySchema.extend({
  kind: taskKindSchema.optional(),
  state: taskStateSchema.optional(),
});
const taskPageSchema = pageSchema(taskSchema, 'TaskPage');

export function taskRoutes({ history }: ApiDependencies): Route[] {
  return [
    route({
      method: 'get',
      path: routes.jobTasks(jobPathParameter),
      id: 'listTasks',
      access: 'read',
      summary: "List a job's tasks, map before reduce",
      params: jobParamsSchema,
      query: taskListQuerySchema,
      answers: { 200: { description: 'A page of tasks; empty until the job is planned', schema: taskPageSchema } },
      problems: ['invalid_request', 'not_found', 'database_unavailable'],
      handle: async ({ params, query }) => {
        if ((await history.findStatus(params.job_id)) === undefined) throw noSuchJob(params.job_id);
        return { status: 200, body: await history.listTasks(params.job_id, query) };
      },
    }),
    route({
      method: 'get',
      path: routes.jobTask(jobPathParameter, '{task_id}'),
      id: 'readTask',
      access: 'read',
      summary: 'Read a task with all its attempts',
      params: jobParamsSchema.extend({ task_id: taskIdSchema }),
      answers: { 200: { description: 'The task', schema: taskSchema } },
      problems: ['not_found', 'database_unavailable'],
      handle: async ({ params }) => {
        const task = await history.findTask(params.job_id, params.task_id);
        if (task === undefined) {
          throw new RequestError('not_found', `The job ${params.job_id} has no task ${params.task_id}`);
        }
        return { status: 200, body: task };
      },
    }),
  ];
}
