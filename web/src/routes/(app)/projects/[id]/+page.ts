// A project opens with its assets.
import { redirect } from '@sveltejs/kit';

export const load = ({ params }: { params: { id: string } }) =>
  redirect(307, `/projects/${params.id}/assets`);
