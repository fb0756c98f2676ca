/**
 * A worker may die between the commit of an attempt and the news of it. Whoever next finds the commit record where it expected work
 * tells the news again; if they had been told, it changes nothing.
 */
import { type CommitRecord, commitNews } from '@gridmr/contracts';
import type { StepTools } from '../steps/step-tools.js';

export function repeatNews({ news }: Pick<StepTools, 'news'>, record: CommitRecord): void {
  news.publish(commitNews(record));
}
