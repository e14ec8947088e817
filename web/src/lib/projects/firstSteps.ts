// What a manager of a project for trying out is shown first, until one task is through.
import { m } from '$lib/messages';

export function firstSteps(projectId: string, firstAsset: string | undefined) {
  const { look, label, export: masks, storage } = m.assets.steps;
  return [
    { label: look, href: firstAsset ? `?asset=${firstAsset}` : '?' },
    { label, href: `/projects/${projectId}/label` },
    { label: masks, href: `/projects/${projectId}/export?format=masks` },
    { label: storage, href: '/organization/storages' },
  ];
}
