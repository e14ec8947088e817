// The words of the organization's storages, and of making another organization.

export const words = {
  storagesFailed: 'The storages could not be listed.',
  storagesHiddenTitle: 'Storages are shown to those who import',
  storagesHiddenText:
    'Owners and admins of the organization add storages; whoever manages a project imports through them.',
  access: { IAM_USER: 'IAM User', IAM_DELEGATED: 'IAM Delegated' } as Record<string, string>,
  notVerified: 'Not verified',
  createTitle: 'Create organization',
  created: (name: string) => `“${name}” was created.`,
};
