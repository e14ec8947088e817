// What is said of a part of the page that could not be fetched. It is fetched itself behind the first display.
import { updated } from '$app/state';
import { isNotFetched, NOT_FETCHED } from '$lib/api/errors';
import { m } from '$lib/messages';
import { words } from '$lib/words/missing';
import { tryAgain } from './parts';
import { toasts } from './toasts.svelte';

/** Says it once, however many parts are missing, and offers what helps. */
export async function tellMissing(error: unknown) {
  if (!isNotFetched(error)) return toasts.failed(error);
  const isNewer = await updated.check();
  if (toasts.list.some(({ code }) => code === NOT_FETCHED)) return;
  const text = isNewer ? words.upgraded : m.errors.notFetched;
  const action = isNewer
    ? { label: m.errors.reload, run: () => location.reload() }
    : { label: m.common.retry, run: tryAgain };
  toasts.show({ tone: 'danger', text, code: NOT_FETCHED, action });
}
