// The list of projects is the first page.
import { redirect } from '@sveltejs/kit';

export const load = () => redirect(307, '/');
