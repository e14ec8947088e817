// Every refusal that the interface can meet, as one type: what the hub said, or why the hub could not be asked.
import { m } from '$lib/messages';

/** An answer of the hub that is not a success. `status` 0 means that no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Makes an error out of whatever body came with a failing status. */
export function errorFromBody(status: number, body: unknown): ApiError {
  const told = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const message = typeof told.message === 'string' ? told.message : m.errors.unreadable(status);
  const code = typeof told.code === 'string' ? told.code : `http.${status}`;
  return new ApiError(status, code, message, told.details);
}

/** The error of a request that never got an answer. */
export function networkError(): ApiError {
  return new ApiError(0, 'network.unreachable', m.errors.unreachable);
}

export const NOT_FETCHED = 'page.not_fetched';

/** Whether a part of the page itself did not come. Browsers and the bundler each say it in words of their own. */
export function isNotFetched(error: unknown): boolean {
  const WORDS = /dynamically imported module|importing a module script failed|unable to preload css/i;
  return error instanceof Error && WORDS.test(error.message);
}

/** A message and a code for anything that was thrown. */
export function describeError(error: unknown): { message: string; code: string } {
  if (error instanceof ApiError) return { message: error.message, code: error.code };
  if (isNotFetched(error)) return { message: m.errors.notFetched, code: NOT_FETCHED };
  if (error instanceof Error) return { message: error.message, code: 'page.unexpected' };
  return { message: String(error), code: 'page.unexpected' };
}

/** Whether asking again may help: the network, a busy hub, a restarting one. */
export function mayPass(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** What a job kept of its failure stands behind other words in logs, and alone on a page. */
export function asSentence(text: string): string {
  if (!text) return text;
  const begun = /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
