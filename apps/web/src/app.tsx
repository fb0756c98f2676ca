/** The frame of every page: header, navigation, and the page that the address names. */
import { Link, Route, Switch } from 'wouter';
import { JobsPage } from './jobs/jobs-page.js';

export function App() {
  return (
    <>
      <header className="top">
        <Link href="/" className="brand">
          GridMR
        </Link>
        <nav aria-label="Pages">
          <Link href="/">Jobs</Link>
        </nav>
      </header>
      <main>
        <Switch>
          <Route path="/" component={JobsPage} />
          <Route>
            <h1>There is no such page</h1>
            <p>
              <Link href="/">Go to the jobs</Link>
            </p>
          </Route>
        </Switch>
      </main>
    </>
  );
}
