// The organization opens with its members.
import { redirect } from '@sveltejs/kit';

export const load = () => redirect(307, '/organization/members');
