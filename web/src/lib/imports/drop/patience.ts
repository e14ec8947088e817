// Trying again what may pass: a few times and ever slower, and over again after every step forward.
import { mayGoOn } from './sending';

const TRIES = 6;
const FIRST_WAIT_MS = 800;

/** `progressed` says whether the last try came further than the one before, by what became of it. */
export async function patiently<T>(
  signal: AbortSignal | null,
  work: () => Promise<T>,
  progressed: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (progressed(error)) tries = 1;
      if (signal?.aborted || tries >= TRIES || !mayGoOn(error)) throw error;
      await pause(FIRST_WAIT_MS * 2 ** (tries - 1), signal);
      signal?.throwIfAborted();
    }
  }
}

/** Without a network nobody tries; back on it, nobody waits any longer. */
function pause(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = navigator.onLine ? setTimeout(done, ms) : undefined;
    addEventListener('online', done);
    signal?.addEventListener('abort', done);
  });
}
