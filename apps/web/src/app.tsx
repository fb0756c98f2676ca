/** The frame of every page: header, navigation, and the page that the address names. */
import type { Session } from '@gridmr/contracts';
import { lazy, Suspense, useEffect } from 'react';
import { Link, Redirect, Route, Switch } from 'wouter';
import { JobPage } from './job/job-page.js';
import { JobsPage } from './jobs/jobs-page.js';
import { generalFeed } from './live/general-feed.js';
import { useStore } from './live/store.js';
import { Trouble } from './parts/trouble.js';
import { LoginPage } from './session/login-page.js';
import { sessionKeeper } from './session/session-keeper.js';
import { WhoAmI } from './session/who-am-i.js';
import { SystemPage } from './system/system-page.js';
import { WorkersPage } from './workers/workers-page.js';

const SubmitPage = lazy(async () => ({ default: (await import('./submit/submit-page.js')).SubmitPage }));

const pages = [
  { path: '/', name: 'Jobs' },
  { path: '/submit', name: 'Submit' },
  { path: '/workers', name: 'Workers' },
  { path: '/system', name: 'System' },
] as const;

export function App() {
  const { session, isRefused, trouble } = useStore(sessionKeeper.state);
  useEffect(() => void sessionKeeper.read(), []);
  return (
    <>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" /> GridMR
        </Link>
        {session === undefined ? null : <SignedIn session={session} />}
      </header>
      <main id="page" tabIndex={-1}>
        <Trouble message={trouble} />
        {isRefused ? <LoginPage /> : null}
        {session === undefined ? null : <Pages />}
      </main>
    </>
  );
}

function SignedIn({ session }: { readonly session: Session }) {
  return (
    <>
      <nav aria-label="Pages">
        {pages.map(({ path, name }) => (
          <Link key={path} href={path} className={isActive => (isActive ? 'active' : '')}>
            {name}
          </Link>
        ))}
      </nav>
      <WhoAmI session={session} />
    </>
  );
}

function Pages() {
  const trouble = useStore(generalFeed.trouble);
  useEffect(() => generalFeed.open(), []);
  return (
    <>
      <Trouble message={trouble} />
      <Suspense fallback={<p className="quiet">Loading…</p>}>
        <Switch>
          <Route path="/" component={JobsPage} />
          <Route path="/jobs/:job_id" component={JobPage} />
          <Route path="/submit" component={SubmitPage} />
          <Route path="/workers" component={WorkersPage} />
          <Route path="/system" component={SystemPage} />
          <Route path="/login">
            <Redirect to="/" replace />
          </Route>
          <Route component={NoSuchPage} />
        </Switch>
      </Suspense>
    </>
  );
}

function NoSuchPage() {
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        <Link href="/">Go to the jobs</Link>
      </p>
    </>
  );
}
