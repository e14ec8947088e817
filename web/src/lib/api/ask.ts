// One question to the hub whose path is not in the generated document.
import { organization } from '$lib/session/organization.svelte';
import { ApiError, errorFromBody, networkError } from './errors';

type Options = { query?: Record<string, string>; body?: unknown; keepalive?: boolean };

export async function ask<Data>(method: 'GET' | 'POST', path: string, options: Options = {}): Promise<Data> {
  const { query, body, keepalive } = options;
  const headers: Record<string, string> = {};
  if (organization.id) headers['x-organization'] = organization.id;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const text = query
    ? `?${Object.entries(query)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&')}`
    : '';
  let response: Response;
  let answered: { data?: Data } | null;
  try {
    response = await fetch(path + text, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(keepalive ? { keepalive } : {}),
    });
    answered = (await response.json().catch(() => null)) as { data?: Data } | null;
  } catch (error) {
    throw error instanceof ApiError ? error : networkError();
  }
  if (!response.ok || answered?.data === undefined) throw errorFromBody(response.status, answered);
  return answered.data;
}
