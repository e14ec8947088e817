// The one way to the hub: typed paths, the chosen organization in a header, failures as `ApiError`.
import createClient from 'openapi-fetch';
import { organization } from '$lib/session/organization.svelte';
import { ApiError, errorFromBody, networkError } from './errors';
import type { paths } from './schema';

export const hub = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });

hub.use({
  onRequest({ request }) {
    if (organization.id) request.headers.set('x-organization', organization.id);
    return request;
  },
});

type Answer<Body> = { data?: Body; error?: unknown; response: Response };

/** Waits for an answer and gives its `data`; throws an `ApiError` for everything else. */
export async function answer<Data>(call: Promise<Answer<{ data: Data }>>): Promise<Data> {
  let result: Answer<{ data: Data }>;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    // A body that is not JSON ends here too, but then the hub is not what answered.
    throw error instanceof ApiError ? error : networkError();
  }
  if (result.data === undefined) throw errorFromBody(result.response.status, result.error);
  return result.data.data;
}
