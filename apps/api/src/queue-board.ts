/**
 * Bull Board: the queues and their messages as they stand in Redis, for operators. It only shows: whatever would change a queue is
 * refused here, before the board sees it, because a message removed by hand leaves its job to the sweep.
 */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { RequestError, routes } from '@gridmr/contracts';
import type { Queues } from '@gridmr/runtime';
import { type RequestHandler, Router } from 'express';

/** The page loads fonts from elsewhere, if it is let. */
const foreignLinks = /<link[^>]+href="https?:[^>]*>/g;

const descriptions = {
  control: 'Plans, barriers, commits and repairs of jobs',
  tasks: 'Map and reduce tasks, by fair share',
  hold: 'What a flow waits for while it is being added',
} as const;

type BoardQueues = Pick<Queues, keyof typeof descriptions>;
type EntryRoute = Parameters<ExpressAdapter['setEntryRoute']>[0];

export function queueBoard(queues: BoardQueues): RequestHandler {
  const adapter = new OfflineAdapter();
  adapter.setBasePath(routes.queueBoard);
  const names = Object.keys(descriptions) as (keyof typeof descriptions)[];
  createBullBoard({
    queues: names.map(name => {
      const options = { readOnlyMode: true, allowRetries: false, description: descriptions[name] };
      return new BullMQAdapter(queues[name], options);
    }),
    serverAdapter: adapter,
    options: {
      uiConfig: { boardTitle: 'GridMR', hideDocsLink: true, hideRedisDetails: true, showWorkers: false },
    },
  });
  return Router().use(refuseChanges, adapter.getRouter());
}

const refuseChanges: RequestHandler = (request, _response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') next();
  else next(new RequestError('method_not_allowed', 'The queues are shown here, and not changed'));
};

/** The board's page, without what it would load from elsewhere. */
class OfflineAdapter extends ExpressAdapter {
  override setEntryRoute(entry: EntryRoute): this {
    this.app[entry.method](entry.route, (_request, response, next) => {
      const { name, params } = entry.handler({ basePath: this.basePath, uiConfig: this.uiConfig });
      response.render(name, params, (error, html: string) => {
        if (error) next(error);
        else response.type('html').send(html.replaceAll(foreignLinks, ''));
      });
    });
    return this;
  }
}
