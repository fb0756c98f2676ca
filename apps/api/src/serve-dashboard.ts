/**
 * The dashboard at `/`: the files of its build, and its one page for every address that is a page of its own. Whoever has not built it has no
 * dashboard, and everything else.
 */
import { fileURLToPath } from 'node:url';
import { dashboardPages } from '@gridmr/contracts';
import express, { type RequestHandler, Router } from 'express';

const buildDirectory = fileURLToPath(new URL('../../web/dist/', import.meta.url));
/** Names of built files hold a digest of their content; the page that names them does not. */
const yearSeconds = 365 * 24 * 3600;

export function serveDashboard(directory: string = buildDirectory): RequestHandler {
  const router = Router();
  router.use('/assets', express.static(`${directory}/assets`, { immutable: true, maxAge: yearSeconds * 1000 }));
  router.use(express.static(directory, { index: false }));
  router.get([...dashboardPages], (_request, response, next) => {
    response.sendFile('index.html', { root: directory, headers: { 'cache-control': 'no-cache' } }, error => {
      // Not built, or the client went away meanwhile.
      if (error !== undefined && !response.headersSent) next();
    });
  });
  return router;
}
