// The words of one asset in the large view.
import { count } from '$lib/format/numbers';

export const words = {
  next: 'Next',
  previous: 'Previous',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fit: 'Fit',
  actual: 'Actual size',
  panel: 'Details',
  details: 'Details',
  externalId: 'External ID',
  address: 'Address',
  copyAddress: 'Copy the address',
  copyExternalId: 'Copy the External ID',
  copyId: 'Copy the asset’s ID',
  storage: 'Storage',
  size: 'Size',
  pixels: (width: number, height: number) => `${count(width)} × ${count(height)} px`,
  imported: 'Imported',
  batches: 'Batches',
  none: 'None',
  contextData: 'Context data',
  metadata: 'Metadata',
  id: 'Asset ID',
  picture: (name: string) => `Picture ${name}. Zoom with + and −, move with drag.`,
  showDescription: 'Arrow keys go to the next and the previous asset, Escape goes back to the list.',
};
