// What a manager of a project for trying out is shown first, until one task is through.
import { m } from '$lib/messages';

export function firstSteps(projectId: string, firstAsset: string | undefined) {
  const { look, label, export: masks, storage } = m.assets.steps;
  // What was labeled a moment ago is in review.
  const labeled = 'format=masks&stage=Review&stage=Complete';
  return [
    { label: look, href: firstAsset ? `?asset=${firstAsset}` : '?' },
    { label, href: `/projects/${projectId}/label` },
    { label: masks, href: `/projects/${projectId}/export?${labeled}` },
    { label: storage, href: '/organization/storages' },
  ];
}
