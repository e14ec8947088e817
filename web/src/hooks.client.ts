// What the browser does before the first page and about what went wrong with one.
import type { HandleClientError } from '@sveltejs/kit';
import { describeError, isNotFetched } from '$lib/api/errors';
import { watchParts } from '$ui/parts';

watchParts();

/** In our own words on the page, and as it is in the console where that is a fault of ours. */
export const handleError: HandleClientError = ({ error, status }) => {
  if (status !== 404 && !isNotFetched(error)) reportError(error);
  return describeError(error);
};
