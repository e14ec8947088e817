// The words of the filters of signed URLs: what they were for, and where they were handed to.
import type { UrlPurpose } from '$lib/api/types';

export const words = {
  fewerAssets: 'Show fewer',
  purpose: 'Purpose',
  purposeNames: {
    assets: 'Assets',
    task: 'Assets of tasks',
    address: 'Files by address',
    upload: 'Uploads',
    test: 'Tests of storages',
    export: 'Exports',
  } satisfies Record<UrlPurpose, string>,
  address: 'Address',
  addressField: 'IP address',
  addressHint: 'Where the request came from, as in the last column.',
  addressWrong: 'Enter an IP address, such as 203.0.113.9.',
};
