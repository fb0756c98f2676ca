/** All scenarios that k6 and the runner have in common, by name. */
import { listeners } from './listeners.mjs';
import { mixedTenants } from './mixed-tenants.mjs';
import { soak } from './soak.mjs';
import { status } from './status.mjs';
import { submission } from './submission.mjs';

/** @type {Readonly<Record<string, import('./steps.mjs').Scenario>>} */
export const scenarios = Object.fromEntries(
  [submission, status, listeners, mixedTenants, soak].map(scenario => [scenario.name, scenario]),
);
