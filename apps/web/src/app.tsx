/** The frame of every page: header, navigation, and the page that the address names. */
import { Link, Route, Switch } from 'wouter';
import { JobPage } from './job/job-page.js';
import { JobsPage } from './jobs/jobs-page.js';
import { generalFeed } from './live/general-feed.js';
import { useStore } from './live/store.js';
import { Trouble } from './parts/trouble.js';

const pages = [{ path: '/', name: 'Jobs' }] as const;

export function App() {
  const trouble = useStore(generalFeed.trouble);
  return (
    <>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" /> GridMR
        </Link>
        <nav aria-label="Pages">
          {pages.map(({ path, name }) => (
            <Link key={path} href={path} className={isActive => (isActive ? 'active' : '')}>
              {name}
            </Link>
          ))}
        </nav>
      </header>
      <main id="page">
        <Trouble message={trouble} />
        <Switch>
          <Route path="/" component={JobsPage} />
          <Route path="/jobs/:job_id" component={JobPage} />
          <Route component={NoSuchPage} />
        </Switch>
      </main>
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
