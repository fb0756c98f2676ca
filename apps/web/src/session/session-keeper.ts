/** Who the reader of the pages is: asked once when they open, and again when the API refuses a call. */
import { ApiError } from '@gridmr/client';
import type { Session } from '@gridmr/contracts';
import { mayAccess } from '@gridmr/contracts';
import { api } from '../api.js';
import { Store, useStore } from '../live/store.js';
import { faultText } from '../parts/fault-text.js';

interface SessionState {
  readonly session: Session | undefined;
  /** The API wants a key. */
  readonly isRefused: boolean;
  readonly trouble: string | undefined;
}

const comeBackMs = 3000;

class SessionKeeper {
  readonly state = new Store<SessionState>({ session: undefined, isRefused: false, trouble: undefined });
  #isReading = false;
  #waiting: (() => void)[] = [];

  /** Until there is an answer, however long the API is away. */
  async read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (!(await this.#readOnce())) await new Promise(resolve => setTimeout(resolve, comeBackMs));
    } finally {
      this.#isReading = false;
    }
  }

  /** Throws `ApiError` for a key that is not accepted. */
  async signIn(key: string): Promise<void> {
    this.#admit(await api.access.signIn(key));
  }

  async signOut(): Promise<void> {
    await api.access.signOut();
    this.#refuse();
  }

  /** Resolves once the API lets the reader in; for whoever was just refused. */
  admitted(): Promise<void> {
    this.#refuse();
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  async #readOnce(): Promise<boolean> {
    try {
      this.#admit(await api.access.whoAmI());
      return true;
    } catch (error) {
      if (isRefusal(error)) this.#refuse();
      else this.state.set({ ...this.state.value, trouble: faultText(error) });
      return isRefusal(error);
    }
  }

  #admit(session: Session): void {
    this.state.set({ session, isRefused: false, trouble: undefined });
    for (const go of this.#waiting.splice(0)) go();
  }

  #refuse(): void {
    this.state.set({ session: undefined, isRefused: true, trouble: undefined });
  }
}

export const sessionKeeper = new SessionKeeper();

/** Whether the API wants a key that it has not got. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** Whether the reader may change anything: buttons that could only be refused are not shown. */
export function useMayChange(): boolean {
  const { session } = useStore(sessionKeeper.state);
  return session !== undefined && mayAccess(session.role, 'write');
}
