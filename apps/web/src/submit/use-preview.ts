/** What the program does with a sample of its input: asked a moment after the last change, one question at a time. */
import { ApiError, ConnectionError } from '@gridmr/client';
import type { Preview, PreviewRequest } from '@gridmr/contracts';
import { useEffect, useState } from 'react';
import { api } from '../api.js';
import { type Draft, requestOf } from './draft.js';

/** Somebody who types pauses for less. */
const quietMs = 450;
/** A server that has too much to do is asked again so often, with so much time between. */
const askedMax = 5;
const busyMs = 1500;

export interface PreviewState {
  readonly preview: Preview | undefined;
  /** Why there is none: the API's refusal, or what keeps the draft from being asked about. */
  readonly refusal: unknown;
  readonly isAsking: boolean;
  /** This server makes no previews. */
  readonly isMissing: boolean;
}

const nothing: PreviewState = { preview: undefined, refusal: undefined, isAsking: false, isMissing: false };

/** @param sample text to run on instead of the input; empty for the input */
export function usePreview(draft: Draft, sample: string): PreviewState {
  const [state, setState] = useState(nothing);
  const isAskable = sample !== '' || draft.inputs.some(input => input !== '');
  useEffect(() => {
    if (!isAskable) return setState(nothing);
    const leaving = new AbortController();
    let timer = setTimeout(() => void ask(), quietMs);
    let asked = 0;
    const ask = async () => {
      asked++;
      setState(before => ({ ...before, isAsking: true }));
      try {
        const preview = await api.preview(previewRequestOf(draft, sample), { signal: leaving.signal });
        setState({ ...nothing, preview });
      } catch (refusal) {
        if (leaving.signal.aborted) return;
        if (isBusy(refusal) && asked < askedMax) timer = setTimeout(() => void ask(), busyMs);
        setState(before => ({ ...before, refusal, isAsking: false, isMissing: isUnknownRoute(refusal) }));
      }
    };
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [draft, sample, isAskable]);
  return state;
}

/** Without a name, a draft may be tried all the same. */
function previewRequestOf(draft: Draft, sample: string): PreviewRequest {
  const { name, inputs, ...rest } = requestOf(draft);
  return { ...rest, ...(name === '' ? {} : { name }), ...(sample === '' ? { inputs } : { sample }) };
}

/** The input may be missing too, which the API says with another code. */
function isUnknownRoute(error: unknown): boolean {
  return (
    error instanceof ApiError && (error.status === 404 || error.status === 405) && error.code !== 'input_not_found'
  );
}

function isBusy(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.fault === 'timeout';
  return error instanceof ApiError && (error.status === 429 || error.status === 503);
}
