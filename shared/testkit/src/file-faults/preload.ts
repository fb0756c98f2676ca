/** Loaded by `node --import` before anything else, in every thread: see `faultEnvironment`. */
import { type FaultPlan, faultVariable } from './fault-plan.js';
import { injectFileFaults } from './inject-file-faults.js';

const plan = process.env[faultVariable];
if (plan !== undefined) injectFileFaults(JSON.parse(plan) as FaultPlan);
